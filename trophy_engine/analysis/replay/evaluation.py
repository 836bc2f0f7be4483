"""Evaluation of a log a user at a time, in this process or in several, with the same result in any number of them.

First the log is dealt (``deal``), then each user's events are handed to an account, in order of time. What accounts
make of different users is merged; merging is free of order, so that neither shares nor processes show in the result.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Generic, Protocol, Self, TypeVar, runtime_checkable

import attrs

from trophy_engine.analysis.replay.events import BadRow, Event, Row
from trophy_engine.analysis.replay.partition import SHARES, Dealer, Dealt, Hands, in_order, read_share
from trophy_engine.calendar.instants import FIRST
from trophy_engine.errors import InvalidValue, TrophyError, short_repr
from trophy_engine.rules.constraints import CALLABLE, InstanceOf, Integer, Optional

__all__ = [
    "Account",
    "BadRowFound",
    "Divisible",
    "Evaluation",
    "Faults",
    "Job",
    "TooManyBadRows",
    "Watch",
    "check_workers",
    "evaluate",
]

#: How many events to hold in memory before they are dealt into files, in all processes together.
MOST_HELD: Final = 2_000_000
_MOST_KEPT: Final = 1_000
_A_BATCH: Final = 10_000
_MOST_WORKERS: Final = 1_000


class BadRowFound(TrophyError):
    """A strict replay met a bad row."""


class TooManyBadRows(TrophyError):
    """A replay met more bad rows than it was to bear."""


class Mergeable(Protocol):
    """What can take in another of its kind that was made of other users."""

    def merge(self, other: Self, /) -> None:
        """Take it in; in whatever order they are merged, the result is the same."""
        ...


P = TypeVar("P", bound=Mergeable)
P_co = TypeVar("P_co", bound=Mergeable, covariant=True)


class Account(Protocol[P_co]):
    """What is made of users, entered one after the other."""

    def enter(self, user_id: str, events: list[Event], until: int) -> None:
        """Enter a user's events, which are in order of time; those after ``until`` are left out."""
        ...

    def close(self) -> P_co:
        """Give what came of the users."""
        ...


class Job(Protocol[P_co]):
    """Opens accounts; it is pickled and sent to where users are evaluated."""

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> Account[P_co]:
        """Open an account under a name that no other account of the evaluation has."""
        ...


@runtime_checkable
class Divisible(Protocol):
    """A log in parts that can be pickled and read by different processes."""

    def parts(self) -> Sequence[Iterable[Row]]:
        """Give the parts, in order."""
        ...


class Watch(Protocol):
    """Told now and then how far an evaluation has come."""

    def __call__(self, stage: str, done: int, total: int | None, /) -> object:
        """Take note: ``"reading"`` counts rows and ``"evaluating"`` events; a total that is unknown is None."""
        ...


@attrs.define
class Faults:
    """The bad rows of a log: all are counted and told of, and the first thousand kept.

    Attributes:
        most: how many to bear; None for any number, 0 to stop at the first.
        on_bad_row: told of each when it is found.
        count: how many there were.
    """

    most: int | None = attrs.field(default=None, validator=Optional(Integer(min=0)))
    on_bad_row: Callable[[BadRow], object] | None = attrs.field(default=None, validator=Optional(CALLABLE))
    count: int = 0
    _kept: list[BadRow] = attrs.field(factory=list)

    def note(self, row: BadRow) -> None:
        """Note a bad row.

        Raises:
            BadRowFound: none is borne.
            TooManyBadRows: there are more than are borne.
        """
        self.count += 1
        self._kept.append(row)
        if len(self._kept) >= 2 * _MOST_KEPT:
            self._kept = list(self.first())
        if self.on_bad_row is not None:
            self.on_bad_row(row)
        if self.most is not None and self.count > self.most:
            if self.most == 0:
                raise BadRowFound(str(row))
            raise TooManyBadRows(f"more than {self.most} bad rows, the last of them {row}")

    def first(self) -> tuple[BadRow, ...]:
        """Give the first of them, by file and line."""
        return tuple(sorted(self._kept)[:_MOST_KEPT])


@attrs.define
class Evaluation(Generic[P]):
    """What came of a log: of its users (``result``), and up to when (microseconds; None for an empty log)."""

    result: P
    until: int | None


def evaluate(
    log: Iterable[Row],
    job: Job[P],
    *,
    until: int | None = None,
    faults: Faults | None = None,
    workers: int = 1,
    watch: Watch | None = None,
) -> Evaluation[P]:
    """Evaluate a log under a job.

    Args:
        log: the rows in any order; a ``Divisible`` log can be read by several processes.
        job: what to make of the users.
        until: up to when; the instant of the log's last event by default.
        faults: where bad rows are noted.
        workers: how many processes to use. Further processes import the main module anew, which a script must allow
            for, as with ``multiprocessing`` in general.
        watch: told of the progress.

    Raises:
        InvalidValue: ``workers`` is not from 1 to 1,000, or what should be a row is none.
        BadRowFound, TooManyBadRows: there are more bad rows than are borne.
    """
    check_arguments(log, workers, watch)
    with TemporaryDirectory(prefix="trophy-engine-") as folder, _uncollected():
        run = _Run(job, Path(folder), until, Faults() if faults is None else faults, watch)
        return run.alone(log) if workers == 1 else run.shared(log, workers)


def check_arguments(log: object, workers: int, watch: object) -> None:
    """Check what every evaluation takes.

    Raises:
        InvalidValue: the log is not iterable, there cannot be so many workers, or ``watch`` cannot be called.
    """
    if isinstance(log, str | bytes):
        raise InvalidValue(f"log must be rows such as those of read_log, not {short_repr(log)}")
    InstanceOf((Iterable,)).check("log", log)
    check_workers(workers, watch)


def check_workers(workers: int, watch: object) -> None:
    """Check how many processes to use, and what is told of the progress.

    Raises:
        InvalidValue: there cannot be so many workers, or ``watch`` cannot be called.
    """
    Integer(max=_MOST_WORKERS).check("workers", workers)
    if workers < 1:
        raise InvalidValue(f"workers must be 1 or more, not {workers}")
    Optional(CALLABLE).check("watch", watch)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of cycles rest: it would walk millions of events again and again, and they are in none."""
    rests = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if rests:
            gc.enable()


@attrs.define
class _Run(Generic[P]):
    job: Job[P]
    folder: Path
    until: int | None
    faults: Faults
    watch: Watch | None
    rows: int = 0
    events: int = 0
    done: int = 0
    last: int | None = None

    def alone(self, log: Iterable[Row]) -> Evaluation[P]:
        """Deal and evaluate in this process."""
        dealer = self._deal(log, MOST_HELD)
        account = self.job.open("0", self.faults.note)
        if dealer.spilled:
            dealer.spill()
            for share in range(SHARES):
                self._enter(account, read_share(self.folder, share))
        else:
            self._enter(account, dealer.hands)
        return Evaluation(account.close(), self._until())

    def shared(self, log: Iterable[Row], workers: int) -> Evaluation[P]:
        """Evaluate in several processes, and deal in them, too, where the log has parts."""
        parts = log.parts() if isinstance(log, Divisible) else ()
        most = MOST_HELD // workers
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            if len(parts) > 1:
                numbers = range(len(parts))
                for dealt, bad_rows in pool.map(_deal_part, parts, numbers, repeat(self.folder), repeat(most)):
                    self._count(dealt, bad_rows)
            else:
                self._deal(log, most).spill()
            result = self.job.open("", self.faults.note).close()
            until = self._until()
            shares = pool.map(_play_share, repeat(self.job), repeat(self.folder), range(SHARES), repeat(until))
            for played, events, bad_rows in shares:
                self._note(bad_rows)
                result.merge(played)
                self._progress(events)
        return Evaluation(result, until)

    def _deal(self, log: Iterable[Row], most: int) -> Dealer:
        dealer = Dealer(self.folder, 0, most, self.faults.note)
        rows = iter(log)
        while batch := list(islice(rows, _A_BATCH)):
            dealer.deal(batch)
            if self.watch is not None:
                self.watch("reading", dealer.dealt.rows, None)
        self._count(dealer.dealt, ())
        return dealer

    def _count(self, dealt: Dealt, bad_rows: Iterable[BadRow]) -> None:
        self._note(bad_rows)
        self.rows += dealt.rows
        self.events += dealt.events
        self.last = max((at for at in (self.last, dealt.last) if at is not None), default=None)
        if self.watch is not None:
            self.watch("reading", self.rows, None)

    def _note(self, bad_rows: Iterable[BadRow]) -> None:
        for row in bad_rows:
            self.faults.note(row)

    def _until(self) -> int | None:
        return self.last if self.until is None else self.until

    def _enter(self, account: Account[P], hands: Hands) -> None:
        until = self._until()
        for user_id, hand in hands.items():
            account.enter(user_id, in_order(hand), FIRST if until is None else until)
            self._progress(len(hand))

    def _progress(self, events: int) -> None:
        before, self.done = self.done, self.done + events
        if self.watch is not None and before // _A_BATCH < self.done // _A_BATCH:
            self.watch("evaluating", self.done, self.events)


def _deal_part(part: Iterable[Row], number: int, folder: Path, most: int) -> tuple[Dealt, list[BadRow]]:
    """Deal a part of a log in a process of its own."""
    bad_rows: list[BadRow] = []
    dealer = Dealer(folder, number, most, bad_rows.append)
    with _uncollected():
        dealer.deal(part)
        dealer.spill()
    return dealer.dealt, bad_rows


def _play_share(job: Job[P], folder: Path, share: int, until: int | None) -> tuple[P, int, list[BadRow]]:
    """Evaluate a share of the users in a process of its own."""
    bad_rows: list[BadRow] = []
    account = job.open(f"{share:03}", bad_rows.append)
    with _uncollected():
        hands = read_share(folder, share)
        for user_id, hand in hands.items():
            account.enter(user_id, in_order(hand), FIRST if until is None else until)
    return account.close(), sum(map(len, hands.values())), bad_rows
