"""A frame is read like the rows that it was made of, by the Arrow stream interface of every library."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from trophy_engine import InvalidValue, Metric, Ruleset, TrophyError
from trophy_engine.analysis import Columns, replay
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
    with pytest.raises(InvalidValue, match=r"^the frame has no column 'm'; it has 'user_id', 'at', 'n'$"):
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
