"""Views of achievements: what a user has completed, and how far the next completion is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    AchievementPlan,
    NamedEffect,
    Plan,
    UserState,
    derive_completion_id,
    is_completed_in_window,
    name_raw_completion,
)
from trophy_engine.numbers import negate, since_multiple
from trophy_engine.rules.achievements import AchievementTrigger
from trophy_engine.rules.metadata import Metadata
from trophy_engine.values import Value
from trophy_engine.views.progress import Progress

__all__ = ["MASK", "AchievementView"]

#: Replaces the name and the description of a hidden achievement until it is completed.
MASK: Final = "???"
_set_slot: Final = object.__setattr__


class _DeferredView(Value):
    """The base of a view whose fields are computed when the first of them is read.

    Until then a view has a function that returns the values of its fields, in their order.
    """

    __slots__ = ("_source",)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Compute all fields, and return the one with the name."""
            if name[:1] == "_":
                raise AttributeError(name)
            for set_field, value in zip(_SETTERS, self._source(), strict=True):
                set_field(self, value)
            return object.__getattribute__(self, name)


@attrs.frozen
class AchievementView(_DeferredView):
    """An achievement of one user, or one completion of it.

    A hidden one has a masked name and description and nothing else but its key until it is completed.

    Attributes:
        key: the key of the achievement.
        name, description, badge_url, metadata: those of the achievement; where ``tier`` has its own, those of the tier.
        hidden: whether nothing of it is shown before it is completed.
        trigger: the trigger in the rules; None while it is hidden.
        achieved_at: when it was completed first: with tiers, the first of those that the user holds. None while it is
            open.
        last_achieved_at: when it was completed last: the latest tier, or the latest time of a repeatable one.
        completion_id: the identifier of the last completion.
        times: the number of completions: of tiers, or of times for a repeatable one.
        tier: the key of the highest tier that the user holds; None without one.
        next_tier: the key of the lowest tier that the user does not hold; None without one.
        progress: the progress to the next completion; None if there is none to come, or none before the next window of
            a metric. Of one completion, as in an outcome, it is None.
    """

    key: str
    name: str
    description: str | None
    badge_url: str | None
    hidden: bool
    trigger: AchievementTrigger | None
    achieved_at: datetime | None
    completion_id: UUID | None
    progress: Progress | None
    last_achieved_at: datetime | None
    times: int
    tier: str | None
    next_tier: str | None
    metadata: Metadata

    @classmethod
    def of(cls, parts: Sequence[AchievementPlan], state: UserState) -> Self:
        """Return the view of an achievement, or of its tiers, for a user in a state that does not change any more."""
        view = object.__new__(cls)
        _set_slot(view, "_source", lambda: _achievement_view_fields(parts, state))
        return view


#: Functions that set the fields of a view, in their order.
_SETTERS: Final = tuple(vars(AchievementView)[field.name].__set__ for field in attrs.fields(AchievementView))


def view_completion(plan: Plan, effect: NamedEffect) -> AchievementView:
    """Return the view of one completion, from its effect."""
    parts, part = plan.tiers[effect.achievement], plan.achievements[name_raw_completion(effect)]
    following = next(iter(parts[parts.index(part) + 1 :]), None)
    instant, rule, declared = from_micros(effect.at), part.rule, part.declared
    return AchievementView(
        declared.key,
        rule.name,
        rule.description,
        rule.badge_url,
        declared.hidden,
        declared.trigger,
        instant,
        derive_completion_id(effect.user_id, part.key, effect.number),
        None,
        instant,
        effect.times,
        part.tier,
        None if following is None else following.tier,
        rule.metadata,
    )


def _achievement_view_fields(parts: Sequence[AchievementPlan], state: UserState) -> tuple[Any, ...]:
    """Return the fields of the view of an achievement for a user."""
    completed = state.counters.completed
    held = [part for part in parts if part.key in completed]
    rule = parts[0].declared
    if not held and rule.hidden:
        nothing = (None,) * 5
        return rule.key, MASK, MASK, None, True, *nothing, 0, None, None, Metadata()
    following = next_achievement_part(parts, state)
    progress = None if following is None else view_achievement_progress(following, state)
    next_tier = None if following is None else following.tier
    if not held:
        shown = rule.key, rule.name, rule.description, rule.badge_url, False, rule.trigger
        return *shown, None, None, progress, None, 0, None, next_tier, rule.metadata
    return _completed_view_fields(held, progress, next_tier, state)


def _completed_view_fields(
    held: Sequence[AchievementPlan], progress: Progress | None, next_tier: str | None, state: UserState
) -> tuple[Any, ...]:
    """Return the fields of the view of an achievement of which a user has something."""
    highest, instants = held[-1], [state.counters.completed[part.key] for part in held]
    repeats = state.counters.repeats.get(highest.key)
    number, times = (1, len(held)) if repeats is None else (repeats.times, repeats.times)
    last = max(instants) if repeats is None else repeats.last
    rule, declared = highest.rule, highest.declared
    return (
        declared.key,
        rule.name,
        rule.description,
        rule.badge_url,
        declared.hidden,
        declared.trigger,
        from_micros(min(instants)),
        derive_completion_id(state.id, highest.key, number),
        progress,
        from_micros(last),
        times,
        highest.tier,
        next_tier,
        rule.metadata,
    )


def next_achievement_part(parts: Sequence[AchievementPlan], state: UserState) -> AchievementPlan | None:
    """Return what a user can complete next: the achievement, or its lowest tier that they do not hold; or None."""
    completed = state.counters.completed
    for part in parts:
        if part.rule.status != "active":
            return None
        if part.key not in completed or part.rule.repeatable:
            return part
    return None


def view_achievement_progress(part: AchievementPlan, state: UserState) -> Progress | None:
    """Return the progress to the next completion of an achievement or a tier; None before the next window."""
    counter, target = part.counter, part.threshold
    total = 0 if counter is None else counter.read(state)
    if counter is not None and counter.negated is not None:
        return Progress(None if total is None else negate(total), negate(target), is_falling=True)
    if not part.rule.repeatable or counter is None:
        return Progress(total or 0, target, _view_missing_prerequisites(part, state) if part.prerequisites else ())
    if counter.is_windowed:
        return None if is_completed_in_window(state, part) else Progress(total or 0, target)
    return Progress(since_multiple(total or 0, target), target)


def _view_missing_prerequisites(composite: AchievementPlan, state: UserState) -> tuple[str, ...]:
    """Return the keys of the prerequisites that are not completed."""
    completed = state.counters.completed
    return tuple(
        key
        for key, alternatives in zip(composite.prerequisites, composite.alternatives, strict=True)
        if not any(alternative in completed for alternative in alternatives)
    )
