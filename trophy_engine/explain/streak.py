"""Why a streak has its length: its periods, and the period that ended the last one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, assert_never

import attrs

from trophy_engine.calendar.frequencies import FrequencyName
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    PeriodDecision,
    PeriodDecisions,
    Plan,
    ResetStreak,
    StreakPlan,
    Transition,
    UserState,
    find_streak_expiry_day,
    is_past_event_counted,
    open_period_totals,
    past_events_of,
    read_streak_preferences,
)
from trophy_engine.explain.phrases import describe_day, describe_local_time, describe_zone
from trophy_engine.numbers import Number, subtract
from trophy_engine.representation import TextAsHtml
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.interval import Interval, period_noun
from trophy_engine.rules.phrases import count_noun, describe_filtered_metric, join_words
from trophy_engine.rules.streak import EvaluationMode
from trophy_engine.values import Value

__all__ = [
    "Condition",
    "MissedPeriod",
    "Period",
    "PeriodKind",
    "StreakExplanation",
    "describe_decisions",
    "explain_streak",
]

#: What happened in a period.
PeriodKind = Literal["credited", "frozen", "missed", "reset", "disabled", "restored"]

_ENDINGS: Final = frozenset({"missed", "reset", "disabled"})


@attrs.frozen
class Condition(Value):
    """A condition of the streak: the total of a metric in a period, and its threshold.

    Attributes:
        metric: the key of the metric.
        total: the total; 0 for a greatest value of nothing.
        threshold: the threshold.
        is_sum: whether the metric is the sum of all values that are recorded for it.
        event_attributes: the filter on events; without one, the total is over all events.
    """

    metric: str
    total: Number
    threshold: Number
    is_sum: bool = True
    event_attributes: Filter = attrs.field(factory=Filter)

    @property
    def name(self) -> str:
        """What is counted, in words: the metric, and the filter if there is one."""
        return describe_filtered_metric(self.metric, self.event_attributes)

    @property
    def missing(self) -> Number:
        """The difference to the threshold, 0 if the condition is met."""
        return max(subtract(self.threshold, self.total), 0)


@attrs.frozen
class Period(Value):
    """A period with a decision about the streak.

    Attributes:
        first_day, last_day: its first and last local day.
        kind: ``"credited"``, ``"frozen"`` (a freeze was spent on it), ``"missed"`` (it ended the streak), ``"reset"``
            (the application ended the streak in it), ``"disabled"`` (the user disabled the streak in it) or
            ``"restored"`` (the application restored a lost streak in it).
        length: the length of the streak after it, or of the streak that it ended.
        at: the instant of the decision (aware, UTC).
    """

    first_day: date
    last_day: date
    kind: PeriodKind
    length: int
    at: datetime


@attrs.frozen
class MissedPeriod(Value):
    """The missed period that ended a streak.

    Attributes:
        first_day, last_day: its first and last local day.
        ended_at: the instant when it ended (aware, UTC); ``local`` is the user's local time.
        time_zone: the user's zone then.
        length: the length of the streak that it ended.
        conditions: the totals of the period; ``mode`` decides whether all or any of the conditions were required.
        has_freezes: whether the rules have freezes; the user had none, or one would have been spent.
    """

    first_day: date
    last_day: date
    ended_at: datetime
    local: str
    time_zone: str
    length: int
    conditions: tuple[Condition, ...]
    mode: EvaluationMode
    has_freezes: bool

    @property
    def saved_by(self) -> tuple[str, ...]:
        """The ways in which the user could have saved the streak, in words; none without conditions and freezes."""
        unmet = [condition for condition in self.conditions if condition.missing]
        if all(condition.is_sum for condition in unmet):
            verb = "recording"
            missing = [f"{one.missing:,}{' more' if one.total else ''} for {one.name}" for one in unmet]
        else:
            verb, missing = "reaching", [f"{condition.threshold:,} for {condition.name}" for condition in unmet]
        if not missing:  # easier conditions, which the totals met already, need one more event
            missing = [f"anything for {' or '.join(condition.name for condition in self.conditions)}"]
        words = join_words(missing) if self.mode == "AND" else " or ".join(missing)
        saved = [f"{verb} {words} by the end of {describe_day(self.last_day)}"] if self.conditions else []
        return (*saved, *(["a freeze"] if self.has_freezes else []))

    @property
    def text(self) -> str:
        """The missed period, the instant of the loss, and what would have saved the streak, in at most two lines."""
        days = describe_day(self.first_day)
        if self.last_day != self.first_day:
            days += f" to {describe_day(self.last_day)}"
        text = f"{days} was missed, which ended a streak of {self.length:,} on {self.local}, {self.time_zone}."
        return f"{text}\nIt would have been saved by {', or by '.join(self.saved_by)}." if self.saved_by else text


@attrs.frozen
class StreakExplanation(TextAsHtml, Value):
    """A user's streak, and the periods that led to it.

    Attributes:
        user_id: the user.
        at: the instant of the explanation (aware, UTC); ``local`` is the user's local time, ``time_zone`` the zone.
        streak: the key of the streak; ``is_named`` is whether the text names it, as where the rules have several.
        frequency: that of the rules, for example ``"daily"``, or an ``Interval``.
        length, longest: the length of the running streak (0 for none) and of the longest one.
        first_day, last_day: the first and the last local day of the current period.
        is_credited: whether the current period is credited; ``conditions`` has its totals.
        expires: the last local day on which activity keeps a running streak, not counting freezes.
        freezes: the user's freezes; None if the rules have none.
        frozen_periods: on how many periods of the running streak a freeze was spent.
        periods: all decided periods, in order.
        missed: the missed period of the last loss; None if there was none, or a reset or disabling since.
        is_disabled: whether the user has disabled the streak.
    """

    user_id: str
    at: datetime
    local: str
    time_zone: str
    streak: str
    frequency: FrequencyName | Interval
    length: int
    longest: int
    first_day: date
    last_day: date
    is_credited: bool
    conditions: tuple[Condition, ...]
    expires: date | None
    freezes: int | None
    frozen_periods: int
    periods: tuple[Period, ...]
    missed: MissedPeriod | None
    is_disabled: bool = False
    is_named: bool = False

    @property
    def text(self) -> str:
        """The streak, what its current period needs, and why it is not longer."""
        unit = period_noun(self.frequency)
        this = f"This {unit}" if unit != "period" else f"This period, {self._name_period()},"
        if self.length:
            frozen = count_noun(self.frozen_periods, "missed " + unit)
            carried = f", with freezes spent on {frozen}" if self.frozen_periods else ""
            length = count_noun(self.length, unit)
            has = f"has {length} of the {self._name}" if self.is_named else f"has a streak of {length}"
            lines = [f"{self.user_id} {has}{carried}."]
        else:
            lines = [f"{self.user_id} has no {self._name}; the longest was {count_noun(self.longest, unit)}."]
        lines.append(f"It is {self.local}, {self.time_zone}.")
        if self.is_credited:
            lines.append(f"{this} is credited.")
        elif self.conditions:
            needs = (
                f"{condition.name} {condition.total:,} of {condition.threshold:,}" for condition in self.conditions
            )
            lines.append(f"{this} is not credited yet: {join_words(needs)}.")
        else:
            why = "the user has disabled the streak" if self.is_disabled else "the streak has no conditions"
            lines.append(f"No event credits this {unit}: {why}.")
        if self.expires is not None:
            lines.append(f"Activity by the end of {describe_day(self.expires)} keeps it{self._describe_freezes()}.")
        if self.missed is not None:
            lines.append(self.missed.text)
        return "\n".join([*lines, *self._interventions(unit)])

    @property
    def _name(self) -> str:
        return f"{self.streak} streak" if self.is_named else "streak"

    def _name_period(self) -> str:
        return f"{describe_day(self.first_day)} to {describe_day(self.last_day)}"

    def _interventions(self, unit: str) -> Iterator[str]:
        """Yield the resets, restorations and disabling since the streak was last lost."""
        last = max((index for index, period in enumerate(self.periods) if period.kind in _ENDINGS), default=0)
        for period in self.periods[last:]:
            if period.kind in {"reset", "disabled", "restored"}:
                who = "user" if period.kind == "disabled" else "application"
                when = f"{'on' if unit == 'day' else f'in the {unit} of'} {describe_day(period.first_day)}"
                yield f"The {who} {period.kind} a streak of {count_noun(period.length, unit)} {when}."

    def _describe_freezes(self) -> str:
        return "" if self.freezes is None else f"; {count_noun(self.freezes, 'freeze')} available"

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def describe_decisions(account: PeriodDecisions) -> Iterator[Period]:
    """Yield the periods that were credited, frozen or missed, and those of resets and restorations, in order."""
    for decision, _ in account:
        match decision.kind:
            case "credited" | "frozen" | "restored" as kind:
                yield _describe_decided_period(decision, kind, decision.length)
            case "missed" | "reset" | "disabled" as kind:
                yield _describe_decided_period(decision, kind, decision.ended)
            case "paused" | "day_off" | "protected" | "lost" | "recounted" | "undone":
                pass  # no decision on the streak of the user's own calendar, or none that changed it
            case _:
                assert_never(decision.kind)


def _describe_decided_period(decision: PeriodDecision, kind: PeriodKind, length: int) -> Period:
    streak, period = decision.streak, decision.last
    first_day, last_day = streak.first_day(period), _last_day_of_explained_period(streak, period)
    return Period(date.fromordinal(first_day), date.fromordinal(last_day), kind, length, from_micros(decision.at))


def _last_day_of_explained_period(streak: StreakPlan, period: int) -> int:
    return streak.first_day(period + 1) - 1


def _explain_last_missed_period(account: PeriodDecisions) -> MissedPeriod | None:
    """Return the missed period of the last loss, or None if the streak was reset or disabled since."""
    missed: MissedPeriod | None = None
    for decision, transition in account:
        if decision.kind == "missed":
            missed = _describe_missed_period(decision, transition)
        elif decision.kind in _ENDINGS:
            missed = None
    return missed


def _count_frozen_periods(account: PeriodDecisions, streak: StreakPlan, started: int) -> int:
    """Return on how many periods of the streak that started on a day, and runs, a freeze was spent."""
    frozen: list[PeriodDecision] = []
    for decision, _ in account:
        if decision.streak.calendar != streak.calendar:
            continue  # spent for the streak by another calendar
        if decision.kind == "frozen":
            frozen.append(decision)
        elif decision.kind == "restored":  # it passes the periods of the streaks since the loss
            frozen = [other for other in frozen if other.first < decision.first]
    return sum(decision.first_day > started for decision in frozen)


def explain_streak(transitions: Sequence[Transition], streak: StreakPlan) -> StreakExplanation:
    """Return the explanation of a streak after the last transition, under its rules."""
    account = PeriodDecisions(streak.key, transitions)
    state, rules = transitions[-1].state, transitions[-1].plan.ruleset
    current = state.streaks[streak.place]
    custom = current.custom_streak or streak
    period = streak.index(state.clock.day)
    last_day = find_streak_expiry_day(current, custom, state.clock.zone) if current.length else None
    is_disabled = not read_streak_preferences(state.profile.preferences, streak.key).get("enabled", True)
    return StreakExplanation(
        user_id=state.id,
        at=from_micros(state.clock.settled),
        local=describe_local_time(state.clock.zone, state.clock.settled),
        time_zone=describe_zone(state.clock.zone, state.clock.settled),
        streak=streak.key,
        frequency=rules.streaks[streak.place].frequency,
        length=current.length,
        longest=current.longest,
        first_day=date.fromordinal(streak.first_day(period)),
        last_day=date.fromordinal(_last_day_of_explained_period(streak, period)),
        is_credited=period in current.credited_ahead or (current.length > 0 and period <= current.decided_through),
        conditions=_explain_conditions(transitions[-1].plan, custom, _totals_of_explained_period(transitions, streak)),
        expires=None if last_day is None else date.fromordinal(last_day),
        freezes=current.freezes if streak.freezes else None,
        frozen_periods=0 if current.started is None else _count_frozen_periods(account, streak, current.started),
        periods=tuple(describe_decisions(account)),
        missed=None if is_disabled else _explain_last_missed_period(account),
        is_disabled=is_disabled,
        is_named=len(rules.streaks) > 1,
    )


def _explain_conditions(plan: Plan, streak: StreakPlan, totals: Mapping[str, Number]) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            condition.metric,
            totals.get(name, 0),
            condition.threshold,
            plan.metrics[condition.metric].is_plain,
            condition.counter.event_attributes,
        )
        for name, condition in streak.conditions.items()
    )


def _totals_of_explained_period(transitions: Sequence[Transition], streak: StreakPlan) -> dict[str, Number]:
    """Return, by condition, the total of the current period since the last reset in it.

    The state has no totals of a period that is credited, so they are computed from the events. As in the state, an
    event counts for the metrics that were conditions at the time, and a metric that stops being one starts from 0. A
    metric that has changed since counts by the present rules.
    """
    today, metrics = transitions[-1].state.clock.day, transitions[-1].plan.metrics
    period = streak.index(today)
    held: dict[str, Any] = {}
    keys: dict[str, str] = {}
    for transition in transitions:
        command, state = transition.command, transition.state
        declared = transition.plan.find_streak(streak.key)
        is_reset = isinstance(command, ResetStreak) and transition.plan.streak_of(command.streak) is declared
        if declared is None or is_reset:
            held = {}
            continue
        visible = state.streaks[declared.place].custom_streak or declared
        held = {name: total for name, total in held.items() if name in visible.conditions}
        for event in past_events_of(transition):
            if streak.index(event.day) != period:
                continue
            for name, condition in visible.conditions.items():
                metric = metrics.get(condition.metric)
                if (
                    metric is not None
                    and is_past_event_counted(event, metric)
                    and condition.counter.accepts(event.attributes)
                ):
                    item = metric.item_of(event.value, event.attributes, event.day, event.times)
                    keys[name] = metric.key
                    held[name] = metric.aggregate.add(held.get(name), item)
    return {name: metrics[keys[name]].aggregate.total(total) or 0 for name, total in held.items()}


def _describe_missed_period(decision: PeriodDecision, transition: Transition) -> MissedPeriod:
    before = transition.state if transition.before is None else transition.before
    streak, period = decision.streak, decision.first
    return MissedPeriod(
        first_day=date.fromordinal(decision.first_day),
        last_day=date.fromordinal(decision.last_day),
        ended_at=from_micros(decision.at),
        local=describe_local_time(before.clock.zone, decision.at),
        time_zone=describe_zone(before.clock.zone, decision.at),
        length=decision.ended,
        conditions=_explain_conditions(
            transition.plan, streak, _totals_of_missed_period(streak, transition.before, period)
        ),
        mode=streak.mode,
        has_freezes=streak.freezes is not None,
    )


def _totals_of_missed_period(streak: StreakPlan, state: UserState | None, period: int) -> dict[str, Number]:
    """Return, by condition, the totals of a period that is not credited, from the user's state."""
    if state is None:
        return {}
    return {name: totals.total(period) or 0 for name, totals in open_period_totals(streak, state).items()}
