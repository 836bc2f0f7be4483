"""The table of effects: one row per effect, with the columns of all kinds; cells that a kind does not have are None.

A column is named after the field of the effects, and has one kind for all of them. So texts before and after a change
of a user (``user.changed``) have columns of their own, beside the numbers ``before`` and ``after`` of other effects.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import attrs

from trophy_engine.analysis.tables.columns import Column
from trophy_engine.core import Effect, UserChanged
from trophy_engine.notifications.effects import EFFECTS
from trophy_engine.rules.points import Boost

__all__ = ["EFFECT_COLUMNS", "effect_columns", "effect_row", "wide_effect_row"]

#: The columns of all effects, in order.
EFFECT_COLUMNS: Final = (
    Column("type", "text"),
    Column("user_id", "text"),
    Column("at", "instant"),
    Column("time_zone", "text"),
    Column("field", "text"),
    Column("before_text", "text"),
    Column("after_text", "text"),
    Column("metric", "text"),
    Column("value", "number"),
    Column("before", "number"),
    Column("after", "number"),
    Column("streak", "text"),
    Column("length", "integer"),
    Column("period_start", "date"),
    Column("period_end", "date"),
    Column("freezes", "integer"),
    Column("consumed", "integer"),
    Column("returned", "integer"),
    Column("earned", "integer"),
    Column("reward", "rule"),
    Column("granted", "integer"),
    Column("number", "integer"),
    Column("start", "date"),
    Column("end", "date"),
    Column("achievement", "text"),
    Column("tier", "text"),
    Column("times", "integer"),
    Column("completion_id", "text"),
    Column("system", "text"),
    Column("trigger", "rule"),
    Column("trigger_key", "text"),
    Column("awarded", "integer"),
    Column("lost", "integer"),
    Column("total", "integer"),
    Column("boosts", "texts"),
    Column("sequence", "integer"),
    Column("award_id", "text"),
    Column("previous", "text"),
    Column("level", "text"),
    Column("added", "integer"),
    Column("boost", "text"),
    Column("leaderboard", "text"),
    Column("run", "date"),
    Column("rankings", "rankings"),
    Column("rank", "integer"),
    Column("previous_rank", "integer"),
    Column("previous_value", "number"),
    Column("message_number", "integer"),
    Column("days_since_last_active", "integer"),
)
_BY_NAME: Final = {column.name: column for column in EFFECT_COLUMNS}


#: The identifiers that are derived from the fields of an effect.
_IDENTIFIERS: Final = ("completion_id", "award_id")
_TEXT_FIELDS: Final = {"before": "before_text", "after": "after_text"}


def _effect_cell_names(kind: type[Effect]) -> tuple[str, ...]:
    """Return the names of the attributes that are the cells of a kind of effect."""
    identifiers = (name for name in _IDENTIFIERS if hasattr(kind, name))
    return ("type", *(field.name for field in attrs.fields(kind)), *identifiers)


def _find_effect_columns(kind: type[Effect]) -> tuple[Column, ...]:
    names = _effect_cell_names(kind)
    return tuple(_BY_NAME[_TEXT_FIELDS.get(name, name) if kind is UserChanged else name] for name in names)


_COLUMNS: Final = {kind: _find_effect_columns(kind) for kind in EFFECTS.values()}
_POSITIONS: Final = {kind: tuple(map(EFFECT_COLUMNS.index, columns)) for kind, columns in _COLUMNS.items()}
_READERS: Final[dict[type[Effect], Callable[[Effect], tuple[Any, ...]]]] = {
    kind: attrgetter(*_effect_cell_names(kind)) for kind in EFFECTS.values()
}
#: The kinds of effects with attributes that are not cells as they are: boosts, and identifiers.
_CONVERTED: Final = frozenset(
    kind for kind in EFFECTS.values() if {*_effect_cell_names(kind)} & {"boost", "boosts", *_IDENTIFIERS}
)


def effect_columns(kind: type[Effect]) -> tuple[Column, ...]:
    """Return the columns of one kind of effect: type, user, instant, its own fields in order, and its identifier."""
    return _COLUMNS[kind]


def effect_row(effect: Effect) -> tuple[Any, ...]:
    """Return the cells of an effect, in the order of the ``effect_columns`` of its class."""
    kind = type(effect)
    row = _READERS[kind](effect)
    return tuple(map(_effect_cell, row)) if kind in _CONVERTED else row


def wide_effect_row(effect: Effect) -> tuple[Any, ...]:
    """Return the cells of an effect, in the order of ``EFFECT_COLUMNS``; None for those of other kinds."""
    row: list[Any] = [None] * len(EFFECT_COLUMNS)
    for position, cell in zip(_POSITIONS[type(effect)], effect_row(effect), strict=True):
        row[position] = cell
    return tuple(row)


def _effect_cell(value: Any) -> Any:
    if isinstance(value, Boost):
        return value.name
    if isinstance(value, UUID):
        return str(value)
    return tuple(map(_effect_cell, value)) if type(value) is tuple else value
