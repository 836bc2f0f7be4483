"""Compiling: a ruleset becomes a plan, first the counters, then the thresholds and steps of the rules on them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from operator import attrgetter
from operator import index as identity
from typing import Final, assert_never

from trophy_engine.calendar.frequencies import Daily
from trophy_engine.calendar.instants import DAY, parse_time_of_day
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.aggregation import AGGREGATES, Forever, RunValues, WindowTotals, without_start
from trophy_engine.core.aggregation.compile_window import compile_window
from trophy_engine.core.boosts import FILTERED, BoostSchedule
from trophy_engine.core.gates import GatePlan, compile_gate
from trophy_engine.core.kinds import find_condition, find_payers
from trophy_engine.core.leaderboard_values import count_award, count_award_in, count_event, count_event_in
from trophy_engine.core.metric_totals import add_total
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
    WindowedCounter,
)
from trophy_engine.core.plan.streak import conditions_of, weekdays_of
from trophy_engine.core.plugs import CompilePlug
from trophy_engine.core.points import compare_balance, count_in_metrics
from trophy_engine.core.points_limits import compile_limit
from trophy_engine.numbers import MOST_POINTS
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metric_sources import CompletionsSource, PointsSource
from trophy_engine.rules.metric_uses import refuse_for_streak
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.phrases import name_streak
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import AchievementFreezeReward, Streak, StreakFreezeReward
from trophy_engine.rules.windows import ResetWindow

#: The points that a user has earned in a system.
_EARNED: Final = Forever(AGGREGATES["sum"])
#: More than the rewards of freezes that rules have.
_MOST_REWARDS: Final = 1_000_000_000


def compile_plan(ruleset: Ruleset, plugs: Iterable[CompilePlug] = ()) -> Plan:
    """Return the plan of a ruleset and its plugs; the constructor of the ruleset has checked all references."""
    plan = _Compiler(ruleset).plan
    plan.plugs = tuple(plug for compile_plug in plugs if (plug := compile_plug(ruleset)) is not None)
    return plan


class _Compiler:
    """Builds a plan: first the counters, then the thresholds of achievements and the steps of triggers on them."""

    def __init__(self, ruleset: Ruleset) -> None:
        day_start = parse_time_of_day(ruleset.day_start)
        self.plan = plan = Plan(
            ruleset=ruleset,
            day_start=day_start,
            metrics={},
            recorded={},
            counters=[],
            windowed_counters={},
            streaks=[],
            anniversaries=Counter("years since the sign-up", attrgetter("counters.years")),
            achievements={},
            tiers={},
            composites=[],
            gated_awards=[],
            has_gates=False,
            has_gated_composites=False,
            has_gates_on_levels=False,
            has_further_passes=False,
            joins_awards=False,
            systems=[_system(index, rule) for index, rule in enumerate(ruleset.points)],
            creation=[],
            ticks=[],
            user_attributes=_declared(ruleset, "user"),
            event_attributes=_declared(ruleset, "event"),
            boards={},
            plugs=(),
        )
        for metric in ruleset.metrics:
            self._add_metric(metric)
        for metric in ruleset.metrics:
            self._link_metric(plan.metrics[metric.key])
        plan.add_counter(plan.anniversaries)
        self._add_earned_points()
        for rule in ruleset.streaks:
            self._add_streak(rule)
        for achievement in ruleset.achievements:
            self._add_achievement(achievement)
        self._link_composites()
        self._link_sources()
        self._observe_balances()
        self._compile_gates()
        self._add_triggers()
        self._add_rewards()
        for counter in plan.counters:
            counter.sort_thresholds()
        plan.has_further_passes = self._counts_awards() or any(system.counters for system in plan.systems)
        plan.joins_awards = self._can_queue_twice()
        self._add_boards(ruleset.leaderboards)
        customizable = any(streak.customization_enabled for streak in ruleset.streaks)
        for plan_metric in plan.metrics.values():
            compound = plan_metric.derived or plan_metric.resets or plan_metric.gated or not plan_metric.plain
            plan_metric.compound = bool(compound)
            follows = plan_metric.observers or plan_metric.streaks or customizable or plan.has_gated_composites
            plan_metric.alone = not (follows or compound)

    def _add_metric(self, rule: Metric) -> None:
        window = compile_window(rule, self.plan.ruleset.first_weekday)
        metric = self.plan.metrics[rule.key] = MetricPlan(rule.key, rule, AGGREGATES[rule.aggregate], window)
        metric.total = add_total(self.plan, metric)
        metric.plain = rule.source is None and rule.aggregate == "sum" and window is None
        if rule.source is None:
            self.plan.recorded[rule.key] = metric

    def _link_metric(self, metric: MetricPlan) -> None:
        """Add a metric to its source, and to the metric that resets it."""
        if metric.source != metric.key:
            self.plan.metrics[metric.source].derived.append(metric)
        if isinstance(metric.rule.window, ResetWindow):
            self.plan.metrics[metric.rule.window.reset_by].resets.append(metric)

    def _add_earned_points(self) -> None:
        """Count the points earned in the systems whose levels go by them."""
        for system in self.plan.systems:
            if system.rule.levels_by == "earned":
                system.earned = self.plan.add_windowed_counter(_EARNED.new, _EARNED.load, "earned", system.key)

    def _add_streak(self, rule: Streak) -> None:
        calendar = rule.calendar(self.plan.ruleset.first_weekday)
        daily = isinstance(calendar, Daily)
        metrics = [self.plan.metrics[metric.key] for metric in rule.metrics]
        if rule.customization_enabled:
            metrics = [metric for metric in self.plan.metrics.values() if refuse_for_streak(metric.rule) is None]
        counters = {metric.key: self._add_condition_counter(rule, metric) for metric in metrics}
        plain = frozenset(metric.key for metric in metrics if metric.plain and not metric.derived)
        place, streaks = len(self.plan.streaks), self.plan.ruleset.streaks
        streak = StreakPlan(
            key=rule.key,
            place=place,
            freeze_place=place + len(streaks),
            calendar=calendar,
            daily=daily,
            index=identity if daily else calendar.index,
            first_day=identity if daily else calendar.first_day,
            mode=rule.evaluation_mode,
            days_off=weekdays_of(rule.days_off),
            length=self._add_length(rule.key, place),
            freezes=rule.freezes,
            counters=counters,
            plain=plain,
            **conditions_of(rule.metrics, counters, plain),
        )
        self.plan.streaks.append(streak)
        declared = {self.plan.metrics[metric.key].source for metric in rule.metrics}
        for key, metric in self.plan.metrics.items():
            if metric.source != key:
                continue
            if key in declared:
                metric.streaks = (*metric.streaks, (place, streak))
            elif rule.customization_enabled:
                metric.streaks = (*metric.streaks, (place, None))

    def _add_length(self, key: str, place: int) -> Counter:
        name = "the streak" if len(self.plan.ruleset.streaks) == 1 else name_streak(key)
        return self.plan.add_counter(Counter(name, lambda state: state.streaks[place].length))

    def _add_rewards(self) -> None:
        rules = [
            (streak, rule)
            for streak in self.plan.streaks
            for rule in (() if streak.freezes is None else streak.freezes.rewards)
        ]
        for order, (streak, rule) in enumerate(rules, start=-len(rules)):
            reward = RewardPlan(order, streak, rule)
            match rule:
                case StreakFreezeReward():
                    reward.step = rule.length
                    streak.length.rewards.append(reward)
                case AchievementFreezeReward():
                    for achievement in self.plan.find_achievements(rule.achievement):
                        achievement.awards.append(reward)
                case _:
                    assert_never(rule)

    def _add_condition_counter(self, rule: Streak, metric: MetricPlan) -> WindowedCounter[WindowTotals]:
        aggregate = metric.aggregate
        return self.plan.add_windowed_counter(
            partial(WindowTotals, aggregate), partial(WindowTotals.load, aggregate), "streak", rule.key, metric.key
        )

    def _add_achievement(self, declared: Achievement) -> None:
        tiers: list[str | None] = [tier.key for tier in declared.tiers]
        parts = [self._add_part(declared, *part) for part in zip(declared.parts, tiers or [None], strict=True)]
        self.plan.tiers[declared.key] = tuple(parts)

    def _add_part(self, declared: Achievement, rule: Achievement, tier: str | None) -> AchievementPlan:
        """Add an achievement without tiers, or a tier."""
        counter, threshold, prerequisites = find_condition(self.plan, rule.trigger)
        achievement = AchievementPlan(
            declared, rule, rule.key, tier, rule.when.user_attributes or None, counter, threshold, prerequisites
        )
        self.plan.achievements[rule.key] = achievement
        if counter is None or rule.status != "active":
            return achievement
        if rule.repeatable:
            counter.repeatable.append((threshold, achievement))
        else:
            counter.achievements.append(achievement)
        if prerequisites:
            self.plan.composites.append(achievement)
        return achievement

    def _find_alternatives(self, keys: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        """Return, for each key of a prerequisite, the keys of the completions of which any one counts."""
        return tuple(tuple(part.key for part in self.plan.find_achievements(key)) for key in keys)

    def _link_composites(self) -> None:
        """Add each composite to what it depends on."""
        for composite in self.plan.composites:
            composite.alternatives = self._find_alternatives(composite.prerequisites)
            for keys in composite.alternatives:
                for key in keys:
                    self.plan.achievements[key].composites.append(composite)

    def _compile_gates(self) -> None:
        """Compile the gates of all rules but triggers, and mark what depends on them."""
        plan = self.plan
        gates = [achievement.rule.when for achievement in plan.achievements.values()]
        for achievement in plan.achievements.values():
            achievement.gate = compile_gate(
                plan, achievement.rule.when, "achievement", achievement.key, filtered=("user_attributes",)
            )
        plan.has_gated_composites = any(composite.gate is not None for composite in plan.composites)
        needed = {part.key for gate in gates for key in gate.achievements for part in plan.find_achievements(key)}
        for achievement in plan.achievements.values():
            follows = achievement.composites or achievement.key in needed or plan.has_gated_composites
            achievement.is_followed = bool(follows)
        for metric in plan.metrics.values():
            metric.gate = compile_gate(plan, metric.rule.when, "metric", metric.key)
            if metric.gate is not None and isinstance(metric.rule.source, str):
                plan.metrics[metric.source].gated.append(metric)
            elif metric.gate is not None:
                plan.gated_awards.append(metric)
        for metric in plan.recorded.values():
            metric.gated += plan.gated_awards
        for system in plan.systems:
            if system.rule.boosts:
                system.boosts = BoostSchedule(system.rule.boosts, self._boost_gates(system))
        paid = [rule.when for system in plan.systems for rule in (*system.rule.triggers, *system.rule.boosts)]
        plan.has_gates_on_levels = any(gate.levels for gate in paid)
        plan.has_gates = any((*gates, *paid, *(metric.rule.when for metric in plan.metrics.values())))

    def _boost_gates(self, system: SystemPlan) -> dict[int, GatePlan]:
        gates = {
            index: compile_gate(self.plan, boost.when, "boost", system.key, key, filtered=FILTERED)
            for index, (key, boost) in enumerate(zip(system.rule.boost_keys, system.rule.boosts, strict=True))
        }
        return {index: gate for index, gate in gates.items() if gate is not None}

    def _link_sources(self) -> None:
        """Add each metric on points or completions to what moves it."""
        plan = self.plan
        for metric in plan.metrics.values():
            match metric.rule.source:
                case PointsSource(points):
                    next(system for system in plan.systems if system.key == points).metrics.append(metric)
                case CompletionsSource() as source:
                    for achievement in plan.achievements.values():
                        if achievement.key in source or achievement.declared.key in source:
                            achievement.metrics.append(metric)
                case None | str():
                    pass
                case _:
                    assert_never(metric.rule.source)

    def _add_triggers(self) -> None:
        order = 0
        for system in self.plan.systems:
            for key, rule in zip(system.rule.trigger_keys, system.rule.triggers, strict=True):
                trigger = TriggerPlan(order, key, system, rule, rule.points, rule.when.user_attributes or None)
                trigger.gate = compile_gate(
                    self.plan, rule.when, "trigger", system.key, key, filtered=("user_attributes",)
                )
                trigger.is_conditional = bool(rule.when)
                system.triggers[key] = trigger
                if rule.limit is not None:
                    trigger.limit = compile_limit(self.plan, trigger, rule.limit, self.plan.ruleset.first_weekday)
                trigger.plain = not trigger.is_conditional and trigger.limit is None and system.boosts is None
                for payers in find_payers(self.plan, trigger, rule):
                    if rule.status == "active":
                        payers.append(trigger)
                order += 1
        for metric in self.plan.metrics.values():
            triggers = [trigger for counter in metric.counters for trigger in counter.triggers]
            if any(trigger.blocks and trigger.points < 0 for trigger in triggers):
                self.plan.metrics[metric.source].blocks = True  # its events are those that are refused

    def _can_queue_twice(self) -> bool:
        """Return True if one pass can queue a trigger or a reward twice.

        That is if a pass counts several awards or completions in metrics, or if several achievements, or several
        completions of one, pay for the same trigger.
        """
        paid: set[int] = set()
        for achievement in self.plan.achievements.values():
            orders = {award.order for award in achievement.awards}
            if orders and (achievement.rule.repeatable or not paid.isdisjoint(orders)):
                return True
            paid |= orders
        return self._counts_awards()

    def _counts_awards(self) -> bool:
        """Return True if awards or completions are events of a metric."""
        sources = [metric.rule.source for metric in self.plan.metrics.values()]
        return any(isinstance(source, PointsSource | CompletionsSource) for source in sources)

    def _observe_balances(self) -> None:
        """Let the metrics on points, and the achievements on balances, follow the balances."""
        for system in self.plan.systems:
            if system.metrics:
                system.observers.append(partial(count_in_metrics, system.metrics))
            if system.counters:
                system.observers.append(partial(compare_balance, system))

    def _add_boards(self, rules: Iterable[Leaderboard]) -> None:
        for rule in rules:
            if rule.status != "inactive":
                self.plan.boards[rule.key] = self._board(rule)
        by_metric: dict[tuple[str, Zone | None], list[BoardPlan]] = {}
        by_system: dict[tuple[str, Zone | None], list[BoardPlan]] = {}
        for board in self.plan.boards.values():
            if board.rule.status != "active":
                continue
            if board.rule.metric is not None:
                by_metric.setdefault((board.rule.metric, board.time_zone), []).append(board)
            if board.rule.points is not None:
                by_system.setdefault((board.rule.points, board.time_zone), []).append(board)
        for (key, time_zone), boards in by_metric.items():
            metric = self.plan.metrics[key]
            count = count_event if time_zone is None else partial(count_event_in, time_zone)
            self.plan.metrics[metric.source].observers.append(partial(count, boards, metric))
        systems = {system.key: system for system in self.plan.systems}
        for (key, time_zone), boards in by_system.items():
            count_points = count_award if time_zone is None else partial(count_award_in, time_zone)
            systems[key].observers.append(partial(count_points, boards))

    def _add_board_counter(self, rule: Leaderboard) -> WindowedCounter[RunValues]:
        aggregate = AGGREGATES["sum"] if rule.metric is None else self.plan.metrics[rule.metric].aggregate
        if rule.order == "ascending":
            aggregate = without_start(aggregate)  # all values are ranked, those of a user without an event are none
        return self.plan.add_windowed_counter(
            partial(RunValues, aggregate), partial(RunValues.load, aggregate), "leaderboard", rule.key
        )

    def _board(self, rule: Leaderboard) -> BoardPlan:
        runs = rule.runs(self.plan.ruleset.day_start)
        return BoardPlan(
            key=rule.key,
            counted=None if rule.metric is None else self.plan.metrics[rule.metric].counted,
            values=None if rule.rank_by == "streak" else self._add_board_counter(rule),
            streak=self.plan.streak_of(rule.streak) if rule.rank_by == "streak" and self.plan.streaks else None,
            rule=rule,
            runs=runs,
            time_zone=runs.time_zone,
            opens=0 if rule.start_time is None else parse_time_of_day(rule.start_time),
            closes=DAY if rule.end_time is None else parse_time_of_day(rule.end_time),
            windowed=rule.start_time is not None or rule.end_time is not None,
            ascending=rule.order == "ascending",
            shared=rule.ties == "shared",
            timed=rule.metric is None or not isinstance(self.plan.metrics[rule.metric].rule.source, str | None),
        )


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
        boosts=None,
    )
