"""Tables become rules, and every problem has the path of its field."""

from datetime import date

import pytest

from trophy_engine import (
    AchievementPointsTrigger,
    ApiTrigger,
    Boost,
    Freezes,
    InvalidRules,
    InvalidValue,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.achievements import Achievement, CompositeTrigger
from trophy_engine.rules.diagnostics import exclude_warnings
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.gates import Gate
from trophy_engine.rules.notation import JSON, TOML
from trophy_engine.rules.partial_rules import UNREADABLE, Unreadable
from trophy_engine.rules.reading import RulesReader
from trophy_engine.rules.structure import rule_classes_of, write_rule
from trophy_engine.rules.tiers import Tier
from trophy_engine.rules.value_range import ValueRange
from trophy_engine.rules.windows import DateWindow, RollingWindow


def read(raw, *classes, path="here"):
    reader = RulesReader(TOML)
    return reader.read_rule(classes, raw, path), [problem.path for problem in reader.problems]


@pytest.mark.parametrize(
    "rule",
    [
        Achievement("ten", MetricTrigger("words", 10, {"device": "ios"}), when={"user_attributes": {"plan": "pro"}}),
        PointsSystem(
            "xp", boosts=[Boost("spring", 2, when={"start": date(2025, 3, 1), "end": date(2025, 3, 31)})], maximum=9
        ),
        Streak("habit", "weekly", [StreakMetric("words", 2)]),
    ],
)
def test_encoding_round_trips_equal(rule):
    assert read(write_rule(rule), type(rule)) == (rule, [])


def test_a_class_is_chosen_by_its_type():
    assert read({"type": "api"}, MetricTrigger, ApiTrigger) == (ApiTrigger(), [])


@pytest.mark.parametrize(
    ("raw", "kind", "paths"),
    [
        ({"type": "apy"}, "ApiTrigger", ["here.type"]),
        ({"type": "Metric", "value": 1}, "MetricTrigger", ["here.type", "here"]),
        ({"typ": "metric", "metric": "a", "value": 1}, "MetricTrigger", ["here.typ"]),
        ({"typ": "metrics", "metric": "a", "value": 1}, "MetricTrigger", ["here.typ", "here.typ"]),
        ({"metric": "a", "amount": 1}, "MetricTrigger", ["here"]),
        ({"type": ["api"]}, "Unreadable", ["here.type"]),
        ({}, "Unreadable", ["here"]),
    ],
)
def test_a_table_without_a_valid_type_is_read_as_the_most_similar(raw, kind, paths):
    rule, found = read(raw, MetricTrigger, ApiTrigger)
    assert (type(rule).__name__, found) == (kind, paths)


def test_every_problem_is_found_with_its_path():
    raw = {
        "key": "xp",
        "maxmum": 5,
        "levels": [{"key": "one", "points": 1}, {"points": 2}],
        "boosts": [{"name": "b", "multiplier": 2, "when": {"start": "2025-02-30"}}, 7],
    }
    partial, paths = read(raw, PointsSystem, path="points[0]")
    assert (partial.key, partial.maximum, partial.levels[1].key, partial.boosts[0].when.start) == ("xp", 5, None, None)
    assert sorted(paths) == [
        "points[0].boosts[0].when.start",
        "points[0].boosts[1]",
        "points[0].levels[1]",
        "points[0].maxmum",
    ]


def test_what_is_no_table_has_no_key():
    assert read(["words"], Metric) == (UNREADABLE, ["here"])
    assert read("words", Metric) == (Unreadable("words"), ["here"])
    rule, paths = read({"key": 5}, Metric)
    assert (rule.key, paths) == (None, ["here.key"])


def test_a_name_that_is_no_bare_key_is_quoted():
    assert read({"key": "words", "a\ud800": 1}, Metric)[1] == ["here.'a\\ud800'"]
    assert read({"key": "words", "a.b": 1}, Metric)[1] == ["here.'a.b'"]


@pytest.mark.parametrize(
    ("text", "format_", "message"),
    [
        (
            'metrics = ["words"]\nstreaks = [{ key = "s", metrics = [{ key = "words" }] }]',
            "toml",
            "not 'words'; write { key = \"words\" }",
        ),
        ('{"metrics": ["words"]}', "json", 'must be an object of fields, not "words"; write {"key": "words"}'),
        (
            'metrics = ["two words"]',
            "toml",
            "must be a table of fields, not 'two words'; write for example { key = \"…\" }",
        ),
        ('achievements = [{ key = "a", trigger = "api" }]', "toml", "not 'api'; write { type = \"api\" }"),
        (
            'achievements = [{ key = "a", trigger = "streak" }]',
            "toml",
            "not 'streak'; write { type = \"streak\", length = 1 }",
        ),
        (
            'achievements = [{ key = "a", trigger = "apy" }]',
            "toml",
            'not \'apy\'; write for example trigger = { type = "metric", metric = "…", value = 1 }',
        ),
        ('streaks = ["daily"]', "toml", "not 'daily'; write { key = \"daily\" }"),
        ("points = [5]", "toml", 'must be a table of fields, not 5; write for example { key = "…" }'),
        ('{"streaks": [{"key": "s", "freezes": 2}]}', "json", 'not 2; write for example "freezes": {"start_count": 2}'),
        ("leaderboards = [5]", "toml", 'write for example { key = "…", rank_by = "metric", start = 2025-04-02 }'),
    ],
)
def test_a_text_in_place_of_a_table_can_be_meant_as_its_key_or_type(text, format_, message):
    [problem] = exclude_warnings(check_text(text, format_))
    assert problem.message.endswith(message)


def test_contradictions_under_misspelt_names_have_the_path_that_is_written():
    text = """
        achievement = [{ key = "a", trigger = { type = "metric", metrik = "words", value = 1 } }]
        point = [{ key = "xp", level = [{ key = "a", point = 1 }, { key = "b", point = 1 }] }]
    """
    found = {problem.path: problem.message for problem in check_text(text)}
    assert found["achievement[0].trigger.metrik"].startswith("unknown metric 'words'")
    assert found["point[0].level[1].point"].startswith("levels 'a' and 'b' have the same threshold")


def test_of_two_misspellings_of_a_field_the_first_is_read():
    [first, second, third] = check_text('metrics = [{ key = "a", nam = 3, nme = "A" }]')
    assert [first.path, second.path, third.path] == ["metrics[0].nam", "metrics[0].nme", "metrics[0].nam"]


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


@pytest.mark.parametrize(
    ("notation", "messages"),
    [
        (TOML, ["must be a list, not 'sunday'; write ['sunday']", "must be one of 'AND', 'OR', not {key = 'x'}"]),
        (JSON, ['must be a list, not "sunday"; write ["sunday"]', 'must be one of "AND", "OR", not {"key": "x"}']),
    ],
)
def test_values_and_remedies_are_in_the_notation_of_the_file(notation, messages):
    reader = RulesReader(notation)
    reader.read_rule((Streak,), {"key": "s", "days_off": "sunday", "evaluation_mode": {"key": "x"}}, "here")
    assert sorted(problem.message for problem in reader.problems) == messages


@pytest.mark.parametrize("window", [{}, {"x": 1}, {"last": 7, "every": 3}, {"every": 2}, {"reset_by": 4}, [], 3])
@pytest.mark.parametrize("source", [{}, {"x": 1}, {"points": "xp", "completions": "*"}, [{}], 3])
@pytest.mark.parametrize("trigger", [{}, {"type": "nope"}, {"type": "metric"}, "api", 3])
def test_an_unreadable_table_in_a_field_counts_as_unknown(window, source, trigger):
    limited = {"type": "metric", "metric": "m", "points": 1, "limit": {"points": 3, "window": window}}
    filtered = {"type": "metric", "metric": "m", "points": -1, "block_if_out_of_points": True}
    with pytest.raises(InvalidRules) as raised:
        Ruleset.from_mapping(
            {
                "metrics": [{"key": "words"}, {"key": "m", "source": source, "window": window}],
                "achievements": [{"key": "a", "trigger": trigger, "repeatable": True}],
                "points": [{"key": "xp", "triggers": [limited, filtered]}],
            }
        )
    text = str(raised.value)
    assert "Unreadable" not in text
    assert "block_if_out_of_points" not in text
