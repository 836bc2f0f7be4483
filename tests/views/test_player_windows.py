"""The bounds of windows: the total of a window is that of the events between them, in every zone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import at

from trophy_engine import Engine, Metric, Ruleset

WINDOWS = {
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
    "runs": {"every": 3, "unit": "day", "start": "2018-11-02"},
    "months": {"every": 1, "unit": "month", "start": "2018-08-31"},
    "weeks": {"every": 2, "unit": "week", "start": "2018-11-01"},
    "dates": {"start": "2018-11-02", "end": "2018-11-04"},
    "open-dates": {"start": "2018-11-04"},
    "last-days": {"last": 3, "unit": "day"},
    "last-day": {"last": 1, "unit": "day"},
    "hours": {"last": 30, "unit": "hour"},
    "minutes": {"last": 90, "unit": "minute"},
    "session": {"session_gap": 5, "unit": "hour"},
    "life": {"reset_by": "deaths"},
}
#: Around 4 November 2018: Sao Paulo skips its midnight, Havana shows it twice, Apia is far ahead.
ZONES = ["America/Sao_Paulo", "America/Havana", "Pacific/Apia", "America/Los_Angeles", "UTC", "+05:30"]
START = datetime(2018, 11, 1, tzinfo=UTC)
MINUTES = st.integers(0, 7 * 24 * 60)


def rules():
    metrics = [Metric(key, source="events", aggregate="count", window=window) for key, window in WINDOWS.items()]
    return Ruleset([Metric("events"), Metric("deaths"), *metrics])


def play_to(moments, zone):
    engine = Engine(rules())
    engine.identify("jo", time_zone=zone, at=START - timedelta(days=1))
    for moment in moments:
        engine.record("events", user="jo", at=START + timedelta(minutes=moment))
    return engine


@given(st.sampled_from(ZONES), st.lists(MINUTES, max_size=12).map(sorted), MINUTES)
def test_a_total_is_that_of_the_events_within_the_bounds(zone, moments, now):
    now = max([now, *moments])
    player = play_to(moments, zone).user("jo", at=START + timedelta(minutes=now))
    assert list(player.windows) == list(player.metrics)
    for key in WINDOWS:
        bounds = player.windows[key]
        first, after = (None, None) if bounds is None else bounds
        within = [
            moment
            for moment in (START + timedelta(minutes=moment) for moment in moments)
            if (first is None or first <= moment) and (after is None or moment < after)
        ]
        assert player.metrics[key] == (0 if bounds is None else len(within)), key
        assert first is None or first <= player.at, key
        assert after is None or player.at < after, key


@given(st.sampled_from(ZONES), MINUTES)
def test_windows_of_the_calendar_meet_at_their_bounds(zone, now):
    engine = play_to([now], zone)
    player = engine.user("jo", at=START + timedelta(minutes=now))
    for key in ("day", "week", "month", "year", "runs", "months", "weeks"):
        if player.windows[key] is None:
            continue
        first, after = player.windows[key]
        last = engine.user("jo", at=after - timedelta(microseconds=1))
        assert last.windows[key] == (first, after), key
        assert last.metrics[key] == 1, key
        following = engine.user("jo", at=after)
        assert following.windows[key][0] == after, key
        assert following.metrics[key] == 0, key


@pytest.mark.parametrize(
    ("zone", "first", "after"),
    [
        ("America/Sao_Paulo", "2018-11-04T03:00", "2018-11-05T02:00"),  # from 01:00, as midnight is skipped
        ("America/Havana", "2018-11-04T04:00", "2018-11-05T05:00"),
        ("Pacific/Apia", "2018-11-03T10:00", "2018-11-04T10:00"),
    ],
)
def test_days_with_a_change_of_the_clocks(zone, first, after):
    noon = datetime.fromisoformat("2018-11-04T12:00").replace(tzinfo=UTC)
    engine = Engine(rules())
    engine.identify("jo", time_zone=zone, at=START)
    when = noon if zone != "Pacific/Apia" else noon - timedelta(hours=12)
    assert engine.user("jo", at=when).windows["day"] == (at(first), at(after))


def test_a_change_of_zone_changes_the_bounds():
    engine = play_to([0], "UTC")
    assert engine.user("jo", at=START).windows["day"] == (START, START + timedelta(days=1))
    engine.identify("jo", time_zone="+02:00", at=START)
    assert engine.user("jo", at=START).windows["day"] == (START - timedelta(hours=2), START + timedelta(hours=22))
    engine.identify("jo", time_zone="-02:00", at=START)
    player = engine.user("jo", at=START)
    assert player.windows["day"] == (START - timedelta(hours=22), START + timedelta(hours=2))
    assert (player.metrics["day"], player.metrics["last-day"]) == (0, 1)  # 1 November is a later date


def test_metrics_without_a_window_have_no_bounds():
    engine = Engine(
        Ruleset([Metric("laps"), Metric("best", source="laps", aggregate="min"), Metric("days", aggregate="days")])
    )
    engine.record("laps", user="jo", at=START)
    assert dict(engine.user("jo", at=START).windows) == {"laps": None, "best": None, "days": None}
