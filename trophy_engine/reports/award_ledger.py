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
from trophy_engine.repository.plans import NO_RULES, diff_of_logged_plans, plan_of_logged_rules
from trophy_engine.repository.repository import Repository
from trophy_engine.repository.transitions import transitions_from_log
from trophy_engine.storage.protocol import Entry

#: The number of users whose awards are kept, those asked for last.
_MOST_USERS: Final = 1000


@attrs.define
class _UserLedger:
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

    def add_awards(self, effects: Iterable[RawEffect]) -> None:
        """Add the awards among some effects."""
        for award in select_raw_effects(PointsAwarded, effects):
            if award.system not in self.awards:
                self.awards[award.system] = deque(maxlen=MAX_AWARDS)
            self.awards[award.system].append(award)


class AwardLedger:
    """The latest awards of the users who were asked for last."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._ledgers: dict[str, _UserLedger] = {}

    def last_awards(self, user: str, system: str, n: int, instant: int) -> tuple[PointsAwarded, ...] | None:
        """Return what ``awards.last_awards`` returns, up to an instant.

        Returns:
            None if the user does not exist, or an entry of their log is after the instant.
        """
        ledger = self._ledgers.pop(user, None)  # none until it is consistent again
        if ledger is None or ledger.position is None or not ledger.position.holds():
            ledger = _UserLedger(plan_of_logged_rules(NO_RULES, self._repository.plugs))
        self._read_new_entries(user, ledger)
        if ledger.state is None:
            return None
        self._ledgers[user] = ledger  # last, as that asked for last
        if len(self._ledgers) > _MOST_USERS:
            del self._ledgers[next(iter(self._ledgers))]
        if instant < ledger.at:
            return None
        agenda, state = Agenda(ledger.plan), ledger.state.copy()
        settle_user(agenda, state, instant)
        due = [award for award in select_raw_effects(PointsAwarded, agenda.effects) if award.system == system]
        known = ledger.awards.get(system, ())
        return tuple(islice((*reversed(due), *reversed(known)), n))

    def _read_new_entries(self, user: str, ledger: _UserLedger) -> None:
        after = 0 if ledger.position is None else ledger.position.sequence
        if after < self._repository.sequence:
            for entry in self._repository.entries_of(user, after):
                self._apply_entry(user, ledger, entry)
        ledger.position = LogPosition(self._repository)

    def _apply_entry(self, user: str, ledger: _UserLedger, entry: Entry) -> None:
        command = entry.command
        if isinstance(command, Settle):
            return  # its work is due at the next command, too, or at the end
        ledger.at = max(ledger.at, command.at)
        if isinstance(command, ChangeRules):
            self._change_rules(user, ledger, command, entry.sequence)
            return
        agenda = Agenda(ledger.plan)
        ledger.state = apply_command(agenda, ledger.state, command)
        ledger.add_awards(agenda.effects)

    def _change_rules(self, user: str, ledger: _UserLedger, command: ChangeRules, sequence: int) -> None:
        repository = self._repository
        former, ledger.plan = ledger.plan, plan_of_logged_rules(command.rules, repository.plugs)
        if ledger.state is None:
            return
        agenda = Agenda(former)
        settle_user(agenda, ledger.state, command.at)
        ledger.add_awards(agenda.effects)
        keys = {system.key for system in ledger.plan.systems}
        ledger.awards = {key: awards for key, awards in ledger.awards.items() if key in keys}
        agenda = Agenda(ledger.plan)
        ledger.state = migrate_state(
            agenda,
            ledger.state,
            diff_of_logged_plans(former, ledger.plan),
            command.at,
            lambda: transitions_from_log(repository.commands_before(user, sequence), command.at, repository.plugs),
        )
        ledger.add_awards(agenda.effects)
