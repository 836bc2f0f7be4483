"""Plans: the rules in a log, compiled. All are cached, because a log is applied again for many users."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from weakref import WeakValueDictionary

from trophy_engine.core import ChangeRules, CompilePlug, Plan, RulesDiff, compile_plan
from trophy_engine.rules.limits import MAX_CHARACTERS
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.structure import is_plain_value
from trophy_engine.storage.protocol import Entry

#: The number of versions of rules whose plans are kept; compiling one takes as long as applying a hundred commands.
_MOST_PLANS: Final = 2048

#: The rulesets in use, by the text that was written of them: reading rules takes longer than anything else of a start.
_WRITTEN: Final[WeakValueDictionary[str, Ruleset]] = WeakValueDictionary()


def encode_rules_for_log(ruleset: Ruleset) -> str:
    """Return rules as the text that a log keeps."""
    text = ruleset.to_text(format="json")
    if len(text) <= MAX_CHARACTERS and is_plain_value(ruleset):  # others differ from what is read, or cannot be read
        _WRITTEN[text] = ruleset
    return text


@lru_cache(maxsize=_MOST_PLANS)
def plan_of_logged_rules(rules: str, plugs: tuple[CompilePlug, ...] = ()) -> Plan:
    """Return the plan of rules in a log."""
    written = _WRITTEN.get(rules)
    return compile_plan(Ruleset.from_text(rules, format="json") if written is None else written, plugs)


@lru_cache(maxsize=_MOST_PLANS)
def diff_of_logged_plans(before: Plan, after: Plan) -> RulesDiff:
    """Return the differences between two plans."""
    return RulesDiff(before, after)


_EMPTY: Final = Ruleset()

#: The rules in force before the first entry of a log.
NO_RULES: Final = encode_rules_for_log(_EMPTY)


class LoggedPlans:
    """The rules that have been in force in a log.

    Attributes:
        commands: the commands that changed the rules, in order.
    """

    def __init__(self, plugs: tuple[CompilePlug, ...], entries: Iterable[Entry] = ()) -> None:
        self.commands: list[ChangeRules] = []
        self._plugs = plugs
        self._sequences: list[int] = []
        for entry in entries:
            if isinstance(entry.command, ChangeRules):
                self.add(entry.sequence, entry.command)

    def add(self, sequence: int, command: ChangeRules) -> None:
        """Add a command that changes the rules, and its sequence in the log."""
        self._sequences.append(sequence)
        self.commands.append(command)

    def plan_at(self, sequence: int) -> Plan:
        """Return the rules in force after an entry of the log."""
        changes = bisect_right(self._sequences, sequence)
        return plan_of_logged_rules(self.commands[changes - 1].rules if changes else NO_RULES, self._plugs)
