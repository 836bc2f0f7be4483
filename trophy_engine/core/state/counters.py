"""The counters of a user, their completed achievements, and their values in leaderboard runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from trophy_engine.core.plan import Plan
from trophy_engine.core.state.run_values import RunValues
from trophy_engine.numbers import BEYOND, Number, read_number, write_number
from trophy_engine.rules.filters import Filter


class CounterState:
    """The state of one counter of one user.

    Attributes:
        total: the value; not used for the streak and the years, which have fields of their own.
        low, high: the quiet interval: nothing happens while ``low <= total < high``.
        cursor: the index of the first threshold that is not passed.
    """

    __slots__ = ("cursor", "high", "low", "total")

    def __init__(self, total: Number = 0, low: Number = BEYOND, high: Number = -BEYOND, cursor: int = 0) -> None:
        self.total = total
        self.low = low
        self.high = high
        self.cursor = cursor

    def copy(self) -> CounterState:
        """Return an independent copy."""
        return CounterState(self.total, self.low, self.high, self.cursor)


class Counters:
    """The counters of a user, with completions and leaderboard values.

    Attributes:
        states: the state of each counter, by its index.
        years: the number of anniversaries of the sign-up date, updated only at those with a threshold.
        completed: the instant at which each achievement was completed, by key, in order of completion.
        recheck: True if all composites are to be evaluated next time, as after a change of attributes; not dumped.
        boards: by leaderboard, the value in each run and the instant at which it was reached.
    """

    __slots__ = ("boards", "completed", "recheck", "states", "years")

    def __init__(self, plan: Plan) -> None:
        self.states = [CounterState() for _ in plan.counters]
        self.years = 0
        self.completed: dict[str, int] = {}
        self.recheck = True
        self.boards: dict[str, RunValues] = {}

    def forget(self) -> None:
        """Forget which thresholds are passed, so that each is evaluated again; totals stay."""
        self.states = [CounterState(state.total) for state in self.states]
        self.recheck = True

    def copy(self) -> Self:
        """Return an independent copy."""
        copied = object.__new__(type(self))
        copied.states = [state.copy() for state in self.states]
        copied.years = self.years
        copied.completed = self.completed.copy()
        copied.recheck = self.recheck
        copied.boards = {key: runs.copy() for key, runs in self.boards.items()}
        return copied

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
        """Build the counters from the result of ``dump`` under the same plan."""
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
