"""The evaluation of a log user by user, in one or several processes, with the same result.

The log is partitioned by user (``partition``), then each user's events are added to an accumulator, in order of time.
Results of accumulators are merged, in any order, so the result does not depend on partitions or processes.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Generic, Protocol, Self, TypeVar, get_args, runtime_checkable

import attrs

from trophy_engine.analysis.event_logs.events import BadRow, Event, Row
from trophy_engine.analysis.event_logs.partition import (
    PARTITIONS,
    EventsByUser,
    Partitioner,
    PartitionStats,
    TieOrder,
    read_partition,
    sort_log_events,
)
from trophy_engine.calendar.instants import FIRST
from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.rules.constraints import CALLABLE, InstanceOf, Integer, OneOf, Optional
from trophy_engine.rules.phrases import count_noun

__all__ = [
    "BadRowFound",
    "BadRows",
    "DivisibleLog",
    "EvaluationJob",
    "FilteredLog",
    "ProgressCallback",
    "ResultAccumulator",
    "SizedLog",
    "TooManyBadRows",
    "check_workers",
    "evaluate_log",
]

#: The maximal number of events in memory, over all processes, before they are written to files.
MAX_IN_MEMORY: Final = 2_000_000
_MAX_KEPT: Final = 1_000
_BATCH: Final = 10_000
_MAX_WORKERS: Final = 1_000


class BadRowFound(TrophyError):
    """A bad row in a replay that accepts none."""


class TooManyBadRows(TrophyError):
    """More bad rows in a replay than it accepts."""


class MergeableResult(Protocol):
    """A result that can be merged with the result of other users."""

    def merge(self, other: Self, /) -> None:
        """Merge another result into this one; the order of merging does not matter."""
        ...


P = TypeVar("P", bound=MergeableResult)
P_co = TypeVar("P_co", bound=MergeableResult, covariant=True)


class ResultAccumulator(Protocol[P_co]):
    """Collects a result over users, added one by one."""

    def add(self, user_id: str, events: list[Event], until: int) -> None:
        """Evaluate a user's events, in order of time, and add the result; events after ``until`` are ignored."""
        ...

    def finish(self) -> P_co:
        """Return the result over all added users."""
        ...


class EvaluationJob(Protocol[P_co]):
    """Opens accumulators; it is pickled and sent to the processes that evaluate users."""

    def open(self, name: str, on_bad_row: Callable[[BadRow], object]) -> ResultAccumulator[P_co]:
        """Return an accumulator; ``name`` is unique within the evaluation."""
        ...


@runtime_checkable
class DivisibleLog(Protocol):
    """A log in parts that can be pickled and read by different processes."""

    def parts(self) -> Sequence[Iterable[Row]]:
        """Return the parts, in order."""
        ...


@runtime_checkable
class SizedLog(Protocol):
    """A log of a known size."""

    def size(self) -> int | None:
        """Return the size in bytes, or None if it is unknown."""
        ...

    def position(self) -> int:
        """Return the number of bytes read so far."""
        ...


@runtime_checkable
class FilteredLog(Protocol):
    """A log that leaves rows out on request."""

    def left_out(self) -> Mapping[str, int]:
        """Return the number of rows and values left out so far, by the attribute of ``Columns`` that does so."""
        ...


class ProgressCallback(Protocol):
    """A function that receives the progress of an evaluation."""

    def __call__(self, stage: str, done: int, total: int | None, /) -> object:
        """Receive progress: ``"evaluating"`` counts events, and ``"simulating"`` users.

        ``"reading"`` counts the bytes of logs of a known size, and else rows; then the total is None.
        """
        ...


@attrs.define
class BadRows:
    """The bad rows of a log: all are counted and reported, the first thousand are kept.

    Attributes:
        max_errors: the maximal number of bad rows; None for no maximum, 0 to stop at the first.
        on_bad_row: called with each bad row.
        count: the number of bad rows so far.
        left_out: the number of rows and values that were left out on request, by the attribute of ``Columns`` that does
            so; repeated idempotency keys are counted by ``"key"``.
    """

    max_errors: int | None = attrs.field(default=None, validator=Optional(Integer(min=0)))
    on_bad_row: Callable[[BadRow], object] | None = attrs.field(default=None, validator=Optional(CALLABLE))
    count: int = 0
    left_out: Counter[str] = attrs.field(factory=Counter)
    _kept: list[BadRow] = attrs.field(factory=list)

    def add(self, row: BadRow) -> None:
        """Count, keep and report a bad row.

        Raises:
            BadRowFound: ``max_errors`` is 0.
            TooManyBadRows: there are more than ``max_errors``.
        """
        self.count += 1
        self._kept.append(row)
        if len(self._kept) >= 2 * _MAX_KEPT:
            self._kept = list(self.first())
        if self.on_bad_row is not None:
            self.on_bad_row(row)
        if self.max_errors is not None and self.count > self.max_errors:
            if self.max_errors == 0:
                raise BadRowFound(str(row))
            raise TooManyBadRows(f"more than {count_noun(self.max_errors, 'bad row')}; the last is {row}")

    def first(self) -> tuple[BadRow, ...]:
        """Return the first thousand, by file and line."""
        return tuple(sorted(self._kept)[:_MAX_KEPT])


def evaluate_log(
    log: Iterable[Row],
    job: EvaluationJob[P],
    *,
    until: int | None = None,
    bad_rows: BadRows | None = None,
    workers: int = 1,
    on_progress: ProgressCallback | None = None,
    tie_order: TieOrder = "log",
) -> tuple[P, int | None]:
    """Evaluate a log under a job; return its result and the instant to which users are settled, in microseconds.

    The instant is None for an empty log without ``until``.

    Args:
        log: the rows in any order; a ``DivisibleLog`` can be read by several processes.
        job: opens the accumulators of the result.
        until: the instant to settle users to; by default, the instant of the last event.
        bad_rows: collects the bad rows.
        workers: the number of processes. Each one imports the main module again, as with ``multiprocessing``; a script
            must guard its entry point.
        on_progress: called with the progress.
        tie_order: the order of a user's events of one instant.

    Raises:
        InvalidValue: ``workers`` is not from 1 to 1,000, ``tie_order`` is unknown, or an item of the log is not a row.
        BadRowFound, TooManyBadRows: there are more bad rows than ``bad_rows`` accepts.
    """
    check_evaluation_arguments(log, workers, on_progress)
    OneOf(get_args(TieOrder)).check("tie_order", tie_order)
    with TemporaryDirectory(prefix="trophy-engine-") as folder, garbage_collector_off():
        run = _LogEvaluation(
            job, Path(folder), until, BadRows() if bad_rows is None else bad_rows, on_progress, tie_order
        )
        return run.in_this_process(log) if workers == 1 else run.in_processes(log, workers)


def check_evaluation_arguments(log: object, workers: int, on_progress: object) -> None:
    """Check the arguments of all evaluations.

    Raises:
        InvalidValue: the log is not iterable, ``workers`` is not from 1 to 1,000, or ``on_progress`` is not callable.
    """
    if isinstance(log, str | bytes):
        raise InvalidValue(f"must be an iterable of rows, as read_log returns, not {short_repr(log)}", "log")
    InstanceOf((Iterable,)).check("log", log)
    check_workers(workers, on_progress)


def check_workers(workers: int, on_progress: object) -> None:
    """Check the number of processes and the callback for progress.

    Raises:
        InvalidValue: ``workers`` is not from 1 to 1,000, or ``on_progress`` is not callable.
    """
    Integer(min=1, max=_MAX_WORKERS).check("workers", workers)
    Optional(CALLABLE).check("on_progress", on_progress)


@contextmanager
def garbage_collector_off() -> Iterator[None]:
    """Turn the cyclic garbage collector off: it would traverse millions of events that are in no cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@attrs.define
class _LogEvaluation(Generic[P]):
    job: EvaluationJob[P]
    folder: Path
    until: int | None
    bad_rows: BadRows
    on_progress: ProgressCallback | None
    tie_order: TieOrder
    rows: int = 0
    events: int = 0
    done: int = 0
    last: int | None = None

    def in_this_process(self, log: Iterable[Row]) -> tuple[P, int | None]:
        """Partition and evaluate the log in this process."""
        partitioner = self._partition(log, MAX_IN_MEMORY)
        accumulator = self.job.open("0", self.bad_rows.add)
        if partitioner.spilled:
            partitioner.spill()
            for partition in range(PARTITIONS):
                self._evaluate(accumulator, read_partition(self.folder, partition))
        else:
            self._evaluate(accumulator, partitioner.events_by_user)
        return accumulator.finish(), self._until()

    def in_processes(self, log: Iterable[Row], workers: int) -> tuple[P, int | None]:
        """Evaluate the log in several processes; partition it in them too if it has parts."""
        parts = log.parts() if isinstance(log, DivisibleLog) else ()
        max_in_memory = MAX_IN_MEMORY // workers
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            if len(parts) > 1:
                sizes = [part.size() if isinstance(part, SizedLog) else None for part in parts]
                partitioned = pool.map(
                    _partition_log_part, parts, range(len(parts)), repeat(self.folder), repeat(max_in_memory)
                )
                for number, (stats, bad_rows, left_out) in enumerate(partitioned, start=1):
                    self._add_stats(stats, bad_rows)
                    self.bad_rows.left_out.update(left_out)
                    self._add_parts(sizes, number)
            else:
                self._partition(log, max_in_memory).spill()
            result = self.job.open("", self.bad_rows.add).finish()
            until = self._until()
            evaluate_partition = partial(_evaluate_user_partition, self.job, self.folder, until, self.tie_order)
            results = pool.map(evaluate_partition, range(PARTITIONS))
            for partition_result, events, repeated, bad_rows in results:
                self._add_bad_rows(bad_rows)
                self._add_repeated(repeated)
                result.merge(partition_result)
                self._add_progress(events)
        return result, until

    def _partition(self, log: Iterable[Row], max_in_memory: int) -> Partitioner:
        partitioner = Partitioner(self.folder, 0, max_in_memory, self.bad_rows.add)
        size = log.size() if isinstance(log, SizedLog) else None
        rows = iter(log)
        while batch := list(islice(rows, _BATCH)):
            partitioner.add(batch)
            if self.on_progress is not None:
                if isinstance(log, SizedLog) and size:
                    self.on_progress("reading", min(log.position(), size), size)
                else:
                    self.on_progress("reading", partitioner.stats.rows, None)
        self._add_stats(partitioner.stats, ())
        self.bad_rows.left_out.update(_count_left_out_rows(log))
        return partitioner

    def _add_stats(self, stats: PartitionStats, bad_rows: Iterable[BadRow]) -> None:
        self._add_bad_rows(bad_rows)
        self.rows += stats.rows
        self.events += stats.events
        self.last = max((at for at in (self.last, stats.last) if at is not None), default=None)

    def _add_parts(self, sizes: Sequence[int | None], number: int) -> None:
        """Report the progress after a number of parts."""
        if self.on_progress is None:
            return
        known = [size for size in sizes if size is not None]
        if len(known) == len(sizes):
            self.on_progress("reading", sum(known[:number]), sum(known))
        else:
            self.on_progress("reading", self.rows, None)

    def _add_bad_rows(self, bad_rows: Iterable[BadRow]) -> None:
        for row in bad_rows:
            self.bad_rows.add(row)

    def _until(self) -> int | None:
        return self.last if self.until is None else self.until

    def _evaluate(self, accumulator: ResultAccumulator[P], events_by_user: EventsByUser) -> None:
        until = self._until()
        for user_id, events in events_by_user.items():
            sorted_events = sort_log_events(events, self.tie_order)
            accumulator.add(user_id, sorted_events, FIRST if until is None else until)
            self._add_repeated(len(events) - len(sorted_events))
            self._add_progress(len(events))

    def _add_repeated(self, count: int) -> None:
        if count:
            self.bad_rows.left_out["key"] += count

    def _add_progress(self, events: int) -> None:
        before, self.done = self.done, self.done + events
        if self.on_progress is not None and before // _BATCH < self.done // _BATCH:
            self.on_progress("evaluating", self.done, self.events)


def _partition_log_part(
    part: Iterable[Row], number: int, folder: Path, max_in_memory: int
) -> tuple[PartitionStats, list[BadRow], Mapping[str, int]]:
    """Partition a part of a log in a worker process."""
    bad_rows: list[BadRow] = []
    partitioner = Partitioner(folder, number, max_in_memory, bad_rows.append)
    with garbage_collector_off():
        partitioner.add(part)
        partitioner.spill()
    return partitioner.stats, bad_rows, _count_left_out_rows(part)


def _count_left_out_rows(log: Iterable[Row]) -> Mapping[str, int]:
    return dict(log.left_out()) if isinstance(log, FilteredLog) else {}


def _evaluate_user_partition(
    job: EvaluationJob[P], folder: Path, until: int | None, tie_order: TieOrder, partition: int
) -> tuple[P, int, int, list[BadRow]]:
    """Evaluate a partition of the users in a worker process; count its events, and those with a repeated key."""
    bad_rows: list[BadRow] = []
    accumulator = job.open(f"{partition:03}", bad_rows.append)
    with garbage_collector_off():
        events_by_user = read_partition(folder, partition)
        repeated = 0
        for user_id, events in events_by_user.items():
            sorted_events = sort_log_events(events, tie_order)
            repeated += len(events) - len(sorted_events)
            accumulator.add(user_id, sorted_events, FIRST if until is None else until)
    return accumulator.finish(), sum(map(len, events_by_user.values())), repeated, bad_rows
