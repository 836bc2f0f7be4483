"""Every ``match`` over a closed union of kinds ends in ``assert_never``: mypy finds where a new kind lacks a case.

A last case with a name is a match, too: mypy checks what is called with it.
"""

import ast
from pathlib import Path
from typing import get_args

from trophy_engine.core.commands import Command
from trophy_engine.rules.achievements import AchievementTrigger
from trophy_engine.rules.metric_sources import MetricSource
from trophy_engine.rules.points import PointsTrigger
from trophy_engine.rules.streak import FreezeReward
from trophy_engine.rules.windows import WindowTable

PACKAGE = Path(__file__).parents[2] / "trophy_engine"
UNIONS = (AchievementTrigger, PointsTrigger, FreezeReward, MetricSource, WindowTable, Command)
KINDS = {kind.__name__ for union in UNIONS for kind in get_args(union)} - {"str"}


def open_matches(source):
    """Yield the lines of the matches over kinds whose last case takes what is left without a name."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Match):
            continue
        classes = {
            part.cls.id for part in ast.walk(node) if isinstance(part, ast.MatchClass) and hasattr(part.cls, "id")
        }
        last = node.cases[-1]
        has_name = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.pattern.name
        if classes & KINDS and not has_name and "assert_never(" not in ast.unparse(last):
            yield node.lineno


def test_a_match_over_kinds_has_a_case_for_each():
    found = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in sorted(PACKAGE.rglob("*.py"))
        if (lines := list(open_matches(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_an_open_match_is_found():
    cases = "match rule:\n    case MetricTrigger():\n        pass\n"
    assert list(open_matches(cases)) == [1]
    assert list(open_matches(f"{cases}    case _:\n        pass\n")) == [1]
    assert list(open_matches(f"{cases}    case _:\n        assert_never(rule)\n")) == []
    assert list(open_matches(f"{cases}    case other:\n        call(other)\n")) == []
