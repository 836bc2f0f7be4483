"""Tables as text: every kind has a form in CSV and in JSON, and numbers keep all digits."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import get_args

import pytest

from trophy_engine import MetricPointsTrigger
from trophy_engine.analysis.tables.columns import Column, Kind
from trophy_engine.analysis.tables.text import CSV_CELLS, JSON_CELLS, json_row, write_csv
from trophy_engine.leaderboards.views import LeaderboardRow

BIG = 10**40
CELLS = {
    "text": ['a "quoted", text\n', "Ä", None],
    "integer": [BIG, -1, None],
    "number": [BIG, Decimal("2.50"), Decimal("1E+3"), Decimal("1E-30"), -3, None],
    "float": [0.1, None],
    "date": [date(2025, 4, 2), None],
    "instant": [datetime(2025, 4, 2, 10, tzinfo=UTC), None],
    "texts": [("a", "b"), (), None],
    "rule": [MetricPointsTrigger("words", 10, event_attributes={"k": "v"}), None],
    "rankings": [(LeaderboardRow("ann", None, 1, Decimal("1.5")), LeaderboardRow("ben", "Ben", 2, 1)), None],
}


def test_every_kind_has_a_form():
    assert set(CSV_CELLS) == set(JSON_CELLS) == set(CELLS) == set(get_args(Kind))


@pytest.mark.parametrize("kind", CELLS)
def test_json_reads_back_with_all_digits(kind):
    read = [json.loads(json_row([Column("x", kind)], [cell]), parse_float=Decimal)["x"] for cell in CELLS[kind]]
    expected = {
        "float": [Decimal("0.1"), None],
        "date": ["2025-04-02", None],
        "instant": ["2025-04-02T10:00:00Z", None],
        "texts": [["a", "b"], [], None],
        "rule": [{"type": "metric", "metric": "words", "points": 10, "event_attributes": {"k": "v"}}, None],
        "rankings": [
            [
                {"user_id": "ann", "name": None, "rank": 1, "value": Decimal("1.5")},
                {"user_id": "ben", "name": "Ben", "rank": 2, "value": 1},
            ],
            None,
        ],
    }
    assert read == expected.get(kind, CELLS[kind])


def test_numbers_always_have_a_point_and_integers_never():
    for cells in (CSV_CELLS, JSON_CELLS):
        texts = [cells["number"](number) for number in CELLS["number"][:-1]]
        assert texts == [f"{BIG}.0", "2.50", "1000.0", "0." + "0" * 29 + "1", "-3.0"]
        assert cells["integer"](BIG) == str(BIG)


def test_csv_has_a_header_and_an_empty_cell_for_none(tmp_path):
    columns = [Column(kind, kind) for kind in CELLS]
    write_csv(columns, [[cells[0] for cells in CELLS.values()], [None] * len(CELLS)], tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        header, row, empty = csv.reader(file)
    assert header == list(CELLS)
    assert row[:7] == ['a "quoted", text\n', str(BIG), f"{BIG}.0", "0.1", "2025-04-02", "2025-04-02T10:00:00Z", "a b"]
    assert json.loads(row[7])["points"] == 10
    assert set(empty) == {""}
