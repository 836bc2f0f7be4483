"""Stories: histories as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from trophy_engine.calendar.instants import format_instant, to_micros
from trophy_engine.core.commands import Settle
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import TrophyError
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.driver import Deed, perform

__all__ = ["tell"]

#: Of what follows from a command, so many lines are told: a decade can bring thousands of awards.
_MOST_LINES: Final = 12


def tell(ruleset: Ruleset, deeds: Iterable[Deed]) -> str:
    """Tell what is done, on which local days, and what follows, by doing it in an engine of its own.

    An error that is no refusal is part of the story, for a story is told when something is wrong.
    """
    lines = ["Under these rules:", *(f"  {line}" for line in ruleset.to_text("toml").splitlines() if line.strip())]
    lines.append("this happens:")
    engine = Engine(ruleset)
    for deed in deeds:
        try:
            first, *then = _tell(engine, deed)
            lines += (f"  {line}" for line in (first, *then[:_MOST_LINES]))
            if len(then) > _MOST_LINES:
                lines.append(f"    … and {len(then) - _MOST_LINES:,} lines more")
        except Exception as error:  # noqa: BLE001  # whatever it is, it belongs into the story
            lines.append(f"  {deed} raises {error!r}")
            break
    return "\n".join(lines)


def _tell(engine: Engine, deed: Deed) -> Iterator[str]:
    result = perform(engine, deed)
    if isinstance(result, Outcome):
        yield from result.explain().text.splitlines()
    elif isinstance(result, TrophyError):
        yield f"{deed} is refused: {result}"
    elif isinstance(deed, Settle):
        yield f"time passes until {format_instant(deed.at)}"
        for effect in result:
            yield f"  {effect.user_id}: {effect.type} at {format_instant(to_micros(effect.at))}"
