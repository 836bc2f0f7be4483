"""Gates: the conditions of ``when``, compiled once for each rule into a test of a user's state at an instant.

A gate with conditions on user attributes alone is not compiled: plans of rules have those attributes as a filter, which
is cheaper to ask. When a gate is asked follows from the rule:

==================  ================================================================================================
rule                when its gate is asked
==================  ================================================================================================
achievement         when its threshold is reached; while it is closed, again with every later event of its counter,
                    and in the same pass when another achievement is completed. A composite: in every pass
points trigger      when it is paid, by the levels from which the payments of the pass began
boost               the same
derived metric      before the command, for leaderboards and streaks that count the metric, too
==================  ================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import DAY, format_time_of_day, parse_time_of_day
from trophy_engine.core.plan import AchievementPlan, Counter, MetricPlan, Plan, SystemPlan, TriggerPlan
from trophy_engine.core.plan.points import level_points_in_state
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.gates import Gate, StreakLength
from trophy_engine.rules.interval import period_noun
from trophy_engine.rules.unmet_conditions import UnmetCondition

if TYPE_CHECKING:
    from trophy_engine.calendar.zones import Zone
    from trophy_engine.core.agenda import Agenda
    from trophy_engine.core.state import UserState

_WEEK: Final = 7

#: A test of a user's state at an instant, with the numbers that decide on levels: the unmet condition, or None.
_Test = Callable[["UserState", int, Sequence[int] | None], UnmetCondition | None]


#: The kinds of rules that have gates; those of boosts are not noted.
GateKind = Literal["achievement", "trigger", "boost", "metric"]


class GateAnswer(NamedTuple):
    """Whether a gate was open when it was asked, noted where ``Agenda.gate_answers`` is a list.

    Attributes:
        kind, keys: the kind of the rule and its key, for a trigger after that of its points system.
        at: the instant.
        unmet: the first condition that did not hold, None for an open gate.
    """

    kind: GateKind
    keys: tuple[str, ...]
    at: int
    unmet: UnmetCondition | None


class GateInput(NamedTuple):
    """A user when gates of metrics were asked, and the number of effects until then."""

    effects: int
    state: UserState


@attrs.frozen(eq=False, repr=False)
class GatePlan:
    """A compiled gate.

    Attributes:
        plan: the plan with the rule.
        kind, keys: the kind of the rule and its key, for a trigger after that of its points system.
        rule: the gate.
        tests: those of its conditions, in the order of the fields.
        needs_progress: True if it depends on achievements, levels or a streak.
    """

    plan: Plan
    kind: GateKind
    keys: tuple[str, ...]
    rule: Gate
    tests: tuple[_Test, ...]
    needs_progress: bool

    def find_unmet(self, state: UserState, at: int, level_points: Sequence[int] | None = None) -> UnmetCondition | None:
        """Return the first condition that does not hold for a user at an instant, or None if the gate is open.

        Args:
            state: the user.
            at: the instant.
            level_points: by points system, the numbers that decide on levels; those of the state by default.
        """
        for test in self.tests:
            unmet = test(state, at, level_points)
            if unmet is not None:
                return unmet
        return None


@lru_cache(maxsize=256)
def gate_for_plan(gate: GatePlan, plan: Plan) -> GatePlan:
    """Return the gate for states of a plan, which can be earlier than its own; the levels are those of its own plan."""
    if plan is gate.plan:
        return gate
    return compile_gate(plan, gate.rule, gate.kind, *gate.keys, levels=gate.plan) or gate


def compile_gate(
    plan: Plan, rule: Gate, kind: GateKind, *keys: str, filtered: Sequence[str] = (), levels: Plan | None = None
) -> GatePlan | None:
    """Return the compiled gate of a rule, or None if it has no conditions but on fields that the caller tests.

    Args:
        plan: the plan of the states that it tests.
        rule: the gate.
        kind: the kind of the rule that has it.
        keys: the key of that rule, for a trigger or a boost after that of its points system.
        filtered: the names of those fields.
        levels: the plan with the levels, if it is another one.
    """
    if rule.has_only(*filtered):
        return None
    tests = tuple(_compile_gate_tests(rule, plan, levels or plan))
    return GatePlan(levels or plan, kind, keys, rule, tests, needs_progress=not rule.has_only(*_LOCAL_FIELDS))


#: The fields that depend on nothing but the instant and the profile of the user.
_LOCAL_FIELDS: Final = ("weekdays", "between", "start", "end", "user_attributes")


def _compile_gate_tests(rule: Gate, plan: Plan, levels: Plan) -> Iterator[_Test]:
    find_day = _gate_day_finder(rule)
    if rule.weekdays:
        yield _compile_weekdays_test(rule.weekdays, find_day)
    if rule.between is not None:
        yield _compile_time_of_day_test(*rule.between)
    if rule.start is not None:
        yield _compile_start_date_test(rule.start, find_day)
    if rule.end is not None:
        yield _compile_end_date_test(rule.end, find_day)
    if rule.user_attributes:
        yield _compile_attributes_test(rule.user_attributes)
    for key in rule.achievements:
        yield _compile_achievement_test(key, tuple(part.key for part in (levels.find_achievements(key))))
    for system, level in rule.levels.items():
        yield _compile_level_test(_find_system_plan(plan, system), _find_system_plan(levels, system), system, level)
    if rule.streak is not None:
        yield _compile_streak_test(plan, rule.streak)


def _gate_day_finder(rule: Gate) -> Callable[[Zone, int], int]:
    """Return a function that returns the local day whose date a gate asks for.

    It is that of the instant or, while the clock is between two times of day around midnight, that on which it came
    there.
    """
    if rule.between is None:
        return _gate_day
    start, end = map(parse_time_of_day, rule.between)
    if start < end:
        return _gate_day

    def find_day(zone: Zone, at: int) -> int:
        if end <= zone.time_of_day(at) < start:
            return _gate_day(zone, at)
        return _gate_day(zone, zone.shown_since(at, start, end))

    return find_day


def _gate_day(zone: Zone, at: int) -> int:
    return zone.window(at)[0]


def _compile_weekdays_test(wanted: tuple[str, ...], find_day: Callable[[Zone, int], int]) -> _Test:
    numbers = frozenset(WEEKDAYS.index(name) for name in wanted)

    def test(state: UserState, at: int, _: Sequence[int] | None) -> UnmetCondition | None:
        weekday = find_day(state.clock.zone, at) % _WEEK
        return None if weekday in numbers else UnmetCondition("weekdays", wanted, WEEKDAYS[weekday])

    return test


def _compile_time_of_day_test(first: str, last: str) -> _Test:
    start, end = parse_time_of_day(first), parse_time_of_day(last)
    length = (end - start) % DAY

    def test(state: UserState, at: int, _: Sequence[int] | None) -> UnmetCondition | None:
        time_of_day = state.clock.zone.time_of_day(at)
        if (time_of_day - start) % DAY < length:
            return None
        return UnmetCondition("between", (first, last), format_time_of_day(time_of_day))

    return test


def _compile_start_date_test(wanted: date, find_day: Callable[[Zone, int], int]) -> _Test:
    first = wanted.toordinal()

    def test(state: UserState, at: int, _: Sequence[int] | None) -> UnmetCondition | None:
        day = find_day(state.clock.zone, at)
        return None if day >= first else UnmetCondition("start", wanted, date.fromordinal(day))

    return test


def _compile_end_date_test(wanted: date, find_day: Callable[[Zone, int], int]) -> _Test:
    last = wanted.toordinal()

    def test(state: UserState, at: int, _: Sequence[int] | None) -> UnmetCondition | None:
        day = find_day(state.clock.zone, at)
        return None if day <= last else UnmetCondition("end", wanted, date.fromordinal(day))

    return test


def _compile_attributes_test(wanted: Filter) -> _Test:
    def test(state: UserState, _: int, __: Sequence[int] | None) -> UnmetCondition | None:
        return evaluate_attribute_gate(wanted, state)

    return test


def evaluate_attribute_gate(wanted: Filter, state: UserState) -> UnmetCondition | None:
    """Return the first condition on user attributes that does not hold, or None if all hold."""
    name = wanted.mismatch(state.profile.attributes)
    if name is None:
        return None
    return UnmetCondition(f"user_attributes.{name}", wanted[name], state.profile.attributes.get(name))


def _compile_achievement_test(key: str, alternatives: tuple[str, ...]) -> _Test:
    unmet = UnmetCondition("achievements", key, None)

    def test(state: UserState, _: int, __: Sequence[int] | None) -> UnmetCondition | None:
        completed = state.counters.completed
        return None if any(name in completed for name in alternatives) else unmet

    return test


def _compile_level_test(system: SystemPlan | None, levels: SystemPlan | None, key: str, wanted: str) -> _Test:
    threshold = None if levels is None else next(level.points for level in levels.levels if level.key == wanted)

    def test(state: UserState, _: int, level_points: Sequence[int] | None) -> UnmetCondition | None:
        if system is None or levels is None or threshold is None:  # the rules of that time have no such balance
            return UnmetCondition(f"levels.{key}", wanted, None)
        points = level_points_in_state(system, state) if level_points is None else level_points[system.index]
        if points >= threshold:
            return None
        held = [level.key for level in levels.levels if level.points <= points]
        return UnmetCondition(f"levels.{key}", wanted, held[-1] if held else None)

    return test


def _find_system_plan(plan: Plan, key: str) -> SystemPlan | None:
    return next((system for system in plan.systems if system.key == key), None)


def _compile_streak_test(plan: Plan, rule: StreakLength) -> _Test:
    streak = plan.streak if rule.key is None else plan.find_streak(rule.key)
    key = plan.streak.key if rule.key is None and plan.streak is not None and len(plan.streaks) > 1 else rule.key
    wanted, name = rule.at_least, "streak" if key is None else f"streak.{key}"
    unit = "period" if streak is None else period_noun(plan.ruleset.streaks[streak.place].frequency)

    def test(state: UserState, _: int, __: Sequence[int] | None) -> UnmetCondition | None:
        length = 0 if streak is None else state.streaks[streak.place].length  # earlier rules can lack it
        return None if length >= wanted else UnmetCondition(name, wanted, length, unit)

    return test


# --- asking ---------------------------------------------------------------------------------------------------------


def is_gate_open(agenda: Agenda, state: UserState, rule: AchievementPlan, at: int) -> bool:
    """Return True if an achievement has no compiled gate or its gate is open; note the answer for explanations."""
    return rule.gate is None or evaluate_gate(agenda, state, rule.gate, at) is None


def evaluate_gate(agenda: Agenda, state: UserState, gate: GatePlan, at: int) -> UnmetCondition | None:
    """Return the first condition of a gate that does not hold, or None if it is open; note it for explanations."""
    unmet = gate.find_unmet(state, at, agenda.level_points)
    if agenda.gate_answers is not None:
        agenda.gate_answers.append(GateAnswer(gate.kind, gate.keys, at, unmet))
    return unmet


def note_closed_metric_gates(agenda: Agenda, state: UserState, metrics: Iterable[MetricPlan], at: int) -> None:
    """Record which gates of metrics are closed, before a command or due work changes anything."""
    if agenda.gate_inputs is not None:
        agenda.gate_inputs.append(GateInput(len(agenda.effects), state.copy()))
    unmet = ((metric, metric.gate.find_unmet(state, at)) for metric in metrics if metric.gate is not None)
    agenda.closed = {metric: condition for metric, condition in unmet if condition is not None}


def is_metric_gate_closed(agenda: Agenda, metric: MetricPlan, at: int) -> bool:
    """Return True if the gate of a metric was closed before the command; note it for explanations."""
    unmet = agenda.closed.get(metric)
    if unmet is None:
        return False
    if agenda.gate_answers is not None:
        agenda.gate_answers.append(GateAnswer("metric", (metric.key,), at, unmet))
    return True


def evaluate_gate_of_rule(state: UserState, rule: AchievementPlan | TriggerPlan, at: int) -> UnmetCondition | None:
    """Return the first condition of a rule's gate that does not hold for a user at an instant, or None."""
    if rule.gate is not None:
        return rule.gate.find_unmet(state, at)
    return None if rule.user_attributes is None else evaluate_attribute_gate(rule.user_attributes, state)


def is_waiting_for_gate(counter: Counter, state: UserState, cursor: int) -> bool:
    """Return True if an achievement below the cursor of a counter has yet to find its gate open."""
    following = counter.thresholds[cursor]
    return any(
        achievement.threshold < following and achievement.key not in state.counters.completed
        for achievement in counter.gated
    )
