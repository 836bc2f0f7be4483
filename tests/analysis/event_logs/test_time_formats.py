"""Formats are proposed for times that are not ISO 8601, and the caller chooses."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import InvalidValue
from trophy_engine.analysis.event_logs.time_formats import (
    _FORMATS,
    parse_formatted_log_time,
    parse_iso_log_time,
    suggest_time_formats,
)

_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2068, 12, 31))  # noqa: DTZ001  # local times


@given(_MOMENTS, st.sampled_from([format_ for format_ in _FORMATS if "%z" not in format_]))
def test_a_time_in_a_known_format_is_proposed_that_format_and_read_by_it(moment, format_):
    text = moment.strftime(format_)
    assert format_ in suggest_time_formats(text)
    assert parse_formatted_log_time(text, format_, "at").date() == moment.date()


@pytest.mark.parametrize("text", ["never", "", "5", "x" * 100, "2024-01-05T10:00"])
def test_other_texts_have_no_proposal(text):
    assert suggest_time_formats(text) == ()


def test_utc_after_a_time_is_its_offset():
    assert parse_iso_log_time("2024-01-05 10:00:00 UTC", "at").isoformat() == "2024-01-05T10:00:00+00:00"
    for text in ("2024-01-05 10:00:00 CET", "2024-01-05 UTC UTC", "soon UTC"):
        with pytest.raises(InvalidValue, match="at must be an ISO 8601 datetime"):
            parse_iso_log_time(text, "at")
