"""Compiling: a ruleset becomes a plan, first its counters, then the thresholds and steps that its rules put on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from operator import attrgetter
from operator import index as identity
from typing import assert_never

from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.calendar.runs import Runs
from trophy_engine.core.boosts import BoostSchedule
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
from trophy_engine.core.plugs import CompilePlug
from trophy_engine.numbers import MOST_POINTS, Number
from trophy_engine.rules.achievements import (
    Achievement,
    AchievementTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.phrases import describe_counter
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
from trophy_engine.rules.streak import Streak


def compile_plan(ruleset: Ruleset, plugs: Iterable[CompilePlug] = ()) -> Plan:
    """Compile a ruleset and its plugs; its own construction has made sure that every reference resolves."""
    plan = _Compiler(ruleset).plan
    plan.plugs = tuple(plug for compile_plug in plugs if (plug := compile_plug(ruleset)) is not None)
    return plan


class _Compiler:
    """Builds a plan: first the counters, then the thresholds and steps that achievements and triggers put on them."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.counters: list[Counter] = []
        totals = {metric.key: MetricPlan(metric.key, self._total(metric.key)) for metric in ruleset.metrics}
        self.plan = plan = Plan(
            ruleset=ruleset,
            metrics=totals,
            counters=self.counters,
            streak=None,
            length=self._add(Counter("the streak", attrgetter("streak.length"))),
            anniversaries=self._add(Counter("years since the sign-up", attrgetter("counters.years"))),
            achievements={},
            composites=[],
            systems=[_system(index, rule) for index, rule in enumerate(ruleset.points)],
            creation=[],
            ticks=[],
            user_attributes=_declared(ruleset, "user"),
            event_attributes=_declared(ruleset, "event"),
            boards={rule.key: _board(rule) for rule in ruleset.leaderboards if rule.status != "inactive"},
            plugs=(),
        )
        if ruleset.streak is not None:
            self._add_streak(ruleset.streak)
        for achievement in ruleset.achievements:
            self._add_achievement(achievement)
        for composite in plan.composites:
            for key in composite.prerequisites:
                plan.achievements[key].composites.append(composite)
        self._add_triggers()
        for counter in plan.counters:
            counter.sort_thresholds()
        self._add_boards()
        customizable = ruleset.streak is not None and ruleset.streak.customization_enabled
        for metric in plan.metrics.values():
            metric.alone = not (metric.boards or metric.matching or metric.streak or customizable)

    def _add(self, counter: Counter) -> Counter:
        """Add a counter that has a place among the states of a user's counters."""
        counter.index = len(self.counters)
        self.counters.append(counter)
        return counter

    def _total(self, metric: str, event_attributes: Filter | None = None, unfiltered: Counter | None = None) -> Counter:
        """Add the counter of a metric's total over the events that carry the attributes."""
        index, wanted = len(self.counters), event_attributes or Filter()
        subject = describe_counter(metric, wanted)
        return self._add(Counter(subject, lambda state: state.counters.states[index].total, index, wanted, unfiltered))

    def _total_of(self, key: str, event_attributes: Filter) -> Counter:
        """Find the counter of a metric's total over the events that carry the attributes, or add it."""
        metric = self.plan.metrics[key]
        counter = metric.find(event_attributes)
        if counter is None:
            counter = self._total(key, event_attributes, metric.total)
            metric.add_matching(counter)
        return counter

    def _add_streak(self, rule: Streak) -> None:
        daily = rule.frequency == "daily"
        self.plan.streak = StreakPlan(
            daily=daily,
            index=identity if daily else rule.calendar.index,
            first_day=identity if daily else rule.calendar.first_day,
            mode=rule.evaluation_mode,
            days_off=weekdays_of(rule.days_off),
            length=self.plan.length,
            freezes=rule.freezes,
            **conditions_of(rule.metrics),
        )
        for metric in rule.metrics:
            self.plan.metrics[metric.key].streak = self.plan.streak

    def _add_achievement(self, rule: Achievement) -> None:
        counter, threshold, prerequisites = self._condition(rule.trigger)
        achievement = AchievementPlan(
            rule, rule.key, rule.user_attributes or None, counter, threshold, prerequisites=prerequisites
        )
        self.plan.achievements[rule.key] = achievement
        if counter is None or rule.status != "active":
            return
        counter.achievements.append(achievement)
        if prerequisites:
            self.plan.composites.append(achievement)

    def _condition(self, trigger: AchievementTrigger) -> tuple[Counter | None, Number, tuple[str, ...]]:
        """Return the counter of an achievement (None for a call), its threshold, and the prerequisites."""
        match trigger:
            case MetricTrigger(metric, value, event_attributes):
                return self._total_of(metric, event_attributes), value, ()
            case StreakTrigger(length):
                return self.plan.length, length, ()
            case AnniversaryTrigger(years):
                return self.plan.anniversaries, years, ()
            case CompositeTrigger(keys):
                held = Counter("prerequisites", lambda state: sum(key in state.counters.completed for key in keys))
                return held, len(keys), keys
            case ApiTrigger():
                return None, 1, ()
            case _:
                assert_never(trigger)

    def _add_triggers(self) -> None:
        order = 0
        for system in self.plan.systems:
            for key, rule in zip(system.rule.trigger_keys, system.rule.triggers, strict=True):
                trigger = TriggerPlan(order, key, system, rule, rule.points, rule.user_attributes or None)
                system.triggers[key] = trigger
                payers = self._payers(trigger, rule)
                if rule.status == "active":
                    payers.append(trigger)
                order += 1
        for metric in self.plan.metrics.values():
            triggers = [trigger for counter in metric.counters for trigger in counter.triggers]
            metric.blocks = any(trigger.blocks and trigger.points < 0 for trigger in triggers)
        for trigger in self.plan.ticks:
            trigger.system.timed = True

    def _payers(self, trigger: TriggerPlan, rule: PointsTrigger) -> list[TriggerPlan]:
        """Set what a trigger counts, and return the list of the triggers that pay at the same occasion."""
        match rule:
            case MetricPointsTrigger():
                trigger.counter, trigger.step = self._total_of(rule.metric, rule.event_attributes), rule.threshold
                trigger.blocks = rule.block_if_out_of_points
                return trigger.counter.triggers
            case StreakPointsTrigger():
                trigger.counter, trigger.step = self.plan.length, rule.length
                return trigger.counter.triggers
            case AchievementPointsTrigger():
                return self.plan.achievements[rule.achievement].triggers
            case TimePointsTrigger():
                trigger.hours = rule.interval * HOUR if rule.unit == "hours" else 0
                trigger.days = rule.interval if rule.unit == "days" else 0
                return self.plan.ticks
            case UserCreationPointsTrigger():
                return self.plan.creation
            case _:
                assert_never(rule)

    def _add_boards(self) -> None:
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
