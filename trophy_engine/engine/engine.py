"""The engine: the interface for a game or an app. It reads its clock for calls without an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Literal, Self, overload

import attrs

from trophy_engine.calendar.instants import FIRST, from_micros, to_micros
from trophy_engine.core import (
    Award,
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
    effect_from_raw,
    find_achievement_for_command,
)
from trophy_engine.engine.arguments import (
    UNSET,
    Unset,
    check_attributes_argument,
    check_idempotency_key_argument,
    encode_attributes_argument,
    encode_date_argument,
    encode_preferences_arguments,
    encode_profile_arguments,
)
from trophy_engine.engine.execution import Execution
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.plugs import PLUGS
from trophy_engine.engine.subscribable import Subscribable
from trophy_engine.error_messages import FieldName, GivenValue, name_field_in_message
from trophy_engine.errors import InvalidValue, StorageIncompatible
from trophy_engine.identifiers import check_text, check_user_id
from trophy_engine.numbers import Number, exact
from trophy_engine.repository.plans import plan_of_logged_rules
from trophy_engine.repository.repository import Repository
from trophy_engine.representation import named_repr
from trophy_engine.rules.constraints import (
    CALLABLE,
    FLAG,
    LOCAL_DATE,
    USER_ID,
    InstanceOf,
    Integer,
    Optional,
    Text,
    as_date,
    as_optional_date,
)
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.rules.streak import StreakMetric
from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.protocol import Entry, Storage
from trophy_engine.values import Value
from trophy_engine.views.player import Player

if TYPE_CHECKING:
    from trophy_engine.explain.achievement import AchievementExplanation
    from trophy_engine.explain.points import PointsExplanation
    from trophy_engine.explain.question import Answer
    from trophy_engine.explain.streak import StreakExplanation
    from trophy_engine.leaderboards.views import LeaderboardView, StandingView
    from trophy_engine.reports.reports import Reports

# Faster than the constructor of a named tuple; two are made for every event.
_new = tuple.__new__

#: The greatest length of the reason of a manual award.
_MAX_REASON: Final = 1_000


def system_clock() -> datetime:
    """Return the instant of the system's clock (aware, UTC)."""
    return datetime.now(UTC)


@contextmanager
def _close_if_engine_fails(storage: object) -> Iterator[None]:
    """Close a storage if the block raises: its caller has no engine that could close it."""
    try:
        yield
    except BaseException:
        if isinstance(storage, Storage) and not isinstance(storage, type):
            storage.close()
        raise


def _open_engine_storage(storage: Storage | str | PathLike[str] | None) -> Storage:
    """Return a storage, that of a save file for its path, and one in memory for None.

    Raises:
        InvalidValue: the value is neither of these.
        StorageError: the save file cannot be opened.
    """
    if storage is None:
        return MemoryStorage()
    if isinstance(storage, str | PathLike):
        from trophy_engine.storage.sqlite import SQLiteStorage  # noqa: PLC0415  # imported with the first save file

        return SQLiteStorage(storage)
    if isinstance(storage, type) or not isinstance(storage, Storage):
        fact = "must be the path of a save file, or a storage such as MemoryStorage(), not"
        raise InvalidValue((fact, GivenValue(storage)), "storage")
    return storage


@attrs.frozen
class RulesVersion(Value):
    """Rules and the instant from which they are in force; ``at`` is None for the first rules of a history."""

    at: datetime | None
    ruleset: Ruleset


class Engine(Subscribable):
    """Evaluates commands under a ruleset, and keeps the results.

    Every instant is an aware datetime. It defaults to that of the engine's clock, or of the last thing that happened to
    the user if later, so that no command is refused when the clock steps back. The commands of one user come in order
    of time. A command that raises, or is interrupted, has changed nothing; only ``SubscribersFailed`` is raised after
    the command is committed. Commands may come from several threads: they are served one at a time.

    Args:
        ruleset: the rules: a ``Ruleset``, the path of a rules file, or a mapping of values as in a rules file; by
            default the last rules of the storage's history, or empty rules. If the storage was last used with other
            rules, they change as by ``update`` at its last command; ``migration_effects`` lists the effects of that on
            users.
        storage: where commands are kept: the path of a save file, which is created if it does not exist, or any
            storage; by default the memory of the process. The engine owns it: closing the engine closes it, and so does
            a constructor that raises.
        clock: a function that returns the default instant of a call.

    Raises:
        InvalidRules: the rules have errors; the exception lists all of them.
        InvalidValue: an argument is of a wrong kind.
        StorageError: the save file cannot be opened or read.
        TrophyError: the rules file cannot be read.
    """

    def __init__(
        self,
        ruleset: RulesSource | None = None,
        *,
        storage: Storage | str | PathLike[str] | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        with _close_if_engine_fails(storage):
            rules = None if ruleset is None else as_ruleset(ruleset)
            CALLABLE.check("clock", clock)
            opened = _open_engine_storage(storage)
        with _close_if_engine_fails(opened):
            self._repository = Repository(opened, rules, PLUGS)
            self._execution = Execution(self._repository, clock)
        self._subscribers = self._execution.subscribers
        self._lock = self._execution.exclusion.lock

    def __repr__(self) -> str:
        """Return the metrics of the rules and the kind of the storage."""
        metrics = tuple(metric.key for metric in self._repository.plan.ruleset.metrics)
        return named_repr(self, {"metrics": metrics, "storage": type(self._repository.storage).__name__})

    def __enter__(self) -> Self:
        """Return the engine; it is closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the engine."""
        self.close()

    def close(self) -> None:
        """Save outstanding snapshots and close the storage; a second call does nothing."""
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
        """Record an event of a user: its value changes the metric, and those derived from it, with all consequences.

        An unknown user is created. An idempotency key is unique for a user and a metric: a repeated one changes
        nothing, and the outcome has ``replayed`` and the present total and streak.

        Raises:
            UnknownKey: the rules do not declare the metric or an event attribute.
            InvalidValue: the metric is derived, the value is not a finite exact number, or ``at`` is naive or out of
                range.
            EarlierThanSettled: the last thing that happened to the user is later.
            OutOfPoints: a blocking trigger lacks points.
        """
        with self._lock:
            if self._execution.exclusion.holder is not None or not self._repository.consistent:
                self._execution.enter()
            if type(user) is not str or type(metric) is not str:  # for example of an enum
                user, metric = check_user_id(user), check_text(metric, "metric")
            if idempotency_key is not None:
                idempotency_key = check_idempotency_key_argument(idempotency_key)
            instant = self._execution.instant_of_command(user, None) if at is None else to_micros(at)
            pairs = (
                encode_attributes_argument(attributes, "event", self._repository.plan) if attributes is not None else ()
            )
            command = _new(Record, (user, instant, metric, exact(value), pairs, idempotency_key))
            if idempotency_key is not None:
                check_user_id(user)
                self._repository.plan.recorded_metric(metric)
                first = self._repository.find(command)
                if first is not None:
                    return self._execution.repeat(command, first)
            return self._execution.apply(command)

    def has_recorded(self, metric: str, *, user: str, idempotency_key: str) -> bool:
        """Return True if an event of a user and a metric has used an idempotency key."""
        check_text(metric, "metric")
        check_user_id(user)
        check_idempotency_key_argument(idempotency_key)
        with self._lock:
            self._execution.exclusion.check()
            self._execution.enter()
            return self._repository.find(_new(Record, (user, 0, metric, 0, (), idempotency_key))) is not None

    def award(
        self,
        system: str,
        points: int,
        *,
        user: str,
        reason: str = "",
        at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Outcome:
        """Award points to a user, who is created if unknown; negative points are a payment.

        Boosts do not multiply a manual award, and the maximum of the system cuts it off. An idempotency key is unique
        for a user and a points system: a repeated one changes nothing, and the outcome has ``replayed``.

        Args:
            system: the key of the points system.
            points: the number of points, not 0; negative to pay with them.
            user: the user's id.
            reason: why, for the ledger; at most 1,000 characters.
            at: the instant.
            idempotency_key: a text that identifies the award, so that it is safe to repeat the call.

        Raises:
            UnknownKey: the rules do not declare the points system.
            OutOfPoints: the balance does not cover the payment.
            InvalidValue: the points are not a whole number other than 0, or another argument is invalid.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        check_text(system, "system")
        Integer(allow_zero=False).check("points", points)
        Text(max_length=_MAX_REASON, allow_empty=True).check("reason", reason)
        with self._lock:
            instant = self._execution.instant_of_command(user, at)
            command = Award(user, instant, system, points, reason, idempotency_key)
            if idempotency_key is not None:
                check_idempotency_key_argument(idempotency_key)
                check_user_id(user)
                self._repository.plan.system(system)
                first = self._repository.find(command)
                if first is not None:
                    return self._execution.repeat(command, first)
            return self._execution.run(command)

    def complete(
        self, achievement: str, *, user: str, at: datetime | None = None, idempotency_key: str | None = None
    ) -> Outcome:
        """Complete an ``api`` achievement for a user, who is created if unknown; each call completes a repeatable one.

        An idempotency key is unique for a user and an achievement: a repeated one changes nothing, and the outcome has
        ``replayed``.

        Raises:
            UnknownKey: the rules do not declare the achievement, it is not an ``api`` one, or it is inactive.
            AlreadyCompleted: the user has completed it.
            AchievementLocked: it can no longer be completed.
            GateClosed: a condition of its ``when`` does not hold.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        check_text(achievement, "achievement")
        with self._lock:
            instant = self._execution.instant_of_command(user, at)
            command = Complete(user, instant, achievement, idempotency_key)
            if idempotency_key is not None:
                check_idempotency_key_argument(idempotency_key)
                check_user_id(user)
                find_achievement_for_command(self._repository.plan, achievement)
                first = self._repository.find(command)
                if first is not None:
                    return self._execution.repeat(command, first)
            return self._execution.run(command)

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
        """Set fields of a user; fields left out keep their values, None clears, attributes merge by key.

        An unknown user is created. A change of zone does not lose a streak. Achievements for which new attributes
        qualify the user are evaluated at the next event of their counter; those of anniversaries before the sign-up
        date was set are completed without announcement.

        Args:
            user: the user's id.
            time_zone: an IANA name or an offset ``±HH:MM``; None for UTC.
            name: the user's name.
            email: the address for emails; not kept if ``subscribe_to_emails`` is False.
            sign_up_date: a date, or its text as in ``2025-04-02``; not later than today in the user's zone.
            device_tokens: the devices for push messages.
            subscribe_to_emails: True if the user wants emails, which needs an address.
            attributes: declared user attributes and their values.
            at: the instant of the change.

        Raises:
            UnknownKey: the rules do not declare a user attribute.
            InvalidValue: a field cannot have the value.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            self._execution.enter()
            changes = encode_profile_arguments(
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
        streak: str | None = None,
        streak_enabled: bool | Unset = UNSET,
        evaluation_mode: str | Unset = UNSET,
        metrics: Sequence[StreakMetric] | Unset = UNSET,
        days_off: Sequence[str] | Unset = UNSET,
        at: datetime | None = None,
    ) -> Outcome:
        """Set preferences of a user; those left out keep their values.

        Args:
            user: the user's id.
            notifications: by message (``"achievement_completed"``, ``"recap"``, ``"reactivation"``,
                ``"streak_reminder"``), the channels (``"email"``, ``"push"``) of the user's choice.
            streak: the key of the streak of the other preferences; None for the primary one.
            streak_enabled: False for a user without the streak; its length is then 0.
            evaluation_mode: ``"AND"`` (or ``"ALL"``) or ``"OR"``, for a custom streak.
            metrics: the conditions of the custom streak.
            days_off: its days off, for example ``["saturday", "sunday"]``.
            at: the instant of the change.

        Raises:
            UnknownUser: the user does not exist.
            CustomizationDisabled: the rules do not allow custom streaks.
            UnknownKey: the rules do not declare a metric, or the streak.
            InvalidValue: a preference cannot have the value.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            self._execution.state(user)
            changes = encode_preferences_arguments(
                self._repository.plan,
                notifications=notifications,
                streak=streak,
                streak_enabled=streak_enabled,
                evaluation_mode=evaluation_mode,
                metrics=metrics,
                days_off=days_off,
            )
            instant = self._execution.instant_of_command(user, at)
            return self._execution.run(Identify(user, instant, changes))

    def grant_freeze(self, user: str, *, streak: str | None = None, at: datetime | None = None) -> Outcome:
        """Grant a user a freeze for a streak, by default the primary one.

        Raises:
            UnknownUser: the user does not exist.
            FreezeLimitReached: the user has as many as the rules allow.
            UnknownKey: the rules do not declare the streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._execution.run(GrantFreeze(user, self._execution.instant_of_command(user, at), streak))

    def pause(
        self, user: str, start: date | str, end: date | str, *, streak: str | None = None, at: datetime | None = None
    ) -> Outcome:
        """Pause a user's streak from one local date to another, inclusive: every period that overlaps it is protected.

        The default is the primary streak; ``streak="*"`` pauses all streaks.

        Raises:
            UnknownUser: the user does not exist.
            InvalidValue: the pause would start before the user's today, or end before it starts.
            UnknownKey: the rules do not declare the streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            first, last = encode_date_argument("start", start), encode_date_argument("end", end)
            instant = self._execution.instant_of_command(user, at)
            return self._execution.run(Pause(user, instant, first, last, streak))

    def unpause(self, user: str, number: int, *, streak: str | None = None, at: datetime | None = None) -> Outcome:
        """Take a pause back, by its number among the pauses of the streak; from the local day on it protects nothing.

        The default is the primary streak.

        Raises:
            UnknownUser: the user does not exist.
            InvalidValue: the pause does not exist, or was taken back.
            UnknownKey: the rules do not declare the streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        Integer().check("number", number)
        with self._lock:
            return self._execution.run(Unpause(user, self._execution.instant_of_command(user, at), number, streak))

    def restore_streak(self, user: str, *, streak: str | None = None, at: datetime | None = None) -> Outcome:
        """Continue the longest streak that a user lost recently; every period since, and today's, is protected.

        The default is the primary streak. Recently is within 90 days for periods of days, since the first week of this
        year for weeks, and since January of last year for longer periods. Nothing is paid or completed for it.

        Raises:
            UnknownUser: the user does not exist.
            NoStreakToRestore: no recently lost streak is longer than the present one.
            UnknownKey: the rules do not declare the streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._execution.run(RestoreStreak(user, self._execution.instant_of_command(user, at), streak))

    def reset_streak(self, user: str, *, streak: str | None = None, at: datetime | None = None) -> Outcome:
        """End a user's streak, by default the primary one; only later events count towards the present period.

        Raises:
            UnknownUser: the user does not exist.
            NoStreakToReset: the user has no running streak.
            UnknownKey: the rules do not declare the streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._execution.run(ResetStreak(user, self._execution.instant_of_command(user, at), streak))

    # --- time, rules and batches --------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the instant of the engine's clock (aware, UTC)."""
        with self._lock:
            self._execution.exclusion.check()
            return from_micros(self._execution.now())

    def settle(self, *, at: datetime | None = None) -> tuple[Effect, ...]:
        """Do all due work up to an instant, for all users, and return the effects in order of time.

        When and how often one settles never changes a result, because every command settles its own user first; it only
        decides when effects, for example of a lost streak, are returned. Users without an effect are left unchanged,
        and so are users with a later last command. The first call looks at all users, later ones only at those for whom
        work may be due; nothing is written if nothing was due. Under rules with notifications, the broadcasts since the
        last time are returned, too: their effects have an empty user; and every call is written to the log.
        """
        with self._lock:
            self._execution.enter()
            instant = self._execution.now() if at is None else to_micros(at)
            return tuple(map(effect_from_raw, self._execution.settle(instant)))

    def update(self, ruleset: RulesSource, *, at: datetime | None = None) -> tuple[Effect, ...]:
        """Change the rules, and return the effects of the change on users; none if the rules are the same.

        All users are settled under the former rules. Progress is kept by key where the rule still exists. An
        achievement that is new, changed or active again is completed, without announcement, for every user who
        qualifies; levels and a streak with another calendar are computed again; progress on removed rules is dropped.

        Args:
            ruleset: the rules: a ``Ruleset``, the path of a rules file, or a mapping of values as in a rules file.
            at: the instant of the change; by default now, or the last thing that happened to a user if later.

        Raises:
            EarlierThanSettled: a user's history has already passed the instant.
            InvalidRules: the rules have errors; the exception lists all of them.
            InvalidValue: a batch is open.
            TrophyError: the rules file cannot be read.
        """
        rules = as_ruleset(ruleset)
        instant = None if at is None else to_micros(at)
        with self._lock:
            self._execution.enter()
            if rules == self.ruleset and rules.digest == self.ruleset.digest:
                return ()
            return tuple(map(effect_from_raw, self._execution.change_rules(rules, instant)))

    def batch(self) -> AbstractContextManager[None]:
        """Commit the commands within the block in one transaction; subscribers are notified at its end.

        If the block raises, none of its commands has happened. A batch within a batch is part of it. A batch belongs
        to the thread and the asyncio task that opened it: other threads wait for its end, other tasks are refused.

        Raises:
            EngineBusy: another task has acquired the engine.
            StorageConflict: another engine has written in between; none of the commands has happened.
        """
        return self._execution.batch()

    def exclusive(self, *, now: datetime | None = None) -> AbstractContextManager[None]:
        """Acquire the engine for several calls; calls of other threads wait until the block ends.

        While an asyncio task that has acquired the engine awaits, calls of other tasks are refused, because waiting
        would stop the task that they wait for.

        Args:
            now: the default instant of the calls within the block; without it each call reads the clock.

        Raises:
            EngineBusy: another task has acquired the engine.
            InvalidValue: ``now`` is naive or out of range.
        """
        return self._execution.exclusive(now)

    @property
    def migration_effects(self) -> tuple[Effect, ...]:
        """The effects on users of opening the storage with rules other than those it was last used with."""
        return tuple(map(effect_from_raw, self._repository.migration_effects))

    # --- views --------------------------------------------------------------------------------------------------------

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""
        with self._lock:
            self._execution.enter()
            return self._repository.plan.ruleset

    def rules_history(self, *, skip: int = 0) -> tuple[RulesVersion, ...]:
        """List the rules that have been in force, in order, with the instant from which each was.

        Args:
            skip: the number of the first versions to leave out, for example because they are known.
        """
        Integer(min=0).check("skip", skip)
        with self._lock:
            self._execution.enter()
            return tuple(
                RulesVersion(
                    None if change.at == FIRST else from_micros(change.at),
                    plan_of_logged_rules(change.rules).ruleset,
                )
                for change in self._repository.rules_history(skip)
            )

    def users(self) -> Iterator[str]:
        """Iterate over the ids of all users, in the order in which they were first seen."""
        with self._lock:
            self._execution.enter()
            return self._repository.users()

    def user(self, user: str, *, at: datetime | None = None) -> Player:
        """Return a view of a user as of an instant: by default now, or the last thing that happened to them if later.

        A view as of an earlier instant is computed from the log, under the rules in force then; this takes time in
        proportion to the user's log.

        Raises:
            UnknownUser: the user did not exist then.
        """
        with self._lock:
            state = self._execution.state(user)
            return self._execution.player(state, self._execution.instant_of_view(state, at))

    def players(self, *, at: datetime | None = None) -> Iterator[Player]:
        """Yield a view of every user as of an instant, in the order in which they were first seen.

        The default is now, or the last thing that happened to the user if later. With ``at``, users who did not exist
        then are left out.
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
        """Return the instant of the last thing that happened to a user: a command, or an effect of time.

        No later command can have an earlier instant. Settling advances it only if it has an effect on the user.

        Raises:
            UnknownUser: the user does not exist.
        """
        with self._lock:
            return from_micros(self._execution.state(user).clock.settled)

    def leaderboard(
        self,
        leaderboard: str,
        *,
        at: datetime | None = None,
        run: date | str | None = None,
        user: str | None = None,
        offset: int = 0,
        limit: int | None = None,
        attributes: Mapping[str, str] | None = None,
    ) -> LeaderboardView:
        """Return a view of a leaderboard as of an instant.

        By default it is as of now, and users with later commands are ranked by their present values. With ``at``, if
        anything happened to a user after it, all users are ranked from the log, which takes time in proportion to the
        log.

        Args:
            leaderboard: the key of the leaderboard.
            at: the instant.
            run: a date of the run; by default the run of today, or of the day nearest to it.
            user: the user with the first row; there are no rows if the user is not ranked.
            offset: the number of rows to skip; it may be negative with ``user``.
            limit: the greatest number of rows, at most the leaderboard's ``max_participants``; 10 by default.
            attributes: the group, by values of breakdown attributes; several matching groups are ranked together.

        Raises:
            UnknownKey: the rules do not declare the leaderboard, or it is inactive.
            InvalidValue: no run contains the date, the rows are out of range, or ``attributes`` does not fit the
                breakdown attributes.
        """
        check_text(leaderboard, "leaderboard")
        run = as_optional_date(run)
        Optional(LOCAL_DATE).check("run", run)
        Optional(USER_ID).check("user", user)
        Integer().check("offset", offset)
        Optional(Integer()).check("limit", limit)
        if attributes is not None:
            check_attributes_argument(attributes)
        with self._lock:
            self._execution.enter()
            instant, exact = self._execution.now() if at is None else to_micros(at), at is not None
            return self._execution.leaderboards.view(
                leaderboard, instant, run, user, offset, limit, attributes, exact=exact
            )

    def leaderboards(self, *, at: datetime | None = None, finished: bool = False) -> tuple[LeaderboardView, ...]:
        """List the leaderboards without their rankings; finished ones only with ``finished=True``."""
        FLAG.check("finished", finished)
        with self._lock:
            self._execution.enter()
            return self._execution.leaderboards.listed(
                self._execution.now() if at is None else to_micros(at), finished=finished
            )

    def standing(
        self, user: str, leaderboard: str, *, at: datetime | None = None, run: date | str | None = None, days: int = 10
    ) -> StandingView:
        """Return the position of a user on a leaderboard, and on which of the latest days it changed.

        The days are computed from the log of all users at the first call, and then kept up to date; ``days=0`` avoids
        that. Those up to an earlier instant are always computed from the log, which takes time in proportion to it.

        Args:
            user: the user's id.
            leaderboard: the key of the leaderboard.
            at: the instant; by default now, or the last thing that happened to the user if later.
            run: a date of the run; by default the run of the user's today, or of the day nearest to it.
            days: the number of latest days.

        Raises:
            UnknownUser: the user did not exist then.
            UnknownKey: the rules do not declare the leaderboard, or it is inactive.
            InvalidValue: no run contains the date, or ``days`` is negative.
        """
        check_text(leaderboard, "leaderboard")
        run = as_optional_date(run)
        Optional(LOCAL_DATE).check("run", run)
        Integer(min=0).check("days", days)
        with self._lock:
            player = self.user(user, at=at)
            return self._execution.leaderboards.standing(
                player, leaderboard, to_micros(player.at), run, days, now=self._execution.now(), exact=at is not None
            )

    def standings(
        self, user: str, leaderboard: str, first: date | str, last: date | str, *, at: datetime | None = None
    ) -> tuple[StandingView, ...]:
        """Return the positions of a user, day by day, in every run of a leaderboard with a day between two dates.

        They are computed as the days of ``standing``, once for all runs, as of any instant since the user was created.

        Raises:
            UnknownUser: the user did not exist then.
            UnknownKey: the rules do not declare the leaderboard, or it is inactive.
            InvalidValue: a value is not a date, the first date is after the last, or they span more than 10,000 runs.
        """
        check_text(leaderboard, "leaderboard")
        first, last = as_date(first), as_date(last)
        LOCAL_DATE.check("first", first)
        LOCAL_DATE.check("last", last)
        if first > last:
            raise InvalidValue((f"{first} must not be after", FieldName("last"), str(last)), "first")
        with self._lock:
            instant = self._execution.instant_of_view(self._execution.state(user), at)
            return self._execution.leaderboards.standings(
                user, leaderboard, instant, first, last, now=self._execution.now()
            )

    @overload
    def explain(self, user: str, *, achievement: str, at: datetime | None = None) -> AchievementExplanation: ...

    @overload
    def explain(self, user: str, *, points: str, at: datetime | None = None) -> PointsExplanation: ...

    @overload
    def explain(self, user: str, *, streak: str | Literal[True], at: datetime | None = None) -> StreakExplanation: ...

    def explain(
        self,
        user: str,
        *,
        at: datetime | None = None,
        achievement: str | None = None,
        points: str | None = None,
        streak: str | bool = False,
    ) -> Answer:
        """Explain why a user has, or does not have, an achievement, a balance, or a streak, as of an instant.

        The user's commands are applied again from the log, for any instant since the user was created; by default now,
        or the last thing that happened to the user if later.

        Args:
            user: the user's id.
            at: the instant.
            achievement: the key of an achievement; or
            points: the key of a points system; or
            streak: the key of a streak; True for the primary one.

        Raises:
            InvalidValue: not exactly one of the three is given, or a value is no key.
            UnknownKey: the rules in force then do not have the achievement, points system, or streak.
            UnknownUser: the user did not exist then.
        """
        from trophy_engine.explain.question import answer_question, check_question  # noqa: PLC0415  # a game does not explain

        check_question(achievement, points, streak)
        return answer_question(self.transitions(user, at=at), achievement, points, streak)

    @property
    def reports(self) -> Reports:
        """Reports on the histories of single users and of all users."""
        from trophy_engine.reports.reports import Reports  # noqa: PLC0415  # a game needs none

        return Reports(self, self._execution.report_indexes)

    # --- the log ------------------------------------------------------------------------------------------------------

    def log(self) -> Iterator[Entry]:
        """Iterate over the log of all commands; ``Engine.from_log`` applies them again."""
        return self._repository.storage.entries()

    def transitions(self, user: str, *, at: datetime | None = None) -> list[Transition]:
        """Apply a user's commands again from the log, up to an instant, and return the transitions; nothing is stored.

        The default is now, or the last thing that happened to the user if later. The last transition is the work that
        time made due by then.

        Raises:
            UnknownUser: the user did not exist then.
        """
        with self._lock:
            instant = self._execution.instant_of_view(self._execution.state(user), at)
            return list(self._repository.transitions_of(user, instant))

    def export_user(self, user: str) -> dict[str, Any]:
        """Return a user's state as JSON values, as in a snapshot; equal histories yield equal values.

        Raises:
            UnknownUser: the user does not exist.
        """
        with self._lock:
            return self._execution.state(user).dump(self._repository.plan)

    @classmethod
    def from_log(cls, entries: Iterable[Entry], *, storage: Storage | str | PathLike[str] | None = None) -> Self:
        """Return a new engine after applying a log, with the same states, effects and identifiers.

        Args:
            entries: the log, for example ``engine.log()``.
            storage: where commands are kept, as for the constructor.

        Raises:
            StorageIncompatible: the log does not begin with rules.
        """
        with _close_if_engine_fails(storage):
            InstanceOf((Iterable,)).check("entries", entries)
            log = iter(entries)
            first = next(log, None)
            if not (isinstance(first, Entry) and isinstance(first.command, ChangeRules)):
                raise StorageIncompatible("the first entry of a log must be rules; export the log from its beginning")
            engine = cls(Ruleset.from_text(first.command.rules, format="json"), storage=storage)
        with _close_if_engine_fails(engine._repository.storage):
            each = name_field_in_message("entries", "each of ")
            for entry in log:
                InstanceOf((Entry,)).check(each, entry)
                match entry.command:
                    case ChangeRules(rules, at):
                        engine.update(Ruleset.from_text(rules, format="json"), at=from_micros(at))
                    case Settle(at):
                        engine.settle(at=from_micros(at))
                    case command:
                        engine._execution.apply(command)
            return engine
