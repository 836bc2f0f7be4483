"""An application shows a user's year in review."""

from datetime import date

import pytest
from hosted import HostedClient
from trophy.errors import NotFoundError, UnprocessableEntityError

from trophy_engine import (
    Achievement,
    Attribute,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.rules.leaderboards import Leaderboard

RULES = Ruleset(
    metrics=[Metric("words", name="Words", unit="words"), Metric("naps")],
    attributes=[Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
    points=[PointsSystem("xp", description="Experience", triggers=[MetricPointsTrigger("words", 2)])],
    leaderboards=[Leaderboard("writers", "metric", date(2024, 1, 1), metric="words", run_unit="year", run_interval=1)],
)


@pytest.fixture
def hosted():
    hosted = HostedClient(RULES, "2023-12-31 10:00")
    hosted.api.metrics.event("words", user={"id": "18"}, value=5)
    for at, words in (("2024-03-13 10:00", 10), ("2024-03-14 10:00", 20), ("2024-05-01 10:00", 1)):
        hosted.at(at).metrics.event("words", user={"id": "18"}, value=words, attributes={"device": "ios"})
    hosted.at("2025-06-01 10:00")
    return hosted


def test_a_year_in_review(hosted):
    year = hosted.api.users.wrapped("18", year=2024)
    assert year.user.id == "18"
    activity = hosted.body["activity"]
    assert (activity["daysActive"], activity["weeksActive"], activity["monthsActive"]) == (3, 2, 2)
    assert activity["mostActiveDay"]["date"] == "2024-03-14"
    assert (activity["mostActiveWeek"]["start"], activity["mostActiveWeek"]["end"]) == ("2024-03-11", "2024-03-17")
    assert activity["mostActiveMonth"]["month"] == 2
    entire = activity["entireYear"]
    assert entire["longestStreak"] == {
        "length": 2,
        "frequency": "daily",
        "periodStart": "2024-03-13",
        "periodEnd": "2024-03-14",
        "started": "2024-03-13",
    }
    words = entire["metrics"]["words"]
    assert (words["name"], words["units"]) == ("Words", "words")
    assert (words["currentTotal"], words["changeThisPeriod"], words["percentChange"]) == (36, 31, 620)
    assert words["percentileThisPeriod"] == 100
    assert words["byAttribute"]["device"]["ios"]["currentTotal"] == 31
    assert entire["metrics"]["naps"]["units"] is None
    assert entire["points"]["xp"]["changeThisPeriod"] == 62
    assert [achievement["name"] for achievement in entire["achievements"]] == ["ten"]
    assert "percentileThisPeriod" not in activity["mostActiveDay"]["metrics"]["words"]


def test_the_best_rankings_are_those_of_the_period(hosted):
    hosted.at("2024-03-20 10:00").metrics.event("words", user={"id": "rival"}, value=100)
    hosted.at("2025-06-01 10:00").users.wrapped("18", year=2024)
    activity = hosted.body["activity"]
    best = activity["entireYear"]["leaderboards"]["writers"]
    assert (best["rank"], best["value"], best["start"], best["end"]) == (1, 30, "2024-01-01", "2024-12-31")
    day = activity["mostActiveDay"]["leaderboards"]["writers"]
    assert (day["rank"], day["value"]) == (1, 30)

    hosted.api.users.wrapped("rival", year=2024)
    assert hosted.body["activity"]["entireYear"]["leaderboards"]["writers"]["rank"] == 1
    assert "percentileThisPeriod" in hosted.body["activity"]["mostActiveWeek"]["points"]["xp"]


def test_a_year_without_activity_can_be_read(hosted):
    year = hosted.api.users.wrapped("18").activity
    assert (year.days_active, year.most_active_day.date, year.most_active_month.month) == (0, "2025-01-01", 0)
    assert (year.most_active_week.start, year.most_active_week.end) == ("2024-12-30", "2025-01-05")
    assert (year.entire_year.metrics, year.entire_year.longest_streak.length) == ({}, 0)


def test_a_year_that_has_not_begun_is_refused(hosted):
    for year in (0, 2026):
        with pytest.raises(UnprocessableEntityError):
            hosted.api.users.wrapped("18", year=year)
    assert hosted.api.users.wrapped("18", year=1).activity.days_active == 0
    with pytest.raises(NotFoundError):
        hosted.api.users.wrapped("ghost")
