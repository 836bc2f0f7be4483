"""The effects of many users in one order: by instant, then by user, then as they happened.

The order does not depend on when, or in which process, a user was evaluated. What memory may not hold waits in files.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from heapq import merge
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final, NamedTuple, Self

from trophy_engine.core import AT, USER_ID, Effect, RawEffect, to_effect
from trophy_engine.rules.constraints import KEY, InstanceOf, Optional

__all__ = ["EffectLog"]

_MOST_HELD: Final = 200_000
_A_PIECE: Final = 2_000


class _Entry(NamedTuple):
    at: int
    user_id: str
    place: int
    raw: RawEffect


class EffectLog:
    """Keeps effects, and gives them in order; used with ``with``, it tidies up after itself.

    Args:
        folder: where to keep what memory may not hold; a temporary folder of its own by default.
        prefix: what its files' names begin with, so that several can share a folder; a key.

    Raises:
        InvalidValue: an argument is none.
    """

    def __init__(self, folder: Path | None = None, prefix: str = "effects") -> None:
        Optional(InstanceOf((Path,))).check("folder", folder)
        KEY.check("prefix", prefix)
        self._own = TemporaryDirectory(prefix="trophy-engine-") if folder is None else None
        self.folder = Path(self._own.name) if self._own is not None else Path(str(folder))
        self._prefix = prefix
        self._held: list[_Entry] = []
        self._files = 0

    def add(self, effects: Iterable[RawEffect]) -> None:
        """Add what happened to one user, in order."""
        held = self._held
        for place, raw in enumerate(effects):
            held.append(_Entry(raw[AT], raw[USER_ID], place, raw))
        if len(held) >= _MOST_HELD:
            self.spill()

    def spill(self) -> None:
        """Put what is in memory into a file."""
        if not self._held:
            return
        self._held.sort(key=_key)
        with (self.folder / f"{self._prefix}-{self._files:06}").open("wb") as file:
            for start in range(0, len(self._held), _A_PIECE):
                pickle.dump(self._held[start : start + _A_PIECE], file, pickle.HIGHEST_PROTOCOL)
        self._held = []
        self._files += 1

    def raw(self) -> Iterator[RawEffect]:
        """Walk all effects in order, bare; those that logs with other prefixes spilled into the folder included."""
        self._held.sort(key=_key)
        files = (_read(path) for path in sorted(self.folder.glob(f"{self._prefix}*-*")))
        return (entry.raw for entry in merge(self._held, *files, key=_key))

    def __iter__(self) -> Iterator[Effect]:
        """Walk all effects in order."""
        return map(to_effect, self.raw())

    def close(self) -> None:
        """Remove the files, where the folder is the log's own."""
        if self._own is not None:
            self._own.cleanup()

    def __enter__(self) -> Self:
        """Give the log."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the log."""
        self.close()


def _key(entry: _Entry) -> tuple[int, str, int]:
    return entry[:3]


def _read(path: Path) -> Iterator[_Entry]:
    with path.open("rb") as file:
        while file.peek(1):
            yield from pickle.load(file)  # noqa: S301  # this process, or one of its own, has just written it
