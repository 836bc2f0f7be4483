"""Raw effects: named readers agree with the objects, and no room outside the core reads a field by its position."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from hypothesis import given

import trophy_engine
from trophy_engine import Boost, Engine, MetricPointsTrigger, StreakFreezeReward
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.effects import Effect, StreakExtended, StreakLost, StreakStarted
from trophy_engine.core.raw_effects import (
    AT,
    KIND,
    USER_ID,
    effect_from_raw,
    name_raw_effect,
    raw_effect_position,
    select_raw_effects,
)
from trophy_engine.explain.event import SENTENCES, StreakExplanationWords
from trophy_engine.notifications.effects import EFFECTS
from trophy_engine.testing import games, play

PACKAGE = Path(trophy_engine.__file__).parent
#: The core reads bare tuples, and broadcasts are drafts before they are effects.

#: For the type of every field, a value in a raw effect, which differs from place to place.
VALUES = {
    "str": "word {}".format,
    "str | None": "word {}".format,
    "int": int,
    "int | None": int,
    "Number": lambda place: Decimal(place) / 2,
    "Number | None": lambda place: Decimal(place) / 2,
    "Number | Any": lambda place: Decimal(place) / 2,
    "date": lambda place: 739_343 + place,
    "date | None": lambda place: 739_343 + place,
    "PointsTrigger | ManualAward": lambda place: MetricPointsTrigger("words", 5, place),
    "PointsTrigger": lambda place: MetricPointsTrigger("words", 5, place, limit={"points": 9}),
    "FreezeReward | None": StreakFreezeReward,
    "Boost": lambda place: Boost(f"boost {place}", 2, when={"start": date(2025, 4, place)}),
    "tuple[Boost, ...]": lambda place: (place,),
    "tuple[LeaderboardRow, ...]": lambda place: (place,),
}


def raw_effect(kind):
    """Return a raw effect of a kind."""
    fields = attrs.fields(kind)[2:]
    return kind, "ann", 1_000_000, *(VALUES[field.type](place) for place, field in enumerate(fields, 3))


def as_object_has_it(value, field):
    if field.name == "at":
        return from_micros(value)
    return date.fromordinal(value) if field.type.startswith("date") else value


@pytest.mark.parametrize("kind", EFFECTS.values())
def test_fields_by_name_are_those_of_the_object(kind):
    raw = raw_effect(kind)
    named, effect = name_raw_effect(raw), effect_from_raw(raw)
    assert type(effect) is named.kind is kind
    assert named == raw
    for field in attrs.fields(kind):
        value = getattr(named, field.name)
        assert value == raw[raw_effect_position(kind, field.name)]
        assert getattr(effect, field.name) == as_object_has_it(value, field)


@pytest.mark.parametrize("kind", EFFECTS.values())
def test_every_raw_effect_begins_with_its_class_its_user_and_its_instant(kind):
    assert [raw_effect_position(kind, field) for field in ("kind", "user_id", "at")] == [KIND, USER_ID, AT]


def test_a_field_that_the_kind_does_not_have_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'lenght'"):
        _ = name_raw_effect(raw_effect(StreakLost)).lenght
    with pytest.raises(ValueError, match="not in tuple"):
        raw_effect_position(StreakLost, "lenght")


@pytest.mark.parametrize("kind", SENTENCES)
def test_the_sentence_of_every_kind_reads_fields_that_it_has(kind):
    assert SENTENCES[kind](name_raw_effect(raw_effect(kind)), StreakExplanationWords("day", "gym streak"))


def test_effects_are_selected_by_their_own_kind():
    raws = [raw_effect(kind) for kind in EFFECTS.values()]
    assert list(select_raw_effects(StreakLost, raws)) == [effect_from_raw(raw_effect(StreakLost))]
    assert list(select_raw_effects(Effect, raws)) == []


# No positions outside the core ------------------------------------------------------------------------------------


def is_effect(node):
    """Return whether a name says that an expression is an effect: ``raw``, ``it.effect``, ``effects[-1]``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in {"raw", "effect"}
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=index):
            return name.endswith("effects") and not isinstance(index, ast.Slice)
    return False


def is_number(node):
    return any(isinstance(part, ast.Constant) and type(part.value) is int for part in ast.walk(node))


def reads_by_position(source):
    """Return the expressions that subscript a raw effect with a number, or unpack it."""
    reads = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(value=value, slice=index):
                found = is_effect(value) and is_number(index)
            case ast.Assign(targets=[ast.Tuple() | ast.List()], value=value) | ast.Starred(value=value):
                found = is_effect(value)
            case ast.For(target=ast.Tuple(), iter=effects) | ast.comprehension(target=ast.Tuple(), iter=effects):
                found = isinstance(effects, ast.Name | ast.Attribute) and ast.unparse(effects).endswith("effects")
            case ast.Match(subject=subject, cases=cases):
                found = is_effect(subject) and any(isinstance(case.pattern, ast.MatchSequence) for case in cases)
            case _:
                continue
        if found:
            reads.append(ast.unparse(node))
    return reads


@pytest.mark.parametrize(
    "source",
    [
        "raw[5]",
        "dated.raw[0]",
        "effect[1:]",
        "agenda.effects[-1][2]",
        "_, _, at, *_ = raw",
        "award(*raw)",
        "for kind, user, at in transition.effects: pass",
        "[at for kind, user, at in effects]",
        "match raw:\n  case (kind, user, at): pass",
    ],
)
def test_reads_by_position_are_found(source):
    assert len(reads_by_position(source)) == 1


@pytest.mark.parametrize("source", ["raw[AT]", "effects[0]", "effect.length", "raw['id']", "first, second = effects"])
def test_other_reads_are_not(source):
    assert reads_by_position(source) == []


@pytest.mark.thorough
def test_no_field_of_an_effect_is_read_by_its_position_outside_the_core():
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE)
        if name.parts[0] != "core" and (reads := reads_by_position(path.read_text("utf-8"))):
            found[str(name)] = reads
    assert found == {}


def test_effects_are_equal_by_kind_and_fields():
    at = from_micros(0)
    lost = StreakLost("18", at, "daily", 3, date(2025, 4, 2))
    assert lost == StreakLost("18", at, "daily", 3, date(2025, 4, 2))
    assert lost != StreakLost("18", at, "daily", 4, date(2025, 4, 2))
    assert StreakExtended("18", at, "daily", 3, date(2025, 4, 2)) != StreakStarted(
        "18", at, "daily", 3, date(2025, 4, 2)
    )
    assert len({lost, StreakLost("18", at, "daily", 3, date(2025, 4, 2)), "lost"}) == 2


@given(games())
def test_every_raw_effect_has_a_value_for_each_field(history):
    engine = Engine(history.ruleset)
    play(engine, history)
    for user in engine.users():
        for transition in engine.transitions(user):
            for raw in transition.effects:
                assert len(raw) == 1 + len(attrs.fields(raw[KIND]))
