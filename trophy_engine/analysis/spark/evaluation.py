"""The evaluation of a partition of a sorted frame, user by user, over batches of Arrow.

A partition has all events of its users, sorted by user. Neither the events nor the effects of a user are collected: the
events of a batch are applied to the state, and their effects leave with the next batch. Of a user's idempotency keys
all are kept until the next user, if the log has keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, Final, Protocol

from trophy_engine.analysis.event_logs.arrow_batches import read_batch
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.evaluation import garbage_collector_off
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.partition import drop_repeated_log_events
from trophy_engine.analysis.spark.bad_rows import BadFrameRow, BadFrameRows
from trophy_engine.analysis.spark.events import PAYLOAD
from trophy_engine.calendar.instants import format_instant

#: The number of the first row of a batch.
_FIRST_LINE: Final = 0


class FrameUserEvaluator(Protocol):
    """Evaluates users one after the other, each in parts."""

    def begin(self, user_id: str, state: str | None) -> None:
        """Begin with a user, who has a dumped state or none."""

    def apply(self, events: list[Event]) -> None:
        """Apply events of the user, after those of earlier calls."""

    def finish(self) -> None:
        """Finish the user."""

    def take_full(self) -> Iterator[Any]:
        """Yield the batches that are full."""

    def take_all(self, bad_rows: BadFrameRows) -> Iterator[Any]:
        """Yield the rest, and what all users of the partition add up to."""


def evaluate_frame_partition(
    batches: Iterable[Any],
    columns: Columns,
    open_evaluation: Callable[[Callable[[BadRow], object]], FrameUserEvaluator],
) -> Iterator[Any]:
    """Evaluate the users of a partition and yield batches of results.

    Args:
        batches: the batches of the partition, sorted by user.
        columns: the columns of the events.
        open_evaluation: returns the evaluation, from the function that it calls with refused events.
    """
    bad_rows = BadFrameRows()
    events: list[Event] = []
    seen: set[tuple[str, str]] = set()

    def refuse(row: BadRow) -> None:
        bad_rows.add(_refused_event_as_bad_row(events[row.source.line], row))

    evaluation = open_evaluation(refuse)
    current: str | None = None
    for batch in batches:
        payloads = batch.column(PAYLOAD)
        with_payload = payloads.null_count < len(payloads)
        plain = batch.filter(payloads.is_null()) if with_payload else batch
        events = [row for row in read_batch(plain, columns, "", _FIRST_LINE) if type(row) is Event]
        start = 0
        with garbage_collector_off():
            for user_id, size, payload in _users_of_batch(batch, payloads if with_payload else None):
                if user_id is None:
                    bad_rows.merge(BadFrameRows.load(payload or ""))
                    continue
                if user_id != current:
                    if current is not None:
                        evaluation.finish()
                    evaluation.begin(user_id, payload)
                    current = user_id
                    seen.clear()
                user_events = events[start : start + size]
                evaluation.apply(user_events if columns.key is None else drop_repeated_log_events(user_events, seen))
                start += size
        yield from evaluation.take_full()
    if current is not None:
        evaluation.finish()
    yield from evaluation.take_all(bad_rows)


def _users_of_batch(batch: Any, payloads: Any | None) -> Iterator[tuple[str | None, int, str | None]]:
    """Yield each user of a batch, with the number of events, and the user's state if it is in the batch.

    Bad rows have no user.
    """
    users = batch.column("user_id").to_pylist()
    if payloads is None:
        yield from ((user_id, sum(1 for _ in rows), None) for user_id, rows in groupby(users))
        return
    for user_id, rows in groupby(zip(users, payloads.to_pylist(), strict=True), key=lambda row: row[0]):
        cells = [payload for _, payload in rows]
        if user_id is None:
            yield from ((None, 0, payload) for payload in cells)
        else:
            yield user_id, cells.count(None), cells[0]


def _refused_event_as_bad_row(event: Event, row: BadRow) -> BadFrameRow:
    """Return a refused event as a bad row."""
    cells = {
        "user_id": event.user_id,
        "at": format_instant(event.at),
        "metric": event.metric,
        "value": event.value,
        "time_zone": event.time_zone,
        **dict(event.attributes),
    }
    return BadFrameRow.of(cells, row.reason, refused=row.refused)
