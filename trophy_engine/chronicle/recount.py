"""Recounting: which periods a user's events credit by a calendar that was not the streak's when they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from trophy_engine.chronicle.days import moments
from trophy_engine.core.effects import MetricChanged
from trophy_engine.core.scene import Scene
from trophy_engine.numbers import Number, add
from trophy_engine.rules.streak import Streak

__all__ = ["credited_periods"]


def credited_periods(scenes: Iterable[Scene], rule: Streak) -> list[int]:
    """List the periods in which the conditions of a streak held at some event, in order."""
    calendar = rule.calendar
    thresholds = {metric.key: metric.threshold for metric in rule.metrics}
    enough = all if rule.evaluation_mode == "AND" else any
    sums: defaultdict[int, dict[str, Number]] = defaultdict(lambda: dict.fromkeys(thresholds, 0))
    credited: set[int] = set()
    for moment in moments(scenes):
        if moment.raw[0] is MetricChanged and moment.raw[3] in thresholds:
            period = calendar.index(moment.day)
            found = sums[period]
            found[moment.raw[3]] = add(found[moment.raw[3]], moment.raw[4])
            if enough(found[key] >= threshold for key, threshold in thresholds.items()):
                credited.add(period)
    return sorted(credited)
