"""Announcements: broadcasts to all users, and changes of ranks, which one user's command can cause for others.

Rules without notifications have none.
"""

from __future__ import annotations

from trophy_engine.calendar.instants import FIRST, NEVER
from trophy_engine.core import Plan, RawEffect
from trophy_engine.leaderboards.index import LeaderboardIndex
from trophy_engine.leaderboards.leaderboards import Leaderboards
from trophy_engine.notifications.broadcasts import broadcasts_between, broadcasts_of_early_ends
from trophy_engine.notifications.final_rankings import FinalRankings
from trophy_engine.notifications.plug import notification_plug_of
from trophy_engine.notifications.rank_changes import RankNotifier
from trophy_engine.repository.repository import Repository

#: The pending rank changes, the instant to which time has been processed, and the effects not returned yet.
Checkpoint = tuple[RankNotifier | None, int, list[RawEffect]]


class Announcer:
    """Announces broadcasts and rank changes.

    Args:
        repository: the log and the states.
        leaderboards: the ranks of all users.
    """

    def __init__(self, repository: Repository, leaderboards: Leaderboards) -> None:
        self._repository = repository
        self._leaderboards = leaderboards
        self._index: LeaderboardIndex | None = None
        self._notifier: RankNotifier | None = None
        self._passed = FIRST
        self._waiting: list[RawEffect] = []
        self._former = self._passed, self._waiting

    # --- ranks ------------------------------------------------------------------------------------------------------

    def advance_to(self, instant: int) -> None:
        """Advance the leaderboards to an instant, and queue the rank changes that time causes on the way."""
        index, notifier = self._current_rank_notifier()
        self._former = self._passed, self._waiting
        if notifier is not None:
            notifier.mark()
        if notifier is None or instant <= self._passed:
            self._leaderboards.as_of(instant)
            return
        effects: list[RawEffect] = []
        for at, user, apply_change in self._leaderboards.advance(self._passed, instant):
            effects += notifier.collect_due(at, index)
            for move in apply_change():
                effects += notifier.record_move(user, move, index, at)
        effects += notifier.collect_due(instant, index)
        self._waiting = [*self._waiting, *effects]
        self._passed = instant

    def return_from_advance(self) -> None:
        """Forget what the latest ``advance_to`` noted: the command at its instant was refused."""
        self._passed, self._waiting = self._former
        if self._notifier is not None:
            self._notifier.return_to_mark()

    def after_command(self, user: str, at: int) -> list[RawEffect]:
        """Return the rank changes to announce after a user's command that the leaderboards have recorded."""
        effects = self._collect_due_rank_changes(at)
        index, notifier = self._current_rank_notifier()
        if notifier is not None:
            for move in self._leaderboards.moves:
                effects += notifier.record_move(user, move, index, at)
        return effects

    def _collect_due_rank_changes(self, until: int) -> list[RawEffect]:
        self.advance_to(until)
        waiting, self._waiting = self._waiting, []
        index, notifier = self._current_rank_notifier()
        return waiting if notifier is None else [*waiting, *notifier.collect_due(until, index)]

    def _current_rank_notifier(self) -> tuple[LeaderboardIndex, RankNotifier | None]:
        """Return the index and the notifier of its changes; both are replaced after a change of rules or states."""
        index = self._leaderboards.current_index()
        if index is not self._index:
            self._index = index
            self._notifier = self._notifier_with_rules(index.plan)
            if self._notifier is not None:
                self._passed = max(self._passed, self._repository.latest())
        return index, self._notifier

    def _notifier_with_rules(self, plan: Plan) -> RankNotifier | None:
        plug = notification_plug_of(plan)
        if plug is None:
            return None
        return (self._notifier or RankNotifier(0)).with_rules(plug.plan.throttle, plan.boards)

    def checkpoint(self) -> Checkpoint:
        """Return the pending announcements, to restore them if a batch fails."""
        return None if self._notifier is None else self._notifier.copy(), self._passed, self._waiting.copy()

    def restore(self, checkpoint: Checkpoint) -> None:
        """Restore the announcements of a checkpoint."""
        self._notifier, self._passed, self._waiting = checkpoint

    def recover(self) -> None:
        """Recover after an interrupted command; pending announcements stay."""
        self._notifier = self._notifier and self._notifier.copy()

    # --- all users --------------------------------------------------------------------------------------------------

    def announcements_until(self, until: int, first_created: int) -> list[RawEffect]:
        """Return the announcements since all users were last settled, or since the first user was created.

        Args:
            until: the instant of the last announcement.
            first_created: the instant at which the first user was created; ``NEVER`` without users.
        """
        repository = self._repository
        plug = notification_plug_of(repository.plan)
        if plug is None or first_created == NEVER:
            return []
        since = max(repository.settled(), first_created)
        rankings = FinalRankings(repository, until)
        effects = broadcasts_between(repository.plan, plug.plan, since, until, rankings.rows_at)
        return [*self._collect_due_rank_changes(until), *effects] if repository.plan.boards else effects

    def after_rules_change(self, before: Plan, at: int) -> list[RawEffect]:
        """Return the effects for runs of leaderboards that a change of rules has ended early.

        Effects that wait for a dropped leaderboard are dropped now: later rules may use its key again.
        """
        after = self._repository.plan
        if self._notifier is not None:
            self._notifier = self._notifier_with_rules(after)
        if notification_plug_of(after) is None:
            return []
        return broadcasts_of_early_ends(before, after, at, FinalRankings(self._repository, at).top_rows)
