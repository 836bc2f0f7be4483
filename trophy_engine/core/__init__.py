"""The core: every rule is a threshold or a step on a counter.

Functions of a plan, a user's state and a command; they change the state in place and append effects. They read no
clock, do no I/O and use no randomness.

Read ``compile.kinds`` first: it has the table of counters and of what is on them. ``compile`` makes a ``plan`` of
rules; ``evaluate`` applies commands, and ``settle`` applies what time makes due; both call ``streaks``,
``achievements`` and ``points``. ``users`` and ``streak_commands`` apply the commands that are not events, and
``migration`` converts a state from one ruleset to another.

Other rooms import the names of this room from here.
"""

from trophy_engine.core.achievements import is_completed_in_window, qualifies_for_achievement
from trophy_engine.core.agenda import Agenda, Payment, noting_agenda
from trophy_engine.core.aggregation import Bounds, Forever, RunValues, Value, Window, runs_unlike
from trophy_engine.core.boosts import boost_products, boosted_amount, strongest_rounding
from trophy_engine.core.commands import (
    ALL_STREAKS,
    KINDS,
    NAMES,
    Award,
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
    ScopedKey,
    Settle,
    Unpause,
    UserCommand,
    check_command_text,
    command_subject_and_key,
    decode_command,
    encode_command,
    idempotency_key_of_command,
)
from trophy_engine.core.compile import compile_plan
from trophy_engine.core.effects import (
    CORE_EFFECTS,
    AchievementBackdated,
    AchievementCompleted,
    AchievementEffect,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    LevelChanged,
    MetricChanged,
    PointsAwarded,
    PointsLimited,
    RawEffect,
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
    as_date,
    completion_id,
)
from trophy_engine.core.evaluate import apply_command, find_api_achievement, record_event
from trophy_engine.core.gates import GateAnswer, GateKind, find_unmet_condition
from trophy_engine.core.leaderboard_values import group_of, values_of
from trophy_engine.core.manual_award import ManualAward
from trophy_engine.core.migration import migrate_state
from trophy_engine.core.past_events import PastEvent, events_of, has_source, is_counted
from trophy_engine.core.period_decisions import DecisionKind, PeriodDecision, ended_protected
from trophy_engine.core.plan import (
    AchievementPlan,
    BoardPlan,
    Counter,
    MetricPlan,
    Plan,
    RewardPlan,
    StreakPlan,
    SystemPlan,
    TriggerPlan,
)
from trophy_engine.core.plan.points import points_for_level
from trophy_engine.core.plugs import CompilePlug, Plug, PlugState, end_step
from trophy_engine.core.points import level_of
from trophy_engine.core.preferences import (
    CHANNELS,
    MESSAGES,
    NOTIFICATIONS,
    STREAKS,
    read_notification_preferences,
    read_streak_preferences,
    write_conditions,
)
from trophy_engine.core.raw_effects import (
    AT,
    KIND,
    USER_ID,
    NamedEffect,
    name_completed,
    name_fields,
    position,
    select_effects,
    to_effect,
)
from trophy_engine.core.rules_diff import RulesDiff
from trophy_engine.core.settle import settle_to_last_effect, settle_user
from trophy_engine.core.state import SCHEMA, UserState
from trophy_engine.core.state.clock import ANNIVERSARY, LAST_DAY
from trophy_engine.core.state.streak import NO_STREAK, StreakState
from trophy_engine.core.streak_commands import StreakCommand
from trophy_engine.core.streaks import expires, open_period, open_totals
from trophy_engine.core.transition import PeriodAccount, Transition
from trophy_engine.core.users import create_user
