"""The counters of a user and their completed achievements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

from trophy_engine.core.plan import Plan
from trophy_engine.numbers import BEYOND, Number, read_number, write_number
from trophy_engine.rules.filters import Filter


class CounterState:
    """The state of one counter of one user.

    Attributes:
        total: the value, None where there is none before any event; not used for the streak, the years and totals in
            windows, which are elsewhere.
        low, high: the quiet interval: nothing happens while ``low <= total < high``.
        cursor: the index of the first threshold that is not passed.
    """

    __slots__ = ("cursor", "high", "low", "total")

    def __init__(self, total: Any = 0, low: Number = BEYOND, high: Number = -BEYOND, cursor: int = 0) -> None:
        self.total = total
        self.low = low
        self.high = high
        self.cursor = cursor

    def copy(self) -> CounterState:
        """Return an independent copy."""
        return CounterState(self.total, self.low, self.high, self.cursor)


def new_counter_states(plan: Plan) -> list[CounterState]:
    """Return the states of a plan's counters before any event."""
    return [CounterState(counter.nothing) for counter in plan.counters]


class Repeats(NamedTuple):
    """The completions of a repeatable achievement by one user.

    Attributes:
        times: their number.
        last: the instant of the last one.
        windows: the windows of its metric in which it was completed and which can hold instants again, by name.
    """

    times: int
    last: int
    windows: tuple[int | None, ...] = ()


_NO_REPEATS: Final[Mapping[str, Repeats]] = {}


class Counters:
    """The counters of a user, with completions.

    Attributes:
        states: the state of each counter, by its index.
        windows: the totals of each windowed counter, by its index; absent where nothing is counted.
        years: the number of anniversaries of the sign-up date, updated only at those with a threshold.
        completed: the instant at which each achievement or tier was completed first, by the key that names it, in
            order of completion.
        repeats: the completions of each repeatable achievement, by key; never changed in place.
        recheck: True if all composites are to be evaluated next time, as after a change of attributes; not dumped.
    """

    __slots__ = ("completed", "recheck", "repeats", "states", "windows", "years")

    def __init__(self, plan: Plan) -> None:
        self.states = new_counter_states(plan)
        self.years = 0
        self.completed: dict[str, int] = {}
        self.repeats = _NO_REPEATS
        self.recheck = True
        self.windows: dict[int, Any] = {}

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
        copied.repeats = self.repeats
        copied.recheck = self.recheck
        copied.windows = {index: totals.copy() for index, totals in self.windows.items()}
        return copied

    def dump(self, plan: Plan) -> dict[str, Any]:
        """Return the counters as JSON values, decimals as strings."""
        return {
            "totals": [
                [metric.key, dict(counter.event_attributes), write_number(self.states[counter.index].total)]
                for metric in plan.metrics.values()
                for counter in metric.counters
                if self.states[counter.index].total != counter.nothing
            ],
            "windows": [
                [list(counter.name), self.windows[counter.index].dump()]
                for counter in plan.windowed_counters.values()
                if counter.index in self.windows
            ],
            "years": self.years,
            "completed": dict(self.completed),
            **({"repeats": {key: list(repeats) for key, repeats in self.repeats.items()}} if self.repeats else {}),
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
        for name, totals in dumped["windows"]:
            windowed = plan.windowed_counters[tuple(name)]
            counters.windows[windowed.index] = windowed.load(totals)
        counters.completed = dict(dumped["completed"])
        if "repeats" in dumped:
            counters.repeats = {
                key: Repeats(times, last, tuple(windows)) for key, (times, last, windows) in dumped["repeats"].items()
            }
        return counters
