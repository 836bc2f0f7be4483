"""History: what an engine remembers, a storage's log and the live states that it has come to.

A state that is not live is loaded: the user's snapshot, and what the log holds after it. Whenever the storage and the
live states could disagree, the live states are dropped, for the log is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import takewhile
from typing import Final

from trophy_engine.calendar.instants import FIRST
from trophy_engine.core.adopt import adopt
from trophy_engine.core.commands import Adopt, Command, Record, Settle
from trophy_engine.core.effects import RawEffect
from trophy_engine.core.evaluate import apply
from trophy_engine.core.plan import Plan
from trophy_engine.core.retell import NO_RULES, plan_of, retell, revision_of
from trophy_engine.core.settle import settle
from trophy_engine.core.state import SCHEMA, UserState
from trophy_engine.core.turn import Turn
from trophy_engine.errors import InvalidValue, StorageConflict, StorageError
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.storage.protocol import Entry, Snapshot, Storage, user_of

__all__ = ["History"]

# What making a named tuple comes down to, without the detour over its constructor: one is made for every event.
_new = tuple.__new__
#: Nobody's id, of whom the log tells only what is about everybody.
_NOBODY: Final = ""


class History:
    """The log and the live states of one engine.

    Attributes:
        storage: where the log is kept.
        plan: the rules in force.
        states: the live states, by user.
        in_batch: whether entries wait for the end of a batch.
        forgotten: how often all that was live has been dropped or replaced.
        revised: what it did to users that the storage was opened under other rules than it had.
    """

    def __init__(self, storage: Storage, ruleset: Ruleset | None) -> None:
        self.storage = storage
        self.states: dict[str, UserState] = {}
        self.in_batch = False
        self.forgotten = 0
        self._waiting: list[Entry] = []
        self._unsaved: dict[str, None] = {}
        self._entries_unsaved = 0
        self._settled: int | None = None
        self._snapshot_every = storage.snapshot_every
        self._sequence = storage.length()
        self._adoptions = self._read_adoptions()
        self.plan: Plan = self._plan_at(self._sequence)
        self.revised: list[RawEffect] = []
        while not self._adoptions or (ruleset is not None and self.plan.ruleset.digest != ruleset.digest):
            with suppress(StorageConflict):  # another engine was faster, and what it did has been read
                self.revised = self.adopt(self.plan.ruleset if ruleset is None else ruleset, self.latest())

    def _read_adoptions(self) -> list[tuple[int, Adopt]]:
        return [
            (entry.sequence, entry.command) for entry in self.storage.adoptions() if isinstance(entry.command, Adopt)
        ]

    def latest(self) -> int:
        """Give the latest instant that any user has been settled to."""
        states = filter(None, map(self.state, self.users()))
        return max((state.settled for state in states), default=FIRST)

    def settled(self) -> int:
        """Give the latest instant at which everybody was settled or other rules came, FIRST for none."""
        if self._settled is None:
            self._settled = max((command.at for command in self.commands_of(_NOBODY)), default=FIRST)
        return self._settled

    def settle(self, at: int) -> None:
        """Enter into the log that everybody was settled.

        Raises:
            StorageError: it could not be kept; nothing of it has happened.
        """
        self.append(0, Settle(at))
        if self._settled is not None:
            self._settled = max(self._settled, at)

    def adopt(self, ruleset: Ruleset, at: int) -> list[RawEffect]:
        """Go on under other rules from an instant on that no user has passed; give what that does to the users.

        Raises:
            InvalidValue: a batch is open.
            StorageError: it could not be kept; nothing of it has happened.
        """
        self.check_no_batch()
        command = Adopt(ruleset.dumps(format="json"), at)
        former, plan = self.plan, plan_of(command.rules)
        effects: list[RawEffect] = []
        after = {}
        for user_id in self.users():
            state = self.state(user_id)
            if state is not None:
                after[user_id] = self._revise(state.copy(), former, plan, command, self._sequence + 1, effects)
        self._settled = None
        # Keeping the entry may take snapshots, which are of the states after it; if it fails, all this is forgotten.
        self._adoptions.append((self._sequence + 1, command))
        self.plan = plan
        self.states = after
        self.forgotten += 1
        self.append(0, command)
        return effects

    def check_no_batch(self) -> None:
        """Check that rules can change.

        Raises:
            InvalidValue: a batch is open.
        """
        if self.in_batch:
            raise InvalidValue("rules do not change within a batch; end it first")

    def _revise(
        self, state: UserState, former: Plan, plan: Plan, command: Adopt, sequence: int, effects: list[RawEffect]
    ) -> UserState:
        turn = Turn(former)
        settle(turn, state, command.at)
        effects += turn.effects
        turn = Turn(plan)
        revision = revision_of(former, plan)
        after = adopt(turn, state, revision, command.at, lambda: retell(self._before(state.id, sequence), command.at))
        effects += turn.effects
        return after

    def adoptions(self) -> tuple[Adopt, ...]:
        """List the rules that have been adopted, in order."""
        return tuple(command for _, command in self._adoptions)

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
        if snapshot is not None and snapshot.state.get("schema") != SCHEMA:
            snapshot = None  # of another version of this package; the log knows all the same
        after = 0 if snapshot is None else snapshot.sequence
        plan = self._plan_at(after)
        state = None if snapshot is None else UserState.load(plan, snapshot.state)
        turn = Turn(plan)
        for entry in self._entries_of(user_id, after):
            match entry.command:
                case Adopt(rules) as command:
                    former, plan = plan, plan_of(rules)
                    if state is not None:
                        state = self._revise(state, former, plan, command, entry.sequence, [])
                    turn = Turn(plan)
                case Settle(at):
                    if state is not None:
                        settle(turn, state, at)
                case command:
                    state = apply(turn, state, command)
            turn.effects.clear()
        return state

    def _plan_at(self, sequence: int) -> Plan:
        """Give the rules that were in force after an entry of the log."""
        adopted = [command.rules for place, command in self._adoptions if place <= sequence]
        return plan_of(adopted[-1] if adopted else NO_RULES)

    def commands_of(self, user_id: str) -> Iterator[Command]:
        """Walk the commands about a user, and those about everybody, in the order of the log."""
        return (entry.command for entry in self._entries_of(user_id))

    def _before(self, user_id: str, sequence: int) -> Iterator[Command]:
        """Walk the commands of ``commands_of`` that stand before an entry of the log."""
        entries = takewhile(lambda entry: entry.sequence < sequence, self._entries_of(user_id))
        return (entry.command for entry in entries)

    def _entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        yield from self.storage.entries_of(user_id, after)
        yield from (entry for entry in self._waiting if user_of(entry.command) in {user_id, None})

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
        self._settled = None
        self.states.clear()
        self._waiting.clear()
        self._unsaved.clear()
        self.in_batch = False
        self._sequence = self.storage.length()
        self._adoptions = self._read_adoptions()
        self.plan = self._plan_at(self._sequence)

    # --- snapshots --------------------------------------------------------------------------------------------------

    def _age(self, entries: Iterable[Entry]) -> None:
        """Note whose snapshots are out of date, and renew them when enough entries have come."""
        for entry in entries:
            user_id = user_of(entry.command)
            self._unsaved |= dict.fromkeys(self.states) if user_id is None else {user_id: None}
            self._entries_unsaved += 1
        if self._snapshot_every is not None and self._entries_unsaved >= self._snapshot_every:
            self._entries_unsaved = 0
            with suppress(StorageError):  # the log has everything; snapshots are due again after as many entries
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

    def close(self) -> None:
        """Snapshot what is not, and close the storage."""
        if self._snapshot_every is not None:
            self._save(self._unsaved)
        self.storage.close()
