"""The shell: how a command goes through the core into the log, and who is told.

It loads, evaluates, commits, and then tells subscribers; it makes time pass for everybody, and rules change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from typing import Any, Self, TypeVar

from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import (
    Record,
    UserCommand,
)
from trophy_engine.core.effects import Effect, RawEffect, materialise
from trophy_engine.core.evaluate import apply
from trophy_engine.core.settle import make_due_happen
from trophy_engine.core.streaks import take_facts
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.reading import Reader
from trophy_engine.errors import (
    EarlierThanSettled,
    InvalidValue,
    SubscribersFailed,
    TrophyError,
    UnknownUser,
    short_repr,
)
from trophy_engine.identifiers import check_user_id
from trophy_engine.leaderboards.leaderboards import NotifierCheckpoint
from trophy_engine.notifications.broadcasts import finished_early, occasions
from trophy_engine.repository.repository import History
from trophy_engine.rules.constraints import CALLABLE, InstanceOf
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.storage.protocol import Entry

__all__ = ["Shell"]

E = TypeVar("E", bound=Effect)

_AT = itemgetter(2)


class Shell(Reader):
    """What stands around the core; ``Engine`` says it in the words of callers."""

    def __init__(self, history: History, clock: Callable[[], datetime]) -> None:
        super().__init__(history, clock)
        self._subscribers: list[tuple[type[Effect], Callable[[Any], object]]] = []
        self._agenda = Agenda(history.plan)
        self._untold: list[RawEffect] = []

    @property
    def migration_effects(self) -> tuple[Effect, ...]:
        """What it did to users that the storage was opened under other rules than it had."""
        return tuple(map(materialise, self._history.migration_effects))

    def now(self) -> datetime:
        """Read the engine's clock."""
        with self._lock:
            self._check_holder()
            return from_micros(self._now())

    # --- time and rules ---------------------------------------------------------------------------------------------

    def settle(self, *, at: datetime | None = None) -> tuple[Effect, ...]:
        """Make everything that time has made due happen, for all users, and give back what happened, in order of time.

        When and how often one settles never changes a result, for every command settles its own user first; it only
        decides when effects such as a lost streak are told. Users to whom nothing happens are left as they are, and so
        are those whose last command is later. Where the rules have notifications, what concerns everybody since the
        last time is told, too: its effects have an empty user.
        """
        with self._lock:
            self._enter()
            history, instant = self._history, self._now() if at is None else to_micros(at)
            history.whole = False
            agenda = Agenda(history.plan)
            effects = agenda.effects = self._occasions(instant)
            for user_id in history.users():
                state = history.state(user_id)
                if state is not None:
                    known = len(effects)
                    history.states[user_id] = after = make_due_happen(agenda, state, instant)
                    if len(effects) > known:
                        self._leaderboards.refresh(after)
            history.settle(instant)
            history.whole = True
            effects.sort(key=_AT)
            self._tell(effects)
            return tuple(map(materialise, effects))

    def _occasions(self, until: int) -> list[RawEffect]:
        """List what concerns everybody since they were last settled, or since the first user came."""
        history = self._history
        if history.plan.notices is None:
            return []
        first = min((state.created for state in filter(None, map(history.state, history.users()))), default=None)
        if first is None:
            return []
        told = occasions(history.plan, max(history.settled(), first), until, self._leaderboards.final_rankings(until))
        return [*self._leaderboards.collect_due(until), *told] if history.plan.boards else told

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make one transaction of the commands within; subscribers are told at its end.

        If the block raises, none of its commands has happened. A batch within a batch is part of it. A batch belongs
        to the thread and the asyncio task that opened it: other threads wait for its end, other tasks are refused.

        Raises:
            EngineBusy: another task holds the engine.
            StorageConflict: another engine has written meanwhile, so that none of the commands has happened.
        """
        with self.exclusive():
            if self._history.in_batch:
                yield
                return
            checkpoint = self._leaderboards.checkpoint()
            try:
                yield from self._batched(checkpoint)
            except BaseException:
                self._history.abandon_batch()  # again, for the first time may have been interrupted
                raise
            untold, self._untold = self._untold, []
            self._tell(untold)

    def _batched(self, checkpoint: NotifierCheckpoint) -> Iterator[None]:
        try:
            self._history.begin_batch()
            yield
            self._history.end_batch()
        except BaseException:
            self._history.abandon_batch()
            self._untold.clear()
            self._leaderboards.restore(checkpoint)
            raise

    def update(self, ruleset: Ruleset, *, at: datetime | None = None) -> tuple[Effect, ...]:
        """Go on under other rules, and give back what the change does to users; nothing, if they are the same.

        Everybody is settled under the rules in force so far. Progress is kept where the rules keep what it belongs to.
        An achievement that is new, changed or active again is completed, in silence, by all who qualify; levels and
        the streak's calendar are looked at anew; what the rules drop is dropped.

        Args:
            ruleset: the rules.
            at: from when on; by default now, or the last command where that is later.

        Raises:
            EarlierThanSettled: a user's history has already passed the instant.
            InvalidValue: a batch is open.
        """
        InstanceOf((Ruleset,)).check("ruleset", ruleset)
        wanted = None if at is None else to_micros(at)
        with self._lock:
            self._enter()
            if ruleset == self.ruleset and ruleset.digest == self.ruleset.digest:
                return ()
            self._history.check_no_batch()
            latest = self._history.latest()
            instant = max(self._now(), latest) if wanted is None else wanted
            for user_id in self._history.users() if instant < latest else ():
                state = self._history.state(user_id)
                if state is not None and instant < state.settled:
                    raise EarlierThanSettled(user_id, from_micros(instant), from_micros(state.settled))
            before, effects = self._history.plan, self._occasions(instant)
            effects += self._history.change_rules(ruleset, instant)
            after = self._history.plan
            if after.notices is not None:
                effects += finished_early(before, after, instant, self._leaderboards.top_at)
            effects.sort(key=_AT)
            self._tell(effects)
            return tuple(map(materialise, effects))

    # --- being told -------------------------------------------------------------------------------------------------

    def subscribe(self, kind: type[E], callback: Callable[[E], object]) -> Callable[[], None]:
        """Have a callback told of every effect of a kind (``Effect`` for all kinds) once it is committed.

        Returns:
            What ends the subscription when called.

        Raises:
            InvalidValue: the kind is not a class of effects, or the callback cannot be called.
        """
        if not (isinstance(kind, type) and issubclass(kind, Effect)):
            raise InvalidValue(f"kind must be a class of effects such as MetricChanged, not {short_repr(kind)}")
        CALLABLE.check("callback", callback)
        subscription = (kind, callback)
        self._subscribers.append(subscription)

        def unsubscribe() -> None:
            if subscription in self._subscribers:
                self._subscribers.remove(subscription)

        return unsubscribe

    def _tell(self, effects: list[RawEffect], outcome: Outcome | None = None) -> None:
        """Tell subscribers of what is committed; in a batch, let it wait.

        Raises:
            SubscribersFailed: some of them raised.
        """
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
            failure = SubscribersFailed("subscribers raised; what they were told of is committed all the same", errors)
            failure.outcome, failure.effects = outcome, tuple(map(materialise, effects))
            raise failure

    # --- the way of a command ---------------------------------------------------------------------------------------

    def _run(self, command: UserCommand) -> Outcome:
        user_id = command.user_id
        history = self._history
        agenda = self._agenda
        if agenda.plan is not history.plan:
            agenda = self._agenda = Agenda(history.plan)
        boards = history.plan.boards
        effects: list[RawEffect] = []
        history.whole = False  # until it is in the log: if anything interrupts it, the next call begins from the log
        agenda.effects = effects
        if boards:
            self._leaderboards.advance_to(command.at)
        known = history.states.get(user_id) if type(user_id) is str else None
        try:
            state = apply(agenda, known or history.state(check_user_id(user_id)), command)
        except TrophyError:
            self._agenda = Agenda(history.plan)
            history.whole = True  # a refusal leaves no trace
            if history.catch_up():
                return self._run(command)
            raise
        history.states[user_id] = state
        number = state.commands
        outcome = Outcome(history.plan, command, number, take_facts(state), effects)
        history.append(number, command)
        if boards:
            outcome.leaderboards = self._leaderboards.record_change(state, command.at)
            if history.plan.notices is not None:
                effects += [
                    *self._leaderboards.collect_due(command.at),
                    *self._leaderboards.announce_moves(user_id, command.at),
                ]
        history.whole = True
        if self._subscribers:
            self._tell(effects, outcome)
        return outcome

    def _recover(self) -> None:
        super()._recover()
        self._agenda = Agenda(self._history.plan)

    def _repeat(self, command: Record, first: Entry) -> Outcome:
        self._enter()
        plan = self._history.plan
        state = self._history.state(command.user_id)
        if state is None:  # a key that was found belongs to a user who was
            raise UnknownUser(command.user_id)
        now = self._settled_copy(state, max(command.at, state.settled))
        total = now.gauges[plan.metrics[command.metric].total.index].total
        return Outcome(plan, command, first.number, take_facts(now), total=total, replayed=True)

    def close(self) -> None:
        """Snapshot what is not, and close the storage; closing again does nothing."""
        with self._lock:
            self._check_holder()
            self._history.close()

    def __enter__(self) -> Self:
        """Give the engine, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the engine."""
        self.close()
