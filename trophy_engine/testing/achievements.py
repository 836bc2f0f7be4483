"""Strategies of achievements: triggers of every kind, tiers and repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeVar

import attrs
from hypothesis import strategies as st

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import (
    Achievement,
    AchievementTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    BalanceTrigger,
    CompositeTrigger,
    LevelTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.metric_uses import (
    has_event_attributes,
    has_only_whole_totals,
    refuse_metric_for_at_most,
    refuse_metric_for_repeats,
)
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import Level
from trophy_engine.rules.references import TO_STREAK
from trophy_engine.rules.tiers import Tier, number_fields_of_trigger
from trophy_engine.testing.gates import for_events, user_gates
from trophy_engine.testing.metadata import metadata

_T = TypeVar("_T", bound=attrs.AttrsInstance)

#: How many lists of metrics have their strategies kept.
_KEPT: Final = 64
#: The levels of each points system, by its key.
LevelsBySystem = Mapping[str, Sequence[Level]]
_OfMetrics = Callable[[tuple[Metric, ...]], st.SearchStrategy[AchievementTrigger]]
_OfKeys = Callable[[list[str]], st.SearchStrategy[AchievementTrigger]]

_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_texts = st.none() | st.text(_characters, min_size=1, max_size=8).filter(str.strip)
_totals: Final[Sequence[Number]] = (1, 2, 5, Decimal("7.5"), 10, 20)
_small: Final[Sequence[Number]] = (1, 2, 3, 4, 5)
_tier_texts: Final[st.SearchStrategy[dict[str, Any]]] = st.sampled_from(
    [{}, {}, {}, {"name": "Gold"}, {"description": "All of it", "badge_url": "https://example.org/gold.png"}]
)


def _level_trigger_strategy(levels: LevelsBySystem) -> st.SearchStrategy[AchievementTrigger]:
    pairs = [(system, level.key) for system, declared in levels.items() for level in declared]
    return st.sampled_from(pairs).map(lambda pair: LevelTrigger(*pair)) if pairs else _balance_trigger_strategy(levels)


def _balance_trigger_strategy(levels: LevelsBySystem) -> st.SearchStrategy[AchievementTrigger]:
    return st.builds(BalanceTrigger, st.sampled_from(list(levels)), st.sampled_from([1, 5, 10, 30]))


#: Functions from the levels of points systems to strategies of triggers on the progress of a user, by type.
PROGRESS_TRIGGERS: Final[dict[type[AchievementTrigger], Any]] = {
    BalanceTrigger: _balance_trigger_strategy,
    LevelTrigger: _level_trigger_strategy,
}


#: Functions from metrics to strategies of achievement triggers by type, except composites.
ACHIEVEMENT_TRIGGERS: Final[dict[type[AchievementTrigger], _OfMetrics]] = {
    MetricTrigger: lambda metrics: st.one_of(
        *(
            st.builds(
                MetricTrigger,
                st.just(metric.key),
                st.sampled_from(
                    [1, 2, 5] if has_only_whole_totals(metric) else [1, 2, 5, Decimal("7.5"), Decimal("0.3")]
                ),
                for_events if has_event_attributes(metric) else st.just({}),
            )
            for metric in metrics
        )
    ),
    StreakTrigger: lambda _: st.builds(StreakTrigger, st.integers(1, 5)),
    ApiTrigger: lambda _: st.just(ApiTrigger()),
    AnniversaryTrigger: lambda _: st.builds(AnniversaryTrigger, st.integers(1, 3)),
}


@lru_cache(_KEPT)
def _simple_trigger_strategy(metrics: tuple[Metric, ...]) -> st.SearchStrategy[AchievementTrigger]:
    return st.one_of(*(kind(metrics) for kind in ACHIEVEMENT_TRIGGERS.values()))


def _composite_of_keys_strategy(earlier: list[str]) -> st.SearchStrategy[AchievementTrigger]:
    return st.lists(st.sampled_from(earlier), min_size=1, max_size=3, unique=True).flatmap(
        lambda keys: st.builds(CompositeTrigger, st.just(keys), at_least=st.none() | st.integers(1, len(keys)))
    )


#: Functions from keys of achievements to strategies of composite triggers, by type.
COMPOSITE_TRIGGERS: Final[dict[type[AchievementTrigger], _OfKeys]] = {CompositeTrigger: _composite_of_keys_strategy}


def _composite_trigger_strategy(earlier: list[str]) -> st.SearchStrategy[AchievementTrigger]:
    return st.one_of(*(kind(earlier) for kind in COMPOSITE_TRIGGERS.values()))


def _progress_trigger_strategy(levels: LevelsBySystem) -> st.SearchStrategy[AchievementTrigger]:
    """Draw triggers on the progress of a user; there must be a points system."""
    return st.one_of(*(kind(levels) for kind in PROGRESS_TRIGGERS.values()))


@st.composite
def achievements_strategy(draw: st.DrawFn, metrics: tuple[Metric, ...], levels: LevelsBySystem) -> list[Achievement]:
    """Draw up to seven achievements of every kind, in any order."""
    achievements: list[Achievement] = []
    for number in range(draw(st.integers(0, 7))):
        earlier = drawn_achievement_keys(achievements)
        kinds = [_simple_trigger_strategy(metrics)] * 4
        kinds += [_composite_trigger_strategy(earlier)] if earlier else []
        kinds += [_progress_trigger_strategy(levels)] if levels else []
        trigger: AchievementTrigger = draw(draw(st.sampled_from(kinds)))
        drawn = _varied_achievement_strategy(
            Achievement(
                f"a{number}",
                trigger,
                description=draw(_texts),
                hidden=draw(st.booleans()),
                when=draw(user_gates),
                status=draw(st.sampled_from(["active", "active", "active", "locked", "inactive"])),
            ),
            metrics,
        )
        achievements.append(draw(drawn))
    return draw(st.permutations(achievements))


@st.composite
def _varied_achievement_strategy(draw: st.DrawFn, achievement: Achievement, metrics: Iterable[Metric]) -> Achievement:
    """Draw an achievement like another one, some with tiers, repeatable, or at most at a total."""
    trigger = achievement.trigger
    metric = next((one for one in metrics if one.key == getattr(trigger, "metric", None)), None)
    kinds = ["same"] * 3
    if trigger.number is not None:
        kinds.append("tiers")
    if trigger.never_repeats is None and (metric is None or refuse_metric_for_repeats(metric) is None):
        kinds.append("repeatable")
    if metric is not None and refuse_metric_for_at_most(metric) is None:
        kinds += ["at_most", "falling tiers"] * 2
    match draw(st.sampled_from(kinds)):
        case "tiers":
            numbers = _totals if metric is not None and not has_only_whole_totals(metric) else _small
            numbers = numbers[:3] if isinstance(trigger, AnniversaryTrigger) else numbers
            tiers = [Tier(f"t{n}", number, **_draw_tier_texts(draw)) for n, number in _draw_tier_numbers(draw, numbers)]
            return _vary_achievement_by_tiers(achievement, tiers)
        case "falling tiers":
            falling = reversed(_draw_tier_numbers(draw, _totals))
            return _vary_achievement_by_tiers(
                achievement, [Tier(f"t{n}", at_most=number, **_draw_tier_texts(draw)) for n, number in falling]
            )
        case "repeatable":
            return attrs.evolve(achievement, repeatable=True)
        case "at_most":
            changes: dict[str, Any] = {"value": None, "at_most": draw(st.sampled_from([0, 1, Decimal("2.5")]))}
            return attrs.evolve(achievement, trigger=attrs.evolve(trigger, **changes))
        case _:
            return attrs.evolve(achievement, metadata=draw(metadata))


def _draw_tier_texts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what a tier has for display."""
    return {**draw(_tier_texts), "metadata": draw(metadata)}


def _draw_tier_numbers(draw: st.DrawFn, numbers: Sequence[Number]) -> list[tuple[int, Number]]:
    """Draw up to three of some numbers, in rising order, each with its index."""
    return list(enumerate(sorted(draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=3, unique=True)))))


def _vary_achievement_by_tiers(achievement: Achievement, tiers: list[Tier]) -> Achievement:
    no_number: dict[str, Any] = dict.fromkeys(number_fields_of_trigger(achievement.trigger))
    return attrs.evolve(achievement, trigger=attrs.evolve(achievement.trigger, **no_number), tiers=tiers)


def drawn_achievement_keys(achievements: Iterable[Achievement]) -> list[str]:
    """Return every key by which rules can name achievements and tiers."""
    return list(
        dict.fromkeys(
            key for achievement in achievements for key in (achievement.key, *(part.key for part in achievement.parts))
        )
    )


def draw_streak_of_trigger(draw: st.DrawFn, trigger: _T, named: st.SearchStrategy[str | None]) -> _T:
    """Return a trigger that names a streak, if its kind refers to one."""
    names = [field.name for field in attrs.fields(type(trigger)) if field.metadata == TO_STREAK]
    return attrs.evolve(trigger, **{name: draw(named) for name in names})  # type: ignore[misc]  # all are attrs classes
