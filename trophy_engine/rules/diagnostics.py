"""Problems: what is wrong with rules, as data, so that all of them can be reported at once."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = ["Problem", "Severity", "item_path", "select_errors"]

Severity = Literal["error", "warning"]


@attrs.frozen
class Problem:
    """One thing that is wrong.

    Attributes:
        severity: ``"error"`` where the rules contradict themselves, ``"warning"`` where they can hardly be meant so.
        path: where in the file, such as ``achievements[3].trigger.metric``; empty for the file itself.
        message: the fact and the remedy.
    """

    severity: Severity
    path: str
    message: str

    def __str__(self) -> str:
        """Give severity, path and message in a line."""
        return f"{self.severity}: {self.path}: {self.message}" if self.path else f"{self.severity}: {self.message}"


def select_errors(problems: list[Problem]) -> list[Problem]:
    """Return the errors without the warnings."""
    return [problem for problem in problems if problem.severity == "error"]


def item_path(path: str, index: int) -> str:
    """Extend a path by an index in a list.

    >>> item_path("achievements", 3)
    'achievements[3]'
    """
    return f"{path}[{index}]"
