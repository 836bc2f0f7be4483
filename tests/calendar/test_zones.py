"""Zones agree with the slower computation by datetimes."""

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import InvalidValue
from trophy_engine.calendar.instants import DAY, FIRST, HOUR, LAST, from_micros, to_micros
from trophy_engine.calendar.zones import TZDATA_VERSION, zone
from trophy_engine.testing.datetimes import transitions

ODD = (
    "Africa/Casablanca",
    "America/Havana",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
)
NAMES = sorted(files("tzdata").joinpath("zones").read_text().split())
MINUTE = HOUR // 60
EDGES = (-1, 0, -HOUR, HOUR, -150 * MINUTE, 150 * MINUTE, -12 * HOUR, 11 * HOUR)
zones = st.one_of(st.sampled_from(ODD), st.sampled_from(NAMES))
instants = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)).map(lambda at: to_micros(at.replace(tzinfo=UTC)))  # noqa: DTZ001


@cache
def theirs(name):
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data)


def local(instant, name):
    return from_micros(instant).astimezone(theirs(name))


@given(zones, instants)
def test_a_window_has_the_local_date_until_its_end(name, instant):
    day, end = zone(name).window(instant)
    assert date.fromordinal(day) == local(instant, name).date()
    assert instant < end <= instant + DAY + 2 * HOUR
    for moment in (instant + (end - instant) // 2, end - 1):
        assert date.fromordinal(day) == local(moment, name).date()
    assert zone(name).offset(instant) == local(instant, name).utcoffset() // timedelta(microseconds=1)


@given(zones, instants)
def test_after_a_midnight_the_date_is_never_earlier_again(name, instant):
    day, _ = zone(name).window(instant)
    midnight = zone(name).midnight(day)
    assert local(midnight - 1, name).date().toordinal() < day
    for later in (0, 1, HOUR // 2, HOUR, 2 * HOUR, 25 * HOUR):
        assert local(midnight + later, name).date().toordinal() >= day


@given(zones, instants, st.integers(0, DAY - 1))
def test_a_time_of_day_equals_that_of_datetime_with_fold_0(name, instant, time_of_day):
    day, _ = zone(name).window(instant)
    clock = datetime.combine(date.fromordinal(day), time()) + timedelta(microseconds=time_of_day)
    assert zone(name).instant(day, time_of_day) == to_micros(clock.replace(tzinfo=theirs(name)))


def date_of(instant, name, day_start):
    """Return the date of the clock's time less the day start."""
    wall = local(instant, name).replace(tzinfo=None)
    return (wall - timedelta(microseconds=day_start)).date()


def first_after_which(instant, name, day_start, day):
    """Return the first minute after an instant, within three days, from which on the date is a day or a later one."""
    minutes = [instant + minute * MINUTE for minute in range(3 * 24 * 60)]
    earlier = [at for at in minutes if date_of(at, name, day_start) < day]
    return earlier[-1] + MINUTE


DAY_STARTS = st.sampled_from([0, MINUTE, HOUR, 2 * HOUR, 150 * MINUTE, 3 * HOUR, 12 * HOUR - MINUTE])


@given(zones, instants, DAY_STARTS)
def test_the_date_is_that_of_the_clock_less_the_day_start(name, instant, day_start):
    shifted = zone(name, day_start)
    day, end = shifted.window(instant)
    for moment in (instant, instant + (end - instant) // 2, end - 1):
        assert date.fromordinal(day) == date_of(moment, name, day_start)
    assert shifted.offset(instant) == zone(name).offset(instant)
    assert shifted.date_offset(instant) == shifted.offset(instant) - day_start
    midnight = shifted.midnight(day)
    assert date_of(midnight - 1, name, day_start) < date.fromordinal(day)
    for later_by in (0, 1, HOUR // 2, HOUR, 2 * HOUR, 25 * HOUR):
        assert date_of(midnight + later_by, name, day_start) >= date.fromordinal(day)


@given(zones, instants, DAY_STARTS, st.integers(0, DAY - 1))
def test_a_time_of_day_is_that_of_the_clock_on_the_date_of_the_day_start(name, instant, day_start, time_of_day):
    day, _ = zone(name).window(instant)
    clock = datetime.combine(date.fromordinal(day + (time_of_day < day_start)), time())
    clock += timedelta(microseconds=time_of_day)
    expected = to_micros(clock.replace(tzinfo=theirs(name)))
    if zone(name, day_start).exists(day):
        assert zone(name, day_start).instant(day, time_of_day) == expected


def around_transitions(name, years):
    """Yield instants close to each change of the offset of a zone."""
    for year in years:
        start = to_micros(datetime(year, 1, 1, tzinfo=UTC))
        for change in transitions(zone(name), start):
            yield from (change + edge for edge in EDGES)


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_dates_and_their_starts_around_the_changes_of_every_zone(name):
    for instant in {*around_transitions(name, (1945, 1993, 2011, 2025))}:
        for day_start in (HOUR // 2, HOUR, 150 * MINUTE, 4 * HOUR, 12 * HOUR - MINUTE):
            shifted = zone(name, day_start)
            day, end = shifted.window(instant)
            assert date.fromordinal(day) == date_of(instant, name, day_start) == date_of(end - 1, name, day_start)
            assert date_of(shifted.midnight(day) - 1, name, day_start) < date.fromordinal(day)
            assert date_of(shifted.midnight(day), name, day_start) >= date.fromordinal(day)


@pytest.mark.parametrize(
    ("name", "changed", "day_start", "expected"),
    [
        # The clocks skip 01:00 to 02:00, so a day that starts at 01:30 starts at 02:00.
        ("Europe/London", "2026-03-29", 90, "2026-03-29T01:00"),
        ("Europe/London", "2026-03-29", 30, "2026-03-29T00:30"),
        ("Europe/London", "2026-03-29", 240, "2026-03-29T03:00"),
        # They show 01:00 to 02:00 twice, so it starts at the second 01:30.
        ("Europe/London", "2026-10-25", 90, "2026-10-25T01:30"),
        ("Europe/London", "2026-10-25", 30, "2026-10-24T23:30"),
        ("America/Havana", "2024-11-03", 30, "2024-11-03T05:30"),
        ("Asia/Kathmandu", "1985-12-31", 90, "1985-12-30T20:00"),
    ],
)
def test_a_day_start_that_is_skipped_or_shown_twice(name, changed, day_start, expected):
    day = date.fromisoformat(changed)
    midnight = zone(name, day_start * MINUTE).midnight(day.toordinal())
    assert from_micros(midnight) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    before = to_micros(datetime.combine(day, time(), UTC)) - DAY
    assert midnight == first_after_which(before, name, day_start * MINUTE, day)


def test_a_zone_with_a_day_start_is_copied_by_name_and_day_start():
    late = zone("Europe/London", 3 * HOUR)
    assert copy.deepcopy(late) is pickle.loads(pickle.dumps(late)) is late  # noqa: S301  # our own bytes
    assert repr(late) == "zone('Europe/London', 10800000000)"
    assert (late.day_start, late.plain, late.plain.day_start) == (3 * HOUR, zone("Europe/London"), 0)
    assert zone("Europe/London").plain is zone("Europe/London", 0) is zone("Europe/London")


@pytest.mark.parametrize(
    ("name", "day"),
    [("Pacific/Apia", "2011-12-30"), ("Pacific/Kwajalein", "1993-08-21"), ("Pacific/Kiritimati", "1994-12-31")],
)
def test_dates_that_the_calendar_skipped(name, day):
    skipped = date.fromisoformat(day).toordinal()
    assert [zone(name).exists(skipped + n) for n in (-1, 0, 1)] == [True, False, True]
    assert zone(name).midnight(skipped) == zone(name).midnight(skipped + 1) == zone(name).instant(skipped, HOUR)


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*ODD, *NAMES[::60]])
def test_no_transition_hides_between_two_probes(name):
    start = to_micros(datetime(2009, 1, 1, tzinfo=UTC))
    for instant in range(start, start + 3 * 365 * DAY, 2 * HOUR):
        assert zone(name).offset(instant) == local(instant, name).utcoffset() // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("name", "hours"), [("+05:30", 5.5), ("-11:00", -11), ("+14:00", 14), ("-12:00", -12), ("+00:00", 0)]
)
def test_a_fixed_offset(name, hours):
    assert zone(name).offset(0) == hours * HOUR
    assert zone(name).window(0)[0] == (date(1970, 1, 1) + timedelta(days=-1 if hours < 0 else 0)).toordinal()
    assert zone(name).exists(719_163)


@pytest.mark.parametrize(
    "name", ["+51:800", "+14:01", "-12:30", "+5:30", "05:30", "Europe/Lodnon", "../etc", "", "utc ", None]
)
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(InvalidValue, match=r"unknown time zone .* use an IANA name"):
        zone(name)


def test_the_first_and_last_instants_have_windows():
    for name in ODD:
        for instant in (FIRST, LAST - 1):
            day, _ = zone(name).window(instant)
            assert zone(name).midnight(day) <= instant < zone(name).midnight(day + 1)


def test_a_zone_is_copied_by_name():
    home = zone("Europe/London")
    assert copy.deepcopy(home) is pickle.loads(pickle.dumps(home)) is home  # noqa: S301  # our own bytes
    assert repr(home) == "zone('Europe/London')"
    assert TZDATA_VERSION[:2] == "20"


def test_an_offset_changes_at_the_microsecond():
    home, change = zone("America/New_York"), to_micros(datetime(2025, 3, 9, 7, tzinfo=UTC))
    assert [home.offset(at) // HOUR for at in (change - 2, change - 1, change, change + 1)] == [-5, -5, -4, -4]


def test_a_time_of_day_in_a_gap_is_moved_after_it():
    home, day = zone("America/New_York"), date(2025, 3, 9).toordinal()
    assert home.instant(day, 3 * HOUR) == to_micros(datetime(2025, 3, 9, 7, tzinfo=UTC))


def test_a_zone_that_is_not_text_is_refused():
    with pytest.raises(InvalidValue, match="'Europe/Paris'"):
        zone(["Europe/Paris"])


def test_a_naive_instant_is_reported_as_field_at():
    with pytest.raises(InvalidValue, match=r"^at "):
        to_micros(datetime(2025, 3, 9))  # noqa: DTZ001


def test_a_time_of_day_after_a_repeated_hour_is_read_after_it():
    home, day = zone("America/New_York"), date(2025, 11, 2).toordinal()
    assert home.instant(day, 2 * HOUR) == to_micros(datetime(2025, 11, 2, 7, tzinfo=UTC))


@pytest.mark.parametrize("name", ["+51:800", "UTC+2", "Etc/GMT+20", "+5:30", "IST", "CEST", "PDT"])
def test_an_unknown_offset_or_abbreviation_is_not_corrected_to_another_zone(name):
    with pytest.raises(InvalidValue) as error:
        zone(name)
    assert str(error.value) == (
        f"unknown time zone {name!r}; use an IANA name, for example 'Europe/London', or an offset, for example '+05:30'"
    )


@pytest.mark.parametrize(
    ("name", "instant", "start", "end", "since"),
    [
        ("Europe/London", "2026-06-06T00:30", 22, 4, "2026-06-05T21:00"),
        ("Europe/London", "2026-10-25T03:30", 22, 4, "2026-10-24T21:00"),  # the hour from 01:00 is shown twice
        ("Europe/London", "2026-10-25T01:45", 1.5, 1, "2026-10-25T01:30"),  # out of it while 01:00 is shown again
        ("Europe/London", "2026-03-29T01:10", 1.5, 1, "2026-03-29T01:00"),  # 01:30 is skipped
        ("Pacific/Apia", "2011-12-30T11:00", 22, 4, "2011-12-30T10:00"),  # the 30th is skipped, with its evening
        ("+05:30", "2026-06-05T18:29", 0, 23, "2026-06-04T18:30"),
    ],
)
def test_a_clock_shows_some_times_of_day_since_an_instant(name, instant, start, end, since):
    instant, since = (to_micros(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in (instant, since))
    for day_start in (0, 4 * HOUR):
        local = zone(name, day_start)
        assert local.shown_since(instant, int(start * HOUR), end * HOUR) == since
        assert local.time_of_day(instant) == (instant + zone(name).offset(instant)) % DAY


@given(instants)
def test_utc_is_the_zone_of_that_name_in_the_data(instant):
    utc, other = zone("UTC"), zone("Etc/UTC")
    assert utc.offset(instant) == other.offset(instant) == 0
    assert utc.window(instant) == other.window(instant)
    assert utc.midnight(utc.window(instant)[0]) == other.midnight(other.window(instant)[0])
