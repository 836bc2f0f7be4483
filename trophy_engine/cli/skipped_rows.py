"""What commands print about the rows of a log that were not evaluated: bad ones, and those that options leave out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from trophy_engine.analysis.event_logs.events import BadRow, Event, Row
from trophy_engine.cli.console import note_console, print_note
from trophy_engine.errors import TrophyError
from trophy_engine.rules.phrases import count_noun

_SHOWN_BAD_ROWS = 20


def check_any_row_evaluated(
    events: int,
    skipped: int,
    log_names: str,
    until: str | None = None,
    *,
    left_out: Mapping[str, int] | None = None,
    first: BadRow | None = None,
) -> None:
    """Check that at least one event was evaluated, and print a note of what was left out.

    Raises:
        TrophyError: no event was evaluated, so the results would be empty.
    """
    left_out_text = describe_left_out_rows(left_out or {})
    if events:
        if left_out_text:
            print_note(f"left out: {left_out_text}")
        return
    upto = "" if until is None else f" up to --until {until}"
    also = f"; left out: {left_out_text}" if left_out_text else ""
    if not skipped:
        raise TrophyError(f"nothing was evaluated: {log_names} has no events{upto}{also}")
    reason = "" if first is None else f"; the first: {first}"
    raise TrophyError(
        f"nothing was evaluated: {log_names} has no good row{upto}; bad rows: {skipped:,}{reason}{also}; set the "
        "columns with --at-column, --tz-column and the other column options; trophy-engine inspect proposes them"
    )


def describe_left_out_rows(left_out: Mapping[str, int]) -> str:
    """Return how many rows and values options left out; empty if none."""
    texts = {
        "where": ("row", "without the text of --where"),
        "metric_map": ("event", "without a --map"),
        "value_map": ("value", "without a --value-map"),
        "key": ("event", "with a repeated key of --key-column"),
    }
    return ", ".join(
        f"{count_noun(left_out[by], noun)} {reason}" for by, (noun, reason) in texts.items() if left_out.get(by)
    )


def skip_bad_rows(log: Iterable[Row], report: Callable[[BadRow], object]) -> tuple[list[Event], int]:
    """Return the good rows of a log and the number of bad ones; report the bad ones."""
    good_rows: list[Event] = []
    skipped = 0
    for row in log:
        if isinstance(row, BadRow):
            skipped += 1
            report(row)
        else:
            good_rows.append(row)
    return good_rows, skipped


@contextmanager
def print_bad_rows() -> Iterator[Callable[[BadRow], None]]:
    """Yield a function that prints bad rows up to a limit; print the number of further ones at the end."""
    console = note_console()
    reported = 0

    def report(row: BadRow) -> None:
        nonlocal reported
        reported += 1
        if reported <= _SHOWN_BAD_ROWS:
            console.print(f"skipped {row}", style="yellow", markup=False)

    try:
        yield report
    finally:
        if reported > _SHOWN_BAD_ROWS:
            console.print(f"… and {count_noun(reported - _SHOWN_BAD_ROWS, 'more bad row')}")
