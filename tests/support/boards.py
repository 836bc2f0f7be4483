"""Engines with leaderboards, events as lines of text, and the rows of a board."""

from datetime import date
from decimal import Decimal

from stories import at

from trophy_engine import Attribute, Engine, Leaderboard, Metric, Ruleset

__all__ = ["NEW_YEAR", "engine_with", "rows", "words", "write"]

NEW_YEAR = date(2025, 1, 1)


def engine_with(*boards, **rules):
    attributes = [Attribute("city"), Attribute("plan")]
    return Engine(Ruleset(metrics=[Metric("words")], attributes=attributes, leaderboards=boards, **rules))


def words(**fields):
    return Leaderboard("words", "metric", fields.pop("start", NEW_YEAR), metric="words", **fields)


def write(engine, story, board="words"):
    """Record a story, one event a line: instant, user, words; return the changes of a board."""
    changes = []
    for line in filter(None, map(str.strip, story.splitlines())):
        when, user, value = line.split()
        outcome = engine.record("words", user=user, value=Decimal(value), at=at(when))
        changes.append(outcome.leaderboards.get(board))
    return changes


def rows(engine, when, board="words", **question):
    view = engine.leaderboard(board, at=at(when), **question)
    return [(row.rank, row.user_id, row.value) for row in view.rankings]
