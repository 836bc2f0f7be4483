"""A state machine for one user, for rules and invariants of your own.

Subclass ``StreakMachine`` with a ruleset, add invariants, and pass its ``TestCase`` to the test runner:

>>> from hypothesis import settings
>>> from hypothesis.stateful import run_state_machine_as_test
>>> from trophy_engine.rules.metrics import Metric
>>> from trophy_engine.rules.streak import Freezes, Streak, StreakMetric
>>> class Lessons(StreakMachine):
...     ruleset = Ruleset([Metric("lessons")], streak=Streak(metrics=[StreakMetric("lessons")], freezes=Freezes(1)))
...
...     @invariant()
...     def one_freeze_is_all_there_is(self):
...         assert self.player.freezes + self.player.freezes_used <= 1
>>> run_state_machine_as_test(Lessons, settings=settings(max_examples=5, database=None, derandomize=True))
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trophy_engine.calendar.instants import LAST, from_micros, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core import Effect, Identify, Record, Settle
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import TrophyError
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.datetimes import instants, later, time_zones
from trophy_engine.testing.driver import HistoryCommand, effects_of, execute
from trophy_engine.testing.histories import History, records
from trophy_engine.testing.laws import check_laws
from trophy_engine.views.player import Player

__all__ = ["StreakMachine"]


class StreakMachine(RuleBasedStateMachine):
    """A user who records events, waits, changes zones, repeats events and is settled, under ``ruleset``.

    Attributes:
        ruleset: the rules, set by a subclass.
        user: the user's id.
        engine: the engine; its log is empty at the start.
        commands: the executed commands, in order.
        effects: all effects, in order.
    """

    ruleset: ClassVar[Ruleset]
    user: ClassVar[str] = "ann"

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine(self.ruleset)
        self.commands: list[HistoryCommand] = []
        self.effects: list[Effect] = []
        self._at = 0
        self._keyed: Record | None = None

    @property
    def now(self) -> datetime:
        """The current instant of the machine (aware, UTC)."""
        return from_micros(self._at)

    @property
    def player(self) -> Player:
        """The user at the current instant."""
        return self.engine.user(self.user, at=self.now)

    def execute(self, command: HistoryCommand) -> Outcome | tuple[Effect, ...] | TrophyError:
        """Execute a command and store it with its effects."""
        result = execute(self.engine, command)
        self.commands.append(command)
        self.effects += effects_of(result)
        return result

    @initialize(start=instants(), time_zone=time_zones())
    def create_user(self, start: datetime, time_zone: str) -> None:
        """Start at an instant in a time zone."""
        self._at = to_micros(start)
        self.execute(Identify(self.user, self._at, (("time_zone", time_zone),)))

    @rule(data=st.data())
    def record(self, data: st.DataObject) -> None:
        """Record an event."""
        command = data.draw(records(self.ruleset, self.user, self._at), label="record")
        result = self.execute(command)
        if isinstance(result, Outcome) and command.idempotency_key is not None:
            self._keyed = command

    @rule(data=st.data())
    def wait(self, data: st.DataObject) -> None:
        """Let time pass: seconds, days, up to a midnight or a transition, or years."""
        self._at = min(data.draw(later(self._at, zone(self.player.time_zone)), label="wait until"), LAST - 1)

    @rule(time_zone=time_zones())
    def move(self, time_zone: str) -> None:
        """Move to a time zone."""
        self.execute(Identify(self.user, self._at, (("time_zone", time_zone),)))

    @precondition(lambda self: self._keyed is not None)
    @rule()
    def repeat(self) -> None:
        """Repeat an event with an idempotency key, and check that it changes nothing."""
        if self._keyed is not None:
            before = self.engine.export_user(self.user)
            result = self.execute(self._keyed._replace(at=self._at))
            assert_true(
                isinstance(result, Outcome) and result.replayed, "a repeated idempotency key was not recognized"
            )
            assert_equal(self.engine.export_user(self.user), before, "the state after a repeated idempotency key")

    @rule()
    def settle(self) -> None:
        """Settle to the current instant."""
        self.execute(Settle(self._at))

    @invariant()
    def streak_is_consistent(self) -> None:
        """Check that the fields of the streak are consistent."""
        if not self.commands:
            return
        player = self.player
        streak = player.streak
        if not streak.declared:
            return
        assert_true(0 <= streak.length <= streak.longest, f"length {streak.length}, longest {streak.longest}")
        assert_true(
            (streak.length > 0) == (streak.expires is not None), "a streak has an expiry if and only if it is running"
        )
        assert_true(
            0 <= player.freezes <= (streak.max_freezes or 0), f"{player.freezes} freezes, maximum {streak.max_freezes}"
        )
        if streak.expires is not None and streak.period_start is not None:
            assert_true(streak.expires >= streak.period_start or player.freezes, "an expired streak is still running")

    def teardown(self) -> None:
        """Check that the commands break no law."""
        if self.commands:
            check_laws(self.ruleset, History(self.ruleset, tuple(self.commands)))
