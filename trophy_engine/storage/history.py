"""History: what an engine remembers, a storage's log and the live states that it has come to.

A state that is not live is loaded: the user's snapshot, and what the log holds after it. Whenever the storage and the
live states could disagree, the live states are dropped, for the log is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trophy_engine.calendar.instants import FIRST
from trophy_engine.core.commands import Adopt, Command, Record, Settle
from trophy_engine.core.evaluate import apply
from trophy_engine.core.plan import Plan, compile_plan
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.turn import Turn
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.storage.protocol import Entry, Snapshot, Storage, user_of

__all__ = ["History"]

# What making a named tuple comes down to, without the detour over its constructor: one is made for every event.
_new = tuple.__new__


class History:
    """The log and the live states of one engine.

    Attributes:
        storage: where the log is kept.
        plan: the rules in force.
        states: the live states, by user.
        in_batch: whether entries wait for the end of a batch.
        forgotten: how often all that was live has been dropped.
    """

    def __init__(self, storage: Storage, ruleset: Ruleset) -> None:
        self.storage = storage
        self.plan: Plan = compile_plan(ruleset)
        self.states: dict[str, UserState] = {}
        self.in_batch = False
        self.forgotten = 0
        self._waiting: list[Entry] = []
        self._unsaved: dict[str, None] = {}
        self._entries_unsaved = 0
        self._snapshot_every = storage.snapshot_every
        self._sequence = storage.length()
        self.adopt(ruleset)

    def adopt(self, ruleset: Ruleset) -> None:
        """Enter rules into the log, and go on under them; what was done under others is snapshotted under those."""
        adopted = self.storage.adopted()
        if adopted is not None and isinstance(adopted.command, Adopt):
            former = Ruleset.loads(adopted.command.rules, format="json")
            if former == ruleset:
                return
            self.plan = compile_plan(former)
            self.states.clear()
            for user_id in self.users():
                self.state(user_id)
            self._save(self.states)
            self.states.clear()
        self.plan = compile_plan(ruleset)
        self.append(0, Adopt(ruleset.dumps(format="json"), FIRST))

    # --- states -----------------------------------------------------------------------------------------------------

    def state(self, user_id: str) -> UserState | None:
        """Give a user's live state, or None where nothing has been recorded of them."""
        state = self.states.get(user_id)
        if state is None:
            state = self._load(user_id)
            if state is not None:
                self.states[user_id] = state
        return state

    def _load(self, user_id: str) -> UserState | None:
        snapshot = self.storage.load(user_id)
        state = None if snapshot is None else UserState.load(self.plan, snapshot.state)
        turn = Turn(self.plan)
        for command in self.commands_of(user_id, 0 if snapshot is None else snapshot.sequence):
            match command:
                case Adopt():
                    pass  # every user was snapshotted under the rules before
                case Settle(at):
                    if state is not None:
                        settle(turn, state, at)
                case _:
                    state = apply(turn, state, command)
            turn.effects.clear()
        return state

    def commands_of(self, user_id: str, after: int = 0) -> Iterator[Command]:
        """Walk the commands about a user, and those about everybody, in the order of the log."""
        for entry in self.storage.entries_of(user_id, after):
            yield entry.command
        for entry in self._waiting:
            if user_of(entry.command) in {user_id, None}:
                yield entry.command

    def users(self) -> Iterator[str]:
        """Walk the users in the order in which they were first seen."""
        waiting = (user_of(entry.command) for entry in self._waiting)
        return iter(dict.fromkeys(self.storage.users()) | {user: None for user in waiting if user is not None})

    # --- the log ----------------------------------------------------------------------------------------------------

    def append(self, number: int, command: Command) -> None:
        """Enter a command into the log, at once or at the end of the batch; ``number`` counts its user's commands.

        Raises:
            StorageError: it could not be kept; nothing of it has happened.
        """
        entry = _new(Entry, (self._sequence + 1, number, command))
        if self.in_batch:
            self._waiting.append(entry)
            self._sequence += 1
            return
        self._keep((entry,))
        self._sequence += 1
        if self._snapshot_every is not None:
            self._age((entry,))

    def _keep(self, entries: tuple[Entry, ...]) -> None:
        try:
            self.storage.append(entries)
        except BaseException:
            self.forget()
            raise

    def find(self, command: Record) -> Entry | None:
        """Find the record that used a command's idempotency key."""
        key = (command.user_id, command.metric, str(command.idempotency_key))
        for entry in self._waiting:
            used = entry.command
            if isinstance(used, Record) and (used.user_id, used.metric, used.idempotency_key) == key:
                return entry
        return self.storage.find(*key)

    def begin_batch(self) -> None:
        """Let entries wait."""
        self.in_batch = True

    def end_batch(self) -> None:
        """Enter what waits into the log, in one transaction.

        Raises:
            StorageError: it could not be kept; nothing of it has happened.
        """
        entries = tuple(self._waiting)
        self._keep(entries)
        self._waiting.clear()
        self.in_batch = False
        if self._snapshot_every is not None:
            self._age(entries)

    def forget(self) -> None:
        """Drop every live state and what waits: the storage knows better."""
        self.forgotten += 1
        self.states.clear()
        self._waiting.clear()
        self._unsaved.clear()
        self.in_batch = False
        self._sequence = self.storage.length()

    # --- snapshots --------------------------------------------------------------------------------------------------

    def _age(self, entries: Iterable[Entry]) -> None:
        """Note whose snapshots are out of date, and renew them when enough entries have come."""
        for entry in entries:
            user_id = user_of(entry.command)
            self._unsaved |= dict.fromkeys(self.states) if user_id is None else {user_id: None}
            self._entries_unsaved += 1
        if self._snapshot_every is not None and self._entries_unsaved >= self._snapshot_every:
            self._save(self._unsaved)

    def _save(self, users: Iterable[str]) -> None:
        self.storage.save(
            [
                Snapshot(user_id, self._sequence, self.plan.digest, self.states[user_id].dump(self.plan))
                for user_id in users
                if user_id in self.states
            ]
        )
        self._unsaved.clear()
        self._entries_unsaved = 0

    def close(self) -> None:
        """Snapshot what is not, and close the storage."""
        if self._snapshot_every is not None:
            self._save(self._unsaved)
        self.storage.close()
