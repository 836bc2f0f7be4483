"""Survival: how likely a streak that was started is to reach a length.

Streaks that still run at the end say only that they came so far, so the estimate is that of Kaplan and Meier (1958):
of the streaks that reached a length and were not merely cut off there by the end of the log, the share that went on.

>>> [(point.length, point.share) for point in survival(ended={1: 2, 3: 1}, running={3: 1})]
[(1, 1.0), (2, 0.5), (4, 0.25)]
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import attrs

__all__ = ["SurvivalPoint", "percentile", "survival"]


@attrs.frozen
class SurvivalPoint:
    """A point of the curve.

    Attributes:
        length: in periods.
        share: of the streaks that start, how many reach it, from 0.0 to 1.0.
        error: the standard error of the share, by Greenwood's formula.
        at_risk: how many streaks were seen to reach the length before it, or this one for the first.
    """

    length: int
    share: float
    error: float
    at_risk: int


def survival(ended: Mapping[int, int], running: Mapping[int, int]) -> tuple[SurvivalPoint, ...]:
    """Give the survival curve of streaks, from how many ended at, and how many are still running at, each length.

    The curve has a point for length 1 and one after each length at which a streak ended.
    """
    at_risk = sum(ended.values()) + sum(running.values())
    if not at_risk:
        return ()
    share, variance = 1.0, 0.0
    points = [SurvivalPoint(1, share, 0.0, at_risk)]
    for length in sorted({*ended, *running}):
        gone = ended.get(length, 0)
        if gone:
            share *= 1 - gone / at_risk
            if at_risk > gone:
                variance += gone / (at_risk * (at_risk - gone))
            points.append(SurvivalPoint(length + 1, share, share * sqrt(variance), at_risk))
        at_risk -= gone + running.get(length, 0)
    return tuple(points)


def percentile(counts: Mapping[int, int], percent: int) -> int:
    """Give the smallest of counted values that so many percent of them do not exceed (nearest rank); 0 of none.

    >>> percentile({1: 2, 3: 1, 4: 1}, 50)
    1
    """
    wanted = max(-(-percent * sum(counts.values()) // 100), 1)
    for value in sorted(counts):
        wanted -= counts[value]
        if wanted <= 0:
            return value
    return 0
