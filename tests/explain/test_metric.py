"""Totals that are not sums for ever: their aggregate and their window in every explanation."""

import pytest
from explained import assert_explanation
from stories import at, play

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.explain.timeline import timeline_of

LAPS = Metric("laps")


def explain_changes(*metrics, story):
    """Return the sentences on metrics but ``laps`` of each event of a story."""
    engine = Engine(Ruleset([LAPS, Metric("deaths"), *metrics], [Attribute("track", "event")]))
    changes = (one for outcome in play(engine, story) for one in outcome.explain().consequences)
    return [
        change.text
        for change in changes
        if change.type == "metric.changed" and not change.text.startswith(("laps", "deaths"))
    ]


STORY = "2026-01-05T10:00 laps 71\n2026-01-05T11:00 laps 64.5\n2026-01-06T10:00 laps 66"


@pytest.mark.parametrize(
    ("aggregate", "sentences"),
    [
        ("sum", ["best: 0 + 71 = 71", "best: 71 + 64.5 = 135.5", "best: 135.5 + 66 = 201.5"]),
        ("count", ["best: number of events 0 → 1", "best: number of events 1 → 2", "best: number of events 2 → 3"]),
        ("min", ["best: least value none → 71", "best: least value 71 → 64.5"]),
        ("max", ["best: greatest value none → 71"]),
        ("last", ["best: latest value none → 71", "best: latest value 71 → 64.5", "best: latest value 64.5 → 66"]),
        ("days", ["best: days with an event 0 → 1", "best: days with an event 1 → 2"]),
    ],
)
def test_each_aggregate(aggregate, sentences):
    assert explain_changes(Metric("best", source="laps", aggregate=aggregate), story=STORY) == sentences


@pytest.mark.parametrize(
    ("window", "sentences"),
    [
        (
            "day",
            [
                "best: 0 + 71 = 71 in the day of Monday 2026-01-05",
                "best: 71 + 64.5 = 135.5 in the day of Monday 2026-01-05",
                "best: 0 + 66 = 66 in the day of Tuesday 2026-01-06",
            ],
        ),
        ("week", "in the week of Sunday 2026-01-04"),
        ("month", "in the month of Thursday 2026-01-01"),
        ("year", "in the year of Thursday 2026-01-01"),
        ({"every": 28, "unit": "day", "start": "2026-01-02"}, "in the 28 days from Friday 2026-01-02"),
        ({"every": 1, "unit": "month", "start": "2026-01-02"}, "in the month of Friday 2026-01-02"),
        ({"start": "2026-01-02", "end": "2026-02-01"}, "in 2026-01-02 to 2026-02-01"),
        ({"start": "2026-01-02"}, "in the time from 2026-01-02 on"),
        ({"last": 7, "unit": "day"}, "in the last 7 days"),
        ({"last": 48, "unit": "hour"}, "in the last 48 hours"),
        ({"session_gap": 30, "unit": "hour"}, "in the session"),
        ({"reset_by": "deaths"}, "since the last event of deaths"),
    ],
)
def test_each_window(window, sentences):
    if isinstance(sentences, str):
        sums = ["best: 0 + 71 = 71", "best: 71 + 64.5 = 135.5", "best: 135.5 + 66 = 201.5"]
        sentences = [f"{text} {sentences}" for text in sums]
    assert explain_changes(Metric("best", source="laps", window=window), story=STORY) == sentences


def test_recorded_metrics_that_an_event_leaves_as_they_are():
    june = {"start": "2026-06-01", "end": "2026-06-30"}
    metrics = [Metric("score", aggregate="max"), Metric("june", window=june), Metric("last", aggregate="last")]
    story = "2026-01-05T10:00 score 7\n2026-01-05T11:00 score 5\n2026-01-05T12:00 june 3\n2026-01-05T13:00 last 3"
    assert explain_changes(*metrics, story=story + "\n2026-01-05T14:00 last 3") == [
        "score: greatest value none → 7",
        "score: greatest value still 7 after 5",
        "june: 3 does not count, outside 2026-06-01 to 2026-06-30",
        "last: latest value none → 3",
        "last: latest value still 3",
    ]


def test_an_event_that_pushes_others_out_of_a_window():
    recent = Metric("best", source="laps", window={"last": 1, "unit": "hour"})
    story = "\n".join(f"2026-01-05T10:{n // 60:02}:{n % 60:02} laps 1" for n in range(1001))
    assert explain_changes(recent, story=story)[-2:] == [
        "best: 998 + 1 = 999 in the last hour",
        "best: 999 + 1 = 1,000 in the last hour",
    ]


def engine_of(*achievements, metrics=(), points=()):
    return Engine(Ruleset([LAPS, *metrics], [Attribute("track", "event")], achievements=achievements, points=points))


TODAY = Metric("today", source="laps", window="day")
PLACES = Metric("places", source="laps", aggregate="distinct", distinct_by="track")


def test_an_achievement_of_a_day():
    engine = engine_of(Achievement("three", MetricTrigger("today", 3)), metrics=[TODAY])
    outcomes = play(
        engine, "2026-01-05T10:00 laps 2\n2026-01-06T10:00 laps 2\n2026-01-07T10:00 laps 2\n2026-01-07T11:00 laps 1"
    )
    assert_explanation(
        outcomes[-1].explain(),
        """
        jo recorded 1 for laps on Wednesday 2026-01-07 11:00:00, UTC.
          laps: 6 + 1 = 7
          today: 2 + 1 = 3 in the day of Wednesday 2026-01-07
          'three' was completed: today in the day of Wednesday 2026-01-07 went from 2 to 3, reaching the threshold of 3
        """,
    )
    completed = engine.explain("jo", achievement="three", at=at("2026-01-09"))
    assert (completed.progress.before, completed.progress.after) == (2, 3)
    assert completed.text.endswith("went from 2 to 3, reaching the threshold of 3")
    assert [
        engine.explain("jo", achievement="three", at=at(when)).progress.text
        for when in ("2026-01-06T12:00", "2026-01-07")
    ] == [
        "today in the day of Tuesday 2026-01-06: 2 of 3, 1 missing",
        "today in the day of Wednesday 2026-01-07: 0 of 3, 3 missing",
    ]


def test_an_achievement_at_the_first_event_of_a_day():
    engine = engine_of(Achievement("two", MetricTrigger("today", 2)), metrics=[TODAY])
    play(engine, "2026-01-05T10:00 laps 1\n2026-01-06T10:00 laps 5")
    progress = engine.explain("jo", achievement="two", at=at("2026-01-06T10:00")).progress
    assert (progress.before, progress.after) == (0, 5)


def test_an_achievement_on_a_greatest_value():
    best = Metric("best", source="laps", aggregate="max", event_value={"at_least": 10})
    engine = engine_of(Achievement("fifty", MetricTrigger("best", 50)), metrics=[best])
    play(engine, "2026-01-05T10:00 laps 2")
    assert engine.explain("jo", achievement="fifty", at=at("2026-01-05T10:00")).progress.text == (
        "greatest value of best: none yet; the threshold is 50"
    )
    play(engine, "2026-01-06T10:00 laps 60")
    assert engine.explain("jo", achievement="fifty", at=at("2026-01-06T10:00")).progress.text == (
        "greatest value of best went from none to 60, reaching the threshold of 50"
    )


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (TODAY, "; events with other attributes add up to 5"),
        (Metric("today", source="laps", aggregate="count"), "; events with other attributes add up to 1"),
        (Metric("today", source="laps", aggregate="max"), ""),
        (Metric("today", source="laps", window={"session_gap": 5, "unit": "minute"}), ""),
    ],
)
def test_the_other_events_of_totals_that_add_up(metric, expected):
    engine = engine_of(Achievement("ten", MetricTrigger("today", 10, {"track": "spa"})), metrics=[metric])
    for value, track in ((2, "spa"), (5, "monza")):
        engine.record("laps", user="jo", value=value, attributes={"track": track}, at=at("2026-01-05T10:00"))
    text = engine.explain("jo", achievement="ten", at=at("2026-01-05T10:00")).progress.text
    assert text.partition(" missing")[2] == expected


def test_points_for_each_multiple_in_a_window():
    points = [PointsSystem("xp", triggers=[MetricPointsTrigger("today", 5, threshold=2)])]
    engine = engine_of(metrics=[TODAY, PLACES], points=points)
    outcomes = play(engine, "2026-01-05T10:00 laps 3\n2026-01-06T10:00 laps 5")
    awards = [one.award for outcome in outcomes for one in outcome.explain().consequences if one.award]
    assert [(award.times, award.amount, award.total) for award in awards] == [(1, 5, 5), (2, 10, 15)]
    explained = engine.explain("jo", points="xp", at=at("2026-01-07"))
    assert [award.times for award in explained.awards] == [1, 2]


def test_points_for_multiples_of_a_filtered_total():
    trigger = MetricPointsTrigger("most", 5, threshold=2, event_attributes={"track": "spa"})
    most = Metric("most", source="laps", aggregate="max")
    engine = engine_of(metrics=[most], points=[PointsSystem("xp", triggers=[trigger])])
    outcomes = [
        engine.record("laps", user="jo", value=value, attributes={"track": "spa"}, at=at("2026-01-05T10:00"))
        for value in (-3, 6)
    ]
    awards = [one.award for outcome in outcomes for one in outcome.explain().consequences if one.award]
    assert [(award.times, award.awarded) for award in awards] == [(5, 25)]


def test_a_day_of_the_timeline_has_each_total_once():
    score = Metric("score", aggregate="max")
    week = Metric("week", source="laps", window="week")
    engine = engine_of(metrics=[TODAY, week, score])
    story = "2026-01-05T10:00 laps 3\n2026-01-05T11:00 laps 4\n2026-01-05T12:00 score 9\n2026-01-05T13:00 score 2"
    play(engine, f"{story}\n2026-01-06T10:00 laps 1")
    first, second = timeline_of(engine.transitions("jo", at=at("2026-01-07")))
    assert first.text.splitlines()[1:5] == [
        "  laps: 7 in 2 events",
        "  score: greatest value 9 in 2 events",
        "  today: 7",
        "  week: 7 in the week of Sunday 2026-01-04",
    ]
    assert second.recorded == {"laps": (1, 1)}
    assert second.totals == {"today": "1", "week": "8 in the week of Sunday 2026-01-04"}


def test_the_conditions_of_a_streak_on_derived_metrics():
    def rules(**fields):
        derived = [Metric("best", source="laps", **fields), Metric("lap-days", source="laps", aggregate="days")]
        return Ruleset(
            [LAPS, *derived],
            streaks=[Streak("habit", "weekly", [StreakMetric("best", 10), StreakMetric("lap-days", 2)])],
        )

    engine = Engine(rules(aggregate="max"))
    engine.identify("jo", at=at("2026-01-04"))
    when = at("2026-01-05T12:00")
    assert "best 0 of 10 and lap-days 0 of 2" in engine.explain("jo", streak=True, at=when).text
    play(engine, "2026-01-05T10:00 laps 5\n2026-01-05T11:00 laps 4")
    assert "best 5 of 10 and lap-days 1 of 2" in engine.explain("jo", streak=True, at=when).text
    engine.update(rules(), at=when)
    assert "best 9 of 10 and lap-days 1 of 2" in engine.explain("jo", streak=True, at=when).text
    play(engine, "2026-01-06T12:00 laps 3")
    explained = engine.explain("jo", streak=True, at=at("2026-01-06T12:00"))
    assert (explained.length, [condition.total for condition in explained.conditions]) == (1, [12, 2])


def test_what_would_have_met_derived_conditions():
    days = Metric("lap-days", source="laps", aggregate="days")
    engine = Engine(
        Ruleset(
            [LAPS, days], streaks=[Streak("habit", "weekly", [StreakMetric("lap-days", 2), StreakMetric("laps", 5)])]
        )
    )
    play(engine, "2026-01-05T10:00 laps 4\n2026-01-06T10:00 laps 4\n2026-01-12T10:00 laps 4")
    text = engine.explain("jo", streak=True, at=at("2026-01-20")).text
    assert "saved by reaching 2 for lap-days or 5 for laps by the end of Saturday 2026-01-17" in text
