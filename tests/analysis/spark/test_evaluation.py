"""The tasks of a cluster, without a cluster: users are evaluated over batches as in a local replay."""

import pickle

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from replayed import COLUMNS, LOG, RULES
from shuffled import evaluate, parse

from trophy_engine.analysis.comparison import compare
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.summary import summarize
from trophy_engine.analysis.spark.comparison import ComparisonTask
from trophy_engine.analysis.spark.events import ParseBatches
from trophy_engine.analysis.spark.replay import ReplayTask, effect_types_of_frame
from trophy_engine.analysis.tables.arrow import arrow_table
from trophy_engine.analysis.tables.effects import EFFECT_COLUMNS, wide_effect_row
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core import Identify
from trophy_engine.rules.override import override
from trophy_engine.testing import games
from trophy_engine.testing.histories import journeys, records

TYPES = {
    "user_id": pa.string(),
    "at": pa.timestamp("us", "UTC"),
    "metric": pa.string(),
    "value": pa.string(),
    "time_zone": pa.string(),
}


def small_log():
    head, *rows = [line.split(",") for line in LOG.splitlines()]
    return pa.table({name: [row[index] for row in rows] for index, name in enumerate(head)})


def log_commands(rules, user, at):
    """Draw commands that a log can contain: events without keys, and changes of zone."""
    plain = records(rules, user, at).map(lambda record: record._replace(idempotency_key=None))
    return st.one_of(plain, plain, journeys(user, at))


def frame_of(history):
    """Return the events of a history as a table, and its columns."""
    zones, rows, keys = {}, [], set()
    for command in history:
        if isinstance(command, Identify):
            zones[command.user_id] = dict(command.changes)["time_zone"]
            continue
        attributes = {f"a:{key}": value for key, value in command.attributes}
        keys |= attributes.keys()
        cells = (command.user_id, from_micros(command.at), command.metric, str(command.value))
        rows.append(dict(zip(TYPES, (*cells, zones.get(command.user_id)), strict=True)) | attributes)
    schema = pa.schema([*TYPES.items(), *((key, pa.string()) for key in sorted(keys))])
    named = {key.removeprefix("a:"): key for key in keys}
    return pa.Table.from_pylist(rows, schema), Columns("user_id", "at", "metric", "value", "time_zone", named)


def replay_task(rules, columns, until, *, tally=False, keep_states=False, types=None):
    names = effect_types_of_frame(True) if types is None else types
    return ReplayTask(rules, ParseBatches(columns).parsed_columns(), until, names, tally, keep_states)


def merged(parts):
    counts = [pickle.loads(part) for part in parts]  # noqa: S301  # our own bytes
    for other in counts[1:]:
        counts[0].merge(other)
    return counts[0]


def in_order(effects):
    ordered = sorted(effects, key=lambda row: (row["at"], row["user_id"], row["position"]))
    return [{name: cell for name, cell in row.items() if name != "position"} for row in ordered]


@pytest.mark.thorough
@settings(max_examples=20)
@given(games(users=("ann", "ben", "cyd"), max_size=25, kinds=log_commands), st.sampled_from([1, 2, 8]))
def test_partitions_give_the_tables_of_a_local_replay(history, partitions):
    table, columns = frame_of(history)
    with EffectLog() as effects:
        local = replay(history.ruleset, table, columns=columns, effects=effects, tally=True, tie_order="row")
        expected = arrow_table(EFFECT_COLUMNS, map(wide_effect_row, effects)).to_pylist()
    assume(local.until is not None)
    rows, schema = parse(table, columns)
    task = replay_task(history.ruleset, columns, to_micros(local.until), tally=True)
    tables = evaluate(task, rows, schema, partitions)
    counts = merged(tables["counts"])
    assert sorted(tables.get("users", []), key=lambda row: row["user_id"]) == local.to_arrow().to_pylist()
    assert in_order(tables.get("effects", [])) == expected
    assert counts.tally == local.tally
    assert counts.summary.summary(counts.bad_rows.count) == summarize(local)
    assert sorted(row.reason for row in counts.bad_rows.first()) == sorted(row.reason for row in local.bad_rows)


@pytest.mark.thorough
@settings(max_examples=20)
@given(games(users=("ann", "ben"), max_size=25, kinds=log_commands), st.data())
def test_two_days_from_the_states_of_the_first_are_both_days_at_once(history, data):
    table, columns = frame_of(history)
    assume(table.num_rows)
    rows, schema = parse(table, columns)
    instants = sorted({row["at"] for row in rows if row["at"] is not None})
    assume(instants)
    end, middle = instants[-1], data.draw(st.sampled_from(instants))
    first, second, both = (
        replay_task(history.ruleset, columns, to_micros(until), keep_states=True) for until in (middle, end, end)
    )
    day_1 = evaluate(first, rows, schema, 2, middle)
    states = [
        dict.fromkeys(schema.names) | {"user_id": row["user_id"], "payload": row["state"]}
        for row in day_1.get("states", [])
    ]
    later = [row for row in rows if row["at"] is not None and row["at"] > middle]
    day_2 = evaluate(second, states + later, schema, 3)
    at_once = evaluate(both, rows, schema, 1)
    for name in ("users", "states", "runs"):
        one, other = (sorted(tables.get(name, []), key=repr) for tables in (day_2, at_once))
        assert one == other, name
    assert in_order(day_1.get("effects", [])) + in_order(day_2.get("effects", [])) == in_order(
        at_once.get("effects", [])
    )


@pytest.mark.parametrize("partitions", [1, 4])
def test_a_comparison_of_partitions_is_a_local_comparison(partitions):
    new = override(RULES, {"points.energy.maximum": 2})
    local = compare(RULES, new, small_log(), columns=COLUMNS, tally=True, tie_order="row")
    rows, schema = parse(small_log(), COLUMNS)
    task = ComparisonTask(RULES, new, ParseBatches(COLUMNS).parsed_columns(), to_micros(local.until), True)
    tables = evaluate(task, rows, schema, partitions)
    counts = merged(tables["counts"])
    assert sorted(tables["differences"], key=lambda row: row["user_id"]) == local.to_arrow().to_pylist()
    assert list(counts.comparison.sentences()) == list(local.sentences())
    assert (counts.tallies, counts.bad_rows.count) == (local.tallies, local.skipped)
    assert [row.reason for row in counts.bad_rows.first()] == [row.reason for row in local.bad_rows]


def test_only_effects_of_the_given_types_are_given_with_their_position():
    rows, schema = parse(small_log(), COLUMNS)
    all_of, some = (
        evaluate(replay_task(RULES, COLUMNS, 2**51, types=types), rows, schema, 1)["effects"]
        for types in (None, ("streak.started",))
    )
    assert [row for row in all_of if row["type"] == "streak.started"] == some
    assert len(some) == 2


def test_a_hot_user_leaves_effects_with_every_batch():
    events = 50_000
    at = pa.array([1_743_588_000_000_000 + number for number in range(events)]).cast(pa.timestamp("us", "UTC"))
    table = pa.table({"user_id": ["ann"] * events, "at": at})
    columns = Columns(metric="=words")
    [parsed] = ParseBatches(columns)(table.to_batches())
    batches = pa.Table.from_batches([parsed]).to_batches(max_chunksize=10_000)
    task = replay_task(RULES, columns, 2**51)
    sizes = [batch.num_rows for batch in task(iter(batches)) if batch.column("table")[0].as_py() == "effects"]
    assert sum(sizes) > events
    assert max(sizes) < 11_000


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_frame_has_the_columns_that_other_logs_have(partitions):
    table = pa.table(
        {
            "who": ["ann", "ann", "ann", "ben", "ben", "ben"],
            "when": [1_743_580_800 + 60 * minute for minute in (0, 2, 1, 0, 1, 2)],
            "event": ["finished", "finished", "opened", "finished", "finished", "finished"],
            "id": ["a", "a", "b", "a", "", ""],
            "plan": ["pro", "pro", "pro", "pro", "free", "pro"],
        }
    )
    columns = Columns("who", "when", "event", metric_map={"finished": "words"}, key="id", where={"plan": "pro"})
    local = replay(RULES, table, columns=columns, tie_order="row")
    assert local.events_of == {"ann": 1, "ben": 2}
    rows, schema = parse(table, columns)
    tables = evaluate(replay_task(RULES, columns, to_micros(local.until)), rows, schema, partitions)
    assert sorted(tables["users"], key=lambda row: row["user_id"]) == local.to_arrow().to_pylist()
