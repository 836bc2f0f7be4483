"""Strategies of rules: every class of rule, with the rules that it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

import attrs
from hypothesis import strategies as st

from trophy_engine.calendar.frequencies import WEEKDAYS, FrequencyName
from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import (
    Achievement,
)
from trophy_engine.rules.endless_cycles import check_endless_cycles
from trophy_engine.rules.interval import Interval
from trophy_engine.rules.metric_uses import has_event_attributes, has_only_whole_totals, refuse_metric_for_streak
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import (
    Level,
    PointsSystem,
    PointsTrigger,
)
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.rules.streak import (
    AchievementFreezeReward,
    FreezeReward,
    Freezes,
    Streak,
    StreakFreezeReward,
    StreakMetric,
)
from trophy_engine.testing.achievements import achievements_strategy, draw_streak_of_trigger
from trophy_engine.testing.gates import for_events, gated_ruleset_strategy
from trophy_engine.testing.metadata import metadata
from trophy_engine.testing.metrics import PLAIN_METRICS, award_metrics_strategy, metrics_strategy
from trophy_engine.testing.points import draw_points_system, points_trigger_strategy

__all__ = ["rulesets", "streak_rules"]

#: How many lists of metrics have their strategies kept.
_KEPT: Final = 64
_KEYS: Final = tuple(metric.key for metric in PLAIN_METRICS)

_days_off = st.sampled_from([(), (), ("saturday", "sunday"), ("wednesday",), WEEKDAYS])
_intervals = st.builds(
    Interval,
    st.sampled_from([2, 3, 1, 10]),
    st.sampled_from(["day", "week", "month"]),
    st.dates(date(2023, 12, 1), date(2024, 3, 31)),
)
_often: st.SearchStrategy[FrequencyName] = st.sampled_from(["daily", "daily", "weekly", "monthly"])
_seldom: st.SearchStrategy[FrequencyName] = st.sampled_from(["quarterly", "yearly"])
_frequencies = st.one_of(_often, _often, _often, _seldom, _intervals)
_measured: st.SearchStrategy[Number] = st.sampled_from([1, 3, Decimal("0.3"), Decimal("2.5")])
_counted: st.SearchStrategy[Number] = st.sampled_from([1, 3])


@st.composite
def freeze_strategy(draw: st.DrawFn) -> Freezes:
    """Draw the settings of freezes: at most four, earned or not."""
    maximum = draw(st.integers(0, 4))
    interval = draw(st.none() | st.integers(1, 9) | st.just(30))
    amount = None if interval is None else draw(st.integers(1, 3))
    return Freezes(draw(st.integers(0, maximum)), maximum, interval, amount)


@st.composite
def streak_rules(draw: st.DrawFn, metrics: Sequence[str | Metric] = _KEYS, key: str = "s0") -> Streak:
    """Draw streaks of every frequency, with one or several conditions on the metrics, with and without freezes.

    Metrics that are given as such, and not by their keys, have whole thresholds where their totals are numbers of
    things, and filters by the event attribute ``device`` where events can have it.
    """
    counted = draw(st.lists(st.sampled_from(list(metrics)), min_size=1, max_size=3, unique=True))
    frequency = draw(_frequencies)
    return Streak(
        key,
        frequency=frequency,
        metrics=[_draw_streak_condition(draw, metric) for metric in counted],
        evaluation_mode=draw(st.sampled_from(["AND", "OR"])),
        freezes=draw(st.one_of(freeze_strategy(), freeze_strategy(), st.none())),
        days_off=draw(_days_off) if frequency == "daily" else (),
        customization_enabled=draw(st.booleans()),
    )


def _draw_streak_condition(draw: st.DrawFn, metric: str | Metric) -> StreakMetric:
    if isinstance(metric, str):
        return StreakMetric(metric, draw(_measured))
    threshold = draw(_counted if has_only_whole_totals(metric) else _measured)
    return StreakMetric(
        metric.key, threshold, event_attributes=draw(for_events) if has_event_attributes(metric) else {}
    )


_metric_rules = metrics_strategy()
_experiments = st.none() | st.none() | st.builds(Experimentation, st.sampled_from([0, 50, 100]))
_notifications = st.none() | st.builds(
    Notifications, st.sampled_from(["weekly", "monthly"]), st.sampled_from([0, 15, 3000])
)
#: Strategy of the times of day at which local dates change: midnight, shortly after it, early and late.
day_starts: Final = st.sampled_from(["00:00", "00:00", "00:00", "03:00", "00:01", "11:59"])
_few = st.integers(1, 2)
_streak_rewards = st.builds(StreakFreezeReward, st.integers(1, 4), _few)
_levels = st.lists(st.integers(0, 30), max_size=3, unique=True)


@lru_cache(_KEPT)
def _streaks_strategy(metrics: tuple[Metric, ...]) -> st.SearchStrategy[Sequence[Streak]]:
    first, second, third = (streak_rules(metrics, key) for key in ("s0", "s1", "s2"))
    return st.one_of(
        st.just(()), st.tuples(first), st.tuples(first), st.tuples(first, second), st.tuples(first, second, third)
    )


def _streak_name_strategy(keys: Sequence[str]) -> st.SearchStrategy[str | None]:
    """Return a strategy of what names a streak: None is the primary one."""
    return st.sampled_from([None, *keys])


def _draw_streak_rewards(draw: st.DrawFn, streak: Streak, achievements: Sequence[Achievement]) -> Streak:
    """Return a streak that may have metadata, and rewards of freezes for its lengths and for achievements."""
    if about := draw(metadata):
        streak = attrs.evolve(streak, metadata=about)
    if streak.freezes is None:
        return streak
    rewards: list[FreezeReward] = draw(st.lists(_streak_rewards, max_size=2))
    if achievements:
        keys = st.sampled_from([achievement.key for achievement in achievements])
        rewards += draw(st.lists(st.builds(AchievementFreezeReward, keys, _few), max_size=1))
    return attrs.evolve(streak, freezes=attrs.evolve(streak.freezes, rewards=rewards))


def _drop_drawn_cycles(
    metrics: Sequence[Metric], achievements: Sequence[Achievement], systems: Iterable[PointsSystem]
) -> list[PointsSystem]:
    """Return points systems without the triggers that would make a metric on points pay without end."""
    kept: list[PointsSystem] = []
    for system in systems:
        triggers: tuple[PointsTrigger, ...] = ()
        for trigger in system.triggers:
            candidate = attrs.evolve(system, triggers=(*triggers, trigger))
            if not any(check_endless_cycles(metrics, achievements, [*kept, candidate])):
                triggers = candidate.triggers
        kept.append(attrs.evolve(system, triggers=triggers))
    return kept


def _drop_drawn_endless_repeats(metrics: Sequence[Metric], achievements: Iterable[Achievement]) -> list[Achievement]:
    """Return achievements that are not repeatable where their own completions would repeat them without end."""
    kept: list[Achievement] = []
    for achievement in achievements:
        is_endless = achievement.repeatable and any(check_endless_cycles(metrics, [*kept, achievement], ()))
        kept.append(attrs.evolve(achievement, repeatable=False) if is_endless else achievement)
    return kept


@st.composite
def rulesets(
    draw: st.DrawFn,
    streaks: st.SearchStrategy[Sequence[Streak]] | None = None,
    metrics: st.SearchStrategy[tuple[Metric, ...]] | None = None,
    *,
    gates: bool = True,
) -> Ruleset:
    """Draw rulesets with two metrics and more, one user attribute (plan) and one event attribute (device).

    Args:
        draw: passed by Hypothesis.
        streaks: a strategy of the streaks, on the metrics words and lessons; none to three of ``streak_rules``, on any
            metrics, by default.
        metrics: a strategy of the metrics, words and lessons among them; ``metrics_strategy()`` by default.
        gates: False for rules whose gates are filters on users, and dates of boosts.
    """
    drawn = draw(_metric_rules if metrics is None else metrics)
    keys = draw(st.sampled_from([(), ("xp",), ("xp", "energy")]))
    if metrics is None:
        recorded = [metric.key for metric in drawn if metric.source is None]
        drawn += draw(award_metrics_strategy(keys, (), recorded))
    conditions = tuple(metric for metric in drawn if refuse_metric_for_streak(metric) is None)
    drawn_streaks = draw(_streaks_strategy(conditions) if streaks is None else streaks)
    named = _streak_name_strategy([streak.key for streak in drawn_streaks])
    levels = {key: [Level(f"l{points}", points, metadata=draw(metadata)) for points in draw(_levels)] for key in keys}
    drawn_achievements = [
        attrs.evolve(achievement, trigger=draw_streak_of_trigger(draw, achievement.trigger, named))
        for achievement in draw(achievements_strategy(drawn, levels))
    ]
    achievements = _drop_drawn_endless_repeats(drawn, drawn_achievements)
    triggers = points_trigger_strategy(drawn, achievements)
    systems = _drop_drawn_cycles(
        drawn, achievements, [draw_points_system(draw, key, triggers, named, levels[key]) for key in keys]
    )
    ruleset = Ruleset(
        metrics=drawn,
        attributes=[Attribute("plan", name="Plan"), Attribute("device", "event")],
        streaks=[_draw_streak_rewards(draw, streak, achievements) for streak in drawn_streaks],
        achievements=achievements,
        points=systems,
        experimentation=draw(_experiments),
        notifications=draw(_notifications),
        first_weekday=draw(st.sampled_from(WEEKDAYS)),
        day_start=draw(day_starts),
    )
    return draw(gated_ruleset_strategy(ruleset)) if gates and draw(st.booleans()) else ruleset
