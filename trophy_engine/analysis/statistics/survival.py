"""Survival: how likely a streak that was started is to reach a length.

Streaks that still run at the end say only that they came so far, so the estimate is that of Kaplan and Meier (1958)
with right censoring: of the streaks that reached a length, the share that did not end there, multiplied over all
lengths before. A streak that runs at the end counts among those that did not end at its length.

The band is the 95 % confidence interval in the log-log form (exponential Greenwood), which stays within 0 and 1. It
has no width where no streak has ended yet, or none is left.

Nothing is estimated beyond the longest streak that was observed, unless that one and all others ended: then no streak
reaches more, and the share is 0.

>>> curve = survival(ended={1: 2, 3: 1}, running={3: 1, 5: 1})
>>> [(point.length, point.share) for point in curve]
[(1, 1.0), (2, 0.6), (4, 0.4), (5, 0.4)]
>>> share_reaching(curve, 3), share_reaching(curve, 6)
(0.6, None)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log, sqrt
from typing import Final, Self

import attrs

__all__ = ["WIDTH", "SurvivalPoint", "percentile", "share_reaching", "survival"]

#: The width of a 95 % confidence interval, in standard errors to either side.
WIDTH: Final = 1.959963984540054


@attrs.frozen
class SurvivalPoint:
    """A point of the curve.

    Attributes:
        length: in periods.
        share: of the streaks that start, how many reach it, from 0.0 to 1.0; ``low`` and ``high`` are its band.
        at_risk: how many streaks were seen to reach the length before it; this one, where the curve does not step.
    """

    length: int
    share: float
    low: float
    high: float
    at_risk: int

    @classmethod
    def of(cls, length: int, share: float, variance: float, at_risk: int) -> Self:
        """Make a point; ``variance`` is Greenwood's sum, that of the logarithm of the share."""
        if not 0.0 < share < 1.0:
            return cls(length, share, share, share, at_risk)
        width = exp(WIDTH * sqrt(variance) / -log(share))
        return cls(length, share, share**width, share ** (1 / width), at_risk)


def survival(ended: Mapping[int, int], running: Mapping[int, int]) -> tuple[SurvivalPoint, ...]:
    """Estimate the survival curve of streaks, from how many ended at, and how many are running at, each length.

    The curve has a point for length 1, one after each length at which a streak ended, and one for the longest streak;
    the share of a point holds up to the next one.
    """
    lengths = sorted(length for length in {*ended, *running} if ended.get(length, 0) + running.get(length, 0))
    if not lengths:
        return ()
    longest = lengths[-1]
    at_risk = sum(ended.values()) + sum(running.values())
    share, variance = 1.0, 0.0
    points = [SurvivalPoint.of(1, share, variance, at_risk)]
    for length in lengths:
        gone = ended.get(length, 0)
        if gone == at_risk:
            points.append(SurvivalPoint.of(length + 1, 0.0, variance, at_risk))
        elif length == longest:
            if points[-1].length < longest:
                points.append(SurvivalPoint.of(longest, share, variance, at_risk))
        elif gone:
            share *= 1 - gone / at_risk
            variance += gone / (at_risk * (at_risk - gone))
            points.append(SurvivalPoint.of(length + 1, share, variance, at_risk))
        at_risk -= gone + running.get(length, 0)
    return tuple(points)


def share_reaching(curve: Sequence[SurvivalPoint], length: int) -> float | None:
    """Return the share of streaks that reach a length of 1 or more, None where that was not observed."""
    if not curve or (length > curve[-1].length and curve[-1].share > 0):
        return None
    return next(point.share for point in reversed(curve) if point.length <= length)


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """Return the smallest of counted values that so many percent of them do not exceed (nearest rank); None of none.

    >>> percentile({1: 2, 3: 1, 4: 1}, 50)
    1
    """
    wanted = max(-(-percent * sum(counts.values()) // 100), 1)
    for value in sorted(counts):
        wanted -= counts[value]
        if wanted <= 0:
            return value
    return None
