"""A frame is read like the rows that it was made of, by the Arrow stream interface of every library."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import (
    Attribute,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TrophyError,
)
from trophy_engine.analysis import Columns, EffectLog, replay
from trophy_engine.analysis.event_logs import arrow_stream
from trophy_engine.analysis.event_logs.arrow_stream import FrameLog

RULES = Ruleset(metrics=[Metric("words")])
COLUMNS = Columns(metric="=words", value="n")
WHEN = datetime(2025, 4, 2, 10, tzinfo=UTC)
ROWS = [{"user_id": f"u{number % 3}", "at": WHEN + timedelta(hours=number), "n": number} for number in range(10)]
TABLE = pa.Table.from_pylist(ROWS)


def test_a_table_and_a_stream_of_several_batches_have_the_rows_of_the_list(monkeypatch):
    monkeypatch.setattr(arrow_stream, "BATCH_ROWS", 4)
    expected = [event[:6] for event in FrameLog(TABLE, COLUMNS)]
    chunked = pa.concat_tables([TABLE.slice(0, 3), TABLE.slice(3, 0), TABLE.slice(3)])
    for frame in (chunked, chunked.to_reader(), TABLE.to_batches()[0]):
        events = list(FrameLog(frame, COLUMNS))
        assert [event[:6] for event in events] == expected
        assert [event.source for event in events] == [("frame", number) for number in range(1, 11)]


def test_a_stream_is_read_batch_by_batch():
    read = 0

    def batches():
        nonlocal read
        for _ in range(3):
            read += 1
            yield from TABLE.to_batches()

    rows = iter(FrameLog(pa.RecordBatchReader.from_batches(TABLE.schema, batches()), COLUMNS))
    for expected in (1, 2, 3):
        for _ in ROWS:
            next(rows)
            assert read == expected


def test_a_stream_can_be_read_once_and_a_table_again():
    table, stream = FrameLog(TABLE, COLUMNS), FrameLog(TABLE.to_reader(), COLUMNS)
    assert [len(list(log)) for log in (table, table, stream, stream)] == [10, 10, 10, 0]


def test_errors_name_the_row_and_the_column():
    table = TABLE.set_column(2, "n", pa.array([*range(9), None]))
    [bad] = replay(RULES, table, columns=COLUMNS).bad_rows
    assert str(bad) == "frame:10: the column 'n' is empty"
    with pytest.raises(
        InvalidValue,
        match=r"^the frame has no column 'm'; it has 'user_id', 'at', 'n'; "
        r"set the column with --value-column, in Python with Columns\(value=…\)$",
    ):
        replay(RULES, TABLE, columns=Columns(metric="=words", value="m"))


def test_a_frame_that_fails_is_reported_with_the_row_and_the_reason():
    def batches():
        yield from TABLE.to_batches()
        raise OSError("the cable is cut")

    reader = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
    with pytest.raises(TrophyError, match=r"^cannot read the frame from row 11 on: .*the cable is cut"):
        replay(RULES, reader, columns=COLUMNS)
    bytes_ = TABLE.set_column(0, "user_id", pa.array([b"\xff"] * 10))
    with pytest.raises(TrophyError, match=r"^cannot read the frame from row 1 on: .*UTF8"):
        replay(RULES, bytes_, columns=COLUMNS)
    with pytest.raises(TrophyError, match=r"^cannot read the frame from row 1 on: .*non-struct type int64"):
        replay(RULES, pa.chunked_array([[1]]), columns=COLUMNS)


ids = st.sampled_from(["ann", "ben", "ü ", " x", "7"])
numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    st.sampled_from([0.1, 2.5, -1e-3, 1 / 3]),
)
rows_of_events = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.one_of(st.none(), ids),
            "when": st.datetimes(datetime(1901, 1, 1), datetime(2198, 1, 1)),  # noqa: DTZ001  # local or UTC
            "metric": st.sampled_from(["words", "pages", "none"]),
            "n": st.one_of(st.none(), numbers),
            "zone": st.sampled_from([None, "Europe/Berlin", "Asia/Tokyo", "+05:30"]),
            "device": st.sampled_from([None, "", "ios", "web"]),
        }
    ),
    min_size=1,
    max_size=12,
)
LIBRARIES = {
    "pyarrow": lambda table: table,
    "chunked": lambda table: pa.concat_tables([table.slice(0, 1), table.slice(1)]),
    "reader": lambda table: table.to_reader(max_chunksize=2),
    "views": lambda table: with_type(table, pa.string_view()),
    "dictionary": lambda table: with_type(table, pa.dictionary(pa.int8(), pa.large_string())),
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas objects": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
    "polars categorical": lambda table: pl.from_arrow(table).with_columns(pl.col("who", "device").cast(pl.Categorical)),
    "duckdb": duckdb.from_arrow,
}


def with_type(table, type_):
    for name in ("who", "metric", "zone", "device"):
        table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.string()).cast(type_))
    return table


def result_of(rules, log, columns):
    """Return all that a replay results in, as values that can be compared."""
    with EffectLog() as effects:
        result = replay(rules, log, columns=columns, effects=effects)
        users = [tuple(row) for row in result.table_rows()]
        reasons = [(row.source.line, row.reason) for row in result.bad_rows]
        return users, [repr(effect) for effect in effects], reasons, result.until


@pytest.mark.parametrize("library", LIBRARIES)
@given(rows=rows_of_events, instants=st.booleans(), unit=st.sampled_from(["us", "ns"]))
def test_a_frame_of_rows_has_the_result_of_the_rows(library, rows, instants, unit):
    rules = Ruleset(
        metrics=[Metric("words"), Metric("pages")],
        attributes=[Attribute("device", "event")],
        streaks=[Streak("habit", metrics=[StreakMetric("words")])],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 10, threshold=1000)])],
    )
    columns = Columns("who", "when", "metric", "n", "zone", {"device": "device"})
    when = pa.timestamp(unit, "UTC" if instants else None)
    schema = pa.schema(
        [
            *(("who", pa.string()), ("when", when), ("metric", pa.string()), ("n", pa.decimal128(38, 19))),
            *(("zone", pa.string()), ("device", pa.string())),
        ]
    )
    if instants:
        rows = [row | {"when": row["when"].replace(tzinfo=UTC)} for row in rows]
    exact_rows = [row | {"n": None if row["n"] is None else Decimal(str(row["n"]))} for row in rows]
    frame = LIBRARIES[library](pa.Table.from_pylist(exact_rows, schema))
    assert result_of(rules, frame, columns) == result_of(rules, exact_rows, columns)
