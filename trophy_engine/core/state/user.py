"""A user's state: the result of their history, in parts.

The core changes it in place; callers that need it unchanged take a ``copy``. ``dump`` returns it as JSON values by the
keys of the rules; ``load`` is its inverse under the same rules; ``migrate_state`` converts a state to other rules.
Values that follow from the rest (when work is due next, which thresholds are passed) are not dumped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.plan import Plan, StreakPlan
from trophy_engine.core.preferences import compile_custom_streak
from trophy_engine.core.state.clock import UserClock
from trophy_engine.core.state.counters import Counters
from trophy_engine.core.state.misses import Miss
from trophy_engine.core.state.points import PointsState
from trophy_engine.core.state.profile import Profile
from trophy_engine.core.state.streak import NO_STREAK, StreakState

#: The version of the format that ``dump`` writes and ``load`` reads.
SCHEMA: Final = 7
#: Shared by all users under rules without plugs.
_NO_PLUGS: Final[Mapping[str, Any]] = {}


class UserState:
    """The state of one user.

    Attributes:
        id: the user's id.
        commands: the number of commands applied.
        streaks: those of the plan, in order; each is copied before it is changed, because outcomes and decisions refer
            to it (``change_streak``).
        misses: the latest decisions on missed periods; those after the user's last command can be undone (``travel``).
        plugs: the states of the plan's plugs, by key; replaced and never changed in place.
    """

    __slots__ = (
        "clock",
        "commands",
        "counters",
        "id",
        "misses",
        "plugs",
        "points",
        "profile",
        "streaks",
    )

    def __init__(self, plan: Plan, user_id: str, created: int, time_zone: Zone) -> None:
        self.id = user_id
        self.commands = 0
        self.profile = Profile(created)
        self.clock = UserClock(time_zone, created)
        self.streaks = tuple(StreakState.new(self.clock.day) for _ in plan.streaks)
        self.misses: tuple[Miss, ...] = ()
        self.counters = Counters(plan)
        self.points = PointsState(plan, created, time_zone)
        self.plugs: Mapping[str, Any] = _NO_PLUGS
        if plan.has_plugs:
            self.plugs = {plug.key: plug.new_state(created, self.clock.day) for plug in plan.plugs}

    @property
    def streak(self) -> StreakState:
        """The primary streak; one of length 0 under rules without a streak."""
        return self.streaks[0] if self.streaks else NO_STREAK

    def change_streak(self, place: int) -> StreakState:
        """Replace a streak by a copy of it, which can be changed, and return the copy."""
        streaks = self.streaks
        streak = streaks[place].copy()
        self.streaks = (streak,) if len(streaks) == 1 else (*streaks[:place], streak, *streaks[place + 1 :])
        return streak

    def visible_streaks(self, plan: Plan) -> list[StreakPlan]:
        """Return the plan of each streak in order: the custom streak where the user has one."""
        return [state.custom_streak or streak for state, streak in zip(self.streaks, plan.streaks, strict=True)]

    def forget_misses(self, key: str) -> None:
        """Drop the decisions on missed periods of a streak, which can no longer be undone."""
        if self.misses:
            self.misses = tuple([miss for miss in self.misses if miss.key != key])

    def forget(self) -> None:
        """Forget derived values, so that thresholds and due dates are evaluated again."""
        self.counters.forget()
        self.clock.forget()

    def quiet_until(self) -> int:
        """Return the instant before which time alone is known to change nothing; ``-NEVER`` if unknown."""
        commands, settled, until = self.clock.quiet
        return until if (commands, settled) == (self.commands, self.clock.settled) else -NEVER

    def be_quiet_until(self, until: int) -> None:
        """Store the instant before which time alone changes nothing, valid until the state changes."""
        self.clock.quiet = (self.commands, self.clock.settled, until)

    def keep_totals(self, streak: StreakPlan) -> None:
        """Drop the totals of open periods that are in no condition of a streak."""
        for name, counter in streak.counters.items():
            if name not in streak.conditions:
                self.counters.windows.pop(counter.totals.index, None)

    def drop_totals(self, streak: StreakPlan, through: int = NEVER) -> None:
        """Drop the totals of the periods of a streak up to one, by default of all."""
        windows = self.counters.windows
        for counter in streak.counters.values():
            totals = counter.totals.find(windows)
            if totals is not None:
                totals.drop(through)
                if not totals.held:
                    del windows[counter.totals.index]

    def restart_streak(self, streak: StreakPlan) -> None:
        """Reset a streak, as if nothing had been credited, and drop its misses."""
        self.change_streak(streak.place).restart()
        self.forget_misses(streak.key)

    def copy(self) -> Self:
        """Return an independent copy."""
        copied = object.__new__(type(self))
        copied.id = self.id
        copied.commands = self.commands
        copied.profile = self.profile.copy()
        copied.clock = self.clock.copy()
        copied.streaks = self.streaks
        copied.misses = self.misses
        copied.counters = self.counters.copy()
        copied.points = self.points.copy()
        copied.plugs = {key: part.copy() for key, part in self.plugs.items()} if self.plugs else _NO_PLUGS
        return copied

    def dump(self, plan: Plan) -> dict[str, Any]:
        """Return the state as JSON values, decimals as strings."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "commands": self.commands,
            "profile": self.profile.dump(),
            "clock": self.clock.dump(),
            "streaks": {streak.key: own.dump() for streak, own in zip(plan.streaks, self.streaks, strict=True)},
            "misses": [miss.dump() for miss in self.misses],
            "counters": self.counters.dump(plan),
            "points": self.points.dump(plan, self.clock),
            "plugs": {key: part.dump() for key, part in self.plugs.items()},
        }

    @classmethod
    def load(cls, plan: Plan, dumped: Mapping[str, Any]) -> Self:
        """Build the state from the result of ``dump`` under the same plan."""
        state = object.__new__(cls)
        state.id = dumped["id"]
        state.commands = dumped["commands"]
        state.profile = Profile.load(dumped["profile"])
        state.clock = UserClock.load(dumped["clock"], plan.day_start)
        state.streaks = tuple(
            StreakState.load(
                dumped["streaks"][streak.key], compile_custom_streak(plan, streak, state.profile.preferences)
            )
            for streak in plan.streaks
        )
        state.misses = tuple(map(Miss.load, dumped["misses"]))
        state.counters = Counters.load(plan, dumped["counters"])
        state.points = PointsState.load(plan, dumped["points"])
        state.plugs = _NO_PLUGS
        if plan.has_plugs:
            state.plugs = {plug.key: plug.load_state(dumped["plugs"][plug.key]) for plug in plan.plugs}
        return state
