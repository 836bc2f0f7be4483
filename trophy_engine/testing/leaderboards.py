"""Strategies of leaderboards."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, get_args

import attrs
from hypothesis import strategies as st

from trophy_engine.rules.leaderboards import Leaderboard, Order, RankBy, RunUnit, Ties
from trophy_engine.rules.metric_uses import refuse_metric_for_leaderboard
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.datetimes import time_zones
from trophy_engine.testing.metadata import metadata

__all__ = ["leaderboards", "with_leaderboards"]

_STARTS: Final = (date(2004, 1, 31), date(2004, 2, 29), date(2004, 12, 1), date(2017, 6, 15))
_UNITS: Final[tuple[RunUnit, ...]] = get_args(RunUnit)


@st.composite
def leaderboards(draw: st.DrawFn, key: str, ruleset: Ruleset) -> Leaderboard:
    """Draw leaderboards of every kind that the rest of the rules allows.

    Args:
        draw: passed by Hypothesis.
        key: the key of the leaderboard.
        ruleset: the rules, which declare the user attribute plan.
    """
    ways: list[RankBy] = ["metric"]
    if ruleset.points:
        ways.append("points")
    if ruleset.streaks:
        ways.append("streak")
    rank_by = draw(st.sampled_from(ways))
    subject: dict[str, Any] = {}
    if rank_by == "metric":
        rankable = [metric.key for metric in ruleset.metrics if refuse_metric_for_leaderboard(metric) is None]
        subject = {"metric": draw(st.sampled_from(rankable))}
    elif rank_by == "points":
        subject = {"points": draw(st.sampled_from([system.key for system in ruleset.points]))}
    else:
        subject = {"streak": draw(st.sampled_from([None, *(streak.key for streak in ruleset.streaks)]))}
    if rank_by != "streak" and draw(st.booleans()):
        units = ["month", "year"] if ruleset.notifications else _UNITS  # every run is announced
        subject |= {"run_unit": draw(st.sampled_from(units)), "run_interval": draw(st.integers(1, 9))}
    return Leaderboard(
        key,
        rank_by,
        draw(st.sampled_from(_STARTS)),
        end=draw(st.sampled_from([None, None, date(2026, 1, 1)])) if rank_by != "streak" else None,
        start_time=draw(st.sampled_from([None, None, "06:00"])),
        end_time=draw(st.sampled_from([None, None, "18:30:15"])),
        max_participants=draw(st.sampled_from([1000, 3, 2, 1])),
        breakdown_attributes=draw(st.sampled_from([(), (), ("plan",)])),
        user_attributes=draw(st.sampled_from([{}, {}, {"plan": "pro"}])),
        order=draw(st.sampled_from(get_args(Order))),
        ties=draw(st.sampled_from(get_args(Ties))),
        time_zone=draw(st.none() | st.none() | time_zones()),
        metadata=draw(metadata),
        **subject,
    )


def with_leaderboards(ruleset: Ruleset) -> st.SearchStrategy[Ruleset]:
    """Draw rulesets like another one with two leaderboards, one and other."""
    drawn = st.tuples(leaderboards("one", ruleset), leaderboards("other", ruleset))
    return drawn.map(lambda boards: attrs.evolve(ruleset, leaderboards=boards))
