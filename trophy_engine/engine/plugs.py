"""The plugs of the engine, and rules compiled with them."""

from __future__ import annotations

from typing import Final

from trophy_engine.core import CompilePlug, Plan, compile_plan
from trophy_engine.notifications import compile_notifications
from trophy_engine.rules.ruleset import Ruleset

PLUGS: Final[tuple[CompilePlug, ...]] = (compile_notifications,)


def compile_ruleset(ruleset: Ruleset) -> Plan:
    """Compile a ruleset and its plugs."""
    return compile_plan(ruleset, PLUGS)
