"""The argument that names rules, the same for every command that evaluates some."""

from __future__ import annotations

from typing import Annotated

import typer

from trophy_engine.errors import InvalidRules, TrophyError
from trophy_engine.rules import bundled
from trophy_engine.rules.ruleset import Ruleset

Rules = Annotated[str, typer.Argument(help="A rules file (.toml or .json), or the name of a shipped one: git.")]


def load(name: str) -> Ruleset:
    """Load rules from a file, or shipped ones by their name.

    Raises:
        TrophyError: they cannot be read, or have errors, all of which it tells.
    """
    try:
        return Ruleset.load(bundled.rules_path(name))
    except InvalidRules as error:
        raise TrophyError(f"{name} has errors:\n{error}") from error
