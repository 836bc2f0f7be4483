"""A user's pauses, and the stretches of local days that they cover together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property

#: The first and the last day, and whether the pause was taken back; a pause with no day left ends before it starts.
Pause = tuple[int, int, bool]


class Pauses(tuple[Pause, ...]):  # noqa: SLOT001  # a tuple takes no slots, and stretches are cached
    """An immutable sequence of pauses in the order in which they were made."""

    def add(self, pause: Pause) -> Pauses:
        """Return these pauses and one more, at the end."""
        pauses = Pauses((*self, pause))
        pauses._stretches = _insert_pause(self._stretches, pause)
        return pauses

    def replace(self, index: int, pause: Pause) -> Pauses:
        """Return these pauses with the one at an index replaced."""
        return Pauses((*self[:index], pause, *self[index + 1 :]))

    def end_of_stretch(self, first_day: int, after: int) -> int | None:
        """Return the last day of the first stretch that overlaps a range of days, or None.

        Args:
            first_day: the first day of the range.
            after: the day after its last day.
        """
        starts, ends = self._stretches
        index = bisect_left(ends, first_day)
        return ends[index] if index < len(ends) and starts[index] < after else None

    @cached_property
    def _stretches(self) -> tuple[list[int], list[int]]:
        """The first days and the last days of the stretches without a gap, in order."""
        return _merge_pauses(self)


def _merge_pauses(pauses: Iterable[Pause]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for start, end, _ in sorted(pauses):
        if start > end:
            continue
        if ends and start <= ends[-1] + 1:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _insert_pause(stretches: tuple[list[int], list[int]], pause: Pause) -> tuple[list[int], list[int]]:
    """Return stretches with one more pause, merged with those that it touches."""
    starts, ends = stretches
    start, end, _ = pause
    first, last = bisect_left(ends, start - 1), bisect_left(starts, end + 2)
    if first < last:
        start, end = min(start, starts[first]), max(end, ends[last - 1])
    return [*starts[:first], start, *starts[last:]], [*ends[:first], end, *ends[last:]]
