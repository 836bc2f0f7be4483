"""The table of effects has a column for every field of every effect, and one kind for all fields of a column."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_type_hints
from uuid import UUID

import attrs
import pytest

from trophy_engine import Boost, ManualAward, MetricChanged, MetricPointsTrigger, PointsAwarded, UserChanged
from trophy_engine.analysis.tables.effects import EFFECT_COLUMNS, effect_columns, effect_row, wide_effect_row
from trophy_engine.leaderboards.views import LeaderboardRow
from trophy_engine.notifications.effects import EFFECTS
from trophy_engine.numbers import Number
from trophy_engine.rules.points import PointsTrigger
from trophy_engine.rules.streak import FreezeReward

AT = datetime(2025, 4, 2, 10, tzinfo=UTC)
#: The kind of column that holds a field of each type; numbers hold integers as well.
KINDS = {
    str: {"text"},
    int: {"integer", "number"},
    Number: {"number"},
    Number | Any: {"number"},
    date: {"date"},
    datetime: {"instant"},
    Boost: {"text"},
    tuple[Boost, ...]: {"texts"},
    PointsTrigger: {"rule"},
    PointsTrigger | ManualAward: {"rule"},
    FreezeReward: {"rule"},
    tuple[LeaderboardRow, ...]: {"rankings"},
    UUID: {"text"},
}


def kinds_for(hint: Any) -> set[str]:
    return next(kinds for type_, kinds in KINDS.items() if hint in (type_, type_ | None))


@pytest.mark.parametrize("kind", EFFECTS.values(), ids=lambda kind: kind.__name__)
def test_every_field_is_in_a_column_of_its_kind(kind):
    hints = get_type_hints(kind)
    fields = [field.name for field in attrs.fields(kind)]
    first, *columns = effect_columns(kind)
    assert first.name == "type"
    for name, column in zip(fields, columns, strict=False):
        assert column.kind in kinds_for(hints[name]), name
        assert column.name == name or (kind, column.name) == (UserChanged, f"{name}_text")
    assert [column.name for column in columns[len(fields) :]] == [
        name for name in ("completion_id", "award_id") if hasattr(kind, name)
    ]


def test_every_column_is_of_some_effect_and_stands_once():
    names = [column.name for column in EFFECT_COLUMNS]
    assert len(set(names)) == len(names)
    assert {column for kind in EFFECTS.values() for column in effect_columns(kind)} == set(EFFECT_COLUMNS)


def test_a_wide_row_has_the_cells_of_the_effect_at_its_columns():
    boost = Boost("double", 2, when={"start": date(2025, 4, 1), "end": date(2025, 4, 3)})
    trigger = MetricPointsTrigger("words", 10)
    effect = PointsAwarded("ann", AT, "xp", trigger, 20, 0, 20, (boost,), 1, "k")
    names = [column.name for column in effect_columns(PointsAwarded)]
    expected = dict(zip(names, effect_row(effect), strict=True))
    assert expected == {
        "type": "points.awarded",
        "user_id": "ann",
        "at": AT,
        "system": "xp",
        "trigger": trigger,
        "awarded": 20,
        "before": 0,
        "total": 20,
        "boosts": (boost.name,),
        "sequence": 1,
        "trigger_key": "k",
        "earned": None,
        "award_id": str(effect.award_id),
    }
    wide = dict(zip((column.name for column in EFFECT_COLUMNS), wide_effect_row(effect), strict=True))
    assert {name: cell for name, cell in wide.items() if name in expected} == expected
    assert {cell for name, cell in wide.items() if name not in expected} == {None}


def test_texts_and_numbers_before_a_change_are_in_different_columns():
    changed = UserChanged("ann", AT, "name", None, "Ann")
    assert dict(zip((column.name for column in effect_columns(UserChanged)), effect_row(changed), strict=True)) == {
        "type": "user.changed",
        "user_id": "ann",
        "at": AT,
        "field": "name",
        "before_text": None,
        "after_text": "Ann",
    }
    counted = MetricChanged("ann", AT, "words", 1, Decimal("0.5"), Decimal("1.5"))
    assert effect_row(counted)[-3:] == (1, Decimal("0.5"), Decimal("1.5"))
