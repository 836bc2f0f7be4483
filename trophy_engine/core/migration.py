"""Adoption: a user's state taken from one ruleset to another, and what the change does to the user.

What a rule has counted is kept wherever the rule is still there: totals by metric, balances by system, completions by
achievement. What is new is computed from the user's past where it can be: totals over events with certain attributes,
and the streak by another calendar. Achievements that are new, changed or active again are completed, in silence, by
those who qualify. What the rules no longer hold is dropped; the log still tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from trophy_engine.core.achievements import complete, complete_composites, qualifies
from trophy_engine.core.agenda import Turn
from trophy_engine.core.backfill import boards_to_recount, recount_boards
from trophy_engine.core.commands import Complete, Record
from trophy_engine.core.effects import LevelChanged, StreakRecounted
from trophy_engine.core.messages import begin_notices
from trophy_engine.core.notices import Notices
from trophy_engine.core.plan import AchievementPlan, Counter, Plan, TriggerPlan
from trophy_engine.core.points import level_of
from trophy_engine.core.preferences import own_streak
from trophy_engine.core.recount import recount_streak
from trophy_engine.core.settle import anniversaries_by
from trophy_engine.core.state import Gauge, UserState
from trophy_engine.core.streaks import pass_unmissed
from trophy_engine.core.transition import Scene
from trophy_engine.numbers import Number, add
from trophy_engine.rules.achievements import (
    AnniversaryTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.streak import Freezes

__all__ = ["Revision", "adopt"]

#: Gives a user's past, command by command; only asked where the new rules need it.
Past = Callable[[], Iterable[Scene]]


class Revision:
    """What is different between two plans, found once for all users.

    Attributes:
        before, after: the plans.
    """

    def __init__(self, before: Plan, after: Plan) -> None:
        self.before = before
        self.after = after

    @cached_property
    def opened(self) -> tuple[AchievementPlan, ...]:
        """The active achievements that are new, or were not the same before."""
        known = {key: one.rule for key, one in self.before.achievements.items()}
        return tuple(
            one
            for key, one in self.after.achievements.items()
            if one.rule.status == "active" and known.get(key) != one.rule
        )

    @cached_property
    def uncounted(self) -> tuple[tuple[str, Counter], ...]:
        """The counters of filtered totals, by metric, that the former plan did not keep."""
        return tuple(
            (metric.key, counter)
            for metric in self.after.metrics.values()
            for counter in metric.matching.values()
            if _counterpart(self.before, metric.key, counter) is None
        )

    @cached_property
    def calendar_changed(self) -> bool:
        """Whether the streak goes by other periods."""
        before, after = self.before.ruleset.streak, self.after.ruleset.streak
        return before is not None and after is not None and before.calendar != after.calendar

    @cached_property
    def begins_to_tell(self) -> bool:
        """Whether there are notifications where there were none."""
        return self.before.notices is None and self.after.notices is not None

    @cached_property
    def boards(self) -> tuple[str, ...]:
        """The leaderboards that have to be filled from the past."""
        return boards_to_recount(self.before, self.after)

    @cached_property
    def needs_past(self) -> bool:
        """Whether anything has to be computed from users' pasts."""
        return bool(self.uncounted or self.calendar_changed or self.boards or self.begins_to_tell)

    @cached_property
    def kept_ticks(self) -> tuple[int | None, ...]:
        """For each timed trigger, the place that it had among those of the former plan."""
        known = {_tick_name(trigger): place for place, trigger in enumerate(self.before.ticks)}
        return tuple(known.get(_tick_name(trigger)) for trigger in self.after.ticks)


def _tick_name(trigger: TriggerPlan) -> tuple[object, ...]:
    return trigger.system.key, trigger.key, trigger.hours, trigger.days


def _counterpart(plan: Plan, metric: str, counter: Counter) -> Counter | None:
    """Find the counter of a plan that counts the same as one of another plan."""
    return plan.metrics[metric].find(counter.event_attributes) if metric in plan.metrics else None


def adopt(turn: Turn, state: UserState, revision: Revision, at: int, past: Past) -> UserState:
    """Take a state, which is settled to the instant, to the plan of ``turn``; give the new one, and leave the old.

    What the change does to the user is appended to ``turn.effects``.
    """
    after = state.copy()
    _keep_counts(after, state, revision)
    after.attributes = {key: value for key, value in state.attributes.items() if key in turn.plan.user_attributes}
    after.completed = {key: when for key, when in state.completed.items() if key in turn.plan.achievements}
    if after.sign_up_day is not None and revision.before.anniversaries.at != turn.plan.anniversaries.at:
        after.years = anniversaries_by(after.sign_up_day, after.zone.window(at)[0])
    after.ticks = tuple(
        after.tick_from(at) if place is None else state.ticks[place].copy() for place in revision.kept_ticks
    )
    after.boards = {key: runs.copy() for key, runs in state.boards.items() if key in turn.plan.boards}
    scenes = list(past()) if revision.needs_past else []
    _count_anew(after, revision, scenes)
    recount_boards(after, turn.plan, scenes, revision.boards)
    _adopt_streak(turn, after, revision, scenes, at)
    after.notices = _notices(turn.plan, after, revision, scenes, at)
    after.forget()
    _relevel(turn, after, state, revision, at)
    _backdate(turn, after, revision, at)
    return after


def _keep_counts(after: UserState, state: UserState, revision: Revision) -> None:
    plan, before = revision.after, revision.before
    after.gauges = [Gauge() for _ in plan.counters]
    for metric in plan.metrics.values():
        for counter in metric.counters:
            known = _counterpart(before, metric.key, counter)
            if known is not None:
                after.gauges[counter.index].total = state.gauges[known.index].total
    places = {system.key: system.index for system in before.systems}
    after.points = [state.points[places[one.key]] if one.key in places else 0 for one in plan.systems]
    after.awards = [state.awards[places[one.key]] if one.key in places else 0 for one in plan.systems]


def _count_anew(after: UserState, revision: Revision, scenes: Iterable[Scene]) -> None:
    """Sum up past events for totals that were not kept; those of a metric that was dropped meanwhile do not count."""
    if not revision.uncounted:
        return
    totals: dict[int, Number] = {counter.index: 0 for _, counter in revision.uncounted}
    for scene in scenes:
        attributes = dict(scene.command.attributes) if isinstance(scene.command, Record) else {}
        for metric, counter in revision.uncounted:
            if metric not in scene.plan.metrics:
                totals[counter.index] = 0
            elif (
                isinstance(scene.command, Record)
                and scene.command.metric == metric
                and counter.event_attributes.mismatch(attributes) is None
            ):
                totals[counter.index] = add(totals[counter.index], scene.command.value)
    for index, total in totals.items():
        after.gauges[index].total = total


def _adopt_streak(turn: Turn, after: UserState, revision: Revision, scenes: Iterable[Scene], at: int) -> None:
    before, streak, rule = revision.before.streak, turn.plan.streak, turn.plan.ruleset.streak
    former = after.own or before
    if rule != revision.before.ruleset.streak:
        after.misses = ()  # what they keep is of a streak under the former rule
    after.own = own_streak(turn.plan, after.preferences)
    if streak is None or rule is None or former is None:
        after.begin_streak_anew()
        after.losses = ()
    elif revision.calendar_changed:
        length = after.length
        recount_streak(after, after.own or streak, rule.calendar, scenes)
        if after.length != length:
            turn.effects.append((StreakRecounted, after.id, at, length, after.length))
    else:
        pass_unmissed(after, former, after.own or streak)
        after.carry_sums(former, after.own or streak)
    _adopt_freezes(after, before.freezes if before else None, streak.freezes if streak else None, at)


def _adopt_freezes(after: UserState, before: Freezes | None, freezes: Freezes | None, at: int) -> None:
    """Let freezes come by other rules from now on: those that came, or found no room, do not come again."""
    if before == freezes:
        return
    today = after.zone.window(at)[0]
    after.freeze_day = max(after.freeze_day, today)
    if before is None or before.auto_earn_interval is None:
        after.freeze_anchor = today


def _notices(plan: Plan, after: UserState, revision: Revision, scenes: Iterable[Scene], at: int) -> Notices | None:
    """Give what was told and what waits; of what the rules drop nothing is told, and of what is new nothing late."""
    if plan.notices is None:
        return None
    if after.notices is None:
        deeds = (scene.command for scene in scenes)
        return begin_notices(
            plan.notices, after, [deed.at for deed in deeds if isinstance(deed, Record | Complete)], at
        )
    kept, systems = after.notices.copy(), {system.key for system in plan.systems}
    kept.boost_day = max(kept.boost_day, after.zone.window(at)[0])
    kept.mails = tuple(mail for mail in kept.mails if mail[1] in plan.achievements)
    kept.windows = {key: window for key, window in kept.windows.items() if key in systems}
    if revision.before.notices is None or revision.before.notices.recap != plan.notices.recap:
        kept.recaps = ()
    if revision.calendar_changed:
        kept.begin_reminders_anew()
    return kept


def _relevel(turn: Turn, after: UserState, state: UserState, revision: Revision, at: int) -> None:
    former = {system.key: system for system in revision.before.systems}
    for system in turn.plan.systems:
        if system.key not in former:
            continue
        total = after.points[system.index]
        before = level_of(former[system.key], state.points[former[system.key].index])
        level = level_of(system, total)
        previous, key = before and before.key, level and level.key
        if previous != key:
            turn.effects.append((LevelChanged, after.id, at, system.key, previous, key, total))


def _backdate(turn: Turn, after: UserState, revision: Revision, at: int) -> None:
    for achievement in revision.opened:
        if qualifies(achievement, after) and _reached(turn.plan, after, achievement):
            complete(turn, after, achievement, at, silently=True)
    after.recheck = False
    for composite in turn.plan.composites:
        if composite in revision.opened and qualifies(composite, after) and _held(after, composite):
            complete(turn, after, composite, at, silently=True)
    complete_composites(turn, after, at, silently=True)
    after.recheck = True


def _held(state: UserState, composite: AchievementPlan) -> bool:
    return all(key in state.completed for key in composite.prerequisites)


def _reached(plan: Plan, state: UserState, achievement: AchievementPlan) -> bool:
    """Tell whether a user has reached the mark of an achievement that does not wait for others."""
    match achievement.rule.trigger:
        case MetricTrigger(metric, value, event_attributes):
            return state.gauges[plan.metrics[metric].counter(event_attributes).index].total >= value
        case StreakTrigger(length):
            return state.length >= length
        case AnniversaryTrigger(years):
            return state.years >= years
        case CompositeTrigger() | _:
            return False
