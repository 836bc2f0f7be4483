"""Why a user has an achievement or not: the counter and its threshold, the filter, and the prerequisites."""

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
    Counter,
    StreakExtended,
    StreakStarted,
    Transition,
    UserState,
)
from trophy_engine.explain.filters import UnmetFilter, find_unmet_filter
from trophy_engine.explain.metric import describe_subject
from trophy_engine.explain.phrases import describe_zone, format_clock
from trophy_engine.numbers import Number, subtract
from trophy_engine.representation import TextAsHtml, brief_repr
from trophy_engine.rules.phrases import join_words
from trophy_engine.rules.windows import SessionWindow

__all__ = ["AchievementExplanation", "CounterProgress", "Prerequisite", "explain_achievement"]

_COMPLETIONS: Final = frozenset({AchievementCompleted, AchievementBackdated})


@attrs.frozen
class CounterProgress:
    """The value of a counter relative to a threshold, or its change by a command.

    Attributes:
        counter: a noun phrase for what the counter counts, with its window.
        before, after: the values before and after the command that completed the achievement; if it is not
            completed, both are the current value. None for a least, greatest or latest value of nothing.
        target: the threshold.
        other_events: for a sum or a number of events with certain attributes, that of all other events.
    """

    counter: str
    before: Number | None
    after: Number | None
    target: Number
    other_events: Number = 0

    @property
    def missing(self) -> Number:
        """The difference to the threshold, 0 if it is reached."""
        return max(self.target - (self.after or 0), 0)

    @property
    def text(self) -> str:
        """The counter and the threshold, as a sentence."""
        before, after = self.before, self.after
        if after is None:
            return f"{self.counter}: none yet; the threshold is {self.target:,}"
        if self.missing:
            text = f"{self.counter}: {after:,} of {self.target:,}, {self.missing:,} missing"
            return (
                f"{text}; events with other attributes add up to {self.other_events:,}" if self.other_events else text
            )
        if before == after or (before is not None and before >= self.target):
            return f"{self.counter}: {after:,}, at or above the threshold of {self.target:,}"
        start = "none" if before is None else f"{before:,}"
        return f"{self.counter} went from {start} to {after:,}, reaching the threshold of {self.target:,}"


@attrs.frozen
class Prerequisite:
    """A prerequisite of a composite achievement; ``achieved_at`` is None if it is not completed."""

    key: str
    achieved_at: datetime | None


@attrs.frozen
class AchievementExplanation(TextAsHtml):
    """Why a user has an achievement or not.

    Attributes:
        user_id: the user.
        at: the instant of the explanation (aware, UTC).
        key, name: the key and the name of the achievement.
        achieved_at: when it was completed; None if it is not.
        local, time_zone: the user's local time at ``achieved_at``, or else at ``at``, and the time zone.
        backdated: whether it was backdated, by a change of rules or of the sign-up date, without points.
        progress: the counter that it depends on; None for a composite, and for one that the application completes.
        prerequisites: the prerequisites of a composite.
        unmet_filter: the filter that keeps the user from completing it, if any.
        by_call: whether the application completes it by a call.
    """

    __repr__ = brief_repr

    user_id: str
    at: datetime
    key: str
    name: str
    achieved_at: datetime | None
    local: str
    time_zone: str
    backdated: bool
    progress: CounterProgress | None
    prerequisites: tuple[Prerequisite, ...]
    unmet_filter: UnmetFilter | None
    by_call: bool

    @property
    def completed(self) -> bool:
        """Whether the user has completed it."""
        return self.achieved_at is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys of the prerequisites that are not completed."""
        return tuple(prerequisite.key for prerequisite in self.prerequisites if prerequisite.achieved_at is None)

    @property
    def text(self) -> str:
        """Whether the user has it, and one reason per line."""
        if self.completed:
            how = "was backdated" if self.backdated else "was completed"
            head = f"{self.user_id} has {self.key!r}: it {how} on {self.local}, {self.time_zone}."
        else:
            head = f"{self.user_id} does not have {self.key!r} on {self.local}, {self.time_zone}."
        return "\n".join([head, *(f"  {reason}" for reason in self._reasons())])

    def _reasons(self) -> list[str]:
        reasons = [] if self.progress is None else [self.progress.text]
        if self.completed and self.prerequisites:
            keys = join_words(prerequisite.key for prerequisite in self.prerequisites)
            reasons.append(f"its prerequisites are completed: {keys}")
        elif self.missing:
            completed = len(self.prerequisites) - len(self.missing)
            reasons.append(
                f"{completed} of {len(self.prerequisites)} prerequisites completed; missing: {join_words(self.missing)}"
            )
        if self.by_call:
            reasons.append("the application completed it" if self.completed else "the application has not completed it")
        return reasons if self.unmet_filter is None else [*reasons, self.unmet_filter.text]

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def explain_achievement(transitions: Sequence[Transition], key: str) -> AchievementExplanation:
    """Return the explanation of an achievement after the last transition; its rules must have the achievement."""
    last = completing = transitions[-1]
    for transition in transitions:
        if any(effect.kind in _COMPLETIONS and effect.achievement == key for effect in transition.effects):
            completing = transition
    at = last.state.counters.completed.get(key)
    transition = last if at is None else completing
    achievement = transition.plan.achievements[key]
    instant = last.state.clock.settled if at is None else at
    zone = transition.state.clock.zone
    backdated = any(effect.kind is AchievementBackdated and effect.achievement == key for effect in transition.effects)
    return AchievementExplanation(
        user_id=last.state.id,
        at=from_micros(last.state.clock.settled),
        key=key,
        name=achievement.rule.name,
        achieved_at=None if at is None else from_micros(at),
        local=format_clock(zone, instant),
        time_zone=describe_zone(zone, instant),
        backdated=backdated,
        progress=_measure_progress(transition, transition.state if backdated else transition.before, achievement),
        prerequisites=_list_prerequisites(transition.state, achievement),
        unmet_filter=find_unmet_filter(achievement.rule.user_attributes, last.state.profile.attributes)
        if at is None
        else None,
        by_call=achievement.counter is None,
    )


def _measure_progress(
    transition: Transition, state_before: UserState | None, achievement: AchievementPlan
) -> CounterProgress | None:
    counter = achievement.counter
    if counter is None or achievement.prerequisites:
        return None
    clock = transition.state.clock
    before, after = _read_before(counter, state_before, transition.state), counter.read(transition.state)
    streak = next((streak for streak in transition.plan.streaks if streak.length is counter), None)
    if streak is not None:  # time may have ended it before the command started the next one
        credits_ = (effect for effect in transition.effects if effect.kind in {StreakStarted, StreakExtended})
        lengths = [effect.length for effect in credits_ if effect.streak == streak.key]
        after = max(lengths, default=after or 0)
        before = after - bool(lengths)
    subject = describe_subject(counter, clock.settled, clock.zone)
    return CounterProgress(subject, before, after, achievement.threshold, _total_of_others(counter, transition.state))


def _read_before(counter: Counter, before: UserState | None, state: UserState) -> Number | None:
    """Return the number before a command, in the window that holds the instant of the state after it."""
    if before is None:
        return counter.nothing
    if counter.totals is not None and before is not state:
        before = before.copy()
        before.clock = state.clock
    return counter.read(before)


def _total_of_others(counter: Counter, state: UserState) -> Number:
    """Return the total over the events that a filtered counter leaves out, 0 where such totals do not add up."""
    unfiltered, metric = counter.unfiltered, counter.metric
    if unfiltered is None or metric is None or metric.rule.aggregate not in {"sum", "count"}:
        return 0
    if isinstance(metric.rule.window, SessionWindow):  # the other events can keep a session open
        return 0
    return subtract(unfiltered.read(state) or 0, counter.read(state) or 0)


def _list_prerequisites(state: UserState, achievement: AchievementPlan) -> tuple[Prerequisite, ...]:
    completed = state.counters.completed
    return tuple(
        Prerequisite(key, from_micros(completed[key]) if key in completed else None)
        for key in achievement.prerequisites
    )
