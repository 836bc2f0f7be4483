"""Tables as text: CSV, and JSON Lines; the same rows result in the same bytes.

Numbers have all their digits. Those of kind ``number`` always have a decimal point, so that readers, which choose the
type of a column by its first rows, do not read it as integers and fail at the first decimal.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import attrs

from trophy_engine.analysis.tables.columns import RANKING_COLUMNS, Column, Kind
from trophy_engine.leaderboards.views import LeaderboardRow
from trophy_engine.numbers import Number, number_as_json
from trophy_engine.rules.structure import write_rule

_quote: Final[Callable[[str], str]] = json.JSONEncoder(ensure_ascii=False).encode


def write_csv(columns: Iterable[Column], rows: Iterable[Iterable[Any]], path: Path) -> None:
    """Write a table as CSV in UTF-8, with a header; None is an empty cell."""
    listed = tuple(columns)
    texts = [CSV_CELLS[column.kind] for column in listed]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column.name for column in listed)
        for row in rows:
            writer.writerow("" if cell is None else cell_text(cell) for cell_text, cell in zip(texts, row, strict=True))


def json_row(columns: Iterable[Column], row: Iterable[Any]) -> str:
    """Return a row as a JSON object on one line, by the names of its columns."""
    return "{" + ",".join(_json_cell(column, cell) for column, cell in zip(columns, row, strict=True)) + "}"


def _json_cell(column: Column, cell: Any) -> str:
    return f"{_quote(column.name)}:{'null' if cell is None else JSON_CELLS[column.kind](cell)}"


@lru_cache(maxsize=1_000)
def rule_cell_as_json(rule: Any) -> str:
    """Return a part of a ruleset as JSON, with the fields of a rules file."""
    return json.dumps(write_rule(rule), ensure_ascii=False, separators=(",", ":"), default=_encode_rule_cell_value)


def _encode_rule_cell_value(value: date | Number) -> str | int | float:
    return value.isoformat() if isinstance(value, date) else number_as_json(value)


def _number_cell_text(number: Number) -> str:
    if isinstance(number, int):
        return f"{number}.0"
    digits = format(number, "f")
    return digits if "." in digits else f"{digits}.0"


def _instant_cell_text(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _csv_text_cell(text: str) -> str:
    return text


def _texts_cell_as_json(texts: Iterable[str]) -> str:
    return "[" + ",".join(map(_quote, texts)) + "]"


def _rankings_cell_as_json(rows: Iterable[LeaderboardRow]) -> str:
    return "[" + ",".join(json_row(RANKING_COLUMNS, attrs.astuple(row)) for row in rows) + "]"


#: The text of a cell that is not None in CSV, by the kind of its column.
CSV_CELLS: Final[Mapping[Kind, Callable[[Any], str]]] = {
    "text": _csv_text_cell,
    "integer": str,
    "number": _number_cell_text,
    "float": repr,
    "date": date.isoformat,
    "instant": _instant_cell_text,
    "texts": " ".join,
    "rule": rule_cell_as_json,
    "rankings": _rankings_cell_as_json,
}
#: The JSON of a cell that is not None, by the kind of its column.
JSON_CELLS: Final[Mapping[Kind, Callable[[Any], str]]] = {
    "text": _quote,
    "integer": str,
    "number": _number_cell_text,
    "float": repr,
    "date": lambda day: _quote(day.isoformat()),
    "instant": lambda at: _quote(_instant_cell_text(at)),
    "texts": _texts_cell_as_json,
    "rule": rule_cell_as_json,
    "rankings": _rankings_cell_as_json,
}
