"""The effects of many users in one order: by instant, then by user, then in the order of evaluation.

The order does not depend on when or in which process a user was evaluated. Effects beyond a limit are kept in files.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from heapq import merge
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from trophy_engine.analysis.tables.columns import Column
from trophy_engine.analysis.tables.effects import EFFECT_COLUMNS, wide_effect_row
from trophy_engine.analysis.tables.tabular import Tabular
from trophy_engine.core import AT, USER_ID, Effect, RawEffect, effect_from_raw
from trophy_engine.representation import named_repr
from trophy_engine.rules.constraints import KEY, InstanceOf, Optional

__all__ = ["EffectLog"]

_MAX_IN_MEMORY: Final = 200_000
_CHUNK: Final = 2_000


class _Entry(NamedTuple):
    at: int
    user_id: str
    position: int
    raw: RawEffect


class EffectLog(Tabular):
    """Collects effects and returns them in order; a context manager that removes its files at the end.

    As a table it has one row per effect, with the columns of all kinds; the kind is in the column ``type``.

    Args:
        folder: the folder of its files; a temporary folder by default.
        prefix: the beginning of its file names, so that several logs can share a folder; a key.

    Raises:
        InvalidValue: an argument is invalid.
    """

    def __init__(self, folder: Path | None = None, prefix: str = "effects") -> None:
        Optional(InstanceOf((Path,))).check("folder", folder)
        KEY.check("prefix", prefix)
        self._own = TemporaryDirectory(prefix="trophy-engine-") if folder is None else None
        self.folder = Path(self._own.name) if self._own is not None else Path(str(folder))
        self._prefix = prefix
        self._entries: list[_Entry] = []
        self._files = 0

    def __repr__(self) -> str:
        """Return the number of effects in memory and of files with others."""
        return named_repr(self, {"in_memory": len(self._entries), "files": self._files, "folder": str(self.folder)})

    def _repr_html_(self) -> str:
        """Return a table of the first effects, for notebooks."""
        from trophy_engine.analysis.notebook import effects_html  # noqa: PLC0415  # only notebooks show HTML

        return effects_html(self)

    def add(self, effects: Iterable[RawEffect]) -> None:
        """Add the effects on one user, in order."""
        entries = self._entries
        for position, raw in enumerate(effects):
            entries.append(_Entry(raw[AT], raw[USER_ID], position, raw))
        if len(entries) >= _MAX_IN_MEMORY:
            self.spill()

    def spill(self) -> None:
        """Move the effects in memory to a file."""
        if not self._entries:
            return
        self._entries.sort(key=_effect_log_sort_key)
        with (self.folder / f"{self._prefix}-{self._files:06}").open("wb") as file:
            for start in range(0, len(self._entries), _CHUNK):
                pickle.dump(self._entries[start : start + _CHUNK], file, pickle.HIGHEST_PROTOCOL)
        self._entries = []
        self._files += 1

    def raw(self) -> Iterator[RawEffect]:
        """Yield all raw effects in order, including those in files of logs in the same folder with a longer prefix."""
        self._entries.sort(key=_effect_log_sort_key)
        files = (_read_effect_log_file(path) for path in sorted(self.folder.glob(f"{self._prefix}*-*")))
        return (entry.raw for entry in merge(self._entries, *files, key=_effect_log_sort_key))

    def __iter__(self) -> Iterator[Effect]:
        """Yield all effects in order."""
        return map(effect_from_raw, self.raw())

    def table_columns(self) -> tuple[Column, ...]:
        """Return the columns of all kinds of effects."""
        return EFFECT_COLUMNS

    def table_rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the rows of all effects, in order."""
        return map(wide_effect_row, self)

    def close(self) -> None:
        """Remove the files, if the folder is a temporary folder of the log."""
        if self._own is not None:
            self._own.cleanup()

    def __enter__(self) -> Self:
        """Return the log."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the log."""
        self.close()


def _effect_log_sort_key(entry: _Entry) -> tuple[int, str, int]:
    return entry[:3]


def _read_effect_log_file(path: Path) -> Iterator[_Entry]:
    with path.open("rb") as file:
        while file.peek(1):
            yield from pickle.load(file)  # noqa: S301  # written by this process or by one that it started
