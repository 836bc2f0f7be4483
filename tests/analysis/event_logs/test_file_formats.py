"""A format of files is declared or found by the ending, and what does not belong to it is refused."""

import pytest

from trophy_engine import InvalidValue
from trophy_engine.analysis import FileFormat
from trophy_engine.analysis.event_logs.file_formats import log_format_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.csv", "csv"),
        ("a.TSV.gz", "csv"),
        ("a.ndjson.bz2", "jsonl"),
        ("a.b.json.xz", "json"),
        ("a.csv.zip", "csv"),
        ("a.xlsx", "excel"),
        ("a.ods", "excel"),
        ("a.feather", "arrow"),
    ],
)
def test_the_ending_has_the_format(path, name):
    assert log_format_of(path) == FileFormat().name_for(path) == name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "xml"}, "name must be one of"),
        ({"delimiter": ",,"}, "delimiter must be one character, or comma, semicolon, tab, pipe or space, not ',,'"),
        ({"delimiter": '"'}, "delimiter must be one character"),
        ({"encoding": "klingon"}, "encoding must be an encoding of text, for example utf-8"),
        ({"encoding": "rot13"}, "encoding must be an encoding of text"),
        ({"encoding": "hex"}, "encoding must be an encoding of text"),
        ({"sheet": ""}, "sheet must not be blank"),
    ],
)
def test_invalid_formats_are_refused(arguments, message):
    with pytest.raises(InvalidValue) as error:
        FileFormat(**arguments)
    assert message in str(error.value)


def test_what_another_format_has_is_refused():
    for format_, message in (
        (FileFormat(sheet="Log"), "sheet is for excel, not for 'a.csv', which is read as csv"),
        (FileFormat(records="data"), "records is for json, not for 'a.csv'"),
        (FileFormat("excel", delimiter=";"), "delimiter is for csv, not for 'a.csv', which is read as excel"),
    ):
        with pytest.raises(InvalidValue) as error:
            format_.name_for("a.csv")
        assert message in str(error.value)
    assert FileFormat(delimiter="tab").delimiter == FileFormat(delimiter="\\t").delimiter == "\t"
