"""Why a user holds an achievement, or why not: the threshold and what is missing to it, filters, and prerequisites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    AchievementBackdated,
    AchievementCompleted,
    AchievementPlan,
    StreakExtended,
    StreakStarted,
    Transition,
    UserState,
)
from trophy_engine.explain.filters import FilterClosed, closed_by
from trophy_engine.explain.phrases import describe_zone, format_clock
from trophy_engine.numbers import Number
from trophy_engine.rules.phrases import join_words

__all__ = ["AchievementExplanation", "CounterProgress", "Prerequisite", "explain_achievement"]

_COMPLETIONS: Final = frozenset({AchievementCompleted, AchievementBackdated})


@attrs.frozen
class CounterProgress:
    """Where a counter stands, or how it moved, against a threshold.

    Attributes:
        counter: what is count_noun.
        before, after: where the counter stood before and after the command that completed the achievement, or both
            where it stands.
        target: the threshold.
        outside: for a counter of events with certain attributes, how much of the metric was recorded without them.
    """

    counter: str
    before: Number
    after: Number
    target: Number
    outside: Number = 0

    @property
    def missing(self) -> Number:
        """What is missing to the threshold, 0 where it is reached."""
        return max(self.target - self.after, 0)

    @property
    def text(self) -> str:
        """The counter and the threshold, in a sentence."""
        if self.missing:
            text = f"{self.counter}: {self.after:,} of {self.target:,}, {self.missing:,} missing"
            return f"{text}; {self.outside:,} more was recorded without that" if self.outside else text
        if self.before == self.after or self.before >= self.target:
            return f"{self.counter}: {self.after:,}, past the mark at {self.target:,}"
        return f"{self.counter} went from {self.before:,} to {self.after:,}, across the mark at {self.target:,}"


@attrs.frozen
class Prerequisite:
    """An achievement that a composite waits for; ``achieved_at`` is None while it is open."""

    key: str
    achieved_at: datetime | None


@attrs.frozen
class AchievementExplanation:
    """Why an achievement is held, or why not.

    Attributes:
        user_id: the user.
        at: as of when (aware, UTC).
        key, name: the achievement.
        achieved_at: when it was completed; None while it is open.
        local, time_zone: what the user's clock showed then, or shows now, and where.
        silent: whether it was found to have been due before, and neither announced nor paid.
        progress: the counter that it waits on; None for a composite and for one that is completed by a call.
        prerequisites: what a composite waits for.
        closed: the filter that keeps it from the user.
        by_call: whether the application completes it.
    """

    user_id: str
    at: datetime
    key: str
    name: str
    achieved_at: datetime | None
    local: str
    time_zone: str
    silent: bool
    progress: CounterProgress | None
    prerequisites: tuple[Prerequisite, ...]
    closed: FilterClosed | None
    by_call: bool

    @property
    def held(self) -> bool:
        """Whether the user holds it."""
        return self.achieved_at is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """The prerequisites that are open."""
        return tuple(prerequisite.key for prerequisite in self.prerequisites if prerequisite.achieved_at is None)

    @property
    def text(self) -> str:
        """Whether it is held and why, a line a reason."""
        if self.held:
            how = "was found to be due" if self.silent else "was completed"
            head = f"{self.user_id} holds {self.key!r}: it {how} on {self.local}, {self.time_zone}."
        else:
            head = f"{self.user_id} does not hold {self.key!r} on {self.local}, {self.time_zone}."
        return "\n".join([head, *(f"  {reason}" for reason in self._reasons())])

    def _reasons(self) -> list[str]:
        reasons = [] if self.progress is None else [self.progress.text]
        if self.held and self.prerequisites:
            reasons.append(f"its prerequisites are held: {join_words(one.key for one in self.prerequisites)}")
        elif self.missing:
            held = len(self.prerequisites) - len(self.missing)
            reasons.append(f"{held} of {len(self.prerequisites)} prerequisites; open: {join_words(self.missing)}")
        if self.by_call:
            reasons.append("the application said so" if self.held else "the application has not said so")
        return reasons if self.closed is None else [*reasons, self.closed.text]

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def explain_achievement(transitions: Sequence[Transition], key: str) -> AchievementExplanation:
    """Explain an achievement as of the last transition, whose rules have it."""
    last = completing = transitions[-1]
    for transition in transitions:
        if any(effect.kind in _COMPLETIONS and effect.achievement == key for effect in transition.effects):
            completing = transition
    at = last.state.counters.completed.get(key)
    transition = last if at is None else completing
    achievement = transition.plan.achievements[key]
    shown = last.state.clock.settled if at is None else at
    zone = transition.state.clock.zone
    silent = any(effect.kind is AchievementBackdated and effect.achievement == key for effect in transition.effects)
    return AchievementExplanation(
        user_id=last.state.id,
        at=from_micros(last.state.clock.settled),
        key=key,
        name=achievement.rule.name,
        achieved_at=None if at is None else from_micros(at),
        local=format_clock(zone, shown),
        time_zone=describe_zone(zone, shown),
        silent=silent,
        progress=_progress(transition, transition.state if silent else transition.before, achievement),
        prerequisites=_prerequisites(transition.state, achievement),
        closed=closed_by(achievement.rule.user_attributes, last.state.profile.attributes) if at is None else None,
        by_call=achievement.counter is None,
    )


def _progress(
    transition: Transition, before_it: UserState | None, achievement: AchievementPlan
) -> CounterProgress | None:
    counter = achievement.counter
    if counter is None or achievement.prerequisites:
        return None
    before, after = 0 if before_it is None else counter.read(before_it), counter.read(transition.state)
    if counter is transition.plan.length:  # time may have ended a streak before the command credited the next one
        lengths = [effect.length for effect in transition.effects if effect.kind in {StreakStarted, StreakExtended}]
        after = max(lengths, default=after)
        before = after - bool(lengths)
    outside = 0 if counter.unfiltered is None else counter.unfiltered.read(transition.state) - after
    return CounterProgress(counter.subject, before, after, achievement.threshold, outside)


def _prerequisites(state: UserState, achievement: AchievementPlan) -> tuple[Prerequisite, ...]:
    held = state.counters.completed
    return tuple(
        Prerequisite(key, from_micros(held[key]) if key in held else None) for key in achievement.prerequisites
    )
