"""The repository: a storage's log and the live states of its users.

A state that is not live is loaded from the user's snapshot and the entries after it. ``consistent`` is False while a
command changes live states: if it is interrupted, the next call drops them and loads them from the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from typing import Final

from trophy_engine.calendar.instants import FIRST
from trophy_engine.core import (
    SCHEMA,
    Agenda,
    Award,
    ChangeRules,
    Command,
    CompilePlug,
    Complete,
    Plan,
    RawEffect,
    Record,
    Settle,
    Transition,
    UserState,
    apply_command,
    idempotency_key_of_command,
    migrate_state,
    settle_to_last_effect,
    settle_user,
)
from trophy_engine.errors import InvalidValue, StorageConflict
from trophy_engine.repository.pending import PendingEntries
from trophy_engine.repository.plans import LoggedPlans, diff_of_logged_plans, encode_rules_for_log, plan_of_logged_rules
from trophy_engine.repository.snapshots import SnapshotWriter
from trophy_engine.repository.transitions import transitions_from_log
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.storage.protocol import Entry, Storage, user_of_stored_command

# Faster than the constructor of a named tuple; one is made for every event.
_new = tuple.__new__
#: The id of no user: the log has no entries of it but those about all users.
_NO_USER: Final = ""


class Repository:
    """The log and the live states of one engine.

    Attributes:
        storage: the log and the snapshots.
        plugs: the plugs with which rules are compiled.
        plan: the rules in force.
        states: the live states, by user.
        consistent: True if the live states agree with the log; False while a command changes them.
        in_batch: True while a batch is open.
        forgotten: how often all live states have been dropped or replaced.
        changed: the users that entries of other engines have changed, until the leaderboards rank them again.
        migration_effects: the effects on users of opening the storage with rules other than its last ones.
    """

    def __init__(self, storage: Storage, ruleset: Ruleset | None, plugs: tuple[CompilePlug, ...]) -> None:
        self.storage = storage
        self.plugs = plugs
        self.states: dict[str, UserState] = {}
        self.consistent = True
        self.in_batch = False
        self.forgotten = 0
        self.changed: dict[str, None] = {}
        self._pending = PendingEntries()
        self._snapshots = None if storage.snapshot_every is None else SnapshotWriter(storage, storage.snapshot_every)
        self._closed = False
        self._settled: int | None = None
        self._sequence = 0
        self._rules_history = LoggedPlans(plugs)
        self.plan: Plan = self._rules_history.plan_at(0)
        self.migration_effects: list[RawEffect] = []
        self._open(ruleset)

    def _open(self, ruleset: Ruleset | None) -> None:
        """Read the end of the log, and change the rules if they differ; repeat if another engine appends first."""
        while True:
            self.forget()
            required = self.plan.ruleset if ruleset is None else ruleset
            if self._rules_history.commands and self.plan.ruleset.digest == required.digest:
                return
            with suppress(StorageConflict):
                self.migration_effects = self.change_rules(required, self.latest())
                return

    def latest(self) -> int:
        """Return the latest instant at which anything happened to any user."""
        return max((state.clock.settled for state in self.all_states()), default=FIRST)

    def settled(self) -> int:
        """Return the latest instant at which all users were settled or the rules changed; ``FIRST`` for none."""
        if self._settled is None:
            self._settled = max((command.at for command in self.commands_of(_NO_USER)), default=FIRST)
        return self._settled

    def settle(self, at: int) -> None:
        """Append to the log that all users were settled to an instant.

        Raises:
            StorageError: the entry could not be stored; nothing has happened.
        """
        self.append(0, Settle(at))
        if self._settled is not None:
            self._settled = max(self._settled, at)

    def change_rules(self, ruleset: Ruleset, at: int) -> list[RawEffect]:
        """Change the rules at an instant that no user has passed, and return the effects on users.

        Raises:
            InvalidValue: a batch is open.
            StorageError: the entry could not be stored; nothing has happened.
        """
        self.check_no_batch()
        command = ChangeRules(encode_rules_for_log(ruleset), at)
        former, plan = self.plan, plan_of_logged_rules(command.rules, self.plugs)
        self.consistent = False
        effects: list[RawEffect] = []
        after = {}
        for user_id in self.users():
            state = self.state(user_id)
            if state is not None:
                after[user_id] = self._migrate(state.copy(), former, plan, command, self._sequence + 1, effects)
        self._settled = None
        # Appending the entry may write snapshots, which must be of the states after it.
        self._rules_history.add(self._sequence + 1, command)
        self.plan = plan
        self.states = after
        self.forgotten += 1
        self.append(0, command)
        self.consistent = True
        return effects

    def check_no_batch(self) -> None:
        """Check that rules can change.

        Raises:
            InvalidValue: a batch is open.
        """
        if self.in_batch:
            raise InvalidValue("rules cannot change within a batch; end the batch first")

    def _migrate(
        self, state: UserState, former: Plan, plan: Plan, command: ChangeRules, sequence: int, effects: list[RawEffect]
    ) -> UserState:
        agenda = Agenda(former)
        settle_user(agenda, state, command.at)
        effects += agenda.effects
        agenda = Agenda(plan)
        diff = diff_of_logged_plans(former, plan)
        after = migrate_state(
            agenda,
            state,
            diff,
            command.at,
            lambda: transitions_from_log(self.commands_before(state.id, sequence), command.at, self.plugs),
        )
        effects += agenda.effects
        return after

    @property
    def sequence(self) -> int:
        """The sequence of the last entry that was read or appended, with those of an open batch."""
        return self._sequence

    def entries_since(self, sequence: int) -> Iterator[Entry]:
        """Iterate over the entries after one of the log, with those of an open batch."""
        last = self._sequence - len(self._pending.entries)
        if sequence < last:
            for entry in self.storage.entries(sequence):
                if entry.sequence > last:
                    break  # written by an engine that is ahead; catch_up reads it
                yield entry
        yield from (entry for entry in self._pending.entries if entry.sequence > sequence)

    def rules_history(self, skip: int = 0) -> tuple[ChangeRules, ...]:
        """List the rules that have been in force, in order, without some of the first."""
        return tuple(self._rules_history.commands[skip:])

    # --- states -----------------------------------------------------------------------------------------------------

    def state(self, user_id: str) -> UserState | None:
        """Return the live state of a user, loaded if necessary, or None for an unknown user."""
        state = self.states.get(user_id)
        if state is None:
            state = self._load(user_id)
            if state is not None:
                self.states[user_id] = state
        return state

    def all_states(self) -> Iterator[UserState]:
        """Iterate over the live states of all users, in the order in which they were first seen."""
        return filter(None, map(self.state, self.users()))

    def _load(self, user_id: str) -> UserState | None:
        snapshot = self.storage.load(user_id)
        if snapshot is not None and (snapshot.state.get("schema") != SCHEMA or snapshot.sequence > self._sequence):
            snapshot = None  # of another version of the package, or of an engine that is ahead; the log suffices
        after = 0 if snapshot is None else snapshot.sequence
        plan = self._rules_history.plan_at(after)
        state = None if snapshot is None else UserState.load(plan, snapshot.state)
        agenda = Agenda(plan)
        applied = 0
        for entry in self.entries_of(user_id, after):
            applied += 1  # enumerate would count in a name that the loop does not use
            match entry.command:
                case ChangeRules(rules) as command:
                    former, plan = plan, plan_of_logged_rules(rules, self.plugs)
                    if state is not None:
                        state = self._migrate(state, former, plan, command, entry.sequence, [])
                    agenda = Agenda(plan)
                case Settle(at):
                    if state is not None:
                        state = settle_to_last_effect(agenda, state, at)
                case command:
                    state = apply_command(agenda, state, command)
            agenda.begin([])
        if self._snapshots is not None and state is not None:
            self._snapshots.note_load(user_id, applied)
        return state

    def commands_of(self, user_id: str) -> Iterator[Command]:
        """Iterate over the commands about a user, and those about all users, in the order of the log."""
        return (entry.command for entry in self.entries_of(user_id))

    def transitions_of(self, user_id: str, until: int) -> Iterator[Transition]:
        """Yield the transitions of a user's commands up to an instant, and last that of the work due by then."""
        return transitions_from_log(self.commands_of(user_id), until, self.plugs)

    def commands_before(self, user_id: str, sequence: int) -> Iterator[Command]:
        """Iterate over the commands of ``commands_of`` before an entry of the log."""
        entries = takewhile(lambda entry: entry.sequence < sequence, self.entries_of(user_id))
        return (entry.command for entry in entries)

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after one of the log that are about a user or about all users."""
        last = self._sequence - len(self._pending.entries)
        for entry in self.storage.entries_of(user_id, after):
            if entry.sequence > last:
                break  # written by an engine that is ahead; catch_up reads it
            yield entry
        yield from (entry for entry in self._pending.of(user_id) if entry.sequence > after)

    def users(self) -> Iterator[str]:
        """Iterate over the users in the order in which they were first seen."""
        return iter(dict.fromkeys((*self.storage.users(), *self._pending.users())))

    # --- the log ----------------------------------------------------------------------------------------------------

    def append(self, number: int, command: Command) -> None:
        """Append a command to the log, at once or at the end of the batch; ``number`` is its number in ``Entry``.

        Raises:
            StorageError: the entry could not be stored; nothing has happened.
        """
        entry = _new(Entry, (self._sequence + 1, number, command))
        if self.in_batch:
            self._pending.add(entry)
            self._sequence += 1
            return
        self.storage.append((entry,))
        self._sequence += 1
        if self._snapshots is not None:
            self._snapshots.note_append((entry,), self.states, self._sequence, self.plan)

    def find(self, command: Record | Award | Complete) -> Entry | None:
        """Return the earlier entry that used the idempotency key of a command in its scope, or None."""
        key = idempotency_key_of_command(command)
        return None if key is None else self._pending.find(key) or self.storage.find(*key)

    def begin_batch(self) -> None:
        """Open a batch: entries are pending until its end."""
        self.in_batch = True

    def end_batch(self) -> None:
        """Append the pending entries to the log, in one transaction.

        Raises:
            StorageError: the entries could not be stored; nothing has happened.
        """
        entries = self._pending.entries
        self.consistent = False
        self.storage.append(entries)
        self._pending = PendingEntries()
        self.in_batch = False
        if self._snapshots is not None:
            self._snapshots.note_append(entries, self.states, self._sequence, self.plan)
        self.consistent = True

    def abandon_batch(self) -> None:
        """End a failed batch; the next call drops its changes."""
        self.consistent = False
        self.in_batch = False

    def forget(self) -> None:
        """Drop all live states and pending entries, and read the storage again."""
        self.consistent = False
        self.in_batch = False
        self._pending = PendingEntries()
        self._drop_states()
        self._sequence = self.storage.length()
        self._rules_history = LoggedPlans(self.plugs, self.storage.rules_history())
        self.plan = self._rules_history.plan_at(self._sequence)
        self.consistent = True

    def _drop_states(self) -> None:
        self.forgotten += 1
        self._settled = None
        self.states.clear()
        self.changed.clear()
        if self._snapshots is not None:
            self._snapshots.clear()

    def recover(self) -> None:
        """Drop the live states after an interrupted command; pending entries of an open batch stay."""
        if not self.in_batch:
            self.forget()
            return
        entries = self._pending.entries
        self._pending = PendingEntries(entries)
        self._drop_states()
        self._sequence = entries[-1].sequence if entries else self.storage.length()
        self.consistent = True

    def catch_up(self) -> bool:
        """Read what other engines have appended to the log, and return True if there was anything.

        While entries of a batch are pending, nothing is read: the batch fails at its end if others have written.
        """
        if self._pending.entries:
            return False
        length = self.storage.length()
        if length == self._sequence:
            return False
        self.consistent = False
        agenda = Agenda(self.plan)
        for entry in self.storage.entries(self._sequence):
            if isinstance(entry.command, ChangeRules):
                break
            self._apply_foreign_command(agenda, entry.command)
            self._sequence = entry.sequence
        if self._sequence < length:
            self.forget()
        self.consistent = True
        return True

    def _apply_foreign_command(self, agenda: Agenda, command: Command) -> None:
        """Apply a command of another engine to the live states."""
        users = self.states if isinstance(command, Settle) else (str(user_of_stored_command(command)),)
        for user_id in list(users):
            state = self.states.get(user_id)
            if state is not None and isinstance(command, Settle):
                self.states[user_id] = settle_to_last_effect(agenda, state, command.at)
            elif state is not None and not isinstance(command, ChangeRules | Settle):
                self.states[user_id] = apply_command(agenda, state, command)
            self.changed[user_id] = None
        if isinstance(command, Settle):
            self._settled = None
        agenda.begin([])

    def close(self) -> None:
        """Save outstanding snapshots and close the storage; a second call does nothing.

        No snapshot is saved if nothing was appended, or within a batch.
        """
        if self._closed:
            return
        try:
            if self._snapshots is not None and self.consistent and not self.in_batch:
                self._snapshots.save_outstanding(self.states, self._sequence, self.plan)
        finally:
            self.storage.close()
            self._closed = True
