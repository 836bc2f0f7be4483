"""Time zones: from instants to local days and back, in integers.

Zone data comes from the ``tzdata`` package, never from the machine. A local day is the date that the clocks show:

* If the clocks skip a midnight, the day starts at the end of the gap.
* If the clocks go back over midnight, a day is shown twice: it starts the last time (``midnight``), while the date of
  an instant is always the one shown (``window``).
* A date that the calendar skipped is shown at no instant (``exists``).

With a day start, the date is that of the clock less the day start, as if the offset were that much smaller; times of
day (``instant``) and offsets (``offset``) stay those of the clock.

>>> from datetime import date
>>> apia = zone("Pacific/Apia")
>>> apia.exists(date(2011, 12, 30).toordinal())
False
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import timedelta
from functools import cache, lru_cache
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

import tzdata

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, FIRST, HOUR, LAST, from_micros
from trophy_engine.error_messages import nearest_known_key, short_repr
from trophy_engine.errors import InvalidValue

#: The version of the zone data, on which every result depends.
TZDATA_VERSION: Final[str] = tzdata.IANA_VERSION

_OFFSET: Final = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")
#: Offsets, and abbreviations such as IST.
_NO_NAME: Final = re.compile(r".*[0-9].*|[A-Z]{2,5}", re.DOTALL)
#: The greatest offsets west and east of UTC.
_WESTMOST: Final = -12 * HOUR
_EASTMOST: Final = 14 * HOUR
_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = HOUR // 60
_SECOND: Final = HOUR // 3600
#: Two transitions of a zone never lie so close together that one reverses the other between two probes.
_PROBE: Final = 12 * HOUR
#: Wider than the range of instants, so that the days at its borders have both ends.
_SPAN_START: Final = FIRST - 10 * DAY
_SPAN_END: Final = LAST + 10 * DAY
#: The transitions of a zone are searched for in stretches of about a year.
_STRETCH: Final = 366 * DAY
_MOST_MIDNIGHTS: Final = 10_000


class Zone:
    """A time zone; create one with ``zone``.

    Attributes:
        name: the IANA name, or the offset.
        day_start: the time of day at which the local date changes, in microseconds since midnight.
    """

    day_start: int = 0
    __slots__ = ("_data", "_last", "_midnights", "_pieces", "name")

    def __init__(self, name: str, data: ZoneInfo | int) -> None:
        self.name = name
        self._data = data
        self._last = (0, 0, 0)
        self._midnights: dict[int, int] = {}
        # By stretch: the starts of the pieces with a constant offset, and their offsets.
        self._pieces: dict[int, tuple[list[int], list[int]]] = {}

    def __repr__(self) -> str:
        """Return the call that creates the zone."""
        return f"zone({self.name!r})"

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        """Pickle and copy by name and day start."""
        return zone, (self.name, self.day_start)

    @property
    def plain(self) -> Zone:
        """The zone with days that start at midnight."""
        return self

    def date_offset(self, instant: int) -> int:
        """Return the offset less the day start: the instant plus it has the local date."""
        return self._piece(instant)[2]

    def offset(self, instant: int) -> int:
        """Return the offset at an instant, in microseconds east of UTC."""
        return self._piece(instant)[2]

    def time_of_day(self, instant: int) -> int:
        """Return the time of day that the clock shows, in microseconds since midnight."""
        return (instant + self.offset(instant)) % DAY

    def shown_since(self, instant: int, start: int, end: int) -> int:
        """Return the instant since when the clock has shown times of day from ``start`` up to ``end``.

        It shows one at the given instant. Where the clock is put forward over ``start``, that comes with the change.
        """
        length = (end - start) % DAY
        while True:
            first, _, offset = self.plain._piece(instant)  # noqa: SLF001  # of the same class
            since = instant - (instant + offset - start) % DAY
            if since >= first:
                return since
            before = self.plain._piece(first - 1)[2]  # noqa: SLF001
            shown = first + before
            if (start - shown) % DAY < offset - before or (shown - 1 - start) % DAY >= length:
                return first
            instant = first - 1

    def window(self, instant: int) -> tuple[int, int]:
        """Return the local day at an instant, and an instant up to which (exclusive) it stays the same."""
        start, end, day = self._last
        if start <= instant < end:
            return day, end
        start, end, offset = self._piece(instant)
        days = (instant + offset) // DAY
        day = days + EPOCH_DAY
        next_midnight = (days + 1) * DAY - offset
        if next_midnight < end:
            end = next_midnight
        self._last = (instant, end, day)
        return day, end

    def midnight(self, day: int) -> int:
        """Return the instant from which on the local date is always that day or a later one."""
        instant = self._midnights.get(day)
        if instant is None:
            if len(self._midnights) >= _MOST_MIDNIGHTS:
                self._midnights.clear()
            instant = self._midnights[day] = self._find_midnight(day)
        return instant

    def _find_midnight(self, day: int) -> int:
        local = (day - EPOCH_DAY) * DAY
        start, end, offset = self._piece(local + DAY)
        while start + offset >= local:
            start, end, offset = self._piece(start - 1)
        return min(end, local - offset)

    def exists(self, day: int) -> bool:
        """Return True if the date is shown at any instant."""
        return self.midnight(day) < self.midnight(day + 1)

    def instant(self, day: int, time_of_day: int) -> int:
        """Return the first instant of a day at which the clock shows a time of day, in microseconds since midnight.

        A time in a gap is read with the offset before the gap; for a date that does not exist, it is its ``midnight``.
        """
        if not self.exists(day):
            return self.midnight(day)
        local = (day - EPOCH_DAY) * DAY + time_of_day
        _, end, offset = self._piece(local - DAY)
        while end + offset <= local:
            _, later_end, later = self._piece(end)
            if end + later > local:  # in a gap the clock is read by the offset before it
                break
            end, offset = later_end, later
        return local - offset

    def _piece(self, instant: int) -> tuple[int, int, int]:
        """Return the start, the end and the offset of a piece with a constant offset that contains the instant."""
        if isinstance(self._data, int):
            return _SPAN_START, _SPAN_END, self._data
        stretch = (instant - _SPAN_START) // _STRETCH
        pieces = self._pieces.get(stretch)
        if pieces is None:
            pieces = self._pieces[stretch] = self._find_pieces(self._data, _SPAN_START + stretch * _STRETCH)
        starts, offsets = pieces
        index = bisect_right(starts, instant) - 1
        return starts[index], starts[index + 1], offsets[index]

    @staticmethod
    def _find_pieces(data: ZoneInfo, start: int) -> tuple[list[int], list[int]]:
        starts, offsets = [start], [_zone_offset_at(data, start)]
        for probe in range(start + _PROBE, start + _STRETCH + 1, _PROBE):
            offset = _zone_offset_at(data, probe)
            while offset != offsets[-1]:
                before, after = probe - _PROBE, probe
                while after - before > _SECOND:  # offsets change at whole seconds
                    middle = before + (after - before) // (2 * _SECOND) * _SECOND
                    before, after = (
                        (middle, after) if _zone_offset_at(data, middle) == offsets[-1] else (before, middle)
                    )
                starts.append(after)
                offsets.append(_zone_offset_at(data, after))
        starts.append(start + _STRETCH)
        return starts, offsets


class _ZoneWithLaterDays(Zone):
    """A zone whose days start at a time of day after midnight: with offsets that are smaller by it."""

    __slots__ = ("_plain", "day_start")

    def __init__(self, plain: Zone, day_start: int) -> None:
        super().__init__(plain.name, 0)
        self._plain = plain
        self.day_start = day_start

    def __repr__(self) -> str:
        """Return the call that creates the zone."""
        return f"zone({self.name!r}, {self.day_start})"

    @property
    def plain(self) -> Zone:
        """The zone with days that start at midnight."""
        return self._plain

    def offset(self, instant: int) -> int:
        """Return the offset at an instant, in microseconds east of UTC."""
        return self._plain.offset(instant)

    def instant(self, day: int, time_of_day: int) -> int:
        """Return the first instant of a day at which the clock shows a time of day, in microseconds since midnight.

        A time of day before the day start comes at the end of the day, after midnight.
        """
        return super().instant(day, (time_of_day - self.day_start) % DAY)

    def _piece(self, instant: int) -> tuple[int, int, int]:
        start, end, offset = self._plain._piece(instant)  # noqa: SLF001  # of the same class
        return start, end, offset - self.day_start


def _zone_offset_at(data: ZoneInfo, instant: int) -> int:
    offset = from_micros(instant).astimezone(data).utcoffset()
    return 0 if offset is None else offset // _MICROSECOND


def zone(name: str, day_start: int = 0) -> Zone:
    """Return the zone of an IANA name, or of a fixed offset ``±HH:MM`` from -12:00 to +14:00.

    Args:
        name: the name or the offset.
        day_start: the time of day at which the local date changes, in microseconds since midnight, less than 12 hours.

    Raises:
        InvalidValue: the zone is unknown.
    """
    try:
        return _zone_with_later_days(name, day_start) if day_start else _zone_with_plain_days(name)
    except TypeError:  # not hashable
        raise InvalidValue(_unknown_zone_message(name)) from None


@cache
def _zone_with_plain_days(name: str) -> Zone:
    name = str.__str__(name) if isinstance(name, str) else name  # of an enum of strings
    fixed = _OFFSET.fullmatch(name) if isinstance(name, str) else None
    if fixed:
        east = (int(fixed[2]) * 60 + int(fixed[3])) * _MINUTE * (-1 if fixed[1] == "-" else 1)
        if _WESTMOST <= east <= _EASTMOST:
            return Zone(name, east)
    if name == "UTC":  # the default, for which nothing has to be read
        return Zone(name, 0)
    if name not in _known_zone_names():
        raise InvalidValue(_unknown_zone_message(name))
    return Zone(name, ZoneInfo.from_file(BytesIO(_read_tzdata(f"zoneinfo/{name}")), key=name))


@cache
def _zone_with_later_days(name: str, day_start: int) -> Zone:
    return _ZoneWithLaterDays(_zone_with_plain_days(name), day_start)


@cache
def zone_names() -> tuple[str, ...]:
    """Return the IANA names of all time zones, sorted."""
    return tuple(sorted(_read_tzdata("zones").decode().split()))


def _read_tzdata(path: str) -> bytes:
    from pkgutil import get_data  # noqa: PLC0415  # many games stay in UTC

    return get_data("tzdata", path) or b""  # faster than importlib.resources, with its imports


@cache
def _known_zone_names() -> frozenset[str]:
    return frozenset(zone_names())


@lru_cache(maxsize=1024)
def _nearest_zone_name(name: str) -> str | None:
    return nearest_known_key(name, zone_names())


def similar_zone(name: object) -> str | None:
    """Return the most similar name of a zone to an unknown one, or None.

    A similar name to one with an offset, or to an abbreviation, would be of a zone with another offset.
    """
    return _nearest_zone_name(name) if isinstance(name, str) and not _NO_NAME.fullmatch(name) else None


def _unknown_zone_message(name: object) -> str:
    near = similar_zone(name)
    hint = f" did you mean {near!r}?" if near else ""
    remedy = "use an IANA name, for example 'Europe/London', or an offset, for example '+05:30'"
    return f"unknown time zone {short_repr(name)};{hint} {remedy}"
