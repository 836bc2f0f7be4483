"""Compiling: a ruleset becomes a plan, first its counters, then the marks that its rules put on them."""

from __future__ import annotations

from datetime import time
from operator import index as identity
from typing import Any

from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.calendar.runs import Runs
from trophy_engine.core.boosts import BoostSchedule
from trophy_engine.core.notices import notice_plan
from trophy_engine.core.plan import (
    AchievementPlan,
    BoardPlan,
    Counter,
    MetricPlan,
    Plan,
    StreakPlan,
    SystemPlan,
    TriggerPlan,
    conditions_of,
    weekdays_of,
)
from trophy_engine.numbers import MOST_POINTS, Number
from trophy_engine.rules.achievements import (
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
    MetricPointsTrigger,
    PointsSystem,
    PointsTrigger,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["compile_plan"]


def compile_plan(ruleset: Ruleset) -> Plan:
    """Compile a ruleset; its own construction has made sure that every reference resolves."""
    return _Compiler(ruleset).plan


class _Compiler:
    """Builds a plan: first the counters, then the marks that achievements and triggers put on them."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.plan = plan = Plan(
            ruleset=ruleset,
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
        self._mark_boards()
        customizable = ruleset.streak is not None and ruleset.streak.customization_enabled
        for metric in plan.metrics.values():
            metric.watched = bool(metric.boards) or plan.notices is not None
            metric.alone = not (metric.watched or metric.matching or metric.streak or customizable)

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
            metric = MetricPlan(key, self._counter(), {one: self._counter(one) for one in matching})
            metric.index_filters()
            self.plan.metrics[key] = metric

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
            days_off=weekdays_of(rule.days_off),
            length=self._counter(),
            freezes=rule.freezes,
            **conditions_of(rule.metrics),
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

    def _mark_boards(self) -> None:
        systems = {system.key: system for system in self.plan.systems}
        for board in self.plan.boards.values():
            if board.rule.status != "active":
                continue
            if board.rule.metric is not None:
                self.plan.metrics[board.rule.metric].boards.append(board)
            if board.rule.points is not None:
                systems[board.rule.points].boards.append(board)


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


def _declared(ruleset: Ruleset, kind: str) -> frozenset[str]:
    return frozenset(attribute.key for attribute in ruleset.attributes if attribute.type == kind)


def _system(index: int, rule: PointsSystem) -> SystemPlan:
    levels = sorted(rule.levels, key=lambda level: level.points)
    return SystemPlan(
        index=index,
        key=rule.key,
        rule=rule,
        maximum=MOST_POINTS if rule.maximum is None else rule.maximum,
        levels=levels,
        thresholds=[level.points for level in levels],
        boosts=BoostSchedule(rule.boosts) if rule.boosts else None,
    )


def _trigger(order: int, key: str, system: SystemPlan, rule: PointsTrigger) -> TriggerPlan:
    blocks = isinstance(rule, MetricPointsTrigger) and rule.block_if_out_of_points
    return TriggerPlan(order, key, system, rule, rule.points, rule.user_attributes or None, blocks)
