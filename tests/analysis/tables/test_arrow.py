"""Tables as Arrow and Parquet: one type for each kind, exact numbers, and an error for those that do not fit."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trophy_engine import InvalidValue, MetricPointsTrigger
from trophy_engine.analysis.tables import arrow
from trophy_engine.analysis.tables.arrow import ARROW_TYPES, arrow_reader, arrow_schema, arrow_table, write_parquet
from trophy_engine.analysis.tables.columns import Column, Kind
from trophy_engine.leaderboards.views import LeaderboardRow

COLUMNS = tuple(Column(kind, kind) for kind in get_args(Kind))
AT = datetime(2025, 4, 2, 10, 0, 0, 1, tzinfo=UTC)
ROW = {
    "text": "ann",
    "integer": 2**63 - 1,
    "number": Decimal("9223372036854775807.0000000000000000001"),
    "float": 0.1,
    "date": date(2025, 4, 2),
    "instant": AT,
    "texts": ["a", "b"],
    "rule": MetricPointsTrigger("words", 10),
    "rankings": (LeaderboardRow("ann", None, 1, Decimal("1.5")), LeaderboardRow("ben", "Ben", 2, 1)),
}
ROWS = [tuple(ROW.values()), (None,) * len(ROW)]


def test_every_kind_has_a_type_and_its_cells_read_back():
    assert list(ROW) == list(ARROW_TYPES) == [column.kind for column in COLUMNS]
    read, empty = arrow_table(COLUMNS, ROWS).to_pylist()
    assert json.loads(read.pop("rule")) == {"type": "metric", "metric": "words", "points": 10}
    assert read.pop("rankings") == [
        {"user_id": "ann", "name": None, "rank": 1, "value": Decimal("1.5")},
        {"user_id": "ben", "name": "Ben", "rank": 2, "value": 1},
    ]
    assert read == {kind: cell for kind, cell in ROW.items() if kind not in {"rule", "rankings"}}
    assert set(empty.values()) == {None}


def test_a_table_without_rows_has_the_same_schema():
    assert arrow_table(COLUMNS, []).schema == arrow_table(COLUMNS, ROWS).schema == arrow_schema(COLUMNS)


def test_a_reader_makes_its_batches_as_they_are_read(monkeypatch):
    monkeypatch.setattr(arrow, "_BATCH_ROWS", 2)
    made = []
    rows = (made.append(number) or (number,) for number in range(5))
    reader = arrow_reader([Column("n", "integer")], rows)
    assert made == []
    assert reader.read_next_batch().to_pydict() == {"n": [0, 1]}
    assert made == [0, 1]
    assert reader.read_all().to_pydict() == {"n": [2, 3, 4]}


def test_parquet_reads_back_equal_and_two_files_have_equal_bytes(tmp_path):
    for name in ("a", "b"):
        write_parquet(COLUMNS, ROWS, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert pq.read_table(tmp_path / "a").equals(arrow_table(COLUMNS, ROWS))


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("integer", 2**63),
        ("integer", -(2**63) - 1),
        ("number", 10**19),
        ("number", Decimal("1e-20")),
        ("number", 10**50),
        ("rankings", (LeaderboardRow("ann", None, 1, 10**30),)),
    ],
)
def test_a_number_that_does_not_fit_is_reported_with_its_column_and_user(kind, number, tmp_path):
    columns = [Column("user_id", "text"), Column("points:xp", kind)]
    rows = [("ann", None), ("ben", number)]
    message = r"^the column points:xp has the number .* of the user 'ben', which is too long for Arrow and Parquet: "
    with pytest.raises(InvalidValue, match=message):
        arrow_table(columns, rows)
    with pytest.raises(InvalidValue, match=message):
        write_parquet(columns, rows, tmp_path / "t.parquet")
    with pytest.raises(InvalidValue, match="write CSV and JSON Lines, which hold every number"):
        pa.table({"a": arrow_reader(columns, rows).read_all()["user_id"]})
