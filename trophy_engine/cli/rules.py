"""The argument of rules, shared by all commands that evaluate rules."""

from __future__ import annotations

from typing import Annotated

import typer

from trophy_engine.errors import InvalidRules, TrophyError
from trophy_engine.rules import bundled
from trophy_engine.rules.diagnostics import Problem, exclude_warnings
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.files import read_rules_file, rules_file_format
from trophy_engine.rules.positions import locate_problems
from trophy_engine.rules.ruleset import Ruleset

Rules = Annotated[str, typer.Argument(help="A rules file (.toml or .json), or the name of a bundled one: git.")]


def load_rules_argument(name: str) -> Ruleset:
    """Return the rules from a file, or shipped ones by their name.

    Raises:
        TrophyError: the rules cannot be read, or have errors; the message lists all errors.
    """
    path = bundled.rules_path(name)
    language, text = rules_file_format(path), read_rules_file(path)
    try:
        return Ruleset.from_text(text, language)
    except InvalidRules as error:
        errors = exclude_warnings(locate_problems(check_text(text, language), text, language))
        lines = "\n".join(problem_line_for_terminal(str(path), problem) for problem in errors)
        raise TrophyError(f"{name} has errors:\n{lines}") from error


def problem_line_for_terminal(file: str, problem: Problem) -> str:
    """Return a problem of a file as one line, which editors and terminals open by a click."""
    return f"{file}:{problem.line}:{problem.column}: {problem.describe()}"
