"""trophy_engine: a deterministic gamification rules engine in your own process.

Declare metrics, a streak, achievements and points in a ``Ruleset``, record events with an ``Engine``, and read a
``Player``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from trophy_engine.core import (
    AchievementBackdated,
    AchievementCompleted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    LevelChanged,
    ManualAward,
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
from trophy_engine.engine.arguments import UNSET
from trophy_engine.engine.engine import Engine, RulesVersion, system_clock
from trophy_engine.engine.outcome import Outcome, PointsChange
from trophy_engine.errors import (
    AchievementLocked,
    AlreadyCompleted,
    CustomizationDisabled,
    EarlierThanSettled,
    EngineBusy,
    FreezeLimitReached,
    GateClosed,
    InvalidRules,
    InvalidValue,
    MissingExtra,
    NoStreakToReset,
    NoStreakToRestore,
    OutOfPoints,
    Refused,
    StorageClosed,
    StorageConflict,
    StorageDamaged,
    StorageError,
    StorageIncompatible,
    SubscribersFailed,
    TrophyError,
    UnknownKey,
    UnknownUser,
    UnreadableRules,
)
from trophy_engine.rules.achievements import (
    Achievement,
    AnniversaryTrigger,
    ApiTrigger,
    BalanceTrigger,
    CompositeTrigger,
    LevelTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.gates import Gate, StreakLength
from trophy_engine.rules.interval import Interval
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metric_sources import CompletionsSource, PointsSource
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
from trophy_engine.rules.points_limit import PointsLimit
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.rules.streak import AchievementFreezeReward, Freezes, Streak, StreakFreezeReward, StreakMetric
from trophy_engine.rules.tiers import Tier
from trophy_engine.rules.value_range import ValueRange
from trophy_engine.rules.windows import DateWindow, ResetWindow, RollingWindow, RunWindow, SessionWindow
from trophy_engine.views.achievements import AchievementView
from trophy_engine.views.player import Player
from trophy_engine.views.progress import LevelView, PauseView, PointsView, Progress, StreakView

if TYPE_CHECKING:
    __version__: str
    from trophy_engine.explain.achievement import AchievementExplanation
    from trophy_engine.explain.event import EventExplanation
    from trophy_engine.explain.points import PointsExplanation
    from trophy_engine.explain.streak import StreakExplanation
    from trophy_engine.leaderboards.views import (
        LeaderboardChange,
        LeaderboardRow,
        LeaderboardView,
        StandingDay,
        StandingView,
    )
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
    from trophy_engine.reports.distributions import LevelCount, PointsRange, Rarity
    from trophy_engine.reports.reports import Reports
    from trophy_engine.reports.streak_history import LongestStreak, StreakPeriod
    from trophy_engine.reports.summary import SummaryRow
    from trophy_engine.reports.wrapped import MetricPeriodTotal, PeriodTotal, Wrapped, WrappedPeriod
    from trophy_engine.rules.draft import check_file

__all__ = [
    "UNSET",
    "Achievement",
    "AchievementBackdated",
    "AchievementCompleted",
    "AchievementDue",
    "AchievementExplanation",
    "AchievementFreezeReward",
    "AchievementLocked",
    "AchievementPointsTrigger",
    "AchievementView",
    "AlreadyCompleted",
    "AnniversaryTrigger",
    "ApiTrigger",
    "Attribute",
    "BalanceTrigger",
    "Boost",
    "BoostFinished",
    "BoostStarted",
    "CompletionsSource",
    "CompositeTrigger",
    "CustomizationDisabled",
    "DateWindow",
    "EarlierThanSettled",
    "Effect",
    "Engine",
    "EngineBusy",
    "EventExplanation",
    "Experimentation",
    "FreezeConsumed",
    "FreezeEarned",
    "FreezeGranted",
    "FreezeLimitReached",
    "FreezeReturned",
    "Freezes",
    "Gate",
    "GateClosed",
    "Interval",
    "InvalidRules",
    "InvalidValue",
    "Leaderboard",
    "LeaderboardChange",
    "LeaderboardChanged",
    "LeaderboardFinished",
    "LeaderboardRow",
    "LeaderboardStarted",
    "LeaderboardView",
    "Level",
    "LevelChanged",
    "LevelCount",
    "LevelTrigger",
    "LevelView",
    "LongestStreak",
    "ManualAward",
    "Metric",
    "MetricChanged",
    "MetricPeriodTotal",
    "MetricPointsTrigger",
    "MetricTrigger",
    "MissingExtra",
    "NoStreakToReset",
    "NoStreakToRestore",
    "Notifications",
    "OutOfPoints",
    "Outcome",
    "PauseView",
    "PeriodTotal",
    "Player",
    "PointsAwarded",
    "PointsChange",
    "PointsChanged",
    "PointsExplanation",
    "PointsLimit",
    "PointsLimited",
    "PointsRange",
    "PointsSource",
    "PointsSystem",
    "PointsView",
    "Progress",
    "RankChanged",
    "Rarity",
    "ReactivationDue",
    "RecapDue",
    "Refused",
    "Reports",
    "ResetWindow",
    "RollingWindow",
    "RulesVersion",
    "Ruleset",
    "RunWindow",
    "SessionWindow",
    "StandingDay",
    "StandingView",
    "StorageClosed",
    "StorageConflict",
    "StorageDamaged",
    "StorageError",
    "StorageIncompatible",
    "Streak",
    "StreakExplanation",
    "StreakExtended",
    "StreakFreezeReward",
    "StreakLength",
    "StreakLossUndone",
    "StreakLost",
    "StreakMetric",
    "StreakPaused",
    "StreakPeriod",
    "StreakPointsTrigger",
    "StreakRecounted",
    "StreakReminderDue",
    "StreakReset",
    "StreakRestored",
    "StreakStarted",
    "StreakTrigger",
    "StreakUnpaused",
    "StreakView",
    "SubscribersFailed",
    "SummaryRow",
    "Tier",
    "TimePointsTrigger",
    "TrophyError",
    "UnknownKey",
    "UnknownUser",
    "UnreadableRules",
    "UserChanged",
    "UserCreated",
    "UserCreationPointsTrigger",
    "ValueRange",
    "Wrapped",
    "WrappedPeriod",
    "check_file",
    "system_clock",
]

#: Public names that few programs need, by module; they are imported on first use.
_LATER: Final = {
    "AchievementExplanation": "explain.achievement",
    "EventExplanation": "explain.event",
    "PointsExplanation": "explain.points",
    "StreakExplanation": "explain.streak",
    "LeaderboardChange": "leaderboards.views",
    "LeaderboardRow": "leaderboards.views",
    "LeaderboardView": "leaderboards.views",
    "StandingDay": "leaderboards.views",
    "StandingView": "leaderboards.views",
    "AchievementDue": "notifications.effects",
    "BoostFinished": "notifications.effects",
    "BoostStarted": "notifications.effects",
    "LeaderboardChanged": "notifications.effects",
    "LeaderboardFinished": "notifications.effects",
    "LeaderboardStarted": "notifications.effects",
    "PointsChanged": "notifications.effects",
    "RankChanged": "notifications.effects",
    "ReactivationDue": "notifications.effects",
    "RecapDue": "notifications.effects",
    "StreakReminderDue": "notifications.effects",
    "LevelCount": "reports.distributions",
    "PointsRange": "reports.distributions",
    "Rarity": "reports.distributions",
    "Reports": "reports.reports",
    "LongestStreak": "reports.streak_history",
    "StreakPeriod": "reports.streak_history",
    "SummaryRow": "reports.summary",
    "MetricPeriodTotal": "reports.wrapped",
    "PeriodTotal": "reports.wrapped",
    "Wrapped": "reports.wrapped",
    "WrappedPeriod": "reports.wrapped",
    "check_file": "rules.draft",
}


def __getattr__(name: str) -> Any:
    """Import a public name of ``_LATER`` on first use; read ``__version__`` from the metadata of the installed package.

    Raises:
        AttributeError: the name is not public.
    """
    if name == "__version__":
        value = import_module("importlib.metadata").version("trophy-engine")
    elif name in _LATER:
        value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
