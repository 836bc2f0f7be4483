"""What metrics are derived from and reset by, and what counts by them, is checked with its path and a remedy."""

import json
from textwrap import dedent

import pytest
from attrs import evolve
from stories import at, play

from trophy_engine import Engine, InvalidRules, InvalidValue, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.rules.draft import check_text

HEAD = """
attributes = [{ key = "track", type = "event" }, { key = "city" }]
[[metrics]]
key = "laps"
[[metrics]]
key = "pits"
"""
BEST = """
[[metrics]]
key = "best"
source = "laps"
aggregate = "min"
event_attributes = { track = "spa" }
"""
TODAY = """
[[metrics]]
key = "today"
source = "laps"
window = "day"
"""
ROLLING = """
[[metrics]]
key = "rolling"
source = "laps"
window = { last = 7, unit = "day" }
"""


def problems(text):
    return [evolve(problem, label=problem.path).describe() for problem in check_text(text)]


def test_what_a_metric_refers_to_is_declared():
    assert problems(
        HEAD
        + """
[[metrics]]
key = "a"
source = "lap"
aggregate = "distinct"
distinct_by = "trak"
event_attributes = { city = "x" }
window = { reset_by = "pit" }
"""
    ) == [
        "error: metrics[2].source: unknown metric 'lap'; did you mean 'laps'?",
        "error: metrics[2].distinct_by: unknown event attribute 'trak'; did you mean 'track'?",
        "error: metrics[2].event_attributes.city: unknown event attribute 'city', which is a user attribute; "
        "known: 'track'",
        "error: metrics[2].window.reset_by: unknown metric 'pit'; did you mean 'pits'?",
    ]


def test_a_chain_is_refused_by_the_names_of_its_metrics():
    a, b, c = 'key = "a"\nsource = "best"', 'key = "b"\nsource = "c"', 'key = "c"\nsource = "b"'
    itself = 'key = "d"\nsource = "d"'
    assert problems(HEAD + BEST + "".join(f"[[metrics]]\n{one}\n" for one in (a, b, c, itself))) == [
        "error: metrics[3].source: 'best' is itself derived, from 'laps'; write 'laps' and what 'best' filters",
        "error: metrics[4].source: 'c' is itself derived, from 'b'; write the key of a recorded metric",
        "error: metrics[5].source: 'b' is itself derived, from 'c'; write the key of a recorded metric",
        "error: metrics[6].source: a metric is not derived from itself; write the key of a recorded metric",
    ]


def test_a_metric_is_reset_by_another_recorded_one():
    recorded = '[[metrics]]\nkey = "a"\nwindow = { reset_by = "%s" }\n'
    derived = '[[metrics]]\nkey = "b"\nsource = "laps"\nwindow = { reset_by = "%s" }\n'
    remedy = "write the key of another recorded metric"
    assert problems(HEAD + BEST + recorded % "pits" + derived % "pits") == []
    assert problems(HEAD + BEST + recorded % "a") == [
        f"error: metrics[3].window.reset_by: a metric does not reset itself; {remedy}"
    ]
    assert problems(HEAD + BEST + derived % "laps" + derived.replace('"b"', '"c"') % "best") == [
        f"error: metrics[3].window.reset_by: 'laps' is the source, so every event would empty the window; {remedy}",
        f"error: metrics[4].window.reset_by: 'best' is a derived metric, and only recorded ones have events; {remedy}",
    ]


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("rolling", "'rolling' has a rolling window, which has no beginning to count from; use a metric with another "),
        ("best", "'best' is the least value, which pays no points for each multiple; use a metric with another "),
        ("latest", "'latest' is the latest value, which pays no points for each multiple; use a metric with another "),
        ("today", None),
        ("laps", None),
    ],
)
def test_points_for_each_multiple_need_a_beginning_to_count_from(metric, reason):
    latest = '[[metrics]]\nkey = "latest"\naggregate = "last"\n'
    system = f'[[points]]\nkey = "xp"\ntriggers = [{{ type = "metric", metric = "{metric}", points = 1 }}]\n'
    found = problems(HEAD + BEST + TODAY + ROLLING + latest + system)
    assert [one.partition(reason)[:2] for one in found if reason] == (
        [("error: points[0].triggers[0].metric: ", reason)] if reason else []
    )
    assert bool(found) is bool(reason)


def test_streaks_and_leaderboards_count_in_stretches_of_their_own():
    streak = 'streaks = [{ key = "s", metrics = [{ key = "today" }, { key = "best" }, { key = "laps" }] }]\n'
    board = '[[leaderboards]]\nkey = "%s"\nrank_by = "metric"\nmetric = "%s"\nstart = 2026-01-05\n'
    boards = board % ("b", "today") + board % ("c", "best")
    assert problems(streak + HEAD + BEST + TODAY + boards) == [
        "error: streaks[0].metrics[0].key: 'today' has a window of its own, but a streak counts in its periods; "
        "use a metric like it without a window",
        "error: streaks[0].metrics[1].key: 'best' is the least value, which is in no condition of a streak; "
        "use a metric with another aggregate, for example 'max'",
        "error: leaderboards[0].metric: 'today' has a window of its own, but a leaderboard counts in its runs; "
        "use a metric like it without a window",
        "warning: leaderboards[1].order: ranks the greatest 'best' first; 'ascending' ranks the least first",
    ]
    ascending = board.replace("%s", "best") + 'order = "ascending"\n'
    assert problems(HEAD + BEST + ascending) == []


WEEKENDS = """
[[metrics]]
key = "weekends"
source = "laps"
aggregate = "days"
when = { weekdays = ["saturday", "sunday"] }
"""


def streak_on(*keys, **fields):
    metrics = ", ".join(f'{{ key = "{key}" }}' for key in keys)
    written = "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())
    return f'[[streaks]]\nkey = "s"\nmetrics = [{metrics}]\n{written}'


def test_a_streak_whose_days_are_all_off_never_ends():
    off = streak_on("laps", days_off=list(WEEKDAYS))
    assert problems(HEAD + off) == [
        "warning: streaks[0].days_off: are all weekdays, so no day is missed and the streak never ends; "
        "remove at least one"
    ]
    assert problems(HEAD + streak_on("laps", days_off=list(WEEKDAYS[1:]))) == []


WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
MISSED = "so the streak is missed then; add that to days_off"


@pytest.mark.parametrize(
    ("streak", "weekdays"),
    [
        (streak_on("weekends"), WORKDAYS),
        (streak_on("weekends", days_off=WORKDAYS), []),
        (streak_on("weekends", days_off=WORKDAYS[1:]), WORKDAYS[:1]),
        (streak_on("weekends", frequency="weekly"), []),
        (streak_on("weekends", "laps"), []),
        (streak_on("weekends", "laps", evaluation_mode="AND"), WORKDAYS),
    ],
)
def test_a_daily_streak_is_missed_on_weekdays_on_which_nothing_counts(streak, weekdays):
    found = [f"warning: streaks[0].metrics: never count on {', '.join(weekdays)}, {MISSED}"] if weekdays else []
    assert problems(HEAD + WEEKENDS + streak) == found


def test_a_gate_over_midnight_is_open_on_the_next_date_too():
    late = WEEKENDS.replace('"sunday"]', '"sunday"], between = ["22:00", "02:00"]')
    [found] = problems(HEAD + late + streak_on("weekends"))
    assert f"never count on tuesday, wednesday, thursday, friday, {MISSED}" in found


def test_a_threshold_of_a_streak_on_a_number_of_dates_is_whole():
    halves = streak_on("weekends", frequency="weekly").replace('"weekends" }', '"weekends", threshold = 1.5 }')
    assert problems(HEAD + WEEKENDS + halves) == [
        "error: streaks[0].metrics[0].threshold: must be a whole number of at least 1, because 'weekends' counts "
        "dates, not 1.5; write 2"
    ]


def test_dates_and_different_values_are_limited_by_what_passes():
    weekly = 'window = "week"\n'
    places = """
    [[metrics]]
    key = "places"
    source = "laps"
    aggregate = "distinct"
    distinct_by = "track"
    event_attributes = { track = ["monza", "spa"] }
    """
    never = "is never reached, because {} is at most 2"
    for metric, key in ((WEEKENDS + weekly, "weekends"), (dedent(places), "places")):
        [found] = problems(HEAD + metric + achievement(key, 3))
        assert never.format(repr(key)) in found
        assert problems(HEAD + metric + achievement(key, 2)) == []


def achievement(metric, value, key="a"):
    trigger = f'{{ type = "metric", metric = "{metric}", value = {value} }}'
    return f'[[achievements]]\nkey = "{key}"\ntrigger = {trigger}\n'


@pytest.mark.parametrize(
    ("metric", "greatest"),
    [
        ('aggregate = "distinct"\ndistinct_by = "track"', 10_000),
        ('aggregate = "days"\nwindow = "day"', 1),
        ('aggregate = "days"\nwindow = "week"', 7),
        ('aggregate = "days"\nwindow = { every = 2, unit = "month", start = 2026-01-05 }', 62),
        ('aggregate = "days"\nwindow = { start = 2026-06-01, end = 2026-06-30 }', 30),
        ('aggregate = "days"\nwindow = { last = 7, unit = "day" }', 9),
        ('aggregate = "count"\nwindow = { last = 7, unit = "hour" }', 1_000),
        ('aggregate = "max"\nevent_value = { at_most = 100 }', 100),
    ],
)
def test_a_threshold_that_no_total_reaches_is_a_warning(metric, greatest):
    text = HEAD + f'[[metrics]]\nkey = "m"\nsource = "laps"\n{metric}\n'
    assert problems(text + achievement("m", greatest)) == []
    beyond = f"is never reached, because 'm' is at most {greatest:,}; lower it"
    composite = '[[achievements]]\nkey = "all"\ntrigger = { type = "achievement", achievements = ["a"] }\n'
    assert problems(text + achievement("m", greatest + 1) + composite) == [
        f"warning: achievements[0].trigger.value: {beyond}",
        "warning: achievements[1].trigger.achievements[0]: 'a' can never be completed, so 'all' cannot be completed "
        "either; remove it",
    ]
    if "last" not in metric:
        trigger = f'{{ type = "metric", metric = "m", points = 1, threshold = {greatest + 1} }}'
        assert problems(text + f'[[points]]\nkey = "xp"\ntriggers = [{trigger}]\n') == [
            f"warning: points[0].triggers[0].threshold: {beyond}"
        ]


@pytest.mark.parametrize(
    "metric",
    [
        'aggregate = "days"',
        'aggregate = "days"\nwindow = { start = 2026-06-01 }',
        'aggregate = "days"\nwindow = { session_gap = 30, unit = "minute" }',
        'aggregate = "count"\nwindow = "day"',
        'aggregate = "max"\nevent_value = { at_least = 1 }',
        'aggregate = "sum"\nevent_value = { at_most = 1 }',
    ],
)
def test_a_total_without_limit_has_no_warning(metric):
    text = HEAD + f'[[metrics]]\nkey = "m"\nsource = "laps"\n{metric}\n'
    assert problems(text + achievement("m", 1_000_000)) == []


@pytest.mark.parametrize(
    ("frequency", "greatest"),
    [
        ('"daily"', 1),
        ('"weekly"', 7),
        ('"quarterly"', 92),
        ('{ every = 2, unit = "week", start = 2026-01-05 }', 14),
    ],
)
def test_a_streak_cannot_require_more_days_than_its_period_has(frequency, greatest):
    days = '[[metrics]]\nkey = "days"\nsource = "laps"\naggregate = "days"\n'
    streak = 'streaks = [{{ key = "s", frequency = {}, metrics = [{{ key = "days", threshold = {} }}] }}]\n'
    assert problems(streak.format(frequency, greatest) + days + HEAD[HEAD.index("[[") :]) == []
    [problem] = problems(streak.format(frequency, greatest + 1) + days + HEAD[HEAD.index("[[") :])
    assert problem == (
        f"warning: streaks[0].metrics[0].threshold: is never reached, because 'days' is at most {greatest} in a "
        "period; lower it"
    )


def test_a_filter_that_excludes_that_of_its_metric_is_a_warning():
    trigger = '{ type = "metric", metric = "best", at_most = 90, event_attributes = { track = "%s" } }'
    rule = f'[[achievements]]\nkey = "a"\ntrigger = {trigger}\n'
    assert problems(HEAD + BEST + rule % "spa") == []
    assert problems(HEAD + BEST + rule % "monza") == [
        "warning: achievements[0].trigger.event_attributes.track: never has an effect, because no event that 'best' "
        "counts has this value; remove it"
    ]
    several = BEST.replace('"spa"', '["spa", "monza"]')
    assert problems(HEAD + several + rule % "monza") == []


def test_a_custom_streak_has_conditions_in_which_it_can_count():
    metrics = [
        Metric("laps"),
        Metric("today", source="laps", window="day"),
        Metric("low", source="laps", aggregate="min"),
    ]
    rules = Ruleset(metrics, streaks=[Streak("habit", metrics=[StreakMetric("laps")], customization_enabled=True)])
    engine = Engine(rules)
    engine.identify("jo")
    for key, reason in (("today", "has a window of its own"), ("low", "is the least value")):
        with pytest.raises(InvalidValue, match=f"'{key}' {reason}"):
            engine.prefer("jo", metrics=[StreakMetric(key)])


def test_a_custom_streak_loses_the_conditions_in_which_it_can_no_longer_count():
    def rules(**fields):
        metrics = [Metric("laps"), Metric("many", source="laps", **fields)]
        return Ruleset(metrics, streaks=[Streak("habit", metrics=[StreakMetric("laps")], customization_enabled=True)])

    engine = Engine(rules())
    engine.identify("jo", at=at("04-02T08:00"))
    choice = [StreakMetric("laps", 5), StreakMetric("many", 100)]
    engine.prefer("jo", metrics=choice, evaluation_mode="AND", at=at("04-02T08:00"))
    [without] = play(engine, "04-02T09:00 laps 5")
    engine.update(rules(window="day"), at=at("04-03T08:00"))
    [windowed] = play(engine, "04-03T09:00 laps 5")
    engine.update(rules(), at=at("04-04T08:00"))
    [back] = play(engine, "04-04T09:00 laps 5")
    assert [one.streak.length for one in (without, windowed, back)] == [0, 1, 1]


def test_a_ruleset_in_python_raises_them():
    with pytest.raises(InvalidRules, match=r"metrics\[1\] 'b'.source: unknown metric 'c'"):
        Ruleset([Metric("a"), Metric("b", source="c")])


def test_a_condition_that_is_only_a_key_is_one_problem():
    text = '[[metrics]]\nkey = "words"\n[[streaks]]\nkey = "daily"\nmetrics = ["words"]\n'
    assert [problem.path for problem in check_text(text)] == ["streaks[0].metrics[0]"]


JUNE = """
[[metrics]]
key = "june"
source = "laps"
window = { start = 2026-06-01, end = 2026-06-30 }
when = { %s }
"""


@pytest.mark.parametrize(
    ("gate", "field", "fact"),
    [
        (
            "start = 2026-07-01",
            "start",
            "2026-07-01 is after the last date of the window, 2026-06-30",
        ),
        ("end = 2026-05-31", "end", "2026-05-31 is before the first date of the window, 2026-06-01"),
        (
            'end = 2026-05-30, between = ["22:00", "02:00"]',
            "end",
            "2026-05-30 is before the first date of the window, 2026-06-01",
        ),
    ],
)
def test_a_gate_without_a_date_of_the_window_is_a_warning(gate, field, fact):
    assert problems(HEAD + JUNE % gate + achievement("june", 1)) == [
        f"warning: metrics[2].when.{field}: nothing ever counts, because {fact}; change one of them",
        "warning: achievements[0].trigger.value: is never reached, because 'june' is at most 0; remove it",
    ]


@pytest.mark.parametrize(
    "gate",
    ["start = 2026-06-30", "end = 2026-06-01", 'end = 2026-05-31, between = ["22:00", "02:00"]'],
)
def test_a_gate_with_a_date_of_the_window_is_no_problem(gate):
    assert problems(HEAD + JUNE % gate + achievement("june", 1)) == []


@pytest.mark.parametrize("at_most", ["0", "-1", "-0.5"])
def test_a_sum_of_values_that_are_not_above_zero_reaches_nothing(at_most):
    loss = f'[[metrics]]\nkey = "loss"\nsource = "laps"\nevent_value = {{ at_most = {at_most} }}\n'
    paid = '[[points]]\nkey = "xp"\ntriggers = [{ type = "metric", metric = "loss", points = 1 }]\n'
    never = "is never reached, because 'loss' is at most 0{}; remove it"
    assert problems(HEAD + loss + streak_on("loss") + achievement("loss", 5) + paid) == [
        f"warning: streaks[0].metrics[0].threshold: {never.format(' in a period')}",
        f"warning: achievements[0].trigger.value: {never.format('')}",
        f"warning: points[0].triggers[0].threshold: {never.format('')}",
    ]
    assert problems(HEAD + loss.replace(at_most, "1") + paid) == []
