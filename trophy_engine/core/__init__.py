"""The core: every rule is a threshold or a step on a counter.

Pure functions over a user's state; no clock, no I/O, no chance.

Read ``plan`` first: it is the table of counters and of what is on them, and ``compile`` makes it. ``evaluate`` moves
counters for a command, ``settle`` for the passing of time; ``streaks``, ``achievements`` and ``points`` are what
crossing a threshold leads to. ``users`` and ``streak_commands`` are what an application does by hand, and ``migration``
takes a state from one ruleset to another.

Other rooms import what they use from here.
"""

from trophy_engine.core.achievements import qualifies
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.boosts import boosted, products, rounding_of
from trophy_engine.core.commands import (
    KINDS,
    NAMES,
    ChangeRules,
    Changes,
    Command,
    Complete,
    GrantFreeze,
    Identify,
    Pause,
    Record,
    ResetStreak,
    RestoreStreak,
    Settle,
    Unpause,
    UserCommand,
    check_text,
    decode,
    encode,
)
from trophy_engine.core.compile import compile_plan
from trophy_engine.core.effects import (
    EFFECTS,
    AchievementBackdated,
    AchievementCompleted,
    AchievementDue,
    BoostFinished,
    BoostStarted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    LeaderboardChanged,
    LeaderboardFinished,
    LeaderboardStarted,
    LevelChanged,
    MetricChanged,
    PointsAwarded,
    PointsChanged,
    RankChanged,
    RawEffect,
    ReactivationDue,
    RecapDue,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakPaused,
    StreakRecounted,
    StreakReminderDue,
    StreakReset,
    StreakRestored,
    StreakStarted,
    StreakUnpaused,
    UserChanged,
    UserCreated,
    completion_id,
)
from trophy_engine.core.evaluate import apply_command, record_event
from trophy_engine.core.leaderboard_row import LeaderboardRow
from trophy_engine.core.leaderboard_values import group_of, values_of
from trophy_engine.core.migration import RulesDiff, migrate_state
from trophy_engine.core.plan import AchievementPlan, BoardPlan, Counter, Plan, StreakPlan, SystemPlan, TriggerPlan
from trophy_engine.core.plugs import CompilePlug, Plug, PlugState, end_step
from trophy_engine.core.points import level_of
from trophy_engine.core.preferences import (
    CHANNELS,
    MESSAGES,
    NOTIFICATIONS,
    read_notification_preferences,
    read_streak_preferences,
    write_conditions,
)
from trophy_engine.core.raw_effects import (
    AT,
    KIND,
    USER_ID,
    NamedEffect,
    name_fields,
    position,
    select_effects,
    to_effect,
)
from trophy_engine.core.recount import Past
from trophy_engine.core.settle import make_due_happen, settle_user
from trophy_engine.core.state import SCHEMA, UserState
from trophy_engine.core.state.clock import LAST_DAY
from trophy_engine.core.state.pauses import Pauses
from trophy_engine.core.state.run_values import RunValues, Value, runs_unlike
from trophy_engine.core.state.streak import StreakState
from trophy_engine.core.streak_commands import StreakCommand
from trophy_engine.core.streaks import expires, open_period
from trophy_engine.core.transition import Transition
from trophy_engine.core.users import create_user
