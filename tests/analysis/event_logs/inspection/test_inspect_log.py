"""An inspected log has its format, its columns, its users and times, and rules that check."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from exports import workbook

from trophy_engine import InvalidValue, TrophyError
from trophy_engine.analysis import Columns, FileFormat, inspect_log, read_log, replay

TEXT = (
    "user_id;at;n\nann;2024-01-05T10:00:00Z;1\nben;2024-01-07T10:00:00Z;20\nann;2024-01-06T10:00:00Z;4\nben;never;1\n"
)


def write(tmp_path, content, name="log.csv"):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(tmp_path / name)


def test_a_log_is_described(tmp_path):
    path = write(tmp_path, TEXT)
    found = inspect_log(path)
    assert (found.rows, found.events, found.users, found.bad_rows) == (4, 3, 2, 1)
    assert found.first == datetime(2024, 1, 5, 10, tzinfo=UTC)
    assert found.last == datetime(2024, 1, 7, 10, tzinfo=UTC)
    assert found.first_bad_row.source.line == 5
    assert found.columns == Columns(metric="=n", value="n")
    assert [(column.name, column.taken_for, column.examples) for column in found.inspected] == [
        ("user_id", "user", ("ann", "ben")),
        ("at", "instant", ("2024-01-05T10:00:00Z", "2024-01-07T10:00:00Z", "2024-01-06T10:00:00Z")),
        ("n", "value", ("1", "20", "4")),
    ]
    assert [rule.key for rule in found.ruleset.achievements] == ["n-5", "n-20", "week"]
    result = replay(found.ruleset, read_log(path, found.columns, found.file_format))
    assert (result.events, result.skipped) == (3, 1)


@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("cp1252", "cp1252")]
)
def test_an_encoding_is_found(tmp_path, encoding, found):
    text = "user_id,at\nJörg,2024-01-05T10:00:00Z\n"
    inspection = inspect_log(write(tmp_path, text.encode(encoding)))
    assert inspection.file_format.encoding == found
    assert inspection.inspected[0].examples == ("Jörg",)


TABLE = pa.table({"user_id": ["ann", "ben"], "at": pa.array([1704448800, 1704535200], pa.int64()), "n": [1, 2]})


@pytest.mark.parametrize(
    ("name", "format_"),
    [("log.parquet", "parquet"), ("log.feather", "arrow"), ("log.data", "parquet"), ("log.bin", "arrow")],
)
def test_columnar_files_are_inspected(tmp_path, name, format_):
    path = str(tmp_path / name)
    (pq.write_table if format_ == "parquet" else pyarrow.feather.write_feather)(TABLE, path)
    found = inspect_log(path)
    assert (found.rows, found.users, found.columns.at_unit, found.file_format.name) == (2, 2, "s", format_)


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (TEXT, "csv"),
        ('{"user_id": "ann", "at": "2024-01-05T10:00:00Z"}\n' * 2, "json"),
        (workbook({"Log": [["user_id", "at"], ["ann", "2024-01-05T10:00:00Z"]]}), "excel"),
    ],
)
def test_the_format_of_an_unknown_ending_is_found_from_the_content(tmp_path, content, format_):
    assert inspect_log(write(tmp_path, content, "log.export")).file_format == FileFormat(format_)


def test_a_markup_language_is_refused(tmp_path):
    with pytest.raises(TrophyError, match=r"export.xml looks like XML or HTML, which is not read; convert it to CSV"):
        inspect_log(write(tmp_path, "\n<?xml version='1.0'?><HealthData/>", "export.xml"))


def test_the_sheet_with_times_is_found(tmp_path):
    sheets = {"Users": [["user_id"], ["ann"]], "Log": [["user_id", "at"], ["ann", "2024-01-05T10:00:00Z"]]}
    assert inspect_log(write(tmp_path, workbook(sheets), "log.xlsx")).file_format.sheet == "Log"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "user_id,n\nann,5\n",
            "has no column that looks like instants, times or dates; it has 'user_id' (text), 'n' (num",
        ),
        ("user_id,at\nann,2024-Q1\n", "'at' (text); replay reads times in other formats with --at-format"),
        (
            "My log,,\nuser_id,at,n\nann,2024-01-05,5\n",
            "it has 'My log' (text), '#1' (text), '#2' (text); the first row must be the header",
        ),
        ("", "has no column that looks like instants, times or dates; it has no rows"),
    ],
)
def test_a_log_without_times_is_refused(tmp_path, content, message):
    with pytest.raises(TrophyError) as error:
        inspect_log(write(tmp_path, content))
    assert message in str(error.value)


def test_invalid_arguments_are_refused(tmp_path):
    with pytest.raises(InvalidValue, match="standard input can be read once only; inspect a file"):
        inspect_log("-")
    with pytest.raises(InvalidValue, match="file_format must be a FileFormat"):
        inspect_log("log.csv", "csv")
    for name in ("missing.csv", "missing.txt", "missing.parquet", "missing.xlsx"):
        with pytest.raises(TrophyError, match=f"cannot read .*{name}"):
            inspect_log(str(tmp_path / name))


def test_events_that_stand_twice_count_once(tmp_path):
    path = write(tmp_path, "user_id,at,id,n\nann,2024-01-05,k1,5\nann,2024-01-05,k1,5\nann,2024-01-06,k2,5\n")
    found = inspect_log(path)
    result = replay(found.ruleset, read_log(path, found.columns, found.file_format))
    assert (found.rows, found.events, found.left_out) == (3, result.events, result.left_out) == (3, 2, {"key": 1})


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        (
            "user,at,steps\nann,01/04/2024,1\n",
            [
                "The times are local times; set the zone that they are in with --tz.",
                "The times in 'at' have two meanings: %m/%d/%Y is proposed, and %d/%m/%Y fits as well; set the one "
                "that is meant with --at-format.",
            ],
        ),
        (
            'user,at,steps\nann,2024-01-05T10:00:00Z,"1,200"\n',
            [
                "The commas in 'steps' are of decimals or of thousands, so it is not used; decimals are read with "
                "--decimal , and thousands cannot be read."
            ],
        ),
        (
            'user,at,km,miles\nann,2024-01-05T10:00:00Z,"1,5",1.5\n',
            ["The column 'km' has commas and others have points, so it is not used."],
        ),
        (
            "user;at;steps\nann;15.01.2024;8.431\nann;16.01.2024;12.007\n",
            [
                "The times are local times; set the zone that they are in with --tz.",
                "The points in 'steps' are read as decimal points; if they are of thousands, remove them.",
            ],
        ),
        (
            "user,at,=n\nann,2024-01-05T10:00:00Z,5\n",
            ["The column '=n' is not used, because no option can name it; rename it."],
        ),
        (
            "user,at,tz\nann,2024-01-05,PST\nann,2024-01-06,PST\nann,2024-01-07,UTC\n",
            [
                "The times are local times; set the zone that they are in with --tz.",
                "The column 'tz' is named like a time zone, but has cells that are none, so it is not used for the "
                "times.",
            ],
        ),
        (TEXT, []),
    ],
)
def test_what_the_log_does_not_tell_is_noted(tmp_path, text, notes):
    assert list(inspect_log(write(tmp_path, text)).notes) == notes


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_found(tmp_path, encoding):
    found = inspect_log(write(tmp_path, "user_id,at\nJörg,2024-01-05T10:00:00Z\n".encode(encoding)))
    assert (found.file_format.encoding, found.inspected[0].examples) == (encoding, ("Jörg",))


def test_a_log_without_a_good_row_is_refused_with_the_reason(tmp_path):
    path = write(tmp_path, '{"n": 1, "n": 2}\n', "log.jsonl")
    with pytest.raises(TrophyError, match=r"log\.jsonl has no good row; the first: .*:1: is not JSON: the name 'n'"):
        inspect_log(path)


def test_a_column_without_a_name_is_read_by_its_number(tmp_path):
    path = write(tmp_path, ",user,n,\n2024-01-05T10:00:00Z,ann,5,\n2024-01-06T10:00:00Z,ann,5,\n")
    found = inspect_log(path)
    assert [column.name for column in found.inspected] == ["#1", "user", "n"]
    assert replay(found.ruleset, read_log(path, found.columns, found.file_format)).events == found.events == 2


def test_a_number_sign_in_a_name_is_part_of_it(tmp_path):
    path = write(tmp_path, "user,at,# of steps\nann,2024-01-05T10:00:00Z,5\n")
    found = inspect_log(path)
    assert [(metric.key, metric.name) for metric in found.ruleset.metrics] == [("of-steps", "# of steps")]
    assert replay(found.ruleset, read_log(path, found.columns, found.file_format)).events == 1


def test_nested_columns_of_a_table_are_not_proposed(tmp_path):
    path = str(tmp_path / "log.parquet")
    pq.write_table(TABLE.append_column("props", [[{"score": 1}, {"score": 2}]]), path)
    found = inspect_log(path)
    assert [column.taken_for for column in found.inspected] == ["user", "instant", "value", ""]
    assert replay(found.ruleset, read_log(path, found.columns, found.file_format)).events == 2


def test_numbers_in_the_range_of_days_are_values_beside_times(tmp_path):
    found = inspect_log(write(tmp_path, "user,points,when\nann,45000,2024-01-05\nann,46000,2024-01-06\n"))
    assert found.columns == Columns("user", "when", "=points", "points", "=UTC")
    assert found.inspected[1].looks_like == "numbers, 45000 to 46000"
