"""The bad rows of a frame on a cluster, where rows have no line: counted, the first kept, and merged in any order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

__all__ = ["BadFrameRow", "BadFrameRows"]

_MAX_KEPT: Final = 1_000


@attrs.frozen(order=True)
class BadFrameRow:
    """A row of a frame that could not be evaluated, and the reason; bad rows are ordered by their cells.

    Attributes:
        row: the cells of the row that the evaluation uses, as a JSON object of texts.
        reason: why it was skipped.
        refused: True if the row is valid but the rules refuse it, for example for lack of points.
    """

    row: str
    reason: str
    refused: bool = False

    @classmethod
    def of(cls, cells: Mapping[str, Any], reason: str, *, refused: bool = False) -> BadFrameRow:
        """Return a bad row of cells by column; cells that are None are left out."""
        texts = {name: str(cell) for name, cell in cells.items() if cell is not None}
        return cls(json.dumps(texts, ensure_ascii=False), reason, refused)

    def __str__(self) -> str:
        """Return the cells and the reason."""
        return f"{self.row}: {self.reason}"


@attrs.define
class BadFrameRows:
    """The bad rows of a part of a frame: all are counted, the first thousand are kept, by their cells.

    Attributes:
        count: the number of bad rows.
    """

    count: int = 0
    _kept: list[BadFrameRow] = attrs.field(factory=list)

    def add(self, row: BadFrameRow) -> None:
        """Count and keep a bad row."""
        self.count += 1
        self._keep([row])

    def merge(self, other: BadFrameRows) -> None:
        """Add the bad rows of another part."""
        self.count += other.count
        self._keep(other._kept)

    def _keep(self, rows: Iterable[BadFrameRow]) -> None:
        self._kept.extend(rows)
        if len(self._kept) >= 2 * _MAX_KEPT:
            self._kept = list(self.first())

    def dump(self) -> str:
        """Return the bad rows as JSON, for ``load``."""
        rows = [attrs.astuple(row) for row in self.first()]
        return json.dumps([self.count, rows], ensure_ascii=False)

    @classmethod
    def load(cls, dumped: str) -> BadFrameRows:
        """Return the bad rows from the result of ``dump``."""
        count, rows = json.loads(dumped)
        return cls(count, [BadFrameRow(*row) for row in rows])

    def first(self) -> tuple[BadFrameRow, ...]:
        """Return the first thousand, by their cells."""
        return tuple(sorted(self._kept)[:_MAX_KEPT])
