"""The engine: what a game or an app calls. It reads the clock where a call names no instant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Self

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core.commands import (
    ChangeRules,
    Complete,
    GrantFreeze,
    Identify,
    Pause,
    Record,
    ResetStreak,
    RestoreStreak,
    Settle,
    Unpause,
)
from trophy_engine.engine.arguments import (
    UNSET,
    Unset,
    as_flag,
    as_local_date,
    as_pairs,
    as_sign_up_date,
    as_text,
    check_idempotency_key,
    conditions_written,
    notifications_written,
    texts_written,
)
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.shell import Shell
from trophy_engine.errors import InvalidValue, StorageIncompatible, short_repr
from trophy_engine.identifiers import check_text, check_user_id
from trophy_engine.numbers import Number, exact
from trophy_engine.repository.repository import History
from trophy_engine.rules.constraints import CALLABLE, InstanceOf, Integer, OneOf, Optional, SubsetOf
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import StreakMetric
from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.protocol import Entry, Storage

__all__ = ["Engine", "system_clock"]

# What making a named tuple comes down to, without the detour over its constructor: two are made for every event.
_new = tuple.__new__


def system_clock() -> datetime:
    """Read the system's clock."""
    return datetime.now(UTC)


class Engine(Shell):
    """Evaluates commands under a ruleset, and remembers what they came to.

    Every instant is an aware datetime. It defaults to the engine's clock, or to the last thing that happened to the
    user where that is later, so that a clock that steps back refuses nothing. The commands of one user come in order of
    time. A command that raises has changed nothing, whatever interrupts it. Commands may come from several threads:
    they are served in turn.

    Args:
        ruleset: the rules; by default those under which the storage's history ends, or none at all. A storage that
            holds the history of other rules goes on under these, as by ``update`` at its last command;
            ``migration_effects`` has what that did to its users.
        storage: where commands are kept; in the memory of the process by default.
        clock: what to read when a call names no instant.
    """

    def __init__(
        self,
        ruleset: Ruleset | None = None,
        *,
        storage: Storage | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        Optional(InstanceOf((Ruleset,))).check("ruleset", ruleset)
        if isinstance(storage, type) or not (storage is None or isinstance(storage, Storage)):
            raise InvalidValue(f"storage must be a storage such as MemoryStorage(), not {short_repr(storage)}")
        CALLABLE.check("clock", clock)
        super().__init__(History(MemoryStorage() if storage is None else storage, ruleset), clock)

    # --- commands ---------------------------------------------------------------------------------------------------

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
            if self._holder is not None or not self._history.whole:
                self._enter()
            instant = self._instant_of(user, None) if at is None else to_micros(at)
            pairs = as_pairs(attributes, "event", self._history.plan) if attributes is not None else ()
            command = _new(Record, (user, instant, metric, exact(value), pairs, idempotency_key))
            if idempotency_key is not None:
                check_idempotency_key(idempotency_key)
                check_user_id(user)
                check_text(metric, "metric")
                self._history.plan.metric(metric)
                first = self._history.find(command)
                if first is not None:
                    return self._repeat(command, first)
            try:
                return self._run(command)
            except TypeError:  # a metric that cannot be hashed; here the check costs other events nothing
                check_text(metric, "metric")
                raise

    def has_recorded(self, metric: str, *, user: str, idempotency_key: str) -> bool:
        """Tell whether an event of a user and a metric has used an idempotency key, so that another does nothing."""
        check_text(metric, "metric")
        check_user_id(user)
        check_idempotency_key(idempotency_key)
        with self._lock:
            self._check_holder()
            self._enter()
            return self._history.find(_new(Record, (user, 0, metric, 0, (), idempotency_key))) is not None

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
            instant = self._instant_of(user, at)
            return self._run(Complete(user, instant, achievement))

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
            self._enter()
            changes: dict[str, str | None] = {}
            for field, text in (("name", name), ("email", email)):
                if not isinstance(text, Unset):
                    changes[field] = as_text(field, text)
            if not isinstance(time_zone, Unset):
                name_of_zone = as_text("time_zone", time_zone)
                changes["time_zone"] = None if name_of_zone is None else zone(name_of_zone).name
            if not isinstance(sign_up_date, Unset):
                changes["sign_up_date"] = as_sign_up_date(sign_up_date)
            if not isinstance(device_tokens, Unset):
                tokens = None if device_tokens is None else texts_written("device_tokens", device_tokens)
                changes["device_tokens"] = tokens
            if not isinstance(subscribe_to_emails, Unset):
                changes["subscribe_to_emails"] = as_flag("subscribe_to_emails", subscribe_to_emails)
            for key, value in as_pairs({} if attributes is None else attributes, "user", self._history.plan):
                changes[f"attributes.{key}"] = value
            instant = self._instant_of(user, at)
            return self._run(Identify(user, instant, tuple(sorted(changes.items()))))

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
            self._state(user)
            changes: dict[str, str | None] = {}
            if notifications is not None:
                changes |= notifications_written(notifications)
            if not isinstance(streak_enabled, Unset):
                changes["preferences.streak.enabled"] = as_flag("streak_enabled", streak_enabled)
            if not isinstance(evaluation_mode, Unset):
                mode = "AND" if evaluation_mode == "ALL" else evaluation_mode
                OneOf(("AND", "OR")).check("evaluation_mode", mode)
                changes["preferences.streak.evaluation_mode"] = json.dumps(mode)
            if not isinstance(metrics, Unset):
                changes["preferences.streak.metrics"] = conditions_written(metrics, self._history.plan)
            if not isinstance(days_off, Unset):
                changes["preferences.streak.days_off"] = texts_written("days_off", days_off)
                SubsetOf(WEEKDAYS).check("days_off", tuple(days_off))
            instant = self._instant_of(user, at)
            return self._run(Identify(user, instant, tuple(sorted(changes.items()))))

    def grant_freeze(self, user: str, *, at: datetime | None = None) -> Outcome:
        """Give a user a freeze.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            FreezeLimitReached: they hold as many as the rules allow.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._run(GrantFreeze(user, self._instant_of(user, at)))

    def pause(self, user: str, start: date | str, end: date | str, *, at: datetime | None = None) -> Outcome:
        """Make a user's streak safe on local dates, both ends included; a period that the pause touches is safe.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            InvalidValue: it would start before the user's today, or end before it starts.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            instant = self._instant_of(user, at)
            return self._run(Pause(user, instant, as_local_date("start", start), as_local_date("end", end)))

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
            return self._run(Unpause(user, self._instant_of(user, at), number))

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
            return self._run(RestoreStreak(user, self._instant_of(user, at)))

    def reset_streak(self, user: str, *, at: datetime | None = None) -> Outcome:
        """End a user's streak; only events that come after count towards the present period.

        Raises:
            UnknownUser: nothing has been recorded of the user.
            NoStreakToReset: they have none.
            UnknownKey: the rules have no streak.
            EarlierThanSettled: the last thing that happened to the user is later.
        """
        with self._lock:
            return self._run(ResetStreak(user, self._instant_of(user, at)))

    # --- the log ---------------------------------------------------------------------------------------------------

    @classmethod
    def replay(cls, entries: Iterable[Entry], *, storage: Storage | None = None) -> Self:
        """Make a fresh engine and do what a log says: the same states, effects and identifiers come of it.

        Raises:
            StorageIncompatible: the log does not begin with the adoption of rules.
        """
        InstanceOf((Iterable,)).check("entries", entries)
        log = iter(entries)
        first = next(log, None)
        if not (isinstance(first, Entry) and isinstance(first.command, ChangeRules)):
            raise StorageIncompatible("a log begins with the adoption of rules; this one does not")
        engine = cls(Ruleset.from_text(first.command.rules, format="json"), storage=storage)
        for entry in log:
            InstanceOf((Entry,)).check("each of entries", entry)
            match entry.command:
                case ChangeRules(rules, at):
                    engine.update(Ruleset.from_text(rules, format="json"), at=from_micros(at))
                case Settle(at):
                    engine.settle(at=from_micros(at))
                case command:
                    engine._run(command)  # likewise
        return engine
