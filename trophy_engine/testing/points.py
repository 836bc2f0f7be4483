"""Strategies of points systems: triggers of every kind, limits, boosts and levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

import attrs
from hypothesis import strategies as st

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.gates import Gate
from trophy_engine.rules.metric_uses import has_event_attributes, has_only_whole_totals, refuse_metric_for_points
from trophy_engine.rules.metrics import Metric
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
from trophy_engine.rules.windows import RunWindow
from trophy_engine.testing.achievements import draw_streak_of_trigger, drawn_achievement_keys
from trophy_engine.testing.gates import for_events, for_users, user_gates
from trophy_engine.testing.metadata import metadata

_OfMetrics = Callable[[tuple[Metric, ...]], st.SearchStrategy[PointsTrigger]]

#: How many lists of metrics have their strategies kept.
_KEPT: Final = 64

_points = st.integers(-5, 12).filter(bool)
_gains = st.integers(1, 12)
_maxima = st.none() | st.integers(1, 40)
_whole_steps: st.SearchStrategy[Number] = st.integers(1, 4)
_decimal_steps: st.SearchStrategy[Number] = st.sampled_from([Decimal("2.5"), Decimal("0.3")])


def _metric_payment_strategy(metric: Metric) -> st.SearchStrategy[PointsTrigger]:
    return st.builds(
        MetricPointsTrigger,
        st.just(metric.key),
        _points,
        _whole_steps if has_only_whole_totals(metric) else _whole_steps | _decimal_steps,
        event_attributes=for_events if has_event_attributes(metric) else st.just({}),
        when=user_gates,
        block_if_out_of_points=st.booleans() if has_event_attributes(metric) else st.just(False),
        status=st.sampled_from(["active", "active", "active", "inactive"]),
    )


#: Functions from metrics to strategies of points triggers by type, except triggers on achievements.
POINTS_TRIGGERS: Final[dict[type[PointsTrigger], _OfMetrics]] = {
    MetricPointsTrigger: lambda metrics: st.one_of(
        *(_metric_payment_strategy(metric) for metric in metrics if refuse_metric_for_points(metric) is None)
    ),
    StreakPointsTrigger: lambda _: st.builds(StreakPointsTrigger, _points, st.integers(1, 3), when=user_gates),
    TimePointsTrigger: lambda _: st.one_of(
        st.builds(TimePointsTrigger, _points, st.just("hours"), st.sampled_from([24, 100, 1000])),
        st.builds(TimePointsTrigger, _points, st.just("days"), st.integers(1, 9), when=user_gates),
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


def _add_drawn_limit(drawn: tuple[PointsTrigger, PointsLimit | None]) -> PointsTrigger:
    trigger, limit = drawn
    return trigger if limit is None or trigger.points < 0 else attrs.evolve(trigger, limit=limit)


@lru_cache(_KEPT)
def _simple_payment_strategy(metrics: tuple[Metric, ...]) -> st.SearchStrategy[PointsTrigger]:
    return st.one_of(*(kind(metrics) for kind in POINTS_TRIGGERS.values()))


def points_trigger_strategy(
    metrics: tuple[Metric, ...], achievements: list[Achievement]
) -> st.SearchStrategy[PointsTrigger]:
    """Draw points triggers of every kind, some with a limit."""
    keys = drawn_achievement_keys(achievements)
    completion_triggers = [kind(keys) for kind in COMPLETION_TRIGGERS.values()] if keys else []
    triggers = st.one_of(_simple_payment_strategy(metrics), *completion_triggers)
    return st.tuples(triggers, _limits).map(_add_drawn_limit)


_boosts = st.builds(
    Boost,
    st.sampled_from(["happy hour", "weekend"]),
    st.sampled_from([2, Decimal("1.5"), Decimal("0.25"), Decimal("1.1")]),
    st.sampled_from(["down", "up", "nearest"]),
    when=st.builds(
        Gate,
        start=st.dates(date(2024, 1, 1), date(2024, 6, 1)),
        end=st.none() | st.dates(date(2024, 6, 1), date(2026, 1, 1)),
        user_attributes=for_users,
    ),
)
_own_boosts = _boosts.map(
    lambda boost: attrs.evolve(boost, when=attrs.evolve(boost.when, user_attributes={}), user_id="ann")
)


_some_boosts = st.lists(_boosts | _own_boosts, max_size=2)


def draw_points_system(
    draw: st.DrawFn,
    key: str,
    triggers: st.SearchStrategy[PointsTrigger],
    named: st.SearchStrategy[str | None],
    levels: Sequence[Level],
) -> PointsSystem:
    """Draw a points system with up to five of the triggers, and boosts."""
    drawn = draw(st.lists(triggers, max_size=5))
    return PointsSystem(
        key,
        maximum=draw(_maxima),
        triggers=[draw_streak_of_trigger(draw, trigger, named) for trigger in drawn],
        levels=levels,
        levels_by=draw(st.sampled_from(["balance", "balance", "earned"])),
        boosts=draw(_some_boosts),
        metadata=draw(metadata),
    )
