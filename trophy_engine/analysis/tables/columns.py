"""Typed columns of tables, without a library.

A column has one kind in all rows, and a cell is a value of the kind's type or None:

| kind | cells | Arrow and Parquet | CSV and JSON Lines |
| --- | --- | --- | --- |
| text | ``str`` | string | text |
| integer | ``int`` | int64 | digits |
| number | ``int`` or ``Decimal``, exact | decimal128(38, 19) | digits, always with a decimal point |
| float | ``float`` | double | digits |
| date | ``date`` | date32 | ``2025-04-02`` |
| instant | aware ``datetime`` | timestamp in microseconds, UTC | ``2025-04-02T10:00:00Z`` |
| texts | a sequence of ``str`` | list of strings | CSV: separated by spaces; JSON: a list |
| rule | a part of a ruleset | its JSON as a string | JSON: an object |
| rankings | a sequence of ``LeaderboardRow`` | list of structs | JSON: a list of objects |
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, Literal

import attrs

from trophy_engine.values import Value

__all__ = ["NUMBER_DIGITS", "NUMBER_PLACES", "RANKING_COLUMNS", "Column", "Kind", "cell_fits_typed_column"]

#: The kinds of columns of results.
Kind = Literal["text", "integer", "number", "float", "date", "instant", "texts", "rule", "rankings"]

#: The digits of numbers in typed columns. With the places they hold all 64-bit integers, and the shortest decimal of
#: every double from 0.001 on.
NUMBER_DIGITS: Final = 38
#: The decimal places of numbers in typed columns.
NUMBER_PLACES: Final = 19
_MAX_INTEGER: Final = 2**63


@attrs.frozen
class Column(Value):
    """A column of a table: its name, and the kind of all its cells."""

    name: str
    kind: Kind


#: The columns of a row of a leaderboard, in a cell of kind ``rankings``.
RANKING_COLUMNS: Final = (
    Column("user_id", "text"),
    Column("name", "text"),
    Column("rank", "integer"),
    Column("value", "number"),
)


def cell_fits_typed_column(kind: Kind, cell: Any) -> bool:
    """Return whether Arrow and Parquet hold a cell exactly.

    >>> numbers = 2**63, Decimal("0.0001"), 10**19, Decimal(10) ** -20, None
    >>> [cell_fits_typed_column("number", number) for number in numbers]
    [True, True, False, False, True]
    >>> [cell_fits_typed_column("integer", number) for number in (2**63 - 1, 2**63)]
    [True, False]
    """
    if cell is None:
        return True
    if kind == "integer":
        return bool(-_MAX_INTEGER <= cell < _MAX_INTEGER)
    if kind == "number":
        exponent = Decimal(cell).as_tuple().exponent
        has_few_places = isinstance(exponent, int) and exponent >= -NUMBER_PLACES
        return has_few_places and bool(abs(cell) < 10 ** (NUMBER_DIGITS - NUMBER_PLACES))
    return kind != "rankings" or all(cell_fits_typed_column("number", row.value) for row in cell)
