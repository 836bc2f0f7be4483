"""A user's state: what their history has come to.

The core mutates it in place; whoever needs it unchanged takes a ``copy``. ``dump`` gives it as JSON values under the
names of the rules, so that a state can be loaded under other rules than it was computed under; ``load`` is its inverse.
What can be derived from the rest (when the next thing is due, how far marks were crossed) is not part of the dump.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.plan import Plan
from trophy_engine.numbers import BEYOND, Number

__all__ = ["ANNIVERSARY", "FREEZE", "LAST_DAY", "MISS", "SCHEMA", "Gauge", "UserState"]

#: The version of the shape that ``dump`` gives and ``load`` takes.
SCHEMA: Final = 1
#: The last day on which anything can happen.
LAST_DAY: Final = date(2199, 12, 31).toordinal()
#: The period before every period.
_BEFORE: Final = -1

_SCALARS: Final = (
    "created",
    "created_day",
    "created_time",
    "settled",
    "commands",
    "name",
    "email",
    "sign_up_day",
    "years",
    "length",
    "longest",
    "covered",
    "started",
    "extended_at",
    "freezes",
    "freezes_used",
    "freeze_day",
    "tick_day",
)
_DERIVED: Final = ("due", "day", "next_tick", "recheck")

#: The places in ``due_days`` of the three things that fall on midnights, in the order in which they come.
MISS, FREEZE, ANNIVERSARY = range(3)


class Gauge:
    """Where a counter stands for one user.

    Attributes:
        total: the number; the streak and the years have their own fields in the state.
        low, high: the quiet interval: nothing happens while ``low <= total < high``.
        cursor: the first *at* mark that has not been passed.
    """

    __slots__ = ("cursor", "high", "low", "total")

    def __init__(self, total: Number = 0, low: Number = BEYOND, high: Number = -BEYOND, cursor: int = 0) -> None:
        self.total = total
        self.low = low
        self.high = high
        self.cursor = cursor


class UserState:
    """One user; instants in microseconds since the epoch, days as ordinals, periods by the streak's calendar.

    Attributes:
        id: the user's id.
        created: when they were first seen; ``created_day`` and ``created_time`` are that in their zone of then.
        settled: up to when their history has been evaluated.
        commands: how many commands have been applied.
        zone: their time zone.
        attributes: their attributes; replaced and never changed in place.
        gauges: by counter, where it stands.
        completed: when each achievement was completed, in order of completion.
        points: by system, the balance; ``awards`` how many awards led to it.
        length, longest: of the streak.
        covered: the last period that was credited or carried; credits and closings come after it.
        early: periods credited while one before them could still be credited, as when a day is shown twice.
        started: the local day on which the streak started; ``extended_at`` the instant of the last credit.
        sums: by open period, the sums of the streak's conditions.
        protected: days that a change of zone cut short.
        freezes, freezes_used: held and consumed.
        freeze_day: the local day through which freezes have been granted.
        sign_up_day, years: the sign-up date and the anniversaries that have passed.
        tick_day: the local day through which daily awards have been made.
        day: the local day now.
        due: when to look again: the local day ends, or ``next_tick`` has come, when the next timed award is due.
        due_days: the local days at whose midnights a missed period ends, freezes come, and an anniversary falls.
        recheck: whether attributes changed since composites were last evaluated.
        boards: by leaderboard and run, what was gained in it, and the instant at which it came to that.
    """

    __slots__ = (
        *_SCALARS,
        *_DERIVED,
        "attributes",
        "awards",
        "boards",
        "completed",
        "due_days",
        "early",
        "gauges",
        "id",
        "points",
        "protected",
        "sums",
        "zone",
    )

    created: int
    created_day: int
    created_time: int
    settled: int
    commands: int
    name: str | None
    email: str | None
    sign_up_day: int | None
    years: int
    length: int
    longest: int
    covered: int
    started: int | None
    extended_at: int | None
    freezes: int
    freezes_used: int
    freeze_day: int
    tick_day: int
    due: int
    day: int
    next_tick: int
    recheck: bool
    zone: Zone
    attributes: dict[str, str]
    gauges: list[Gauge]
    due_days: list[int]
    completed: dict[str, int]
    points: list[int]
    awards: list[int]
    early: frozenset[int]
    sums: dict[int, list[Number]]
    protected: frozenset[int]
    boards: dict[str, dict[int, tuple[Number, int]]]

    def __init__(self, plan: Plan, user_id: str, created: int, home: Zone) -> None:
        day, _ = home.window(created)
        self.id = user_id
        self.created = self.settled = created
        self.created_day = self.day = self.freeze_day = self.tick_day = day
        self.created_time = (created + home.offset(created)) % (24 * 3_600_000_000)
        self.commands = self.years = self.length = self.longest = self.freezes = self.freezes_used = 0
        self.name = self.email = self.sign_up_day = self.started = self.extended_at = None
        self.covered = _BEFORE
        self.zone = home
        self.attributes = {}
        self.completed = {}
        self.early = self.protected = frozenset()
        self.sums = {}
        self.boards = {}
        self.gauges = [Gauge() for _ in plan.counters]
        self.points = [0] * len(plan.systems)
        self.awards = [0] * len(plan.systems)
        self.forget()

    def forget(self) -> None:
        """Forget what is derived: every mark and every due date is looked for again."""
        self.gauges = [Gauge(gauge.total) for gauge in self.gauges]
        self.due = -NEVER
        self.due_days = [-NEVER] * 3
        self.next_tick = -NEVER
        self.recheck = True

    def tick_of_day(self, day: int) -> int:
        """Give the instant of a local day at which daily awards come: the time of day of the user's creation."""
        return self.zone.instant(day, self.created_time) if day <= LAST_DAY else NEVER

    def ticked_through(self, plan: Plan, through: int) -> int:
        """Give the local day through which, by an instant, daily awards have been made or have passed idle."""
        if not plan.daily_ticks:
            return self.tick_day
        day = self.zone.window(through)[0]
        return max(self.tick_day, day if self.tick_of_day(day) <= through else day - 1)

    def lose_track(self) -> None:
        """Begin the streak anew: its periods are those of another calendar."""
        self.length = 0
        self.covered = _BEFORE
        self.started = self.extended_at = None
        self.early = self.protected = frozenset()
        self.sums = {}

    def copy(self) -> Self:
        """Copy the state, so that either can change without the other."""
        twin = object.__new__(type(self))
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.gauges = [Gauge(one.total, one.low, one.high, one.cursor) for one in self.gauges]
        twin.due_days = self.due_days.copy()
        twin.points = self.points.copy()
        twin.awards = self.awards.copy()
        twin.completed = self.completed.copy()
        twin.sums = {period: sums.copy() for period, sums in self.sums.items()}
        twin.boards = {key: runs.copy() for key, runs in self.boards.items()}
        return twin

    def dump(self, plan: Plan) -> dict[str, Any]:
        """Give the state as JSON values, decimals as strings."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            **{name: getattr(self, name) for name in _SCALARS},
            "tick_day": self.ticked_through(plan, self.settled),
            "zone": self.zone.name,
            "calendar": _calendar(plan),
            "attributes": dict(self.attributes),
            "totals": [
                [metric.key, dict(counter.event_attributes), _write(self.gauges[counter.index].total)]
                for metric in plan.metrics.values()
                for counter in (metric.total, *metric.matching)
                if self.gauges[counter.index].total
            ],
            "points": {
                system.rule.key: [self.points[system.index], self.awards[system.index]]
                for system in plan.systems
                if self.awards[system.index]
            },
            "completed": dict(self.completed),
            "early": sorted(self.early),
            "protected": sorted(self.protected),
            "sums": [[period, [_write(one) for one in sums]] for period, sums in sorted(self.sums.items())],
            "boards": {
                key: [[run, _write(value), at] for run, (value, at) in sorted(runs.items())]
                for key, runs in sorted(self.boards.items())
            },
        }

    @classmethod
    def load(cls, plan: Plan, dumped: dict[str, Any]) -> Self:
        """Make the state that ``dump`` gave; what the plan does not know is dropped, what is new starts at zero."""
        state = cls(plan, dumped["id"], dumped["created"], zone(dumped["zone"]))
        for name in _SCALARS:
            setattr(state, name, dumped[name])
        state.attributes = dict(dumped["attributes"])
        for key, event_attributes, total in dumped["totals"]:
            if key in plan.metrics:
                for counter in (plan.metrics[key].total, *plan.metrics[key].matching):
                    if dict(counter.event_attributes) == event_attributes:
                        state.gauges[counter.index].total = _read(total)
        for system in plan.systems:
            if system.rule.key in dumped["points"]:
                state.points[system.index], state.awards[system.index] = dumped["points"][system.rule.key]
        state.completed = dict(dumped["completed"])
        state.early = frozenset(dumped["early"])
        state.protected = frozenset(dumped["protected"])
        state.boards = {
            key: {run: (_read(value), at) for run, value, at in runs}
            for key, runs in dumped["boards"].items()
            if key in plan.boards
        }
        if dumped["calendar"] != _calendar(plan):
            state.lose_track()
            return state
        conditions = len(plan.streak.thresholds) if plan.streak else 0
        state.sums = {
            period: [_read(one) for one in sums] for period, sums in dumped["sums"] if len(sums) == conditions
        }
        return state


def _calendar(plan: Plan) -> list[str] | None:
    streak = plan.ruleset.streak
    return None if streak is None else [streak.frequency, streak.first_weekday]


def _write(number: Number) -> int | str:
    return number if isinstance(number, int) else str(number)


def _read(written: int | str) -> Number:
    return written if isinstance(written, int) else Decimal(written)
