"""trophy_engine: a deterministic gamification rules engine in your own process.

Declare metrics, a streak, achievements and points in a ``Ruleset``, record events with an ``Engine``, and look at a
``Player``.
"""

from trophy_engine.arguments import UNSET
from trophy_engine.chronicle.census import LevelCount, PointsRange, Rarity
from trophy_engine.chronicle.reports import Reports
from trophy_engine.chronicle.streak_history import LongestStreak, StreakPeriod
from trophy_engine.chronicle.summary import SummaryRow
from trophy_engine.chronicle.wrapped import MetricStanding, Standing, Wrapped, WrappedPeriod
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
    StreakPaused,
    StreakRecounted,
    StreakReset,
    StreakRestored,
    StreakStarted,
    StreakUnpaused,
    UserChanged,
    UserCreated,
)
from trophy_engine.engine import Engine, system_clock
from trophy_engine.errors import (
    AchievementLocked,
    AlreadyCompleted,
    CustomizationDisabled,
    EarlierThanSettled,
    FilterMismatch,
    FreezeLimitReached,
    InvalidRules,
    InvalidValue,
    MissingExtra,
    NoStreakToReset,
    NoStreakToRestore,
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
from trophy_engine.reading import Adoption
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
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.rules.streak import Freezes, Streak, StreakMetric
from trophy_engine.standings.views import LeaderboardChange, LeaderboardView, Ranking, Snapshot, StandingView
from trophy_engine.views import AchievementView, LevelView, PauseView, Player, PointsView, Progress, StreakView

__all__ = [
    "UNSET",
    "Achievement",
    "AchievementBackdated",
    "AchievementCompleted",
    "AchievementExplanation",
    "AchievementLocked",
    "AchievementPointsTrigger",
    "AchievementView",
    "Adoption",
    "AlreadyCompleted",
    "AnniversaryTrigger",
    "ApiTrigger",
    "Attribute",
    "Boost",
    "CompositeTrigger",
    "CustomizationDisabled",
    "EarlierThanSettled",
    "Effect",
    "Engine",
    "EventExplanation",
    "Experimentation",
    "FilterMismatch",
    "FreezeConsumed",
    "FreezeEarned",
    "FreezeGranted",
    "FreezeLimitReached",
    "Freezes",
    "InvalidRules",
    "InvalidValue",
    "Leaderboard",
    "LeaderboardChange",
    "LeaderboardView",
    "Level",
    "LevelChanged",
    "LevelCount",
    "LevelView",
    "LongestStreak",
    "Metric",
    "MetricChanged",
    "MetricPointsTrigger",
    "MetricStanding",
    "MetricTrigger",
    "MissingExtra",
    "NoStreakToReset",
    "NoStreakToRestore",
    "Notifications",
    "OutOfPoints",
    "Outcome",
    "PauseView",
    "Player",
    "PointsAwarded",
    "PointsChange",
    "PointsExplanation",
    "PointsRange",
    "PointsSystem",
    "PointsView",
    "Progress",
    "Ranking",
    "Rarity",
    "Refused",
    "Reports",
    "Ruleset",
    "Snapshot",
    "Standing",
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
    "StreakPaused",
    "StreakPeriod",
    "StreakPointsTrigger",
    "StreakRecounted",
    "StreakReset",
    "StreakRestored",
    "StreakStarted",
    "StreakTrigger",
    "StreakUnpaused",
    "StreakView",
    "SubscribersFailed",
    "SummaryRow",
    "TimePointsTrigger",
    "TrophyError",
    "UnknownKey",
    "UnknownUser",
    "UserChanged",
    "UserCreated",
    "UserCreationPointsTrigger",
    "Wrapped",
    "WrappedPeriod",
    "system_clock",
]
