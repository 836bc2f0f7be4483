"""Problems: the faults of rules as data, so that all of them can be reported at once."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = ["Problem", "Severity", "item_path", "select_errors"]

Severity = Literal["error", "warning"]


@attrs.frozen
class Problem:
    """One fault of rules.

    Attributes:
        severity: ``"error"`` for a contradiction, ``"warning"`` for a probable mistake.
        path: the position in the file, for example ``achievements[3].trigger.metric``; empty for the file itself.
        message: the fact and the remedy.
    """

    severity: Severity
    path: str
    message: str

    def __str__(self) -> str:
        """Return severity, path and message in one line."""
        return f"{self.severity}: {self.path}: {self.message}" if self.path else f"{self.severity}: {self.message}"


def select_errors(problems: list[Problem]) -> list[Problem]:
    """Return the errors without the warnings."""
    return [problem for problem in problems if problem.severity == "error"]


def item_path(path: str, index: int) -> str:
    """Return a path extended by an index in a list.

    >>> item_path("achievements", 3)
    'achievements[3]'
    """
    return f"{path}[{index}]"
