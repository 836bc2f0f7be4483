"""Subscriptions: what an engine offers to callbacks, typed by the class or the name of an effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from trophy_engine.core import (
    AchievementBackdated,
    AchievementCompleted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    LevelChanged,
    MetricChanged,
    PointsAwarded,
    PointsLimited,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakPaused,
    StreakRecounted,
    StreakReset,
    StreakRestored,
    StreakStarted,
    StreakUnpaused,
    UserChanged,
    UserCreated,
)
from trophy_engine.engine.subscribers import Subscribers

if TYPE_CHECKING:
    from trophy_engine.notifications.effects import (
        AchievementDue,
        BoostFinished,
        BoostStarted,
        LeaderboardChanged,
        LeaderboardFinished,
        LeaderboardStarted,
        PointsChanged,
        RankChanged,
        ReactivationDue,
        RecapDue,
        StreakReminderDue,
    )

E = TypeVar("E", bound=Effect)
#: Ends a subscription.
Unsubscribe = Callable[[], None]


class Subscribable:
    """The base of the engine: callbacks can subscribe to its effects.

    Type checkers know the parameter of a callback by the class, or by the name, of the effect. There is one overload
    for each effect.
    """

    _subscribers: Subscribers

    @overload
    def subscribe(self, kind: type[E], callback: Callable[[E], object]) -> Unsubscribe: ...

    @overload
    def subscribe(self, kind: Literal["user.created"], callback: Callable[[UserCreated], object]) -> Unsubscribe: ...

    @overload
    def subscribe(self, kind: Literal["user.changed"], callback: Callable[[UserChanged], object]) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["metric.changed"], callback: Callable[[MetricChanged], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.started"], callback: Callable[[StreakStarted], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.extended"], callback: Callable[[StreakExtended], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(self, kind: Literal["streak.lost"], callback: Callable[[StreakLost], object]) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.freeze_consumed"], callback: Callable[[FreezeConsumed], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.loss_undone"], callback: Callable[[StreakLossUndone], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.freeze_returned"], callback: Callable[[FreezeReturned], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.freeze_earned"], callback: Callable[[FreezeEarned], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.freeze_granted"], callback: Callable[[FreezeGranted], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(self, kind: Literal["streak.paused"], callback: Callable[[StreakPaused], object]) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.unpaused"], callback: Callable[[StreakUnpaused], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.restored"], callback: Callable[[StreakRestored], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(self, kind: Literal["streak.reset"], callback: Callable[[StreakReset], object]) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["streak.recounted"], callback: Callable[[StreakRecounted], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["achievement.completed"], callback: Callable[[AchievementCompleted], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["achievement.backdated"], callback: Callable[[AchievementBackdated], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["points.awarded"], callback: Callable[[PointsAwarded], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["points.limited"], callback: Callable[[PointsLimited], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["points.level_changed"], callback: Callable[[LevelChanged], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["points.changed"], callback: Callable[[PointsChanged], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["points.boost_started"], callback: Callable[[BoostStarted], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["points.boost_finished"], callback: Callable[[BoostFinished], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["leaderboard.started"], callback: Callable[[LeaderboardStarted], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["leaderboard.finished"], callback: Callable[[LeaderboardFinished], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["leaderboard.changed"], callback: Callable[[LeaderboardChanged], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["leaderboard.rank_changed"], callback: Callable[[RankChanged], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(self, kind: Literal["emails.recap_due"], callback: Callable[[RecapDue], object]) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["emails.reactivation_due"], callback: Callable[[ReactivationDue], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["emails.streak_reminder_due"], callback: Callable[[StreakReminderDue], object]
    ) -> Unsubscribe: ...

    @overload
    def subscribe(
        self, kind: Literal["emails.achievement_due"], callback: Callable[[AchievementDue], object]
    ) -> Unsubscribe: ...

    def subscribe(self, kind: type[Effect] | str, callback: Callable[[Any], object]) -> Unsubscribe:
        """Call a callback with every effect of a kind once it is committed.

        Args:
            kind: a class of effects (``Effect`` for all kinds), or its name as in ``"achievement.completed"``.
            callback: a function of the effect.

        Returns:
            A function that ends the subscription.

        Raises:
            InvalidValue: the kind is neither a class of effects nor the name of one, or the callback cannot be called
                with an effect.
        """
        return self._subscribers.subscribe(kind, callback)
