"""A user's state: what their history has come to.

The core mutates it in place; whoever needs it unchanged takes a ``copy``. ``dump`` gives it as JSON values under the
names of the rules; ``load`` is its inverse under the same rules, and ``migrate_state`` takes a state to others.
What can be derived from the rest (when the next thing is due, how far thresholds were crossed) is not part of the dump.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from trophy_engine.calendar.instants import DAY, NEVER
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.misses import Miss
from trophy_engine.core.notices import Notices
from trophy_engine.core.pauses import Pauses
from trophy_engine.core.plan import Plan, StreakPlan
from trophy_engine.core.preferences import own_streak
from trophy_engine.core.run_values import RunValues
from trophy_engine.numbers import BEYOND, Number
from trophy_engine.rules.filters import Filter

__all__ = ["ANNIVERSARY", "FREEZE", "LAST_DAY", "MISS", "NO_PERIODS", "SCHEMA", "CounterState", "Tick", "UserState"]

#: The version of the shape that ``dump`` gives and ``load`` takes.
SCHEMA: Final = 4
#: The last day on which anything can happen.
LAST_DAY: Final = date(2199, 12, 31).toordinal()
#: The period before every period.
_BEFORE: Final = -1
#: What users share who have none of something: CPython 3.11 makes a new object of each empty set.
_NOTHING: Final[Mapping[Any, Any]] = {}
NO_PERIODS: Final[frozenset[int]] = frozenset()
_NO_PAUSES: Final = Pauses()
#: For how many days a lost streak is remembered: the longest window from which one is restored is of two years.
_MEMORY: Final = 740

_SCALARS: Final = (
    "created",
    "created_day",
    "updated",
    "settled",
    "commands",
    "name",
    "email",
    "device_tokens",
    "subscribe_to_emails",
    "control",
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
    "freeze_anchor",
    "zone_given",
)
_DERIVED: Final = ("due", "day", "next_tick", "quiet", "recheck")

#: The places in ``due_days`` of the three things that fall on midnights, in the order in which they come.
MISS, FREEZE, ANNIVERSARY = range(3)


class CounterState:
    """Where a counter stands for one user.

    Attributes:
        total: the number; the streak and the years have their own fields in the state.
        low, high: the quiet interval: nothing happens while ``low <= total < high``.
        cursor: the first threshold that has not been passed.
    """

    __slots__ = ("cursor", "high", "low", "total")

    def __init__(self, total: Number = 0, low: Number = BEYOND, high: Number = -BEYOND, cursor: int = 0) -> None:
        self.total = total
        self.low = low
        self.high = high
        self.cursor = cursor


class Tick:
    """Where a user stands with a trigger that pays every so often.

    Attributes:
        anchor: the instant from which on it ticks; ``day`` and ``time`` are that in the user's zone of then.
        through: the local day through which a daily award has been made.
    """

    __slots__ = ("anchor", "day", "through", "time")

    def __init__(self, anchor: int, day: int, time: int, through: int) -> None:
        self.anchor = anchor
        self.day = day
        self.time = time
        self.through = through

    def copy(self) -> Tick:
        """Copy it, so that either can change without the other."""
        return Tick(self.anchor, self.day, self.time, self.through)


class UserState:
    """One user; instants in microseconds since the epoch, days as ordinals, periods by the streak's calendar.

    Attributes:
        id: the user's id.
        created: when they were first seen; ``created_day`` is that in their zone of then.
        updated: when something was last said of them.
        settled: the instant of this state; as an engine keeps it, that of the last thing that happened to the user.
        commands: how many commands have been applied.
        zone: their time zone; ``zone_given`` tells whether they were given it, or it is that of whoever was given none.
        attributes: their attributes; replaced and never changed in place.
        device_tokens, subscribe_to_emails: as JSON; None where nothing was said.
        control: whether they are in the control group of the experiment.
        preferences: what they chose for themselves, as JSON, by name; replaced and never changed in place.
        own: the streak that they chose, None where it is that of the rules.
        gauges: by counter, where it stands.
        completed: when each achievement was completed, in order of completion.
        points: by system, the balance; ``awards`` how many awards led to it.
        length, longest: of the streak.
        covered: the last period that was credited or carried; credits and closings come after it.
        early: periods credited while one before them could still be credited, as when a day is shown twice.
        started: the local day on which the streak started; ``extended_at`` the instant of the last credit.
        sums: by open period, the sums of the streak's conditions; replaced where a period is new.
        protected: periods that need no credit: days that a change of zone cut short, or what a restored streak carries.
        pauses: first and last day of each pause, in order of making, and whether it was taken back.
        losses: of each streak lost of late, unless one as long was lost after it: its last day, its length, the day on
            which it had started, and the last period that it was credited with or carried over.
        misses: the latest decisions on missed periods; those after the user's last command can be undone (``travel``).
        freezes, freezes_used: held and consumed.
        freeze_day: the local day through which freezes have been granted, counted from ``freeze_anchor`` on.
        sign_up_day, years: the sign-up date and the anniversaries that have passed.
        ticks: for each trigger of the plan's ``ticks``, where it stands.
        day: the local day now.
        due: when to look again: the local day ends, or ``next_tick`` has come, when the next timed award is due.
        quiet: the count of commands and the instant of a state, and up to when time alone makes nothing happen to it.
        due_days: the local days at whose midnights a missed period ends, freezes come, and an anniversary falls.
        recheck: whether attributes changed since composites were last evaluated.
        boards: by leaderboard and run, what was gained in it, and the instant at which it came to that.
        notices: what they were told, and what waits to be told; None where the rules have no notifications.
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
        "losses",
        "misses",
        "notices",
        "own",
        "pauses",
        "points",
        "preferences",
        "protected",
        "sums",
        "ticks",
        "zone",
    )

    created: int
    created_day: int
    updated: int
    settled: int
    commands: int
    name: str | None
    email: str | None
    device_tokens: str | None
    subscribe_to_emails: str | None
    control: bool
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
    freeze_anchor: int
    due: int
    day: int
    next_tick: int
    quiet: tuple[int, int, int]
    recheck: bool
    zone_given: bool
    zone: Zone
    attributes: Mapping[str, str]
    gauges: list[CounterState]
    due_days: list[int]
    completed: dict[str, int]
    points: list[int]
    awards: list[int]
    early: frozenset[int]
    sums: Mapping[int, list[Number]]
    protected: frozenset[int]
    pauses: Pauses
    losses: tuple[tuple[int, int, int, int], ...]
    misses: tuple[Miss, ...]
    preferences: Mapping[str, str]
    own: StreakPlan | None
    ticks: tuple[Tick, ...]
    boards: dict[str, RunValues]
    notices: Notices | None

    def __init__(self, plan: Plan, user_id: str, created: int, home: Zone) -> None:
        day, _ = home.window(created)
        self.id = user_id
        self.created = self.updated = self.settled = created
        self.created_day = self.day = self.freeze_day = self.freeze_anchor = day
        self.commands = self.years = self.length = self.longest = self.freezes = self.freezes_used = 0
        self.name = self.email = self.device_tokens = self.subscribe_to_emails = None
        self.sign_up_day = self.started = self.extended_at = None
        self.control = self.zone_given = False
        self.covered = _BEFORE
        self.zone = home
        self.attributes = self.preferences = self.sums = _NOTHING
        self.completed = {}
        self.early = self.protected = NO_PERIODS
        self.pauses, self.losses, self.misses = _NO_PAUSES, (), ()
        self.own = None
        self.boards = {}
        self.notices = None if plan.notices is None else Notices(created, day)
        self.gauges = [CounterState() for _ in plan.counters]
        self.points = [0] * len(plan.systems)
        self.awards = [0] * len(plan.systems)
        self.ticks = tuple(self.tick_from(created) for _ in plan.ticks) if plan.ticks else ()
        self.forget()

    def forget(self) -> None:
        """Forget what is derived: every threshold and every due date is looked for again."""
        self.gauges = [CounterState(gauge.total) for gauge in self.gauges]
        self.due = -NEVER
        self.due_days = [-NEVER] * 3
        self.next_tick = -NEVER
        self.quiet = (0, 0, -NEVER)
        self.recheck = True

    def quiet_until(self) -> int:
        """Return the instant before which time alone is known to make nothing happen."""
        commands, settled, until = self.quiet
        return until if (commands, settled) == (self.commands, self.settled) else -NEVER

    def be_quiet_until(self, until: int) -> None:
        """Keep the instant before which time alone makes nothing happen, for as long as the state stays as it is."""
        self.quiet = (self.commands, self.settled, until)

    def tick_from(self, anchor: int) -> Tick:
        """Begin to tick at an instant."""
        day, _ = self.zone.window(anchor)
        return Tick(anchor, day, (anchor + self.zone.offset(anchor)) % DAY, day)

    def tick_of_day(self, tick: Tick, day: int) -> int:
        """Give the instant of a local day at which a daily award comes: the time of day of the anchor."""
        return self.zone.instant(day, tick.time) if day <= LAST_DAY else NEVER

    def ticked_through(self, tick: Tick, through: int) -> int:
        """Give the local day through which, by an instant, a daily award has been made or has passed idle."""
        day = self.zone.window(through)[0]
        return max(tick.through, day if self.tick_of_day(tick, day) <= through else day - 1)

    def remember_loss(self, last_day: int, length: int) -> None:
        """Remember a streak that is lost, and forget those that nobody restores: long gone ones, and no longer ones."""
        started = last_day if self.started is None else self.started
        oldest = last_day - _MEMORY
        kept = [loss for loss in self.losses if loss[0] > oldest and (loss[0] > last_day or loss[1] > length)]
        self.losses = (*kept, (last_day, length, started, self.covered))

    def carry_sums(self, before: StreakPlan, after: StreakPlan) -> None:
        """Carry what open periods have come to from the conditions of one streak to those of another."""
        self.sums = {
            period: [
                sums[before.conditions[metric]] if metric in before.conditions else 0 for metric in after.conditions
            ]
            for period, sums in self.sums.items()
            if after.conditions
        }

    def begin_streak_anew(self) -> None:
        """Begin the streak anew, as if nothing had been credited."""
        self.length = 0
        self.covered = _BEFORE
        self.started = self.extended_at = None
        self.early = self.protected = NO_PERIODS
        self.misses = ()
        self.sums = _NOTHING

    def copy(self) -> Self:
        """Copy the state, so that either can change without the other."""
        twin = object.__new__(type(self))
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.gauges = [CounterState(one.total, one.low, one.high, one.cursor) for one in self.gauges]
        twin.due_days = self.due_days.copy()
        twin.points = self.points.copy()
        twin.awards = self.awards.copy()
        twin.completed = self.completed.copy()
        twin.ticks = tuple(tick.copy() for tick in self.ticks)
        twin.boards = {key: runs.copy() for key, runs in self.boards.items()}
        twin.notices = None if self.notices is None else self.notices.copy()
        twin.sums = {period: sums.copy() for period, sums in self.sums.items()}
        return twin

    def dump(self, plan: Plan) -> dict[str, Any]:
        """Give the state as JSON values, decimals as strings."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            **{name: getattr(self, name) for name in _SCALARS},
            "zone": self.zone.name,
            "attributes": dict(self.attributes),
            "totals": [
                [metric.key, dict(counter.event_attributes), _write(self.gauges[counter.index].total)]
                for metric in plan.metrics.values()
                for counter in metric.counters
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
            "pauses": [list(pause) for pause in self.pauses],
            "losses": [list(loss) for loss in self.losses],
            "misses": [miss.dump() for miss in self.misses],
            "preferences": dict(sorted(self.preferences.items())),
            "ticks": [
                [
                    tick.anchor,
                    tick.day,
                    tick.time,
                    self.ticked_through(tick, self.settled) if trigger.days else tick.day,
                ]
                for trigger, tick in zip(plan.ticks, self.ticks, strict=True)
            ],
            "sums": [[period, [_write(one) for one in sums]] for period, sums in sorted(self.sums.items())],
            "boards": {
                key: [[run, _write(value), at] for run, (value, at) in sorted(runs.items())]
                for key, runs in sorted(self.boards.items())
            },
            "notices": None if self.notices is None else self.notices.dump(),
        }

    @classmethod
    def load(cls, plan: Plan, dumped: dict[str, Any]) -> Self:
        """Make the state that ``dump`` gave under the same plan."""
        state = cls(plan, dumped["id"], dumped["created"], zone(dumped["zone"]))
        for name in _SCALARS:
            setattr(state, name, dumped[name])
        state.attributes = dict(dumped["attributes"])
        for key, event_attributes, total in dumped["totals"]:
            counter = plan.metrics[key].find(Filter(event_attributes)) if key in plan.metrics else None
            if counter is not None:
                state.gauges[counter.index].total = _read(total)
        for system in plan.systems:
            if system.rule.key in dumped["points"]:
                state.points[system.index], state.awards[system.index] = dumped["points"][system.rule.key]
        state.completed = dict(dumped["completed"])
        state.early = frozenset(dumped["early"])
        state.protected = frozenset(dumped["protected"])
        state.pauses = Pauses((start, end, archived) for start, end, archived in dumped["pauses"])
        state.losses = tuple((day, length, started, covered) for day, length, started, covered in dumped["losses"])
        state.misses = tuple(map(Miss.load, dumped["misses"]))
        state.preferences = dict(dumped["preferences"])
        state.own = own_streak(plan, state.preferences)
        for key, runs in dumped["boards"].items():
            state.boards[key] = RunValues({run: (_read(value), at) for run, value, at in runs})
        state.notices = None if dumped["notices"] is None else Notices.load(dumped["notices"])
        state.ticks = tuple(Tick(*tick) for tick in dumped["ticks"])
        state.sums = {period: [_read(one) for one in sums] for period, sums in dumped["sums"]}
        return state


def _write(number: Number) -> int | str:
    return number if isinstance(number, int) else str(number)


def _read(written: int | str) -> Number:
    return written if isinstance(written, int) else Decimal(written)
