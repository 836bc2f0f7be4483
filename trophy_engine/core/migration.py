"""Migration: a user's state converted from one ruleset to another, and the effects of the change on the user.

Values are kept by key where the rule still exists: totals by metric, balances by system, completions by achievement.
New values are computed from the user's past: filtered totals, the values of leaderboards, and streaks by another
calendar. Achievements that are new, changed or active again are completed without announcement where the user
qualifies. Values of removed rules are dropped from the state; the log still has the commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import attrs

from trophy_engine.core.achievements import begin_repeats, try_to_complete
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.backfill import boards_to_recount, recount_boards
from trophy_engine.core.commands import ResetStreak
from trophy_engine.core.effects import LevelChanged, PointsAwarded, StreakRecounted
from trophy_engine.core.gates import close_gates
from trophy_engine.core.level_points import points_for_level
from trophy_engine.core.metric_totals import count_in_total, reset_total, restart_total
from trophy_engine.core.passes import run_passes
from trophy_engine.core.past_events import PastEvent, events_of, has_source, is_counted
from trophy_engine.core.period_decisions import ended_protected
from trophy_engine.core.plan import AchievementPlan, Counter, MetricPlan, Plan, SystemPlan, TriggerPlan
from trophy_engine.core.points import level_of
from trophy_engine.core.preferences import custom_streak_of
from trophy_engine.core.recount import recount_streak
from trophy_engine.core.settle import anniversaries_by
from trophy_engine.core.state import UserState
from trophy_engine.core.state.counters import new_counter_states
from trophy_engine.core.state.points import Tick
from trophy_engine.core.state.streak import StreakState
from trophy_engine.core.streak_plan import StreakPlan
from trophy_engine.core.streaks import pass_unmissed
from trophy_engine.core.transition import Transition
from trophy_engine.core.travel import REACH, enter_zone
from trophy_engine.core.users import grant_first_freezes
from trophy_engine.numbers import Number, count_multiples
from trophy_engine.rules.streak import Freezes
from trophy_engine.rules.windows import ResetWindow

#: Returns the transitions of a user's past; called only where the new rules need them.
ReadPast = Callable[[], Iterable[Transition]]


class RulesDiff:
    """The differences between two plans, computed once for all users.

    Attributes:
        before, after: the plans.
    """

    def __init__(self, before: Plan, after: Plan) -> None:
        self.before = before
        self.after = after

    @cached_property
    def opened(self) -> tuple[AchievementPlan, ...]:
        """The active achievements that are new or changed, or whose metric counts in another way."""
        known = {key: _condition_of(achievement) for key, achievement in self.before.achievements.items()}
        uncounted = {counter for _, counter in self.uncounted}
        return tuple(
            achievement
            for key, achievement in self.after.achievements.items()
            if achievement.rule.status == "active"
            and (known.get(key) != _condition_of(achievement) or _counted_by(achievement) in uncounted)
        )

    @cached_property
    def uncounted(self) -> tuple[tuple[MetricPlan, Counter], ...]:
        """The metrics and counters of totals that the plan before does not count, or not in this way."""
        return tuple(
            (metric, counter)
            for metric in self.after.metrics.values()
            for counter in metric.counters
            if has_source(self.before, metric) and _counterpart(self.before, metric, counter) is None
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
    def changed_conditions(self) -> dict[str, tuple[MetricPlan, ...]]:
        """By streak, the metrics whose totals in the open periods of the streak count in another way."""
        changed = {
            after.key: tuple(
                metric
                for key, metric in self.after.metrics.items()
                if key in before.counters and key in after.counters
                if metric.counted != self.before.metrics[key].counted
            )
            for before, after in self.streaks
            if before is not None
        }
        return {key: metrics for key, metrics in changed.items() if metrics}

    @cached_property
    def boards(self) -> tuple[str, ...]:
        """The leaderboards that must be counted from the past."""
        return boards_to_recount(self.before, self.after)

    @cached_property
    def unearned(self) -> tuple[SystemPlan, ...]:
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
        if self.uncounted or self.changed_conditions or self.other_calendars or self.boards or self.unearned:
            return True
        former = {plug.key: plug for plug in self.before.plugs}
        return any(plug.needs_past(former.get(plug.key)) for plug in self.after.plugs)

    @cached_property
    def kept_ticks(self) -> tuple[int | None, ...]:
        """The index of each timed trigger among those of the plan before, None for a new one."""
        known = {_tick_name(trigger): index for index, trigger in enumerate(self.before.ticks)}
        return tuple(known.get(_tick_name(trigger)) for trigger in self.after.ticks)


def _tick_name(trigger: TriggerPlan) -> tuple[object, ...]:
    return trigger.system.key, trigger.key, trigger.hours, trigger.days


def _condition_of(achievement: AchievementPlan) -> tuple[object, ...]:
    """Return everything that decides when an achievement is completed, besides what is counted."""
    rule = achievement.rule
    reached_by = rule.trigger, achievement.threshold, achievement.alternatives, rule.repeatable
    return *reached_by, rule.when, rule.status


def _counted_by(achievement: AchievementPlan) -> Counter | None:
    """Return the counter of an achievement, or the one whose negative that is."""
    counter = achievement.counter
    return counter if counter is None or counter.negated is None else counter.negated


def _counterpart(plan: Plan, metric: MetricPlan, counter: Counter) -> Counter | None:
    """Return the counter of a plan that counts the same as a counter of a metric of another plan, or None."""
    former = plan.metrics.get(metric.key)
    return former.find(counter.event_attributes) if former is not None and former.counted == metric.counted else None


def migrate_state(agenda: Agenda, state: UserState, diff: RulesDiff, at: int, past: ReadPast) -> UserState:
    """Return a state, settled to the instant, converted to the plan of ``agenda``; the given state is unchanged.

    The effects of the change on the user are appended to ``agenda.effects``.
    """
    after = state.copy()
    if diff.before.day_start != agenda.plan.day_start:
        _change_day_start(agenda, after, diff, at)
    _keep_profile(after, agenda.plan)
    _keep_counters(after, state, diff, at)
    _keep_points(after, state, diff, at)
    transitions = list(past()) if diff.needs_past else []
    _count_from_log(after, diff, transitions)
    for system in diff.unearned:
        _count_earned(after, system, transitions)
    recount_boards(after, agenda.plan, transitions, diff.boards)
    _migrate_streaks(agenda, after, state, diff, transitions, at)
    _migrate_plugs(after, diff, transitions, at)
    after.forget()
    _migrate_levels(agenda, after, state, diff, at)
    _backdate_achievements(agenda, after, diff, at)
    return after


def _change_day_start(agenda: Agenda, after: UserState, diff: RulesDiff, at: int) -> None:
    """Let local dates change at another time of day, which is a change of zone of so many hours."""
    enter_zone(agenda, after, after.visible_streaks(diff.before), agenda.plan.zone(after.clock.zone.name), at)
    after.clock.day = after.clock.zone.window(at)[0]


def _keep_profile(after: UserState, plan: Plan) -> None:
    attributes = after.profile.attributes
    after.profile.attributes = {key: value for key, value in attributes.items() if key in plan.user_attributes}


def _keep_counters(after: UserState, state: UserState, diff: RulesDiff, at: int) -> None:
    plan, before, counters = diff.after, diff.before, after.counters
    counters.completed = {key: completed for key, completed in counters.completed.items() if key in plan.achievements}
    counters.repeats = {
        key: repeats
        for key, repeats in counters.repeats.items()
        if key in plan.achievements and plan.achievements[key].rule.repeatable
    }
    counters.windows = {
        plan.windowed_counters[name].index: counters.windows[counter.index]
        for name, counter in before.windowed_counters.items()
        if counter.index in counters.windows and name in plan.windowed_counters
    }
    signed_up = after.profile.sign_up_day
    moved = before.anniversaries.thresholds != plan.anniversaries.thresholds
    if signed_up is not None and (moved or plan.anniversaries.gated):
        counters.years = anniversaries_by(signed_up, after.clock.zone.window(at)[0])
    counters.states = new_counter_states(plan)
    for metric in plan.metrics.values():
        for counter in metric.counters:
            counterpart = _counterpart(before, metric, counter)
            if counterpart is not None:
                counters.states[counter.index].total = state.counters.states[counterpart.index].total
            elif counter.totals is not None:
                counters.windows.pop(counter.totals.index, None)


def _keep_points(after: UserState, state: UserState, diff: RulesDiff, at: int) -> None:
    plan, before = diff.after, diff.before
    after.points.ticks = tuple(
        Tick.begin(at, after.clock.zone) if kept is None else state.points.ticks[kept].copy()
        for kept in diff.kept_ticks
    )
    if before.day_start != plan.day_start:
        for kept, tick in zip(diff.kept_ticks, after.points.ticks, strict=True):
            if kept is not None:
                tick.change_day_start(before.day_start, plan.day_start)
    _drop_former_limits(after, diff)
    indexes = {system.key: system.index for system in before.systems}
    after.points.balances = [
        state.points.balances[indexes[system.key]] if system.key in indexes else 0 for system in plan.systems
    ]
    after.points.awards = [
        state.points.awards[indexes[system.key]] if system.key in indexes else 0 for system in plan.systems
    ]


def _drop_former_limits(after: UserState, diff: RulesDiff) -> None:
    """Let the limits of triggers begin again that count something else than under the rules before."""
    former = {(system.key, key): trigger for system in diff.before.systems for key, trigger in system.triggers.items()}
    for system in diff.after.systems:
        for key, trigger in system.triggers.items():
            limit, known = trigger.limit, former.get((system.key, key))
            if limit is not None and (known is None or known.limit is None or known.limit.counted != limit.counted):
                after.counters.windows.pop(limit.awarded.index, None)


def _count_earned(after: UserState, system: SystemPlan, transitions: Iterable[Transition]) -> None:
    """Count the positive awards in the past, since the points system was last added to the rules."""
    earned = system.earned
    if earned is None:
        return
    for transition in transitions:
        if system.key not in {other.key for other in transition.plan.systems}:
            after.counters.windows.pop(earned.index, None)
        for effect in transition.effects:
            if effect.kind is PointsAwarded and effect.system == system.key and effect.awarded > 0:
                earned.open(after.counters.windows).add(effect.awarded, effect.at)


def _count_from_log(after: UserState, diff: RulesDiff, transitions: Iterable[Transition]) -> None:
    """Compute new totals from past events; a metric that was removed in between starts again."""
    plan_then = None
    for transition in transitions if diff.uncounted else ():
        if transition.plan is not plan_then:
            plan_then = transition.plan
            for metric, counter in diff.uncounted:
                if not has_source(plan_then, metric):
                    restart_total(after, counter)
        for event in events_of(transition):
            _count_past_event(after, diff, event)


def _count_past_event(after: UserState, diff: RulesDiff, event: PastEvent) -> None:
    """Count a past event in the new totals, on its local day then."""
    for metric, counter in diff.uncounted:
        window = metric.rule.window
        if isinstance(window, ResetWindow) and event.kind == "metric" and event.key == window.reset_by:
            reset_total(after, counter, event.at)
        if is_counted(event, metric) and counter.event_attributes.mismatch(event.attributes) is None:
            count_in_total(after, counter, metric, event.value, event.at, event.attributes, event.day)


def _migrate_streaks(
    agenda: Agenda,
    after: UserState,
    state: UserState,
    diff: RulesDiff,
    transitions: Iterable[Transition],
    at: int,
) -> None:
    """Keep the streaks that both rulesets have; a new one begins at nothing, and one that is removed is forgotten."""
    streaks, today = after.streaks, after.clock.zone.window(at)[0]
    after.streaks = tuple(
        StreakState.new(today) if before is None else streaks[before.place].copy() for before, _ in diff.streaks
    )
    for before, streak in diff.streaks:
        own = after.streaks[streak.place]
        own.custom_streak = custom_streak_of(agenda.plan, streak, after.profile.preferences)
        if before is None:
            grant_first_freezes(agenda, after, streak, at)
        else:
            former = state.streaks[before.place].custom_streak or before
            _migrate_streak(agenda, after, former, own.custom_streak or streak, diff, transitions, at)
            _migrate_freezes(after.streaks[streak.place], before.freezes, streak.freezes, today)
    rules = {rule.key: rule for rule in agenda.plan.ruleset.streaks}
    unchanged = {rule.key for rule in diff.before.ruleset.streaks if rules.get(rule.key) == rule}
    after.misses = tuple(miss for miss in after.misses if miss.key in unchanged)  # they keep streaks under former rules


def _migrate_streak(
    agenda: Agenda,
    after: UserState,
    former: StreakPlan,
    visible: StreakPlan,
    diff: RulesDiff,
    transitions: Iterable[Transition],
    at: int,
) -> None:
    """Keep a streak, or recount it under another calendar; the plans are those of the user's custom streaks."""
    if visible.key not in diff.other_calendars:
        pass_unmissed(agenda, after, former, visible)
        after.keep_totals(visible)
        _recount_conditions(after, visible, diff, transitions)
        return
    length = after.streaks[visible.place].length
    if agenda.decisions is not None:
        agenda.decisions += ended_protected(after, attrs.evolve(former, place=visible.place))
    recount_streak(agenda, after, visible, transitions, at)
    recounted = after.streaks[visible.place].length
    if recounted != length:
        agenda.effects.append((StreakRecounted, after.id, at, visible.key, length, recounted))


def _recount_conditions(
    after: UserState, streak: StreakPlan, diff: RulesDiff, transitions: Iterable[Transition]
) -> None:
    """Compute the totals of changed metrics in the open periods from the past events since the last reset."""
    windows, own = after.counters.windows, after.streaks[streak.place]
    conditions = [(metric, streak.counters[metric.key]) for metric in diff.changed_conditions.get(streak.key, ())]
    for _, counter in conditions:
        windows.pop(counter.index, None)
    conditions = [(metric, counter) for metric, counter in conditions if metric.key in streak.conditions]
    first = streak.index(after.clock.day) - REACH
    for transition in transitions if conditions else ():
        command = transition.command
        if isinstance(command, ResetStreak) and transition.plan.streak_of(command.streak).key == streak.key:
            for _, counter in conditions:
                windows.pop(counter.index, None)
        for event in events_of(transition):
            day = event.day
            period = streak.index(day)
            if period < first or period <= own.decided_through or period in own.credited_ahead:
                continue
            for metric, counter in conditions:
                if is_counted(event, metric):
                    counter.open(windows).add(period, metric.item_of(event.value, event.attributes, day))


def _migrate_freezes(streak: StreakState, before: Freezes | None, freezes: Freezes | None, today: int) -> None:
    """Earn freezes by other rules from today on, so that no past freeze is earned again."""
    if before == freezes:
        return
    streak.freeze_day = max(streak.freeze_day, today)
    if before is None or before.auto_earn_interval is None:
        streak.freeze_anchor = today


def _migrate_plugs(after: UserState, diff: RulesDiff, transitions: Sequence[Transition], at: int) -> None:
    former = after.plugs
    after.plugs = {
        plug.key: plug.migrate(after, former.get(plug.key), diff, transitions, at) for plug in diff.after.plugs
    }


def _migrate_levels(agenda: Agenda, after: UserState, state: UserState, diff: RulesDiff, at: int) -> None:
    former = {system.key: system for system in diff.before.systems}
    for system in agenda.plan.systems:
        if system.key not in former:
            continue
        total = after.points.balances[system.index]
        before = level_of(former[system.key], points_for_level(former[system.key], state))
        level = level_of(system, points_for_level(system, after))
        previous, key = before and before.key, level and level.key
        if previous != key:
            agenda.effects.append((LevelChanged, after.id, at, system.key, previous, key, total))


def _backdate_achievements(agenda: Agenda, after: UserState, diff: RulesDiff, at: int) -> None:
    """Complete, without announcement, new or changed achievements that are reached already, composites last."""
    close_gates(agenda, after, agenda.plan.gated_awards, at)
    for achievement in sorted(diff.opened, key=lambda achievement: bool(achievement.prerequisites)):
        if not _is_reached(achievement, after):
            continue
        if achievement.key in after.counters.completed:
            begin_repeats(after, achievement)
        else:
            try_to_complete(agenda, after, achievement, at, _count_reached(achievement, after), announce=False)
    after.counters.recheck = False
    run_passes(agenda, after, at, announce=False)
    agenda.waiting.clear()
    after.counters.recheck = True


def _is_reached(achievement: AchievementPlan, state: UserState) -> bool:
    return achievement.counter is not None and _is_at_least(achievement.counter.read(state), achievement.threshold)


def _count_reached(achievement: AchievementPlan, state: UserState) -> int:
    """Return how many times a total that reaches an achievement completes it: a repeatable one at each multiple."""
    counter = achievement.counter
    if counter is None or counter.is_windowed or not achievement.rule.repeatable:
        return 1
    return count_multiples(counter.read(state) or 0, achievement.threshold)


def _is_at_least(total: Number | None, threshold: Number) -> bool:
    return total is not None and total >= threshold
