"""The plan: a ruleset compiled once into counters and the thresholds and steps on them.

Between two thresholds nothing can happen, so the cost of an event depends on the thresholds that it crosses and not on
the number of rules.

Every achievement has a counter and a threshold, and every trigger a counter and a step, whatever the kind: readers
compare the result of ``Counter.read`` with the threshold. ``kinds`` has the table of counters, and is the only module
that distinguishes kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar, assert_never

import attrs

from trophy_engine.calendar.runs import Runs
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.aggregation import Aggregate, RunValues, Totals, Window, WindowTotals
from trophy_engine.core.aggregation.latest_total import LatestTotal
from trophy_engine.core.aggregation.windows import Numbered
from trophy_engine.core.boosts import BoostSchedule
from trophy_engine.core.plugs import Plug
from trophy_engine.errors import InvalidValue, UnknownKey
from trophy_engine.identifiers import check_text
from trophy_engine.numbers import BEYOND, Number
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metric_uses import refuse_to_record
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import Level, PointsSystem, PointsTrigger
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import FreezeReward

if TYPE_CHECKING:
    from trophy_engine.core.gates import GatePlan
    from trophy_engine.core.streak_plan import StreakPlan

_INDEX: Final = attrgetter("index")


@attrs.define(eq=False, repr=False)
class BoardPlan:
    """A leaderboard: its runs, and the part of the day that counts, in microseconds since midnight.

    ``time_zone`` is the zone of its dates and times of day, None for that of each user. ``values`` is the counter of
    the users' values; its windows are the runs. None for a leaderboard by ``streak``. ``counted`` is everything that
    decides which events of a metric count, and how. ``timed`` is True if time changes values without a command.
    """

    key: str
    counted: tuple[object, ...] | None
    values: WindowedCounter[RunValues] | None
    streak: StreakPlan | None
    rule: Leaderboard
    runs: Runs
    time_zone: Zone | None
    opens: int
    closes: int
    windowed: bool
    ascending: bool
    shared: bool
    timed: bool


@attrs.define(eq=False, repr=False)
class SystemPlan:
    """A points system: the greatest balance that an award leads to, and the levels by rising threshold.

    Every change of a balance calls the ``observers``, with the agenda, the user's state, the balance before and after,
    and the instant. ``earned`` counts the positive awards, if levels go by them. ``metrics`` are those that its
    positive awards move. ``balance`` and ``earned_total`` are the counters of these numbers if an achievement has a
    threshold on them; both are in ``counters``.
    """

    index: int
    key: str
    rule: PointsSystem
    maximum: int
    levels: list[Level]
    thresholds: list[int]
    boosts: BoostSchedule | None
    earned: WindowedCounter[LatestTotal] | None = None
    #: By key, inactive ones included.
    triggers: dict[str, TriggerPlan] = attrs.field(factory=dict)
    observers: list[Callable[[Any, Any, int, int, int], None]] = attrs.field(factory=list)
    metrics: list[MetricPlan] = attrs.field(factory=list)
    balance: Counter | None = None
    earned_total: Counter | None = None
    counters: list[Counter] = attrs.field(factory=list)


@attrs.define(eq=False, repr=False)
class LimitPlan:
    """The limit of a trigger, and the counter of what it has awarded in each window.

    ``counted`` is everything that decides what is counted.
    """

    points: int
    is_forever: bool
    window: Numbered
    awarded: WindowedCounter[WindowTotals]
    counted: tuple[object, ...]


@attrs.define(eq=False, repr=False)
class TriggerPlan:
    """A points trigger; ``order`` is its position among the triggers of all systems, ``key`` its key in its system.

    ``gate`` is None if it has no conditions but ``user_attributes``; ``is_conditional`` is whether it has any.
    """

    order: int
    key: str
    system: SystemPlan
    rule: PointsTrigger
    points: int
    user_attributes: Filter | None
    gate: GatePlan | None = None
    is_conditional: bool = False
    #: True if it pays its points as they are: it has no conditions and no limit, and its system no boosts.
    plain: bool = False
    #: True if an event is refused when the points for it are missing.
    blocks: bool = False
    limit: LimitPlan | None = None
    #: What it counts, and the step for each payment; None for time, a completion and the creation.
    counter: Counter | None = None
    step: Number = 1
    #: Microseconds between ticks of exact hours, or days between ticks at the same time of day; 0 for neither.
    hours: int = 0
    days: int = 0


@attrs.define(eq=False, repr=False)
class RewardPlan:
    """Freezes that a streak, or the completion of an achievement, earns for a streak.

    ``order`` is negative, so that rewards come before the triggers of points; ``step`` is as in ``TriggerPlan``.
    """

    order: int
    streak: StreakPlan
    rule: FreezeReward
    step: int = 1
    #: False, because it pays no points.
    plain: ClassVar[bool] = False


@attrs.define(eq=False, repr=False)
class AchievementPlan:
    """An achievement or one tier of it, with what follows: composites, metrics, and awards of points or freezes.

    It is reached when ``counter`` reads at least ``threshold``; ``counter`` is None for an ``api`` achievement. The
    counter of a composite counts its completed ``prerequisites``; no other kind has any. A prerequisite is completed
    by any of its ``alternatives``: by itself or, for an achievement with tiers, by any tier.

    Attributes:
        declared: the achievement in the rules.
        rule: the same or, for a tier, the tier as an achievement of its own.
        key: the key by which rules name it.
        tier: the key of the tier; None for an achievement without tiers.
        gate: the compiled gate; None if it has no conditions but ``user_attributes``.
        is_followed: whether others can be completed because it is.
    """

    declared: Achievement
    rule: Achievement
    key: str
    tier: str | None
    user_attributes: Filter | None
    counter: Counter | None
    threshold: Number
    prerequisites: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    composites: list[AchievementPlan] = attrs.field(factory=list)
    awards: list[TriggerPlan | RewardPlan] = attrs.field(factory=list)
    metrics: list[MetricPlan] = attrs.field(factory=list)
    gate: GatePlan | None = None
    is_followed: bool = False


@attrs.define(eq=False, repr=False)
class Counter:
    """A number that only commands and time change, with its thresholds and steps.

    Attributes:
        subject: what it counts, in words.
        read: a function that returns the number from a user's state.
        index: the index of its state among a user's counters; -1 for a counter without one.
        metric: the metric whose events it counts, None for a counter that no metric moves.
        event_attributes: the filter on those events, besides that of the metric.
        totals: the totals in windows; None for a counter whose total is in its state.
        unfiltered: the counter of all events of the metric, for a filtered one.
        falling: the counter that reads the negative of this one, for achievements at most at a number.
        negated: the counter whose negative this one reads.
        achievements: by rising threshold.
        repeatable: the achievements that are completed again and again, with the number for each time.
        thresholds: those of the achievements, and a last one beyond every total.
        gated: the achievements with a gate, which are looked at again once their threshold is passed.
        triggers: those that it pays.
        rewards: the freezes that it grants.
        steps: the whole step of each trigger and reward, with the trigger or the reward; ``decimal_steps`` are those
            that are not whole.
        has_special_thresholds: True if there is anything but thresholds without a gate and whole steps.
    """

    subject: str
    read: Callable[[Any], Number | None]
    index: int = -1
    metric: MetricPlan | None = None
    event_attributes: Filter = attrs.field(factory=Filter)
    totals: WindowedCounter[Any] | None = None
    unfiltered: Counter | None = None
    falling: Counter | None = None
    negated: Counter | None = None
    repeatable: list[tuple[Number, AchievementPlan]] = attrs.field(factory=list)
    achievements: list[AchievementPlan] = attrs.field(factory=list)
    triggers: list[TriggerPlan] = attrs.field(factory=list)
    rewards: list[RewardPlan] = attrs.field(factory=list)
    thresholds: list[Number] = attrs.field(factory=list)
    gated: list[AchievementPlan] = attrs.field(factory=list)
    steps: list[tuple[int, TriggerPlan | RewardPlan]] = attrs.field(factory=list)
    decimal_steps: list[tuple[Decimal, TriggerPlan]] = attrs.field(factory=list)
    has_special_thresholds: bool = False

    @property
    def is_windowed(self) -> bool:
        """True if the total begins again in each window of the metric."""
        return self.metric is not None and self.metric.rule.window is not None

    @property
    def nothing(self) -> Number | None:
        """The total before any event."""
        return 0 if self.metric is None else self.metric.aggregate.nothing

    def sort_thresholds(self) -> None:
        """Sort the achievements by threshold, and pair the triggers with their steps."""
        self.achievements.sort(key=lambda achievement: achievement.threshold)
        self.thresholds = [*(achievement.threshold for achievement in self.achievements), BEYOND]
        self.gated = [achievement for achievement in self.achievements if achievement.gate is not None]
        self.steps = [(reward.step, reward) for reward in self.rewards]
        self.steps += [(trigger.step, trigger) for trigger in self.triggers if isinstance(trigger.step, int)]
        self.decimal_steps = [(trigger.step, trigger) for trigger in self.triggers if isinstance(trigger.step, Decimal)]
        self.has_special_thresholds = bool(self.gated or self.decimal_steps or self.repeatable)


_T = TypeVar("_T", bound=Totals)


@attrs.frozen(eq=False, repr=False)
class WindowedCounter(Generic[_T]):
    """A counter that starts again in each window of the user's time, for a rule that reads its totals.

    Attributes:
        name: the kind of the rule, then the keys by which it is unique; the same under other rules that have it.
        new: returns the totals of a user without events.
        load: builds totals from the result of their ``dump``.
        index: the index among the windowed counters of the plan.
    """

    name: tuple[str, ...]
    new: Callable[[], _T]
    load: Callable[[list[Any]], _T]
    index: int

    def find(self, windows: Mapping[int, Any]) -> _T | None:
        """Return a user's totals, or None where nothing is counted."""
        return windows.get(self.index)

    def open(self, windows: dict[int, Any]) -> _T:
        """Return a user's totals; add them where nothing is counted."""
        totals: _T | None = windows.get(self.index)
        if totals is None:
            totals = windows[self.index] = self.new()
        return totals


@attrs.define(eq=False, repr=False)
class MetricPlan:
    """A metric: the counter of its total, those of its filtered totals, and the streaks that it can credit.

    Every event of a recorded metric calls the ``observers``, with the agenda, the user's state, the value, the instant,
    and the attributes of the event. It moves the ``derived`` metrics, and empties the windows of the metrics that it
    ``resets``; ``gated`` are those that it can move and that have a ``gate``. ``compound`` is whether there are such
    metrics, or the total is not ``plain``. ``plain`` is whether the total is the sum of all recorded values. ``alone``
    is whether its events move nothing but a plain total, so that between two thresholds there is nothing to look at.
    ``streaks`` has, for a recorded metric, the index of each streak that its events can credit, with the plan of that
    streak, None if only custom streaks have a condition on it.
    """

    key: str
    rule: Metric
    aggregate: Aggregate
    window: Window[Any] | None
    total: Counter = attrs.field(init=False)
    plain: bool = False
    derived: list[MetricPlan] = attrs.field(factory=list)
    resets: list[MetricPlan] = attrs.field(factory=list)
    matching: dict[Filter, Counter] = attrs.field(factory=dict)
    gate: GatePlan | None = None
    gated: list[MetricPlan] = attrs.field(factory=list)
    streaks: tuple[tuple[int, StreakPlan | None], ...] = ()
    blocks: bool = False
    alone: bool = False
    compound: bool = False
    observers: list[Callable[[Any, Any, Number, int, Mapping[str, str]], None]] = attrs.field(factory=list)
    _by_pair: dict[tuple[str, str], list[Counter]] = attrs.field(factory=dict, init=False)

    @property
    def is_recorded(self) -> bool:
        """Whether its events are recorded."""
        return self.rule.source is None

    @property
    def source(self) -> str:
        """The key of the metric whose events count: its own, unless it is derived from another metric."""
        return self.rule.source if isinstance(self.rule.source, str) else self.key

    @property
    def counted(self) -> tuple[object, ...]:
        """Everything that decides what is counted; the total of a metric is kept where it is equal."""
        rule = self.rule
        filters = rule.event_attributes, rule.event_value, rule.when
        return rule.source or self.key, rule.aggregate, rule.distinct_by, *filters, self.window

    def accepts(self, value: Number, attributes: Mapping[str, str]) -> bool:
        """Return True if an event of the source passes the filter of the metric."""
        rule = self.rule
        if rule.event_value is not None and value not in rule.event_value:
            return False
        return not rule.event_attributes or rule.event_attributes.mismatch(attributes) is None

    def item_of(self, value: Number, attributes: Mapping[str, str], day: int) -> Any:
        """Return what the aggregate takes of an event on a local day."""
        match self.rule.aggregate:
            case "distinct":
                return attributes.get(str(self.rule.distinct_by))
            case "days":
                return day
            case "sum" | "count" | "min" | "max" | "last":
                return value
            case _:
                assert_never(self.rule.aggregate)

    def find(self, event_attributes: Filter) -> Counter | None:
        """Return the counter of the events with the attributes, or None where the plan has none."""
        return self.matching.get(event_attributes) if event_attributes else self.total

    @property
    def counters(self) -> Iterator[Counter]:
        """The counter of the total, then those of the filtered totals."""
        yield self.total
        yield from self.matching.values()

    def matching_counters(self, attributes: Mapping[str, str]) -> list[Counter]:
        """List the counters of filtered totals that match the attributes of an event, in order."""
        candidates = [
            counter for pair in attributes.items() if pair in self._by_pair for counter in self._by_pair[pair]
        ]
        matching = [counter for counter in candidates if counter.event_attributes.mismatch(attributes) is None]
        matching.sort(key=_INDEX)
        return matching

    def add_matching(self, counter: Counter) -> None:
        """Add the counter of a filtered total, indexed by the first attribute of its filter."""
        self.matching[counter.event_attributes] = counter
        self._by_pair.setdefault(next(iter(counter.event_attributes.items())), []).append(counter)


@attrs.define(eq=False, repr=False)
class Plan:
    """A compiled ruleset; ``day_start`` is in microseconds since midnight, the first of ``streaks`` is the primary."""

    ruleset: Ruleset
    day_start: int
    metrics: dict[str, MetricPlan]
    recorded: dict[str, MetricPlan]
    counters: list[Counter]
    windowed_counters: dict[tuple[str, ...], WindowedCounter[Any]]
    streaks: list[StreakPlan]
    anniversaries: Counter
    #: By the key that names one: those without tiers, and each tier.
    achievements: dict[str, AchievementPlan]
    #: By the key of each achievement: itself alone, or its tiers.
    tiers: dict[str, tuple[AchievementPlan, ...]]
    composites: list[AchievementPlan]
    #: The metrics on points and completions that have a gate.
    gated_awards: list[MetricPlan]
    has_gates: bool
    has_gated_composites: bool
    has_gates_on_levels: bool
    #: True if awards or completions move metrics, or achievements count balances.
    has_further_passes: bool
    #: True if a trigger or a reward can be queued twice in one pass.
    joins_awards: bool
    systems: list[SystemPlan]
    creation: list[TriggerPlan]
    ticks: list[TriggerPlan]
    user_attributes: frozenset[str]
    event_attributes: frozenset[str]
    boards: dict[str, BoardPlan]
    plugs: tuple[Plug, ...]

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
        refusal = refuse_to_record(self.metrics[key].rule) if key in self.metrics else None
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

    def find_balance(self, key: str) -> Counter:
        """Return the counter of the balance in a points system; add it if there is none."""
        system = self.system(key)
        if system.balance is None:
            index = system.index
            counter = Counter(f"the points of {key!r}", lambda state: state.points.balances[index])
            system.balance = self.add_counter(counter)
            system.counters.append(counter)
        return system.balance

    def find_points_for_level(self, key: str) -> Counter:
        """Return the counter of what decides the level in a points system, the balance or the points earned."""
        system = self.system(key)
        earned = system.earned
        if earned is None:
            return self.find_balance(key)
        if system.earned_total is None:

            def read(state: Any) -> int:
                counted = earned.find(state.counters.windows)
                return 0 if counted is None else int(counted.total() or 0)

            system.earned_total = self.add_counter(Counter(f"the points earned in {key!r}", read))
            system.counters.append(system.earned_total)
        return system.earned_total

    def check_attributes(self, names: Iterable[str], kind: str) -> None:
        """Check that attributes are declared; ``kind`` is ``"user"`` or ``"event"``.

        Raises:
            UnknownKey: an attribute is not declared.
        """
        known = self.user_attributes if kind == "user" else self.event_attributes
        for name in names:
            if name not in known:
                raise UnknownKey(f"{kind} attribute", name, tuple(sorted(known)))
