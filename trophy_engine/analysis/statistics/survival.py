"""Survival: the probability that a new streak reaches a length.

Streaks that run at the end have an unknown final length, so the estimate is that of Kaplan and Meier (1958) with
right censoring: of the streaks that reached a length, the share that did not end there, multiplied over all lengths
before. A streak that runs at the end counts as one that did not end at its length.

The band is the 95 % confidence interval in the log-log form (exponential Greenwood), which stays within 0 and 1. Its
width is zero if no streak has ended yet, or none is left.

There is no estimate beyond the longest observed streak, unless all streaks have ended: then the share beyond it is 0.

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

from trophy_engine.error_messages import FieldName
from trophy_engine.rules.constraints import InstanceOf, Integer, as_sequence
from trophy_engine.values import Value

__all__ = ["WIDTH", "SurvivalPoint", "percentile", "share_reaching", "survival"]

#: Half the width of a 95 % confidence interval, in standard errors.
WIDTH: Final = 1.959963984540054


@attrs.frozen
class SurvivalPoint(Value):
    """A point of the survival curve.

    Attributes:
        length: the length, in periods.
        share: the estimated share of streaks that reach it, from 0.0 to 1.0; ``low`` and ``high`` are its band.
        at_risk: the number of streaks that reached the length before it, or this one if the curve has no step here.
    """

    length: int
    share: float
    low: float
    high: float
    at_risk: int

    @classmethod
    def of(cls, length: int, share: float, variance: float, at_risk: int) -> Self:
        """Return a point; ``variance`` is Greenwood's sum, the variance of the logarithm of the share."""
        if not 0.0 < share < 1.0:
            return cls(length, share, share, share, at_risk)
        width = exp(WIDTH * sqrt(variance) / -log(share))
        return cls(length, share, share**width, share ** (1 / width), at_risk)


def survival(ended: Mapping[int, int], running: Mapping[int, int]) -> tuple[SurvivalPoint, ...]:
    """Return the survival curve of streaks, from the numbers of ended and running streaks by length.

    The curve has a point for length 1, one after each length at which a streak ended, and one for the longest streak.
    The share of a point applies up to the next point.

    Raises:
        InvalidValue: a length is below 1, or a number of streaks below 0.
    """
    _check_value_counts("ended", ended, least=1)
    _check_value_counts("running", running, least=1)
    lengths = sorted(length for length in {*ended, *running} if ended.get(length, 0) + running.get(length, 0))
    if not lengths:
        return ()
    longest = lengths[-1]
    at_risk = sum(ended.values()) + sum(running.values())
    share, variance = 1.0, 0.0
    points = [SurvivalPoint.of(1, share, variance, at_risk)]
    for length in lengths:
        lost = ended.get(length, 0)
        if lost == at_risk:
            points.append(SurvivalPoint.of(length + 1, 0.0, variance, at_risk))
        elif length == longest:
            if points[-1].length < longest:
                points.append(SurvivalPoint.of(longest, share, variance, at_risk))
        elif lost:
            share *= 1 - lost / at_risk
            variance += lost / (at_risk * (at_risk - lost))
            points.append(SurvivalPoint.of(length + 1, share, variance, at_risk))
        at_risk -= lost + running.get(length, 0)
    return tuple(points)


def share_reaching(curve: Sequence[SurvivalPoint], length: int) -> float | None:
    """Return the share of streaks that reach a length of at least 1, or None if that was not observed.

    Raises:
        InvalidValue: the curve has other items than points, or the length is below 1.
    """
    InstanceOf((SurvivalPoint,), many=True).check("curve", as_sequence(curve))
    Integer(min=1).check("length", length)
    if not curve or (length > curve[-1].length and curve[-1].share > 0):
        return None
    return next(point.share for point in reversed(curve) if point.length <= length)


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """Return the percentile of counted values (nearest rank), or None without values.

    Args:
        counts: how often each value occurs.
        percent: the percentile, from 0 to 100.

    Raises:
        InvalidValue: the percentile is not from 0 to 100, or a value or a number of occurrences is not an integer.

    >>> percentile({1: 2, 3: 1, 4: 1}, 50)
    1
    """
    _check_value_counts("counts", counts)
    Integer(min=0, max=100).check("percent", percent)
    remaining = max(-(-percent * sum(counts.values()) // 100), 1)
    for value in sorted(counts):
        remaining -= counts[value]
        if remaining <= 0:
            return value
    return None


def _check_value_counts(name: str, counts: Mapping[int, int], least: int | None = None) -> None:
    """Check numbers by value; ``least`` is the least value, and None for values of any size."""
    InstanceOf((Mapping,)).check(name, counts)
    for value, count in counts.items():
        if type(value) is not int or (least is not None and value < least):
            Integer(min=1 if least is None else least).check(FieldName(name, before="each value of "), value)
        Integer(min=0).check(FieldName(name, before="each number of "), count)
