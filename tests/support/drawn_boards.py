"""Strategies of leaderboards."""

from datetime import date

import attrs
from hypothesis import strategies as st

from trophy_engine import Leaderboard, Ruleset
from trophy_engine.rules.metric_uses import refuse_for_leaderboard

__all__ = ["ranked"]

STARTS = [date(2004, 1, 31), date(2004, 2, 29), date(2004, 12, 1), date(2017, 6, 15)]


@st.composite
def boards(draw, key: str, ruleset: Ruleset) -> Leaderboard:
    """Draw leaderboards of every kind that the rest of the rules allows."""
    ways = ["metric", *["points"] * bool(ruleset.points), *["streak"] * (ruleset.primary_streak is not None)]
    rank_by = draw(st.sampled_from(ways))
    repeats = rank_by != "streak" and draw(st.booleans())
    units = ["month", "year"] if ruleset.notifications else ["day", "month", "year"]  # every run is announced
    return Leaderboard(
        key,
        rank_by,
        draw(st.sampled_from(STARTS)),
        metric=draw(st.sampled_from(_rankable(ruleset))) if rank_by == "metric" else None,
        points=draw(st.sampled_from([system.key for system in ruleset.points])) if rank_by == "points" else None,
        end=draw(st.sampled_from([None, None, date(2026, 1, 1)])) if rank_by != "streak" else None,
        start_time=draw(st.sampled_from([None, None, "06:00"])),
        end_time=draw(st.sampled_from([None, None, "18:30:15"])),
        run_unit=draw(st.sampled_from(units)) if repeats else None,
        run_interval=draw(st.integers(1, 9)) if repeats else None,
        max_participants=draw(st.sampled_from([1000, 3, 2, 1])),
        breakdown_attributes=draw(st.sampled_from([(), (), ("plan",)])),
        user_attributes=draw(st.sampled_from([{}, {}, {"plan": "pro"}])),
    )


def _rankable(ruleset):
    return [metric.key for metric in ruleset.metrics if refuse_for_leaderboard(metric) is None]


def ranked(ruleset: Ruleset) -> st.SearchStrategy[Ruleset]:
    """Add two leaderboards to a ruleset."""
    drawn = st.tuples(boards("one", ruleset), boards("other", ruleset))
    return drawn.map(lambda made: attrs.evolve(ruleset, leaderboards=made))
