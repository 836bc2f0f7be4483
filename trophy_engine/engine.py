"""The engine: the shell around the core. It reads the clock, loads, evaluates, commits, and then tells subscribers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from threading import RLock
from typing import Any, Literal, Self, TypeVar, overload

from trophy_engine.arguments import as_pairs, as_sign_up_date, as_text, check_idempotency_key
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core.commands import Adopt, Complete, Identify, Record, Settle, UserCommand
from trophy_engine.core.effects import Effect, RawEffect, materialise
from trophy_engine.core.evaluate import apply
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import take_facts
from trophy_engine.core.turn import Turn
from trophy_engine.errors import (
    EarlierThanSettled,
    StorageIncompatible,
    SubscribersFailed,
    TrophyError,
    UnknownUser,
)
from trophy_engine.explanation.achievement import AchievementExplanation
from trophy_engine.explanation.points import PointsExplanation
from trophy_engine.explanation.question import Answer, answer, check_question
from trophy_engine.explanation.streak import StreakExplanation
from trophy_engine.identifiers import check_user_id
from trophy_engine.numbers import Number, exact
from trophy_engine.outcome import Outcome
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.storage.history import History
from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.protocol import Entry, Storage
from trophy_engine.views import Player

__all__ = ["UNSET", "Engine", "Unset", "system_clock"]

E = TypeVar("E", bound=Effect)

# What making a named tuple comes down to, without the detour over its constructor: two are made for every event.
_new = tuple.__new__


class Unset(Enum):
    """The type of ``UNSET``."""

    UNSET = "UNSET"


#: Stands for a field that keeps its value, where None would clear it.
UNSET = Unset.UNSET


def system_clock() -> datetime:
    """Read the system's clock."""
    return datetime.now(UTC)


class Engine:
    """Evaluates commands under a ruleset, and remembers what they came to.

    Every instant is an aware datetime and defaults to the engine's clock. The commands of one user come in order of
    time. A command that raises has changed nothing. Commands may come from several threads: they are served in turn.

    Args:
        ruleset: the rules. A storage that holds the history of other rules goes on under these: what users have stays
            theirs, and rules that are new to them count from now on.
        storage: where commands are kept; in the memory of the process by default.
        clock: what to read when a call names no instant.
    """

    def __init__(
        self, ruleset: Ruleset, *, storage: Storage | None = None, clock: Callable[[], datetime] = system_clock
    ) -> None:
        self._history = History(MemoryStorage() if storage is None else storage, ruleset)
        self._clock = clock
        self._lock = RLock()
        self._subscribers: list[tuple[type[Effect], Callable[[Any], object]]] = []
        self._turn = Turn(self._history.plan)
        self._untold: list[RawEffect] = []

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""
        return self._history.plan.ruleset

    def now(self) -> datetime:
        """Read the engine's clock."""
        return from_micros(self._now())

    # --- commands ---------------------------------------------------------------------------------------------------

    def record(
        self,
        metric: str,
        *,
        user: str,
        value: Number | float = 1,
        at: datetime | None = None,
        attributes: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Outcome:
        """Record an event: add a value to a user's metric, and do all that follows from it.

        An unknown user is created. An idempotency key is unique for a user and a metric: used again, it changes
        nothing, and the outcome says so and shows where the user stands.

        Raises:
            UnknownKey: the rules declare no such metric or event attribute.
            InvalidValue: the value is not a finite exact number, or ``at`` is naive or out of range.
            EarlierThanSettled: the user's history has already passed the instant.
            OutOfPoints: a blocking trigger lacks points.
        """
        with self._lock:
            instant = self._now() if at is None else to_micros(at)
            pairs = as_pairs(attributes, "event", self._history.plan) if attributes else ()
            command = _new(Record, (user, instant, metric, exact(value), pairs, idempotency_key))
            if idempotency_key is not None:
                check_idempotency_key(idempotency_key)
                self._history.plan.metric(metric)
                first = self._history.find(command)
                if first is not None:
                    return self._repeat(command, first)
            return self._run(command)

    def has_recorded(self, metric: str, *, user: str, idempotency_key: str) -> bool:
        """Tell whether an event of a user and a metric has used an idempotency key, so that another does nothing."""
        with self._lock:
            return self._history.find(_new(Record, (user, 0, metric, 0, (), idempotency_key))) is not None

    def complete(self, achievement: str, *, user: str, at: datetime | None = None) -> Outcome:
        """Complete an ``api`` achievement for a user, who is created if unknown.

        Raises:
            UnknownKey: the rules declare no such ``api`` achievement.
            AlreadyCompleted: the user holds it.
            FilterMismatch: it is for users with other attributes.
            EarlierThanSettled: the user's history has already passed the instant.
        """
        with self._lock:
            instant = self._now() if at is None else to_micros(at)
            return self._run(Complete(user, instant, achievement))

    def identify(
        self,
        user: str,
        *,
        time_zone: str | None | Unset = UNSET,
        name: str | None | Unset = UNSET,
        email: str | None | Unset = UNSET,
        sign_up_date: date | str | None | Unset = UNSET,
        attributes: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> Outcome:
        """Say who a user is; fields left out keep their values, None clears, attributes merge by key.

        An unknown user is created. A change of zone breaks no streak. Achievements that new attributes open are looked
        at with the next event they depend on; anniversaries that had passed when the sign-up date was set are
        completed in silence.

        Args:
            user: the user's id.
            time_zone: an IANA name or an offset ``±HH:MM``; None for UTC.
            name: what the user is called.
            email: where the user gets mail.
            sign_up_date: a date, or an ISO 8601 date; not later than today in the user's zone.
            attributes: declared user attributes and their values.
            at: when this became so.

        Raises:
            UnknownKey: the rules declare no such user attribute.
            InvalidValue: a field cannot have the value.
            EarlierThanSettled: the user's history has already passed the instant.
        """
        with self._lock:
            changes: dict[str, str | None] = {}
            for field, text in (("name", name), ("email", email)):
                if not isinstance(text, Unset):
                    changes[field] = as_text(field, text)
            if not isinstance(time_zone, Unset):
                changes["time_zone"] = None if time_zone is None else zone(time_zone).name
            if not isinstance(sign_up_date, Unset):
                changes["sign_up_date"] = as_sign_up_date(sign_up_date)
            for key, value in as_pairs(attributes or {}, "user", self._history.plan):
                changes[f"attributes.{key}"] = value
            instant = self._now() if at is None else to_micros(at)
            return self._run(Identify(user, instant, tuple(sorted(changes.items()))))

    def settle(self, *, at: datetime | None = None) -> tuple[Effect, ...]:
        """Make everything that time has made due happen, for all users, and give back what happened.

        When and how often one settles never changes a result, for every command settles its own user first; it only
        decides when effects such as a lost streak are told.
        """
        with self._lock:
            command = Settle(self._now() if at is None else to_micros(at))
            turn = self._turn
            turn.effects = []
            for user_id in self.users():
                state = self._history.state(user_id)
                if state is not None:
                    settle(turn, state, command.at)
            self._history.append(0, command)
            self._tell(turn.effects)
            return tuple(map(materialise, turn.effects))

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make one transaction of the commands within; subscribers are told at its end.

        If the block raises, none of its commands has happened. A batch within a batch is part of it.
        """
        with self._lock:
            if self._history.in_batch:
                yield
                return
            self._history.begin_batch()
            try:
                yield
                self._history.end_batch()
            except BaseException:
                self._history.forget()
                self._untold.clear()
                raise
            untold, self._untold = self._untold, []
            self._tell(untold)

    # --- looking ----------------------------------------------------------------------------------------------------

    def user(self, user: str, *, at: datetime | None = None) -> Player:
        """Look at a user as of an instant: by default now, or their last command where that is later.

        Raises:
            UnknownUser: nothing had been recorded of the user by then.
            EarlierThanSettled: the user's history has already passed the instant.
        """
        with self._lock:
            state = self._history.state(check_user_id(user))
            if state is None:
                raise UnknownUser(user)
            instant = max(self._now(), state.settled) if at is None else to_micros(at)
            if instant < state.created:
                raise UnknownUser(user)
            if instant < state.settled:
                raise EarlierThanSettled(user, from_micros(instant), from_micros(state.settled))
            return Player(self._history.plan, self._settled_copy(state, instant))

    def dump(self, user: str) -> dict[str, Any]:
        """Give a user's state as JSON values, as a snapshot holds it: what two engines agree on, if they agree.

        Raises:
            UnknownUser: nothing has been recorded of the user.
        """
        with self._lock:
            state = self._history.state(check_user_id(user))
            if state is None:
                raise UnknownUser(user)
            return state.dump(self._history.plan)

    @overload
    def explain(self, user: str, *, achievement: str, at: datetime | None = None) -> AchievementExplanation: ...

    @overload
    def explain(self, user: str, *, points: str, at: datetime | None = None) -> PointsExplanation: ...

    @overload
    def explain(self, user: str, *, streak: Literal[True], at: datetime | None = None) -> StreakExplanation: ...

    def explain(
        self,
        user: str,
        *,
        at: datetime | None = None,
        achievement: str | None = None,
        points: str | None = None,
        streak: bool = False,
    ) -> Answer:
        """Explain why a user has, or does not have, an achievement, a balance, or a streak, as of an instant.

        The user's commands are done again from the log, beside what is stored, so any instant since the user was
        created can be asked for; by default it is now, or their last command where that is later.

        Args:
            user: the user's id.
            at: as of when.
            achievement: the key of an achievement; or
            points: the key of a points system; or
            streak: True for the streak.

        Raises:
            InvalidValue: not exactly one of the three is asked for.
            UnknownKey: the rules in force then had no such achievement, points system, or streak.
            UnknownUser: nothing had been recorded of the user by then.
        """
        check_question(achievement, points, streak)
        with self._lock:
            state = self._history.state(check_user_id(user))
            if state is None:
                raise UnknownUser(user)
            instant = max(self._now(), state.settled) if at is None else to_micros(at)
            if instant < state.created:
                raise UnknownUser(user)
            return answer(self._history.commands_of(user), instant, achievement, points)

    def users(self) -> Iterator[str]:
        """Walk the ids of all users in the order in which they were first seen."""
        with self._lock:
            return self._history.users()

    def log(self) -> Iterator[Entry]:
        """Walk the log of all commands; ``Engine.replay`` does them again."""
        return self._history.storage.entries()

    @classmethod
    def replay(cls, entries: Iterable[Entry], *, storage: Storage | None = None) -> Self:
        """Make a fresh engine and do what a log says: the same states, effects and identifiers come of it.

        Raises:
            StorageIncompatible: the log does not begin with the adoption of rules.
        """
        log = iter(entries)
        first = next(log, None)
        if first is None or not isinstance(first.command, Adopt):
            raise StorageIncompatible("a log begins with the adoption of rules; this one does not")
        engine = cls(Ruleset.loads(first.command.rules, format="json"), storage=storage)
        for entry in log:
            match entry.command:
                case Adopt(rules):
                    engine._history.adopt(Ruleset.loads(rules, format="json"))
                    engine._turn = Turn(engine._history.plan)
                case Settle(at):
                    engine.settle(at=from_micros(at))
                case command:
                    engine._run(command)  # likewise
        return engine

    # --- being told -------------------------------------------------------------------------------------------------

    def subscribe(self, kind: type[E], callback: Callable[[E], object]) -> Callable[[], None]:
        """Have a callback told of every effect of a kind (``Effect`` for all kinds) once it is committed.

        Returns:
            What ends the subscription when called.
        """
        subscription = (kind, callback)
        self._subscribers.append(subscription)

        def unsubscribe() -> None:
            if subscription in self._subscribers:
                self._subscribers.remove(subscription)

        return unsubscribe

    def _tell(self, effects: list[RawEffect]) -> None:
        """Tell subscribers of what is committed; in a batch, let it wait."""
        if self._history.in_batch:
            self._untold += effects
            return
        errors: list[Exception] = []
        for raw in effects:
            callbacks = [callback for kind, callback in self._subscribers if issubclass(raw[0], kind)]
            for callback in callbacks:
                try:
                    callback(materialise(raw))
                except Exception as error:  # noqa: BLE001  # raised below, after the others were told
                    errors.append(error)
        if errors:
            raise SubscribersFailed("subscribers raised; what they were told of is committed all the same", errors)

    # --- the way of a command ---------------------------------------------------------------------------------------

    def _run(self, command: UserCommand) -> Outcome:
        user_id = command.user_id
        history = self._history
        turn = self._turn
        effects: list[RawEffect] = []
        turn.effects = effects
        known = history.states.get(user_id) if type(user_id) is str else None
        try:
            state = apply(turn, known or history.state(check_user_id(user_id)), command)
        except BaseException as error:
            self._turn = Turn(history.plan)
            if not isinstance(error, TrophyError):  # a refusal leaves no trace; anything else may have
                history.states.pop(user_id, None)
            raise
        history.states[user_id] = state
        number = state.commands
        outcome = Outcome(history.plan, command, number, take_facts(state), effects)
        history.append(number, command)
        if self._subscribers:
            self._tell(effects)
        return outcome

    def _repeat(self, command: Record, first: Entry) -> Outcome:
        plan = self._history.plan
        state = self._history.state(command.user_id)
        if state is None:  # a key that was found belongs to a user who was
            raise UnknownUser(command.user_id)
        now = self._settled_copy(state, max(command.at, state.settled))
        total = now.gauges[plan.metrics[command.metric].total.index].total
        return Outcome(plan, command, first.number, take_facts(now), total=total, replayed=True)

    def _settled_copy(self, state: UserState, instant: int) -> UserState:
        copy = state.copy()
        settle(Turn(self._history.plan), copy, instant)
        return copy

    def close(self) -> None:
        """Snapshot what is not, and close the storage."""
        with self._lock:
            self._history.close()

    def __enter__(self) -> Self:
        """Give the engine, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the engine."""
        self.close()

    # --- arguments --------------------------------------------------------------------------------------------------

    def _now(self) -> int:
        return to_micros(self._clock(), "the clock's instant")
