"""Completions of achievements in sentences: what was completed, and which change of a total completed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trophy_engine.calendar.zones import Zone
from trophy_engine.core import AchievementBackdated, AchievementPlan, Counter, NamedEffect, Plan, name_raw_completion
from trophy_engine.explain.metric import describe_counted_metric
from trophy_engine.numbers import Number, count_multiples, negate

#: The changes of metrics in one pass of the evaluation, by the counter of the metric.
MetricChanges = Mapping[Counter | None, Sequence[NamedEffect]]


def describe_completion(plan: Plan, effect: NamedEffect, changes: MetricChanges, time_zone: Zone) -> str:
    """Return what an effect of a completion tells, as a sentence with the reason."""
    how = "backdated" if effect.kind is AchievementBackdated else "completed"
    if effect.times > 1:
        how = f"{how} {effect.times:,} times"
    elif effect.number > 1:
        how = f"{how} again"
    key = name_raw_completion(effect)
    return f"{key!r} was {how}: {_explain_completion(plan.achievements[key], changes, time_zone)}"


def _explain_completion(achievement: AchievementPlan, changes: MetricChanges, time_zone: Zone) -> str:
    counter, phrase = achievement.counter, "reaching the threshold of"
    threshold = achievement.threshold
    if counter is not None and counter.negated is not None:
        counter, threshold, phrase = counter.negated, negate(threshold), "at most"
    elif achievement.is_completed_at_multiples:
        phrase = "once for each"
    reaching = (
        change
        for change in changes.get(counter, ())
        if _is_completed_by_change(achievement, change.before, change.after)
    )
    change = next(reaching, None)
    if counter is None or change is None:
        return achievement.rule.trigger.reason
    before = "none" if change.before is None else f"{change.before:,}"
    subject = describe_counted_metric(counter, change.at, time_zone)
    return f"{subject} went from {before} to {change.after:,}, {phrase} {threshold:,}"


def _is_completed_by_change(achievement: AchievementPlan, before: Number | None, after: Number | None) -> bool:
    """Return True if a change of its total completes an achievement, for the first time or once more."""
    counter, threshold = achievement.counter, achievement.threshold
    if after is None:
        return False
    if achievement.is_completed_at_multiples:
        return count_multiples(after, threshold) > count_multiples(before or 0, threshold)
    if counter is not None and counter.negated is not None:
        before, after = None if before is None else negate(before), negate(after)
    return after >= threshold and (before is None or before < threshold)
