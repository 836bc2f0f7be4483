"""For any log, rows are events or bad rows, and a file that cannot be read raises a ``TrophyError`` that names it."""

import csv
import gzip
import json

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from exports import workbook
from hypothesis import given
from hypothesis import strategies as st
from odd_values import json_text, odd_json, odd_text

from trophy_engine import Attribute, Metric, Ruleset, TrophyError
from trophy_engine.analysis import FileFormat, inspect_log
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import read_log

COLUMNS = Columns("who", "when", "what", "n", "where", {"topic": "topic"})
#: Further columns, so that every part of the parser of rows is reached.
OTHER_COLUMNS = [
    Columns("who", "when", values={"words": "n", "views": "topic"}, where={"where": ["UTC", ""]}, default_value="0"),
    Columns("who", "when", "what", "n", metric_map={"words": "words"}, value_map={"2": "1"}, key="topic"),
    Columns("who", "when", "=words", "n", "=UTC", at_format="%d.%m.%Y", decimal=","),
    Columns("=me", "when", "=words", "n", at_unit="ms", key="who"),
]
NAMES = ["who", "when", "what", "n", "where", "topic"]
RULES = Ruleset(metrics=[Metric("words")], attributes=[Attribute("topic", "event")])
ROW = {"who": "18", "when": "2025-04-02T10:00:00Z", "what": "words", "n": "2", "where": "Europe/Berlin", "topic": "ui"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("logs")


def read(folder, name, content, columns=COLUMNS, format_=None):
    """Read a log and evaluate it; return its rows, or the error."""
    path = folder / name
    path.write_bytes(content)
    try:
        rows = list(read_log(str(path), columns, format_))
        for row in rows:
            assert isinstance(row, Event | BadRow)
            str(row).encode("utf-8", "backslashreplace")
        replay(RULES, rows)
    except TrophyError as error:
        return error
    return rows


def as_csv(rows):
    return "\n".join([",".join(NAMES), *(",".join(str(row.get(name, "")) for name in NAMES) for row in rows)])


WHOLE = as_csv([ROW, {**ROW, "who": "19"}] * 40).encode()
_cells = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, odd_json))
_rows = st.lists(_cells.map(lambda odd: {**ROW, **odd}), max_size=3)


@given(_rows)
def test_rows_of_json_lines(folder, rows):
    result = read(folder, "log.jsonl", "\n".join(map(json_text, rows)).encode())
    assert isinstance(result, list)
    assert len(result) == len(rows)


@given(st.lists(st.one_of(st.sampled_from(["{", "[1]", "NaN", '{"who": NaN}', "[" * 3_000]), odd_text), max_size=4))
def test_lines_that_are_not_json(folder, lines):
    read(folder, "log.jsonl", "\n".join(lines).encode("utf-8", "surrogatepass"))


@given(_rows, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
def test_rows_of_csv(folder, rows, encoding):
    read(folder, "log.csv", as_csv(rows).encode(encoding, "replace"))


NAMES_OF_FILES = ["log.csv", "log.tsv", "log.jsonl", "log.json", "log.csv.gz", "log.xlsx", "log.ods", "log.parquet"]


@given(st.binary(max_size=200), st.sampled_from(NAMES_OF_FILES))
def test_any_bytes_are_rows_or_an_error(folder, content, name):
    read(folder, name, content)


@given(_rows, st.sampled_from(OTHER_COLUMNS), st.sampled_from(["log.jsonl", "log.json", "log.csv"]))
def test_rows_are_read_under_any_columns(folder, rows, columns, name):
    text = {
        "log.jsonl": "\n".join(map(json_text, rows)),
        "log.json": f'{{"rows": [{",".join(map(json_text, rows))}]}}',
        "log.csv": as_csv(rows),
    }[name]
    read(folder, name, text.encode("utf-8", "replace"), columns)


@given(
    st.binary(max_size=60),
    st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-7", "shift_jis"]),
    st.sampled_from([None, ";", "\t"]),
)
def test_any_bytes_after_a_header_are_rows_or_an_error(folder, content, encoding, delimiter):
    header = (delimiter or ",").join(NAMES).encode(encoding)
    read(
        folder, "log.csv", header + b"\n" + content, COLUMNS, FileFormat("csv", delimiter=delimiter, encoding=encoding)
    )


@given(odd_json)
def test_any_document_is_rows_or_an_error(folder, document):
    read(folder, "log.json", json_text(document).encode("utf-8", "replace"))


_WORKBOOK = workbook({"Log": [NAMES, *[[ROW[name] for name in NAMES]] * 5]})


@given(st.data())
def test_a_workbook_with_bytes_changed(folder, data):
    content = bytearray(_WORKBOOK)
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(folder, "log.xlsx", bytes(content))


@given(st.data(), st.sampled_from(["log.csv", "log.json", "log.xlsx", "log.txt"]))
def test_any_file_is_inspected_or_an_error(folder, data, name):
    whole = {"log.json": b'[{"who": "ann", "at": 1704448800}]', "log.xlsx": _WORKBOOK}.get(name, WHOLE[:300])
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = folder / name
    path.write_bytes(bytes(content))
    try:
        inspect_log(str(path))
    except TrophyError as error:
        str(error)


_GZIPPED = gzip.compress(WHOLE, mtime=0)


@given(st.integers(0, len(_GZIPPED) * 8 - 1))
def test_a_gzipped_log_with_a_flipped_bit(folder, bit):
    damaged = bytearray(_GZIPPED)
    damaged[bit // 8] ^= 1 << bit % 8
    read(folder, "log.csv.gz", bytes(damaged))


@given(st.integers(0, len(_GZIPPED) - 1))
def test_a_gzipped_log_that_is_cut_off(folder, length):
    result = read(folder, "log.csv.gz", _GZIPPED[:length])
    assert isinstance(result, TrophyError)


def _columnar(folder, name):
    path = str(folder / f"whole-{name}")
    table = pa.table({column: [ROW[column]] * 50 for column in NAMES})
    if name.endswith("parquet"):
        pq.write_table(table, path)
    else:
        pyarrow.feather.write_feather(table, path)
    return (folder / f"whole-{name}").read_bytes()


@pytest.mark.parametrize("name", ["log.parquet", "log.arrow"])
@given(st.data())
def test_a_columnar_log_with_bytes_changed(folder, name, data):
    content = bytearray(_columnar(folder, name))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(folder, name, bytes(content))


def bad_rows(folder, name, content):
    return [row.reason for row in read(folder, name, content) if isinstance(row, BadRow)]


def error_of(folder, name, content):
    result = read(folder, name, content)
    assert isinstance(result, TrophyError)
    return str(result)


def test_a_damaged_file_is_named_with_the_line_up_to_which_it_was_read(folder):
    flipped = bytearray(_GZIPPED)
    flipped[-5] ^= 1  # in the checksum at the end
    assert "log.csv.gz after line 80: CRC check failed" in error_of(folder, "log.csv.gz", bytes(flipped))
    assert "log.csv.gz: Compressed file ended" in error_of(folder, "log.csv.gz", _GZIPPED[:30])
    flipped = bytearray(_GZIPPED)
    flipped[10] |= 0b110  # a block of an unknown type
    assert "log.csv.gz: Error -3 while decompressing" in error_of(folder, "log.csv.gz", bytes(flipped))
    two = as_csv([ROW, ROW]).encode() + b"\n\xff\xfe"
    assert "cannot read" in error_of(folder, "log.csv", two)
    long = as_csv([ROW, {**ROW, "topic": "x" * (csv.field_size_limit() + 1)}]).encode()
    assert "log.csv after line 2: field larger than field limit" in error_of(folder, "log.csv", long)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ({"n": 10**4_000}, "n must lie within ±1e30"),
        ({"n": float("nan")}, "is not JSON: NaN is not a JSON number"),
        ({"n": "1e9999999999999999999999"}, "n must be a number, not '1e9999999999999999999999'"),
        ({"n": True}, "the column 'n' must be text or a number, not true"),
        ({"who": ["18"]}, "the column 'who' must be text or a number, not ['18']"),
        ({"who": "\ud800"}, "a user id must be text that UTF-8 can write"),
        ({"who": "a\0b"}, "a user id must be text that UTF-8 can write, without NUL"),
        ({"topic": "\ud800"}, "topic must be text that UTF-8 can write"),
        ({"where": "\ud800"}, "unknown time zone"),
        ({"when": 10**4_000}, "when must be an ISO 8601 datetime"),
    ],
)
def test_an_odd_cell_makes_its_row_a_bad_one(folder, odd, message):
    [reason] = bad_rows(folder, "log.jsonl", "\n".join([json.dumps(ROW), json.dumps({**ROW, **odd})]).encode())
    assert message in reason


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"who": ' * 50_000, "is not JSON"),
        ('{"n": ' + "9" * 5_000 + ', "who": "18"}', "is empty"),
        ('{"who": "18", "who": "19"}', "is not JSON: the name 'who' occurs twice in one object"),
        ('{"n": Infinity}', "is not JSON: Infinity is not a JSON number"),
    ],
)
def test_a_line_that_is_not_an_event_is_a_bad_row(folder, line, message):
    [reason] = bad_rows(folder, "log.jsonl", "\n".join([json.dumps(ROW), line]).encode())
    assert message in reason
