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
from trophy_engine.rules.metric_uses import (
    has_only_whole_totals,
    refuse_metric_for_at_most,
    refuse_metric_for_repeats,
)
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import Level
from trophy_engine.rules.tiers import Tier, number_fields_of_trigger
from trophy_engine.testing.metadata import metadata

__all__ = ["PROGRESS_TRIGGERS", "achievement_names", "progress_triggers", "varied_achievements"]

#: The levels of each points system, by its key.
LevelsBySystem = Mapping[str, Sequence[Level]]

_totals: Final[Sequence[Number]] = (1, 2, 5, Decimal("7.5"), 10, 20)
_small: Final[Sequence[Number]] = (1, 2, 3, 4, 5)
_tier_texts: Final[st.SearchStrategy[dict[str, Any]]] = st.sampled_from(
    [{}, {}, {}, {"name": "Gold"}, {"description": "All of it", "badge_url": "https://example.org/gold.png"}]
)


def _level_triggers(levels: LevelsBySystem) -> st.SearchStrategy[AchievementTrigger]:
    pairs = [(system, level.key) for system, declared in levels.items() for level in declared]
    return st.sampled_from(pairs).map(lambda pair: LevelTrigger(*pair)) if pairs else _balance_triggers(levels)


def _balance_triggers(levels: LevelsBySystem) -> st.SearchStrategy[AchievementTrigger]:
    return st.builds(BalanceTrigger, st.sampled_from(list(levels)), st.sampled_from([1, 5, 10, 30]))


#: Functions from the levels of points systems to strategies of triggers on the progress of a user, by type.
PROGRESS_TRIGGERS: Final[dict[type[AchievementTrigger], Any]] = {
    BalanceTrigger: _balance_triggers,
    LevelTrigger: _level_triggers,
}


def progress_triggers(levels: LevelsBySystem) -> st.SearchStrategy[AchievementTrigger]:
    """Draw triggers on the progress of a user; there must be a points system."""
    return st.one_of(*(kind(levels) for kind in PROGRESS_TRIGGERS.values()))


@st.composite
def varied_achievements(draw: st.DrawFn, achievement: Achievement, metrics: Iterable[Metric]) -> Achievement:
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
            tiers = [Tier(f"t{n}", number, **_texts(draw)) for n, number in _enumerated(draw, numbers)]
            return _with_tiers(achievement, tiers)
        case "falling tiers":
            falling = reversed(_enumerated(draw, _totals))
            return _with_tiers(achievement, [Tier(f"t{n}", at_most=number, **_texts(draw)) for n, number in falling])
        case "repeatable":
            return attrs.evolve(achievement, repeatable=True)
        case "at_most":
            changes: dict[str, Any] = {"value": None, "at_most": draw(st.sampled_from([0, 1, Decimal("2.5")]))}
            return attrs.evolve(achievement, trigger=attrs.evolve(trigger, **changes))
        case _:
            return attrs.evolve(achievement, metadata=draw(metadata))


def _texts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what a tier has for display."""
    return {**draw(_tier_texts), "metadata": draw(metadata)}


def _enumerated(draw: st.DrawFn, numbers: Sequence[Number]) -> list[tuple[int, Number]]:
    """Draw up to three of some numbers, in rising order, each with its index."""
    return list(enumerate(sorted(draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=3, unique=True)))))


def _with_tiers(achievement: Achievement, tiers: list[Tier]) -> Achievement:
    no_number: dict[str, Any] = dict.fromkeys(number_fields_of_trigger(achievement.trigger))
    return attrs.evolve(achievement, trigger=attrs.evolve(achievement.trigger, **no_number), tiers=tiers)


def achievement_names(achievements: Iterable[Achievement]) -> list[str]:
    """Return every key by which rules can name achievements and tiers."""
    return list(
        dict.fromkeys(
            key for achievement in achievements for key in (achievement.key, *(part.key for part in achievement.parts))
        )
    )
