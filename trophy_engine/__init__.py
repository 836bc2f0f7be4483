"""trophy_engine: a deterministic gamification rules engine in your own process.

Declare metrics, a streak, achievements and points in a ``Ruleset``, record events with an ``Engine``, and look at a
``Player``.
"""

from trophy_engine.core.effects import (
    AchievementBackdated,
    AchievementCompleted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    LevelChanged,
    MetricChanged,
    PointsAwarded,
    StreakExtended,
    StreakLost,
    StreakStarted,
    UserChanged,
    UserCreated,
)
from trophy_engine.engine import UNSET, Engine, system_clock
from trophy_engine.errors import (
    AlreadyCompleted,
    EarlierThanSettled,
    FilterMismatch,
    InvalidRules,
    InvalidValue,
    MissingExtra,
    OutOfPoints,
    Refused,
    StorageClosed,
    StorageConflict,
    StorageError,
    StorageIncompatible,
    SubscribersFailed,
    TrophyError,
    UnknownKey,
    UnknownUser,
)
from trophy_engine.explanation.achievement import AchievementExplanation
from trophy_engine.explanation.event import EventExplanation
from trophy_engine.explanation.points import PointsExplanation
from trophy_engine.explanation.streak import StreakExplanation
from trophy_engine.outcome import Outcome, PointsChange
from trophy_engine.rules.achievements import (
    Achievement,
    AnniversaryTrigger,
    ApiTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    Boost,
    Level,
    MetricPointsTrigger,
    PointsSystem,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Freezes, Streak, StreakMetric
from trophy_engine.standings.views import LeaderboardChange, LeaderboardView, Ranking, Snapshot, StandingView
from trophy_engine.views import AchievementView, LevelView, Player, PointsView, Progress, StreakView

__all__ = [
    "UNSET",
    "Achievement",
    "AchievementBackdated",
    "AchievementCompleted",
    "AchievementExplanation",
    "AchievementPointsTrigger",
    "AchievementView",
    "AlreadyCompleted",
    "AnniversaryTrigger",
    "ApiTrigger",
    "Attribute",
    "Boost",
    "CompositeTrigger",
    "EarlierThanSettled",
    "Effect",
    "Engine",
    "EventExplanation",
    "FilterMismatch",
    "FreezeConsumed",
    "FreezeEarned",
    "FreezeGranted",
    "Freezes",
    "InvalidRules",
    "InvalidValue",
    "Leaderboard",
    "LeaderboardChange",
    "LeaderboardView",
    "Level",
    "LevelChanged",
    "LevelView",
    "Metric",
    "MetricChanged",
    "MetricPointsTrigger",
    "MetricTrigger",
    "MissingExtra",
    "OutOfPoints",
    "Outcome",
    "Player",
    "PointsAwarded",
    "PointsChange",
    "PointsExplanation",
    "PointsSystem",
    "PointsView",
    "Progress",
    "Ranking",
    "Refused",
    "Ruleset",
    "Snapshot",
    "StandingView",
    "StorageClosed",
    "StorageConflict",
    "StorageError",
    "StorageIncompatible",
    "Streak",
    "StreakExplanation",
    "StreakExtended",
    "StreakLost",
    "StreakMetric",
    "StreakPointsTrigger",
    "StreakStarted",
    "StreakTrigger",
    "StreakView",
    "SubscribersFailed",
    "TimePointsTrigger",
    "TrophyError",
    "UnknownKey",
    "UnknownUser",
    "UserChanged",
    "UserCreated",
    "UserCreationPointsTrigger",
    "system_clock",
]
