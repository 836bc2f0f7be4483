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
from trophy_engine.core.aggregation import AllTimeWindow, Bounds, RunValues, Value, Window, find_changed_run_values
from trophy_engine.core.boosts import boost_products, boosted_amount, strongest_boost_rounding
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
    as_effect_date,
    derive_completion_id,
)
from trophy_engine.core.evaluate import apply_command, apply_event_to_state, find_achievement_for_command
from trophy_engine.core.gates import GateAnswer, GateKind, evaluate_gate_of_rule
from trophy_engine.core.leaderboard_values import group_of, leaderboard_values_of
from trophy_engine.core.manual_award import ManualAward
from trophy_engine.core.migration import migrate_state
from trophy_engine.core.past_events import PastEvent, is_metric_source_in_plan, is_past_event_counted, past_events_of
from trophy_engine.core.period_decisions import DecisionKind, PeriodDecision, undecided_protected_periods
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
from trophy_engine.core.plan.points import level_points_in_state
from trophy_engine.core.plugs import CompilePlug, Plug, PlugState, show_step_to_plugs
from trophy_engine.core.points import find_reached_level
from trophy_engine.core.preferences import (
    CHANNELS,
    MESSAGES,
    NOTIFICATIONS,
    STREAKS,
    encode_preferred_conditions,
    read_notification_preferences,
    read_streak_preferences,
)
from trophy_engine.core.raw_effects import (
    AT,
    KIND,
    USER_ID,
    NamedEffect,
    effect_from_raw,
    name_raw_completion,
    name_raw_effect,
    raw_effect_position,
    select_raw_effects,
)
from trophy_engine.core.rules_diff import RulesDiff
from trophy_engine.core.settle import settle_to_last_effect, settle_user
from trophy_engine.core.state import SCHEMA, UserState
from trophy_engine.core.state.clock import ANNIVERSARY, LAST_DAY
from trophy_engine.core.state.streak import NO_STREAK, StreakState
from trophy_engine.core.streak_commands import StreakCommand
from trophy_engine.core.streaks import find_open_period, find_streak_expiry_day, open_period_totals
from trophy_engine.core.transition import PeriodDecisions, Transition
from trophy_engine.core.users import create_user_state
