"""Plans: the rules in a log, compiled. All are cached, because a log is applied again for many users."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from weakref import WeakValueDictionary

from trophy_engine.core import CompilePlug, Plan, RulesDiff, compile_plan
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["NO_RULES", "diff_of", "plan_of", "write_rules"]

#: The number of versions of rules whose plans are kept; compiling one takes as long as applying a hundred commands.
_MOST_PLANS: Final = 2048

#: The rulesets in use, by the text that was written of them: reading rules takes longer than anything else of a start.
_WRITTEN: Final[WeakValueDictionary[str, Ruleset]] = WeakValueDictionary()


def write_rules(ruleset: Ruleset) -> str:
    """Return rules as the text that a log keeps."""
    text = ruleset.to_text(format="json")
    _WRITTEN[text] = ruleset
    return text


@lru_cache(maxsize=_MOST_PLANS)
def plan_of(rules: str, plugs: tuple[CompilePlug, ...] = ()) -> Plan:
    """Return the plan of rules in a log."""
    written = _WRITTEN.get(rules)
    return compile_plan(Ruleset.from_text(rules, format="json") if written is None else written, plugs)


@lru_cache(maxsize=_MOST_PLANS)
def diff_of(before: Plan, after: Plan) -> RulesDiff:
    """Return the differences between two plans."""
    return RulesDiff(before, after)


_EMPTY: Final = Ruleset()

#: The rules in force before the first entry of a log.
NO_RULES: Final = write_rules(_EMPTY)
