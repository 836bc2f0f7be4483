"""Progress: the value of a counter relative to the threshold of an achievement, now or when it was completed."""

from __future__ import annotations

import attrs

from trophy_engine.core import AchievementPlan, Counter, UserState
from trophy_engine.explain.metric import describe_counted_metric
from trophy_engine.numbers import Number, count_multiples, multiple_of, negate, subtract
from trophy_engine.rules.windows import SessionWindow
from trophy_engine.values import Value
from trophy_engine.views.achievements import view_achievement_progress

__all__ = ["CounterProgress", "explain_completed_progress", "explain_counter_progress", "explain_repeat_progress"]


@attrs.frozen
class CounterProgress(Value):
    """The value of a counter relative to a threshold, or its change by a command.

    Attributes:
        counter: a noun phrase for what the counter counts, with its window.
        before, after: the values before and after what completed the achievement, a command or the work that was due
            then; if it is not completed, both are the current value. None for a least, greatest or latest value of
            nothing.
        target: the threshold.
        other_events: for a sum or a number of events with certain attributes, that of all other events.
        is_falling: whether the value has to fall to the threshold.
    """

    counter: str
    before: Number | None
    after: Number | None
    target: Number
    other_events: Number = 0
    is_falling: bool = False

    @property
    def missing(self) -> Number:
        """The difference to the threshold, 0 if it is reached."""
        if self.is_falling:
            return 0 if self.after is None else max(subtract(self.after, self.target), 0)
        return max(subtract(self.target, self.after or 0), 0)

    @property
    def text(self) -> str:
        """The counter and the threshold, as a sentence."""
        before, after = self.before, self.after
        phrase = "at most" if self.is_falling else "the threshold is"
        if after is None:
            return f"{self.counter}: none yet; {'wanted is ' if self.is_falling else ''}{phrase} {self.target:,}"
        if self.missing:
            text = f"{self.counter}: {after:,} of {self.target:,}, {self.missing:,} missing"
            if self.is_falling:
                text = f"{self.counter}: {after:,}, {self.missing:,} above {self.target:,}"
            return (
                f"{text}; events with other attributes add up to {self.other_events:,}" if self.other_events else text
            )
        if before == after or (before is not None and self._is_reached_by(before)):
            at = "at most" if self.is_falling else "at or above the threshold of"
            return f"{self.counter}: {after:,}, {at} {self.target:,}"
        start = "none" if before is None else f"{before:,}"
        reached = "at most" if self.is_falling else "reaching the threshold of"
        return f"{self.counter} went from {start} to {after:,}, {reached} {self.target:,}"

    def _is_reached_by(self, value: Number) -> bool:
        return value <= self.target if self.is_falling else value >= self.target


def explain_counter_progress(
    achievement: AchievementPlan, before: UserState | None, state: UserState
) -> CounterProgress | None:
    """Return the change of the counter of an achievement between two states, or None if it depends on none."""
    counter = achievement.counter
    if counter is None or achievement.prerequisites:
        return None
    clock, threshold = state.clock, achievement.threshold
    is_falling = counter.negated is not None
    if counter.negated is not None:
        counter, threshold = counter.negated, negate(threshold)
    value_before = _value_before_completion(counter, before, state)
    others = 0 if is_falling else _total_of_other_events(counter, state)
    subject = describe_counted_metric(counter, clock.settled, clock.zone)
    return CounterProgress(subject, value_before, counter.read(state), threshold, others, is_falling)


def _value_before_completion(counter: Counter, before: UserState | None, state: UserState) -> Number | None:
    """Return the number before a completion, in the window that holds the instant of the state after it."""
    if before is None:
        return counter.nothing
    if counter.totals is not None and before is not state:
        before = before.copy()
        before.clock = state.clock
    return counter.read(before)


def _total_of_other_events(counter: Counter, state: UserState) -> Number:
    """Return the total over the events that a filtered counter leaves out, 0 where such totals do not add up."""
    unfiltered, metric = counter.unfiltered, counter.metric
    if unfiltered is None or metric is None or metric.rule.aggregate not in {"sum", "count"}:
        return 0
    if isinstance(metric.rule.window, SessionWindow):  # the other events can keep a session open
        return 0
    return subtract(unfiltered.read(state) or 0, counter.read(state) or 0)


def explain_repeat_progress(
    progress: CounterProgress | None, achievement: AchievementPlan, state: UserState
) -> CounterProgress | None:
    """Return the progress to the next time: that of a repeatable one without a window is beyond the last multiple."""
    following = view_achievement_progress(achievement, state)
    if progress is None or following is None or not achievement.is_completed_at_multiples:
        return progress
    if following.current == progress.after:
        return progress
    counter = f"{progress.counter} beyond the last multiple of {progress.target:,}"
    return attrs.evolve(progress, counter=counter, before=following.current, after=following.current)


def explain_completed_progress(
    progress: CounterProgress | None, achievement: AchievementPlan, value: Number | None
) -> CounterProgress | None:
    """Return the progress at a completion by a value, which can have changed again at once; None if it is not known.

    What completed an achievement at multiples is 0 or less where a total that had fallen below rises again.
    """
    if progress is not None and value is not None:
        progress = attrs.evolve(progress, after=value)
    if progress is None or progress.after is None or not (achievement.is_completed_at_multiples and progress.missing):
        return progress
    step = progress.target
    return attrs.evolve(progress, target=multiple_of(step, count_multiples(progress.after, step)))
