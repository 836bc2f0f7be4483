"""A user's state: what their history has come to, in parts.

The core mutates it in place; whoever needs it unchanged takes a ``copy``. ``dump`` gives it as JSON values under the
names of the rules; ``load`` is its inverse under the same rules, and ``migrate_state`` takes a state to others.
What can be derived from the rest (when the next thing is due, how far thresholds were crossed) is not part of the dump.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.plan import Plan, StreakPlan
from trophy_engine.core.preferences import own_streak
from trophy_engine.core.state.clock import Clock
from trophy_engine.core.state.counters import Counters
from trophy_engine.core.state.misses import Miss
from trophy_engine.core.state.points import Points
from trophy_engine.core.state.profile import Profile
from trophy_engine.core.state.streak import StreakState
from trophy_engine.numbers import Number, read_number, write_number

#: The version of the shape that ``dump`` gives and ``load`` takes.
SCHEMA: Final = 5
_NOTHING: Final[Mapping[int, list[Number]]] = {}


class UserState:
    """One user.

    Attributes:
        id: the user's id.
        commands: how many commands have been applied.
        streak: copied before it is changed, because outcomes and decisions hold it.
        period_totals: by open period, the sums of the streak's conditions; replaced where a period is new.
        misses: the latest decisions on missed periods; those after the user's last command can be undone (``travel``).
        plugs: by key, the parts of the plan's plugs.
    """

    __slots__ = (
        "clock",
        "commands",
        "counters",
        "id",
        "misses",
        "period_totals",
        "plugs",
        "points",
        "profile",
        "streak",
    )

    def __init__(self, plan: Plan, user_id: str, created: int, home: Zone) -> None:
        self.id = user_id
        self.commands = 0
        self.profile = Profile(created)
        self.clock = Clock(home, created)
        self.streak = StreakState.new(self.clock.day)
        self.period_totals = _NOTHING
        self.misses: tuple[Miss, ...] = ()
        self.counters = Counters(plan)
        self.points = Points(plan, created, home)
        self.plugs: dict[str, Any] = {plug.key: plug.new_state(created, self.clock.day) for plug in plan.plugs}

    def forget(self) -> None:
        """Forget what is derived: every threshold and every due date is looked for again."""
        self.counters.forget()
        self.clock.forget()

    def quiet_until(self) -> int:
        """Return the instant before which time alone is known to make nothing happen."""
        commands, settled, until = self.clock.quiet
        return until if (commands, settled) == (self.commands, self.clock.settled) else -NEVER

    def be_quiet_until(self, until: int) -> None:
        """Keep the instant before which time alone makes nothing happen, for as long as the state stays as it is."""
        self.clock.quiet = (self.commands, self.clock.settled, until)

    def carry_totals(self, before: StreakPlan, after: StreakPlan) -> None:
        """Carry what open periods have come to from the conditions of one streak to those of another."""
        self.period_totals = {
            period: [
                totals[before.conditions[metric]] if metric in before.conditions else 0 for metric in after.conditions
            ]
            for period, totals in self.period_totals.items()
            if after.conditions
        }

    def restart_streak(self) -> None:
        """Begin the streak again, as if nothing had been credited."""
        self.streak = self.streak.copy()
        self.streak.restart()
        self.misses = ()
        self.period_totals = _NOTHING

    def copy(self) -> Self:
        """Return a copy; neither changes with the other."""
        twin = object.__new__(type(self))
        twin.id = self.id
        twin.commands = self.commands
        twin.profile = self.profile.copy()
        twin.clock = self.clock.copy()
        twin.streak = self.streak
        twin.period_totals = {period: totals.copy() for period, totals in self.period_totals.items()}
        twin.misses = self.misses
        twin.counters = self.counters.copy()
        twin.points = self.points.copy()
        twin.plugs = {key: part.copy() for key, part in self.plugs.items()}
        return twin

    def dump(self, plan: Plan) -> dict[str, Any]:
        """Return the state as JSON values, decimals as strings."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "commands": self.commands,
            "profile": self.profile.dump(),
            "clock": self.clock.dump(),
            "streak": self.streak.dump(),
            "period_totals": [
                [period, [write_number(total) for total in totals]]
                for period, totals in sorted(self.period_totals.items())
            ],
            "misses": [miss.dump() for miss in self.misses],
            "counters": self.counters.dump(plan),
            "points": self.points.dump(plan, self.clock),
            "plugs": {key: part.dump() for key, part in self.plugs.items()},
        }

    @classmethod
    def load(cls, plan: Plan, dumped: Mapping[str, Any]) -> Self:
        """Return the state that ``dump`` returned under the same plan."""
        state = object.__new__(cls)
        state.id = dumped["id"]
        state.commands = dumped["commands"]
        state.profile = Profile.load(dumped["profile"])
        state.clock = Clock.load(dumped["clock"])
        state.streak = StreakState.load(dumped["streak"], own_streak(plan, state.profile.preferences))
        state.period_totals = {
            period: [read_number(total) for total in totals] for period, totals in dumped["period_totals"]
        }
        state.misses = tuple(map(Miss.load, dumped["misses"]))
        state.counters = Counters.load(plan, dumped["counters"])
        state.points = Points.load(plan, dumped["points"])
        state.plugs = {plug.key: plug.load_state(dumped["plugs"][plug.key]) for plug in plan.plugs}
        return state
