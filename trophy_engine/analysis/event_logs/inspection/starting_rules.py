"""Rules to start from: metrics of a log, a streak on the one with the most events, and achievements at real totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from trophy_engine.analysis.statistics.survival import percentile
from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import Achievement, MetricTrigger, StreakTrigger
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak, StreakMetric

_PERCENTILES: Final = (50, 90)
_STREAK: Final = 7
_MAX_ACHIEVED: Final = 3


def starting_rules(
    totals: Mapping[str, Mapping[str, Number]], names: Mapping[str, str], attributes: Mapping[str, str]
) -> Ruleset:
    """Return rules for the metrics of a log.

    Args:
        totals: the totals by user, by metric, the metric with the most events first.
        names: the names of metrics for display, by key.
        attributes: the columns of event attributes, by key.
    """
    achievements = [
        Achievement(
            key=f"{metric}-{value}", name=f"{value:,} {names.get(metric, metric)}", trigger=MetricTrigger(metric, value)
        )
        for metric, by_user in list(totals.items())[:_MAX_ACHIEVED]
        for value in _starting_thresholds(by_user)
    ]
    streak = [StreakMetric(metric) for metric in list(totals)[:1]]
    if streak:
        achievements.append(Achievement(key="week", name=f"{_STREAK} days in a row", trigger=StreakTrigger(_STREAK)))
    return Ruleset(
        metrics=[Metric(metric, names.get(metric, metric)) for metric in totals],
        attributes=[Attribute(key, "event") for key in attributes],
        streaks=[Streak("daily", metrics=streak)] if streak else [],
        achievements=achievements,
    )


def _starting_thresholds(by_user: Mapping[str, Number]) -> list[int]:
    """Return what half and a tenth of the users have in total, with one digit before the zeros."""
    counts = Counter(int(total) for total in by_user.values())
    found = [percentile(counts, share) for share in _PERCENTILES]
    return sorted({_round_starting_threshold(value) for value in found if value is not None and value > 0})


def _round_starting_threshold(value: int) -> int:
    """Round a number down to one digit and zeros.

    >>> [_round_starting_threshold(value) for value in (7, 38, 1234)]
    [7, 30, 1000]
    """
    unit: int = 10 ** (len(str(value)) - 1)
    return value // unit * unit
