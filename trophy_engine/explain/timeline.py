"""A user's timeline: the consequences on each local day, and a calendar of the streak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, Literal

import attrs

from trophy_engine.calendar.zones import Zone
from trophy_engine.core import ManualAward, MetricChanged, MetricPlan, NamedEffect, PeriodDecisions, Record, Transition
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.explain.event import Consequence, explain_consequences
from trophy_engine.explain.metric import describe_metric_total
from trophy_engine.explain.phrases import describe_day
from trophy_engine.explain.points import AwardExplanation, describe_reason
from trophy_engine.explain.streak import PeriodKind, describe_decisions
from trophy_engine.numbers import Number, add
from trophy_engine.rules.points import PointsTrigger

__all__ = ["DayStatus", "TimelineDay", "calendar_of", "draw_calendar", "timeline_of"]

#: The status of a day for the streak; ``"acted"`` is a day with an event but without a credit.
DayStatus = PeriodKind | Literal["acted", "idle"]

_LETTERS: Final[dict[DayStatus, str]] = {
    "credited": "█",
    "frozen": "*",
    "missed": "x",
    "reset": "/",
    "restored": "+",
    "disabled": "-",
    "acted": "o",
    "idle": "·",
}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ONE_DAY: Final = timedelta(days=1)


@attrs.define
class _TimelineAwards:
    """Awards of one points system on one day with no other line between them.

    Attributes:
        index: the index of its line.
        number: the number of awards.
        amounts: the points of each trigger, in the order of their first awards.
    """

    index: int
    number: int = 0
    amounts: dict[PointsTrigger | ManualAward, int] = attrs.field(factory=dict)

    def add(self, award: AwardExplanation) -> None:
        """Add an award."""
        self.number += 1
        self.amounts[award.trigger] = self.amounts.get(award.trigger, 0) + award.awarded

    def describe(self, system: str, total: int) -> str:
        """Return the sum of the awards with the balance after the last one, and the triggers."""
        if len(self.amounts) == 1:
            reasons = ", ".join(map(describe_reason, self.amounts))
        else:
            reasons = ", ".join(f"{points:+,} {describe_reason(trigger)}" for trigger, points in self.amounts.items())
        separator = "," if len(self.amounts) == 1 else ":"
        return f"{system} {sum(self.amounts.values()):+,} = {total:,} in {self.number:,} awards{separator} {reasons}"


@attrs.define
class TimelineDay:
    """A local day on which something happened.

    Attributes:
        day: the day.
        time_zone: the zone, with its offset at the first consequence.
        recorded: by recorded metric, the number of events and the sum of their values.
        totals: by metric that is not a sum of all values, its total after the last event of the day, as a phrase.
        lines: all other consequences, in order; consecutive awards of a points system share a line.
    """

    day: date
    time_zone: str
    recorded: dict[str, tuple[int, Number]] = attrs.field(factory=dict)
    totals: dict[str, str] = attrs.field(factory=dict)
    lines: list[str] = attrs.field(factory=list)
    _runs: dict[str, _TimelineAwards] = attrs.field(factory=dict)

    def add(self, consequence: Consequence) -> None:
        """Add a consequence; awards without boosts or bounds share a line with those before them of their system.

        Any other line begins a new one, so that the balances of the lines add up.
        """
        award = consequence.award
        if award is None or award.boosts or award.bound or award.limited:
            self._runs.clear()
            self.lines.append(consequence.text)
            return
        run = self._runs.setdefault(award.system, _TimelineAwards(len(self.lines)))
        run.add(award)
        if run.number > 1:
            self.lines[run.index] = run.describe(award.system, award.total)
        else:
            self.lines.append(consequence.text)

    @property
    def text(self) -> str:
        """The day and the zone, the totals, and all other consequences."""
        recorded = [
            f"{metric}: {self.totals.get(metric, f'{total:,}')}" + (f" in {events:,} events" if events > 1 else "")
            for metric, (events, total) in self.recorded.items()
        ]
        derived = [f"{metric}: {total}" for metric, total in self.totals.items() if metric not in self.recorded]
        lines = (*recorded, *derived, *self.lines)
        return "\n".join([f"{describe_day(self.day)}, {self.time_zone}", *(f"  {line}" for line in lines)])

    def add_change(self, metric: MetricPlan, change: NamedEffect, time_zone: Zone) -> None:
        """Add the change of a metric by an event, in the zone of the user."""
        if not metric.is_plain:
            self.totals[metric.key] = describe_metric_total(metric, change.after, change.at, time_zone)
        if metric.rule.source is None:
            events, total = self.recorded.get(metric.key, (0, 0))
            self.recorded[metric.key] = events + 1, add(total, change.value)


def timeline_of(transitions: Iterable[Transition]) -> Iterator[TimelineDay]:
    """Yield the days on which something happened to a user, in order of time."""
    today: TimelineDay | None = None
    for transition in transitions:
        consequences = explain_consequences(transition.plan, transition.effects, transition.state.clock.zone)
        for effect, consequence in zip(transition.effects, consequences, strict=True):
            if today is None or consequence.day != today.day:
                if today is not None:
                    yield today
                today = TimelineDay(consequence.day, consequence.time_zone)
            if effect.kind is MetricChanged:
                today.add_change(transition.plan.metrics[effect.metric], effect, transition.state.clock.zone)
            else:
                today.add(consequence)
    if today is not None:
        yield today


def calendar_of(transitions: Iterable[Transition], streak: str) -> dict[date, DayStatus]:
    """Return the status of local days for a streak; days without an event or a decision are absent."""
    statuses: dict[date, DayStatus] = {}
    account = PeriodDecisions(streak)
    for transition in transitions:
        if isinstance(transition.command, Record):
            local_day, _ = transition.state.clock.zone.window(transition.command.at)
            statuses.setdefault(date.fromordinal(local_day), "acted")
        account.add(transition)
    for period in describe_decisions(account):
        day = period.first_day
        while day <= period.last_day:
            statuses[day] = period.kind
            day += _ONE_DAY
    return statuses


def draw_calendar(statuses: dict[date, DayStatus], first: date, last: date) -> Iterator[str]:
    """Return the lines of a calendar, year by year: one row per weekday, one column per week; a legend ends it.

    Raises:
        InvalidValue: the last day is before the first.
    """
    if last < first:
        raise InvalidValue((f"{last} must not be before", FieldName("first"), str(first)), "last")
    return _draw_timeline_years(statuses, first, last)


def _draw_timeline_years(statuses: dict[date, DayStatus], first: date, last: date) -> Iterator[str]:
    for year in range(first.year, last.year + 1):
        start, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        if any(start <= day <= end for day in statuses):
            yield from _draw_timeline_year(statuses, start, end)
    seen = {status for day, status in statuses.items() if first <= day <= last} | {"idle"}
    yield "     " + "   ".join(f"{letter} {status}" for status, letter in _LETTERS.items() if status in seen)


def _draw_timeline_year(statuses: dict[date, DayStatus], start: date, end: date) -> Iterator[str]:
    monday = start - _ONE_DAY * start.weekday()
    weeks = [monday + timedelta(weeks=week) for week in range((end - monday).days // 7 + 1)]
    months = [_label_timeline_month(week, start, end) for week in weeks]
    if not "".join(months[:2]).strip():  # two labels need a column between them
        months[0] = f"{start:%m}"
    yield f"{start.year} {''.join(months)}".rstrip()
    for weekday, name in enumerate(_WEEKDAYS):
        days = (week + _ONE_DAY * weekday for week in weeks)
        cells = (_LETTERS[statuses.get(day, "idle")] if start <= day <= end else " " for day in days)
        yield f"{name}  {' '.join(cells)}".rstrip()


def _label_timeline_month(week: date, start: date, end: date) -> str:
    """Return the number of the month if its first day is in the week, else spaces: two characters."""
    days = [week + _ONE_DAY * weekday for weekday in range(7)]
    begins = next((day for day in days if day.day == 1 and start <= day <= end), None)
    return "  " if begins is None else f"{begins:%m}"
