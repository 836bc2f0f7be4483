"""Stories: events as lines of text, and the effects by type and instant."""

from datetime import UTC, datetime

from trophy_engine import Engine, Outcome

__all__ = ["at", "kinds", "play"]


def at(text: str) -> datetime:
    """Parse an instant; the default zone is UTC and the default year is 2025."""
    text = text if text[:4].isdigit() else f"2025-{text}"
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def play(engine: Engine, story: str, user: str = "jo") -> list[Outcome]:
    """Record a story, one event a line: instant, metric, value."""
    outcomes = []
    for line in filter(None, map(str.strip, story.splitlines())):
        when, metric, value = line.split()
        number = float(value) if "." in value else int(value)
        outcomes.append(engine.record(metric, user=user, value=number, at=at(when)))
    return outcomes


def kinds(effects) -> list[tuple]:
    """Return the types and instants of effects."""
    return [(effect.type, effect.at) for effect in effects]
