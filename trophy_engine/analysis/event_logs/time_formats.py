"""Times that are not ISO 8601: parsed by a format that the caller names, and never guessed.

``suggest_time_formats`` finds the formats that an error message or an inspection proposes.

>>> suggest_time_formats("Jan 5, 2024, 10:00:00 AM")
('%b %d, %Y, %I:%M:%S %p',)
>>> suggest_time_formats("01/05/2024")
('%m/%d/%Y', '%d/%m/%Y')
>>> suggest_time_formats("5/01/24, 10:00")
('%m/%d/%y, %H:%M', '%d/%m/%y, %H:%M')
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from trophy_engine.calendar.instants import parse_datetime
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue

_DATES: Final = (
    "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y"
)  # fmt: skip
_DATES_IN_WORDS: Final = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%d-%b-%Y", "%d/%b/%Y")
_TIMES: Final = (
    "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S", ", %I:%M:%S %p", ", %I:%M %p"
)  # fmt: skip
_FORMATS: Final = (
    *(f"{day}{time}" for day in (*_DATES, *_DATES_IN_WORDS) for time in _TIMES),
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S %z %Y",
    "%d/%b/%Y:%H:%M:%S %z",
    "%Y/%m/%d %H:%M:%S %z",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M %p",
)
_LONGEST: Final = 40
_EXAMPLE: Final = datetime(2024, 1, 5, 10, 30, tzinfo=UTC)


def suggest_time_formats(text: str) -> tuple[str, ...]:
    """Return the known formats that a text has: none, one, or several if it is ambiguous."""
    if len(text) > _LONGEST or not any(character.isdigit() for character in text):
        return ()
    return tuple(format_ for format_ in _FORMATS if parse_log_time_or_none(text, format_) is not None)


def parse_log_time_or_none(text: str, format_: str) -> datetime | None:
    """Return the time of a text by a format, or None if the text does not have it."""
    try:
        return datetime.strptime(text, format_)  # noqa: DTZ007  # tried only
    except ValueError:
        return None


def check_time_format(format_: str) -> None:
    """Check a format: it must have the year, the month and the day.

    Raises:
        InvalidValue: it is no format of ``datetime.strptime``, or has no date.
    """
    try:
        parsed = datetime.strptime(_EXAMPLE.strftime(format_), format_)  # noqa: DTZ007  # of an example
    except (ValueError, UnicodeError) as error:
        raise InvalidValue((f"must be a format of strptime ({error}), not", GivenValue(format_)), "at_format") from None
    if parsed.date() != _EXAMPLE.date():
        example = "%d.%m.%Y %H:%M"
        raise InvalidValue(
            (f"must have a year, month and day, as {example} does, not", GivenValue(format_)), "at_format"
        )


def parse_formatted_log_time(text: str, format_: str, field: str) -> datetime:
    """Parse a time by a format; without an offset the result is naive.

    Raises:
        InvalidValue: the text does not have the format.
    """
    try:
        return datetime.strptime(text, format_)  # noqa: DTZ007  # a local time of the row's zone
    except ValueError:
        raise InvalidValue((f"must have the format {format_}, not", GivenValue(text)), field) from None


def parse_iso_log_time(text: str, field: str) -> datetime:
    """Parse an ISO 8601 text; ``UTC`` or ``GMT`` after it is the offset 0. Without an offset the result is naive.

    Raises:
        InvalidValue: the text is not ISO 8601; the message names formats that it may have.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass  # refused below, unless it is in UTC
    if text.endswith((" UTC", " GMT")) and text[-5:-4].isdigit():
        return parse_datetime(f"{text[:-4]}+00:00", field)
    formats = suggest_time_formats(text)
    if not formats:
        return parse_datetime(text, field)
    options = " or ".join(f"--at-format {format_!r}" for format_ in formats)
    remedy = f"; it may be one with {options}"
    raise InvalidValue(
        ("must be an ISO 8601 datetime, for example 2025-04-02T10:00:00Z, not", GivenValue(text, after=remedy)), field
    )
