"""The counters of a user, the achievements that they have completed, and the values of leaderboard runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from trophy_engine.core.plan import Plan
from trophy_engine.core.state.run_values import RunValues
from trophy_engine.numbers import BEYOND, Number, read_number, write_number
from trophy_engine.rules.filters import Filter


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

    def copy(self) -> CounterState:
        """Return a copy; neither changes with the other."""
        return CounterState(self.total, self.low, self.high, self.cursor)


class Counters:
    """Every counter of a user.

    Attributes:
        states: by the index of the counter, where it stands.
        years: the anniversaries of the sign-up date that have passed.
        completed: when each achievement was completed, in order of completion.
        recheck: whether attributes changed since composites were last evaluated; not dumped.
        boards: by leaderboard and run, what was gained in it, and the instant at which it came to that.
    """

    __slots__ = ("boards", "completed", "recheck", "states", "years")

    def __init__(self, plan: Plan) -> None:
        self.states = [CounterState() for _ in plan.counters]
        self.years = 0
        self.completed: dict[str, int] = {}
        self.recheck = True
        self.boards: dict[str, RunValues] = {}

    def forget(self) -> None:
        """Forget how far thresholds were crossed: each is looked at again."""
        self.states = [CounterState(state.total) for state in self.states]
        self.recheck = True

    def copy(self) -> Self:
        """Return a copy; neither changes with the other."""
        twin = object.__new__(type(self))
        twin.states = [state.copy() for state in self.states]
        twin.years = self.years
        twin.completed = self.completed.copy()
        twin.recheck = self.recheck
        twin.boards = {key: runs.copy() for key, runs in self.boards.items()}
        return twin

    def dump(self, plan: Plan) -> dict[str, Any]:
        """Return the counters as JSON values, decimals as strings."""
        return {
            "totals": [
                [metric.key, dict(counter.event_attributes), write_number(self.states[counter.index].total)]
                for metric in plan.metrics.values()
                for counter in metric.counters
                if self.states[counter.index].total
            ],
            "years": self.years,
            "completed": dict(self.completed),
            "boards": {
                key: [[run, write_number(value), at] for run, (value, at) in sorted(runs.items())]
                for key, runs in sorted(self.boards.items())
            },
        }

    @classmethod
    def load(cls, plan: Plan, dumped: Mapping[str, Any]) -> Self:
        """Return the counters that ``dump`` returned under the same plan."""
        counters = cls(plan)
        for key, event_attributes, total in dumped["totals"]:
            counter = plan.metrics[key].find(Filter(event_attributes)) if key in plan.metrics else None
            if counter is not None:
                counters.states[counter.index].total = read_number(total)
        counters.years = dumped["years"]
        counters.completed = dict(dumped["completed"])
        for key, runs in dumped["boards"].items():
            counters.boards[key] = RunValues({run: (read_number(value), at) for run, value, at in runs})
        return counters
