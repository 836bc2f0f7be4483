"""Every total of every metric is that of the list of events, whatever the aggregate, the filter and the window."""

from datetime import date
from decimal import Decimal

import attrs
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from metric_oracle import Event, counts, is_threshold_reached, local_date, multiples, period, total

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    Leaderboard,
    MetricChanged,
    MetricPointsTrigger,
    MetricTrigger,
    Outcome,
    PointsSystem,
    Ruleset,
    RunWindow,
    Streak,
    StreakExtended,
    StreakMetric,
    StreakStarted,
)
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import DAY, HOUR, LAST, from_micros
from trophy_engine.core.commands import Identify, Record
from trophy_engine.rules.metric_uses import (
    has_event_attributes,
    has_only_whole_totals,
    refuse_metric_for_leaderboard,
    refuse_metric_for_points,
    refuse_metric_for_streak,
)
from trophy_engine.storage import MemoryStorage, SQLiteStorage
from trophy_engine.testing import execute, games
from trophy_engine.testing.datetimes import Gap, gaps
from trophy_engine.testing.histories import journeys, records
from trophy_engine.testing.metrics import metrics_strategy

FILTERS = st.sampled_from([{}, {}, {"device": "ios"}])
LATER = (0, 1, HOUR // 2, HOUR + 1, DAY, 2 * DAY, 9 * DAY, 400 * DAY)


@st.composite
def rulesets_on_totals(draw):
    """Draw rules whose achievements and balances show each total that reaches a threshold, and each multiple."""
    metrics = draw(metrics_strategy(st.integers(6, 12)))
    steps = [metric for metric in metrics if refuse_metric_for_points(metric) is None]
    achieved, paid = (draw(st.lists(st.sampled_from(some), max_size=4)) for some in (metrics, steps))
    return Ruleset(
        metrics,
        [Attribute("plan"), Attribute("device", "event")],
        achievements=[
            Achievement(f"a{number}", MetricTrigger(metric.key, draw(st.sampled_from([1, 2, 4])), draw(FILTERS)))
            for number, metric in enumerate(achieved)
        ],
        points=[
            PointsSystem(
                f"p{number}",
                triggers=[
                    MetricPointsTrigger(metric.key, 1, draw(st.sampled_from([1, 2])), event_attributes=draw(FILTERS))
                ],
            )
            for number, metric in enumerate(paid)
        ],
        first_weekday=draw(st.sampled_from(WEEKDAYS)),
    )


def actions(rules, user, at):
    """Draw events, moves, and changes of an attribute."""
    plan = st.sampled_from(["pro", "free"]).map(lambda value: Identify(user, at, (("attributes.plan", value),)))
    events = records(rules, user, at)
    return st.one_of(events, events, events, events, journeys(user, at), plan)


class Account:
    """The events of one user, and what follows from them."""

    def __init__(self, rules):
        self.rules = rules
        self.zone = "UTC"
        self.events = []
        self.completed = {}
        self.balances = {system.key: 0 for system in rules.points}

    def totals(self, at, attributes=None, events=None):
        today, known = local_date(at, self.zone), self.events if events is None else events
        return {metric.key: total(self.rules, metric, known, at, today, attributes) for metric in self.rules.metrics}

    def follow(self, command):
        """Count an event, or move; return the changes of totals that it brings, in order."""
        if isinstance(command, Identify):
            self.zone = dict(command.changes).get("time_zone", self.zone)
            return []
        happened = Event(
            command.at, local_date(command.at, self.zone), command.metric, command.value, dict(command.attributes)
        )
        earlier, self.events = self.events, [*self.events, happened]
        before, after = self.totals(command.at, events=earlier), self.totals(command.at)
        self._complete(happened)
        self._pay(earlier, happened)
        derived = [metric.key for metric in self.rules.metrics if metric.source == command.metric]
        counted = {metric.key for metric in self.rules.metrics if counts(metric, happened, {})}
        changed = [key for key in derived if key in counted and before[key] != after[key]]
        return [(key, before[key], after[key]) for key in (command.metric, *changed)]

    def _complete(self, happened):
        for achievement in self.rules.achievements:
            trigger = achievement.trigger
            metric = next(metric for metric in self.rules.metrics if metric.key == trigger.metric)
            if achievement.key in self.completed or not counts(metric, happened, trigger.event_attributes):
                continue
            after = self.totals(happened.at, trigger.event_attributes)[metric.key]
            if is_threshold_reached(after, trigger.value):
                self.completed[achievement.key] = happened.at

    def _pay(self, earlier, happened):
        for system in self.rules.points:
            [trigger] = system.triggers
            metric = next(metric for metric in self.rules.metrics if metric.key == trigger.metric)
            if counts(metric, happened, trigger.event_attributes):
                before = self.totals(happened.at, trigger.event_attributes, earlier)[metric.key]
                after = self.totals(happened.at, trigger.event_attributes)[metric.key]
                self.balances[system.key] += multiples(before, after, trigger.threshold)


#: Many gaps are as long as a window, or a microsecond more or less.
EXACT = st.builds(
    Gap,
    st.just("span"),
    st.sampled_from([HOUR // 2, HOUR, 3 * HOUR // 2, DAY, 3 * DAY // 2, 2 * DAY, 7 * DAY]),
    st.sampled_from([0, 0, 1, -1]),
)
PACE = st.one_of(EXACT, EXACT, gaps())
GAMES = games(rulesets_on_totals(), users=("ann",), min_size=10, max_size=25, kinds=actions, pace=PACE)


def engines(rules, kind):
    """Yield, for each command, the engine that executes it: the same one, or one that is opened again."""
    storage = SQLiteStorage(":memory:") if kind == "in SQLite" else MemoryStorage()
    if kind == "reopened":
        storage.snapshot_every = 1
    engine = Engine(rules, storage=storage)
    try:
        while True:
            yield Engine(rules, storage=storage) if kind == "reopened" else engine
    finally:
        storage.close()


#: Four times as many examples as the profile has, because a window shows a fault only at its very bounds.
MANY = settings(max_examples=settings.default.max_examples * 4)


@pytest.mark.parametrize("kind", ["in memory", "in SQLite", "reopened"])
@MANY
@given(history=GAMES)
def test_totals_completions_and_multiples_are_those_of_the_list_of_events(kind, history):
    rules, accounts = history.ruleset, {}
    source = engines(rules, kind)
    for command in history:
        engine = next(source)
        result = execute(engine, command)
        if not isinstance(result, Outcome) or result.replayed:
            continue
        account = accounts.setdefault(command.user_id, Account(rules))
        expected = account.follow(command)
        if isinstance(command, Record):
            changes = [effect for effect in result.effects if isinstance(effect, MetricChanged)]
            assert [(one.metric, one.before, one.after) for one in changes] == expected
            assert {one.value for one in changes} == {command.value}
        for user, other in accounts.items():
            compare(engine, user, other, command.at)
    again = Engine.from_log(next(source).log())
    for user, account in accounts.items():
        for shift in LATER:
            if history.commands[-1].at + shift < LAST:
                compare(again, user, account, history.commands[-1].at + shift)
    event(f"{len([metric for metric in rules.metrics if metric.source])} derived metrics")


def compare(engine, user, account, at):
    player = engine.user(user, at=from_micros(at))
    assert dict(player.metrics) == account.totals(at)
    assert dict(player.completed) == {key: from_micros(when) for key, when in account.completed.items()}
    assert {key: balance.total for key, balance in player.points.items()} == account.balances


@given(history=GAMES, data=st.data())
def test_other_metrics_are_counted_from_the_log(history, data):
    recorded = {metric.key for metric in history.ruleset.metrics if metric.source is None}
    same = metrics_strategy(st.integers(3, 9)).filter(
        lambda some: {one.key for one in some if one.source is None} == recorded
    )
    others = attrs.evolve(history.ruleset, metrics=data.draw(same), achievements=[], points=[])
    engine, accounts = Engine(history.ruleset), {}
    change = data.draw(st.integers(0, len(history)))
    for number, command in enumerate(history):
        if number == change:
            engine.update(others, at=from_micros(command.at))
        result = execute(engine, command)
        if isinstance(result, Outcome) and not result.replayed:
            accounts.setdefault(command.user_id, Account(others)).follow(command)
    if change == len(history):
        engine.update(others, at=from_micros(command.at))
    for engine_ in (engine, Engine.from_log(engine.log())):
        for shift in LATER[: 5 if change < len(history) else None]:
            at = min(command.at + shift, LAST - 1)
            for user, account in accounts.items():
                assert dict(engine_.user(user, at=from_micros(at)).metrics) == account.totals(at)


@st.composite
def rulesets_with_a_board(draw):
    """Draw rules with a leaderboard by a metric, of one run or of several."""
    metrics = draw(metrics_strategy())
    metric = draw(st.sampled_from([metric for metric in metrics if refuse_metric_for_leaderboard(metric) is None]))
    unit, interval = draw(st.sampled_from([(None, None), ("day", 3), ("month", 1)]))
    start = draw(st.sampled_from([date(2004, 1, 31), date(2004, 1, 31), date(2011, 12, 30)]))
    board = Leaderboard("board", "metric", start, metric=metric.key, run_unit=unit, run_interval=interval)
    return Ruleset(metrics, [Attribute("plan"), Attribute("device", "event")], leaderboards=[board])


@given(history=games(rulesets_with_a_board(), users=("ann", "ben"), min_size=6, kinds=actions))
def test_a_leaderboard_has_the_totals_of_its_runs(history):
    rules, engine, accounts = history.ruleset, Engine(history.ruleset), {}
    [board] = rules.leaderboards
    for command in history:
        result = execute(engine, command)
        if isinstance(result, Outcome) and not result.replayed:
            accounts.setdefault(command.user_id, Account(rules)).follow(command)
    metric = next(metric for metric in rules.metrics if metric.key == board.metric)
    runs = RunWindow(board.run_interval or 1000, board.run_unit or "year", board.start)
    in_runs = attrs.evolve(metric, window=runs)
    for day in {one.day for account in accounts.values() for one in account.events if one.day >= board.start}:
        totals = {user: total(rules, in_runs, account.events, 0, day) for user, account in accounts.items()}
        ranked = {user: value for user, value in totals.items() if value is not None and value > 0}
        for engine_ in (engine, Engine.from_log(engine.log())):
            view = engine_.leaderboard("board", at=from_micros(command.at), run=day)
            assert {one.user_id: one.value for one in view.rankings} == ranked


@st.composite
def rulesets_with_a_streak(draw):
    """Draw rules with a streak on one metric."""
    metrics = draw(metrics_strategy())
    metric = draw(st.sampled_from([metric for metric in metrics if refuse_metric_for_streak(metric) is None]))
    thresholds = [1, 2, 3] if has_only_whole_totals(metric) else [1, 2, 3, Decimal("0.4")]
    filters = [{}, {"device": "ios"}, {"device": ["android", "ios"]}] if has_event_attributes(metric) else [{}]
    condition = StreakMetric(
        metric.key, draw(st.sampled_from(thresholds)), event_attributes=draw(st.sampled_from(filters))
    )
    streak = Streak("habit", draw(st.sampled_from(["daily", "weekly", "monthly"])), [condition])
    attributes = [Attribute("plan"), Attribute("device", "event")]
    return Ruleset(metrics, attributes, streaks=[streak], first_weekday=draw(st.sampled_from(WEEKDAYS)))


@given(history=games(rulesets_with_a_streak(), users=("ann",), min_size=6, kinds=records))
def test_a_period_is_credited_when_its_total_reaches_the_threshold(history):
    rules, engine, account = history.ruleset, Engine(history.ruleset), Account(history.ruleset)
    [condition] = rules.primary_streak.metrics
    unit = {"daily": "day", "weekly": "week", "monthly": "month"}[rules.primary_streak.frequency]
    metric = next(metric for metric in rules.metrics if metric.key == condition.key)
    in_periods, credited = attrs.evolve(metric, window=unit), []
    for command in history:
        result = execute(engine, command)
        if not isinstance(result, Outcome) or result.replayed:
            continue
        account.follow(command)
        new = [effect.period_start for effect in result.effects if isinstance(effect, StreakStarted | StreakExtended)]
        happened = account.events[-1]
        period_of = period(unit, happened.day, rules)
        wanted = condition.event_attributes
        reached = total(rules, in_periods, account.events, command.at, happened.day, wanted)
        if counts(metric, happened, wanted) and reached >= condition.threshold and period_of not in credited:
            credited.append(period_of)
            assert [period(unit, start, rules) for start in new] == [period_of]
        else:
            assert new == []
