"""A state machine for one user, for rules and invariants of your own.

Subclass ``StreakMachine`` with a ruleset, add invariants, and give its ``TestCase`` a name that the test runner finds:

>>> from hypothesis.stateful import invariant
>>> from trophy_engine.rules.metrics import Metric
>>> from trophy_engine.rules.streak import Freezes, Streak, StreakMetric
>>> class Lessons(StreakMachine):
...     streak = Streak("daily", metrics=[StreakMetric("lessons")], freezes=Freezes(1))
...     ruleset = Ruleset([Metric("lessons")], streaks=[streak])
...
...     @invariant()
...     def there_is_one_freeze_at_most(self):
...         assert self.player.freezes + self.player.freezes_used <= 1
>>> TestLessons = Lessons.TestCase
>>> TestLessons.settings = settings(TestLessons.settings, max_examples=5, derandomize=True)
>>> TestLessons().runTest()
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

import attrs
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from trophy_engine.calendar.frequencies import FrequencyName, PeriodUnit
from trophy_engine.calendar.instants import LAST, from_micros, parse_time_of_day, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core import Award, Effect, Identify, Record, Settle
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import InvalidValue, OutOfPoints, TrophyError
from trophy_engine.rules.interval import Interval
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.datetimes import Gap, gaps, instants, time_zones
from trophy_engine.testing.driver import HistoryCommand, effects_of, execute
from trophy_engine.testing.histories import History, awards, records
from trophy_engine.testing.laws import Law, check_laws
from trophy_engine.views.player import Player
from trophy_engine.views.progress import StreakView

__all__ = ["StreakMachine"]


#: The days between two events of a user who misses no period.
_DAYS_OF_PERIOD: Final[Mapping[FrequencyName, int]] = {
    "daily": 1,
    "weekly": 7,
    "monthly": 28,
    "quarterly": 90,
    "yearly": 365,
}
_DAYS_OF_UNIT: Final[Mapping[PeriodUnit, int]] = {"day": 1, "week": 7, "month": 28}


def _days_between_drawn_events(frequency: FrequencyName | Interval) -> int:
    if isinstance(frequency, Interval):
        return frequency.every * _DAYS_OF_UNIT[frequency.unit]
    return _DAYS_OF_PERIOD[frequency]


@attrs.frozen(repr=False)
class DrawnEvent:
    """An event of the machine's user, without its instant."""

    record: Record

    def __repr__(self) -> str:
        """Return the value, the metric, the attributes and the idempotency key, as in a narration."""
        attributes = "".join(f", {key} = {value!r}" for key, value in self.record.attributes)
        key = f", key {self.record.idempotency_key!r}" if self.record.idempotency_key is not None else ""
        return f"{self.record.value} for {self.record.metric}{attributes}{key}"

    def _repr_pretty_(self, printer: Any, cycle: Any) -> None:  # noqa: ARG002  # Hypothesis calls it
        """Print the same in Hypothesis's reports."""
        printer.text(repr(self))


@attrs.frozen(repr=False)
class DrawnAward:
    """A manual award of the machine's user, without its instant."""

    award: Award

    def __repr__(self) -> str:
        """Return the points, the system and the idempotency key."""
        key = f", key {self.award.idempotency_key!r}" if self.award.idempotency_key is not None else ""
        return f"{self.award.points:+} {self.award.system}{key}"

    def _repr_pretty_(self, printer: Any, cycle: Any) -> None:  # noqa: ARG002  # Hypothesis calls it
        """Print the same in Hypothesis's reports."""
        printer.text(repr(self))


def _machine_award_strategy() -> st.SearchStrategy[DrawnAward]:
    """Draw manual awards under the rules of the running machine."""
    return st.runner().flatmap(lambda machine: machine.awards)


def _machine_event_strategy() -> st.SearchStrategy[DrawnEvent]:
    """Draw events under the rules of the running machine."""
    return st.runner().flatmap(lambda machine: machine.events)


class StreakMachine(RuleBasedStateMachine):
    """A user who records events, earns points and pays, waits, changes zones, repeats calls and is settled.

    The rules are those of ``ruleset``.

    The tests have no deadline. The note of a failure is the story of the shortest history that fails.

    Attributes:
        ruleset: the rules, set by a subclass.
        user: the user's id.
        laws: the laws to check at the end of each history; ``LAWS`` are those of the engine, and double the time.
        engine: the engine; its log is empty at the start.
        commands: the executed commands, in order.
        effects: all effects, in order.
    """

    ruleset: ClassVar[Ruleset]
    user: ClassVar[str] = "ann"
    laws: ClassVar[tuple[Law, ...]] = ()
    #: The strategy of events; made once, because making it takes longer than drawing from it.
    events: ClassVar[st.SearchStrategy[DrawnEvent]]
    #: The strategy of manual awards; none without a points system.
    awards: ClassVar[st.SearchStrategy[DrawnAward]] = st.nothing()

    def __init_subclass__(cls, **options: Any) -> None:
        """Prepare the events, and settings without a deadline and without the lines of the engine that were run."""
        super().__init_subclass__(**options)
        if hasattr(cls, "ruleset"):
            cls.events = records(cls.ruleset, cls.user, 0).map(DrawnEvent)
            if cls.ruleset.points:
                cls.awards = awards(cls.ruleset, cls.user, 0).map(DrawnAward)
        phases = tuple(phase for phase in settings().phases if phase is not Phase.explain)
        cls.TestCase.settings = settings(cls.TestCase.settings, deadline=None, phases=phases)

    def __init__(self) -> None:
        if not hasattr(self, "ruleset"):
            raise InvalidValue(f"set the ruleset of {type(self).__name__}: ruleset = Ruleset(...)")
        super().__init__()
        self.engine = Engine(self.ruleset)
        self.commands: list[HistoryCommand] = []
        self.effects: list[Effect] = []
        self._at = 0
        self._keyed: Record | Award | None = None

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
        self._check_streak()
        return result

    @initialize(start=instants(), time_zone=time_zones())
    def create_user(self, start: datetime, time_zone: str) -> None:
        """Start at an instant in a time zone."""
        self._at = to_micros(start)
        self.execute(Identify(self.user, self._at, (("time_zone", time_zone),)))

    @rule(event=_machine_event_strategy())
    def record(self, event: DrawnEvent) -> None:
        """Record an event."""
        command = event.record._replace(at=self._at)
        result = self.execute(command)
        if isinstance(result, Outcome) and command.idempotency_key is not None:
            self._keyed = command

    @rule(event=_machine_event_strategy(), times=st.integers(2, 7))
    def record_every_period(self, event: DrawnEvent, times: int) -> None:
        """Record an event now and once in each of the periods that follow, as a user with a streak does."""
        days = _days_between_drawn_events(self.player.streak.frequency)
        for number in range(times):
            if number:
                self.wait(Gap("days", days))
            self.record(DrawnEvent(event.record._replace(idempotency_key=None)))

    @precondition(lambda self: bool(self.ruleset.points))
    @rule(award=_machine_award_strategy())
    def award(self, award: DrawnAward) -> None:
        """Award points, or take a payment; one that the balance does not cover is refused."""
        command = award.award._replace(at=self._at)
        balance = self.player.points[command.system].total
        result = self.execute(command)
        if isinstance(result, OutOfPoints):
            assert_true(balance + command.points < 0, f"a balance of {balance} covers {award!r}, which was refused")
        elif isinstance(result, Outcome) and command.idempotency_key is not None:
            self._keyed = command

    @rule(gap=gaps())
    def wait(self, gap: Gap) -> None:
        """Let time pass: seconds, days, up to a midnight or a transition, or years."""
        time_zone = zone(self.player.time_zone, parse_time_of_day(self.ruleset.day_start))
        self._at = min(gap.after(self._at, time_zone), LAST - 1)
        self._check_streak()

    @rule(time_zone=time_zones())
    def move(self, time_zone: str) -> None:
        """Move to a time zone."""
        self.execute(Identify(self.user, self._at, (("time_zone", time_zone),)))

    @precondition(lambda self: self._keyed is not None)
    @rule()
    def repeat(self) -> None:
        """Repeat an event or an award with an idempotency key, and check that it changes nothing."""
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

    def _check_streak(self) -> None:
        """Check that the fields of the streaks are consistent."""
        for streak in self.player.streaks.values():
            self._check_fields(streak)

    def _check_fields(self, streak: StreakView) -> None:
        freezes = streak.freezes or 0
        assert_true(0 <= streak.length <= streak.longest, f"length {streak.length}, longest {streak.longest}")
        assert_true(
            (streak.length > 0) == (streak.expires is not None), "a streak has an expiry if and only if it is running"
        )
        assert_true(0 <= freezes <= (streak.max_freezes or 0), f"{freezes} freezes, maximum {streak.max_freezes}")
        if streak.expires is not None and streak.period_start is not None:
            assert_true(streak.expires >= streak.period_start or freezes > 0, "an expired streak is still running")

    def teardown(self) -> None:
        """Check that the commands break none of ``laws``; if the test has failed already, note the story."""
        if not self.commands:
            return
        end = [Settle(self._at)] if self._at > self.commands[-1].at else []
        history = History(self.ruleset, (*self.commands, *end))
        failure = sys.exc_info()[1]
        if failure is None:
            check_laws(self.ruleset, history, self.laws)
        elif isinstance(failure, Exception) and not isinstance(failure, HypothesisException):
            note(history)
