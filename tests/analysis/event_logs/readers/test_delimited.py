"""The delimiter is found from the header, and rows are read with their lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.analysis import BadRow, Columns, FileFormat, read_log
from trophy_engine.analysis.event_logs.readers.delimited import DELIMITERS, read_delimited
from trophy_engine.analysis.event_logs.readers.files import LogReading

COLUMNS = Columns("who", "when", "=words", "n")
_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).map(str.strip)


def rows(text, columns=None, delimiter=None, path="log.csv"):
    return list(read_delimited(io.StringIO(text, newline=""), path, delimiter, columns, LogReading()))


@given(st.sampled_from(DELIMITERS), st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=5))
def test_what_python_writes_with_a_delimiter_is_read_back(delimiter, cells):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["who", "when", "n"])
    writer.writerows(cells)
    read = [tuple(row.values()) for _, row in rows(text.getvalue(), COLUMNS)]
    assert read == cells


@pytest.mark.parametrize(
    "header",
    [
        "who;when;n",
        "who\twhen\tn",
        "who|when|n",
        '"a, b, c and d";who;when;n',
        "x,y,z;who;when;n",
        '"two\nlines";who;when;n',
        " who ; when ; n ",
    ],
)
def test_the_delimiter_is_the_one_that_has_the_required_columns(header):
    delimiter = next(one for one in DELIMITERS[1:] if one in header)
    cells = delimiter.join(["x"] * (header.count(delimiter) - 2) + ["ann", "now", "1"])
    assert [row for _, row in rows(f"{header}\n{cells}\n", COLUMNS)] == [{"who": "ann", "when": "now", "n": "1"}]


def test_a_first_line_can_name_the_delimiter():
    assert rows("sep=;\nwho;when;n\nann;now;1,5\n", COLUMNS) == [(3, {"who": "ann", "when": "now", "n": "1,5"})]
    assert rows('"sep=|"\r\na|b\r\n1|2\r\n') == [(3, {"a": "1", "b": "2"})]


def test_short_long_and_empty_rows_keep_their_lines():
    text = '\n\nwho,when,n\nann\n\nben,now,1,more\n"two\nlines",now,2\n'
    assert [(line, row["who"]) for line, row in rows(text, COLUMNS)] == [(4, "ann"), (6, "ben"), (8, "two\nlines")]
    assert rows("", Columns("=ann", "=now", "=words")) == []
    assert rows("a\nx\n\ny\n", Columns("=ann", "=now", "=words")) == [(2, {}), (4, {})]


def test_without_required_columns_names_that_repeat_are_numbered():
    assert rows("a,b,a,\n1,2,3,4\n") == [(2, {"a#1": "1", "b": "2", "a#2": "3", "#1": "4"})]


def test_a_delimiter_that_is_set_is_used(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("who:when:n\nann:2024-01-05:1,5\n")
    columns = Columns("who", "when", "=words", "n", "=UTC", decimal=",")
    [event] = read_log(str(path), columns, FileFormat(delimiter=":"))
    assert str(event.value) == "1.5"
    path.write_text("who,when,n\nann,2024-01-05,1\n,,\n")
    assert [isinstance(row, BadRow) for row in read_log(str(path), columns)] == [False, True]
