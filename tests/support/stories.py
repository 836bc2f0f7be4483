"""Words for stories: instants in a line, and who did what."""

from datetime import UTC, datetime

from trophy_engine import Engine, Outcome

__all__ = ["at", "kinds", "play"]


def at(text: str) -> datetime:
    """Read an instant, in UTC unless it says otherwise; the year is 2025 unless it says otherwise."""
    text = text if text[:4].isdigit() else f"2025-{text}"
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def play(engine: Engine, story: str, user: str = "jo") -> list[Outcome]:
    """Record what a story tells, a line an event: instant, metric, value."""
    outcomes = []
    for line in filter(None, map(str.strip, story.splitlines())):
        when, metric, value = line.split()
        number = float(value) if "." in value else int(value)
        outcomes.append(engine.record(metric, user=user, value=number, at=at(when)))
    return outcomes


def kinds(effects) -> list[tuple]:
    """Name effects by type and instant."""
    return [(effect.type, effect.at) for effect in effects]
