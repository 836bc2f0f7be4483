"""Batches of Arrow are read like rows of text, in every type that Arrow has for a cell."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from trophy_engine import InvalidValue
from trophy_engine.analysis.event_logs.arrow_batches import check_arrow_types, read_batch
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.calendar.instants import to_micros

AT = datetime(2025, 4, 2, 10, tzinfo=UTC)
IDS = ["ann", "", None]
COLUMNS = Columns(user="id", at="when", metric="=words", value="n")


class Code(pa.ExtensionType):
    """A type of another library, which stores text."""

    def __init__(self):
        super().__init__(pa.string(), "tests.code")

    def __arrow_ext_serialize__(self):
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type, serialized):
        return cls()


def batch_of(**columns):
    defaults = {"id": ["ann"] * 3, "when": pa.array([AT] * 3, pa.timestamp("us", "UTC")), "n": [1, 2, 3]}
    return pa.RecordBatch.from_pydict({**defaults, **columns})


def read(columns=COLUMNS, **arrays):
    return list(read_batch(batch_of(**arrays), columns, "log", 1))


@pytest.mark.parametrize(
    "ids",
    [
        pa.array(IDS),
        pa.array(IDS, pa.large_string()),
        pa.array(IDS).cast(pa.string_view()),
        pa.array(IDS).cast(pa.binary()),
        pa.array(IDS).cast(pa.large_binary()),
        pa.array(IDS).cast(pa.binary()).cast(pa.binary_view()),
        pa.array(IDS).dictionary_encode(),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.uint8()), pa.array(IDS[:2])),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(IDS).cast(pa.string_view())),
        pc.run_end_encode(pa.array(IDS)),
    ],
    ids=lambda array: str(array.type),
)
def test_text_is_read_from_every_type_of_text(ids):
    good, *bad = read(id=ids)
    assert good == Event(to_micros(AT), "ann", "words", 1, file="log", line=1)
    assert [str(row) for row in bad] == ["log:2: the column 'id' is empty", "log:3: the column 'id' is empty"]


@pytest.mark.parametrize(
    ("ids", "texts"),
    [
        (pa.array([7, 8, 9], pa.uint8()), ["7", "8", "9"]),
        (pa.array([True, False, True]), ["true", "false", "true"]),
        (pa.array([Decimal("1.50")] * 3), ["1.50"] * 3),
        (pa.array([date(2025, 4, 2)] * 3), ["2025-04-02"] * 3),
        (pa.array([b"abcd"] * 3, pa.binary(4)), ["abcd"] * 3),
        (pa.array([UUID(int=7).bytes] * 3, pa.uuid()), [str(UUID(int=7))] * 3),
        (pa.ExtensionArray.from_storage(Code(), pa.array(["7"] * 3)), ["7"] * 3),
    ],
    ids=lambda array: str(getattr(array, "type", "")),
)
def test_other_types_are_read_as_their_text(ids, texts):
    assert [row.user_id for row in read(id=ids)] == texts


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_every_unit_are_exact_or_rounded_down(unit):
    instants = pa.array([AT, None, datetime(1930, 1, 1, 1, tzinfo=UTC)], pa.timestamp(unit, "Asia/Tokyo"))
    good, empty, early = read(when=instants)
    assert good.at == to_micros(AT)
    assert empty.reason == "the column 'when' is empty"
    assert early.at == to_micros(datetime(1930, 1, 1, 1, tzinfo=UTC))
    local = Columns(user="id", at="when", metric="=words", time_zone="=Asia/Tokyo")
    assert read(local, when=instants.cast(pa.timestamp(unit)))[0].at == to_micros(AT) - 9 * 3_600_000_000


def test_nanoseconds_are_rounded_down_and_seconds_beyond_the_calendar_are_refused():
    nanoseconds = pa.array([-1, 1, 1_999], pa.timestamp("ns", "UTC"))
    assert [row.at for row in read(when=nanoseconds)] == [-1, 0, 1]
    far = pa.array([2**62, -(2**62), 0], pa.timestamp("s", "UTC"))
    assert [isinstance(row, BadRow) for row in read(when=far)] == [True, True, False]


@pytest.mark.parametrize(
    ("numbers", "values"),
    [
        (pa.array([0.1, 2, 1e20], pa.float32()), ["0.1", "2", "100000000000000000000"]),
        (pa.array([0.1, 2, 1e20]), ["0.1", "2", "100000000000000000000"]),
        (pa.array(np.array([0.5, 2, 3], np.float16)), ["0.5", "2", "3"]),
        (pa.array([2**64 - 1, 0, 1], pa.uint64()), ["18446744073709551615", "0", "1"]),
        (
            pa.array([Decimal("0.10"), Decimal("-2.00"), Decimal("1e20")], pa.decimal128(38, 10)),
            ["0.1", "-2", "1" + "0" * 20],
        ),
        (pa.array([1, 2, 1]).dictionary_encode(), ["1", "2", "1"]),
    ],
    ids=lambda array: str(getattr(array, "type", "")),
)
def test_numbers_of_every_type_are_exact(numbers, values):
    assert [row.value for row in read(n=numbers)] == [Decimal(value) for value in values]


def test_a_column_without_a_value_is_empty_in_every_row():
    rows = read(n=pa.nulls(3))
    assert {row.reason for row in rows} == {"the column 'n' is empty"}


def test_columns_that_cannot_be_read_are_refused_by_name_and_type():
    for type_ in (
        pa.list_(pa.string()),
        pa.struct([("a", pa.int8())]),
        pa.duration("s"),
        pa.map_(pa.string(), pa.int8()),
    ):
        schema = batch_of().schema.set(0, pa.field("id", type_))
        with pytest.raises(InvalidValue, match=r"^the column 'id' of log has the type .*; it must have text, numbers"):
            check_arrow_types(schema, COLUMNS, "log")
    with pytest.raises(InvalidValue, match=r"^log has 2 columns 'n'; rename all but one"):
        check_arrow_types(batch_of().schema.append(pa.field("n", pa.int8())), COLUMNS, "log")
    with pytest.raises(InvalidValue, match=r"^log has no column 'n'; it has 'id', 'when'"):
        check_arrow_types(batch_of().schema.remove(2), COLUMNS, "log")
    check_arrow_types(batch_of().schema.append(pa.field("unused", pa.list_(pa.int8()))), COLUMNS, "log")
