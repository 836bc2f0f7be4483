"""A replay on a cluster equals the local one, row by row, for any number of partitions and any order of the events."""

import random
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from clustered import digest, effects_of, in_order, local_tables, users_of
from replayed import COLUMNS, LOG, RULES
from three_streaks import METRICS
from three_streaks import RULES as THREE_STREAKS

from trophy_engine import InvalidValue
from trophy_engine.analysis.event_logs.bundled_log import read_bundled_log
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow
from trophy_engine.analysis.event_logs.summary import summarize
from trophy_engine.analysis.spark import replay_frame
from trophy_engine.calendar.instants import from_micros

GIT = Columns("user_id", "at", "metric", "value", "time_zone", {"kind": "kind"})
GIT_TYPES = "user_id string, at timestamp, metric string, value bigint, time_zone string, kind string"
LATER = datetime(2025, 6, 1, tzinfo=UTC)
HEAD, *ROWS = [line.split(",") for line in LOG.splitlines()]
TEXTS = ", ".join(f"{name} string" for name in HEAD)


def git_rows():
    """Return the events of the log that comes with the package, several of one instant, and two bad rows."""
    events = [row for row in read_bundled_log("git") if not isinstance(row, BadRow)]
    rows = [(e.user_id, from_micros(e.at), e.metric, e.value, e.time_zone, dict(e.attributes)["kind"]) for e in events]
    moved = [
        ("twice", rows[0][1], "commits", value, None, kind) for value in (2, 1) for kind in ("merge", None, "commit")
    ]
    bad = [("", rows[0][1], "commits", 1, None, None), ("x", None, "commits", 1, None, None)]
    return [*rows, *moved, *bad]


def as_frame(spark, rows):
    """Return rows as a frame of three partitions."""
    names = [column.split()[0] for column in GIT_TYPES.split(", ")]
    columns = zip(*rows, strict=True)
    return spark.createDataFrame(pa.table(dict(zip(names, map(list, columns), strict=True)))).repartition(3)


def shuffled(rows, seed):
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    return rows


@pytest.fixture(scope="module")
def git():
    """Return the local result, and its tables."""
    names = [column.split()[0] for column in GIT_TYPES.split(", ")]
    log = [dict(zip(names, row, strict=True)) for row in git_rows()]
    return local_tables("git", log, columns=GIT, tally=True, tie_order="row")


@pytest.mark.parametrize("partitions", [1, 2, 8])
def test_the_digest_of_the_rows_is_that_of_a_local_replay(spark, git, partitions):
    local, users, effects = git
    frame = as_frame(spark, shuffled(git_rows(), partitions))
    result = replay_frame("git", frame, columns=GIT, tally=True, partitions=partitions)
    assert digest(effects_of(result)) == digest(effects)
    assert digest(users_of(result)) == digest(users)
    assert result.until == local.until
    assert result.tally == local.tally
    assert result.summary == summarize(local)
    assert sorted(row.reason for row in result.bad_rows) == sorted(row.reason for row in local.bad_rows)
    assert len(list(result.evaluated.parts("counts"))) == partitions
    result.unpersist()


def test_two_days_with_the_states_of_the_first_are_both_days_at_once(spark, git):
    _, users, effects = git
    frame = as_frame(spark, git_rows())
    night = datetime(2024, 9, 1, tzinfo=UTC)
    first = replay_frame("git", frame, columns=GIT, until=night, keep_states=True)
    day_2 = frame.where("at is null or at > '2024-09-01T00:00:00Z'")
    second = replay_frame("git", day_2, columns=GIT, states=first.states, partitions=3)
    assert digest(users_of(second)) == digest(users)
    assert digest(in_order(first.effects.unionByName(second.effects).toArrow())) == digest(effects)
    assert 0 < first.users.count() < len(users)


def test_an_order_column_orders_the_events_of_one_instant(spark):
    rows = [("ann", "2025-04-02", "words", str(value), "UTC", None, number) for number, value in enumerate((3, -1, 2))]
    local, _, effects = local_tables(
        RULES, [dict(zip([*HEAD, "number"], row, strict=True)) for row in rows], columns=COLUMNS
    )
    frame = spark.createDataFrame(rows[::-1], f"{TEXTS}, number int")
    result = replay_frame(RULES, frame, columns=COLUMNS, order="number", effects=["metric.changed"])
    table = effects_of(result)
    assert [int(value) for value in table["value"].to_pylist()] == [3, -1, 2]
    assert table.num_rows == sum(kind == "metric.changed" for kind in effects["type"].to_pylist())
    assert result.until == local.until


def test_rows_are_written_to_a_folder(spark, tmp_path):
    frame = spark.createDataFrame(ROWS, TEXTS)
    result = replay_frame(RULES, frame, columns=COLUMNS, folder=str(tmp_path / "out"), partitions=2)
    _, users, effects = local_tables(
        RULES, [dict(zip(HEAD, row, strict=True)) for row in ROWS], columns=COLUMNS, tie_order="row"
    )
    assert digest(users_of(result)) == digest(users)
    assert digest(effects_of(result)) == digest(effects)
    [bad] = result.bad_rows
    assert bad.refused
    assert str(bad).startswith('{"user_id": "ann", "at": "2025-04-02T08:00:00Z", "metric": "views", "value": "2"')
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"table=users", "table=effects", "table=counts"} <= written
    assert repr(result) == f"SparkReplay(until={result.until!r})"
    with pytest.raises(InvalidValue, match=r"states must be a folder with .* keep_states=True, not '.*out'$"):
        replay_frame(RULES, frame, columns=COLUMNS, states=str(tmp_path / "out"))
    with pytest.raises(InvalidValue, match="the states were not kept; replay with keep_states=True"):
        _ = result.states


def test_states_are_read_from_the_folder_of_an_earlier_replay(spark, tmp_path):
    folder, nothing = str(tmp_path / "day"), spark.createDataFrame([], TEXTS)
    day = replay_frame(
        RULES, spark.createDataFrame(ROWS, TEXTS), columns=COLUMNS, until=LATER, keep_states=True, folder=folder
    )
    from_folder = replay_frame(RULES, nothing, columns=COLUMNS, until=LATER, states=folder)
    assert digest(users_of(from_folder)) == digest(users_of(day))


def test_every_streak_is_counted(spark):
    rows = [("ann", f"2025-02-{day:02}T10:00:00Z", metric) for day in (1, 2, 4, 12, 28) for metric in METRICS]
    local, users, _ = local_tables(
        THREE_STREAKS, [dict(zip(("user_id", "at", "metric"), row, strict=True)) for row in rows], tally=True
    )
    frame = spark.createDataFrame(rows, "user_id string, at string, metric string")
    result = replay_frame(THREE_STREAKS, frame, tally=True, partitions=2)
    assert digest(users_of(result)) == digest(users)
    assert result.tally == local.tally
    assert result.tally.streaks["weekly"].longest == {4: 1}
    assert result.summary == summarize(local)
    result.unpersist()


def test_a_frame_without_events_has_no_users(spark):
    result = replay_frame(RULES, spark.createDataFrame([], TEXTS), columns=COLUMNS, tally=True)
    assert (result.users.count(), result.until, result.skipped, result.tally.users) == (0, None, 0, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": Columns("whom", "when", "what")}, "has no column 'whom'; did you mean 'who'"),
        ({"order": "line"}, "order must name columns of the frame, which has .*; not 'line'"),
        ({"order": 3}, "order must be the name of a column"),
        ({"partitions": 0}, "partitions must be at least 1"),
        ({"effects": ["streak"]}, "effects"),
        ({"states": []}, "states must be a DataFrame of PySpark"),
        ({"states": ""}, "states must be the path of a file"),
        ({"until": datetime(2025, 1, 1)}, "until"),  # noqa: DTZ001  # is refused
    ],
)
def test_a_wrong_argument_is_named(spark, options, message):
    frame = spark.createDataFrame(ROWS, TEXTS)
    with pytest.raises(InvalidValue, match=message):
        replay_frame(RULES, frame, **{"columns": COLUMNS, **options})
    with pytest.raises(InvalidValue, match="frame must be a DataFrame of PySpark"):
        replay_frame(RULES, ROWS)
    with pytest.raises(InvalidValue, match="has the type array<string>"):
        replay_frame(RULES, frame.selectExpr("array(who) as user_id", "when as at", "what as metric"))
    with pytest.raises(InvalidValue, match="tally cannot be counted from states"):
        replay_frame(RULES, frame, columns=COLUMNS, states=frame.selectExpr("who as user_id", "n as state"), tally=True)
