"""Contents: the tables of a summary or of a comparison as text, for terminals, notebooks and reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs

from trophy_engine.representation import brief_repr

__all__ = ["Content"]


@attrs.frozen
class Content:
    """The content of a table; ``numbers`` are the columns of numbers."""

    __repr__ = brief_repr

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Collection[str]
    title: str = ""
