"""Mistakes of authors in whole files: each is one problem, whose message says what to write."""

import pytest

from trophy_engine.rules.draft import check_text

KM = '[[metrics]]\nkey = "km"\n'
LAP = '[[metrics]]\nkey = "lap"\nsource = "km"\naggregate = "min"\n'
ACHIEVEMENT = f'{KM}[[achievements]]\nkey = "a"\n'
METRIC_TRIGGER = 'trigger = { type = "metric", metric = "km", value = 5 }'
DONE = '[[achievements]]\nkey = "a"\ntrigger = { type = "api" }\n'
POINTS = f'{KM}[[points]]\nkey = "xp"\n'
BOARD = f'{KM}[[leaderboards]]\nkey = "b"\nstart = "2026-01-01"\n'
STREAK = '[[streaks]]\nkey = "s"\nmetrics = [{ key = "km" }]\n'
BOTH = '[[achievements]]\nkey = "{}"\ntrigger = {{ type = "achievement", achievements = ["{}"] }}\n'

MISTAKES = [
    (
        f'{KM}[streak]\nkey = "s"\nmetrics = [{{ key = "km" }}]',
        "unknown field 'streak'; write [[streaks]], with two brackets: there may be several",
    ),
    (
        f'{KM}[achievement]\nkey = "a"\ntrigger = {{ type = "api" }}',
        "unknown field 'achievement'; write [[achievements]], with two brackets: there may be several",
    ),
    (
        f'{POINTS}trigger = {{ type = "metric", metric = "km", points = 1 }}',
        "unknown field 'trigger'; write [[points.triggers]], with two brackets, or triggers = [{ … }]: there may be "
        "several",
    ),
    (
        f'{ACHIEVEMENT}trigger = {{ type = "metric", metric = "km", at_least = 5 }}',
        "unknown field 'at_least'; did you mean 'value'?",
    ),
    (
        f'{KM}[[streaks]]\nkey = "s"\nmetrics = [{{ key = "km", at_least = 5 }}]',
        "unknown field 'at_least'; did you mean 'threshold'?",
    ),
    (
        f'{ACHIEVEMENT}{METRIC_TRIGGER}\nwhen = {{ streak = "s" }}\n{STREAK}',
        """must be a table of fields, not 's'; write { key = "s", at_least = 1 }""",
    ),
    (
        f'{POINTS}[[metrics]]\nkey = "earned"\nsource = "xp"\n',
        "unknown metric 'xp', which is a points system, whose awards a metric with source = { points = 'xp' } counts; "
        "known: 'km', 'earned'",
    ),
    (
        f'{KM}{DONE}[[metrics]]\nkey = "badges"\nsource = "a"\n',
        "unknown metric 'a', which is an achievement, which a metric with source = { completions = ['a'] } counts; "
        "known: 'km', 'badges'",
    ),
    (
        f'{ACHIEVEMENT}trigger = {{ type = "metric", metric = "km" }}\ntiers = [10]',
        'must be a table of fields, not 10; write for example { key = "…", value = 10 }',
    ),
    (
        '[[metrics]]\nkey = "km"\nwindow = "7 days"',
        "must be one of 'day', 'week', 'month', 'year', not '7 days'; or write a table like {last = 7, unit = 'day'}",
    ),
    (
        f'{ACHIEVEMENT}repeatable = true\ntrigger = {{ type = "metric", metric = "km", at_most = 3 }}',
        "must be false with at_most: a total that is at most a value has no multiples; remove it, or write several "
        "achievements",
    ),
    (
        f'{ACHIEVEMENT}trigger = {{ type = "metric", metric = "km", at_most = 3, value = 2 }}',
        "must not be given together with at_most; remove one",
    ),
    (
        KM + BOTH.format("a", "b") + BOTH.format("b", "a"),
        "depends on itself: a -> b -> a; break the cycle",
    ),
    (
        f'{BOARD}rank_by = "points"\nmetric = "km"',
        "is not what rank_by names; give points, or rank by 'metric'",
    ),
    (
        f'{BOARD}metric = "km"',
        "the field 'rank_by' is missing; it must be one of 'metric', 'points', 'streak'",
    ),
    (
        f'[[metrics]]\nkey = "done"\nsource = {{ achievements = ["a"] }}\n{DONE}',
        "unknown field 'achievements'; did you mean 'completions'?",
    ),
    (
        f'[[metrics]]\nkey = "done"\nsource = {{ completions = "a" }}\n{DONE}',
        "must be a list of keys, or '*' for all, not 'a'; write ['a']",
    ),
    (
        f'{ACHIEVEMENT}{METRIC_TRIGGER}\nwhen = {{ between = ["20:00", "24:00"] }}',
        "each of between must be a time of day, for example '12:00' or '23:59:59', not '24:00'; midnight is '00:00'",
    ),
    (
        f'{ACHIEVEMENT}{METRIC_TRIGGER}\nwhen = {{ between = ["9:00", "12:00"] }}',
        "each of between must be a time of day, for example '12:00' or '23:59:59', not '9:00'; did you mean '09:00'?",
    ),
    (
        f"{ACHIEVEMENT}value = 1,5",
        "the rules are not valid TOML: a number has no comma; write 1.5, with a decimal point",
    ),
    (
        f"{ACHIEVEMENT}value = 1,500",
        "the rules are not valid TOML: a number has no comma; write 1500, or 1.500 with a decimal point",
    ),
    (
        f'{POINTS}boosts = [{{ name = "b", multiplier = "200%" }}]\n'
        '[[points.triggers]]\ntype = "metric"\nmetric = "km"\npoints = 1',
        "must be a number, not '200%'; write 2",
    ),
    (
        f'{KM}[[streaks]]\nkey = "s"\nmetrics = "km"',
        "must be a list, not 'km'; write metrics = [{ key = \"km\" }]",
    ),
    (
        f'[[attributes]]\nkey = "city"\n{KM}[[metrics]]\nkey = "far"\nsource = "km"\n'
        'event_attributes = { city = "x" }',
        "unknown event attribute 'city', which is a user attribute; known: none",
    ),
    (
        f'[[attributes]]\nkey = "city"\ntype = "event"\n{ACHIEVEMENT}{METRIC_TRIGGER}\n'
        'when = { user_attributes = { city = "x" } }',
        "unknown user attribute 'city', which is an event attribute; known: none",
    ),
    (
        f'{KM}{LAP}[[achievements]]\nkey = "a"\ntrigger = {{ type = "metric", metric = "lap", value = 5 }}',
        "is reached by a first event alone, because 'lap' is the least value, which only falls; write at_most to "
        "complete it when the total falls",
    ),
]


@pytest.mark.parametrize(("rules", "message"), MISTAKES)
def test_one_mistake_is_one_problem_with_its_remedy(rules, message):
    assert [problem.message for problem in check_text(rules, "toml")] == [message]
