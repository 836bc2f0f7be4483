"""A number is an instant in exactly one unit, and every unit reads back what was written in it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import InvalidValue
from trophy_engine.analysis.event_logs.epochs import find_epoch_unit, is_epoch, parse_epoch
from trophy_engine.analysis.event_logs.local_times import LocalTime
from trophy_engine.calendar.instants import to_micros

_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


@given(_MOMENTS, st.sampled_from(list(_PER_SECOND)))
def test_a_whole_number_is_found_and_read_in_its_unit(moment, unit):
    micros = to_micros(moment)
    number = micros * _PER_SECOND[unit] // 1_000_000
    assert is_epoch(str(number))
    assert find_epoch_unit(Decimal(number)) == unit
    assert parse_epoch(str(number), unit, "at") == number * 1_000_000 // _PER_SECOND[unit]


@given(_MOMENTS)
def test_a_day_of_a_spreadsheet_is_its_local_time_to_the_millisecond(moment):
    moment = moment.replace(microsecond=0)
    day = (moment - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    assert find_epoch_unit(Decimal(repr(day))) == "excel"
    assert parse_epoch(repr(day), "excel", "at") == LocalTime(to_micros(moment))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_any_number_is_an_instant_or_refused(number):
    bound = Decimal(10**10)  # seconds from 1970 to some year after 2199
    for unit, per_second in _PER_SECOND.items():
        if abs(number) >= bound * per_second:
            with pytest.raises(InvalidValue, match="years 1900 to 2199"):
                parse_epoch(str(number), unit, "at")
        elif 0 <= number < 7 * 10**9 * per_second:
            assert parse_epoch(str(number), unit, "at") == number * 1_000_000 // per_second


@pytest.mark.parametrize("text", ["", "12", "20240105", "2024-01-05", "1704448800Z", "-1704448800", "nan", "1" * 30])
def test_other_texts_are_no_numbers_of_instants(text):
    assert not is_epoch(text)
