"""Strategies of rules: every class of rule, with the rules that it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    AchievementTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.endless_cycles import check_endless_cycles
from trophy_engine.rules.gates import Gate
from trophy_engine.rules.interval import Interval
from trophy_engine.rules.metric_uses import (
    has_event_attributes,
    has_only_whole_totals,
    refuse_metric_for_points,
    refuse_metric_for_streak,
)
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    Boost,
    Level,
    MetricPointsTrigger,
    PointsSystem,
    PointsTrigger,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.points_limit import PointsLimit
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
from trophy_engine.rules.windows import RunWindow
from trophy_engine.testing.achievements import achievement_names, progress_triggers, varied_achievements
from trophy_engine.testing.gates import gated
from trophy_engine.testing.metadata import metadata
from trophy_engine.testing.metrics import PLAIN_METRICS, award_metrics, metric_rules

__all__ = ["rulesets", "streak_rules"]

#: How many lists of metrics have their strategies kept.
_KEPT: Final = 64
_KEYS: Final = tuple(metric.key for metric in PLAIN_METRICS)

_points = st.integers(-5, 12).filter(bool)
_gains = st.integers(1, 12)
_for_users = st.sampled_from([{}, {}, {}, {"plan": "pro"}])
_gates = st.builds(Gate, user_attributes=_for_users)
_for_events = st.sampled_from([{}, {}, {"device": "ios"}])
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
_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_texts = st.none() | st.text(_characters, min_size=1, max_size=8).filter(str.strip)


@st.composite
def freezes(draw: st.DrawFn) -> Freezes:
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
        metrics=[_condition(draw, metric) for metric in counted],
        evaluation_mode=draw(st.sampled_from(["AND", "OR"])),
        freezes=draw(st.one_of(freezes(), freezes(), st.none())),
        days_off=draw(_days_off) if frequency == "daily" else (),
        customization_enabled=draw(st.booleans()),
    )


def _condition(draw: st.DrawFn, metric: str | Metric) -> StreakMetric:
    if isinstance(metric, str):
        return StreakMetric(metric, draw(_measured))
    threshold = draw(_counted if has_only_whole_totals(metric) else _measured)
    return StreakMetric(
        metric.key, threshold, event_attributes=draw(_for_events) if has_event_attributes(metric) else {}
    )


_AchievementTriggers = Callable[[tuple[Metric, ...]], st.SearchStrategy[AchievementTrigger]]
_PointsTriggers = Callable[[tuple[Metric, ...]], st.SearchStrategy[PointsTrigger]]
_CompositeStrategy = Callable[[list[str]], st.SearchStrategy[AchievementTrigger]]

#: Functions from metrics to strategies of achievement triggers by type, except composites.
ACHIEVEMENT_TRIGGERS: Final[dict[type[AchievementTrigger], _AchievementTriggers]] = {
    MetricTrigger: lambda metrics: st.one_of(
        *(
            st.builds(
                MetricTrigger,
                st.just(metric.key),
                st.sampled_from(
                    [1, 2, 5] if has_only_whole_totals(metric) else [1, 2, 5, Decimal("7.5"), Decimal("0.3")]
                ),
                _for_events if has_event_attributes(metric) else st.just({}),
            )
            for metric in metrics
        )
    ),
    StreakTrigger: lambda _: st.builds(StreakTrigger, st.integers(1, 5)),
    ApiTrigger: lambda _: st.just(ApiTrigger()),
    AnniversaryTrigger: lambda _: st.builds(AnniversaryTrigger, st.integers(1, 3)),
}


@lru_cache(_KEPT)
def _simple_triggers(metrics: tuple[Metric, ...]) -> st.SearchStrategy[AchievementTrigger]:
    return st.one_of(*(kind(metrics) for kind in ACHIEVEMENT_TRIGGERS.values()))


def _composites(earlier: list[str]) -> st.SearchStrategy[AchievementTrigger]:
    return st.lists(st.sampled_from(earlier), min_size=1, max_size=3, unique=True).flatmap(
        lambda keys: st.builds(CompositeTrigger, st.just(keys), at_least=st.none() | st.integers(1, len(keys)))
    )


#: Functions from keys of achievements to strategies of composite triggers, by type.
COMPOSITE_TRIGGERS: Final[dict[type[AchievementTrigger], _CompositeStrategy]] = {CompositeTrigger: _composites}


def _composite_triggers(earlier: list[str]) -> st.SearchStrategy[AchievementTrigger]:
    return st.one_of(*(kind(earlier) for kind in COMPOSITE_TRIGGERS.values()))


@st.composite
def _achievements(
    draw: st.DrawFn, metrics: tuple[Metric, ...], levels: Mapping[str, Sequence[Level]]
) -> list[Achievement]:
    achievements: list[Achievement] = []
    for number in range(draw(st.integers(0, 7))):
        earlier = achievement_names(achievements)
        kinds = [_simple_triggers(metrics)] * 4
        kinds += [_composite_triggers(earlier)] if earlier else []
        kinds += [progress_triggers(levels)] if levels else []
        trigger: AchievementTrigger = draw(draw(st.sampled_from(kinds)))
        drawn = varied_achievements(
            Achievement(
                f"a{number}",
                trigger,
                description=draw(_texts),
                hidden=draw(st.booleans()),
                when=draw(_gates),
                status=draw(st.sampled_from(["active", "active", "active", "locked", "inactive"])),
            ),
            metrics,
        )
        achievements.append(draw(drawn))
    return draw(st.permutations(achievements))


_whole_steps: st.SearchStrategy[Number] = st.integers(1, 4)
_decimal_steps: st.SearchStrategy[Number] = st.sampled_from([Decimal("2.5"), Decimal("0.3")])


def _metric_payments(metric: Metric) -> st.SearchStrategy[PointsTrigger]:
    return st.builds(
        MetricPointsTrigger,
        st.just(metric.key),
        _points,
        _whole_steps if has_only_whole_totals(metric) else _whole_steps | _decimal_steps,
        event_attributes=_for_events if has_event_attributes(metric) else st.just({}),
        when=_gates,
        block_if_out_of_points=st.booleans() if has_event_attributes(metric) else st.just(False),
        status=st.sampled_from(["active", "active", "active", "inactive"]),
    )


#: Functions from metrics to strategies of points triggers by type, except triggers on achievements.
POINTS_TRIGGERS: Final[dict[type[PointsTrigger], _PointsTriggers]] = {
    MetricPointsTrigger: lambda metrics: st.one_of(
        *(_metric_payments(metric) for metric in metrics if refuse_metric_for_points(metric) is None)
    ),
    StreakPointsTrigger: lambda _: st.builds(StreakPointsTrigger, _points, st.integers(1, 3), when=_gates),
    TimePointsTrigger: lambda _: st.one_of(
        st.builds(TimePointsTrigger, _points, st.just("hours"), st.sampled_from([24, 100, 1000])),
        st.builds(TimePointsTrigger, _points, st.just("days"), st.integers(1, 9), when=_gates),
    ),
    UserCreationPointsTrigger: lambda _: st.builds(UserCreationPointsTrigger, _gains),
}
#: Functions from keys of achievements to strategies of points triggers on achievements, by type.
COMPLETION_TRIGGERS: Final[dict[type[PointsTrigger], Callable[[list[str]], st.SearchStrategy[PointsTrigger]]]] = {
    AchievementPointsTrigger: lambda keys: st.builds(AchievementPointsTrigger, st.sampled_from(keys), _points),
}


_limit_windows = st.sampled_from([None, "day", "week", "month", "year"]) | st.builds(
    RunWindow,
    st.sampled_from([1, 3]),
    st.sampled_from(["day", "week", "month"]),
    st.dates(date(2023, 12, 1), date(2024, 3, 31)),
)
#: Limits, for triggers that award points.
_limits = st.none() | st.none() | st.builds(PointsLimit, st.integers(1, 20), _limit_windows)


def _with_limit(drawn: tuple[PointsTrigger, PointsLimit | None]) -> PointsTrigger:
    trigger, limit = drawn
    return trigger if limit is None or trigger.points < 0 else attrs.evolve(trigger, limit=limit)


@lru_cache(_KEPT)
def _simple_payments(metrics: tuple[Metric, ...]) -> st.SearchStrategy[PointsTrigger]:
    return st.one_of(*(kind(metrics) for kind in POINTS_TRIGGERS.values()))


def _triggers_for(metrics: tuple[Metric, ...], achievements: list[Achievement]) -> st.SearchStrategy[PointsTrigger]:
    keys = achievement_names(achievements)
    completion_triggers = [kind(keys) for kind in COMPLETION_TRIGGERS.values()] if keys else []
    triggers = st.one_of(_simple_payments(metrics), *completion_triggers)
    return st.tuples(triggers, _limits).map(_with_limit)


_boosts = st.builds(
    Boost,
    st.sampled_from(["happy hour", "weekend"]),
    st.sampled_from([2, Decimal("1.5"), Decimal("0.25"), Decimal("1.1")]),
    st.sampled_from(["down", "up", "nearest"]),
    when=st.builds(
        Gate,
        start=st.dates(date(2024, 1, 1), date(2024, 6, 1)),
        end=st.none() | st.dates(date(2024, 6, 1), date(2026, 1, 1)),
        user_attributes=_for_users,
    ),
)
_own_boosts = _boosts.map(
    lambda boost: attrs.evolve(boost, when=attrs.evolve(boost.when, user_attributes={}), user_id="ann")
)


_metric_rules = metric_rules()
_experiments = st.none() | st.none() | st.builds(Experimentation, st.sampled_from([0, 50, 100]))
_notifications = st.none() | st.builds(
    Notifications, st.sampled_from(["weekly", "monthly"]), st.sampled_from([0, 15, 3000])
)
#: Strategy of the times of day at which local dates change: midnight, shortly after it, early and late.
day_starts: Final = st.sampled_from(["00:00", "00:00", "00:00", "03:00", "00:01", "11:59"])
_maxima = st.none() | st.integers(1, 40)
_few = st.integers(1, 2)
_streak_rewards = st.builds(StreakFreezeReward, st.integers(1, 4), _few)
_levels = st.lists(st.integers(0, 30), max_size=3, unique=True)
_some_boosts = st.lists(_boosts | _own_boosts, max_size=2)


@lru_cache(_KEPT)
def _some_streaks(metrics: tuple[Metric, ...]) -> st.SearchStrategy[Sequence[Streak]]:
    first, second, third = (streak_rules(metrics, key) for key in ("s0", "s1", "s2"))
    return st.one_of(
        st.just(()), st.tuples(first), st.tuples(first), st.tuples(first, second), st.tuples(first, second, third)
    )


def _streak_names(keys: Sequence[str]) -> st.SearchStrategy[str | None]:
    """Return a strategy of what names a streak: None is the primary one."""
    return st.sampled_from([None, *keys])


def _with_streak(draw: st.DrawFn, achievement: Achievement, named: st.SearchStrategy[str | None]) -> Achievement:
    """Return an achievement whose trigger, if it has one, names a streak."""
    if not isinstance(achievement.trigger, StreakTrigger):
        return achievement
    return attrs.evolve(achievement, trigger=attrs.evolve(achievement.trigger, streak=draw(named)))


def _completed_streak(draw: st.DrawFn, streak: Streak, achievements: Sequence[Achievement]) -> Streak:
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


def _system(
    draw: st.DrawFn,
    key: str,
    triggers: st.SearchStrategy[PointsTrigger],
    named: st.SearchStrategy[str | None],
    levels: Sequence[Level],
) -> PointsSystem:
    drawn = draw(st.lists(triggers, max_size=5))
    return PointsSystem(
        key,
        maximum=draw(_maxima),
        triggers=[
            attrs.evolve(trigger, streak=draw(named)) if isinstance(trigger, StreakPointsTrigger) else trigger
            for trigger in drawn
        ],
        levels=levels,
        levels_by=draw(st.sampled_from(["balance", "balance", "earned"])),
        boosts=draw(_some_boosts),
        metadata=draw(metadata),
    )


def _without_cycles(
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


def _without_endless_repeats(metrics: Sequence[Metric], achievements: Iterable[Achievement]) -> list[Achievement]:
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
        metrics: a strategy of the metrics, words and lessons among them; ``metric_rules()`` by default.
        gates: False for rules whose gates are filters on users, and dates of boosts.
    """
    drawn = draw(_metric_rules if metrics is None else metrics)
    keys = draw(st.sampled_from([(), ("xp",), ("xp", "energy")]))
    if metrics is None:
        recorded = [metric.key for metric in drawn if metric.source is None]
        drawn += draw(award_metrics(keys, (), recorded))
    conditions = tuple(metric for metric in drawn if refuse_metric_for_streak(metric) is None)
    drawn_streaks = draw(_some_streaks(conditions) if streaks is None else streaks)
    named = _streak_names([streak.key for streak in drawn_streaks])
    levels = {key: [Level(f"l{points}", points, metadata=draw(metadata)) for points in draw(_levels)] for key in keys}
    drawn_achievements = [_with_streak(draw, achievement, named) for achievement in draw(_achievements(drawn, levels))]
    achievements = _without_endless_repeats(drawn, drawn_achievements)
    triggers = _triggers_for(drawn, achievements)
    systems = _without_cycles(drawn, achievements, [_system(draw, key, triggers, named, levels[key]) for key in keys])
    ruleset = Ruleset(
        metrics=drawn,
        attributes=[Attribute("plan", name="Plan"), Attribute("device", "event")],
        streaks=[_completed_streak(draw, streak, achievements) for streak in drawn_streaks],
        achievements=achievements,
        points=systems,
        experimentation=draw(_experiments),
        notifications=draw(_notifications),
        first_weekday=draw(st.sampled_from(WEEKDAYS)),
        day_start=draw(day_starts),
    )
    return draw(gated(ruleset)) if gates and draw(st.booleans()) else ruleset
