"""Every problem of a rules file is reported at once, with its path and a remedy."""

import json
from textwrap import dedent

import pytest
from attrs import evolve

from trophy_engine import Achievement, CompositeTrigger, InvalidRules, InvalidValue, Metric, Ruleset, TrophyError
from trophy_engine.rules.draft import check_file


def problems(tmp_path, text, suffix=".toml"):
    path = tmp_path / f"rules{suffix}"
    path.write_text(dedent(text), encoding="utf-8")
    return [evolve(problem, label=problem.path).describe() for problem in check_file(path)]


def test_a_valid_file_has_no_problems(tmp_path):
    assert problems(tmp_path, 'metrics = [{ key = "words" }]') == []


def test_levels_by_earned_without_levels_is_doubted(tmp_path):
    triggers = '[{ type = "metric", metric = "words", points = 5 }]'
    text = f'metrics = [{{ key = "words" }}]\n[[points]]\nkey = "xp"\ntriggers = {triggers}\nlevels_by = "earned"\n'
    assert problems(tmp_path, text) == [
        "warning: points[0].levels_by: only counts what is earned, because the points system has no levels; "
        "add levels, or remove it"
    ]
    assert problems(tmp_path, text + 'levels = [{ key = "gold", points = 50 }]') == []
    assert problems(tmp_path, text + "levels = 7") == [
        'error: points[0].levels: must be a list, not 7; write for example levels = [{ key = "…", points = 7 }]'
    ]


def test_faults_of_fields_are_reported_together(tmp_path):
    messages = problems(
        tmp_path,
        """
        [[metrics]]
        key = "two words"
        nam = "Words"
        [[streaks]]
        key = "daily"
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
        boosts = [{ name = "b", multiplier = 1, when = { start = "soon" } }]
    """,
    )
    assert messages == [
        "error: metrics[0].nam: unknown field 'nam'; did you mean 'name'?",
        "error: metrics[0].key: must consist of ASCII letters, digits, '-' and '_', not 'two words'; "
        "write for example 'two-words'",
        "error: streaks[0].frequency: must be one of 'daily', 'weekly', 'monthly', 'quarterly', 'yearly', "
        "not 'dayly'; did you mean 'daily'?",
        "error: streaks[0].metrics[0].threshold: must be above 0, not 0",
        "error: streaks[0].freezes.max_count: 1 must be at least start_count 3",
        "error: achievements[0].trigger.type: must be one of 'metric', 'streak', 'api', 'achievement', "
        "'anniversary', 'points', 'level', not 'metrik'; did you mean 'metric'?",
        "error: achievements[0].trigger: the field 'metric' is missing",
        "error: achievements[1]: the field 'key' is missing",
        "error: achievements[1].trigger.length: must be at least 1, not 0",
        "error: points[0].maximum: must be at least 1, not 0",
        "error: points[0].triggers[0].points: must not be 0",
        "error: points[0].triggers[0].unit: must be one of 'hours', 'days', not 'weeks'",
        "error: points[0].triggers[1]: must be a table of fields, not 3; write for example "
        '{ type = "metric", metric = "…", points = 1 }',
        "error: points[0].boosts[0].multiplier: must be above 0, below 100 and different from 1, not 1",
        "error: points[0].boosts[0].when.start: must be a date, for example 2025-04-02, not 'soon'",
        "error: streaks[0].metrics[0].key: unknown metric 'words'; known: none",
    ]


def test_contradictions_are_reported_together(tmp_path):
    messages = problems(
        tmp_path,
        """
        metrics = [{ key = "words" }, { key = "words" }]
        attributes = [{ key = "plan" }, { key = "plan" }, { key = "plan", type = "event" }]
        [[streaks]]
        key = "daily"
        metrics = [{ key = "word" }, { key = "words" }, { key = "words" }]
        [[achievements]]
        key = "a"
        when = { user_attributes = { pln = "pro" } }
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
    assert messages == [
        "error: metrics[1].key: duplicate key 'words', already used by metrics[0]; choose another key",
        "error: attributes[1].key: duplicate user attribute 'plan', already used by attributes[0]; remove one",
        "error: streaks[0].metrics[0].key: unknown metric 'word'; did you mean 'words'?",
        "error: streaks[0].metrics[2].key: duplicate metric 'words', already used by streaks[0].metrics[1]; remove "
        "one, or give it event_attributes",
        "error: achievements[0].when.user_attributes.pln: unknown user attribute 'pln'; did you mean 'plan'?",
        "error: achievements[0].trigger.metric: unknown metric 'lessons'; known: 'words'",
        "error: achievements[0].trigger.event_attributes.device: unknown event attribute 'device'; known: 'plan'; "
        "declare it in 'attributes' with the type 'event'",
        "error: achievements[1].trigger.achievements[1]: unknown achievement 'aa'; did you mean 'a'?",
        "error: achievements[1].trigger.achievements: depends on itself: b -> c -> b; break the cycle",
        "error: points[0].triggers[0].achievement: unknown achievement 'd'; known: 'a', 'b', 'c'",
        "error: points[0].levels[2].key: duplicate key 'one', already used by points[0].levels[0]; choose another key",
        "error: points[0].levels[1].points: levels 'one' and 'two' have the same threshold, 5; change one",
    ]


def test_suspicious_rules_are_warnings(tmp_path):
    messages = problems(
        tmp_path,
        """
        metrics = [{ key = "words" }]
        streaks = [{ key = "daily" }]
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
        boosts = [{ name = "b", multiplier = 2, when = { start = 2025-01-01 } }]
        [[points]]
        key = "gems"
        triggers = [
            { type = "metric", metric = "words", points = 1, block_if_out_of_points = true },
            { type = "metric", metric = "words", points = 5, limit = { points = 3, window = "day" } },
            { type = "metric", metric = "words", points = 5, limit = { points = 5 } },
        ]
    """,
    )
    assert messages == [
        "warning: streaks[0].metrics: a streak without metrics never starts; add at least one metric",
        "warning: achievements[0].trigger: never has an effect, because the rules have no streak with metrics; add one",
        "warning: achievements[1].trigger.achievements[0]: 'week' can never be completed, so 'all' cannot be "
        "completed either; remove it",
        "warning: points[0].triggers: every trigger deducts points, so only manual awards raise the balance; "
        "add a trigger that awards points",
        "warning: points[0].triggers[1]: never has an effect, because the rules have no streak with metrics; add one",
        "warning: points[0].triggers[2].achievement: never has an effect, because 'all' can never be completed; "
        "remove it",
        "warning: points[0].levels[0].points: 11 is above the maximum 10, so it can never be reached; lower it",
        "warning: points[0].boosts[0]: never has an effect, because no trigger of the points system awards points; "
        "remove it",
        "warning: points[1].triggers[0].block_if_out_of_points: has no effect on a trigger that awards points; "
        "remove it",
        "warning: points[1].triggers[1].limit.points: is less than one payment of 5, so every award is cut off; "
        "raise it",
    ]
    assert Ruleset.load(tmp_path / "rules.toml").points[1].key == "gems"


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        ("metrics = [", ".toml", "error: the rules are not valid TOML: "),
        ('{"metrics": ', ".json", "error: the rules are not valid JSON: "),
        (
            "[]",
            ".json",
            "error: the rules must be an object, not []",
        ),
        ('{"metrics": 3}', ".json", "error: metrics: must be a list, not 3"),
    ],
)
def test_a_file_that_is_not_a_rules_file_is_a_problem(tmp_path, text, suffix, message):
    [problem] = problems(tmp_path, text, suffix)
    assert problem.startswith(message)


def test_an_unreadable_part_is_known_by_its_key(tmp_path):
    messages = problems(
        tmp_path,
        """
        metrics = [{ key = "words", name = 3 }]
        streaks = [{ key = "daily", metrics = [{ key = "words" }] }]
    """,
    )
    assert messages == ['error: metrics[0].name: must be a string, not 3; write it in quotes: "3"']


def test_a_ruleset_in_python_raises_every_error():
    composite = Achievement("a", CompositeTrigger(["a", "b"]))
    with pytest.raises(InvalidRules) as raised:
        Ruleset(metrics=[Metric("words"), Metric("words")], achievements=[composite])
    assert len(raised.value.problems) == 3
    assert "depends on itself: a -> a" in str(raised.value)


def test_loading_raises_the_problems_of_checking(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"$schema": "x", "metric": []}))
    with pytest.raises(InvalidRules, match="metric: unknown field 'metric'; did you mean 'metrics'"):
        Ruleset.load(path)


def test_a_file_must_exist_and_have_a_known_format(tmp_path):
    with pytest.raises(TrophyError, match=r"cannot read .*missing.toml"):
        Ruleset.load(tmp_path / "missing.toml")
    (tmp_path / "rules.yaml").write_text("")
    with pytest.raises(InvalidValue, match=r"must end in \.toml or \.json, not .*rules\.yaml"):
        Ruleset.load(tmp_path / "rules.yaml")


def test_leaderboards_refer_to_existing_rules(tmp_path):
    messages = problems(
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
    assert messages == [
        "error: leaderboards[2].max_participants: must be at least 1, not 0",
        "error: leaderboards[1].key: duplicate key 'a', already used by leaderboards[0]; choose another key",
        "error: leaderboards[0].user_attributes.town: unknown user attribute 'town'; known: 'city'; "
        "declare it in 'attributes'",
        "error: leaderboards[0].breakdown_attributes[0]: unknown user attribute 'device', which is an event attribute; "
        "known: 'city'",
        "error: leaderboards[0].metric: unknown metric 'word'; did you mean 'words'?",
        "error: leaderboards[1].points: unknown points system 'xq'; known: 'xp'",
        "warning: leaderboards[2]: never has an effect, because the rules have no streak with metrics; add one",
    ]


def test_a_leaderboard_by_a_streak_that_cannot_start_is_a_warning(tmp_path):
    messages = problems(tmp_path, 'leaderboards = [{ key = "a", rank_by = "streak", start = 2025-01-01 }]')
    assert messages == [
        "warning: leaderboards[0]: never has an effect, because the rules have no streak with metrics; add one"
    ]


def test_leaderboards_name_words_that_exist(tmp_path):
    board = '[[leaderboards]]\nkey = "a"\nrank_by = "streak"\nstart = 2025-01-01\n'
    rules = '[[metrics]]\nkey = "words"\n[[streaks]]\nkey = "daily"\nmetrics = [{ key = "words" }]\n' + board
    by_words = rules.replace('"streak"\n', '"metric"\nmetric = "words"\n')
    wrong = 'order = "ascend"\nties = "same"\ntime_zone = "Europe/Berln"\nrun_unit = "weekly"\nrun_interval = 1'
    assert problems(tmp_path, by_words + wrong) == [
        "error: leaderboards[0].run_unit: must be one of 'day', 'week', 'month', 'year', not 'weekly'; "
        "did you mean 'week'?",
        "error: leaderboards[0].order: must be one of 'descending', 'ascending', not 'ascend'; "
        "did you mean 'ascending'?",
        "error: leaderboards[0].ties: must be one of 'first', 'shared', not 'same'; did you mean 'shared'?",
        "error: leaderboards[0].time_zone: must be a time zone, for example 'Europe/London' or '+05:30', "
        "not 'Europe/Berln'; did you mean 'Europe/Berlin'?",
    ]
    assert problems(tmp_path, rules + 'order = "ascending"') == [
        "warning: leaderboards[0].order: ranks the shortest running streak first, and users without one nowhere; "
        "remove it to rank the longest first"
    ]


def test_keys_that_differ_in_case_alone_are_a_warning(tmp_path):
    rules = 'metrics = [{ key = "words" }, { key = "Words" }, { key = "WORDS" }]'
    fact = "differ in case alone, and some databases take them for one column; rename one"
    assert problems(tmp_path, rules) == [
        f"warning: metrics[1].key: 'Words' and 'words' {fact}",
        f"warning: metrics[2].key: 'WORDS' and 'words' {fact}",
    ]


def test_fields_that_are_missing_in_one_table_are_one_message(tmp_path):
    rules = """
        metrics = [{ key = "words" }, { key = "weekly", source = "words", window = { every = 2 } }, {}]
        achievements = [{ name = "Ten" }]
    """
    found = problems(tmp_path, rules)
    choices = "must be one of 'day', 'week', 'month', 'year'"
    assert f"error: metrics[1].window: the fields 'unit' and 'start' are missing; 'unit' {choices}" in found
    assert "error: metrics[2]: the field 'key' is missing" in found
    assert "error: achievements[0]: the fields 'key' and 'trigger' are missing" in found


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_a_text_that_is_repeated_in_a_list_is_not_to_be_written_without_quotes(tmp_path, suffix):
    streak = {"key": "habit", "metrics": [{"key": "words"}], "days_off": ["sunday", "sunday"]}
    rules = Ruleset(metrics=[Metric("words")]).to_text(suffix[1:])
    text = (
        json.dumps({**json.loads(rules), "streaks": [streak]})
        if suffix == ".json"
        else (rules + '[[streaks]]\nkey = "habit"\nmetrics = [{ key = "words" }]\ndays_off = ["sunday", "sunday"]\n')
    )
    [found] = problems(tmp_path, text, suffix)
    assert found.endswith("days_off must not contain {} twice".format("'sunday'" if suffix == ".toml" else '"sunday"'))


@pytest.mark.parametrize(
    ("freezes", "path", "message"),
    [
        ("max_count = 1, auto_earn_interval = 7, auto_earn_amount = 2", "auto_earn_amount", "2 are never granted"),
        ("max_count = 0, auto_earn_interval = 7, auto_earn_amount = 1", "auto_earn_amount", "never has an effect"),
        (
            'max_count = 2, rewards = [{ type = "streak", length = 7, freezes = 3 }]',
            "rewards[0].freezes",
            "3 are never",
        ),
        ('max_count = 0, rewards = [{ type = "streak", length = 7, freezes = 3 }]', "rewards", "never has an effect"),
        ('max_count = 3, rewards = [{ type = "streak", length = 7, freezes = 3 }]', None, None),
        ("max_count = 2, auto_earn_interval = 7, auto_earn_amount = 2", None, None),
    ],
)
def test_freezes_above_the_maximum_are_a_warning(tmp_path, freezes, path, message):
    streak = f'[[streaks]]\nkey = "s"\nmetrics = [{{ key = "words" }}]\nfreezes = {{ {freezes} }}\n'
    found = problems(tmp_path, 'metrics = [{ key = "words" }]\n' + streak)
    if message is None:
        assert found == []
    else:
        assert [one.startswith(f"warning: streaks[0].freezes.{path}: {message}") for one in found] == [True]
        assert found[0].endswith("; raise it")
