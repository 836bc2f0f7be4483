"""Why a command did what it did: the day that it fell on, the thresholds that it crossed, and what followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from math import floor
from typing import Final, assert_never

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import (
    AchievementBackdated,
    AchievementDue,
    AchievementPlan,
    BoostFinished,
    BoostStarted,
    Complete,
    Counter,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    GrantFreeze,
    Identify,
    LeaderboardChanged,
    LeaderboardFinished,
    LeaderboardStarted,
    LevelChanged,
    MetricChanged,
    NamedEffect,
    Pause,
    Plan,
    PointsAwarded,
    PointsChanged,
    RankChanged,
    ReactivationDue,
    RecapDue,
    Record,
    ResetStreak,
    RestoreStreak,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakPaused,
    StreakRecounted,
    StreakReminderDue,
    StreakReset,
    StreakRestored,
    StreakStarted,
    StreakUnpaused,
    TriggerPlan,
    Unpause,
    UserChanged,
    UserCommand,
    UserCreated,
    boosted,
)
from trophy_engine.explain.phrases import PERIOD_NAMES, describe_zone, format_clock, name_day
from trophy_engine.explain.points import AwardExplanation, explain_award
from trophy_engine.rules.phrases import count_noun, join_words

__all__ = ["Consequence", "EventExplanation", "explain_event"]

#: How events changed the totals of metrics, by the counter.
MetricChanges = Mapping[Counter | None, NamedEffect]


@attrs.frozen
class Consequence:
    """Something that followed from a command, or from the time that had passed before it.

    Attributes:
        type: that of its effect, such as ``"achievement.completed"``.
        at: when (aware, UTC); ``local`` is what the user's clock showed, ``day`` the local day, ``time_zone`` where.
        text: what happened and why, in a sentence.
        award: how it was calculated, for an award.
    """

    type: str
    at: datetime
    local: str
    day: date
    time_zone: str
    text: str
    award: AwardExplanation | None = None


@attrs.frozen
class EventExplanation:
    """What a command did, and why.

    Attributes:
        user_id: the user.
        at: when (aware, UTC); ``local`` is what the user's clock showed, ``day`` the local day, ``time_zone`` where.
        asked: what the command was, in words.
        consequences: what followed, in order; what time had made due before comes first.
        repeated: whether the command repeated an idempotency key, so that nothing was done.
    """

    user_id: str
    at: datetime
    local: str
    day: date
    time_zone: str
    asked: str
    consequences: tuple[Consequence, ...]
    repeated: bool

    @property
    def text(self) -> str:
        """The command and where it fell, and a line a consequence."""
        head = f"{self.user_id} {self.asked} on {self.local}, {self.time_zone}."
        if self.repeated:
            return f"{head} Its idempotency key had been used before: nothing was done."
        lines = (
            consequence.text if consequence.at == self.at else f"before, on {consequence.local}: {consequence.text}"
            for consequence in self.consequences
        )
        return "\n".join([head, *(f"  {line}" for line in lines)])

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def explain_event(
    plan: Plan, command: UserCommand, effects: Sequence[NamedEffect], home: Zone, *, repeated: bool = False
) -> EventExplanation:
    """Explain what a command did from its effects; ``home`` is the user's zone after it."""
    return EventExplanation(
        user_id=command.user_id,
        at=from_micros(command.at),
        local=format_clock(home, command.at),
        day=date.fromordinal(home.window(command.at)[0]),
        time_zone=describe_zone(home, command.at),
        asked=_describe_command(command),
        consequences=tuple(consequences_of(plan, effects, home)),
        repeated=repeated,
    )


def _describe_command(command: UserCommand) -> str:  # noqa: PLR0911  # a table of what commands are in words
    match command:
        case Record(_, _, metric, value, attributes, _):
            pairs = f" ({join_words(f'{key} = {text!r}' for key, text in attributes)})" if attributes else ""
            return f"recorded {value:,} {metric}{pairs}"
        case Complete(_, _, achievement):
            return f"was said to have completed {achievement!r}"
        case Identify(_, _, changes):
            told = [f"{_field(field)} {value or 'cleared'}" for field, value in changes]
            return f"was identified with {join_words(told)}" if told else "was identified"
        case GrantFreeze():
            return "was given a freeze"
        case Pause(_, _, start, end):
            return f"had their streak paused from {start} to {end}"
        case Unpause(_, _, number):
            return f"had their pause {number} taken back"
        case RestoreStreak():
            return "had their streak restored"
        case ResetStreak():
            return "had their streak reset"
        case _:
            assert_never(command)


def consequences_of(plan: Plan, effects: Sequence[NamedEffect], home: Zone) -> Iterator[Consequence]:
    """Explain each effect, in order; ``home`` is the user's zone after all of them."""
    changes: MetricChanges = {
        plan.metrics[effect.metric].total: effect for effect in effects if effect.kind is MetricChanged
    }
    home = next((zone(effect.before) for effect in effects if _changes_zone(effect)), home)
    for previous, effect in zip((None, *effects), effects, strict=False):
        home = zone(effect.after) if _changes_zone(effect) else home
        award = explain_award(effect, _times(plan, effect, changes), home) if effect.kind is PointsAwarded else None
        text = award.text if award is not None else _describe_effect(plan, effect, changes, previous)
        at = effect.at
        day = date.fromordinal(home.window(at)[0])
        yield Consequence(
            effect.kind.type, from_micros(at), format_clock(home, at), day, describe_zone(home, at), text, award
        )


def _changes_zone(effect: NamedEffect) -> bool:
    return effect.kind is UserChanged and effect.field == "time_zone"


def _field(name: str) -> str:
    return name.removeprefix("attributes.").replace("_", " ")


#: The sentence of each kind of effect, from its fields and the name of a period.
SENTENCES: Final[Mapping[type[Effect], Callable[[NamedEffect, str], str]]] = {
    UserCreated: lambda effect, _: f"they were seen for the first time, in {effect.time_zone}",
    UserChanged: lambda effect, _: (
        f"{_field(effect.field)} changed from {effect.before or 'nothing'} to {effect.after}"
    ),
    MetricChanged: lambda effect, _: (
        f"{effect.metric}: {effect.before:,} {'-' if effect.value < 0 else '+'} {abs(effect.value):,} = "
        f"{effect.after:,}"
    ),
    StreakStarted: lambda effect, unit: f"a streak started: the {unit} of {name_day(effect.period_start)} is credited",
    StreakExtended: lambda effect, unit: (
        f"the streak grew to {count_noun(effect.length, unit)}: {name_day(effect.period_start)} is credited"
    ),
    StreakLost: lambda effect, unit: (
        f"the streak of {count_noun(effect.length, unit)} was lost: {name_day(effect.period_start)} was missed"
    ),
    FreezeConsumed: lambda effect, _: (
        f"a freeze carried the streak over {name_day(effect.period_start)}; {effect.freezes:,} left"
    ),
    StreakLossUndone: lambda effect, unit: (
        f"the clock shows {name_day(effect.period_start)} again: the streak of "
        f"{count_noun(effect.length, unit)} runs on"
    ),
    FreezeReturned: lambda effect, _: (
        f"the clock shows {name_day(effect.period_start)} again: its freeze is back; {effect.freezes:,} held"
    ),
    FreezeEarned: lambda effect, _: f"{count_noun(effect.earned, 'freeze')} came with time; {effect.freezes:,} held",
    FreezeGranted: lambda effect, _: f"{count_noun(effect.granted, 'freeze')} granted; {effect.freezes:,} held",
    StreakPaused: lambda effect, _: f"the streak is safe from {name_day(effect.start)} to {name_day(effect.end)}",
    StreakUnpaused: lambda effect, _: f"pause {effect.number} protects no further day",
    StreakRestored: lambda effect, unit: f"the streak of {count_noun(effect.length, unit)} runs on",
    StreakReset: lambda effect, unit: f"the streak of {count_noun(effect.length, unit)} was ended by the application",
    StreakRecounted: lambda effect, unit: (
        f"by the calendar of the new rules the streak is {count_noun(effect.length, unit)}"
    ),
    LevelChanged: lambda effect, _: (
        f"the level in {effect.system} went from {effect.previous or 'none'} to {effect.level or 'none'} at "
        f"{effect.total:,}"
    ),
    PointsChanged: lambda effect, _: f"they are told of {effect.system}: {effect.added:+,} makes {effect.total:,}",
    RankChanged: lambda effect, _: (
        f"they are told of {effect.leaderboard}: rank {effect.rank or 'none'} after {effect.previous_rank or 'none'}"
    ),
    LeaderboardChanged: lambda effect, _: f"the ranking of {effect.leaderboard} changed",
    LeaderboardStarted: lambda effect, _: f"a run of {effect.leaderboard} starts on {name_day(effect.start)}",
    LeaderboardFinished: lambda effect, _: (
        f"the run of {effect.leaderboard} that started on {name_day(effect.start)} is over"
    ),
    BoostStarted: lambda effect, _: f"the boost {effect.boost.name!r} of {effect.system} starts",
    BoostFinished: lambda effect, _: f"the boost {effect.boost.name!r} of {effect.system} is over",
    RecapDue: lambda effect, _: f"a recap is due of {name_day(effect.period_start)} to {name_day(effect.period_end)}",
    ReactivationDue: lambda effect, _: (
        f"message {effect.message_number} to come back is due, after "
        f"{count_noun(effect.days_since_last_active, 'idle day')}"
    ),
    StreakReminderDue: lambda effect, unit: (
        f"a reminder is due: the {unit} of {name_day(effect.period_start)} is not credited yet"
    ),
    AchievementDue: lambda effect, _: f"the mail about {effect.achievement!r} is due",
}


def _describe_effect(plan: Plan, effect: NamedEffect, changes: MetricChanges, previous: NamedEffect | None) -> str:
    streak = plan.ruleset.streak
    unit = "period" if streak is None else PERIOD_NAMES[streak.frequency]
    if effect.kind is StreakLost and previous is not None and previous.kind is StreakReset:  # nothing was missed
        return f"the streak of {count_noun(effect.length, unit)} was lost by it"
    sentence = SENTENCES.get(effect.kind)
    if sentence is not None:
        return sentence(effect, unit)
    silent = ", found to have been due before" if effect.kind is AchievementBackdated else ""
    return f"{effect.achievement!r} was completed{silent}: {_why(plan.achievements[effect.achievement], changes)}"


def _why(achievement: AchievementPlan, changes: MetricChanges) -> str:
    counter, threshold = achievement.counter, achievement.threshold
    change = changes.get(counter)
    if counter is None or change is None or not change.before < threshold <= change.after:
        return achievement.rule.trigger.reason
    return f"{counter.subject} went from {change.before:,} to {change.after:,}, across the mark at {threshold:,}"


def _times(plan: Plan, award: NamedEffect, changes: MetricChanges) -> int:
    """Return for how many steps of its trigger an award was.

    No effect records how far a filtered total moved; the fewest steps that explain the award are returned.
    """
    trigger = _find_trigger(plan, award)
    counter, step = trigger.counter, trigger.step
    if counter in changes:
        change = changes[counter]
        times: int = floor(change.after) // step - floor(change.before) // step
        return times
    if counter is None or counter.unfiltered not in changes:
        return 1
    most = floor(changes[counter.unfiltered].value) // step + 1
    return next(
        (n for n in range(1, most) if abs(boosted(trigger.points * n, award.boosts)) >= abs(award.awarded)), most
    )


def _find_trigger(plan: Plan, award: NamedEffect) -> TriggerPlan:
    system = next(system for system in plan.systems if system.key == award.system)
    return system.triggers[award.trigger_key]
