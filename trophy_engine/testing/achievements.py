"""Strategies of achievements: their tiers and repeats, and triggers that depend on the progress of a user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import (
    Achievement,
    AchievementTrigger,
    AnniversaryTrigger,
    BalanceTrigger,
    LevelTrigger,
)
from trophy_engine.rules.metric_uses import has_whole_totals, refuse_for_at_most, refuse_for_repeats
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import Level
from trophy_engine.rules.tiers import Tier, number_fields
from trophy_engine.testing.metadata import metadata

__all__ = ["PROGRESS_TRIGGERS", "drawn_achievement_keys", "progress_trigger_strategy", "varied_achievement_strategy"]

#: The levels of each points system, by its key.
LevelsBySystem = Mapping[str, Sequence[Level]]

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


def progress_trigger_strategy(levels: LevelsBySystem) -> st.SearchStrategy[AchievementTrigger]:
    """Draw triggers on the progress of a user; there must be a points system."""
    return st.one_of(*(kind(levels) for kind in PROGRESS_TRIGGERS.values()))


@st.composite
def varied_achievement_strategy(draw: st.DrawFn, achievement: Achievement, metrics: Iterable[Metric]) -> Achievement:
    """Draw an achievement like another one, some with tiers, repeatable, or at most at a total."""
    trigger = achievement.trigger
    metric = next((one for one in metrics if one.key == getattr(trigger, "metric", None)), None)
    kinds = ["same"] * 3
    if trigger.number is not None:
        kinds.append("tiers")
    if trigger.never_repeats is None and (metric is None or refuse_for_repeats(metric) is None):
        kinds.append("repeatable")
    if metric is not None and refuse_for_at_most(metric) is None:
        kinds += ["at_most", "falling tiers"] * 2
    match draw(st.sampled_from(kinds)):
        case "tiers":
            numbers = _totals if metric is not None and not has_whole_totals(metric) else _small
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
    no_number: dict[str, Any] = dict.fromkeys(number_fields(achievement.trigger))
    return attrs.evolve(achievement, trigger=attrs.evolve(achievement.trigger, **no_number), tiers=tiers)


def drawn_achievement_keys(achievements: Iterable[Achievement]) -> list[str]:
    """Return every key by which rules can name achievements and tiers."""
    return list(
        dict.fromkeys(
            key for achievement in achievements for key in (achievement.key, *(part.key for part in achievement.parts))
        )
    )
