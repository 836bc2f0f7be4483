"""Gates are open when their description says so, in every zone, at every instant, for whatever a user has."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import attrs
import pytest
from gate_oracle import Progress, first_unmet
from hypothesis import event, given
from hypothesis import strategies as st

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    Gate,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
)
from trophy_engine.calendar.instants import from_micros, parse_time_of_day, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core import compile_plan
from trophy_engine.core.gates import compile_gate
from trophy_engine.testing import instants, time_zones
from trophy_engine.testing.datetimes import ODD_ZONES, transitions
from trophy_engine.testing.gates import gate_strategy, local_gate_strategy
from trophy_engine.testing.rulesets import day_starts

LEVELS = {"xp": ["low", "high"], "gems": ["one"]}
SYSTEMS = [
    PointsSystem("xp", levels=[Level("high", 20), Level("low", 5)]),
    PointsSystem("gems", levels=[Level("one", 1)]),
]
STREAKS = [Streak("habit", metrics=[StreakMetric("words")]), Streak("long", metrics=[StreakMetric("words", 2)])]
STREAK_KEYS = tuple(streak.key for streak in STREAKS)
PLAN = compile_plan(
    Ruleset(
        [Metric("words")],
        [Attribute("plan")],
        STREAKS,
        [Achievement("a", ApiTrigger()), Achievement("b", ApiTrigger())],
        SYSTEMS,
    )
)
PAIRS = tuple((system, level) for system, levels in LEVELS.items() for level in levels)


@st.composite
def moments(draw):
    """Draw a zone, the start of its days and an instant, often close to a change of its clocks."""
    name, day_start = draw(time_zones() | st.sampled_from(ODD_ZONES)), draw(day_starts)
    at = draw(instants(st.just(name)))
    changes = transitions(zone(name), to_micros(at))
    if changes and draw(st.booleans()):
        at = from_micros(draw(st.sampled_from(changes))) + timedelta(minutes=draw(st.integers(-1600, 1600)))
    return name, day_start, at


@given(gate_strategy(("a", "b"), PAIRS, STREAK_KEYS) | local_gate_strategy(), moments(), st.data())
def test_a_gate_is_closed_by_the_first_condition_that_does_not_hold(gate, moment, data):
    name, day_start, at = moment
    balances = [data.draw(st.integers(0, 25)), data.draw(st.integers(0, 2))]
    progress = Progress(
        data.draw(st.sampled_from([{}, {"plan": "pro"}, {"plan": "free"}])),
        data.draw(st.sets(st.sampled_from(["a", "b"]))),
        {
            "xp": [key for key, points in (("low", 5), ("high", 20)) if balances[0] >= points],
            "gems": ["one"] if balances[1] else [],
        },
        {key: data.draw(st.integers(0, 4)) for key in STREAK_KEYS},
    )
    state = SimpleNamespace(
        clock=SimpleNamespace(zone=zone(name, parse_time_of_day(day_start))),
        profile=SimpleNamespace(attributes=progress.attributes),
        counters=SimpleNamespace(completed=dict.fromkeys(progress.completed, 0)),
        points=SimpleNamespace(balances=balances),
        streaks=[SimpleNamespace(length=length) for length in progress.streaks.values()],
    )
    compiled = compile_gate(PLAN, gate, "achievement", "a")
    unmet = None if compiled is None else compiled.find_unmet(state, to_micros(at), balances)
    expected = first_unmet(gate, at, name, day_start, progress)
    assert (unmet and unmet[:3]) == expected
    event("open" if expected is None else expected[0])


@pytest.mark.parametrize(("streaks", "field"), [(STREAKS[:1], "streak"), (STREAKS, "streak.habit")])
def test_a_gate_on_the_primary_streak_names_it_only_among_several(streaks, field):
    gate, at = Gate(streak={"at_least": 2}), datetime(2024, 3, 1, 12, tzinfo=UTC)
    compiled = compile_gate(compile_plan(Ruleset([Metric("words")], streaks=streaks)), gate, "achievement", "a")
    state = SimpleNamespace(streaks=[SimpleNamespace(length=1) for _ in streaks])
    progress = Progress({}, set(), {}, {streak.key: 1 for streak in streaks})
    unmet = compiled.find_unmet(state, to_micros(at), [])
    assert unmet[:3] == first_unmet(gate, at, "UTC", "00:00", progress) == (field, 2, 1)


ACHIEVEMENTS = {
    "a0": ("words", 2),
    "a1": ("words", 5),
    "a2": ("streak", 2),
    "a3": ("all", ["a0", "a1"]),
    "a4": ("words", 1),
}


@st.composite
def gated_rules(draw):
    """Draw rules with a gate on every kind of rule; no achievement requires one with a higher key."""
    triggers = {"words": lambda n: MetricTrigger("words", n), "streak": StreakTrigger, "all": CompositeTrigger}
    keys = tuple(ACHIEVEMENTS)
    achievements = [
        Achievement(key, triggers[kind](threshold), when=draw(gate_strategy(keys[:index], PAIRS[:2], STREAK_KEYS)))
        for index, (key, (kind, threshold)) in enumerate(ACHIEVEMENTS.items())
    ]
    anything = gate_strategy(keys, PAIRS[:2], STREAK_KEYS)
    paid = [MetricPointsTrigger("words", points, when=draw(anything)) for points in (1, 2)]
    boosts = [Boost(f"x{factor}", factor, when=draw(anything)) for factor in (2, Decimal("1.5"))]
    return Ruleset(
        [Metric("words"), Metric("some", source="words", when=draw(anything))],
        [Attribute("plan")],
        STREAKS,
        draw(st.permutations(achievements)),
        [attrs.evolve(SYSTEMS[0], triggers=paid, boosts=boosts)],
        day_start=draw(day_starts),
    )


def progress_of(player, completed, streaks):
    levels = [key for key, points in (("low", 5), ("high", 20)) if player.points["xp"].total >= points]
    lengths = {key: streak.length for key, streak in streaks.items()}
    return Progress(dict(player.attributes), completed, {"xp": levels}, lengths)


def is_reached(kind, threshold, total, length, completed):
    return set(threshold) <= completed if kind == "all" else (total if kind == "words" else length) >= threshold


@given(gated_rules(), moments(), st.lists(st.integers(0, 2 * 86_400), min_size=1, max_size=8), st.data())
def test_every_rule_counts_only_while_its_gate_is_open(rules, moment, gaps, data):
    name, _, at = moment
    engine, when = Engine(rules), {rule.key: rule.when for rule in rules.achievements}
    plan = data.draw(st.sampled_from(["pro", "free"]))
    engine.identify("jo", time_zone=name, attributes={"plan": plan}, at=at)
    total = some = 0
    for gap in gaps:
        at += timedelta(seconds=gap)
        before = engine.user("jo", at=at)
        completed = set(before.completed)
        counts = not first_unmet(
            rules.metrics[1].when, at, name, rules.day_start, progress_of(before, completed, before.streaks)
        )
        outcome = engine.record("words", user="jo", value=1, at=at)
        total, some = total + 1, some + counts
        extended, length = outcome.streak.extended, outcome.streak.length
        while True:  # until nothing more is completed
            progress = progress_of(before, completed, outcome.streaks)
            more = {
                key
                for key, (kind, threshold) in ACHIEVEMENTS.items()
                if key not in completed and is_reached(kind, threshold, total, length if extended else 0, completed)
                if first_unmet(when[key], at, name, rules.day_start, progress) is None
            }
            if not more:
                break
            completed |= more
        [system] = rules.points
        factor = Decimal(1)
        for boost in system.boosts:
            if first_unmet(boost.when, at, name, rules.day_start, progress) is None:
                factor *= boost.multiplier
        paid = sum(
            int(trigger.points * factor)
            for trigger in system.triggers
            if first_unmet(trigger.when, at, name, rules.day_start, progress) is None
        )
        after = engine.user("jo", at=at)
        assert set(after.completed) == completed
        assert (after.metrics["words"], after.metrics["some"]) == (total, some)
        assert after.points["xp"].total - before.points["xp"].total == paid
