"""How many completions a metric on completions can ever count, and the thresholds above that number."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import Achievement, ApiTrigger, Engine, Metric, MetricTrigger, Ruleset, Tier
from trophy_engine.rules.check import check_ruleset_parts
from trophy_engine.rules.completion_counts import greatest_completion_counts
from trophy_engine.rules.draft import check_text

BY_CALL = "".join(f'[[achievements]]\nkey = "{key}"\ntrigger = {{ type = "api" }}\n' for key in "abcd")
TIERED = """
[[achievements]]
key = "laps"
trigger = { type = "metric", metric = "lap" }
tiers = [{ key = "one", value = 10 }, { key = "two", value = 20 }, { key = "three", value = 30 }]
"""
REPEATABLE = '[[achievements]]\nkey = "again"\nrepeatable = true\ntrigger = { type = "api" }\n'


def metric(completions, **fields):
    rest = "".join(f"{name} = {value}\n" for name, value in fields.items())
    return f'[[metrics]]\nkey = "lap"\n[[metrics]]\nkey = "badges"\nsource = {{ completions = {completions} }}\n{rest}'


def collector(value):
    trigger = f'{{ type = "metric", metric = "badges", value = {value} }}'
    return f'[[achievements]]\nkey = "collector"\ntrigger = {trigger}\n'


def problems(text):
    return [evolve(problem, label=problem.path).describe() for problem in check_text(text)]


def warning(path, greatest, remedy="lower it"):
    return f"warning: {path}: is never reached, because 'badges' is at most {greatest}; {remedy}"


@pytest.mark.parametrize(
    ("completions", "fields", "achievements", "greatest"),
    [
        ('"*"', {}, BY_CALL, 4),
        ('"*"', {"aggregate": '"count"'}, BY_CALL, 4),
        ('"*"', {"aggregate": '"days"'}, BY_CALL, 4),
        ('"*"', {"aggregate": '"days"', "window": "{ start = 2026-06-01, end = 2026-06-03 }"}, BY_CALL, 3),
        ('"*"', {"aggregate": '"max"'}, BY_CALL, 1),
        ('"*"', {"window": '"week"'}, BY_CALL, 4),
        ('["a", "b"]', {}, BY_CALL, 2),
        ('"*"', {}, BY_CALL + TIERED, 7),
        ('["a", "laps"]', {}, BY_CALL + TIERED, 4),
        ('["a", "laps-one", "laps-two"]', {}, BY_CALL + TIERED, 3),
        ('["laps", "laps-one"]', {}, BY_CALL + TIERED, 3),
        ('["a"]', {}, BY_CALL + REPEATABLE, 1),
    ],
)
def test_a_threshold_above_the_number_of_completions_is_a_warning(completions, fields, achievements, greatest):
    head = metric(completions, **fields) + achievements
    index = head.count("[[achievements]]")
    assert problems(head + collector(greatest)) == []
    assert problems(head + collector(greatest + 1)) == [warning(f"achievements[{index}].trigger.value", greatest)]


def test_what_depends_on_an_achievement_above_it_is_a_warning_too():
    composite = '[[achievements]]\nkey = "all"\ntrigger = { type = "achievement", achievements = ["collector"] }\n'
    assert problems(metric('["a", "b"]') + BY_CALL + collector(3) + composite) == [
        warning("achievements[4].trigger.value", 2),
        "warning: achievements[5].trigger.achievements[0]: 'collector' can never be completed, so 'all' cannot be "
        "completed either; remove it",
    ]


@pytest.mark.parametrize(
    ("completions", "achievements"),
    [('"*"', BY_CALL + REPEATABLE), ('["a", "again"]', BY_CALL + REPEATABLE)],
)
def test_completions_of_what_is_repeatable_have_no_limit(completions, achievements):
    assert problems(metric(completions) + achievements + collector(1_000)) == []


def test_an_achievement_does_not_count_before_it_is_completed():
    tiers = ", ".join(f'{{ key = "t{value}", value = {value} }}' for value in (2, 5, 7, 8))
    trigger = '{ type = "metric", metric = "badges" }'
    tiered = f'[[achievements]]\nkey = "collector"\ntrigger = {trigger}\ntiers = [{tiers}]\n'
    assert problems(metric('"*"') + BY_CALL + tiered) == [
        warning("achievements[4].tiers[2].value", 6),
        warning("achievements[4].tiers[3].value", 6),
    ]


def test_a_metric_on_an_achievement_by_it_counts_nothing():
    assert problems(metric('["collector"]') + collector(1)) == [
        warning("achievements[0].trigger.value", 0, "remove it"),
        "warning: metrics[1].source.completions[0]: never has an effect, because 'collector' can never be completed; "
        "remove it",
    ]


def test_points_and_streaks_have_the_same_limit():
    trigger = '{ type = "metric", metric = "badges", points = 1, threshold = 5 }'
    points = f'[[points]]\nkey = "xp"\ntriggers = [{trigger}]\n'
    streak = 'streaks = [{ key = "s", frequency = "weekly", metrics = [{ key = "badges", threshold = 5 }] }]\n'
    assert problems(streak + metric('"*"') + BY_CALL + points) == [
        "warning: streaks[0].metrics[0].threshold: is never reached, because 'badges' is at most 4 in a period; "
        "lower it",
        warning("points[0].triggers[0].threshold", 4),
    ]


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        (BY_CALL.replace('"d"', "7"), 4),
        (BY_CALL.replace('{ type = "api" }', "7", 1), 4),
        (BY_CALL.replace("[[achievements]]", "[[achievements]]\nrepeatable = 7", 1), 1_000),
        (TIERED.replace("[{", "[7, {"), 1_000),
    ],
)
def test_a_fault_of_an_achievement_does_not_lower_the_limit(fault, value):
    found = problems(metric('"*"') + fault + collector(value))
    assert [problem.partition(":")[0] for problem in found] == ["error"]


def test_unknown_keys_are_no_limit():
    assert problems(metric('["a", "e"]') + BY_CALL + collector(9)) == [
        "error: metrics[1].source.completions[1]: unknown achievement 'e'; known: 'a', 'b', 'c', 'd', 'collector'"
    ]


VALUES = st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True).map(sorted)


@given(calls=st.integers(0, 4), by_metric=st.lists(VALUES, max_size=4), everything=st.booleans(), data=st.data())
def test_the_limit_is_reached_by_completing_everything(calls, by_metric, everything, data):
    achievements = [Achievement(f"call-{number}", ApiTrigger()) for number in range(calls)]
    for number, values in enumerate(by_metric):
        tiers = [Tier(str(value), value) for value in values] if len(values) > 1 else ()
        trigger = MetricTrigger("badges", None if tiers else values[0])
        achievements.append(Achievement(f"badge-{number}", trigger, tiers=tiers))
    names = [name for one in achievements for name in {one.key: None, **{part.key: None for part in one.parts}}]
    chosen = "*" if everything or not names else data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    metrics = [Metric("badges", source={"completions": chosen})]
    [greatest] = greatest_completion_counts(metrics, achievements).values()
    engine = Engine(Ruleset(metrics, achievements=achievements))
    engine.identify("jo")
    for number in range(calls):
        engine.complete(f"call-{number}", user="jo")
    player = engine.user("jo")
    assert player.metrics["badges"] == greatest
    parts = {part.key for achievement in achievements for part in achievement.parts}
    warned = [
        one for one in check_ruleset_parts(metrics, (), (), achievements, ()) if "is never reached" in one.message
    ]
    assert len(warned) == len(parts - player.completed.keys())
