"""The award ledger: the latest awards of some users, continued from where the log was read last.

The awards of a user are the effects of the user's whole log, under the rules of each time. For the users who were asked
for last, their state after the last entry that was read is kept with the awards, so that only new entries are applied.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Final

import attrs

from trophy_engine.calendar.instants import FIRST
from trophy_engine.core import (
    Agenda,
    ChangeRules,
    Plan,
    PointsAwarded,
    RawEffect,
    Settle,
    UserState,
    apply_command,
    migrate_state,
    select_raw_effects,
    settle_user,
)
from trophy_engine.reports.awards import MAX_AWARDS
from trophy_engine.repository.log_cursor import LogPosition
from trophy_engine.repository.plans import NO_RULES, diff_of, plan_of
from trophy_engine.repository.repository import Repository
from trophy_engine.repository.transitions import transitions_of
from trophy_engine.storage.protocol import Entry

#: The number of users whose awards are kept, those asked for last.
_MOST_USERS: Final = 1000


@attrs.define
class _Account:
    """The awards of a user up to an entry of the log.

    Attributes:
        plan: the rules in force after the entry.
        state: the state after it; None before the creation of the user.
        at: the latest instant of the entries.
        awards: by points system, the latest awards since it was last added to the rules, oldest first.
        position: the end of the log up to which it was read; None before it was read.
    """

    plan: Plan
    state: UserState | None = None
    at: int = FIRST
    awards: dict[str, deque[PointsAwarded]] = attrs.field(factory=dict)
    position: LogPosition | None = None

    def add(self, effects: Iterable[RawEffect]) -> None:
        """Add the awards among some effects."""
        for award in select_raw_effects(PointsAwarded, effects):
            if award.system not in self.awards:
                self.awards[award.system] = deque(maxlen=MAX_AWARDS)
            self.awards[award.system].append(award)


class AwardLedger:
    """The latest awards of the users who were asked for last."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._accounts: dict[str, _Account] = {}

    def last_awards(self, user: str, system: str, n: int, instant: int) -> tuple[PointsAwarded, ...] | None:
        """Return what ``awards.last_awards`` returns, up to an instant.

        Returns:
            None if the user does not exist, or an entry of their log is after the instant.
        """
        account = self._accounts.pop(user, None)  # none until it is consistent again
        if account is None or account.position is None or not account.position.holds():
            account = _Account(plan_of(NO_RULES, self._repository.plugs))
        self._read_new_entries(user, account)
        if account.state is None:
            return None
        self._accounts[user] = account  # last, as that asked for last
        if len(self._accounts) > _MOST_USERS:
            del self._accounts[next(iter(self._accounts))]
        if instant < account.at:
            return None
        agenda, state = Agenda(account.plan), account.state.copy()
        settle_user(agenda, state, instant)
        due = [award for award in select_raw_effects(PointsAwarded, agenda.effects) if award.system == system]
        known = account.awards.get(system, ())
        return tuple(islice((*reversed(due), *reversed(known)), n))

    def _read_new_entries(self, user: str, account: _Account) -> None:
        after = 0 if account.position is None else account.position.sequence
        if after < self._repository.sequence:
            for entry in self._repository.entries_of(user, after):
                self._apply(user, account, entry)
        account.position = LogPosition(self._repository)

    def _apply(self, user: str, account: _Account, entry: Entry) -> None:
        command = entry.command
        if isinstance(command, Settle):
            return  # its work is due at the next command, too, or at the end
        account.at = max(account.at, command.at)
        if isinstance(command, ChangeRules):
            self._change_rules(user, account, command, entry.sequence)
            return
        agenda = Agenda(account.plan)
        account.state = apply_command(agenda, account.state, command)
        account.add(agenda.effects)

    def _change_rules(self, user: str, account: _Account, command: ChangeRules, sequence: int) -> None:
        repository = self._repository
        former, account.plan = account.plan, plan_of(command.rules, repository.plugs)
        if account.state is None:
            return
        agenda = Agenda(former)
        settle_user(agenda, account.state, command.at)
        account.add(agenda.effects)
        keys = {system.key for system in account.plan.systems}
        account.awards = {key: awards for key, awards in account.awards.items() if key in keys}
        agenda = Agenda(account.plan)
        account.state = migrate_state(
            agenda,
            account.state,
            diff_of(former, account.plan),
            command.at,
            lambda: transitions_of(repository.commands_before(user, sequence), command.at, repository.plugs),
        )
        account.add(agenda.effects)
