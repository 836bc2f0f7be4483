"""A row is read in the same way from every kind of file, and as its columns declare."""

import csv
import io
import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exports import workbook
from hypothesis import given
from hypothesis import strategies as st
from palette import Ambiguous

from trophy_engine import InvalidValue, TrophyError
from trophy_engine.analysis import Columns, read_log, replay
from trophy_engine.analysis.event_logs.events import BadRow, Event, Source
from trophy_engine.analysis.event_logs.log_source import rows_of_log_source
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.analysis.event_logs.sources import Logs
from trophy_engine.calendar.instants import format_instant

NAMES = ["who", "when", "what", "n", "m", "key", "plan"]
ROW = {"who": "ann", "when": "2024-01-05T10:00:00Z", "what": "read", "n": "2", "m": "", "key": "", "plan": "free"}


def parse(row, **columns):
    """Return the rows that a row becomes, and what was left out."""
    left_out = Counter()
    parser = RowParser(Columns(**{"user": "who", "at": "when", "metric": "=words", **columns}), left_out)
    return list(parser.parse({**ROW, **row}, Source("log", 1))), dict(left_out)


def test_an_event_has_its_metric_by_the_map():
    names = {"metric": "what", "metric_map": {"read": "pages"}, "value": "n"}
    [event], _ = parse({}, **names)
    assert (event.metric, event.value) == ("pages", 2)
    assert parse({"what": "wrote", "when": "never"}, **names) == ([], {"metric_map": 1})
    assert parse({"what": ""}, **names) == ([], {"metric_map": 1})


def test_a_value_is_a_number_by_the_map():
    names = {"value": "n", "value_map": {"yes": "1", "true": "0.5"}}
    for text, value in (("yes", "1"), (True, "0.5")):
        [event], _ = parse({"n": text}, **names)
        assert str(event.value) == value
    assert parse({"n": "no"}, **names) == ([], {"value_map": 1})


def test_a_row_has_an_event_for_each_metric_with_a_value():
    names = {"metric": "metric", "values": {"pages": "n", "words": "m"}}
    assert [(event.metric, event.value) for event in parse({"m": "0.5"}, **names)[0]] == [
        ("pages", 2),
        ("words", pytest.approx(0.5)),
    ]
    assert [event.metric for event in parse({}, **names)[0]] == ["pages"]
    assert parse({"n": ""}, **names) == ([], {})
    [bad], _ = parse({"m": "many"}, **names)
    assert bad.reason == "m must be a number, not 'many'"
    assert [event.value for event in parse({}, **names, default_value="7")[0]] == [2, 7]
    [event], left_out = parse({"m": "3"}, **names, value_map={"2": "1"})
    assert (event.value, left_out) == (1, {"value_map": 1})


def test_an_empty_value_is_the_default():
    [event], _ = parse({"n": " "}, value="n", default_value="0.5")
    assert str(event.value) == "0.5"
    [bad], _ = parse({"n": ""}, value="n")
    assert bad.reason == "the column 'n' is empty"


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (".", "1.5", "1.5"),
        (",", "1,5", "1.5"),
        (",", "15", "15"),
        (".", "1,5", "n must be a number, not '1,5'; with a decimal comma set --decimal ,"),
        (".", "1,234.5", "n must be a number, not '1,234.5'; separators of thousands are not read"),
        (
            ".",
            "1,234",
            "n must be a number, not '1,234'; with a decimal comma set --decimal ,; "
            "separators of thousands are not read",
        ),
        (".", "a,b", "n must be a number, not 'a,b'"),
        (",", "1.5", "n must be a number with a decimal comma and without points, not '1.5'"),
        (",", "1,2,3", "n must be a number, not '1.2,3'"),
    ],
)
def test_a_decimal_separator_is_the_one_that_is_set(decimal, text, value):
    [row], _ = parse({"n": text}, value="n", decimal=decimal)
    assert (row.reason if isinstance(row, BadRow) else str(row.value)) == value


def test_only_rows_with_the_texts_are_read():
    names = {"where": {"plan": ["free", "trial"], "n": "2"}}
    assert len(parse({}, **names)[0]) == 1
    assert parse({"plan": "paid", "when": "never"}, **names) == ([], {"where": 1})
    assert parse({"n": None}, **names) == ([], {"where": 1})
    assert len(parse({"plan": True}, where={"plan": "true"})[0]) == 1


def test_nested_cells_have_paths():
    row = {"properties": {"id": "ben", "deep": {"at": "2024-01-05T10:00:00Z"}}, "dotted.name": "x"}
    [event], _ = parse(row, user="properties.id", at="properties.deep.at", attributes={"a": "dotted.name"})
    assert (event.user_id, event.attributes) == ("ben", (("a", "x"),))
    [bad], _ = parse(row, user="properties.id.more")
    assert bad.reason == "the column 'properties.id.more' is empty"


@pytest.mark.parametrize("column", ["who", "when", "n", "plan"])
@pytest.mark.parametrize(("value", "kind"), [(10**5000, "int"), (Ambiguous(), "Ambiguous")], ids=["int", "object"])
def test_a_cell_that_python_does_not_write_makes_a_bad_row(column, value, kind):
    [bad], _ = parse({column: value}, value="n", where={"plan": "free"})
    assert bad.reason == f"a cell must be text or a number, not an {kind} that is too long to show"


@pytest.mark.parametrize(
    ("text", "columns", "at"),
    [
        ("1704448800", {}, "2024-01-05T10:00:00Z"),
        ("1704448800.25", {}, "2024-01-05T10:00:00.250000Z"),
        ("1704448800123", {}, "2024-01-05T10:00:00.123000Z"),
        ("1704448800123456", {}, "2024-01-05T10:00:00.123456Z"),
        ("1704448800123456789", {}, "2024-01-05T10:00:00.123456Z"),
        ("1.7044488E9", {}, "2024-01-05T10:00:00Z"),
        ("86400", {"at_unit": "s"}, "1970-01-02T00:00:00Z"),
        ("-86400", {"at_unit": "s"}, "1969-12-31T00:00:00Z"),
        ("45296.4375", {"time_zone": "=Europe/Berlin"}, "2024-01-05T09:30:00Z"),
        ("45296", {"time_zone": "=UTC", "at_unit": "excel"}, "2024-01-05T00:00:00Z"),
        ("20240105", {"time_zone": "=UTC"}, "2024-01-05T00:00:00Z"),
        ("20240105T100000Z", {}, "2024-01-05T10:00:00Z"),
        ("2024-01-05 10:00:00 UTC", {}, "2024-01-05T10:00:00Z"),
        ("05.01.2024 10:00", {"at_format": "%d.%m.%Y %H:%M", "time_zone": "=+02:00"}, "2024-01-05T08:00:00Z"),
        ("05/Jan/2024:10:00:00 +0200", {"at_format": "%d/%b/%Y:%H:%M:%S %z"}, "2024-01-05T08:00:00Z"),
    ],
)
def test_instants_are_read_as_declared_or_found(text, columns, at):
    [event], _ = parse({"when": text}, **columns)
    assert format_instant(event.at) == at


@pytest.mark.parametrize(
    ("text", "columns", "reason"),
    [
        ("0", {}, "when must be an ISO 8601 datetime"),
        ("99999999999", {}, "when must be a number that is an instant of 1990 to 2099 in one unit, or set its unit"),
        ("45296", {}, "when must have an offset"),
        ("2024-01-05", {"at_unit": "ms"}, "when must be a number of milliseconds since 1970, not '2024-01-05'"),
        ("9999999999999", {"at_unit": "s"}, "when must lie in the years 1900 to 2199"),
        ("inf", {"at_unit": "s"}, "when must lie in the years 1900 to 2199"),
        ("01/05/2024", {}, "it may be one with --at-format '%m/%d/%Y' or --at-format '%d/%m/%Y'"),
        ("2024-01-05", {"at_format": "%d.%m.%Y"}, "when must have the format %d.%m.%Y, not '2024-01-05'"),
        ("31.02.2024", {"at_format": "%d.%m.%Y"}, "when must have the format"),
    ],
)
def test_other_instants_make_a_bad_row_that_names_the_option(text, columns, reason):
    [bad], _ = parse({"when": text}, **columns)
    assert reason in bad.reason


def test_the_unit_of_numbers_is_noted_once_and_must_stay_the_same():
    notes = []
    parser = RowParser(Columns("who", "when", "=words"), Counter(), notes.append)
    for text in ("1704448800123", "5", "1704448801123"):
        parser.parse({**ROW, "when": text}, Source("log", 1))
    assert notes == ["log: the column 'when' is read as milliseconds since 1970 (--at-unit ms)"]
    with pytest.raises(
        TrophyError, match=r"^log:7: the column 'when' has different units: 1704448800 looks like seconds"
    ):
        parser.parse({**ROW, "when": "1704448800"}, Source("log", 7))
    assert isinstance(parser.parse(ROW, Source("log", 8))[0], Event)  # ISO 8601 is never ambiguous


def test_a_repeated_key_counts_once_for_a_user_and_a_metric():
    rows = [
        {**ROW, "key": key, "who": who}
        for who, key in (("ann", "k"), ("ann", "k"), ("ann", ""), ("ann", ""), ("ben", "k"))
    ]
    columns = Columns("who", "when", "=words", key="key")
    for workers in (1, 2):
        result = replay({"metrics": [{"key": "words"}]}, rows, columns=columns, workers=workers)
        assert (result.events_of, dict(result.left_out)) == ({"ann": 3, "ben": 1}, {"key": 1})


_texts = {
    "who": st.sampled_from(["ann", "ben", ""]),
    "when": st.sampled_from(["2024-01-05T10:00:00Z", "2024-01-05 10:00", "2024-01-05", "never", ""]),
    "what": st.sampled_from(["read", "wrote", "slept", ""]),
    "n": st.sampled_from(["1", "2.5", "2,5", "-3", "yes", ""]),
    "m": st.sampled_from(["1", "0", "no", ""]),
    "key": st.sampled_from(["k1", "k2", ""]),
    "plan": st.sampled_from(["free", "paid", ""]),
}
_rows = st.lists(st.fixed_dictionaries(_texts), min_size=1, max_size=6)
_columns = st.builds(
    lambda base, at, zone, rest: Columns(user="who", at="when", **base, **at, time_zone=zone, **rest),
    st.one_of(
        st.just({"metric": "what", "value": "n"}),
        st.just({"metric": "what", "value": "n", "metric_map": {"read": "pages", "wrote": "words"}}),
        st.just({"values": {"pages": "n", "words": "m"}}),
    ),
    st.sampled_from([{}, {"at_format": "%Y-%m-%d %H:%M"}]),
    st.sampled_from([None, "=Europe/Berlin"]),
    st.fixed_dictionaries(
        {},
        optional={
            "key": st.just("key"),
            "where": st.sampled_from([{"plan": "free"}, {"plan": ("free", ""), "who": "ann"}]),
            "decimal": st.just(","),
            "default_value": st.just("7"),
            "value_map": st.just({"yes": "1", "7": "70"}),
            "attributes": st.just({"plan": "plan"}),
        },
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("logs")


def _write(folder, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    contents = {
        "log.csv": text.getvalue().encode("utf-16"),
        "log.jsonl": "\n".join(map(json.dumps, rows)).encode(),
        "log.json": json.dumps({"data": {"rows": rows}}).encode(),
        "log.xlsx": workbook({"Log": [NAMES, *([row[name] for name in NAMES] for row in rows)]}),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    pq.write_table(pa.table({name: [row[name] for row in rows] for name in NAMES}), folder / "log.parquet")
    return [*contents, "log.parquet"]


def _shown(row):
    """Return a row without its source; of a bad row with several faults any can be the reason."""
    return (*row[:6], row.key) if isinstance(row, Event) else "bad"


@given(_rows, _columns)
def test_every_kind_of_log_has_the_same_events(folder, rows, columns):
    def shown(log):
        log = Logs((log,))
        events = [_shown(row) for row in log]
        return events, {by: count for by, count in log.left_out().items() if count}

    sources = [read_log(str(folder / name), columns) for name in _write(folder, rows)]
    sources.append(rows_of_log_source(pa.table({name: [row[name] for row in rows] for name in NAMES}), columns))
    results = [shown(source) for source in sources]
    parser = RowParser(columns, Counter())
    expected = [_shown(parsed) for row in rows for parsed in parser.parse(row, Source("rows", 1))]
    left_out = {by: count for by, count in parser.left_out.items() if count}
    assert results == [(expected, left_out)] * len(results)


def test_columns_that_are_missing_are_named_with_their_option(tmp_path):
    (tmp_path / "log.csv").write_text("who,when\n")
    for columns, message in (
        (Columns(at="when"), r"has no column 'user_id'; it has 'who', 'when'; set the column with --user-column or"),
        (
            Columns("who", "when", values={"a": "Step count"}),
            r"no column 'Step count'; .*; set the column with --values, in Python with Columns\(values=…\)$",
        ),
        (
            Columns("who", "when", "=a", where={"plan": "x"}),
            r"no column 'plan'; .*; set the column with --where, in Python with Columns\(where=…\)$",
        ),
    ):
        with pytest.raises(InvalidValue, match=message):
            list(read_log(str(tmp_path / "log.csv"), columns))
