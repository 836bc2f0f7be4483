"""The checks of gates: what they refer to, and whether they ever open."""

import attrs
import pytest

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Gate,
    InvalidRules,
    InvalidValue,
    Metric,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.rules.draft import check_text

RULES = """
metrics = [{{ key = "words" }}, {{ key = "some", source = "words"{metric} }}]
achievements = [
    {{ key = "a", trigger = {{ type = "metric", metric = "words", value = 1 }}{achievement} }},
    {{ key = "b", trigger = {{ type = "achievement", achievements = ["a"] }} }},
]
points = [{{ key = "xp", levels = [{{ key = "gold", points = 5 }}], triggers = [
    {{ type = "metric", metric = "words", points = 1{trigger} }},
], boosts = [{{ name = "B", multiplier = 2{boost} }}] }}]
"""
PATHS = {
    "metric": "metrics[1] 'some'",
    "achievement": "achievements[0] 'a'",
    "trigger": "points[0] 'xp'.triggers[0]",
    "boost": "points[0] 'xp'.boosts[0] 'B'",
}


def problems_of(kind, gate):
    parts = dict.fromkeys(PATHS, "") | {kind: f", when = {gate}"}
    return [str(problem) for problem in check_text(RULES.format(**parts))]


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize(
    ("gate", "field", "message"),
    [
        ('{ achievements = ["tutorail"] }', "achievements[0]", "unknown achievement 'tutorail'; known: 'a', 'b'"),
        ('{ levels = { xp = "gld" } }', "levels.xp", "unknown level 'gld'; did you mean 'gold'?"),
        ('{ levels = { gems = "gold" } }', "levels.gems", "unknown points system 'gems'; known: 'xp'"),
        (
            '{ user_attributes = { pln = "pro" } }',
            "user_attributes.pln",
            "unknown user attribute 'pln'; known: none; declare it in 'attributes'",
        ),
        (
            '{ between = ["22:00", "22:00:00"] }',
            "between",
            "has 22:00 twice and is never open; change one of them, or remove it for the whole day",
        ),
        ("{ start = 2026-06-02, end = 2026-06-01 }", "end", "2026-06-01 must not be before start 2026-06-02"),
        ("{ weekdays = ['frday'] }", "weekdays[0]", "did you mean 'friday'?"),
        ("{ streak = { at_least = 0 } }", "streak.at_least", "must be at least 1, not 0"),
        ("7", "", "must be a table of fields, not 7; write for example when = { weekdays = ['sunday'] }"),
    ],
)
def test_an_error_in_a_gate_is_found_in_every_rule(kind, gate, field, message):
    errors = [problem for problem in problems_of(kind, gate) if problem.startswith("error")]
    assert len(errors) == 1
    assert errors[0].startswith(f"error: {PATHS[kind]}.when{'.' * bool(field)}{field}: ")
    assert errors[0].endswith(message)


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize(
    ("gate", "field", "message"),
    [
        (
            '{ weekdays = ["saturday"], start = 2026-06-01, end = 2026-06-03 }',
            "weekdays",
            "never has an effect, because no Saturday lies from 2026-06-01 to 2026-06-03; change one of them",
        ),
        (
            "{ streak = { at_least = 3 } }",
            "streak",
            "never has an effect, because the rules have no streak with metrics; add one",
        ),
    ],
)
def test_a_gate_that_never_opens_is_a_warning(kind, gate, field, message):
    found = problems_of(kind, gate)
    assert f"warning: {PATHS[kind]}.when.{field}: {message}" in found
    assert all(problem.startswith("warning") for problem in found)
    assert any("'a' can never be completed" in problem for problem in found) is (kind == "achievement")


@pytest.mark.parametrize(
    ("gate", "cycle"), [('{ achievements = ["a"] }', "a -> a"), ('{ achievements = ["b"] }', "a -> b -> a")]
)
def test_an_achievement_that_waits_for_itself_is_an_error(gate, cycle):
    found = problems_of("achievement", gate)
    message = f"depends on itself: {cycle}; break the cycle"
    assert f"error: {PATHS['achievement']}.when.achievements: {message}" in found


def test_a_range_of_dates_with_one_of_the_weekdays_is_no_problem():
    assert not problems_of("boost", '{ weekdays = ["saturday", "monday"], start = 2026-06-01, end = 2026-06-03 }')


def test_a_gate_names_a_streak_of_the_rules():
    gate = Gate(streak={"at_least": 2, "key": "dayly"})
    streaks = [Streak("daily", metrics=[StreakMetric("words")]), Streak("idle")]
    achievement = Achievement("a", MetricTrigger("words", 1), when=gate)
    with pytest.raises(InvalidRules, match=r"when\.streak\.key: unknown streak 'dayly'; did you mean 'daily'\?"):
        Ruleset([Metric("words")], streaks=streaks, achievements=[achievement])
    idle = attrs.evolve(achievement, when={"streak": {"at_least": 2, "key": "idle"}})
    problems = check_text(Ruleset([Metric("words")], streaks=streaks, achievements=[idle]).to_text())
    assert [problem.path for problem in problems] == ["streaks[1].metrics", "achievements[0].when.streak"]


def test_an_empty_gate_is_none():
    empty = Gate(weekdays=[], achievements=[], levels={}, user_attributes={})
    assert not empty
    assert Achievement("a", ApiTrigger(), when=empty) == Achievement("a", ApiTrigger())
    assert "when" not in Ruleset(achievements=[Achievement("a", ApiTrigger(), when={})]).to_text()


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ({"weekday": ["monday"]}, "when has an unknown field 'weekday'; did you mean 'weekdays'?"),
        ({"streak": {}}, "when.streak lacks the field 'at_least'"),
        ({"between": "22:00"}, "when.between must be a list of two times of day"),
        ({"levels": {"xp": ["gold"]}}, r"when.levels.xp must consist of ASCII letters"),
        (5, "when must be a Gate, not 5; write Gate"),
    ],
)
def test_a_gate_in_python_is_checked_when_it_is_made(gate, message):
    with pytest.raises(InvalidValue, match=message):
        Achievement("a", ApiTrigger(), when=gate)


def test_a_metric_that_is_recorded_has_no_gate():
    with pytest.raises(InvalidValue, match="when is for derived metrics; give source"):
        Metric("words", when={"weekdays": ["monday"]})


@pytest.mark.parametrize("kind", ["metric", "trigger", "boost"])
def test_a_gate_on_an_inactive_achievement_is_a_warning(kind):
    gates = {"achievement": ', status = "inactive"', kind: ', when = { achievements = ["a"] }'}
    found = [str(problem) for problem in check_text(RULES.format(**dict.fromkeys(PATHS, "") | gates))]
    message = "never has an effect, because 'a' is inactive; activate it"
    assert f"warning: {PATHS[kind]}.when.achievements[0]: {message}" in found
