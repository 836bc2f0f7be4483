"""Settings of the primary streak: a single object; a request changes the fields that it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import Any, Final, Literal

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Freezes, Streak, StreakMetric
from trophy_engine.trophy_api.field_names import prefixing_request_field
from trophy_engine.trophy_api.structuring import given_item_fields, item, structure_request_json
from trophy_engine.trophy_api.weekdays import parse_weekdays

#: The key of a streak that the API adds.
_KEY: Final = "streak"


@item
class StreakMetricItem:
    """A metric and its threshold per period; a threshold of 0 removes the condition."""

    key: str
    threshold: int


@item
class FreezesItem:
    """The settings of freezes; always replaced as a whole."""

    start_count: int
    max_count: int
    auto_earn_interval: int | None = None
    auto_earn_amount: int | None = None


@item
class StreakEdit:
    """The changes of a request to the streak; conditions and freezes are replaced as a whole."""

    frequency: Literal["daily", "weekly", "monthly"] | Unset = UNSET
    evaluation_mode: Literal["OR", "AND", "ALL"] | Unset = UNSET
    customization_enabled: bool | Unset = UNSET
    days_off: tuple[int, ...] | Unset = UNSET
    metrics: tuple[StreakMetricItem, ...] | Unset = UNSET
    freezes: FreezesItem | None | Unset = UNSET


def update_streak_settings(ruleset: Ruleset, body: object, *, strict: bool = True) -> Ruleset:
    """Return the ruleset with the streak settings of a request.

    Raises:
        InvalidValue: the request is invalid.
        InvalidRules: the resulting streak is invalid.
    """
    edit = structure_request_json(_drop_shown_frequency_setting(ruleset, body), StreakEdit, strict=strict)
    changes = given_item_fields(edit)
    if edit.frequency in {"weekly", "monthly"}:
        changes["days_off"] = ()
    if not isinstance(edit.days_off, Unset):
        changes["days_off"] = parse_weekdays(edit.days_off, "days_off")
    if not isinstance(edit.metrics, Unset):
        changes["metrics"] = _streak_metrics_from_settings(edit.metrics, ruleset)
    if not isinstance(edit.freezes, Unset):
        with prefixing_request_field("freezes"):
            changes["freezes"] = edit.freezes and _freezes_from_settings(edit.freezes, ruleset)
    primary = attrs.evolve(_streak_shown_in_settings(ruleset), **changes)
    return attrs.evolve(ruleset, streaks=(primary, *ruleset.streaks[1:]))


def _streak_shown_in_settings(ruleset: Ruleset) -> Streak:
    """Return the primary streak; without one, a streak that never starts."""
    return ruleset.primary_streak or Streak(_KEY)


def _freezes_from_settings(edit: FreezesItem, ruleset: Ruleset) -> Freezes:
    """Return the freezes of a request, with the rewards of the rules, which the API does not know."""
    kept = _streak_shown_in_settings(ruleset).freezes
    return Freezes(**given_item_fields(edit), rewards=() if kept is None else kept.rewards)


def _drop_shown_frequency_setting(ruleset: Ruleset, body: object) -> object:
    """Return a request without the frequency that the settings show, which can be one that no request can set."""
    streak = ruleset.primary_streak
    if streak is None or not isinstance(body, dict) or body.get("frequency") != str(streak.frequency):
        return body
    return {name: value for name, value in body.items() if name != "frequency"}


def _streak_metrics_from_settings(items: tuple[StreakMetricItem, ...], ruleset: Ruleset) -> tuple[StreakMetric, ...]:
    """Return the conditions of a request, each with the filter of the condition that it is in the rules."""
    known = {metric.key for metric in ruleset.metrics}
    former = list(_streak_shown_in_settings(ruleset).metrics)
    for index, condition in enumerate(items):
        if condition.key not in known:
            raise InvalidValue(f"{condition.key!r} is not the key of a metric", f"metrics[{index}].key")
        if condition.threshold < 0:
            raise InvalidValue(f"must be at least 0, not {condition.threshold}", f"metrics[{index}].threshold")
    for key, number in Counter(condition.key for condition in items).items():
        if number > max(sum(metric.key == key for metric in former), 1):
            raise InvalidValue(f"must not contain {key!r} twice", "metrics")
    kept = _pair_settings_with_metrics(items, former)
    metrics = (_streak_metric_from_settings(condition, index, kept.get(index)) for index, condition in enumerate(items))
    return tuple(metric for metric in metrics if metric is not None)


def _pair_settings_with_metrics(
    items: Sequence[StreakMetricItem], former: list[StreakMetric]
) -> dict[int, StreakMetric]:
    """Return by index the condition of the rules that is shown as a condition, or else the next one on its metric."""
    kept: dict[int, StreakMetric] = {}
    for is_exact in (True, False):
        for index, condition in enumerate(items):
            shown = (
                metric
                for metric in former
                if metric.key == condition.key and (not is_exact or ceil(metric.threshold) == condition.threshold)
            )
            metric = None if index in kept else next(shown, None)
            if metric is not None:
                kept[index] = metric
                former.remove(metric)
    return kept


def _streak_metric_from_settings(
    condition: StreakMetricItem, index: int, kept: StreakMetric | None
) -> StreakMetric | None:
    """Return a condition with the threshold of a request and the filter of the rules; None for a threshold of 0."""
    if condition.threshold == 0:
        return None
    if kept is not None and _serialize_condition(kept) == (condition.key, condition.threshold):
        return kept
    with prefixing_request_field(f"metrics[{index}]"):
        event_attributes = {} if kept is None else kept.event_attributes
        return StreakMetric(condition.key, condition.threshold, event_attributes=event_attributes)


def _serialize_condition(condition: StreakMetric) -> tuple[str, int]:
    """Return the key and the threshold of a condition as the API shows them: the threshold is rounded up."""
    return condition.key, ceil(condition.threshold)


def serialize_streak_settings(ruleset: Ruleset) -> dict[str, Any]:
    """Serialize the settings of the streak; without a streak, the defaults, by which no streak ever starts."""
    streak = _streak_shown_in_settings(ruleset)
    freezes = streak.freezes
    return {
        "frequency": str(streak.frequency),
        "evaluationMode": streak.evaluation_mode,
        "customizationEnabled": streak.customization_enabled,
        "daysOff": [WEEKDAYS.index(day) for day in streak.days_off],
        "metrics": [
            {"key": key, "threshold": threshold} for key, threshold in map(_serialize_condition, streak.metrics)
        ],
        "freezes": freezes
        and {
            "startCount": freezes.start_count,
            "maxCount": freezes.max_count,
            "autoEarnInterval": freezes.auto_earn_interval,
            "autoEarnAmount": freezes.auto_earn_amount,
        },
    }
