"""Dealing: the rows of a log, in whatever order, become the events of one user after the other.

What one user does never depends on another, so a log can be evaluated a user at a time. Rows are gathered by user in
memory; a log with more rows than that may hold is dealt into files by a hash of the user's id that is the same in
every process, and read back a file, which means a share of the users, at a time.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

import attrs

from trophy_engine.analysis.replay.events import BadRow, Event, Row
from trophy_engine.rules.constraints import InstanceOf

__all__ = ["SHARES", "Dealer", "Dealt", "Hands", "in_order", "read_share", "share_of"]

#: Into how many files users are dealt.
SHARES: Final = 256
_AT: Final = itemgetter(0)

#: The events of users, by user, each user's in the order of the log.
Hands = dict[str, list[Event]]


def share_of(user_id: str) -> int:
    """Give the number of the share that a user belongs to, in every process and on every machine."""
    return crc32(user_id.encode()) % SHARES


class Dealt(NamedTuple):
    """How many rows and events have been dealt, and the latest instant of an event, None before the first."""

    rows: int
    events: int
    last: int | None


@attrs.define
class Dealer:
    """Gathers the events of a part of a log by user.

    Attributes:
        folder: where to put what memory may not hold.
        part: the number of the part, in the order of the log.
        most: how many events to hold in memory.
        on_bad_row: told of each bad row.
        dealt: what has been seen so far.
        hands: the events that are in memory.
        spilled: whether some are in files.
    """

    folder: Path
    part: int
    most: int
    on_bad_row: Callable[[BadRow], object]
    dealt: Dealt = Dealt(0, 0, None)
    hands: Hands = attrs.field(factory=dict)
    spilled: bool = False
    _held: int = 0

    def deal(self, rows: Iterable[Row]) -> None:
        """Take rows up."""
        hands = self.hands
        seen, events, last = self.dealt
        for row in rows:
            seen += 1
            if type(row) is not Event:
                InstanceOf((Event, BadRow)).check("each row of a log", row)
                if isinstance(row, BadRow):
                    self.on_bad_row(row)
                    continue
            events += 1
            at, user_id = row[0], row[1]
            hand = hands.get(user_id)
            if hand is None:
                hands[user_id] = [row]
            else:
                hand.append(row)
            if last is None or at > last:
                last = at
            self._held += 1
            if self._held >= self.most:
                self.spill()
                hands = self.hands
        self.dealt = Dealt(seen, events, last)

    def spill(self) -> None:
        """Put what is in memory into files."""
        shares: dict[int, Hands] = {}
        for user_id, hand in self.hands.items():
            shares.setdefault(share_of(user_id), {})[user_id] = hand
        for share, hands in shares.items():
            with (self.folder / f"{share:03}-{self.part:06}").open("ab") as file:
                pickle.dump(hands, file, pickle.HIGHEST_PROTOCOL)
        self.hands = {}
        self._held = 0
        self.spilled = True


def read_share(folder: Path, share: int) -> Hands:
    """Read back the events of a share of the users."""
    hands: Hands = {}
    for path in sorted(folder.glob(f"{share:03}-*")):
        with path.open("rb") as file:
            for dealt in _loads(file):
                for user_id, hand in dealt.items():
                    known = hands.setdefault(user_id, hand)
                    if known is not hand:
                        known += hand
        path.unlink()
    return hands


def _loads(file: BufferedReader) -> Iterator[Hands]:
    while file.peek(1):
        yield pickle.load(file)  # noqa: S301  # this process, or one of its own, has just written it


def in_order(hand: list[Event]) -> list[Event]:
    """Put a user's events in order of time, those of one instant in the order of the log."""
    hand.sort(key=_AT)
    return hand
