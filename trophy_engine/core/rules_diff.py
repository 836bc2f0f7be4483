"""The differences between two plans that decide what a change of rules does to users."""

from __future__ import annotations

from functools import cached_property

from trophy_engine.core.backfill import find_boards_to_backfill
from trophy_engine.core.past_events import is_metric_source_in_plan
from trophy_engine.core.plan import (
    AchievementPlan,
    Counter,
    MetricPlan,
    Plan,
    StreakPlan,
    SystemPlan,
    TriggerPlan,
)


class RulesDiff:
    """The differences between two plans, computed once for all users.

    Attributes:
        before, after: the plans.
    """

    def __init__(self, before: Plan, after: Plan) -> None:
        self.before = before
        self.after = after

    @cached_property
    def achievements_to_backdate(self) -> tuple[AchievementPlan, ...]:
        """The active achievements that are new or changed, or whose metric counts in another way."""
        known = {key: _achievement_diff_key(achievement) for key, achievement in self.before.achievements.items()}
        uncounted = {counter for _, counter in self.uncounted_totals}
        return tuple(
            achievement
            for key, achievement in self.after.achievements.items()
            if achievement.rule.status == "active"
            and (
                known.get(key) != _achievement_diff_key(achievement)
                or _total_counter_of_achievement(achievement) in uncounted
            )
        )

    @cached_property
    def uncounted_totals(self) -> tuple[tuple[MetricPlan, Counter], ...]:
        """The metrics and counters of totals that the plan before does not count, or not in this way."""
        return tuple(
            (metric, counter)
            for metric in self.after.metrics.values()
            for counter in metric.counters
            if is_metric_source_in_plan(self.before, metric)
            and find_former_counter(self.before, metric, counter) is None
        )

    @cached_property
    def streaks(self) -> tuple[tuple[StreakPlan | None, StreakPlan], ...]:
        """Each streak, after its plan before, which is None for a new streak."""
        return tuple((self.before.find_streak(streak.key), streak) for streak in self.after.streaks)

    @cached_property
    def other_calendars(self) -> frozenset[str]:
        """The keys of the streaks that have another calendar."""
        return frozenset(
            after.key for before, after in self.streaks if before is not None and before.calendar != after.calendar
        )

    @cached_property
    def other_primary_calendar(self) -> bool:
        """True if the primary streak has another calendar, or is another one."""
        before, after = self.before.streak, self.after.streak
        if before is None or after is None:
            return before is not after
        return (before.key, before.calendar) != (after.key, after.calendar)

    @cached_property
    def changed_conditions(self) -> dict[str, tuple[str, ...]]:
        """By streak, the names of what it counts in its periods, where the metric counts in another way."""
        changed = {
            after.key: tuple(
                name
                for name, counter in after.counters.items()
                if name in before.counters
                if self.after.metrics[counter.metric].counted != self.before.metrics[counter.metric].counted
            )
            for before, after in self.streaks
            if before is not None
        }
        return {key: names for key, names in changed.items() if names}

    @cached_property
    def boards_to_backfill(self) -> tuple[str, ...]:
        """The leaderboards that must be counted from the past."""
        return find_boards_to_backfill(self.before, self.after)

    @cached_property
    def systems_without_earned_points(self) -> tuple[SystemPlan, ...]:
        """The points systems in which the plan before does not count the points earned, for their levels."""
        former = {system.key: system for system in self.before.systems}
        return tuple(
            system
            for system in self.after.systems
            if system.earned is not None and system.key in former and former[system.key].earned is None
        )

    @cached_property
    def needs_past(self) -> bool:
        """True if anything must be computed from the users' pasts."""
        if (
            self.uncounted_totals
            or self.changed_conditions
            or self.other_calendars
            or self.boards_to_backfill
            or self.systems_without_earned_points
        ):
            return True
        former = {plug.key: plug for plug in self.before.plugs}
        return any(plug.needs_past(former.get(plug.key)) for plug in self.after.plugs)

    @cached_property
    def kept_timed_triggers(self) -> tuple[int | None, ...]:
        """The index of each timed trigger among those of the plan before, None for a new one."""
        known = {_timed_trigger_diff_key(trigger): index for index, trigger in enumerate(self.before.ticks)}
        return tuple(known.get(_timed_trigger_diff_key(trigger)) for trigger in self.after.ticks)


def _timed_trigger_diff_key(trigger: TriggerPlan) -> tuple[object, ...]:
    return trigger.system.key, trigger.key, trigger.hours, trigger.days


def _achievement_diff_key(achievement: AchievementPlan) -> tuple[object, ...]:
    """Return everything that decides when an achievement is completed, besides what is counted."""
    rule = achievement.rule
    reached_by = rule.trigger, achievement.threshold, achievement.alternatives, rule.repeatable
    return *reached_by, rule.when, rule.status


def _total_counter_of_achievement(achievement: AchievementPlan) -> Counter | None:
    """Return the counter of an achievement, or the one whose negative that is."""
    counter = achievement.counter
    return counter if counter is None or counter.negated is None else counter.negated


def find_former_counter(plan: Plan, metric: MetricPlan, counter: Counter) -> Counter | None:
    """Return the counter of a plan that counts the same as a counter of a metric of another plan, or None."""
    former = plan.metrics.get(metric.key)
    return former.find(counter.event_attributes) if former is not None and former.counted == metric.counted else None
