"""Narration: a history as text, with the consequences of each command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import Effect, Settle, name_raw_effect
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.errors import TrophyError
from trophy_engine.explain.event import explain_consequences, explain_event
from trophy_engine.explain.phrases import describe_local_time, describe_zone
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.testing.driver import HistoryCommand, execute

__all__ = ["narrate"]

#: The maximal number of lines per command: ten years can result in thousands of awards.
_MAX_LINES: Final = 12


def narrate(ruleset: RulesSource, commands: Iterable[HistoryCommand]) -> str:
    """Return a history as text: the commands, their local days, their consequences in a new engine, and the rules.

    An error other than a refusal is part of the text, because failing tests print it.
    """
    rules = as_ruleset(ruleset)
    narrator = _Narrator(rules)
    lines = ["History:"]
    for command in commands:
        try:
            first, *following = narrator.narrate(command)
        except Exception as error:  # noqa: BLE001  # any error is part of the text
            lines.append(f"  {narrator.describe(command)} This raises {error!r}.")
            break
        lines += (f"  {line}" for line in (first, *following[:_MAX_LINES]))
        if len(following) > _MAX_LINES:
            lines.append(f"    … and {count_noun(len(following) - _MAX_LINES, 'more line')}")
    lines += ["Rules:", *(f"  {line}" for line in rules.to_text("toml").splitlines() if line.strip())]
    return "\n".join(lines)


class _Narrator:
    """Executes commands in a new engine and describes them."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._engine, self._plan = Engine(ruleset), compile_ruleset(ruleset)

    def narrate(self, command: HistoryCommand) -> Iterator[str]:
        """Execute a command, and yield its sentence and its consequences."""
        sentence = self.describe(command)
        result = execute(self._engine, command)
        if isinstance(result, Outcome):
            yield from result.explain().text.splitlines()
        elif isinstance(result, TrophyError):
            yield f"{sentence} The command is refused: {result}."
        else:
            yield sentence
            for effect in result:
                yield f"  {self._describe_effect(effect)}"

    def describe(self, command: HistoryCommand) -> str:
        """Return a command that was not executed yet as a sentence, with the user's local time."""
        if isinstance(command, Settle):
            return f"All users are settled to {_narrate_instant(zone('UTC'), command.at)}."
        return explain_event(self._plan, command, (), self._zone_of(command.user_id, command.at)).text

    def _zone_of(self, user_id: str, at: int) -> Zone:
        try:
            return self._plan.zone(self._engine.user(user_id, at=from_micros(at)).time_zone)
        except TrophyError:  # the user does not exist yet
            return zone("UTC")

    def _describe_effect(self, effect: Effect) -> str:
        """Return an effect of settling as a sentence; one without a user concerns everyone."""
        at = to_micros(effect.at)
        fields = {field.name: getattr(effect, field.name) for field in attrs.fields(type(effect))}
        raw = name_raw_effect((type(effect), *{**fields, "at": at}.values()))
        time_zone = self._zone_of(effect.user_id, at)
        [consequence] = explain_consequences(self._plan, [raw], time_zone)
        return f"{effect.user_id or 'everyone'}, on {_narrate_instant(time_zone, at)}: {consequence.text}"


def _narrate_instant(time_zone: Zone, at: int) -> str:
    return f"{describe_local_time(time_zone, at)}, {describe_zone(time_zone, at)}"
