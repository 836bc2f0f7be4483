"""One task of a replay on a cluster, in this process and without Spark: time and peak memory by users of a partition.

python -m benchmarks.spark_task [--events 1000000] [--users 1] [--effects]
python -m benchmarks.spark_task --states [--events 100000] [--users 5000]

With ``--states``: the time to write a user's state as text, to read it, and to settle it over a day without events.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import pyarrow as pa

from benchmarks.workload import METRICS, ruleset
from trophy_engine.analysis import Columns, replay
from trophy_engine.analysis.spark.events import ParseBatches
from trophy_engine.analysis.spark.replay import ReplayTask, effect_types_of_frame
from trophy_engine.calendar.instants import DAY
from trophy_engine.core import Agenda, UserState, settle_user

_BATCH: Final = 10_000
_FIRST: Final = 1_735_689_600_000_000
_COLUMNS: Final = Columns(value="value")


def main() -> None:
    """Evaluate a partition, batch by batch, and print what it takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=1)
    parser.add_argument("--effects", action="store_true")
    parser.add_argument("--states", action="store_true")
    given = parser.parse_args()
    if given.states:
        _measure_states(given.events, given.users)
        return
    parse = ParseBatches(_COLUMNS)
    until = _FIRST + given.events * 1_500_000
    task = ReplayTask(ruleset(), parse.parsed_columns(), until, effect_types_of_frame(given.effects), False, False)
    parsing = -time.process_time()
    parsed = sum(batch.num_rows for batch in parse(_batches(given.events, given.users)))
    parsing += time.process_time()
    before = _peak()
    both = -time.process_time()
    rows = sum(batch.num_rows for batch in task(parse(_batches(given.events, given.users))))
    both += time.process_time()
    print(f"{parsed:,} events of {given.users:,} users; {rows:,} rows")
    print(f"an event: parsing {parsing / parsed * 1e6:.1f} µs, evaluating {(both - parsing) / parsed * 1e6:.1f} µs")
    print(f"peak memory: {_peak()} MiB, of which {before} before the evaluation")


def _measure_states(events: int, users: int) -> None:
    rows = pa.Table.from_batches(_batches(events, users))
    result = replay(ruleset(), rows, columns=_COLUMNS)
    plan, states = result.plan, list(result.states.values())
    times = [time.process_time()]
    texts = [json.dumps(state.dump(plan)) for state in states]
    times.append(time.process_time())
    loaded = [UserState.load(plan, json.loads(text)) for text in texts]
    times.append(time.process_time())
    agenda = Agenda(plan)
    for state in loaded:
        settle_user(agenda, state, state.clock.settled + DAY)
    times.append(time.process_time())
    written, read, settled = ((after - before) / users * 1e6 for before, after in pairwise(times))
    print(f"{users:,} states of {sum(map(len, texts)) // users:,} characters")
    print(f"a state: written in {written:.0f} µs, read in {read:.0f} µs, settled over a day in {settled:.0f} µs")


def _batches(events: int, users: int) -> Iterator[Any]:
    """Yield the events of users one after the other, each from the first instant to the last."""
    each = events // users
    for start in range(0, each * users, _BATCH):
        numbers = range(start, min(start + _BATCH, each * users))
        at = [_FIRST + (number % each) * users * 1_500_000 for number in numbers]
        yield pa.record_batch(
            {
                "user_id": [f"user-{number // each:09}" for number in numbers],
                "at": pa.array(at, pa.int64()).cast(pa.timestamp("us", "UTC")),
                "metric": [METRICS[number % 3] for number in numbers],
                "value": [1 + number % 30 for number in numbers],
            }
        )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
