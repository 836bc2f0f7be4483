"""An application shows users their metrics and the history of these."""

import pytest
from hosted import HostedClient
from trophy.errors import NotFoundError, UnprocessableEntityError

from trophy_engine import Achievement, Leaderboard, Metric, MetricPointsTrigger, MetricTrigger, PointsSystem, Ruleset

RULES = Ruleset(
    metrics=[Metric("words", name="Words"), Metric("views")],
    achievements=[
        Achievement("ten", MetricTrigger("words", 10)),
        Achievement("hundred", MetricTrigger("words", 100)),
        Achievement("draft", MetricTrigger("words", 1000), status="inactive"),
        Achievement("seen", MetricTrigger("views", 1)),
    ],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1, 100)])],
)


@pytest.fixture
def hosted():
    hosted = HostedClient(RULES, "2024-01-01 10:00")
    hosted.api.metrics.event("words", user={"id": "18"}, value=100)
    hosted.at("2024-01-03 10:00").metrics.event("words", user={"id": "18"}, value=300)
    return hosted


def test_all_metrics_are_shown_even_unused_ones(hosted):
    assert [(one.key, one.name, one.current) for one in hosted.api.users.all_metrics("18")] == [
        ("words", "Words", 400),
        ("views", "views", 0),
    ]
    words, views = hosted.body
    assert [(achievement["name"], achievement["achievedAt"]) for achievement in words["achievements"]] == [
        ("ten", "2024-01-01T10:00:00.000Z"),
        ("hundred", "2024-01-01T10:00:00.000Z"),
    ]
    assert [(achievement["name"], achievement["achievedAt"]) for achievement in views["achievements"]] == [
        ("seen", None)
    ]


def test_one_metric(hosted):
    assert hosted.api.users.single_metric("18", "words").current == 400
    for user, key in (("ghost", "words"), ("18", "naps")):
        with pytest.raises(NotFoundError):
            hosted.api.users.single_metric(user, key)
    with pytest.raises(NotFoundError):
        hosted.api.users.all_metrics("ghost")


def test_a_summary_has_a_row_for_every_day(hosted):
    span = {"start_date": "2024-01-01", "end_date": "2024-01-03"}
    hosted.api.users.metric_event_summary("18", "words", aggregation="daily", **span)
    assert hosted.body == [
        {"date": "2024-01-01", "total": 100, "change": 100},
        {"date": "2024-01-02", "total": 100, "change": 0},
        {"date": "2024-01-03", "total": 400, "change": 300},
    ]
    hosted.api.users.points_event_summary("18", "xp", aggregation="daily", **span)
    assert [row["total"] for row in hosted.body] == [1, 1, 4]


def test_a_summary_by_weeks_has_every_week_that_the_range_touches(hosted):
    span = {"start_date": "2024-01-03", "end_date": "2024-01-10"}
    hosted.api.users.metric_event_summary("18", "words", aggregation="weekly", **span)
    assert [(row["date"], row["change"]) for row in hosted.body] == [("2023-12-31", 400), ("2024-01-07", 0)]


@pytest.mark.parametrize(
    ("aggregation", "start", "end"),
    [
        ("hourly", "2024-01-01", "2024-01-03"),
        ("daily", "2024-01-03", "2024-01-03"),
        ("daily", "2024-01-03", "2024-01-01"),
        ("daily", "2024-01-01", "2025-06-01"),
        ("daily", "yesterday", "2024-01-03"),
        ("daily", "2024-01-01", None),
        ("weekly", "0001-01-01", "0001-01-02"),
        ("monthly", "9999-12-30", "9999-12-31"),
    ],
)
def test_an_invalid_range_is_refused(hosted, aggregation, start, end):
    for ask, key in (
        (hosted.api.users.metric_event_summary, "words"),
        (hosted.api.users.points_event_summary, "xp"),
    ):
        with pytest.raises(UnprocessableEntityError):
            ask("18", key, aggregation=aggregation, start_date=start, end_date=end)


def test_the_ends_of_a_range_are_named_as_in_the_query(hosted):
    def error_of(start, end):
        query = {"aggregation": "daily", "startDate": start, "endDate": end}
        hosted.send("GET", "/users/18/metrics/words/event-summary", params=query)
        return hosted.body["error"]

    assert error_of("2024-01-03", "2024-01-01") == "startDate 2024-01-03 must be before endDate 2024-01-01"
    assert error_of("0001-01-01", "0001-01-02") == "startDate must lie in the years 1900 to 2199, not 0001-01-01"


def test_a_summary_of_an_unknown_metric_or_user_is_not_found(hosted):
    span = {"aggregation": "daily", "start_date": "2024-01-01", "end_date": "2024-01-03"}
    for ask, user, key in (
        (hosted.api.users.metric_event_summary, "ghost", "words"),
        (hosted.api.users.metric_event_summary, "18", "naps"),
        (hosted.api.users.points_event_summary, "ghost", "xp"),
        (hosted.api.users.points_event_summary, "18", "gold"),
    ):
        with pytest.raises(NotFoundError):
            ask(user, key, **span)


DERIVED = Ruleset(
    metrics=[
        Metric("laps"),
        Metric("best", source="laps", aggregate="max", event_value={"at_least": 5}),
        Metric("today", source="laps", window="day"),
    ],
    achievements=[Achievement("three-a-day", MetricTrigger("today", 3)), Achievement("nine", MetricTrigger("best", 9))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("today", 5, 2)])],
    leaderboards=[Leaderboard("bests", "metric", start="2024-01-01", metric="best")],
)


def test_derived_metrics_and_what_they_complete():
    hosted = HostedClient(DERIVED, "2024-01-01 10:00")
    first = hosted.api.metrics.event("laps", user={"id": "18"}, value=3)
    assert (first.total, [one.name for one in first.achievements], first.points["xp"].added) == (3, ["three-a-day"], 5)
    assert hosted.body["leaderboards"] == {}
    assert [(one.key, one.current) for one in hosted.api.users.all_metrics("18")] == [
        ("laps", 3),
        ("best", 0),
        ("today", 3),
    ]
    assert hosted.at("2024-01-02 10:00").users.single_metric("18", "today").current == 0
    second = hosted.api.metrics.event("laps", user={"id": "18"}, value=7)
    assert (second.total, second.leaderboards["bests"].rank, second.leaderboards["bests"].previous_rank) == (
        10,
        1,
        None,
    )
    [ranked] = hosted.api.leaderboards.get("bests").rankings
    assert (ranked.user_id, ranked.value) == ("18", 7)
    span = {"start_date": "2024-01-01", "end_date": "2024-01-03"}
    hosted.api.users.metric_event_summary("18", "best", aggregation="daily", **span)
    assert hosted.body == [
        {"date": "2024-01-01", "total": 0, "change": 0},
        {"date": "2024-01-02", "total": 7, "change": 7},
        {"date": "2024-01-03", "total": 7, "change": 0},
    ]


def test_an_event_of_a_derived_metric_is_unprocessable_and_changes_nothing():
    hosted = HostedClient(DERIVED, "2024-01-01 10:00")
    with pytest.raises(UnprocessableEntityError):
        hosted.api.metrics.event("today", user={"id": "18", "name": "Jo"}, value=3)
    assert hosted.body == {"error": "metric 'today' is derived from 'laps'; record that"}
    assert list(hosted.engine.users()) == []


def test_the_year_in_review_has_a_number_for_a_total_of_nothing():
    hosted = HostedClient(DERIVED, "2024-01-01 10:00")
    hosted.api.metrics.event("laps", user={"id": "18"}, value=3)
    hosted.api.users.wrapped("18", year=2024)
    best = hosted.body["activity"]["entireYear"]["metrics"]["best"]
    assert (best["currentTotal"], best["changeThisPeriod"], best["percentChange"]) == (0, 0, 0)
