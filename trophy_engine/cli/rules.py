"""The argument of rules, shared by all commands that evaluate rules."""

from __future__ import annotations

from typing import Annotated

import typer

from trophy_engine.errors import InvalidRules, TrophyError
from trophy_engine.rules import bundled
from trophy_engine.rules.ruleset import Ruleset

Rules = Annotated[str, typer.Argument(help="A rules file (.toml or .json), or the name of a bundled one: git.")]


def load_rules(name: str) -> Ruleset:
    """Return the rules from a file, or shipped ones by their name.

    Raises:
        TrophyError: the rules cannot be read, or have errors; the message lists all errors.
    """
    try:
        return Ruleset.load(bundled.rules_path(name))
    except InvalidRules as error:
        raise TrophyError(str(error)) from error
