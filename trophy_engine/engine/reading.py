"""Reading: what one can ask an engine. Nothing here changes anything, nor moves time."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from threading import RLock
from typing import Any, Literal, overload

import attrs

from trophy_engine.calendar.instants import FIRST, from_micros, to_micros
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.transition import Transition
from trophy_engine.engine.arguments import check_attributes
from trophy_engine.errors import EngineBusy, InvalidValue, UnknownUser
from trophy_engine.explain.achievement import AchievementExplanation
from trophy_engine.explain.points import PointsExplanation
from trophy_engine.explain.question import Answer, answer, check_question
from trophy_engine.explain.streak import StreakExplanation
from trophy_engine.identifiers import check_text, check_user_id
from trophy_engine.leaderboards.leaderboards import Leaderboards
from trophy_engine.leaderboards.views import LeaderboardView, StandingView
from trophy_engine.reports.reports import Reports
from trophy_engine.repository.repository import History
from trophy_engine.repository.transitions import plan_of, transitions_of
from trophy_engine.rules.constraints import FLAG, LOCAL_DATE, USER_ID, Integer, Optional
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.storage.protocol import Entry
from trophy_engine.views.player import Player

__all__ = ["Reader", "RulesVersion"]


@attrs.frozen
class RulesVersion:
    """Rules, and since when they have been in force; ``at`` is None for those that the history begins with."""

    at: datetime | None
    ruleset: Ruleset


class Reader:
    """What an engine remembers, to be looked at; ``Engine`` adds what can be done."""

    def __init__(self, history: History, clock: Callable[[], datetime]) -> None:
        self._history = history
        self._clock = clock
        self._lock = RLock()
        self._holder: Any = None
        self._leaderboards = Leaderboards(history)

    def exclusive(self, *, now: datetime | None = None) -> AbstractContextManager[None]:
        """Hold the engine for several calls; calls of other threads wait until the block ends.

        An asyncio task that holds the engine while it awaits keeps other tasks out: they are refused, for waiting would
        stop the task that they wait for.

        Args:
            now: the instant that the calls within take as now; by default each reads the clock.

        Raises:
            EngineBusy: another task holds the engine.
            InvalidValue: ``now`` is naive or out of range.
        """
        if now is not None:
            to_micros(now, "now")
        return self._held(now)

    @contextmanager
    def _held(self, now: datetime | None) -> Iterator[None]:
        with self._lock:
            self._enter()
            former = self._holder, self._clock
            try:
                self._holder = former[0] or _current_task()
                if now is not None:
                    self._clock = lambda: now
                yield
            finally:
                self._holder, self._clock = former

    def _enter(self) -> None:
        """Check that a call may be served, drop what an interrupted one left, and read what other engines wrote.

        Raises:
            EngineBusy: another task holds the engine.
        """
        if self._holder is not None:
            self._check_holder()
        if not self._history.whole:
            self._recover()
        self._history.catch_up()

    def _check_holder(self) -> None:
        holder = self._holder
        if holder is not None and holder is not _current_task() and not holder.done():
            raise EngineBusy(holder.get_name())

    def _recover(self) -> None:
        """Go on from the log after a command that was interrupted."""
        self._leaderboards.recover()
        self._history.recover()

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""
        with self._lock:
            self._enter()
            return self._history.plan.ruleset

    def user(self, user: str, *, at: datetime | None = None) -> Player:
        """Look at a user as of an instant: by default now, or the last thing that happened to them where that is later.

        A user is shown as of an earlier instant from the log, under the rules of then, which takes as long as the log
        of the user is.

        Raises:
            UnknownUser: nothing had been recorded of the user by then.
        """
        with self._lock:
            state = self._state(user)
            return self._player(state, self._instant(state, at))

    def _player(self, state: UserState, instant: int) -> Player:
        if instant >= state.settled:
            return Player(self._history.plan, self._settled_copy(state, instant))
        [last] = deque(transitions_of(self._history.commands_of(state.id), instant), maxlen=1)
        return Player(last.plan, last.state)

    def settled_until(self, user: str) -> datetime:
        """Return the instant of the last thing that happened to a user: a command, or what time made due.

        None of their commands can come before it. Settling moves it only where something happens to the user.

        Raises:
            UnknownUser: nothing has been recorded of the user.
        """
        with self._lock:
            return from_micros(self._state(user).settled)

    def players(self, *, at: datetime | None = None) -> Iterator[Player]:
        """Look at every user as of an instant, in the order in which they were first seen.

        By default it is now, and users to whom something happened later are shown as of that. As of an instant that is
        named, users who were not there yet are left out.
        """
        with self._lock:
            self._enter()
            instant, users = self._now() if at is None else to_micros(at), self._history.users()
        for user_id in users:
            with self._lock:
                self._enter()
                state = self._history.state(user_id)
                if state is not None and at is None:
                    yield self._player(state, max(instant, state.settled))
                elif state is not None and state.created <= instant:
                    yield self._player(state, instant)

    def leaderboard(
        self,
        leaderboard: str,
        *,
        at: datetime | None = None,
        run: date | None = None,
        user: str | None = None,
        offset: int = 0,
        limit: int | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> LeaderboardView:
        """Look at a leaderboard as of an instant, by default now, where a user who is past that stands as they are.

        Where something happened to a user after an instant that is named, everybody is ranked as of then from the log,
        which takes as long as the log is.

        Args:
            leaderboard: the key of the leaderboard.
            at: as of when.
            run: a date of the run to look at; by default the run of today, or of the day nearest to it.
            user: whose row to begin at; nobody stands around a user who is not on the board.
            offset: how many rows to leave out, which may be negative from a user's row on.
            limit: how many rows to give, at most as many as the board holds; 10 by default.
            attributes: the group to look at, by values of breakdown attributes; of several groups everybody is ranked.

        Raises:
            UnknownKey: the rules declare no such leaderboard, or it is inactive.
            InvalidValue: no run holds the date, the rows are none that the board has, or the leaderboard is broken down
                by other attributes.
        """
        check_text(leaderboard, "leaderboard")
        Optional(LOCAL_DATE).check("run", run)
        Optional(USER_ID).check("user", user)
        Integer().check("offset", offset)
        Optional(Integer()).check("limit", limit)
        if attributes is not None:
            check_attributes(attributes)
        with self._lock:
            self._enter()
            instant, exact = self._now() if at is None else to_micros(at), at is not None
            return self._leaderboards.view(leaderboard, instant, run, user, offset, limit, attributes, exact=exact)

    def leaderboards(self, *, at: datetime | None = None, finished: bool = False) -> tuple[LeaderboardView, ...]:
        """List the leaderboards without their rankings; those that are finished only if asked for."""
        FLAG.check("finished", finished)
        with self._lock:
            self._enter()
            return self._leaderboards.listed(self._now() if at is None else to_micros(at), finished=finished)

    def standing(
        self, user: str, leaderboard: str, *, at: datetime | None = None, run: date | None = None, days: int = 10
    ) -> StandingView:
        """Look at where a user stands on a leaderboard, and on which of the latest days that changed.

        The days are reckoned from the log of all users, which takes as long as it is; with ``days=0`` nothing is.

        Args:
            user: the user's id.
            leaderboard: the key of the leaderboard.
            at: as of when; by default now, or the user's last command where that is later.
            run: a date of the run to look at; by default the run of the user's today, or of the day nearest to it.
            days: how many days to tell of.

        Raises:
            UnknownUser: nothing had been recorded of the user by then.
            UnknownKey: the rules declare no such leaderboard, or it is inactive.
            InvalidValue: no run holds the date, or ``days`` is negative.
        """
        check_text(leaderboard, "leaderboard")
        Optional(LOCAL_DATE).check("run", run)
        Integer(min=0).check("days", days)
        with self._lock:
            player = self.user(user, at=at)
            return self._leaderboards.standing(
                player, leaderboard, to_micros(player.at), run, days, exact=at is not None
            )

    def standings(
        self, user: str, leaderboard: str, first: date, last: date, *, at: datetime | None = None
    ) -> tuple[StandingView, ...]:
        """Look at where a user has stood in every run of a leaderboard that has a day between two dates, day by day.

        It is computed from the log of all users, once for all runs, as of any instant since the user was created.

        Raises:
            UnknownUser: nothing had been recorded of the user by then.
            UnknownKey: the rules declare no such leaderboard, or it is inactive.
            InvalidValue: a date is none, the first one is after the last, or they span more than 10,000 runs.
        """
        check_text(leaderboard, "leaderboard")
        LOCAL_DATE.check("first", first)
        LOCAL_DATE.check("last", last)
        if first > last:
            raise InvalidValue(f"first {first} must not be after last {last}")
        with self._lock:
            instant = self._instant(self._state(user), at)
            return self._leaderboards.standings(user, leaderboard, instant, first, last)

    def dump(self, user: str) -> dict[str, Any]:
        """Give a user's state as JSON values, as a snapshot holds it: what two engines agree on, if they agree.

        Raises:
            UnknownUser: nothing has been recorded of the user.
        """
        with self._lock:
            return self._state(user).dump(self._history.plan)

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
        return answer(self.transitions(user, at=at), achievement, points)

    def transitions(self, user: str, *, at: datetime | None = None) -> list[Transition]:
        """Do a user's commands again from the log, beside what is stored, up to an instant.

        By default it is now, or their last command where that is later. The last transition is what time has made due.

        Raises:
            UnknownUser: nothing had been recorded of the user by then.
        """
        with self._lock:
            instant = self._instant(self._state(user), at)
            return list(transitions_of(self._history.commands_of(user), instant))

    @property
    def reports(self) -> Reports:
        """What users' histories come to, and everybody together."""
        return Reports(self)

    def users(self) -> Iterator[str]:
        """Walk the ids of all users in the order in which they were first seen."""
        with self._lock:
            self._enter()
            return self._history.users()

    def log(self) -> Iterator[Entry]:
        """Walk the log of all commands; ``Engine.replay`` does them again."""
        return self._history.storage.entries()

    def rules_history(self) -> tuple[RulesVersion, ...]:
        """List the rules that have been in force, in order, and since when."""
        with self._lock:
            self._enter()
            return tuple(
                RulesVersion(
                    None if change.at == FIRST else from_micros(change.at),
                    plan_of(change.rules).ruleset,
                )
                for change in self._history.rules_history()
            )

    def _state(self, user: str) -> UserState:
        self._enter()
        state = self._history.state(check_user_id(user))
        if state is None:
            raise UnknownUser(user)
        return state

    def _instant(self, state: UserState, at: datetime | None) -> int:
        """Give the instant as of which to look at a user."""
        instant = max(self._now(), state.settled) if at is None else to_micros(at)
        if instant < state.created:
            raise UnknownUser(state.id)
        return instant

    def _settled_copy(self, state: UserState, instant: int) -> UserState:
        copy = state.copy()
        settle(Agenda(self._history.plan), copy, instant)
        return copy

    def _instant_of(self, user: str, at: datetime | None) -> int:
        """Return the instant of a command: by default now, or that of the last thing that happened to its user."""
        self._enter()
        if at is not None:
            return to_micros(at)
        now = self._now()
        state = self._history.state(check_user_id(user))
        return now if state is None or state.settled < now else state.settled

    def _now(self) -> int:
        return to_micros(self._clock(), "the clock's instant")


def _current_task() -> Any:
    """Return the asyncio task that runs, or None; asyncio is not imported for it."""
    asyncio = sys.modules.get("asyncio")
    try:
        return None if asyncio is None else asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return None
