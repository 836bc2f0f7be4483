"""Why a user holds an achievement, or why not: the mark and what is missing to it, filters, and prerequisites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted, StreakExtended, StreakStarted
from trophy_engine.core.plan import Plan
from trophy_engine.core.state import UserState
from trophy_engine.core.transition import Transition
from trophy_engine.explain.filters import FilterClosed, closed_by
from trophy_engine.explain.phrases import describe_counter, describe_zone, format_clock, join_words
from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import (
    Achievement,
    AnniversaryTrigger,
    ApiTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.constraints import Filter

__all__ = ["AchievementExplanation", "Mark", "Prerequisite", "count_events", "explain_achievement"]


@attrs.frozen
class Mark:
    """A counter and the mark on it.

    Attributes:
        counter: what is counted.
        before, after: where the counter stood before and after the command that completed the achievement, or both
            where it stands.
        target: the mark.
        outside: for a counter of events with certain attributes, how much of the metric was recorded without them.
    """

    counter: str
    before: Number
    after: Number
    target: Number
    outside: Number = 0

    @property
    def missing(self) -> Number:
        """What is missing to the mark, 0 where it is reached."""
        return max(self.target - self.after, 0)

    @property
    def text(self) -> str:
        """Where the counter stands, or how it moved, against the mark."""
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
        mark: the counter that it waits on; None for a composite and for one that is completed by a call.
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
    mark: Mark | None
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
        reasons = [] if self.mark is None else [self.mark.text]
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
        if any(raw[0] in {AchievementCompleted, AchievementBackdated} and raw[3] == key for raw in transition.effects):
            completing = transition
    at = last.state.completed.get(key)
    transition = last if at is None else completing
    rule = transition.plan.achievements[key].rule
    shown = last.state.settled if at is None else at
    zone = transition.state.zone
    silent = any(raw[0] is AchievementBackdated and raw[3] == key for raw in transition.effects)
    return AchievementExplanation(
        user_id=last.state.id,
        at=from_micros(last.state.settled),
        key=key,
        name=rule.name,
        achieved_at=None if at is None else from_micros(at),
        local=format_clock(zone, shown),
        time_zone=describe_zone(zone, shown),
        silent=silent,
        mark=_mark(transition, transition.state if silent else transition.before, rule),
        prerequisites=_prerequisites(transition, rule),
        closed=closed_by(rule.user_attributes, last.state.attributes) if at is None else None,
        by_call=isinstance(rule.trigger, ApiTrigger),
    )


def _mark(transition: Transition, before_it: UserState | None, rule: Achievement) -> Mark | None:
    match rule.trigger:
        case MetricTrigger(metric, value, event_attributes):
            after = count_events(transition.plan, transition.state, metric, event_attributes)
            before = 0 if before_it is None else count_events(transition.plan, before_it, metric, event_attributes)
            all_ = count_events(transition.plan, transition.state, metric, Filter())
            return Mark(describe_counter(metric, event_attributes), before, after, value, all_ - after)
        case StreakTrigger(length):
            lengths = [raw[3] for raw in transition.effects if raw[0] in {StreakStarted, StreakExtended}]
            reached = max(lengths, default=transition.state.length)
            return Mark("the streak", reached - bool(lengths), reached, length)
        case AnniversaryTrigger(years):
            before = 0 if before_it is None else before_it.years
            return Mark("years since the sign-up", before, transition.state.years, years)
        case _:
            return None


def count_events(plan: Plan, state: UserState, metric: str, event_attributes: Filter) -> Number:
    """Give a user's total of a metric over the events with certain attributes."""
    counter = plan.metrics[metric].counter(event_attributes)
    return state.gauges[counter.index].total


def _prerequisites(transition: Transition, rule: Achievement) -> tuple[Prerequisite, ...]:
    if not isinstance(rule.trigger, CompositeTrigger):
        return ()
    held = transition.state.completed
    return tuple(
        Prerequisite(key, from_micros(held[key]) if key in held else None) for key in rule.trigger.achievements
    )
