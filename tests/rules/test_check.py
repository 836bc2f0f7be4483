"""Every problem of a rules file is told at once, with its place and a remedy."""

import json
from textwrap import dedent

import pytest

from trophy_engine import Achievement, CompositeTrigger, InvalidRules, InvalidValue, Metric, Ruleset, TrophyError
from trophy_engine.rules.ruleset import check_file


def problems(tmp_path, text, suffix=".toml"):
    path = tmp_path / f"rules{suffix}"
    path.write_text(dedent(text), encoding="utf-8")
    return [str(problem) for problem in check_file(path)]


def test_a_sound_file_has_none(tmp_path):
    assert problems(tmp_path, 'metrics = [{ key = "words" }]') == []


def test_faults_of_fields_are_told_together(tmp_path):
    told = problems(
        tmp_path,
        """
        [[metrics]]
        key = "two words"
        nam = "Words"
        [streak]
        frequency = "dayly"
        metrics = [{ key = "words", threshold = 0 }]
        freezes = { start_count = 3, max_count = 1 }
        [[achievements]]
        key = "a"
        trigger = { type = "metrik" }
        [[achievements]]
        trigger = { type = "streak", length = 0 }
        [[points]]
        key = "xp"
        maximum = 0
        triggers = [{ type = "time", points = 0, unit = "weeks" }, 3]
        boosts = [{ name = "b", multiplier = 1, start = "soon" }]
    """,
    )
    assert told == [
        "error: metrics[0].nam: is not a field here; did you mean 'name'?",
        "error: metrics[0].key: key must be ASCII letters, digits, '-' and '_', not 'two words'",
        "error: streak.frequency: frequency must be one of 'daily', 'weekly', 'monthly', not 'dayly'",
        "error: streak.metrics[0].threshold: threshold must be above 0, not 0",
        "error: streak.freezes: max_count 1 must be at least start_count 3",
        "error: achievements[0].trigger.type: must be one of 'metric', 'streak', 'api', 'achievement', 'anniversary', "
        "not 'metrik'",
        "error: achievements[1]: lacks 'key'",
        "error: achievements[1].trigger.length: length must be at least 1, not 0",
        "error: points[0].maximum: maximum must be at least 1, not 0",
        "error: points[0].triggers[0].points: points must not be 0",
        "error: points[0].triggers[0].unit: unit must be one of 'hours', 'days', not 'weeks'",
        "error: points[0].triggers[1]: must be a table of fields, not 3",
        "error: points[0].boosts[0].multiplier: multiplier must lie between 0 and 100 and not be 1, not 1",
        "error: points[0].boosts[0].start: start must be a date such as 2026-02-14, not 'soon'",
    ]


def test_contradictions_are_told_together(tmp_path):
    told = problems(
        tmp_path,
        """
        metrics = [{ key = "words" }, { key = "words" }]
        attributes = [{ key = "plan" }, { key = "plan" }, { key = "plan", type = "event" }]
        [streak]
        metrics = [{ key = "word" }, { key = "words" }, { key = "words" }]
        [[achievements]]
        key = "a"
        user_attributes = { pln = "pro" }
        trigger = { type = "metric", metric = "lessons", value = 1, event_attributes = { device = "ios" } }
        [[achievements]]
        key = "b"
        trigger = { type = "achievement", achievements = ["c", "aa"] }
        [[achievements]]
        key = "c"
        trigger = { type = "achievement", achievements = ["b"] }
        [[points]]
        key = "xp"
        triggers = [{ type = "achievement", achievement = "d", points = 1 }]
        levels = [{ key = "one", points = 5 }, { key = "two", points = 5 }, { key = "one", points = 6 }]
    """,
    )
    assert told == [
        "error: metrics[1].key: the key 'words' is taken by metrics[0]; choose another one",
        "error: attributes[1].key: the user attribute 'plan' is declared at attributes[0] already; leave one out",
        "error: streak.metrics[0].key: unknown metric 'word'; did you mean 'words'?",
        "error: streak.metrics[2].key: the metric 'words' is taken by streak.metrics[1]; choose another one",
        "error: achievements[0].user_attributes.pln: unknown user attribute 'pln'; did you mean 'plan'?",
        "error: achievements[0].trigger.metric: unknown metric 'lessons'; declared: 'words', 'words'",
        "error: achievements[0].trigger.event_attributes.device: unknown event attribute 'device'; declared: 'plan'",
        "error: achievements[1].trigger.achievements[1]: unknown achievement 'aa'; did you mean 'a'?",
        "error: achievements[1].trigger.achievements: waits for itself: b -> c -> b; break the cycle",
        "error: achievements[2].trigger.achievements: waits for itself: c -> b -> c; break the cycle",
        "error: points[0].triggers[0].achievement: unknown achievement 'd'; declared: 'a', 'b', 'c'",
        "error: points[0].levels[2].key: the key 'one' is taken by points[0].levels[0]; choose another one",
        "error: points[0].levels[1].points: levels 'one' and 'two' share the threshold 5; move one",
    ]


def test_what_can_hardly_be_meant_is_a_warning(tmp_path):
    told = problems(
        tmp_path,
        """
        metrics = [{ key = "words" }]
        streak = {}
        [[achievements]]
        key = "week"
        trigger = { type = "streak", length = 7 }
        [[achievements]]
        key = "all"
        trigger = { type = "achievement", achievements = ["week"] }
        [[points]]
        key = "xp"
        maximum = 10
        triggers = [
            { type = "metric", metric = "words", points = -1 },
            { type = "streak", points = -1 },
            { type = "achievement", achievement = "all", points = -1 },
        ]
        levels = [{ key = "high", points = 11 }]
        boosts = [{ name = "b", multiplier = 2, start = 2025-01-01 }]
        [[points]]
        key = "gems"
        triggers = [{ type = "metric", metric = "words", points = 1, block_if_out_of_points = true }]
    """,
    )
    assert told == [
        "warning: streak.metrics: a streak without metrics never starts; name at least one",
        "warning: achievements[0].trigger: never fires, for the rules have no streak that can start; add [streak] with "
        "metrics",
        "warning: achievements[1].trigger.achievements[0]: the prerequisite 'week' can never complete, so neither can "
        "'all'; drop it",
        "warning: points[0].triggers: every trigger takes points and none gives any, so the total stays 0; "
        "add one that gives",
        "warning: points[0].triggers[1]: never fires, for the rules have no streak that can start; add [streak] with "
        "metrics",
        "warning: points[0].triggers[2].achievement: never fires, for 'all' can never complete",
        "warning: points[0].levels[0].points: 11 is above the maximum 10 and cannot be reached; lower it",
        "warning: points[0].boosts[0]: never applies, for no trigger of the system gives points; drop it",
        "warning: points[1].triggers[0].block_if_out_of_points: has no effect on a trigger that gives points; leave it "
        "out",
    ]
    assert Ruleset.load(tmp_path / "rules.toml").points[1].key == "gems"


@pytest.mark.parametrize(
    ("text", "suffix", "told"),
    [
        ("metrics = [", ".toml", "error: is not TOML: "),
        ('{"metrics": ', ".json", "error: is not JSON: "),
        (
            "[]",
            ".json",
            "error: must be a table of metrics, attributes, streak, achievements, points, leaderboards, "
            "experimentation, notifications, not []",
        ),
        ('{"metrics": 3}', ".json", "error: metrics: metrics must be a list, not 3"),
    ],
)
def test_what_is_no_rules_file_at_all(tmp_path, text, suffix, told):
    [problem] = problems(tmp_path, text, suffix)
    assert problem.startswith(told)


def test_a_part_that_cannot_be_read_is_still_known_by_its_key(tmp_path):
    told = problems(
        tmp_path,
        """
        metrics = [{ key = "words", name = 3 }]
        streak = { metrics = [{ key = "words" }] }
    """,
    )
    assert told == ["error: metrics[0].name: name must be text, not 3"]


def test_a_ruleset_in_python_raises_every_error():
    composite = Achievement("a", CompositeTrigger(["a", "b"]))
    with pytest.raises(InvalidRules) as raised:
        Ruleset(metrics=[Metric("words"), Metric("words")], achievements=[composite])
    assert len(raised.value.problems) == 3
    assert "waits for itself: a -> a" in str(raised.value)


def test_loading_raises_what_checking_tells(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"$schema": "x", "metric": []}))
    with pytest.raises(InvalidRules, match="metric: is not a field here; did you mean 'metrics'"):
        Ruleset.load(path)


def test_a_file_must_be_there_and_tell_its_format(tmp_path):
    with pytest.raises(TrophyError, match=r"cannot read .*missing.toml"):
        Ruleset.load(tmp_path / "missing.toml")
    (tmp_path / "rules.yaml").write_text("")
    with pytest.raises(InvalidValue, match=r"ends in \.toml or \.json, not '\.yaml'"):
        Ruleset.load(tmp_path / "rules.yaml")


def test_leaderboards_refer_to_what_there_is(tmp_path):
    told = problems(
        tmp_path,
        """
        metrics = [{ key = "words" }]
        attributes = [{ key = "city" }, { key = "device", type = "event" }]
        points = [{ key = "xp" }]
        [[leaderboards]]
        key = "a"
        rank_by = "metric"
        metric = "word"
        start = 2025-01-01
        breakdown_attributes = ["device"]
        user_attributes = { town = "London" }
        [[leaderboards]]
        key = "a"
        rank_by = "points"
        points = "xq"
        start = 2025-01-01
        [[leaderboards]]
        key = "b"
        rank_by = "streak"
        start = 2025-01-01
        max_participants = 0
    """,
    )
    assert told == [
        "error: leaderboards[2].max_participants: max_participants must be at least 1, not 0",
        "error: leaderboards[1].key: the key 'a' is taken by leaderboards[0]; choose another one",
        "error: leaderboards[0].user_attributes.town: unknown user attribute 'town'; declared: 'city'",
        "error: leaderboards[0].breakdown_attributes[0]: unknown user attribute 'device'; declared: 'city'",
        "error: leaderboards[0].metric: unknown metric 'word'; did you mean 'words'?",
        "error: leaderboards[1].points: unknown points system 'xq'; declared: 'xp'",
    ]


def test_a_leaderboard_by_a_streak_that_cannot_start_is_doubtful(tmp_path):
    told = problems(tmp_path, 'leaderboards = [{ key = "a", rank_by = "streak", start = 2025-01-01 }]')
    assert told == [
        "warning: leaderboards[0]: never fires, for the rules have no streak that can start; add [streak] with metrics"
    ]
