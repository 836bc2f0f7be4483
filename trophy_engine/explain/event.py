"""Why a command did what it did: the day that it fell on, the thresholds that it crossed, and what followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from math import floor
from typing import Any, Final, assert_never

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.boosts import reckoned
from trophy_engine.core.commands import (
    Complete,
    GrantFreeze,
    Identify,
    Pause,
    Record,
    ResetStreak,
    RestoreStreak,
    Unpause,
    UserCommand,
)
from trophy_engine.core.effects import (
    AchievementBackdated,
    AchievementDue,
    BoostFinished,
    BoostStarted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    LeaderboardChanged,
    LeaderboardFinished,
    LeaderboardStarted,
    LevelChanged,
    MetricChanged,
    PointsAwarded,
    PointsChanged,
    RankChanged,
    RawEffect,
    ReactivationDue,
    RecapDue,
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
    UserChanged,
    UserCreated,
)
from trophy_engine.core.plan import AchievementPlan, Counter, Plan, TriggerPlan
from trophy_engine.explain.phrases import PERIOD_NAMES, describe_zone, format_clock, name_day
from trophy_engine.explain.points import AwardExplanation, explain_award
from trophy_engine.numbers import Number
from trophy_engine.rules.phrases import count_noun, join_words

__all__ = ["Consequence", "EventExplanation", "explain_event"]

#: Where events took the totals of metrics from and to, by the counter.
Moves = Mapping[Counter | None, tuple[Number, Number]]


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
    plan: Plan, command: UserCommand, effects: Sequence[RawEffect], home: Zone, *, repeated: bool = False
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


def consequences_of(plan: Plan, effects: Sequence[RawEffect], home: Zone) -> Iterator[Consequence]:
    """Say of each effect what it was and why, in order; ``home`` is the user's zone after all of them."""
    moves: Moves = {plan.metrics[raw[3]].total: (raw[5], raw[6]) for raw in effects if raw[0] is MetricChanged}
    home = next((zone(raw[4]) for raw in effects if _changes_zone(raw)), home)
    for before, raw in zip((None, *effects), effects, strict=False):
        home = zone(raw[5]) if _changes_zone(raw) else home
        award = explain_award(raw, _times(plan, raw, moves), home) if raw[0] is PointsAwarded else None
        text = award.text if award is not None else _say(plan, raw, moves, before)
        at = raw[2]
        day = date.fromordinal(home.window(at)[0])
        yield Consequence(
            raw[0].type, from_micros(at), format_clock(home, at), day, describe_zone(home, at), text, award
        )


def _changes_zone(raw: RawEffect) -> bool:
    return raw[0] is UserChanged and raw[3] == "time_zone"


def _field(name: str) -> str:
    return name.removeprefix("attributes.").replace("_", " ")


#: What each kind of effect says, from the fields after the instant and what a period is called.
SENTENCES: Final[Mapping[type[Effect], Callable[[Sequence[Any], str], str]]] = {
    UserCreated: lambda of, _: f"they were seen for the first time, in {of[0]}",
    UserChanged: lambda of, _: f"{_field(of[0])} changed from {of[1] or 'nothing'} to {of[2]}",
    MetricChanged: lambda of, _: f"{of[0]}: {of[2]:,} {'-' if of[1] < 0 else '+'} {abs(of[1]):,} = {of[3]:,}",
    StreakStarted: lambda of, unit: f"a streak started: the {unit} of {name_day(of[1])} is credited",
    StreakExtended: lambda of, unit: f"the streak grew to {count_noun(of[0], unit)}: {name_day(of[1])} is credited",
    StreakLost: lambda of, unit: f"the streak of {count_noun(of[0], unit)} was lost: {name_day(of[1])} was missed",
    FreezeConsumed: lambda of, _: f"a freeze carried the streak over {name_day(of[2])}; {of[0]:,} left",
    StreakLossUndone: lambda of, unit: (
        f"the clock shows {name_day(of[1])} again: the streak of {count_noun(of[0], unit)} runs on"
    ),
    FreezeReturned: lambda of, _: f"the clock shows {name_day(of[2])} again: its freeze is back; {of[0]:,} held",
    FreezeEarned: lambda of, _: f"{count_noun(of[0], 'freeze')} came with time; {of[1]:,} held",
    FreezeGranted: lambda of, _: f"{count_noun(of[0], 'freeze')} granted; {of[1]:,} held",
    StreakPaused: lambda of, _: f"the streak is safe from {name_day(of[1])} to {name_day(of[2])}",
    StreakUnpaused: lambda of, _: f"pause {of[0]} protects no further day",
    StreakRestored: lambda of, unit: f"the streak of {count_noun(of[0], unit)} runs on",
    StreakReset: lambda of, unit: f"the streak of {count_noun(of[0], unit)} was ended by the application",
    StreakRecounted: lambda of, unit: f"by the calendar of the new rules the streak is {count_noun(of[1], unit)}",
    LevelChanged: lambda of, _: f"the level in {of[0]} went from {of[1] or 'none'} to {of[2] or 'none'} at {of[3]:,}",
    PointsChanged: lambda of, _: f"they are told of {of[0]}: {of[2]:+,} makes {of[1]:,}",
    RankChanged: lambda of, _: f"they are told of {of[0]}: rank {of[2] or 'none'} after {of[3] or 'none'}",
    LeaderboardChanged: lambda of, _: f"the ranking of {of[0]} changed",
    LeaderboardStarted: lambda of, _: f"a run of {of[0]} starts on {name_day(of[1])}",
    LeaderboardFinished: lambda of, _: f"the run of {of[0]} that started on {name_day(of[1])} is over",
    BoostStarted: lambda of, _: f"the boost {of[1].name!r} of {of[0]} starts",
    BoostFinished: lambda of, _: f"the boost {of[1].name!r} of {of[0]} is over",
    RecapDue: lambda of, _: f"a recap is due of {name_day(of[0])} to {name_day(of[1])}",
    ReactivationDue: lambda of, _: f"message {of[0]} to come back is due, after {count_noun(of[1], 'idle day')}",
    StreakReminderDue: lambda of, unit: f"a reminder is due: the {unit} of {name_day(of[1])} is not credited yet",
    AchievementDue: lambda of, _: f"the mail about {of[0]!r} is due",
}


def _say(plan: Plan, raw: RawEffect, moves: Moves, before: RawEffect | None) -> str:
    streak = plan.ruleset.streak
    unit = "period" if streak is None else PERIOD_NAMES[streak.frequency]
    if raw[0] is StreakLost and before is not None and before[0] is StreakReset:  # nothing was missed
        return f"the streak of {count_noun(raw[3], unit)} was lost by it"
    say = SENTENCES.get(raw[0])
    if say is not None:
        return say(raw[3:], unit)
    silent = ", found to have been due before" if raw[0] is AchievementBackdated else ""
    return f"{raw[3]!r} was completed{silent}: {_why(plan.achievements[raw[3]], moves)}"


def _why(achievement: AchievementPlan, moves: Moves) -> str:
    before, after = moves.get(achievement.counter, (0, 0))
    if achievement.counter is None or not before < achievement.threshold <= after:
        return achievement.rule.trigger.reason
    subject = achievement.counter.subject
    return f"{subject} went from {before:,} to {after:,}, across the mark at {achievement.threshold:,}"


def _times(plan: Plan, raw: RawEffect, moves: Moves) -> int:
    """Return for how many steps of its trigger an award was.

    No effect records how far a filtered total moved; the fewest steps that explain the award are returned.
    """
    trigger = _find_trigger(plan, raw)
    counter, step = trigger.counter, trigger.step
    if counter in moves:
        start, end = moves[counter]
        return floor(end) // step - floor(start) // step
    if counter is None or counter.unfiltered not in moves:
        return 1
    start, end = moves[counter.unfiltered]
    awarded, boosts = raw[5], raw[8]
    most = floor(end - start) // step + 1
    return next((n for n in range(1, most) if abs(reckoned(trigger.points * n, boosts)) >= abs(awarded)), most)


def _find_trigger(plan: Plan, raw: RawEffect) -> TriggerPlan:
    system, key = raw[3], raw[10]
    return next(one for one in plan.systems if one.key == system).triggers[key]
