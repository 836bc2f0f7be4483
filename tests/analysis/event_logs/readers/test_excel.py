"""A sheet has the rows that were written to it, with the numbers of the spreadsheet."""

from datetime import date, datetime

import pytest
from exports import workbook
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import TrophyError
from trophy_engine.analysis import Columns, FileFormat, read_log
from trophy_engine.calendar.instants import format_instant

COLUMNS = Columns("who", "when", "=words", "n", "=UTC")
NOON = datetime(2024, 1, 5, 12)  # noqa: DTZ001  # a local time
_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001


def write(folder, rows, **sheets):
    path = folder / "log.xlsx"
    path.write_bytes(workbook({"Log": rows, **sheets}))
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sheets")


@given(st.lists(st.tuples(st.integers(-(2**53), 2**53), _MOMENTS), min_size=1, max_size=4))
def test_whole_numbers_and_times_are_read_as_they_are_shown(folder, cells):
    rows = [["who", "when", "n"], *([18, at, number] for number, at in cells)]
    events = list(read_log(write(folder, rows), COLUMNS))
    assert [(event.user_id, event.value) for event in events] == [("18", number) for number, _ in cells]
    assert [format_instant(event.at) for event in events] == [f"{at.isoformat()}Z" for _, at in cells]


def test_empty_rows_are_passed_over_and_lines_are_those_of_the_sheet(tmp_path):
    rows = [[None], [None, "who", "n", "when"], [None, "ann", 1.5, NOON], [None], [None, "ben", True, date(2024, 1, 6)]]
    ann, ben = read_log(write(tmp_path, rows), COLUMNS)
    assert (ann.line, ann.user_id, str(ann.value)) == (3, "ann", "1.5")
    assert str(ben).endswith("log.xlsx:5: the column 'n' must be text or a number, not true")
    assert list(read_log(write(tmp_path, [["who", "when", "n"]]), COLUMNS)) == []


def test_a_title_above_the_header_is_named_in_the_error(tmp_path):
    path = write(tmp_path, [["My log", None, None], ["who", "when", "n"], ["ann", NOON, 1]])
    with pytest.raises(
        TrophyError, match=r"has no column 'who'; it has 'My log', .*; the first row must be the header$"
    ):
        list(read_log(path, COLUMNS))


def test_days_without_a_format_are_days_of_a_spreadsheet(tmp_path):
    notes = []
    path = write(tmp_path, [["who", "when", "n"], ["ann", 45296.5, 1]])
    [event] = read_log(path, COLUMNS, on_note=notes.append)
    assert format_instant(event.at) == "2024-01-05T12:00:00Z"
    assert notes == [f"{path}: the column 'when' is read as days as spreadsheets count them (--at-unit excel)"]


def test_the_sheet_is_the_first_or_the_named_one(tmp_path):
    rows = [["who", "when", "n"], ["ann", NOON, 1]]
    path = write(tmp_path, rows, Other=[["who", "when", "n"], ["ben", NOON, 2], ["cat", NOON, 2]])
    assert len(list(read_log(path, COLUMNS))) == 1
    assert len(list(read_log(path, COLUMNS, FileFormat(sheet="Other")))) == 2
    with pytest.raises(TrophyError, match=r"has no sheet 'log' \(--sheet\); it has 'Log', 'Other'"):
        list(read_log(path, COLUMNS, FileFormat(sheet="log")))


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "log.xlsx").write_text("who,when")
    for name, message in (("log.xlsx", "as a workbook"), ("missing.xlsx", "missing.xlsx: No such file")):
        with pytest.raises(TrophyError, match=f"cannot read .*{message}"):
            list(read_log(str(tmp_path / name), COLUMNS))
