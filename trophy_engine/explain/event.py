"""Why a command had its consequences: its local day, the thresholds that it crossed, and what followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, assert_never

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.core import (
    ALL_STREAKS,
    Award,
    Complete,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    GateAnswer,
    GrantFreeze,
    Identify,
    LevelChanged,
    MetricChanged,
    NamedEffect,
    Pause,
    Plan,
    PointsAwarded,
    PointsLimited,
    Record,
    ResetStreak,
    RestoreStreak,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakPaused,
    StreakRecounted,
    StreakReset,
    StreakRestored,
    StreakStarted,
    StreakUnpaused,
    Unpause,
    UserChanged,
    UserCommand,
    UserCreated,
    name_raw_completion,
)
from trophy_engine.explain.completion import MetricChanges, describe_completion
from trophy_engine.explain.fields import describe_field, describe_field_changes, describe_field_value
from trophy_engine.explain.gates import ClosedGate, closed_gates
from trophy_engine.explain.metric import describe_metric_change
from trophy_engine.explain.pass_changes import PassChanges
from trophy_engine.explain.phrases import describe_day, describe_local_time, describe_zone
from trophy_engine.explain.points import AwardExplanation, explain_award
from trophy_engine.notifications.effects import (
    AchievementDue,
    BoostFinished,
    BoostStarted,
    LeaderboardChanged,
    LeaderboardFinished,
    LeaderboardStarted,
    PointsChanged,
    RankChanged,
    ReactivationDue,
    RecapDue,
    StreakReminderDue,
)
from trophy_engine.representation import TextAsHtml
from trophy_engine.rules.interval import period_noun
from trophy_engine.rules.phrases import count_noun, join_words, name_streak
from trophy_engine.values import Value

__all__ = ["Consequence", "EventExplanation", "explain_event"]


@attrs.frozen
class Consequence(Value):
    """A consequence of a command, or of the time that had passed before it.

    Attributes:
        type: the type of its effect, for example ``"achievement.completed"``.
        at: its instant (aware, UTC); ``local`` is the user's local time, ``day`` the local day, ``time_zone`` the zone.
        text: what happened and why, as a sentence.
        award: for an award, its calculation.
    """

    type: str
    at: datetime
    local: str
    day: date
    time_zone: str
    text: str
    award: AwardExplanation | None = None


@attrs.frozen
class EventExplanation(TextAsHtml, Value):
    """A command and its consequences.

    Attributes:
        user_id: the user.
        at: its instant (aware, UTC); ``local`` is the user's local time, ``day`` the local day, ``time_zone`` the zone.
        action: the command, in words.
        consequences: in order; consequences of the time that had passed before the command come first.
        closed_gates: the rules whose gates were closed, so that they did not count.
        is_repeated: whether the command repeated an idempotency key, so that it changed nothing.
    """

    user_id: str
    at: datetime
    local: str
    day: date
    time_zone: str
    action: str
    consequences: tuple[Consequence, ...]
    closed_gates: tuple[ClosedGate, ...]
    is_repeated: bool

    @property
    def text(self) -> str:
        """The command with its local time, and one consequence per line."""
        head = f"{self.user_id} {self.action} on {self.local}, {self.time_zone}."
        if self.is_repeated:
            return f"{head} Its idempotency key was used before: nothing changed."
        lines = (
            consequence.text if consequence.at == self.at else f"earlier, on {consequence.local}: {consequence.text}"
            for consequence in self.consequences
        )
        closed = (
            gate.text if gate.at == self.at else f"earlier, on {gate.local}: {gate.text}" for gate in self.closed_gates
        )
        return "\n".join([head, *(f"  {line}" for line in (*lines, *closed))])

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def explain_event(
    plan: Plan,
    command: UserCommand,
    effects: Sequence[NamedEffect],
    time_zone: Zone,
    gate_answers: Iterable[GateAnswer] = (),
    *,
    is_repeated: bool = False,
) -> EventExplanation:
    """Return the explanation of a command from its effects; ``time_zone`` is the user's zone after it."""
    return EventExplanation(
        user_id=command.user_id,
        at=from_micros(command.at),
        local=describe_local_time(time_zone, command.at),
        day=date.fromordinal(time_zone.window(command.at)[0]),
        time_zone=describe_zone(time_zone, command.at),
        action=_describe_command(command),
        consequences=tuple(explain_consequences(plan, effects, time_zone)),
        closed_gates=tuple(closed_gates(plan, gate_answers, time_zone)),
        is_repeated=is_repeated,
    )


def _describe_command(command: UserCommand) -> str:  # noqa: PLR0911  # one phrase per command
    match command:
        case Record(_, _, metric, value, attributes, _):
            pairs = f" ({join_words(f'{key} = {text!r}' for key, text in attributes)})" if attributes else ""
            return f"recorded {value:,} for {metric}{pairs}"
        case Award(_, _, system, points, reason, _):
            because = f" ({reason})" if reason else ""
            return f"was awarded {points:,} {system}{because}" if points > 0 else f"paid {-points:,} {system}{because}"
        case Complete(_, _, achievement, _):
            return f"completed {achievement!r} by a call of the application"
        case Identify(_, _, changes):
            return describe_field_changes(changes)
        case GrantFreeze(_, _, streak):
            return f"was granted a freeze{'' if streak is None else f' of {name_streak(streak)}'}"
        case Pause(_, _, start, end, streak):
            paused = "all streaks" if streak == ALL_STREAKS else name_streak(streak)
            return f"had {paused} paused from {start} to {end}"
        case Unpause(_, _, number, streak):
            return f"had pause {number}{'' if streak is None else f' of {name_streak(streak)}'} removed"
        case RestoreStreak(_, _, streak):
            return f"had {name_streak(streak)} restored"
        case ResetStreak(_, _, streak):
            return f"had {name_streak(streak)} reset"
        case _:
            assert_never(command)


def explain_consequences(plan: Plan, effects: Sequence[NamedEffect], time_zone: Zone) -> Iterator[Consequence]:
    """Yield the explanation of each effect, in order; ``time_zone`` is the user's zone after all of them."""
    changes = PassChanges(plan)
    time_zone = next((plan.zone(effect.before) for effect in effects if _is_zone_change_to_explain(effect)), time_zone)
    for previous, effect in zip((None, *effects), effects, strict=False):
        time_zone = plan.zone(effect.after) if _is_zone_change_to_explain(effect) else time_zone
        changes.add(effect)
        lost = previous.lost if previous is not None and _is_limit_of_explained_award(previous, effect) else 0
        award = (
            explain_award(effect, changes.count_steps_of_award(effect, lost), time_zone, lost)
            if effect.kind is PointsAwarded
            else None
        )
        text = award.text if award is not None else _describe_effect(plan, effect, changes.totals, previous, time_zone)
        at = effect.at
        day = date.fromordinal(time_zone.window(at)[0])
        yield Consequence(
            effect.kind.type,
            from_micros(at),
            describe_local_time(time_zone, at),
            day,
            describe_zone(time_zone, at),
            text,
            award,
        )


def _is_limit_of_explained_award(previous: NamedEffect, effect: NamedEffect) -> bool:
    """Return True if an effect says what the limit took of the award after it."""
    return (previous.kind is PointsLimited and effect.kind is PointsAwarded) and (
        previous.at,
        previous.system,
        previous.trigger_key,
    ) == (effect.at, effect.system, effect.trigger_key)


def _is_zone_change_to_explain(effect: NamedEffect) -> bool:
    return effect.kind is UserChanged and effect.field == "time_zone"


class StreakExplanationWords(NamedTuple):
    """The words for a streak: the noun for a period, and its name, with its key where the rules have several."""

    unit: str
    name: str

    def periods(self, length: int) -> str:
        """Return a length with the noun for a period."""
        return count_noun(length, self.unit)

    def period(self, first_day: date) -> str:
        """Return the name of the period that begins on a local day; that of a day is its own."""
        day = describe_day(first_day)
        return day if self.unit == "day" else f"the {self.unit} of {day}"

    def within(self, first_day: date) -> str:
        """Return the name of a period after "the local date is"."""
        return f"{'' if self.unit == 'day' else 'in '}{self.period(first_day)}"

    @property
    def owner(self) -> str:
        """The addition to what belongs to the streak; empty where the rules have only one."""
        return "" if self.name == "streak" else f" of the {self.name}"


#: A sentence for each kind of effect, built from its fields and the words for its streak.
SENTENCES: Final[Mapping[type[Effect], Callable[[NamedEffect, StreakExplanationWords], str]]] = {
    UserCreated: lambda effect, _: f"the user was created, in the time zone {effect.time_zone}",
    UserChanged: lambda effect, _: (
        f"{describe_field(effect.field)} changed from {describe_field_value(effect.field, effect.before) or 'none'} to "
        f"{describe_field_value(effect.field, effect.after) or 'none'}"
    ),
    StreakStarted: lambda effect, streak: (
        f"the {streak.name} started: {streak.period(effect.period_start)} is credited"
    ),
    StreakExtended: lambda effect, streak: (
        f"the {streak.name} grew to {streak.periods(effect.length)}: {streak.period(effect.period_start)} is credited"
    ),
    StreakLost: lambda effect, streak: (
        f"the {streak.name} of {streak.periods(effect.length)} was lost: "
        f"{streak.period(effect.period_start)} was missed"
    ),
    FreezeConsumed: lambda effect, streak: (
        f"a freeze was spent on {streak.period(effect.period_start)}, so the {streak.name} continues; "
        f"{effect.freezes:,} left"
    ),
    StreakLossUndone: lambda effect, streak: (
        f"the local date is {streak.within(effect.period_start)} again: the {streak.name} of "
        f"{streak.periods(effect.length)} continues"
    ),
    FreezeReturned: lambda effect, streak: (
        f"the local date is {streak.within(effect.period_start)} again: its freeze{streak.owner} is returned; "
        f"{effect.freezes:,} available"
    ),
    FreezeEarned: lambda effect, streak: (
        f"{count_noun(effect.earned, 'freeze')}{streak.owner} earned"
        f"{'' if effect.reward is None else ' ' + effect.reward.reason}; {effect.freezes:,} available"
    ),
    FreezeGranted: lambda effect, streak: (
        f"{count_noun(effect.granted, 'freeze')}{streak.owner} granted; {effect.freezes:,} available"
    ),
    StreakPaused: lambda effect, streak: (
        f"the {streak.name} is paused from {describe_day(effect.start)} to {describe_day(effect.end)}"
    ),
    StreakUnpaused: lambda effect, streak: (
        f"pause {effect.number}{streak.owner} is removed: it protects no further days"
    ),
    StreakRestored: lambda effect, streak: f"the {streak.name} of {streak.periods(effect.length)} is restored",
    StreakReset: lambda effect, streak: (
        f"the {streak.name} of {streak.periods(effect.length)} was reset by the application"
    ),
    StreakRecounted: lambda effect, streak: (
        f"recounted under the new rules, the {streak.name} is {streak.periods(effect.length)}"
    ),
    LevelChanged: lambda effect, _: (
        f"the level in {effect.system} went from {effect.previous or 'none'} to {effect.level or 'none'} at "
        f"{effect.total:,}"
    ),
    PointsLimited: lambda effect, _: (
        f"{effect.lost:,} {effect.system} {effect.trigger.reason} are lost: the limit is {effect.trigger.limit}"
    ),
    PointsChanged: lambda effect, _: f"a notification is due: {effect.system} {effect.added:+,} = {effect.total:,}",
    RankChanged: lambda effect, _: (
        f"a notification is due: rank {effect.rank or 'none'} in {effect.leaderboard}, previously "
        f"{effect.previous_rank or 'none'}"
    ),
    LeaderboardChanged: lambda effect, _: f"the ranking of {effect.leaderboard} changed",
    LeaderboardStarted: lambda effect, _: f"a run of {effect.leaderboard} starts on {describe_day(effect.start)}",
    LeaderboardFinished: lambda effect, _: (
        f"the run of {effect.leaderboard} that started on {describe_day(effect.start)} ends"
    ),
    BoostStarted: lambda effect, _: f"the boost {effect.boost.name!r} of {effect.system} starts",
    BoostFinished: lambda effect, _: f"the boost {effect.boost.name!r} of {effect.system} ends",
    RecapDue: lambda effect, _: (
        f"a recap is due for {describe_day(effect.period_start)} to {describe_day(effect.period_end)}"
    ),
    ReactivationDue: lambda effect, _: (
        f"reactivation {effect.message_number} is due, after {count_noun(effect.days_since_last_active, 'idle day')}"
    ),
    StreakReminderDue: lambda effect, streak: (
        f"a reminder is due: {streak.period(effect.period_start)} is not credited yet"
    ),
    AchievementDue: lambda effect, _: f"the email about {name_raw_completion(effect)!r} is due",
}


def _describe_effect(
    plan: Plan, effect: NamedEffect, changes: MetricChanges, previous: NamedEffect | None, time_zone: Zone
) -> str:
    streak = _describe_streak_of_effect(plan, effect)
    if effect.kind is StreakLost and previous is not None and previous.kind is StreakReset:  # nothing was missed
        return f"the {streak.name} of {streak.periods(effect.length)} was lost by the reset"
    sentence = SENTENCES.get(effect.kind)
    if sentence is not None:
        return sentence(effect, streak)
    if effect.kind is MetricChanged:
        return describe_metric_change(plan.metrics[effect.metric], effect, time_zone)
    return describe_completion(plan, effect, changes, time_zone)


def _describe_streak_of_effect(plan: Plan, effect: NamedEffect) -> StreakExplanationWords:
    """Return the words for the streak of an effect; for another effect those for the primary streak."""
    streaks = plan.ruleset.streaks
    key = getattr(effect, "streak", None)
    streak = next((streak for streak in streaks if streak.key == key), plan.ruleset.primary_streak)
    if streak is None:
        return StreakExplanationWords("period", "streak")
    return StreakExplanationWords(
        period_noun(streak.frequency), streak.key + " streak" if len(streaks) > 1 else "streak"
    )
