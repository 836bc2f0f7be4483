"""Every total of a metric on points or completions is that of the list of awards and completions."""

import attrs
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from metric_oracle import Event, local_date, total

from trophy_engine import (
    Achievement,
    AchievementBackdated,
    AchievementCompleted,
    AchievementPointsTrigger,
    CompletionsSource,
    Engine,
    Metric,
    MetricChanged,
    MetricPointsTrigger,
    MetricTrigger,
    PointsAwarded,
    PointsSource,
    UserChanged,
    UserCreated,
)
from trophy_engine.calendar.instants import DAY, HOUR, from_micros, to_micros
from trophy_engine.core.commands import Record
from trophy_engine.testing import execute, games, rulesets
from trophy_engine.testing.driver import effects_of
from trophy_engine.testing.histories import commands, records
from trophy_engine.testing.metrics import award_metrics_strategy

LATER = (0, 1, HOUR + 1, DAY, 9 * DAY, 400 * DAY)


def is_on_awards(metric):
    return isinstance(metric.source, PointsSource | CompletionsSource)


@st.composite
def rulesets_on_awards(draw):
    """Draw rules with metrics on points and on some completions, of which an event of words brings several."""
    rules = draw(rulesets(gates=False).filter(lambda rules: rules.points and not rules.notifications))
    achievements = (
        *rules.achievements,
        Achievement("first-words", MetricTrigger("words", 1)),
        Achievement("more-words", MetricTrigger("words", draw(st.sampled_from([1, 2, 3]))), repeatable=True),
    )
    paid = (MetricPointsTrigger("words", 2), AchievementPointsTrigger("more-words", 1))
    recorded = [metric.key for metric in rules.metrics if metric.source is None]
    keys = [one.key for one in rules.points], [one.key for one in achievements], recorded
    others = draw(award_metrics_strategy(*keys).filter(bool))
    known = {metric.key for metric in rules.metrics}
    latest = Metric("latest", source=PointsSource(rules.points[0].key), aggregate="last")  # shows the order of awards
    return attrs.evolve(
        rules,
        metrics=(*rules.metrics, latest, *(one for one in others if one.key not in known)),
        achievements=achievements,
        points=[attrs.evolve(one, triggers=(*one.triggers, *paid)) for one in rules.points],
    )


def events_and_more(rules, user, at):
    """Draw commands of which most are events."""
    return st.one_of(records(rules, user, at), commands(rules, user, at))


def completions_of(metric):
    """Return the achievements that the source of a metric names."""
    completions = getattr(metric.source, "completions", "*")
    return () if completions == "*" else completions


class Account:
    """What happened to one user: the events, awards and completions, each on its local date."""

    def __init__(self, rules):
        self.rules = rules
        self.zone = "UTC"
        self.events = []

    def follow(self, command, effects):
        for effect in effects:
            at = to_micros(effect.at)
            match effect:
                case UserCreated():
                    self.zone = effect.time_zone
                case UserChanged(field="time_zone"):
                    self.zone = effect.after
                case PointsAwarded() if effect.awarded > 0:
                    self.add(at, PointsSource(effect.system), effect.awarded)
                case AchievementCompleted() | AchievementBackdated():
                    for source in {metric.source for metric in self.rules.metrics if is_on_awards(metric)}:
                        if isinstance(source, CompletionsSource) and effect.achievement in source:
                            for _ in range(effect.times):
                                self.add(at, source, 1)
                case MetricChanged() if isinstance(command, Record) and effect.metric == command.metric:
                    self.add(at, command.metric, command.value)

    def add(self, at, source, value):
        self.events.append(Event(at, local_date(at, self.zone), source, value, {}))

    def totals(self, at):
        today = local_date(at, self.zone)
        return {
            metric.key: total(self.rules, metric, self.events, at, today)
            for metric in self.rules.metrics
            if is_on_awards(metric)
        }


def compare(engine, accounts, at):
    for user, account in accounts.items():
        totals = dict(engine.user(user, at=from_micros(at)).metrics)
        assert {key: totals[key] for key in account.totals(at)} == account.totals(at)


GAMES = games(
    rulesets_on_awards().map(lambda rules: attrs.evolve(rules, day_start="00:00")),
    users=("ann", "ben"),
    min_size=6,
    kinds=events_and_more,
)


@pytest.mark.thorough
@given(history=GAMES)
def test_totals_are_those_of_the_list_of_awards_and_completions(history):
    engine, accounts = Engine(history.ruleset), {}
    for command in history:
        result = execute(engine, command)
        for effect in effects_of(result):
            account = accounts.setdefault(effect.user_id, Account(history.ruleset))
            account.follow(command, [effect])
    end = history.commands[-1].at
    for effect in engine.settle(at=from_micros(end)):
        accounts.setdefault(effect.user_id, Account(history.ruleset)).follow(None, [effect])
    compare(engine, accounts, end)
    event(f"{sum(is_on_awards(metric) for metric in history.ruleset.metrics)} metrics on awards")


@pytest.mark.thorough
@given(history=GAMES, data=st.data())
def test_metrics_that_are_new_are_counted_from_the_log(history, data):
    after = history.ruleset
    before = with_recorded_metrics(after)
    known = {one.key for one in before.achievements}
    new = (one for one in after.metrics if is_on_awards(one) and known.issuperset(completions_of(one)))
    after = attrs.evolve(before, metrics=(*before.metrics, *new))
    engine, accounts = Engine(before), {}
    change = data.draw(st.integers(0, len(history)))
    commands = list(history)
    for number in range(len(commands) + 1):
        if number == change:
            at = commands[min(number, len(commands) - 1)].at
            for effect in engine.update(after, at=from_micros(at)):
                accounts.setdefault(effect.user_id, Account(after)).follow(None, [effect])
        if number < len(commands):
            for effect in effects_of(execute(engine, commands[number])):
                accounts.setdefault(effect.user_id, Account(after)).follow(commands[number], [effect])
    end = commands[-1].at
    for effect in engine.settle(at=from_micros(end)):
        accounts.setdefault(effect.user_id, Account(after)).follow(None, [effect])
    compare(engine, accounts, end)
    compare(Engine.from_log(engine.log()), accounts, end)


def with_recorded_metrics(rules):
    """Return rules with only the recorded metrics, and what counts by them."""
    metrics = tuple(metric for metric in rules.metrics if metric.source is None)
    known = {None, *(metric.key for metric in metrics)}
    kept = [one for one in rules.achievements if getattr(one.trigger, "metric", None) in known]
    while not all(keeps_prerequisites(one, kept) for one in kept):
        kept = [one for one in kept if keeps_prerequisites(one, kept)]
    keys = {None, *(one.key for one in kept)}
    points = [attrs.evolve(one, triggers=[t for t in one.triggers if counts(t, known, keys)]) for one in rules.points]
    streaks = [attrs.evolve(streak, metrics=(), freezes=None) for streak in rules.streaks]
    return attrs.evolve(rules, metrics=metrics, streaks=streaks, achievements=kept, points=points)


def keeps_prerequisites(achievement, achievements):
    return {one.key for one in achievements}.issuperset(getattr(achievement.trigger, "achievements", ()))


def counts(trigger, metrics, achievements):
    return getattr(trigger, "metric", None) in metrics and getattr(trigger, "achievement", None) in achievements
