"""Fields that contradict one another are refused with a message that reads well after its path."""

import pytest

from trophy_engine import (
    AchievementPointsTrigger,
    Boost,
    Freezes,
    InvalidValue,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.achievements import Achievement, CompositeTrigger
from trophy_engine.rules.gates import Gate
from trophy_engine.rules.notation import JSON, TOML
from trophy_engine.rules.reading import RulesReader
from trophy_engine.rules.structure import rule_classes_of
from trophy_engine.rules.tiers import Tier
from trophy_engine.rules.value_range import ValueRange
from trophy_engine.rules.windows import DateWindow, RollingWindow


def board(**fields):
    metric = {"rank_by": "metric", "metric": "words"}
    return Leaderboard, {"key": "w", "start": "2025-01-06", **metric, **fields}


def boost(**fields):
    return Boost, {"name": "b", "multiplier": 2, **fields}


def achievement(trigger, **fields):
    return Achievement, {"key": "a", "trigger": trigger, **fields}


#: Fields that contradict one another, and the messages after the paths.
CONTRADICTIONS = [
    (
        (Leaderboard, {"key": "w", "start": "2025-01-06", "rank_by": "metric", "metric": "words", "streak": "daily"}),
        {".streak": 'must be left out unless rank_by is "streak"'},
    ),
    ((Freezes, {"start_count": 2, "max_count": 1}), {".max_count": "1 must be at least start_count 2"}),
    (
        (Freezes, {"auto_earn_interval": 3}),
        {".auto_earn_interval": "must be given together with auto_earn_amount, or not at all"},
    ),
    (
        (Freezes, {"auto_earn_amount": 3}),
        {"": "auto_earn_interval must be given together with auto_earn_amount, or not at all"},
    ),
    (
        (Streak, {"key": "s", "frequency": "weekly", "days_off": ["sunday"]}),
        {".days_off": "must be left out of a weekly streak; only a daily one has days off"},
    ),
    ((Gate, {"start": "2025-01-06", "end": "2025-01-05"}), {".end": "2025-01-05 must not be before start 2025-01-06"}),
    (
        boost(user_id="ann", when={"user_attributes": {"plan": "pro"}}),
        {"": "a boost has either user_id or when.user_attributes, not both"},
    ),
    (
        (Metric, {"key": "a", "aggregate": "distinct"}),
        {"": 'distinct_by must be given if aggregate is "distinct", and only then'},
    ),
    (
        (Metric, {"key": "a", "event_attributes": {"track": "spa"}}),
        {".event_attributes": "is for derived metrics; give source the key of the metric that is recorded"},
    ),
    (
        (Metric, {"key": "a", "aggregate": "last", "window": {"last": 2, "unit": "day"}}),
        {
            ".window": "a window of days has no latest value, because dates come back; write the window in hours, "
            'for example {"last": 24, "unit": "hour"}'
        },
    ),
    (
        (Metric, {"key": "a", "source": {"completions": "*"}, "event_attributes": {"track": "spa"}}),
        {".event_attributes": "the completions of achievements have no attributes; remove it"},
    ),
    (
        (MetricTrigger, {"metric": "a", "value": 3, "at_most": 2}),
        {".value": "must not be given together with at_most; remove one"},
    ),
    (
        (CompositeTrigger, {"achievements": ["a", "b"], "at_least": 3}),
        {".at_least": "must be at most 2, because achievements has 2 achievements"},
    ),
    ((Tier, {"key": "gold"}), {"": "value must be given if at_most is not"}),
    (achievement({"type": "streak"}), {".trigger": "lacks the field length; give it, or give the achievement tiers"}),
    (
        achievement({"type": "streak", "length": 3}, tiers=[{"key": "a", "value": 3}]),
        {".trigger.length": "must not be given together with tiers, which have it"},
    ),
    (
        achievement({"type": "api"}, tiers=[{"key": "a", "value": 3}]),
        {".tiers": "are for triggers of the type metric, streak, anniversary or points, not api; remove them"},
    ),
    (
        achievement({"type": "streak"}, tiers=[{"key": "a", "value": 3}, {"key": "a", "value": 4}]),
        {".tiers[1].key": "'a' is the key of an earlier tier; choose another key"},
    ),
    (
        achievement({"type": "streak"}, tiers=[{"key": "a", "value": 2.5}]),
        {".tiers[0].value": "must be a whole number, not 2.5"},
    ),
    (
        achievement({"type": "streak"}, tiers=[{"key": "a", "at_most": 2}]),
        {".tiers[0].at_most": "is for metrics; give a tier of the type streak a value"},
    ),
    (
        achievement({"type": "metric", "metric": "m"}, tiers=[{"key": "a", "at_most": 2}, {"key": "b", "value": 1}]),
        {".tiers[1].value": "must be at_most, which the first tier has"},
    ),
    (
        achievement({"type": "metric", "metric": "m"}, tiers=[{"key": "a", "value": 2}, {"key": "b", "value": 2}]),
        {".tiers[1].value": "2 must be above 2, that of the tier before; order the tiers from easy to hard"},
    ),
    (
        achievement({"type": "metric", "metric": "m"}, tiers=[{"key": "a", "at_most": 2}, {"key": "b", "at_most": 3}]),
        {".tiers[1].at_most": "3 must be below 2, that of the tier before; order the tiers from easy to hard"},
    ),
    (
        achievement({"type": "anniversary", "years": 1}, repeatable=True),
        {
            ".repeatable": "must be false for a trigger of the type anniversary: each number of years passes once; "
            "give it tiers"
        },
    ),
    (
        achievement({"type": "streak"}, tiers=[{"key": "a", "value": 3}], repeatable=True),
        {".repeatable": "must be false with tiers, each of which is completed once; remove one of both"},
    ),
    (
        achievement({"type": "metric", "metric": "m", "at_most": 3}, repeatable=True),
        {
            ".repeatable": "must be false with at_most: a total that is at most a value has no multiples; remove "
            "it, or write several achievements"
        },
    ),
    *(
        (
            (cls, {"points": -1, **fields, "limit": {"points": 5}}),
            {".limit": "is for triggers that award points; remove it, or make points positive"},
        )
        for cls, fields in (
            (MetricPointsTrigger, {"metric": "words"}),
            (StreakPointsTrigger, {}),
            (AchievementPointsTrigger, {"achievement": "done"}),
            (TimePointsTrigger, {}),
            (UserCreationPointsTrigger, {}),
        )
    ),
    ((ValueRange, {"at_least": 3, "at_most": 2}), {".at_most": "2 must not be below at_least 3"}),
    ((RollingWindow, {"last": 169, "unit": "hour"}), {".last": "must be at most 168 hours, not 169"}),
    (
        (DateWindow, {"start": "2025-01-06", "end": "2025-01-05"}),
        {".end": "2025-01-05 must not be before start 2025-01-06"},
    ),
    (board(metric=None), {".metric": 'must be given if rank_by is "metric", and only then'}),
    (board(points="xp"), {".points": 'must be given if rank_by is "points", and only then'}),
    (board(run_unit="day"), {".run_unit": "must be given together with run_interval, or not at all"}),
    (board(run_interval=7), {"": "run_unit must be given together with run_interval, or not at all"}),
    (
        (Leaderboard, {"key": "w", "start": "2025-01-06", "rank_by": "streak", "run_unit": "day", "run_interval": 1}),
        {"": "a leaderboard by streak has no repeated runs; remove run_unit and run_interval"},
    ),
    (board(end="2025-01-05"), {".end": "2025-01-05 must not be before start 2025-01-06"}),
    (
        board(start_time="10:00", end_time="09:00"),
        {".end_time": "09:00 must be after start_time 10:00"},
    ),
]


@pytest.mark.parametrize(("table", "messages"), CONTRADICTIONS)
def test_a_contradiction_reads_well_after_its_path(table, messages):
    reader = RulesReader(JSON)
    cls, raw = table
    reader.read_rule((cls,), raw, "here")
    assert {problem.path: problem.message for problem in reader.problems} == {
        f"here{path}": message for path, message in messages.items()
    }


def test_every_condition_is_contradicted():
    conditions = {(cls, condition) for cls in rule_classes() for condition in getattr(cls, "conditions", ())}
    broken = {
        (cls, condition)
        for (cls, raw), _ in CONTRADICTIONS
        for condition in cls.conditions
        if contradicts(condition, RulesReader(JSON), cls, raw)
    }
    assert conditions
    assert broken == conditions


def contradicts(condition, reader, cls, raw):
    rule = reader.read_rule((cls,), raw, "here")
    try:
        condition.check(*(getattr(rule, name) for name in condition.fields))
    except InvalidValue:
        return True
    return False


def rule_classes(root=Ruleset):
    """Yield the class and the classes of all its parts."""
    yield root
    for classes, _ in rule_classes_of(root).values():
        for cls in classes:
            yield from rule_classes(cls)


def test_an_invalid_value_does_not_hide_that_another_field_is_missing():
    reader = RulesReader(TOML)
    cls, raw = board(run_unit="weekly")
    reader.read_rule((cls,), raw, "here")
    assert [(problem.path, problem.message) for problem in reader.problems] == [
        ("here.run_unit", "must be one of 'day', 'week', 'month', 'year', not 'weekly'; did you mean 'week'?"),
        ("here.run_unit", "must be given together with run_interval, or not at all"),
    ]


@pytest.mark.parametrize(
    ("table", "paths"),
    [
        ((Freezes, {"auto_earn_interval": "soon"}), [".auto_earn_interval"] * 2),
        (board(rank_by="points", metric=5), [".metric", ".metric"]),
        (boost(user_id=5, when={"user_attributes": {"plan": "pro"}}), ["", ".user_id"]),
    ],
)
def test_a_field_with_an_invalid_value_is_given(table, paths):
    reader = RulesReader(TOML)
    cls, raw = table
    reader.read_rule((cls,), raw, "here")
    problems = [problem.path.removeprefix("here") for problem in reader.problems]
    assert sorted(problems) == paths
