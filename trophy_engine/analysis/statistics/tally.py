"""The tally: integer counts over many users.

Users are counted one by one, in any order, and tallies of different users are merged by addition. So counts do not
depend on the order of users or on the number of processes. Days are UTC days, as ordinals; the hours of the heat map
are local.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Self

import attrs

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import (
    AT,
    KIND,
    AchievementBackdated,
    AchievementCompleted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    LevelChanged,
    MetricChanged,
    PointsAwarded,
    RawEffect,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakStarted,
    UserChanged,
    UserCreated,
    UserState,
    name_raw_completion,
    name_raw_effect,
    raw_effect_position,
)
from trophy_engine.representation import named_repr
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["FreezeTally", "PointsTally", "StreakTally", "Tally"]

_Days = Counter[int]

#: Positions of fields of frequent effects; fields of other effects are read by name.
_METRIC: Final = raw_effect_position(MetricChanged, "metric")
_STREAK: Final = raw_effect_position(StreakLost, "streak")
_LENGTH: Final = raw_effect_position(StreakLost, "length")
_TIMES: Final = raw_effect_position(AchievementCompleted, "times")
_NUMBER: Final = raw_effect_position(AchievementCompleted, "number")
_SYSTEM: Final = raw_effect_position(PointsAwarded, "system")
_AWARDED: Final = raw_effect_position(PointsAwarded, "awarded")
_LEVEL_SYSTEM: Final = raw_effect_position(LevelChanged, "system")
_PREVIOUS: Final = raw_effect_position(LevelChanged, "previous")
_LEVEL: Final = raw_effect_position(LevelChanged, "level")


@attrs.define
class StreakTally:
    """Numbers of streaks by length: ``ended`` (lost), ``running`` at the end, and ``longest`` of each user."""

    ended: Counter[int] = attrs.field(factory=Counter)
    running: Counter[int] = attrs.field(factory=Counter)
    longest: Counter[int] = attrs.field(factory=Counter)


@attrs.define
class FreezeTally:
    """Numbers of freezes: ``granted`` at creation, ``earned`` over time, ``used``, and ``remaining`` at the end.

    ``wasted`` freezes are used ones of a streak that was lost before its next credit.
    """

    granted: int = 0
    earned: int = 0
    used: int = 0
    wasted: int = 0
    remaining: int = 0


@attrs.define
class PointsTally:
    """The points of a system: ``gained`` and ``spent`` by day, the ``balances`` at the end, and users by level.

    ``levels`` has, by level (None below all), the change of its number of users by day; ``start`` is the level of a
    balance of 0.
    """

    gained: _Days = attrs.field(factory=Counter)
    spent: _Days = attrs.field(factory=Counter)
    balances: Counter[int] = attrs.field(factory=Counter)
    levels: dict[str | None, _Days] = attrs.field(factory=dict)
    start: str | None = None


@attrs.define
class Tally:
    """Counts over users.

    Attributes:
        users: the number of users; ``created`` is the number of new users by day.
        events: the number of evaluated events.
        active: the number of users with an event, by day.
        hours: the number of events by local weekday (Monday is 0) and hour, at index ``24 * weekday + hour``.
        completions: the number of completions by achievement and day; a tier by the key that names it.
        holders: the number of users who have completed it, by achievement.
        streaks, freezes, points: see their classes; by streak and by system, in the order of the rules.
        derived: the keys of derived metrics, whose changes are not events of their own.
    """

    users: int = 0
    events: int = 0
    created: _Days = attrs.field(factory=Counter)
    active: _Days = attrs.field(factory=Counter)
    hours: list[int] = attrs.field(factory=lambda: [0] * (7 * 24))
    completions: dict[str, _Days] = attrs.field(factory=dict)
    holders: Counter[str] = attrs.field(factory=Counter)
    streaks: dict[str, StreakTally] = attrs.field(factory=dict)
    freezes: dict[str, FreezeTally] = attrs.field(factory=dict)
    points: dict[str, PointsTally] = attrs.field(factory=dict)
    derived: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """Return the numbers of users and events."""
        return named_repr(self, {"users": self.users, "events": self.events})

    @classmethod
    def of(cls, ruleset: Ruleset) -> Self:
        """Return an empty tally with entries for the achievements, streaks, systems and levels of the rules."""
        recorded = {metric.key for metric in ruleset.recorded_metrics}
        tally = cls(derived=frozenset(metric.key for metric in ruleset.metrics) - recorded)
        for achievement in ruleset.achievement_parts:
            tally.completions[achievement.key] = Counter()
        for streak in ruleset.streaks:
            tally.streaks[streak.key], tally.freezes[streak.key] = StreakTally(), FreezeTally()
        for system in ruleset.points:
            ascending = sorted(system.levels, key=lambda level: level.points)
            start = ascending[0].key if ascending and ascending[0].points == 0 else None
            levels = {key: Counter[int]() for key in (None, *(level.key for level in ascending))}
            tally.points[system.key] = PointsTally(levels=levels, start=start)
        return tally

    def count(self, state: UserState, effects: Sequence[RawEffect]) -> None:
        """Count a user, from the state at the end and all effects in order."""
        counter = UserTallyCounter(self)
        counter.add(effects)
        counter.finish(state)

    def merge(self, other: Self) -> None:
        """Add the counts of other users."""
        _merge_tallies(self, other)


def _merge_tallies(into: Any, other: Any) -> None:
    """Add the numbers, counters and lists of one tally to another, field by field."""
    for field in attrs.fields(type(into)):
        mine, theirs = getattr(into, field.name), getattr(other, field.name)
        setattr(into, field.name, _merge_tally_values(mine, theirs))


def _merge_tally_values(mine: Any, theirs: Any) -> Any:
    if attrs.has(type(mine)):
        _merge_tallies(mine, theirs)
        return mine
    if isinstance(mine, Counter):
        mine.update(theirs)
        return mine
    if isinstance(mine, dict):
        return {key: _merge_tally_values(mine[key], theirs[key]) for key in mine}
    if isinstance(mine, list):
        return [first + second for first, second in zip(mine, theirs, strict=True)]
    return mine + theirs if isinstance(mine, int) else mine


@attrs.define
class UserTallyCounter:
    """Counts one user in a tally; the effects can come in parts.

    Attributes:
        tally: the tally that is counted in.
    """

    tally: Tally
    _time_zone: Zone = attrs.field(factory=lambda: zone("UTC"))
    _day: int = 0
    _days: set[int] = attrs.field(factory=set)
    _since_credit: Counter[str] = attrs.field(factory=Counter)
    _losses: dict[str, list[tuple[int, int]]] = attrs.field(factory=dict)

    def add(self, effects: Sequence[RawEffect]) -> None:
        """Count effects on the user, which follow those of earlier calls."""
        counters = self._HANDLERS
        for raw in effects:
            count = counters.get(raw[KIND])
            if count is not None:
                self._day = raw[AT] // DAY + EPOCH_DAY
                count(self, raw)

    def finish(self, state: UserState) -> None:
        """Count the user, from the state at the end."""
        tally = self.tally
        tally.users += 1
        tally.active.update(self._days)
        for streaks, freezes, streak in zip(tally.streaks.values(), tally.freezes.values(), state.streaks, strict=True):
            streaks.longest[streak.longest] += 1
            if streak.length:
                streaks.running[streak.length] += 1
            freezes.remaining += streak.freezes
        for points, balance in zip(tally.points.values(), state.points.balances, strict=True):
            points.balances[balance] += 1

    def _count_creation(self, raw: RawEffect) -> None:
        self._time_zone = zone(name_raw_effect(raw).time_zone)
        self.tally.created[self._day] += 1
        for points in self.tally.points.values():
            points.levels[points.start][self._day] += 1

    def _follow_time_zone(self, raw: RawEffect) -> None:
        change = name_raw_effect(raw)
        if change.field == "time_zone":
            self._time_zone = zone(change.after)

    def _count_event(self, raw: RawEffect) -> None:
        if raw[_METRIC] in self.tally.derived:
            return
        self.tally.events += 1
        self._days.add(self._day)
        at = raw[AT]
        hour = (at + self._time_zone.offset(at)) // HOUR
        # Day 0 is a Thursday.
        self.tally.hours[(hour + 3 * 24) % (7 * 24)] += 1

    def _count_credit(self, raw: RawEffect) -> None:
        self._since_credit[raw[_STREAK]] = 0

    def _count_loss(self, raw: RawEffect) -> None:
        key, length = raw[_STREAK], raw[_LENGTH]
        spent = self._since_credit[key]
        self.tally.streaks[key].ended[length] += 1
        self.tally.freezes[key].wasted += spent
        self._losses.setdefault(key, []).append((length, spent))
        self._since_credit[key] = 0

    def _count_undone_loss(self, raw: RawEffect) -> None:
        key = raw[_STREAK]
        # The running streak includes credits ahead of the missed period, so its length differs from the lost one.
        length, spent = self._losses[key].pop()
        self.tally.streaks[key].ended[length] -= 1
        self.tally.freezes[key].wasted -= spent
        self._since_credit[key] = spent

    def _count_used_freeze(self, raw: RawEffect) -> None:
        key = raw[_STREAK]
        self._since_credit[key] += 1
        self.tally.freezes[key].used += 1

    def _count_returned_freeze(self, raw: RawEffect) -> None:
        key = raw[_STREAK]
        self._since_credit[key] -= 1
        self.tally.freezes[key].used -= 1
        self.tally.freezes[key].earned -= not name_raw_effect(raw).returned  # ``returned`` is 0 at the maximum

    def _count_earned_freezes(self, raw: RawEffect) -> None:
        self.tally.freezes[raw[_STREAK]].earned += name_raw_effect(raw).earned

    def _count_granted_freezes(self, raw: RawEffect) -> None:
        self.tally.freezes[raw[_STREAK]].granted += name_raw_effect(raw).granted

    def _count_completion(self, raw: RawEffect) -> None:
        key, times = name_raw_completion(raw), raw[_TIMES]
        self.tally.completions[key][self._day] += times
        if raw[_NUMBER] == times:  # before them there was none
            self.tally.holders[key] += 1

    def _count_award(self, raw: RawEffect) -> None:
        points, awarded = self.tally.points[raw[_SYSTEM]], raw[_AWARDED]
        (points.gained if awarded > 0 else points.spent)[self._day] += abs(awarded)

    def _count_level_change(self, raw: RawEffect) -> None:
        levels = self.tally.points[raw[_LEVEL_SYSTEM]].levels
        levels[raw[_PREVIOUS]][self._day] -= 1
        levels[raw[_LEVEL]][self._day] += 1

    _HANDLERS: ClassVar[dict[type[Effect], Callable[[UserTallyCounter, RawEffect], None]]] = {
        UserCreated: _count_creation,
        UserChanged: _follow_time_zone,
        MetricChanged: _count_event,
        StreakStarted: _count_credit,
        StreakExtended: _count_credit,
        StreakLost: _count_loss,
        StreakLossUndone: _count_undone_loss,
        FreezeConsumed: _count_used_freeze,
        FreezeReturned: _count_returned_freeze,
        FreezeEarned: _count_earned_freezes,
        FreezeGranted: _count_granted_freezes,
        AchievementCompleted: _count_completion,
        AchievementBackdated: _count_completion,
        PointsAwarded: _count_award,
        LevelChanged: _count_level_change,
    }
