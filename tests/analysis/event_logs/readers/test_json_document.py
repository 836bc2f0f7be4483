"""The rows of a JSON document are a list in it; JSON Lines are read by any ending."""

import json

import pytest

from trophy_engine import TrophyError
from trophy_engine.analysis import BadRow, Columns, FileFormat, read_log

ROW = {"who": "ann", "when": "2024-01-05T10:00:00Z"}
COLUMNS = Columns("who", "when", "=words")


def read(tmp_path, text, records=None, notes=None):
    path = tmp_path / "log.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    on_note = None if notes is None else notes.append
    return [
        (row.source.line, row.reason if isinstance(row, BadRow) else row.user_id)
        for row in read_log(str(path), COLUMNS, FileFormat(records=records), on_note=on_note)
    ]


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ([ROW, ROW], None),
        ({"object": "list", "tags": ["a"], "data": [ROW, ROW]}, None),
        ({"a": {"b": {"rows": [ROW, ROW]}}, "empty": []}, None),
        ({"a": [ROW], "b": {"rows": [ROW, ROW]}}, "b.rows"),
        (json.dumps(ROW) + "\n" + json.dumps(ROW), None),
        (json.dumps([ROW, ROW], indent=1), None),
    ],
)
def test_the_rows_are_found_or_named(tmp_path, document, records):
    assert read(tmp_path, document, records) == [(1, "ann"), (2, "ann")]


def test_a_list_that_is_found_is_noted(tmp_path):
    notes = []
    read(tmp_path, {"page": {"data": [ROW]}}, notes=notes)
    assert notes == [f"{tmp_path / 'log.json'}: the rows are the list page.data (--records page.data)"]


def test_other_items_are_bad_rows_and_a_single_object_is_a_row(tmp_path):
    assert read(tmp_path, [ROW, 3]) == [(1, "ann"), (2, "is not a JSON object")]
    assert read(tmp_path, ROW) == [(1, "ann")]
    assert read(tmp_path, f"{json.dumps(ROW)}\n\n[]\n") == [(1, "ann"), (3, "is not a JSON object")]


@pytest.mark.parametrize(
    ("document", "records", "message"),
    [
        ({"a": [ROW], "b": [ROW]}, None, "has several lists of objects; choose one with --records: 'a', 'b'"),
        ({"a": [ROW]}, "b", "has no list at 'b' (--records); it has lists at 'a'"),
        ({"a": 3}, "a.b", "has no list at 'a.b' (--records)"),
        ("", None, "is not JSON: Expecting value"),
        ("[" * 100_000, None, "is not JSON"),
        ('{"a": 1, "a": 2}', None, "is not JSON: the name 'a' occurs twice in one object"),
        ("3", None, "has no list of objects, which would be the rows of a log"),
        ({}, None, "has no list of objects"),
    ],
)
def test_a_document_without_rows_is_refused(tmp_path, document, records, message):
    with pytest.raises(TrophyError) as error:
        read(tmp_path, document, records)
    assert message in str(error.value)
