"""Time zones: from instants to local days and back, in integers.

Zone data is that of the ``tzdata`` package, never the machine's. A local day is what the wall clock's date says:

* A day whose midnight the clocks skip starts when they stop skipping.
* A day that is left and shown again, because the clocks go back over midnight, starts for good the last time
  (``midnight``), while an instant's date is always the one shown (``window``).
* A date that the calendar skipped is shown by no instant (``exists``).

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
from pkgutil import get_data
from typing import Final
from zoneinfo import ZoneInfo

import tzdata

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, FIRST, HOUR, LAST, from_micros
from trophy_engine.errors import InvalidValue, nearest, short_repr

#: The version of the zone data, part of where every result comes from.
TZDATA_VERSION: Final[str] = tzdata.IANA_VERSION

_OFFSET: Final = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")
#: How far west and east of UTC clocks are set.
_WESTMOST: Final = -12 * HOUR
_EASTMOST: Final = 14 * HOUR
_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = HOUR // 60
_SECOND: Final = HOUR // 3600
#: No two transitions of a zone lie so close together that one undoes the other between two probes.
_PROBE: Final = 12 * HOUR
#: Beyond the instants that the engine takes, so that days at their borders have both ends.
_SPAN_START: Final = FIRST - 10 * DAY
_SPAN_END: Final = LAST + 10 * DAY
#: A zone's transitions are looked for in stretches of about a year.
_STRETCH: Final = 366 * DAY
_MOST_MIDNIGHTS: Final = 10_000


class Zone:
    """A time zone; make one with ``zone``.

    Attributes:
        name: its IANA name, or its offset.
    """

    __slots__ = ("_data", "_last", "_midnights", "_pieces", "name")

    def __init__(self, name: str, data: ZoneInfo | int) -> None:
        self.name = name
        self._data = data
        self._last = (0, 0, 0)
        self._midnights: dict[int, int] = {}
        # By stretch: where pieces of constant offset start, and their offsets.
        self._pieces: dict[int, tuple[list[int], list[int]]] = {}

    def __repr__(self) -> str:
        """Show how to make it."""
        return f"zone({self.name!r})"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Pickle and copy by name."""
        return zone, (self.name,)

    def offset(self, instant: int) -> int:
        """Give the offset in force, in microseconds east of UTC."""
        return self._piece(instant)[2]

    def window(self, instant: int) -> tuple[int, int]:
        """Give the local day at an instant, and an instant up to which (exclusive) it stays the same."""
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
        """Give the instant from which on the local date is that day or later for good."""
        found = self._midnights.get(day)
        if found is None:
            if len(self._midnights) >= _MOST_MIDNIGHTS:
                self._midnights.clear()
            found = self._midnights[day] = self._find_midnight(day)
        return found

    def _find_midnight(self, day: int) -> int:
        local = (day - EPOCH_DAY) * DAY
        start, end, offset = self._piece(local + DAY)
        while start + offset >= local:
            start, end, offset = self._piece(start - 1)
        return min(end, local - offset)

    def exists(self, day: int) -> bool:
        """Tell whether any instant shows that date."""
        return self.midnight(day) < self.midnight(day + 1)

    def instant(self, day: int, time_of_day: int) -> int:
        """Give the first instant at which the clock shows a time of day, in microseconds since midnight.

        Where the clocks skip it, it is that much later; on a date that does not exist, it is the midnight after it.
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
        """Give the start, the end and the offset of a stretch of constant offset that holds the instant."""
        if isinstance(self._data, int):
            return _SPAN_START, _SPAN_END, self._data
        stretch = (instant - _SPAN_START) // _STRETCH
        pieces = self._pieces.get(stretch)
        if pieces is None:
            pieces = self._pieces[stretch] = self._find_pieces(self._data, _SPAN_START + stretch * _STRETCH)
        starts, offsets = pieces
        place = bisect_right(starts, instant) - 1
        return starts[place], starts[place + 1], offsets[place]

    @staticmethod
    def _find_pieces(data: ZoneInfo, start: int) -> tuple[list[int], list[int]]:
        starts, offsets = [start], [_offset(data, start)]
        for probe in range(start + _PROBE, start + _STRETCH + 1, _PROBE):
            found = _offset(data, probe)
            while found != offsets[-1]:
                before, after = probe - _PROBE, probe
                while after - before > _SECOND:  # offsets change at whole seconds
                    middle = before + (after - before) // (2 * _SECOND) * _SECOND
                    before, after = (middle, after) if _offset(data, middle) == offsets[-1] else (before, middle)
                starts.append(after)
                offsets.append(_offset(data, after))
        starts.append(start + _STRETCH)
        return starts, offsets


def _offset(data: ZoneInfo, instant: int) -> int:
    offset = from_micros(instant).astimezone(data).utcoffset()
    return 0 if offset is None else offset // _MICROSECOND


def zone(name: str) -> Zone:
    """Make the zone of an IANA name, or of a fixed offset ``±HH:MM`` from -12:00 to +14:00.

    Raises:
        InvalidValue: there is no such zone.
    """
    try:
        return _zone(name)
    except TypeError:  # what cannot be hashed is no name
        raise InvalidValue(_unknown(name)) from None


@cache
def _zone(name: str) -> Zone:
    fixed = _OFFSET.fullmatch(name) if isinstance(name, str) else None
    if fixed:
        east = (int(fixed[2]) * 60 + int(fixed[3])) * _MINUTE * (-1 if fixed[1] == "-" else 1)
        if _WESTMOST <= east <= _EASTMOST:
            return Zone(name, east)
    if name not in _known():
        raise InvalidValue(_unknown(name))
    return Zone(name, ZoneInfo.from_file(BytesIO(_read_tzdata(f"zoneinfo/{name}")), key=name))


@cache
def zone_names() -> tuple[str, ...]:
    """Return the IANA names of all time zones, sorted."""
    return tuple(sorted(_read_tzdata("zones").decode().split()))


def _read_tzdata(path: str) -> bytes:
    return get_data("tzdata", path) or b""  # importlib.resources imports what takes longer than this


@cache
def _known() -> frozenset[str]:
    return frozenset(zone_names())


@lru_cache(maxsize=1024)
def _nearest(name: str) -> str | None:
    return nearest(name, zone_names())


def _unknown(name: object) -> str:
    near = _nearest(name) if isinstance(name, str) else None
    hint = f" did you mean {near!r}?" if near else ""
    remedy = "give an IANA name such as 'Europe/London' or an offset such as '+05:30'"
    return f"unknown time zone {short_repr(name)};{hint} {remedy}"
