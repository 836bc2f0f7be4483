"""A naive account of one user's streak: it walks the calendar a day at a time and remembers everything it has seen.

Slow and obvious on purpose, and written from the description of streaks alone, so that it finds faults of the engine,
which skips idle years and keeps little state.

- An event belongs to the local date that the user's zone shows when it arrives, and with it to a day, week or month.
- With a day start, the local date is that of the zone's time less the day start.
- The event at which a period's sums first meet the conditions credits the period.
- A day is over when the user's zone will never show its date again. When the last day of an uncredited period is over,
  the streak is carried by a pause that touches the period, else by a change of zone, else as a day off, else by a
  freeze, else lost.
- A removed pause protects the days before that, and no others.
- A reset loses the streak at once; events before it no longer count.
- A streak is restored to the longest recently lost one if that is longer than the current one: it continues as if
  everything since had been carried, today included, which can still be credited unless it was.
- Freezes are earned at the beginning of every n-th day since the user was created, except the first.
- A change of zone towards the east protects the date of departure, the date of arrival, and those between them.
- Travel west shows dates again. What was credited, or carried by a freeze, is not credited or missed a second time; a
  date that a pause, a day off or travel east protected can be credited, as long as no later one was.
- If the first command after a miss was decided is a change of zone, the decision is undone where the new zone's date is
  in the missed period or before it, or right after it where the new zone's calendar skipped it. The streak is as before
  the decision. A freeze that was spent on it is returned, up to the maximum.
"""

import copy
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import attrs
from calendar_oracle import ONE_DAY, earliest_loss, end_of, existed, last_day_of, local, period_of

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.rules.ruleset import Ruleset

# A streak that has not expired by then never expires.
FAR = 2199
PROTECTIONS = {"paused", "protected", "day_off"}


@attrs.frozen
class Add:
    """The user records a value of a metric."""

    metric: str
    value: int | float | Decimal


@attrs.frozen
class Move:
    """The zone of the user changes."""

    zone: str


@attrs.frozen
class Rest:
    """The user's streak is paused from one date to another, both included."""

    start: date
    end: date


@attrs.frozen
class Resume:
    """A pause is removed, by its number."""

    number: int


@attrs.frozen
class GiveUp:
    """The streak is reset."""


@attrs.frozen
class Restore:
    """A lost streak is restored."""


Action = Add | Move | Rest | Resume | GiveUp | Restore
Command = tuple[datetime, Action]


@attrs.frozen
class Lost:
    """A streak that was lost: its last date, its length, when it had started, its last credited or carried period."""

    end: date
    length: int
    started: date
    through: date


@attrs.frozen
class Fact:
    """Something that happened: a streak started, extended, lost, reset or restored, a freeze consumed or earned."""

    kind: str
    at: datetime
    period: date | None = None
    length: int | None = None
    freezes: int | None = None


@attrs.frozen
class Account:
    """The visible state at an instant, and everything that happened until then."""

    length: int
    longest: int
    started: date | None
    period_start: date | None
    period_end: date | None
    expires: date | None
    extended_at: datetime | None
    freezes: int
    freezes_used: int
    facts: tuple[Fact, ...]


@attrs.frozen
class Decision:
    """A miss that was decided since the last command, and the streak before it."""

    period: date
    frozen: bool
    streak: dict[str, object]


class Walk:
    """The walk through the history of one user: commands are applied in order of time, with queries in between."""

    def __init__(self, rules: Ruleset) -> None:
        self.rules = rules
        self.rule = rule = rules.primary_streak
        self.is_daily = rule.frequency == "daily" or str(rule.frequency) == "every day"
        hours, minutes = map(int, rules.day_start.split(":"))
        self.day_start = timedelta(hours=hours, minutes=minutes)
        self.zone = "UTC"
        self.now: datetime | None = None
        self.born: date | None = None
        self.day: date | None = None  # the first date that is not over
        self.sums = defaultdict(Fraction)  # by period and metric
        self.protected: set[date] = set()
        self.carried: set[date] = set()  # periods that restoring carried
        self.lost: list[Lost] = []
        self.decisions: list[Decision] = []  # since the last command
        self.pauses: list[tuple[date, date] | None] = []  # None for a pause that was removed as a whole
        self.length = 0
        self.longest = 0
        self.started: date | None = None
        self.extended_at: datetime | None = None
        self.through: date | None = None  # the latest period that was credited or carried
        self.freezes = rule.freezes.start_count if rule.freezes else 0
        self.freezes_used = 0
        self.earned_on: date | None = None  # the latest date for which freezes were granted
        self.facts: list[Fact] = []
        self.decided: dict[date, str] = {}  # by period, what was decided last

    def local(self, at: datetime, zone: str) -> datetime:
        return local(at, zone, self.day_start)

    def obey(self, at: datetime, action: Action) -> None:
        if self.now is None:
            self.be_born(at, action.zone if isinstance(action, Move) else "UTC")
        self.live_until(at)
        match action:
            case Move(zone):
                self.move(at, zone)
            case Add(metric, value):
                self.add(at, metric, Fraction(str(value)))
            case Rest(start, end):
                self.pauses.append((start, end))
            case Resume(number):
                self.resume(number - 1, self.local(at, self.zone).date())
            case GiveUp():
                self.give_up(period_of(self.rules, self.local(at, self.zone).date()))
            case Restore():
                self.restore(self.local(at, self.zone).date())
        self.decisions.clear()

    def be_born(self, at: datetime, zone: str) -> None:
        self.zone = zone
        self.born = self.earned_on = self.local(at, zone).date()
        self.day = self.first_open_day(at)
        self.now = at

    def first_open_day(self, at: datetime) -> date:
        day = self.local(at, self.zone).date()
        while end_of(day - ONE_DAY, self.zone, self.day_start) > at:
            day -= ONE_DAY
        return day

    def live_until(self, at: datetime) -> None:
        while end_of(self.day, self.zone, self.day_start) <= at:
            # Days that a change of zone has skipped end when it happens.
            self.now = max(self.now, end_of(self.day, self.zone, self.day_start))
            self.end_day()
        self.now = at

    def end_day(self) -> None:
        ended, self.day = self.day, self.day + ONE_DAY
        if period_of(self.rules, self.day) != period_of(self.rules, ended):
            self.close(period_of(self.rules, ended))
        if self.day > self.earned_on:
            self.earned_on = self.day
            self.earn()

    def close(self, period: date) -> None:
        if self.length and period > self.through and self.excused(period) and period not in self.carried:
            self.decided[period] = self.excuse(period)
        if self.length == 0 or period <= self.through or self.excused(period):
            if self.is_daily and not existed(period, self.zone, self.day_start):
                self.protected.add(period)  # another zone may show it
            return
        kept = {name: getattr(self, name) for name in ("length", "started", "through")}
        copied = {"lost": self.lost.copy(), "decided": self.decided.copy()}
        self.decisions.append(Decision(period, self.freezes > 0, {**kept, **copied}))
        if self.freezes > 0:
            self.through = period
            self.freezes -= 1
            self.freezes_used += 1
            self.decided[period] = "frozen"
            self.note("frozen", period, self.length, self.freezes)
        else:
            self.lose(period, "missed")

    def lose(self, period: date, decided: str) -> None:
        self.decided[period] = decided
        self.note("lost", period, self.length)
        self.lost.append(Lost(period - ONE_DAY, self.length, self.started, self.through))
        self.length = 0
        self.started = None

    def excused(self, period: date) -> bool:
        if period in self.carried or self.is_paused(period):
            return True
        if not self.is_daily:
            return False
        return period in self.protected or self.is_day_off(period) or not existed(period, self.zone, self.day_start)

    def excuse(self, period: date) -> str:
        """Return what protects an excused period: a pause, else travel, else a day off, else that it did not exist."""
        if self.is_paused(period):
            return "paused"
        return "day_off" if self.is_day_off(period) and period not in self.protected else "protected"

    def is_paused(self, period: date) -> bool:
        end = last_day_of(self.rules, period)
        return any(pause and pause[0] <= end and period <= pause[1] for pause in self.pauses)

    def is_day_off(self, period: date) -> bool:
        return WEEKDAYS[period.isoweekday() % 7] in self.rule.days_off

    def resume(self, place: int, today: date) -> None:
        start, end = self.pauses[place]
        end = min(end, today - ONE_DAY)
        self.pauses[place] = (start, end) if start <= end else None

    def give_up(self, period: date) -> None:
        self.note("reset", period, self.length)
        self.lose(period, "reset")
        self.through = min(self.through, period - ONE_DAY)
        self.sums.clear()
        self.protected.clear()
        self.carried.clear()

    def restore(self, today: date) -> None:
        period = period_of(self.rules, today)
        since = earliest_loss(self.rules, today)
        best = max((lost for lost in reversed(self.lost) if lost.end >= since), key=lambda lost: lost.length)
        assert best.length > self.length
        done = max(best.through, self.through) if self.length else best.through
        self.length, self.started = best.length, best.started
        self.longest = max(self.longest, self.length)
        self.through = max(done, period_of(self.rules, period - ONE_DAY))
        self.carried.add(period)
        day = min(period_of(self.rules, best.end + ONE_DAY), period)
        while day <= period:
            self.decided[day] = "restored"
            day = last_day_of(self.rules, day) + ONE_DAY
        self.note("restored", period, self.length)

    def earn(self) -> None:
        freezes = self.rule.freezes
        if not freezes or not freezes.auto_earn_interval or (self.day - self.born).days % freezes.auto_earn_interval:
            return
        earned = min(freezes.auto_earn_amount, freezes.max_count - self.freezes)
        if earned > 0:
            self.freezes += earned
            self.note("earned", None, None, self.freezes)

    def move(self, at: datetime, zone: str) -> None:
        departure, arrival = self.local(at, self.zone), self.local(at, zone)
        if arrival.utcoffset() > departure.utcoffset():
            day = departure.date()
            while day <= arrival.date():
                self.protected.add(day)
                day += ONE_DAY
        self.zone = zone
        self.undo(period_of(self.rules, arrival.date()))
        self.day = min(self.day, self.first_open_day(at))
        self.live_until(at)

    def undo(self, current: date) -> None:
        """Take back what was decided of periods that are open again, but nothing before a decision that stands."""
        reopened = current
        while self.is_daily and not existed(current - ONE_DAY, self.zone, self.day_start):
            current -= ONE_DAY
        while self.decisions and self.decisions[-1].period >= current:
            decision = self.decisions.pop()
            for name, value in decision.streak.items():
                setattr(self, name, value)
            if decision.frozen:
                self.freezes = min(self.freezes + 1, self.rule.freezes.max_count)
                self.freezes_used -= 1
                self.note("returned", decision.period, self.length, self.freezes)
            else:
                self.note("loss undone", decision.period, self.length)
        passed = max((period for period, kind in self.decided.items() if kind not in PROTECTIONS), default=date.min)
        for period in [period for period in self.decided if period >= reopened and period > passed]:
            del self.decided[period]

    def add(self, at: datetime, metric: str, value: Fraction) -> None:
        day = self.local(at, self.zone).date()
        period = period_of(self.rules, day)
        self.sums[period, metric] += value
        if self.counts(metric) and self.meets(period) and (self.through is None or period > self.through):
            self.credit(at, day, period)

    def counts(self, metric: str) -> bool:
        return any(condition.key == metric for condition in self.rule.metrics)

    def meets(self, period: date) -> bool:
        met = [self.sums[period, metric.key] >= Fraction(str(metric.threshold)) for metric in self.rule.metrics]
        return all(met) if self.rule.evaluation_mode == "AND" else any(met)

    def credit(self, at: datetime, day: date, period: date) -> None:
        if self.length == 0:
            self.started = day
        self.length += 1
        self.longest = max(self.longest, self.length)
        self.extended_at = at
        self.through = period
        self.decided[period] = "credited"
        self.note("started" if self.length == 1 else "extended", period, self.length)

    def note(self, kind: str, period: date | None, length: int | None, freezes: int | None = None) -> None:
        self.facts.append(Fact(kind, self.now, period, length, freezes))

    def look(self, at: datetime) -> Account:
        """Return the visible state at an instant; the walk itself does not change."""
        walk = copy.deepcopy(self)
        walk.live_until(at)
        return walk.account(at)

    def decided_by(self, at: datetime) -> dict[date, str]:
        """Return what was decided of each period by an instant; the walk itself does not change."""
        walk = copy.deepcopy(self)
        walk.live_until(at)
        return walk.decided

    def account(self, look: datetime) -> Account:
        period = period_of(self.rules, self.local(look, self.zone).date())
        running = self.length > 0
        return Account(
            length=self.length,
            longest=self.longest,
            started=self.started,
            period_start=period if running else None,
            period_end=last_day_of(self.rules, period) if running else None,
            expires=self.expires(period) if running else None,
            extended_at=self.extended_at if running else None,
            freezes=self.freezes,
            freezes_used=self.freezes_used,
            facts=tuple(self.facts),
        )

    def expires(self, period: date) -> date | None:
        """Return the last day of the first period, from the current one on, in which a miss would not be excused."""
        if self.is_daily and len(self.rule.days_off) == len(WEEKDAYS):
            return None
        while period <= self.through or self.excused(period):
            # All periods of a pause are excused: go to its last one at once.
            pauses = (end for start, end in filter(None, self.pauses) if start <= period <= end)
            last_excused = period_of(self.rules, max(pauses, default=period))
            if last_excused.year >= FAR:
                return None
            period = last_day_of(self.rules, last_excused) + ONE_DAY
        return last_day_of(self.rules, period)
