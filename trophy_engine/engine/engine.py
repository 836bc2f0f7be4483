"""The engine: what a game or an app calls. It reads the clock where a call names no instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

import attrs

from trophy_engine.calendar.instants import FIRST, from_micros, to_micros
from trophy_engine.core import (
    ChangeRules,
    Complete,
    Effect,
    GrantFreeze,
    Identify,
    Pause,
    Record,
    ResetStreak,
    RestoreStreak,
    Settle,
    Transition,
    Unpause,
    to_effect,
)
from trophy_engine.engine.arguments import (
    UNSET,
    Unset,
    as_local_date,
    as_pairs,
    check_attributes,
    check_idempotency_key,
    encode_preferences,
    encode_profile,
)
from trophy_engine.engine.execution import Execution
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.plugs import PLUGS
from trophy_engine.errors import FieldName, InvalidValue, StorageIncompatible, name_field, short_repr
from trophy_engine.identifiers import check_text, check_user_id
from trophy_engine.numbers import Number, exact
from trophy_engine.repository.repository import Repository
from trophy_engine.repository.transitions import plan_of
from trophy_engine.rules.constraints import CALLABLE, FLAG, LOCAL_DATE, USER_ID, InstanceOf, Integer, Optional
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import StreakMetric
from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.protocol import Entry, Storage
from trophy_engine.views.player import Player

if TYPE_CHECKING:
    from trophy_engine.explain.achievement import AchievementExplanation
    from trophy_engine.explain.points import PointsExplanation
    from trophy_engine.explain.question import Answer
    from trophy_engine.explain.streak import StreakExplanation
    from trophy_engine.leaderboards.views import LeaderboardView, StandingView
    from trophy_engine.reports.reports import Reports

E = TypeVar("E", bound=Effect)

# What making a named tuple comes down to, without the detour over its constructor: two are made for every event.
_new = tuple.__new__


def system_clock() -> datetime:
    """Read the system's clock."""
    return datetime.now(UTC)


@contextmanager
def _close_on_error(storage: Storage | None) -> Iterator[None]:
    """Close the storage if the block raises: its caller has no engine that could close it."""
    try:
        yield
    except BaseException:
        if isinstance(storage, Storage) and not isinstance(storage, type):
            storage.close()
        raise


@attrs.frozen
class RulesVersion:
    """Rules, and since when they have been in force; ``at`` is None for those that the history begins with."""

    at: datetime | None
    ruleset: Ruleset


class Engine:
    """Evaluates commands under a ruleset, and remembers what they came to.

    Every instant is an aware datetime. It defaults to the engine's clock, or to the last thing that happened to the
    user where that is later, so that a clock that steps back refuses nothing. The commands of one user come in order of
    time. A command that raises has changed nothing, whatever interrupts it. Commands may come from several threads:
    they are served in turn.

    Args:
        ruleset: the rules; by default those under which the storage's history ends, or none at all. A storage that
            holds the history of other rules goes on under these, as by ``update`` at its last command;
            ``migration_effects`` has what that did to its users.
        storage: where commands are kept; in the memory of the process by default. The engine owns it: closing the
            engine closes it, and so does a constructor that raises.
        clock: what to read when a call names no instant.
    """

    def __init__(
        self,
        ruleset: Ruleset | None = None,
        *,
        storage: Storage | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        if isinstance(storage, type) or not (storage is None or isinstance(storage, Storage)):
            raise InvalidValue(f"must be a storage such as MemoryStorage(), not {short_repr(storage)}", "storage")
        storage = MemoryStorage() if storage is None else storage
        with _close_on_error(storage):
            Optional(InstanceOf((Ruleset,))).check("ruleset", ruleset)
            CALLABLE.check("clock", clock)
            self._repository = Repository(storage, ruleset, PLUGS)
            self._execution = Execution(self._repository, clock)
        self._lock = self._execution.exclusion.lock

    def __enter__(self) -> Self:
        """Give the engine, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the engine."""
        self.close()

    def close(self) -> None:
        """Snapshot what is not, and close the storage; closing again does nothing."""
        with self._lock:
            self._execution.exclusion.check()
            self._repository.close()

    # --- commands -----------------------------------------------------------------------------------------------------

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
            EarlierThanSettled: the last thing that happened to the user is later.
            OutOfPoints: a blocking trigger lacks points.
        """
        with self._lock:
            if self._execution.exclusion.holder is not None or not self._repository.whole:
                self._execution.enter()
            instant = self._execution.instant_of_command(user, None) if at is None else to_micros(at)
            pairs = as_pairs(attributes, "event", self._repository.plan) if attributes is not None else ()
            command = _new(Record, (user, instant, metric, exact(value), pairs, idempotency_key))
            if idempotency_key is not None:
                check_idempotency_key(idempotency_key)
                check_user_id(user)
                check_text(metric, "metric")
                self._repository.plan.metric(metric)
                first = self._repository.find(command)
                if first is not None:
                    return self._execution.repeat(command, first)
            try:
                return self._execution.run(command)
            except TypeError:  # a metric that cannot be hashed; here the check costs other events nothing
                check_text(metric, "metric")
                raise

    def has_recorded(self, metric: str, *, user: str, idempotency_key: str) -> bool:
        """Tell whether an event of a user and a metric has used an idempotency key, so that another does nothing."""
        check_text(metric, "metric")
        check_user_id(user)
        check_idempotency_key(idempotency_key)
        with self._lock:
            self._execution.exclusion.check()
            self._execution.enter()
            return self._repository.find(_new(Record, (user, 0, metric, 0, (), idempotency_key))) is not None

    def complete(self, achievement: str, *, user: str, at: datetime | None = None) -> Outcome:
        """Complete an ``api`` achievement for a user, who is created if unknown.

        Raises:
            UnknownKey: the rules declare no such ``api`` achievement.
            AlreadyCompleted: the user holds it.
            FilterMismatch: it is for users with other attributes.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        check_text(achievement, "achievement")
        with self._lock:
            instant = self._execution.instant_of_command(user, at)
            return self._execution.run(Complete(user, instant, achievement))

    def identify(
        self,
        user: str,
        *,
        time_zone: str | None | Unset = UNSET,
        name: str | None | Unset = UNSET,
        email: str | None | Unset = UNSET,
        sign_up_date: date | str | None | Unset = UNSET,
        device_tokens: Sequence[str] | None | Unset = UNSET,
        subscribe_to_emails: bool | Unset = UNSET,
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
            email: where the user gets mail; not kept for those who do not subscribe.
            sign_up_date: a date, or an ISO 8601 date; not later than today in the user's zone.
            device_tokens: where the user gets pushes.
            subscribe_to_emails: whether the user wants mail; True needs an address.
            attributes: declared user attributes and their values.
            at: when this became so.

        Raises:
            UnknownKey: the rules declare no such user attribute.
            InvalidValue: a field cannot have the value.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            self._execution.enter()
            changes = encode_profile(
                self._repository.plan,
                attributes={} if attributes is None else attributes,
                time_zone=time_zone,
                name=name,
                email=email,
                sign_up_date=sign_up_date,
                device_tokens=device_tokens,
                subscribe_to_emails=subscribe_to_emails,
            )
            instant = self._execution.instant_of_command(user, at)
            return self._execution.run(Identify(user, instant, changes))

    def prefer(
        self,
        user: str,
        *,
        notifications: Mapping[str, Sequence[str]] | None = None,
        streak_enabled: bool | Unset = UNSET,
        evaluation_mode: str | Unset = UNSET,
        metrics: Sequence[StreakMetric] | Unset = UNSET,
        days_off: Sequence[str] | Unset = UNSET,
        at: datetime | None = None,
    ) -> Outcome:
        """Say what a user chooses for themselves; what is left out stays as it was.

        Args:
            user: the user's id.
            notifications: by message (``"achievement_completed"``, ``"recap"``, ``"reactivation"``,
                ``"streak_reminder"``), the channels (``"email"``, ``"push"``) that the user wants it by.
            streak_enabled: whether the user has a streak at all; without one its length is 0.
            evaluation_mode: ``"AND"`` or ``"OR"``, for a streak of the user's own making.
            metrics: its conditions.
            days_off: its days off, such as ``["saturday", "sunday"]``.
            at: when this became so.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            CustomizationDisabled: the rules do not let users make their own streak.
            UnknownKey: the rules declare no such metric.
            InvalidValue: a choice cannot be had.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            self._execution.state(user)
            changes = encode_preferences(
                self._repository.plan,
                notifications=notifications,
                streak_enabled=streak_enabled,
                evaluation_mode=evaluation_mode,
                metrics=metrics,
                days_off=days_off,
            )
            instant = self._execution.instant_of_command(user, at)
            return self._execution.run(Identify(user, instant, changes))

    def grant_freeze(self, user: str, *, at: datetime | None = None) -> Outcome:
        """Give a user a freeze.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            FreezeLimitReached: they hold as many as the rules allow.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._execution.run(GrantFreeze(user, self._execution.instant_of_command(user, at)))

    def pause(self, user: str, start: date | str, end: date | str, *, at: datetime | None = None) -> Outcome:
        """Make a user's streak safe on local dates, both ends included; a period that the pause touches is safe.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            InvalidValue: it would start before the user's today, or end before it starts.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            instant = self._execution.instant_of_command(user, at)
            return self._execution.run(Pause(user, instant, as_local_date("start", start), as_local_date("end", end)))

    def unpause(self, user: str, number: int, *, at: datetime | None = None) -> Outcome:
        """Take a pause back, by its number among the user's; from the local day on it protects nothing.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            InvalidValue: there is no such pause, or it was taken back.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        Integer().check("number", number)
        with self._lock:
            return self._execution.run(Unpause(user, self._execution.instant_of_command(user, at), number))

    def restore_streak(self, user: str, *, at: datetime | None = None) -> Outcome:
        """Let the longest streak that a user has lost of late run on, everything since carried, today included.

        Of late: within 90 days for a daily streak, since the first week of this year for a weekly one, and since
        January of last year for a monthly one. Nothing is paid or completed for it.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            NoStreakToRestore: they lost none that was longer than the one they have.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._execution.run(RestoreStreak(user, self._execution.instant_of_command(user, at)))

    def reset_streak(self, user: str, *, at: datetime | None = None) -> Outcome:
        """End a user's streak; only events that come after count towards the present period.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            NoStreakToReset: they have none.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._execution.run(ResetStreak(user, self._execution.instant_of_command(user, at)))

    # --- time, rules and batches --------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Read the engine's clock."""
        with self._lock:
            self._execution.exclusion.check()
            return from_micros(self._execution.now())

    def settle(self, *, at: datetime | None = None) -> tuple[Effect, ...]:
        """Make everything that time has made due happen, for all users, and give back what happened, in order of time.

        When and how often one settles never changes a result, for every command settles its own user first; it only
        decides when effects such as a lost streak are told. Users to whom nothing happens are left as they are, and so
        are those whose last command is later. Where the rules have notifications, what concerns everybody since the
        last time is told, too: its effects have an empty user.
        """
        with self._lock:
            self._execution.enter()
            instant = self._execution.now() if at is None else to_micros(at)
            return tuple(map(to_effect, self._execution.settle(instant)))

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
        instant = None if at is None else to_micros(at)
        with self._lock:
            self._execution.enter()
            if ruleset == self.ruleset and ruleset.digest == self.ruleset.digest:
                return ()
            return tuple(map(to_effect, self._execution.change_rules(ruleset, instant)))

    def batch(self) -> AbstractContextManager[None]:
        """Make one transaction of the commands within; subscribers are told at its end.

        If the block raises, none of its commands has happened. A batch within a batch is part of it. A batch belongs
        to the thread and the asyncio task that opened it: other threads wait for its end, other tasks are refused.

        Raises:
            EngineBusy: another task holds the engine.
            StorageConflict: another engine has written meanwhile, so that none of the commands has happened.
        """
        return self._execution.batch()

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
        return self._execution.exclusive(now)

    # --- effects ------------------------------------------------------------------------------------------------------

    def subscribe(self, kind: type[E], callback: Callable[[E], object]) -> Callable[[], None]:
        """Have a callback told of every effect of a kind (``Effect`` for all kinds) once it is committed.

        Returns:
            What ends the subscription when called.

        Raises:
            InvalidValue: the kind is not a class of effects, or the callback cannot be called.
        """
        return self._execution.subscribers.subscribe(kind, callback)

    @property
    def migration_effects(self) -> tuple[Effect, ...]:
        """What it did to users that the storage was opened under other rules than it had."""
        return tuple(map(to_effect, self._repository.migration_effects))

    # --- views --------------------------------------------------------------------------------------------------------

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""
        with self._lock:
            self._execution.enter()
            return self._repository.plan.ruleset

    def rules_history(self) -> tuple[RulesVersion, ...]:
        """List the rules that have been in force, in order, and since when."""
        with self._lock:
            self._execution.enter()
            return tuple(
                RulesVersion(
                    None if change.at == FIRST else from_micros(change.at),
                    plan_of(change.rules).ruleset,
                )
                for change in self._repository.rules_history()
            )

    def users(self) -> Iterator[str]:
        """Walk the ids of all users in the order in which they were first seen."""
        with self._lock:
            self._execution.enter()
            return self._repository.users()

    def user(self, user: str, *, at: datetime | None = None) -> Player:
        """Look at a user as of an instant: by default now, or the last thing that happened to them where that is later.

        A user is shown as of an earlier instant from the log, under the rules of then, which takes as long as the log
        of the user is.

        Raises:
            UnknownUser: nothing had been recorded of the user by then.
        """
        with self._lock:
            state = self._execution.state(user)
            return self._execution.player(state, self._execution.instant_of_view(state, at))

    def players(self, *, at: datetime | None = None) -> Iterator[Player]:
        """Look at every user as of an instant, in the order in which they were first seen.

        By default it is now, and users to whom something happened later are shown as of that. As of an instant that is
        named, users who were not there yet are left out.
        """
        with self._lock:
            self._execution.enter()
            instant, users = self._execution.now() if at is None else to_micros(at), self._repository.users()
        for user_id in users:
            with self._lock:
                self._execution.enter()
                state = self._repository.state(user_id)
                if state is not None and at is None:
                    yield self._execution.player(state, max(instant, state.clock.settled))
                elif state is not None and state.profile.created <= instant:
                    yield self._execution.player(state, instant)

    def settled_until(self, user: str) -> datetime:
        """Return the instant of the last thing that happened to a user: a command, or what time made due.

        None of their commands can come before it. Settling moves it only where something happens to the user.

        Raises:
            UnknownUser: nothing has been recorded of the user.
        """
        with self._lock:
            return from_micros(self._execution.state(user).clock.settled)

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
            self._execution.enter()
            instant, exact = self._execution.now() if at is None else to_micros(at), at is not None
            return self._execution.leaderboards.view(
                leaderboard, instant, run, user, offset, limit, attributes, exact=exact
            )

    def leaderboards(self, *, at: datetime | None = None, finished: bool = False) -> tuple[LeaderboardView, ...]:
        """List the leaderboards without their rankings; those that are finished only if asked for."""
        FLAG.check("finished", finished)
        with self._lock:
            self._execution.enter()
            return self._execution.leaderboards.listed(
                self._execution.now() if at is None else to_micros(at), finished=finished
            )

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
            return self._execution.leaderboards.standing(
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
            raise InvalidValue((f"{first} must not be after", FieldName("last"), str(last)), "first")
        with self._lock:
            instant = self._execution.instant_of_view(self._execution.state(user), at)
            return self._execution.leaderboards.standings(user, leaderboard, instant, first, last)

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
        from trophy_engine.explain.question import answer, check_question  # noqa: PLC0415  # a game does not explain

        check_question(achievement, points, streak)
        return answer(self.transitions(user, at=at), achievement, points)

    @property
    def reports(self) -> Reports:
        """What users' histories come to, and everybody together."""
        from trophy_engine.reports.reports import Reports  # noqa: PLC0415  # a game needs none

        return Reports(self)

    # --- the log ------------------------------------------------------------------------------------------------------

    def log(self) -> Iterator[Entry]:
        """Walk the log of all commands; ``Engine.from_log`` does them again."""
        return self._repository.storage.entries()

    def transitions(self, user: str, *, at: datetime | None = None) -> list[Transition]:
        """Do a user's commands again from the log, beside what is stored, up to an instant.

        By default it is now, or their last command where that is later. The last transition is what time has made due.

        Raises:
            UnknownUser: nothing had been recorded of the user by then.
        """
        with self._lock:
            instant = self._execution.instant_of_view(self._execution.state(user), at)
            return list(self._repository.transitions_of(user, instant))

    def export_user(self, user: str) -> dict[str, Any]:
        """Give a user's state as JSON values, as a snapshot holds it: what two engines agree on, if they agree.

        Raises:
            UnknownUser: nothing has been recorded of the user.
        """
        with self._lock:
            return self._execution.state(user).dump(self._repository.plan)

    @classmethod
    def from_log(cls, entries: Iterable[Entry], *, storage: Storage | None = None) -> Self:
        """Make a fresh engine and do what a log says: the same states, effects and identifiers come of it.

        Raises:
            StorageIncompatible: the log does not begin with the adoption of rules.
        """
        with _close_on_error(storage):
            InstanceOf((Iterable,)).check("entries", entries)
            log = iter(entries)
            first = next(log, None)
            if not (isinstance(first, Entry) and isinstance(first.command, ChangeRules)):
                raise StorageIncompatible("a log begins with the adoption of rules; this one does not")
            engine = cls(Ruleset.from_text(first.command.rules, format="json"), storage=storage)
            each = name_field("entries", "each of ")
            for entry in log:
                InstanceOf((Entry,)).check(each, entry)
                match entry.command:
                    case ChangeRules(rules, at):
                        engine.update(Ruleset.from_text(rules, format="json"), at=from_micros(at))
                    case Settle(at):
                        engine.settle(at=from_micros(at))
                    case command:
                        engine._execution.run(command)  # likewise
            return engine
