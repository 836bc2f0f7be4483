"""Narration: a history as text, with the consequences of each command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from trophy_engine.calendar.instants import format_instant, to_micros
from trophy_engine.core import Settle
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import TrophyError
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.testing.driver import HistoryCommand, execute

__all__ = ["narrate"]

#: The maximal number of lines per command: ten years can result in thousands of awards.
_MAX_LINES: Final = 12


def narrate(ruleset: RulesSource, commands: Iterable[HistoryCommand]) -> str:
    """Return a history as text: the commands, their local days, and their consequences in a new engine.

    An error other than a refusal is part of the text, because failing tests print it.
    """
    rules = as_ruleset(ruleset)
    lines = ["Rules:", *(f"  {line}" for line in rules.to_text("toml").splitlines() if line.strip())]
    lines.append("History:")
    engine = Engine(rules)
    for command in commands:
        try:
            first, *following = _narrate_command(engine, command)
            lines += (f"  {line}" for line in (first, *following[:_MAX_LINES]))
            if len(following) > _MAX_LINES:
                lines.append(f"    … and {count_noun(len(following) - _MAX_LINES, 'more line')}")
        except Exception as error:  # noqa: BLE001  # any error is part of the text
            lines.append(f"  {command} raises {error!r}")
            break
    return "\n".join(lines)


def _narrate_command(engine: Engine, command: HistoryCommand) -> Iterator[str]:
    result = execute(engine, command)
    if isinstance(result, Outcome):
        yield from result.explain().text.splitlines()
    elif isinstance(result, TrophyError):
        yield f"{command} is refused: {result}"
    elif isinstance(command, Settle):
        yield f"all users are settled to {format_instant(command.at)}"
        for effect in result:
            yield f"  {effect.user_id}: {effect.type} at {format_instant(to_micros(effect.at))}"
