"""Parquet and Arrow files have the same rows as CSV files."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from attrs import evolve

from trophy_engine import Attribute, InvalidValue, Metric, Ruleset, TrophyError
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import read_log
from trophy_engine.calendar.instants import HOUR, to_micros

COLUMNS = Columns("who", "when", "=words", "n", "where", {"device": "device", "plan": "plan"})
RULES = Ruleset(metrics=[Metric("words")], attributes=[Attribute("device", "event"), Attribute("plan", "event")])
WHEN = datetime(2025, 4, 2, 10, tzinfo=UTC)
TABLE = pa.table(
    {
        "who": pa.array(["ann", "ben", "ann"]).dictionary_encode(),
        "when": pa.array([WHEN, WHEN, WHEN], pa.timestamp("ns", "Europe/Berlin")),
        "n": [0.1, 2.0, 0.2],
        "where": ["Europe/Berlin", None, "Europe/Berlin"],
        "device": ["ios", "web", None],
        "plan": ["", "pro", "pro"],
        "unused": [1, 2, 3],
    }
)


def write(tmp_path, table, name="log.parquet", **options):
    path = str(tmp_path / name)
    if name.endswith("parquet"):
        pq.write_table(table, path, **options)
    else:
        pyarrow.feather.write_feather(table, path)
    return path


def with_column(name, values):
    return TABLE.set_column(TABLE.column_names.index(name), name, pa.chunked_array([values]))


def read(path, columns=COLUMNS):
    return list(read_log(path, columns))


@pytest.mark.parametrize("name", ["log.parquet", "log.arrow", "log.feather"])
def test_rows_are_those_of_the_same_log_as_text(tmp_path, name):
    text = tmp_path / "log.csv"
    text.write_text(
        "who,when,n,where,device,plan\n"
        "ann,2025-04-02T10:00:00Z,0.1,Europe/Berlin,ios,\n"
        "ben,2025-04-02T10:00:00Z,2,,web,pro\n"
        "ann,2025-04-02T12:00:00+02:00,0.2,Europe/Berlin,,pro\n"
    )
    rows = read(write(tmp_path, TABLE, name))
    assert [row[:6] for row in rows] == [row[:6] for row in read(str(text))]
    assert [row.source.line for row in rows] == [1, 2, 3]
    [ann, ben] = replay(RULES, rows).players()
    assert (ann.metrics["words"], ann.time_zone, ben.time_zone) == (Decimal("0.3"), "Europe/Berlin", "UTC")


def test_every_kind_of_number_is_exact(tmp_path):
    for values in (
        pa.array([1, 2, 3], pa.int32()),
        pa.array([0.1, 0.1, 0.1]),
        pa.array([Decimal("0.10")] * 3),
        pa.array(["0.10", "1e3", "7"]),
    ):
        rows = read(write(tmp_path, with_column("n", values)))
        assert [row.value for row in rows] == [Decimal(str(value)) for value in values.to_pylist()]


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("who", pa.array(["ann", None, "x"]), "the column 'who' is empty"),
        ("when", pa.array([WHEN, None, WHEN], pa.timestamp("us", "UTC")), "the column 'when' is empty"),
        ("when", pa.array([0, -(2**60), 0], pa.timestamp("us", "UTC")), "when must lie in the years 1900 to 2199"),
        ("when", pa.array(["2025-04-02T10:00:00Z", "soon", "2025-04-02T10:00:00Z"]), "when must be an ISO 8601"),
        ("n", pa.array([1.0, float("nan"), 2.0]), "n must be finite"),
        ("n", pa.array([1.0, None, 2.0]), "the column 'n' is empty"),
        ("n", pa.array(["1", "one", "2"]), "n must be a number, not 'one'"),
        ("n", pa.array([1, None, 2]), "the column 'n' is empty"),
        ("where", pa.array(["UTC", "Mars", "UTC"]), "unknown time zone 'Mars'"),
    ],
)
def test_a_bad_row_is_reported_and_the_others_are_read(tmp_path, column, values, message):
    rows = read(write(tmp_path, with_column(column, values)))
    assert [isinstance(row, BadRow) for row in rows] == [False, True, False]
    assert rows[1].source.line == 2
    assert message in rows[1].reason


@pytest.mark.parametrize(
    "times",
    [
        pa.array([datetime(2025, 4, 2, 12)] * 3, pa.timestamp("ns")),  # noqa: DTZ001  # local times
        pa.array(["2025-04-02T12:00"] * 3),
        pa.array(["2025-04-02T12:00"] * 3).dictionary_encode(),
    ],
)
def test_local_times_are_read_in_the_zone_of_their_row(tmp_path, times):
    zones = pa.array(["Europe/Berlin", None, "+02:00"])
    ann, bad, last = read(write(tmp_path, with_column("when", times).set_column(3, "where", zones)))
    assert bad.reason == "when must have an offset, as in 2025-04-02T10:00:00Z, or a time zone (--tz or --tz-column)"
    assert ann.at == last.at == to_micros(WHEN)
    rows = read(write(tmp_path, with_column("when", times)), evolve(COLUMNS, time_zone="=America/New_York"))
    assert {row.at for row in rows} == {to_micros(WHEN) + 6 * HOUR}


def test_dates_are_read_as_their_first_instants(tmp_path):
    dates = pa.array([date(2025, 4, 2), None, date(2300, 1, 1)])
    columns = evolve(COLUMNS, time_zone="=Europe/Berlin")
    good, empty, far = read(write(tmp_path, with_column("when", dates)), columns)
    assert good.at == to_micros(datetime(2025, 4, 1, 22, tzinfo=UTC))
    assert [empty.reason, far.reason] == ["the column 'when' is empty", "when must lie in the years 1900 to 2199"]
    times = pa.array([None] * 3, pa.timestamp("us"))
    empty, *_ = read(write(tmp_path, with_column("when", times)), columns)
    assert empty.reason == "the column 'when' is empty"


def test_row_groups_are_parts_that_number_their_rows_on(tmp_path):
    log = read_log(write(tmp_path, TABLE, row_group_size=2), COLUMNS)
    parts = log.parts()
    assert [[row.line for row in part] for part in parts] == [[1, 2], [3]]
    assert [row for part in parts for row in part] == list(log)
    assert parts[0].parts() == [parts[0]]
    one, two = (replay(RULES, log, workers=workers) for workers in (1, 2))
    assert one.events_of == two.events_of == {"ann": 2, "ben": 1}


def test_a_file_of_another_format_or_without_a_column_is_reported(tmp_path):
    (tmp_path / "log.parquet").write_text("who,when")
    (tmp_path / "log.arrow").write_text("who,when")
    for name in ("log.parquet", "log.arrow", "missing.parquet"):
        with pytest.raises(TrophyError, match=f"cannot read .*{name}"):
            read(str(tmp_path / name))
    with pytest.raises(InvalidValue, match="has no column 'whose'; did you mean 'who'"):
        read(write(tmp_path, TABLE), Columns("whose", "when", "=words", "n"))
