"""Zones agree with the slower computation by datetimes."""

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import InvalidValue
from trophy_engine.calendar.instants import DAY, FIRST, HOUR, LAST, from_micros, to_micros
from trophy_engine.calendar.zones import TZDATA_VERSION, zone

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
zones = st.one_of(st.sampled_from(ODD), st.sampled_from(NAMES))
instants = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)).map(lambda at: to_micros(at.replace(tzinfo=UTC)))  # noqa: DTZ001


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
