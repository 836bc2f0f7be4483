"""The files of a replay and of a comparison; the same input results in the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final, Literal, get_args

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.analysis.tables.columns import Column
from trophy_engine.analysis.tables.effects import EFFECT_COLUMNS, effect_columns, effect_row, wide_effect_row
from trophy_engine.analysis.tables.tabular import Tabular
from trophy_engine.analysis.tables.text import json_row, write_csv
from trophy_engine.analysis.writing import check_items_to_write, writing, writing_folder
from trophy_engine.core import Effect
from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import InstanceOf, OneOf

__all__ = [
    "EffectFormat",
    "TableFormat",
    "check_output_formats",
    "write_comparison",
    "write_effects",
    "write_files",
    "write_table",
    "write_users",
]

#: The format of a file with a table.
TableFormat = Literal["csv", "parquet"]
#: The format of the file of effects; ``"none"`` for no file.
EffectFormat = Literal["jsonl", "parquet", "none"]
_TABLE_ENDINGS: Final = (".csv", ".parquet")
_EFFECT_ENDINGS: Final = (".jsonl", ".parquet")


def check_output_formats(*formats: TableFormat | EffectFormat) -> None:
    """Check that files of these formats can be written, before anything is evaluated for them.

    Raises:
        MissingExtra: one is Parquet, and pyarrow is not installed.
    """
    if "parquet" in formats:
        from trophy_engine.analysis.tables import arrow  # noqa: F401, PLC0415  # pyarrow comes with an extra


def write_files(
    result: Replay,
    effects: Iterable[Effect],
    folder: str | PathLike[str],
    *,
    table_format: TableFormat = "csv",
    effect_format: EffectFormat = "jsonl",
) -> None:
    """Write the users and the effects of a replay into a folder; create the folder if it does not exist.

    Args:
        result: the replay.
        effects: its effects, in order, for example an ``EffectLog``.
        folder: the folder.
        table_format: ``"csv"`` for ``users.csv``, ``"parquet"`` for ``users.parquet``.
        effect_format: ``"jsonl"`` for ``effects.jsonl``, ``"parquet"`` for ``effects.parquet``, ``"none"`` for no file.

    Raises:
        InvalidValue: an argument is invalid, or a number has too many digits for Parquet.
        MissingExtra: a format is Parquet, and pyarrow is not installed.
        TrophyError: a file cannot be written.
    """
    InstanceOf((Replay,)).check("result", result)
    OneOf(get_args(TableFormat)).check("table_format", table_format)
    OneOf(get_args(EffectFormat)).check("effect_format", effect_format)
    items = check_items_to_write("effects", effects, Effect)
    check_output_formats(table_format, effect_format)
    with writing_folder(folder) as target:
        write_users(result, target / f"users.{table_format}")
        if effect_format != "none":
            write_effects(items, target / f"effects.{effect_format}")


def write_table(table: Tabular, path: str | PathLike[str]) -> None:
    """Write a result as CSV or Parquet, as the name of the file ends in ``.csv`` or ``.parquet``.

    Raises:
        InvalidValue: the name has another ending, an argument is invalid, or a number has too many digits for Parquet.
        MissingExtra: the format is Parquet, and pyarrow is not installed.
        TrophyError: the file cannot be written.
    """
    InstanceOf((Tabular,)).check("table", table)
    with writing(path) as file:
        if _check_output_ending(file, _TABLE_ENDINGS) == ".csv":
            write_csv(table.table_columns(), table.table_rows(), file)
        else:
            _write_parquet(table.table_columns(), table.table_rows(), file)


def write_users(result: Replay, path: str | PathLike[str]) -> None:
    """Write one row per user, sorted by id, as CSV or Parquet; cells of what the rules do not have are empty.

    Raises:
        InvalidValue, MissingExtra, TrophyError: as ``write_table`` does.
    """
    InstanceOf((Replay,)).check("result", result)
    write_table(result, path)


def write_comparison(result: Comparison, path: str | PathLike[str]) -> None:
    """Write one row per user, sorted by id: totals under both rulesets, and achievements gained and lost.

    Raises:
        InvalidValue, MissingExtra, TrophyError: as ``write_table`` does.
    """
    InstanceOf((Comparison,)).check("result", result)
    write_table(result, path)


def write_effects(effects: Iterable[Effect], path: str | PathLike[str]) -> None:
    """Write effects as JSON Lines or Parquet, as the name of the file ends in ``.jsonl`` or ``.parquet``.

    A line of JSON has the columns of the effect's kind, a row of Parquet those of all kinds.

    Raises:
        InvalidValue: the name has another ending, an argument is invalid, or a number has too many digits for Parquet.
        MissingExtra: the format is Parquet, and pyarrow is not installed.
        TrophyError: the file cannot be written.
    """
    items = check_items_to_write("effects", effects, Effect)
    with writing(path) as target:
        if _check_output_ending(target, _EFFECT_ENDINGS) == ".parquet":
            _write_parquet(EFFECT_COLUMNS, map(wide_effect_row, items), target)
            return
        with target.open("w", encoding="utf-8", newline="") as file:
            for effect in items:
                file.write(json_row(effect_columns(type(effect)), effect_row(effect)) + "\n")


def _check_output_ending(path: Path, endings: Sequence[str]) -> str:
    ending = path.suffix.lower()
    if ending not in endings:
        raise InvalidValue((f"must end in {' or '.join(endings)}, not", GivenValue(path.name)), FieldName("path"))
    return ending


def _write_parquet(columns: Sequence[Column], rows: Iterable[Sequence[Any]], path: Path) -> None:
    from trophy_engine.analysis.tables.arrow import write_parquet  # noqa: PLC0415  # pyarrow comes with an extra

    write_parquet(columns, rows, path)
