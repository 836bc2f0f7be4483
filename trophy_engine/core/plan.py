"""The plan: a ruleset compiled once into counters and the marks on them.

==================================  ===================  ==================================================
counter                             moved by             marks on it
==================================  ===================  ==================================================
metric total                        a metric event       achievement *at N*; points *every N*
total over events with attributes   a matching event     the same
streak length                       a credited period    achievement *at N*; points *every N*
years since sign-up                 midnight             achievement *at N*
hours or days since the anchor      time                 points *every N*
prerequisites held                  a completion         achievement *at all of them*
completion of an achievement        that completion      points *at 1*
existence of the user               creation             points *at 1*
points total                        an award             level *at N*
==================================  ===================  ==================================================

Between two marks nothing can happen, so an event costs what it crosses and not how many rules there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import time
from operator import index as identity
from typing import Any

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS, Weekday
from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.calendar.runs import Runs
from trophy_engine.core.notices import NoticePlan, notice_plan
from trophy_engine.errors import UnknownKey
from trophy_engine.numbers import BEYOND, Number
from trophy_engine.rules.achievements import (
    Achievement,
    AnniversaryTrigger,
    ApiTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.constraints import Filter
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    Boost,
    Level,
    MetricPointsTrigger,
    PointsSystem,
    PointsTrigger,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import EvaluationMode, Freezes, StreakMetric

__all__ = [
    "AchievementPlan",
    "BoardPlan",
    "Counter",
    "MetricPlan",
    "Plan",
    "StreakPlan",
    "SystemPlan",
    "TriggerPlan",
    "compile_plan",
]


@attrs.define(eq=False)
class BoardPlan:
    """A leaderboard: its runs, and the part of the local day that counts, in microseconds since midnight."""

    key: str
    rule: Leaderboard
    runs: Runs
    opens: int
    closes: int
    windowed: bool


@attrs.define(eq=False)
class SystemPlan:
    """A points system: its maximum, and its levels by rising threshold, the last one never reached."""

    index: int
    key: str
    rule: PointsSystem
    maximum: int
    levels: list[Level]
    thresholds: list[int]
    boosted: bool
    timed: bool = False
    boosts_by_day: dict[int, tuple[Boost, ...]] = attrs.field(factory=dict)
    boards: list[BoardPlan] = attrs.field(factory=list)


@attrs.define(eq=False)
class TriggerPlan:
    """A points trigger; ``order`` is its place among all triggers of all systems, ``key`` its name within its own."""

    order: int
    key: str
    system: SystemPlan
    rule: PointsTrigger
    points: int
    user_attributes: Filter | None
    blocks: bool
    #: Microseconds between ticks of exact hours, or days between ticks at the same time of day; 0 for neither.
    hours: int = 0
    days: int = 0


@attrs.define(eq=False)
class AchievementPlan:
    """An achievement, the composites that wait for it, and the triggers that pay for it."""

    rule: Achievement
    key: str
    user_attributes: Filter | None
    prerequisites: tuple[str, ...] = ()
    composites: list[AchievementPlan] = attrs.field(factory=list)
    triggers: list[TriggerPlan] = attrs.field(factory=list)


@attrs.define(eq=False)
class Counter:
    """A number that only commands and time move, and the marks on it.

    ``at`` holds the thresholds of ``achievements`` in rising order and ends beyond every number; ``every`` pairs steps
    with triggers. ``index`` is the counter's place in a state's ``gauges``.
    """

    index: int
    event_attributes: Filter = attrs.field(factory=Filter)
    at: list[Number] = attrs.field(factory=list)
    achievements: list[AchievementPlan] = attrs.field(factory=list)
    every: list[tuple[int, TriggerPlan]] = attrs.field(factory=list)

    def seal(self) -> None:
        """Put the marks in order."""
        marks = sorted(zip(self.at, self.achievements, strict=True), key=lambda mark: mark[0])
        self.at = [*(threshold for threshold, _ in marks), BEYOND]
        self.achievements = [achievement for _, achievement in marks]


@attrs.define(eq=False)
class MetricPlan:
    """A metric: the counter of its total, those of its filtered totals, and the streak if it is a condition of it.

    ``watched`` tells that its events move leaderboards, or that it matters when users were active.
    """

    key: str
    total: Counter
    matching: list[Counter] = attrs.field(factory=list)
    streak: StreakPlan | None = None
    blocks: bool = False
    watched: bool = False
    boards: list[BoardPlan] = attrs.field(factory=list)

    def counter(self, event_attributes: Filter) -> Counter:
        """Find the counter of the events that carry the attributes."""
        candidates = (self.total, *self.matching)
        return next(counter for counter in candidates if counter.event_attributes == event_attributes)


@attrs.define(eq=False)
class StreakPlan:
    """The streak: its calendar (see ``Frequency``), its conditions, the counter of its length.

    ``conditions`` gives each metric its place among the ``thresholds``; ``single`` is the threshold if there is only
    one. ``days_off`` are numbers of weekdays, 0 for Sunday.
    """

    daily: bool
    index: Callable[[int], int]
    first_day: Callable[[int], int]
    mode: EvaluationMode
    conditions: dict[str, int]
    thresholds: tuple[Number, ...]
    single: Number | None
    days_off: frozenset[int]
    length: Counter
    freezes: Freezes | None

    def with_conditions(
        self, metrics: Sequence[StreakMetric], mode: EvaluationMode, days_off: Iterable[Weekday]
    ) -> StreakPlan:
        """Make the plan of the same streak under other conditions and days off."""
        return attrs.evolve(self, mode=mode, days_off=_weekdays(days_off), **_conditions(metrics))


@attrs.define(eq=False)
class Plan:
    """A compiled ruleset."""

    ruleset: Ruleset
    digest: str
    metrics: dict[str, MetricPlan]
    counters: list[Counter]
    streak: StreakPlan | None
    anniversaries: Counter
    achievements: dict[str, AchievementPlan]
    composites: list[AchievementPlan]
    systems: list[SystemPlan]
    creation: list[TriggerPlan]
    ticks: list[TriggerPlan]
    user_attributes: frozenset[str]
    event_attributes: frozenset[str]
    boards: dict[str, BoardPlan]
    notices: NoticePlan | None

    def metric(self, key: str) -> MetricPlan:
        """Find a metric by its key.

        Raises:
            UnknownKey: the ruleset declares no such metric.
        """
        found = self.metrics.get(key)
        if found is None:
            raise UnknownKey("metric", key, tuple(self.metrics))
        return found

    def check_attributes(self, names: Iterable[str], kind: str) -> None:
        """Check that attributes are declared; ``kind`` is ``"user"`` or ``"event"``.

        Raises:
            UnknownKey: one is not.
        """
        known = self.user_attributes if kind == "user" else self.event_attributes
        for name in names:
            if name not in known:
                raise UnknownKey(f"{kind} attribute", name, tuple(sorted(known)))


def compile_plan(ruleset: Ruleset) -> Plan:
    """Compile a ruleset; its own construction has made sure that every reference resolves."""
    return _Compiler(ruleset).plan


class _Compiler:
    """Builds a plan: first the counters, then the marks that achievements and triggers put on them."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.plan = plan = Plan(
            ruleset=ruleset,
            digest=ruleset.digest,
            metrics={},
            counters=[],
            streak=None,
            anniversaries=Counter(0),
            achievements={
                rule.key: AchievementPlan(rule, rule.key, rule.user_attributes or None) for rule in ruleset.achievements
            },
            composites=[],
            systems=[_system(index, rule) for index, rule in enumerate(ruleset.points)],
            creation=[],
            ticks=[],
            user_attributes=_declared(ruleset, "user"),
            event_attributes=_declared(ruleset, "event"),
            boards={rule.key: _board(rule) for rule in ruleset.leaderboards if rule.status != "inactive"},
            notices=notice_plan(ruleset),
        )
        self._count_metrics(ruleset)
        self._count_time(ruleset)
        for achievement in plan.achievements.values():
            if achievement.rule.status == "active":
                self._mark_achievement(achievement)
        order = 0
        for system in plan.systems:
            for key, rule in zip(system.rule.trigger_keys, system.rule.triggers, strict=True):
                if rule.status == "active":
                    self._mark_trigger(_trigger(order, key, system, rule))
                order += 1
        for counter in plan.counters:
            counter.seal()
        for board in plan.boards.values():
            if board.rule.status == "active":
                self._mark_board(board)
        for metric in plan.metrics.values():
            metric.watched = bool(metric.boards) or plan.notices is not None

    def _counter(self, event_attributes: Filter | None = None) -> Counter:
        counter = Counter(len(self.plan.counters), event_attributes or Filter())
        self.plan.counters.append(counter)
        return counter

    def _count_metrics(self, ruleset: Ruleset) -> None:
        filters: dict[str, dict[Filter, None]] = {metric.key: {} for metric in ruleset.metrics}
        rules: list[Any] = [achievement.trigger for achievement in ruleset.achievements]
        rules += [trigger for system in ruleset.points for trigger in system.triggers]
        for rule in rules:
            if isinstance(rule, MetricTrigger | MetricPointsTrigger) and rule.event_attributes:
                filters[rule.metric][rule.event_attributes] = None
        for key, matching in filters.items():
            self.plan.metrics[key] = MetricPlan(key, self._counter(), [self._counter(one) for one in matching])

    def _count_time(self, ruleset: Ruleset) -> None:
        self.plan.anniversaries = self._counter()
        rule = ruleset.streak
        if rule is None:
            return
        daily = rule.frequency == "daily"
        self.plan.streak = StreakPlan(
            daily=daily,
            index=identity if daily else rule.calendar.index,
            first_day=identity if daily else rule.calendar.first_day,
            mode=rule.evaluation_mode,
            days_off=_weekdays(rule.days_off),
            length=self._counter(),
            freezes=rule.freezes,
            **_conditions(rule.metrics),
        )
        for metric in rule.metrics:
            self.plan.metrics[metric.key].streak = self.plan.streak

    def _mark_achievement(self, achievement: AchievementPlan) -> None:
        match achievement.rule.trigger:
            case MetricTrigger(metric, value, event_attributes):
                self._mark(self.plan.metrics[metric].counter(event_attributes), value, achievement)
            case StreakTrigger(length):
                if self.plan.streak is not None:
                    self._mark(self.plan.streak.length, length, achievement)
            case AnniversaryTrigger(years):
                self._mark(self.plan.anniversaries, years, achievement)
            case CompositeTrigger(prerequisites):
                achievement.prerequisites = prerequisites
                self.plan.composites.append(achievement)
                for key in prerequisites:
                    self.plan.achievements[key].composites.append(achievement)
            case ApiTrigger():
                pass  # its counter is the call itself

    @staticmethod
    def _mark(counter: Counter, threshold: Number, achievement: AchievementPlan) -> None:
        counter.at.append(threshold)
        counter.achievements.append(achievement)

    def _mark_trigger(self, trigger: TriggerPlan) -> None:
        match trigger.rule:
            case MetricPointsTrigger() as rule:
                metric = self.plan.metrics[rule.metric]
                metric.counter(rule.event_attributes).every.append((rule.threshold, trigger))
                metric.blocks |= rule.block_if_out_of_points and rule.points < 0
            case StreakPointsTrigger() as rule:
                if self.plan.streak is not None:
                    self.plan.streak.length.every.append((rule.length, trigger))
            case AchievementPointsTrigger() as rule:
                self.plan.achievements[rule.achievement].triggers.append(trigger)
            case TimePointsTrigger() as rule:
                trigger.system.timed = True
                trigger.hours = rule.interval * HOUR if rule.unit == "hours" else 0
                trigger.days = rule.interval if rule.unit == "days" else 0
                self.plan.ticks.append(trigger)
            case UserCreationPointsTrigger():
                self.plan.creation.append(trigger)

    def _mark_board(self, board: BoardPlan) -> None:
        if board.rule.metric is not None:
            self.plan.metrics[board.rule.metric].boards.append(board)
        for system in self.plan.systems:
            if system.key == board.rule.points:
                system.boards.append(board)


def _board(rule: Leaderboard) -> BoardPlan:
    return BoardPlan(
        key=rule.key,
        rule=rule,
        runs=Runs(rule.start, rule.end, rule.run_unit, rule.run_interval or 1),
        opens=0 if rule.start_time is None else _time_of_day(rule.start_time),
        closes=DAY if rule.end_time is None else _time_of_day(rule.end_time),
        windowed=rule.start_time is not None or rule.end_time is not None,
    )


def _time_of_day(text: str) -> int:
    shown = time.fromisoformat(text)
    return (shown.hour * 3600 + shown.minute * 60 + shown.second) * (HOUR // 3600)


def _conditions(metrics: Sequence[StreakMetric]) -> dict[str, Any]:
    return {
        "conditions": {metric.key: place for place, metric in enumerate(metrics)},
        "thresholds": tuple(metric.threshold for metric in metrics),
        "single": metrics[0].threshold if len(metrics) == 1 else None,
    }


def _weekdays(names: Iterable[Weekday]) -> frozenset[int]:
    return frozenset(map(WEEKDAYS.index, names))


def _declared(ruleset: Ruleset, kind: str) -> frozenset[str]:
    return frozenset(attribute.key for attribute in ruleset.attributes if attribute.type == kind)


def _system(index: int, rule: PointsSystem) -> SystemPlan:
    levels = sorted(rule.levels, key=lambda level: level.points)
    return SystemPlan(
        index=index,
        key=rule.key,
        rule=rule,
        maximum=BEYOND if rule.maximum is None else rule.maximum,
        levels=levels,
        thresholds=[*(level.points for level in levels), BEYOND],
        boosted=bool(rule.boosts),
    )


def _trigger(order: int, key: str, system: SystemPlan, rule: PointsTrigger) -> TriggerPlan:
    blocks = isinstance(rule, MetricPointsTrigger) and rule.block_if_out_of_points
    return TriggerPlan(order, key, system, rule, rule.points, rule.user_attributes or None, blocks)
