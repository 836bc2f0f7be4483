"""No representation is longer than a screen: every public class is filled with long texts and containers."""

import inspect
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from types import MappingProxyType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import attrs
import pytest

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    Freezes,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakLost,
    StreakMetric,
)
from trophy_engine.analysis import BadRow, Columns, EffectLog, Source, compare, figures, replay, simulate, sweep
from trophy_engine.representation import MAX_LENGTH, brief_repr, named_repr
from trophy_engine.testing import History, Record

PACKAGES = ("trophy_engine", *(f"trophy_engine.{room}" for room in ("analysis", "storage", "testing", "trophy_api")))
#: Classes that are subclassed, not made: protocols, and the bases of tests.
HELPERS = {"StorageConformance", "StreakMachine"}
#: Types of which every value is short.
SHORT = {int: 7, float: 0.1, bool: True, date: date(2025, 4, 2), datetime: datetime(2025, 4, 2, tzinfo=UTC)}
SHORT |= {UUID: UUID(int=1), Decimal: Decimal("1.5"), type(None): None}
LONG = (
    "x" * 5_000,
    tuple("word" * 9 for _ in range(5_000)),
    {f"key {number}" * 9: "x" * 999 for number in range(5_000)},
    MappingProxyType(Counter({"x" * 999: 10**4000})),
    [[[["x" * 999] * 999] * 999] * 99] * 99,
    frozenset(range(9_999)),
    10**5000,
)


def public_classes():
    for package in PACKAGES:
        for name in import_module(package).__all__:
            value = getattr(import_module(package), name)
            if inspect.isclass(value) and not issubclass(value, Exception):
                yield value


def is_short(hint: Any) -> bool:
    """Return whether every value of a type hint is short."""
    parts = get_args(hint)
    return hint in SHORT or (bool(parts) and all(isinstance(part, str) or is_short(part) for part in parts))


def names_of(kind):
    return [field.name for field in attrs.fields(kind)] if attrs.has(kind) else list(kind._fields)


def filled(kind, value):
    """Return an object whose fields are all the value, but for those whose values are always short."""
    hints = get_type_hints(kind)
    values = {name: SHORT.get(hints[name], 7) if is_short(hints[name]) else value for name in names_of(kind)}
    if not attrs.has(kind):
        return kind._make(values.values())
    one = object.__new__(kind)
    for name, cell in values.items():
        object.__setattr__(one, name, cell)
    return one


def has_own(kind):
    """Return whether a class writes its representation itself, neither by ``brief_repr`` nor by attrs."""
    is_generated = kind.__repr__.__code__.co_filename.startswith("<attrs generated")
    return not is_generated and kind.__repr__ is not brief_repr and not hasattr(kind, "_fields")


CLASSES = {kind.__name__: kind for kind in public_classes()}
FILLABLE = {name: kind for name, kind in CLASSES.items() if attrs.has(kind) or hasattr(kind, "_fields")}
OWN = {name for name, kind in CLASSES.items() if kind.__repr__ is not object.__repr__ and has_own(kind)}


@pytest.mark.parametrize("name", sorted(FILLABLE.keys() - OWN))
def test_the_representation_of_every_class_fits_on_half_a_screen(name):
    for value in LONG:
        text = repr(filled(CLASSES[name], value))
        assert len(text) <= MAX_LENGTH
        assert text.startswith(f"{name}(")


@pytest.fixture(scope="module")
def large():
    """Return large results, one of each class that writes its representation itself."""
    rules = Ruleset(
        metrics=[Metric("words"), *(Metric(f"other-{number:03}" * 9) for number in range(40))],
        streaks=[
            Streak(
                "habit", metrics=[StreakMetric("words")], freezes=Freezes(1, auto_earn_interval=2, auto_earn_amount=1)
            )
        ],
        achievements=[Achievement(f"a{number}", MetricTrigger("words", value=number + 1)) for number in range(50)],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 10)])],
    )
    rows = [{"user_id": "u" * 200 + str(n), "at": "2025-04-02T10:00:00Z"} for n in range(500)]
    columns = Columns(metric="=words")
    with EffectLog() as effects:
        replayed = replay(rules, rows, columns=columns, effects=effects, tally=True)
        simulation = simulate(rules, users=90, days=30)
        swept = sweep(rules, {"streaks.habit.freezes.max_count": range(1, 60)}, users=3, days=9)
        engine = Engine(rules)
        engine.record("words", user="u" * 255, value=10, at=datetime(2000, 1, 1, tzinfo=UTC))
        outcome = engine.record("words", user="u" * 255, value=40, at=datetime(2025, 1, 1, tzinfo=UTC))
        assert len(outcome.effects) > 40
        results = [replayed, effects, simulation, swept, swept.rows[0], simulation.tally, engine, outcome]
        results += [engine.user("u" * 255), compare(rules, rules, rows, columns=columns)]
        results += [figures(rules, simulation.tally)[0], some_history()]
        yield {type(result).__name__: result for result in results}


def some_history():
    commands = [Record("ann", 86_400_000_000 * day, "words", 1, (), None) for day in range(500)]
    return History(Ruleset(metrics=[Metric("words")]), tuple(commands))


def test_the_representations_of_large_results_fit_on_half_a_screen(large):
    assert large.keys() == OWN - HELPERS
    for result in large.values():
        assert len(repr(result)) <= MAX_LENGTH


def test_the_representations_of_results_have_their_numbers(large):
    assert repr(large["Replay"]).startswith(
        "Replay(users=500, events=500, skipped=0, until=datetime.datetime(2025, 4, 2,"
    )
    assert repr(large["Comparison"]).startswith("Comparison(users=500, skipped=0, until=")
    assert repr(large["Simulation"]).startswith("Simulation(users=90, days=30, seed=0, start=datetime.date(2025, 1, 1)")
    assert repr(large["Sweep"]).startswith("Sweep(variants=('max_count = 1', 'max_count = 2', ")
    assert repr(large["Engine"]).endswith("storage='MemoryStorage')")
    assert repr(large["Figure"]).startswith("Figure(key='active', title='Active users', columns=('day', ")
    assert " more]" in repr(large["Outcome"])


def test_small_objects_are_shown_as_attrs_does():
    assert repr(Attribute("words")) == "Attribute(key='words', type='user', name='words')"
    lost = StreakLost("18", datetime(2025, 4, 2, tzinfo=UTC), "habit", 9, date(2025, 4, 2))
    at = "datetime.datetime(2025, 4, 2, 0, 0, tzinfo=datetime.timezone.utc)"
    assert (
        repr(lost)
        == f"StreakLost(user_id='18', at={at}, streak='habit', length=9, period_start=datetime.date(2025, 4, 2))"
    )
    assert (
        repr(BadRow(Source("log", 1), "bad"))
        == "BadRow(source=Source(file='log', line=1), reason='bad', refused=False)"
    )


def test_texts_and_containers_are_cut_and_counted():
    trigger = MetricPointsTrigger("words", 1, event_attributes={f"k{n}": "v" for n in range(40)})
    assert "event_attributes={'k0': 'v', " in repr(trigger)
    assert "… 32 more}" in repr(trigger)
    assert named_repr(trigger, {"n": 10**5000}) == "MetricPointsTrigger(n=<int too long to show>)"
    assert named_repr(trigger, {"s": {3, 1, 2}, "t": (1,), "e": ()}) == "MetricPointsTrigger(s={1, 2, 3}, t=(1,), e=())"
    many = named_repr(trigger, {f"field-{n}": "x" * 100 for n in range(100)})
    assert len(many) == MAX_LENGTH - 1 + len("…)") - 1
    assert many.endswith("…)")
