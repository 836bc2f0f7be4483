"""Problems: the faults of rules as data, so that all of them can be reported at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import attrs

from trophy_engine.error_messages import short_repr
from trophy_engine.values import Value

__all__ = ["Problem", "Severity", "exclude_warnings", "rule_item_path"]

#: An error prevents the use of the rules, a warning does not.
Severity = Literal["error", "warning"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
#: An index, a bare name, a quoted name, or a quoted name that was cut.
_STEP: Final = r"""(?s)\[(\d+)\]|([A-Za-z0-9_-]+)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(['"].*)"""


@attrs.frozen
class Problem(Value):
    """One fault of rules.

    Attributes:
        severity: ``"error"`` for a contradiction, ``"warning"`` for a probable mistake.
        path: the position in the rules, for example ``achievements[3].trigger.metric``; empty for the whole file.
        message: the fact and the remedy.
        on_key: True if the name at the end of the path is at fault, False if its value is.
        label: the path with the keys of its items, for example ``achievements[3] 'hundred'.trigger.metric``.
        key: the key of the innermost item on the path that has one; None without one.
        line: the line in the text, from 1; None if not known.
        column: the column in the line in characters, from 1; None if not known.
    """

    severity: Severity
    path: str
    message: str
    on_key: bool = attrs.field(default=False, kw_only=True)
    label: str = attrs.field(default=attrs.Factory(lambda self: self.path, takes_self=True), kw_only=True)
    key: str | None = attrs.field(default=None, kw_only=True)
    line: int | None = attrs.field(default=None, kw_only=True)
    column: int | None = attrs.field(default=None, kw_only=True)

    def __str__(self) -> str:
        """Return severity, labelled path, message and position, if known, in one line."""
        position = "" if self.line is None else f" (line {self.line}, column {self.column})"
        return f"{self.describe()}{position}"

    def describe(self) -> str:
        """Return severity, labelled path and message in one line, without the position in the text."""
        return f"{self.severity}: {self.label}: {self.message}" if self.label else f"{self.severity}: {self.message}"


def exclude_warnings(problems: list[Problem]) -> list[Problem]:
    """Return the errors without the warnings."""
    return [problem for problem in problems if problem.severity == "error"]


def rule_item_path(path: str, index: int) -> str:
    """Return a path extended by an index in a list.

    >>> rule_item_path("achievements", 3)
    'achievements[3]'
    """
    return f"{path}[{index}]"


def rule_field_path(path: str, name: str) -> str:
    """Return a path extended by the name of a field, in quotes if it has other characters than a bare key of TOML.

    >>> rule_field_path("metrics[0]", "name"), rule_field_path("metrics[0]", "the name")
    ('metrics[0].name', "metrics[0].'the name'")
    """
    return f"{path}.{quote_unless_bare_key(name)}" if path else quote_unless_bare_key(name)


def quote_unless_bare_key(name: str) -> str:
    """Return the name of a field as it is in a path."""
    return name if _BARE.fullmatch(name) else short_repr(name)


def split_rule_path(path: str) -> list[str | int]:
    """Return the names and indices of a path; quoted names stay quoted.

    >>> split_rule_path("points[0].'the name'")
    ['points', 0, "'the name'"]
    """
    return [int(index) if index else name or quoted or cut for index, name, quoted, cut in re.findall(_STEP, path)]


def label_problems(problems: Iterable[Problem], rules: object) -> list[Problem]:
    """Return the problems with the keys of the items on their paths, from a ruleset or the table of one."""
    return [_label_problem(problem, rules) for problem in problems]


def _label_problem(problem: Problem, rules: object) -> Problem:
    node, label, key = rules, "", None
    for step in split_rule_path(problem.path):
        node = _value_at_rule_path_step(node, step)
        if isinstance(step, str):
            label += f".{step}" if label else step
            continue
        item_key, name = (_value_at_rule_path_step(node, "key"), _value_at_rule_path_step(node, "name"))
        known = item_key if isinstance(item_key, str) else name
        label += f"[{step}]" + (f" {short_repr(known)}" if isinstance(known, str) else "")
        key = item_key if isinstance(item_key, str) else key
    return attrs.evolve(problem, label=label or problem.path, key=key)


def _value_at_rule_path_step(node: Any, step: str | int) -> Any:
    """Return the value at a step; a table in place of a list of tables is its only item, and the reverse."""
    if isinstance(step, int):
        if isinstance(node, list | tuple):
            return node[step] if step < len(node) else None
        return node if step == 0 else None
    if isinstance(node, list | tuple):
        node = node[0] if node else None
    return node.get(step) if isinstance(node, Mapping) else getattr(node, step, None)
