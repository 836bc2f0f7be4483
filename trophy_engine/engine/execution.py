"""Execution: load a user's state, apply a command to it, commit the command, and notify subscribers.

``settle`` and ``change_rules`` do the same for all users.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from trophy_engine.calendar.instants import NEVER, from_micros, to_micros
from trophy_engine.core import (
    AT,
    Agenda,
    Award,
    Complete,
    RawEffect,
    Record,
    UserCommand,
    UserState,
    apply_command,
    noting_agenda,
    settle_to_last_effect,
    settle_user,
)
from trophy_engine.engine.earlier_states import EarlierStates
from trophy_engine.engine.exclusion import Exclusion
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.subscribers import Subscribers
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import EarlierThanSettled, TrophyError, UnknownUser
from trophy_engine.identifiers import check_user_id
from trophy_engine.repository.due_users import DueUsers
from trophy_engine.repository.repository import Repository
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.structure import as_plain_value
from trophy_engine.storage.protocol import Entry
from trophy_engine.views.player import Player

if TYPE_CHECKING:
    from trophy_engine.leaderboards.leaderboards import Leaderboards
    from trophy_engine.notifications.announcer import Announcer, Checkpoint
    from trophy_engine.reports.indexes import ReportIndexes

_AT = itemgetter(AT)
_CLOCK = FieldName(before="the clock's instant")


class Execution:
    """Runs commands on a repository; every method but ``exclusive`` and ``batch`` is called with the lock acquired.

    Attributes:
        repository: the states and the log.
        exclusion: the lock, and the task that may call.
        subscribers: the callbacks to notify of committed effects.
    """

    def __init__(self, repository: Repository, clock: Callable[[], datetime]) -> None:
        self.repository = repository
        self.exclusion = Exclusion()
        self.subscribers = Subscribers()
        self._earlier_states = EarlierStates(repository)
        self._clock = clock
        self._agenda = noting_agenda(repository.plan)
        self._pending_effects: list[RawEffect] = []
        self._due_users: DueUsers | None = None

    @cached_property
    def leaderboards(self) -> Leaderboards:
        """The ranks of all users, created on first use."""
        from trophy_engine.leaderboards.leaderboards import Leaderboards  # noqa: PLC0415

        return Leaderboards(self.repository)

    @cached_property
    def announcer(self) -> Announcer:
        """The announcer of rank changes and broadcasts, created on first use."""
        from trophy_engine.notifications.announcer import Announcer  # noqa: PLC0415

        return Announcer(self.repository, self.leaderboards)

    @cached_property
    def report_indexes(self) -> ReportIndexes:
        """The indexes of the reports on all users, created on first use."""
        from trophy_engine.reports.indexes import ReportIndexes  # noqa: PLC0415

        return ReportIndexes(self.repository)

    # --- starting a call --------------------------------------------------------------------------------------------

    def exclusive(self, now: datetime | None) -> AbstractContextManager[None]:
        """Return a block that acquires the engine; ``now`` is the default instant of the calls within it."""
        if now is not None:
            to_micros(now, "now")
        return self._hold(now)

    @contextmanager
    def _hold(self, now: datetime | None) -> Iterator[None]:
        with self.exclusion.lock:
            self.enter()
            former = self._clock
            try:
                with self.exclusion.hold():
                    if now is not None:
                        self._clock = lambda: now
                    yield
            finally:
                self._clock = former

    def enter(self) -> None:
        """Check that a call may be served, recover from an interrupted one, and read what other engines have written.

        Raises:
            EngineBusy: another task has acquired the engine.
        """
        if self.exclusion.holder is not None:
            self.exclusion.check()
        if not self.repository.consistent:
            self._recover()
        self.repository.catch_up()

    def _recover(self) -> None:
        """Return to the state of the log after an interrupted command."""
        if "leaderboards" in self.__dict__:
            self.leaderboards.recover()
        if "announcer" in self.__dict__:
            self.announcer.recover()
        self.repository.recover()
        self._due_users = None
        self._earlier_states.clear()
        self._agenda = noting_agenda(self.repository.plan)

    # --- states and instants ----------------------------------------------------------------------------------------

    def now(self) -> int:
        """Return the instant of the clock, in microseconds."""
        return to_micros(self._clock(), _CLOCK)

    def state(self, user: str) -> UserState:
        """Call ``enter``, and return the state of a user, which must not be changed.

        Raises:
            UnknownUser: the user does not exist.
        """
        self.enter()
        user = check_user_id(user)
        state = self.repository.state(user)
        if state is None:
            raise UnknownUser(user)
        return state

    def instant_of_command(self, user: str, at: datetime | None) -> int:
        """Return the instant of a command: by default now, or the last thing that happened to its user if later."""
        self.enter()
        if at is not None:
            return to_micros(at)
        now = self.now()
        state = self.repository.state(check_user_id(user))
        return now if state is None or state.clock.settled < now else state.clock.settled

    def instant_of_view(self, state: UserState, at: datetime | None) -> int:
        """Return the instant of a view: by default now, or the last thing that happened to the user if later.

        Raises:
            UnknownUser: the user did not exist then.
        """
        instant = max(self.now(), state.clock.settled) if at is None else to_micros(at)
        if instant < state.profile.created:
            raise UnknownUser(state.id)
        return instant

    def settled_copy(self, state: UserState, instant: int) -> UserState:
        """Return a copy of a state, settled to an instant."""
        copy = state.copy()
        settle_user(Agenda(self.repository.plan), copy, instant)
        return copy

    def player(self, state: UserState, instant: int) -> Player:
        """Return the view of a user as of an instant.

        A past instant is computed from the log, unless subscribers are being notified of an effect at it.
        """
        if instant >= state.clock.settled:
            return Player(self.repository.plan, self.settled_copy(state, instant))
        earlier = self._earlier_states.as_of(state.id, instant)
        if earlier is not None:
            return Player(self.repository.plan, earlier)
        [last] = deque(self.repository.transitions_of(state.id, instant), maxlen=1)
        return Player(last.plan, last.state)

    # --- one command ------------------------------------------------------------------------------------------------

    def run(self, command: UserCommand) -> Outcome:
        """Apply a command whose fields are arguments, commit it, and notify subscribers; raise as ``apply`` does."""
        check_user_id(command.user_id)
        return self.apply(type(command)(*map(as_plain_value, command)))

    def apply(self, command: UserCommand) -> Outcome:
        """Apply a command of plain values, commit it, and notify subscribers.

        Raises:
            Refused: the rules or the history do not allow it; nothing has happened.
            StorageError: the entry could not be stored; nothing has happened.
            SubscribersFailed: subscribers raised; the command has happened.
        """
        user_id = command.user_id
        repository = self.repository
        agenda = self._agenda
        if agenda.plan is not repository.plan:
            agenda = self._agenda = noting_agenda(repository.plan)
        boards = repository.plan.boards
        effects: list[RawEffect] = []
        # False until the entry is in the log, so that the next call after an interruption loads the states again.
        repository.consistent = False
        agenda.begin(effects)
        if boards:
            self.announcer.advance_to(command.at)
        known = repository.states.get(user_id)
        try:
            known = known or repository.state(check_user_id(user_id))
            if self.subscribers.subscriptions:
                self._keep_earlier(known, command)
            state = apply_command(agenda, known, command)
        except TrophyError:
            self._agenda = noting_agenda(repository.plan)
            if boards:
                self.announcer.return_from_advance()
            repository.consistent = True  # a refused command changes nothing
            if repository.catch_up():
                return self.apply(command)
            raise
        repository.states[user_id] = state
        number = state.commands
        outcome = Outcome(repository.plan, command, number, state.streaks, state.clock.day, state.clock.zone, effects)
        if agenda.gate_answers:
            outcome.gate_answers, agenda.gate_answers = agenda.gate_answers, []
        repository.append(number, command)
        if boards:
            outcome.leaderboards = self.leaderboards.record_change(state, command.at)
            effects += self.announcer.after_command(user_id, command.at)
        repository.consistent = True
        if self.subscribers.subscriptions:
            self.notify(effects, outcome)
        return outcome

    def _keep_earlier(self, state: UserState | None, command: UserCommand) -> None:
        """Keep the state before a command whose effects may be past when subscribers are notified of them."""
        if self.repository.in_batch or (state is not None and command.at >= state.clock.due):
            self._earlier_states.keep(command.user_id, state)

    def repeat(self, command: Record | Award | Complete, first: Entry) -> Outcome:
        """Return the outcome of a command with an idempotency key that an entry has used; nothing has happened."""
        state = self.state(command.user_id)
        plan = self.repository.plan
        current = self.settled_copy(state, max(command.at, state.clock.settled))
        total = plan.metrics[command.metric].total.read(current) if isinstance(command, Record) else None
        return Outcome(
            plan,
            command,
            first.number,
            current.streaks,
            current.clock.day,
            current.clock.zone,
            total=total,
            replayed=True,
        )

    # --- all users --------------------------------------------------------------------------------------------------

    def settle(self, instant: int) -> list[RawEffect]:
        """Settle all users to an instant; return the effects in order of time."""
        repository = self.repository
        repository.consistent = False
        due_users = self._current_due_users()
        agenda = Agenda(repository.plan)
        effects = self.announcer.announcements_until(instant, due_users.first_created)
        agenda.begin(effects)
        for user_id in due_users.take_due(instant):
            state = repository.state(user_id)
            if state is not None:
                known = len(effects)
                repository.states[user_id] = after = settle_to_last_effect(agenda, state, instant)
                due_users.plan_next(after)
                if len(effects) > known and self.subscribers.subscriptions:
                    self._earlier_states.keep(user_id, state)
                if repository.plan.boards and len(effects) > known:
                    self.leaderboards.refresh(after)
        if effects or repository.plan.has_plugs:  # plugs can depend on when all users were settled last
            repository.settle(instant)
        repository.consistent = True
        effects.sort(key=_AT)
        self.notify(effects)
        return effects

    def _current_due_users(self) -> DueUsers:
        """Return the users by when work may be due for them."""
        due_users = self._due_users
        if due_users is None or not due_users.follow():
            due_users = self._due_users = DueUsers(self.repository)
        return due_users

    def change_rules(self, ruleset: Ruleset, at: int | None) -> list[RawEffect]:
        """Settle all users and migrate them to other rules; return the effects in order of time.

        Raises:
            EarlierThanSettled: something has happened to a user after the instant.
            InvalidValue: a batch is open.
        """
        repository = self.repository
        repository.check_no_batch()
        self._earlier_states.clear()
        latest = repository.latest()
        instant = max(self.now(), latest) if at is None else at
        for state in repository.all_states() if instant < latest else ():
            if instant < state.clock.settled:
                raise EarlierThanSettled(state.id, from_micros(instant), from_micros(state.clock.settled))
        first_created = min((state.profile.created for state in repository.all_states()), default=NEVER)
        before, effects = repository.plan, self.announcer.announcements_until(instant, first_created)
        effects += repository.change_rules(ruleset, instant)
        effects += self.announcer.after_rules_change(before, instant)
        effects.sort(key=_AT)
        self.notify(effects)
        return effects

    # --- batches and subscribers ------------------------------------------------------------------------------------

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commit the commands within the block in one transaction; a batch within a batch is part of it."""
        with self.exclusive(None):
            if self.repository.in_batch:
                yield
                return
            checkpoint = self.announcer.checkpoint() if self.repository.plan.boards else None
            try:
                yield from self._batched(checkpoint)
            except BaseException:
                self.repository.abandon_batch()  # again, because the first time may have been interrupted
                raise
            effects, self._pending_effects = self._pending_effects, []
            self.notify(effects)

    def _batched(self, checkpoint: Checkpoint | None) -> Iterator[None]:
        try:
            self.repository.begin_batch()
            yield
            self.repository.end_batch()
        except BaseException:
            self.repository.abandon_batch()
            self._pending_effects.clear()
            self._earlier_states.clear()
            if checkpoint is not None:
                self.announcer.restore(checkpoint)
            raise

    def notify(self, effects: list[RawEffect], outcome: Outcome | None = None) -> None:
        """Notify subscribers of committed effects; within a batch, at its end.

        Raises:
            SubscribersFailed: subscribers raised.
        """
        if self.repository.in_batch:
            self._pending_effects += effects
            return
        try:
            self.subscribers.notify(effects, outcome)
        finally:
            self._earlier_states.clear()
