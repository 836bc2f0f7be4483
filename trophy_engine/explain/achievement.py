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
    Agenda,
    MetricChanged,
    NamedEffect,
    Plan,
    PointsAwarded,
    Transition,
    UserState,
    evaluate_gate_of_rule,
    name_raw_completion,
    settle_user,
)
from trophy_engine.explain.counter_progress import (
    CounterProgress,
    explain_completed_progress,
    explain_counter_progress,
    explain_repeat_progress,
)
from trophy_engine.explain.phrases import describe_local_time, describe_zone
from trophy_engine.numbers import Number
from trophy_engine.representation import TextAsHtml
from trophy_engine.rules.achievements import AchievementStatus
from trophy_engine.rules.phrases import count_noun, join_words
from trophy_engine.rules.unmet_conditions import UnmetCondition
from trophy_engine.values import Value
from trophy_engine.views.achievements import MASK, next_achievement_part, view_achievement_progress

__all__ = ["AchievementExplanation", "Prerequisite", "explain_achievement"]

_COMPLETIONS: Final = frozenset({AchievementCompleted, AchievementBackdated})


@attrs.frozen
class Prerequisite(Value):
    """A prerequisite of a composite achievement; ``achieved_at`` is None if it is not completed."""

    key: str
    achieved_at: datetime | None


@attrs.frozen
class AchievementExplanation(TextAsHtml, Value):
    """Why a user has an achievement or not.

    Attributes:
        user_id: the user.
        at: the instant of the explanation (aware, UTC).
        key, name: the key by which rules name the achievement or the tier, and its name.
        achieved_at: when it was completed first; None if it is not.
        local, time_zone: the user's local time at ``achieved_at``, or else at ``at``, and the time zone.
        is_backdated: whether it was backdated, by a change of rules or of the sign-up date, without points.
        progress: the counter that it depends on; None for a composite, and for one that the application completes.
        prerequisites: the prerequisites of a composite.
        unmet_condition: the first condition of its ``when`` that does not hold, if any; of an achievement that is
            reached, when it was last looked at.
        is_checked_again: whether that condition and all others hold by now, so that the next event can complete it.
        enough, times: how many prerequisites complete it, and how many times the user has completed it.
        is_done_in_window: of a repeatable one, whether the next time is not before the next window.
        next: the explanation of the next tier, or of the next time of a repeatable achievement; None if there is none.
        is_hidden: whether nothing is shown of it, because it is hidden and not completed.
        is_completed_by_call: whether the application completes it by a call.
        status: ``"active"``, ``"locked"`` or ``"inactive"``.
    """

    user_id: str
    at: datetime
    key: str
    name: str
    achieved_at: datetime | None
    local: str
    time_zone: str
    is_backdated: bool
    progress: CounterProgress | None
    prerequisites: tuple[Prerequisite, ...]
    unmet_condition: UnmetCondition | None
    is_completed_by_call: bool
    is_checked_again: bool = False
    enough: int = 0
    times: int = 0
    is_done_in_window: bool = False
    next: AchievementExplanation | None = None
    is_hidden: bool = False
    status: AchievementStatus = "active"

    @property
    def is_completed(self) -> bool:
        """Whether the user has completed it."""
        return self.achieved_at is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys of the prerequisites that are not completed."""
        return tuple(prerequisite.key for prerequisite in self.prerequisites if prerequisite.achieved_at is None)

    @property
    def text(self) -> str:
        """Whether the user has it, and one reason per line."""
        if self.is_completed:
            how = "was backdated" if self.is_backdated else "was completed"
            first = f" {count_noun(self.times, 'time')}, first" if self.times > 1 else ""
            head = f"{self.user_id} has {self.key!r}: it {how}{first} on {self.local}, {self.time_zone}."
        else:
            head = f"{self.user_id} does not have {self.key!r} on {self.local}, {self.time_zone}."
        following = [] if self.next is None else [f"  next: {line}" for line in self.next.next_lines]
        return "\n".join([head, *(f"  {reason}" for reason in self._reasons()), *following])

    @property
    def next_lines(self) -> list[str]:
        """The reasons why the next tier or time is not completed, one per line, with the key of a tier."""
        return [f"{self.key!r}: {reason}" for reason in self._reasons()]

    def _reasons(self) -> list[str]:
        if self.is_hidden:
            return ["it is hidden until it is completed"]
        reasons = [] if self.progress is None else [self._describe_progress(self.progress)]
        if self.prerequisites:
            reasons.append(self._describe_prerequisites())
        if self.is_completed_by_call:
            reasons.append(f"the application {'completed' if self.is_completed else 'has not completed'} it")
        if self.status != "active" and not self.is_completed:
            reasons.append(f"it is {self.status}, so it cannot be completed")
        if self.unmet_condition is not None:
            reasons.append(self.unmet_condition.text)
        if self.is_checked_again:
            reasons.append("all its conditions hold now, and it is checked again with the next event")
        return reasons

    def _describe_progress(self, progress: CounterProgress) -> str:
        if self.is_done_in_window:
            return f"{progress.counter}: {progress.after or 0:,}, done until the next window"
        return progress.text

    def _describe_prerequisites(self) -> str:
        completed = [one.key for one in self.prerequisites if one.achieved_at is not None]
        if not self.missing:
            return f"its prerequisites are completed: {join_words(completed)}"
        if self.is_completed:
            return f"{len(completed)} of {len(self.prerequisites)} prerequisites are completed: {join_words(completed)}"
        wanted = f", {self.enough} wanted" if self.enough < len(self.prerequisites) else ""
        missing = f"missing: {join_words(self.missing)}"
        return f"{len(completed)} of {len(self.prerequisites)} prerequisites completed{wanted}; {missing}"

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def explain_achievement(transitions: Sequence[Transition], key: str) -> AchievementExplanation:
    """Return the explanation of what a key names after the last transition; its rules must have it.

    Of an achievement with tiers it is that of the highest tier that the user has, or else of the first, with the next.
    """
    last = transitions[-1]
    parts = last.plan.find_achievements(key)
    held = [part for part in parts if part.key in last.state.counters.completed]
    if parts[0].declared.hidden and not _has_any_tier_to_explain(last, parts[0]):
        return _explain_hidden_achievement(last, key)
    explanation = _explain_achievement_part(transitions, held[-1].key if held else parts[0].key)
    following = next_achievement_part(parts, last.state) if held else None
    if following is None or following.counter is None:
        return explanation
    return attrs.evolve(explanation, next=_explain_open_achievement(transitions, following))


def _has_any_tier_to_explain(transition: Transition, part: AchievementPlan) -> bool:
    """Return True if the user has an achievement or any tier of it."""
    completed = transition.state.counters.completed
    return any(one.key in completed for one in transition.plan.tiers[part.declared.key])


def _explain_achievement_part(transitions: Sequence[Transition], key: str) -> AchievementExplanation:
    """Return the explanation of an achievement without tiers, or of a tier."""
    last = transitions[-1]
    at = last.state.counters.completed.get(key)
    if at is None:
        return _explain_open_achievement(transitions, last.plan.achievements[key])
    completing = last
    for transition in transitions:
        if any(effect.kind in _COMPLETIONS and _is_completion_to_explain(effect, key) for effect in transition.effects):
            completing = transition
    achievement = completing.plan.achievements[key]
    backdated = any(
        effect.kind is AchievementBackdated and name_raw_completion(effect) == key for effect in completing.effects
    )
    repeats = last.state.counters.repeats.get(key)
    before, after = (completing.state,) * 2 if backdated else _states_around_completion(completing, key, at)
    explanation = _explain_achievement_in_state(achievement, at, before, after)
    return attrs.evolve(
        explanation,
        progress=explain_completed_progress(
            explanation.progress, achievement, _value_at_completion(completing, achievement, at)
        ),
        at=from_micros(last.state.clock.settled),
        achieved_at=from_micros(at),
        is_backdated=backdated,
        times=1 if repeats is None else repeats.times,
    )


def _states_around_completion(transition: Transition, key: str, at: int) -> tuple[UserState | None, UserState]:
    """Return the user before and after what completed an achievement: a command, or work that was due at an instant."""
    plan, before = transition.plan, transition.before
    if before is None:
        return None, transition.state
    settled = _copy_settled(plan, before, at)
    if key not in settled.counters.completed:
        return settled, transition.state
    return _copy_settled(plan, before, at - 1), settled


def _copy_settled(plan: Plan, state: UserState, until: int) -> UserState:
    """Return a copy of a state, settled to an instant."""
    settled = state.copy()
    settle_user(Agenda(plan), settled, until)
    return settled


def _value_at_completion(transition: Transition, achievement: AchievementPlan, at: int) -> Number | None:
    """Return the balance or total that completed an achievement, which can change again at once; None if unknown."""
    plan, counter, value = transition.plan, achievement.counter, None
    if counter is None:
        return None
    counter = counter.negated or counter
    for effect in transition.effects:
        if effect.at != at:
            continue
        if effect.kind is PointsAwarded and plan.system(effect.system).balance is counter:
            value = effect.total
        elif effect.kind is MetricChanged and plan.metrics[effect.metric].total is counter:
            value = effect.after
        elif effect.kind in _COMPLETIONS and _is_completion_to_explain(effect, achievement.key):
            return value
    return None


def _is_completion_to_explain(effect: NamedEffect, key: str) -> bool:
    """Return True if an effect tells of the first completion of what a key names."""
    return name_raw_completion(effect) == key and effect.number == effect.times


def _explain_open_achievement(
    transitions: Sequence[Transition], achievement: AchievementPlan
) -> AchievementExplanation:
    """Return the explanation of an achievement or a tier that is not completed, or not once more."""
    last = transitions[-1]
    instant = last.state.clock.settled
    explanation = _explain_achievement_in_state(achievement, instant, last.state, last.state)
    unmet = _explain_unmet_condition(transitions, achievement)
    is_open = evaluate_gate_of_rule(last.state, achievement, instant) is None
    return attrs.evolve(
        explanation,
        unmet_condition=unmet,
        is_checked_again=unmet is not None and is_open and not achievement.is_completed_at_multiples,
        progress=explain_repeat_progress(explanation.progress, achievement, last.state),
        is_done_in_window=view_achievement_progress(achievement, last.state) is None,
    )


def _explain_achievement_in_state(
    achievement: AchievementPlan, instant: int, before: UserState | None, state: UserState
) -> AchievementExplanation:
    """Return the explanation of an achievement in a state, with the progress since a state before, as of an instant."""
    zone = state.clock.zone
    return AchievementExplanation(
        user_id=state.id,
        at=from_micros(state.clock.settled),
        key=achievement.key,
        name=achievement.rule.name,
        achieved_at=None,
        local=describe_local_time(zone, instant),
        time_zone=describe_zone(zone, instant),
        is_backdated=False,
        progress=explain_counter_progress(achievement, before, state),
        prerequisites=_explain_prerequisites(state, achievement),
        unmet_condition=None,
        is_completed_by_call=achievement.counter is None,
        enough=int(achievement.threshold) if achievement.prerequisites else 0,
        status=achievement.rule.status,
    )


def _explain_hidden_achievement(last: Transition, key: str) -> AchievementExplanation:
    """Return the explanation of a hidden achievement, which shows nothing of it."""
    zone, instant = last.state.clock.zone, last.state.clock.settled
    return AchievementExplanation(
        user_id=last.state.id,
        at=from_micros(instant),
        key=key,
        name=MASK,
        achieved_at=None,
        local=describe_local_time(zone, instant),
        time_zone=describe_zone(zone, instant),
        is_backdated=False,
        progress=None,
        prerequisites=(),
        unmet_condition=None,
        is_completed_by_call=False,
        is_hidden=True,
    )


def _explain_unmet_condition(transitions: Sequence[Transition], achievement: AchievementPlan) -> UnmetCondition | None:
    """Return the condition that keeps a user from completing an achievement, or that last kept them from it."""
    last = transitions[-1]
    unmet = evaluate_gate_of_rule(last.state, achievement, last.state.clock.settled)
    if unmet is not None or achievement.gate is None:
        return unmet
    name = (achievement.gate.kind, achievement.gate.keys)
    answers = [answer for transition in transitions for answer in transition.gate_answers]
    return next((answer.unmet for answer in reversed(answers) if (answer.kind, answer.keys) == name), None)


def _explain_prerequisites(state: UserState, achievement: AchievementPlan) -> tuple[Prerequisite, ...]:
    completed = state.counters.completed
    return tuple(
        Prerequisite(key, _prerequisite_achieved_at([completed[name] for name in alternatives if name in completed]))
        for key, alternatives in zip(achievement.prerequisites, achievement.alternatives, strict=True)
    )


def _prerequisite_achieved_at(instants: Sequence[int]) -> datetime | None:
    return from_micros(min(instants)) if instants else None
