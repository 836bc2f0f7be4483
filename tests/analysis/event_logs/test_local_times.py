"""Local times and dates of a log are read in the time zone of their row."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trophy_engine.analysis.event_logs.local_times import parse_instant_or_local_time, resolve_local_time
from trophy_engine.calendar.instants import format_instant, from_micros, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue

ZONES = ["Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe", "+05:30"]


@pytest.mark.parametrize(
    ("text", "home", "instant"),
    [
        ("2025-07-25T23:40", "Europe/Berlin", "2025-07-25T21:40:00Z"),
        ("2025-07-25 23:40:01.5", "+05:30", "2025-07-25T18:10:01.500000Z"),
        ("2025-10-26T02:30", "Europe/Berlin", "2025-10-26T00:30:00Z"),  # occurs twice: the first
        ("2025-03-30T02:30", "Europe/Berlin", "2025-03-30T01:30:00Z"),  # skipped: 03:30
        ("2025-07-27", "Europe/Berlin", "2025-07-26T22:00:00Z"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),  # begins at 01:00
        ("2011-12-30T15:00", "Pacific/Apia", "2011-12-30T10:00:00Z"),  # a skipped date
        ("2025-07-25T23:40Z", "Europe/Berlin", "2025-07-25T23:40:00Z"),
        ("2025-07-25T23:40-04:00", "Europe/Berlin", "2025-07-26T03:40:00Z"),
    ],
)
def test_a_local_time_is_the_first_instant_that_shows_it(text, home, instant):
    assert format_instant(resolve_local_time(parse_instant_or_local_time(text, "at"), zone(home), "at")) == instant


@given(st.sampled_from(ZONES), st.integers(to_micros(datetime.fromisoformat("1950-01-01T00:00Z")) // 60_000_000, 2**26))
@example("Europe/Berlin", 29_345_190)
def test_a_local_time_is_parsed_to_its_instant(name, minutes):
    instant = minutes * 60_000_000
    home = zone(name)
    shown = (from_micros(instant) + timedelta(microseconds=home.offset(instant))).replace(tzinfo=None)
    read = resolve_local_time(parse_instant_or_local_time(shown.isoformat(), "at"), home, "at")
    assert read <= instant
    assert read + home.offset(read) == instant + home.offset(instant)
    if (
        not name.startswith("+")
        and shown.replace(tzinfo=ZoneInfo(name)).utcoffset() == shown.replace(tzinfo=ZoneInfo(name), fold=1).utcoffset()
    ):
        assert read == instant


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("06-01-24", "at must be an ISO 8601 datetime, for example 2025-04-02T10:00:00Z, not '06-01-24'"),
        ("1899-12-30", "at must lie in the years 1900 to 2199"),
        ("9999-12-31T23:59", "at must lie in the years 1900 to 2199"),
        ("1900-01-01", "at must lie in the years 1900 to 2199"),  # 1899 in UTC
    ],
)
def test_an_invalid_local_time_is_refused(text, message):
    with pytest.raises(InvalidValue, match=message):
        resolve_local_time(parse_instant_or_local_time(text, "at"), zone("Europe/Berlin"), "at")


def test_a_local_time_without_a_zone_is_refused():
    with pytest.raises(InvalidValue, match=r"at must have an offset, .*, or a time zone \(--tz or --tz-column\)"):
        resolve_local_time(parse_instant_or_local_time("2025-07-25T23:40", "at"), None, "at")
