"""A ruleset as it is evaluated: its rules by key, and the counters of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from trophy_engine.calendar.instants import parse_time_of_day
from trophy_engine.calendar.months import whole_years
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.aggregation import Totals
from trophy_engine.core.plan.achievements import AchievementPlan
from trophy_engine.core.plan.counters import Counter, WindowedCounter
from trophy_engine.core.plan.leaderboards import BoardPlan
from trophy_engine.core.plan.metrics import MetricPlan
from trophy_engine.core.plan.points import SystemPlan, TriggerPlan
from trophy_engine.core.plan.streak import StreakPlan
from trophy_engine.core.plugs import Plug
from trophy_engine.errors import InvalidValue, UnknownKey
from trophy_engine.identifiers import check_text
from trophy_engine.rules.metric_uses import refuse_recording_of_metric
from trophy_engine.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from trophy_engine.core.state import UserState

_T = TypeVar("_T", bound=Totals)


def _years_since_sign_up(state: UserState) -> int:
    """Return the number of anniversaries up to the user's local day; the state counts those with a threshold only."""
    day = state.profile.sign_up_day
    return 0 if day is None else max(state.counters.years, whole_years(date.fromordinal(day), state.clock.day))


class Plan:
    """A compiled ruleset. A new plan has no rules yet; ``compile_plan`` adds them.

    Attributes:
        ruleset: the rules.
        plugs: the plugs compiled for them.
        has_plugs: True if there are any: they keep parts of states, have due work of their own, and observe every step.
        day_start: the start of the day, in microseconds since midnight.
        user_attributes, event_attributes: the names of those that are declared.
        metrics, recorded, streaks, systems, boards: the rules, by key or in order; the first streak is the primary one.
        counters: those with a state, by index.
        windowed_counters: by name.
        anniversaries: the counter of the years since the sign-up.
        achievements: by the key that names one: those without tiers, and each tier.
        tiers: by the key of each achievement: itself alone, or its tiers.
        composites: the achievements with prerequisites.
        creation: the triggers that the creation of a user pays.
        ticks: the triggers that time pays.
        gated_awards: the metrics on points and completions that have a gate.
        has_gates: True if any rule has conditions.
        has_gated_composites: True if any composite has a gate.
        has_gates_on_levels: True if a trigger or a boost depends on levels.
        has_further_passes: True if awards or completions move metrics, or achievements count balances.
        joins_awards: True if a trigger or a reward can be queued twice in one pass.
    """

    def __init__(self, ruleset: Ruleset, plugs: tuple[Plug, ...]) -> None:
        self.ruleset = ruleset
        self.plugs = plugs
        self.has_plugs = bool(plugs)
        self.day_start = parse_time_of_day(ruleset.day_start)
        self.user_attributes = _plan_attribute_names(ruleset, "user")
        self.event_attributes = _plan_attribute_names(ruleset, "event")
        self.metrics: dict[str, MetricPlan] = {}
        self.recorded: dict[str, MetricPlan] = {}
        self.streaks: list[StreakPlan] = []
        self.systems: list[SystemPlan] = []
        self.boards: dict[str, BoardPlan] = {}
        self.counters: list[Counter] = []
        self.windowed_counters: dict[tuple[str, ...], WindowedCounter[Any]] = {}
        self.anniversaries = Counter("years since the sign-up", _years_since_sign_up)
        self.achievements: dict[str, AchievementPlan] = {}
        self.tiers: dict[str, tuple[AchievementPlan, ...]] = {}
        self.composites: list[AchievementPlan] = []
        self.creation: list[TriggerPlan] = []
        self.ticks: list[TriggerPlan] = []
        self.gated_awards: list[MetricPlan] = []
        self.has_gates = False
        self.has_gated_composites = False
        self.has_gates_on_levels = False
        self.has_further_passes = False
        self.joins_awards = False

    @property
    def streak(self) -> StreakPlan | None:
        """The primary streak; None without one."""
        return self.streaks[0] if self.streaks else None

    def streak_of(self, key: str | None) -> StreakPlan:
        """Return the streak with a key, the primary one for None.

        Raises:
            InvalidValue: the key is not text.
            UnknownKey: the ruleset does not declare the streak, or any.
        """
        if key is None and self.streaks:
            return self.streaks[0]
        if key is None:
            raise UnknownKey("rule", "streak", ())
        check_text(key, "streak")
        found = self.find_streak(key)
        if found is None:
            raise UnknownKey("streak", key, tuple(streak.key for streak in self.streaks))
        return found

    def find_streak(self, key: str | None) -> StreakPlan | None:
        """Return the streak with a key, or None where the ruleset does not declare it."""
        return next((streak for streak in self.streaks if streak.key == key), None)

    @property
    def digest(self) -> str:
        """The digest of the rules."""
        return self.ruleset.digest

    def zone(self, name: str) -> Zone:
        """Return the zone of a name, with days that start as in the rules.

        Raises:
            InvalidValue: the zone is unknown.
        """
        return zone(name, self.day_start)

    def add_counter(self, counter: Counter) -> Counter:
        """Add a counter that has a place among the states of a user's counters."""
        counter.index = len(self.counters)
        self.counters.append(counter)
        return counter

    def add_windowed_counter(
        self, new: Callable[[], _T], load: Callable[[list[Any]], _T], *name: str
    ) -> WindowedCounter[_T]:
        """Add a windowed counter with a name."""
        counter = self.windowed_counters[name] = WindowedCounter(name, new, load, len(self.windowed_counters))
        return counter

    def find_achievements(self, key: str) -> tuple[AchievementPlan, ...]:
        """Return what a key in the rules names: an achievement, one of its tiers, or all tiers of an achievement."""
        return self.tiers.get(key) or (self.achievements[key],)

    def metric(self, key: str) -> MetricPlan:
        """Return the metric with a key.

        Raises:
            InvalidValue: the key is not text.
            UnknownKey: the ruleset does not declare the metric.
        """
        check_text(key, "metric")
        metric = self.metrics.get(key)
        if metric is None:
            raise UnknownKey("metric", key, tuple(self.metrics))
        return metric

    def recorded_metric(self, key: str) -> MetricPlan:
        """Return the recorded metric with a key.

        Raises:
            InvalidValue: the key is not text, or that of a derived metric.
            UnknownKey: the ruleset does not declare the metric.
        """
        check_text(key, "metric")
        metric = self.recorded.get(key)
        if metric is not None:
            return metric
        refusal = refuse_recording_of_metric(self.metrics[key].rule) if key in self.metrics else None
        if refusal is not None:
            raise InvalidValue(refusal, "metric")
        raise UnknownKey("metric", key, tuple(self.recorded))

    def system(self, key: str) -> SystemPlan:
        """Return the points system with a key.

        Raises:
            InvalidValue: the key is not text.
            UnknownKey: the ruleset does not declare the points system.
        """
        check_text(key, "system")
        for system in self.systems:
            if system.key == key:
                return system
        raise UnknownKey("points system", key, tuple(system.key for system in self.systems))

    def check_attributes(self, names: Iterable[str], kind: str) -> None:
        """Check that attributes are declared; ``kind`` is ``"user"`` or ``"event"``.

        Raises:
            UnknownKey: an attribute is not declared.
        """
        known = self.user_attributes if kind == "user" else self.event_attributes
        for name in names:
            if name not in known:
                raise UnknownKey(f"{kind} attribute", name, tuple(sorted(known)))


def _plan_attribute_names(ruleset: Ruleset, kind: str) -> frozenset[str]:
    """Return the names of the attributes of users or of events that a ruleset declares."""
    return frozenset(attribute.key for attribute in ruleset.attributes if attribute.type == kind)
