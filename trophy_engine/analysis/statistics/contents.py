"""Contents: the tables of a summary or of a comparison as text, for terminals, notebooks and reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs

from trophy_engine.values import Value


@attrs.frozen
class Content(Value):
    """The content of a table; ``numbers`` are the columns of numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Collection[str]
    title: str = ""
