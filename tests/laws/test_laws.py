"""The laws hold for every ruleset and every history."""

from collections import Counter

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trophy_engine import Engine, PointsLimit, StorageConflict, UnknownKey
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.commands import Record
from trophy_engine.storage import MemoryStorage
from trophy_engine.testing import LAWS, games, play, rulesets, states, streak_rules
from trophy_engine.testing.driver import execute
from trophy_engine.testing.histories import commands
from trophy_engine.testing.laws import completions_are_permanent, users_commute
from trophy_engine.testing.ledger_laws import balances_are_sums_of_awards
from trophy_engine.testing.limit_laws import limits_are_never_exceeded
from trophy_engine.testing.streak_laws import (
    freezes_are_conserved,
    length_counts_credited_periods,
    streaks_are_independent,
)


def credits_and_more(rules, user, at):
    """Draw commands of which two in three credit a period of the streak, unless several metrics must."""
    metrics = st.sampled_from([condition.key for condition in rules.primary_streak.metrics])
    credited = metrics.map(lambda metric: Record(user, at, metric, 1000, (), None))
    return st.one_of(credited, credited, commands(rules, user, at))


def has_limits(rules):
    return any(trigger.limit is not None for system in rules.points for trigger in system.triggers)


def with_tight_limits(rules):
    """Return the rules with a limit of one point a day on every trigger that awards more and has no limit."""

    def limited(trigger):
        has_none = getattr(trigger, "limit", ()) is None and trigger.points > 1
        return attrs.evolve(trigger, limit=PointsLimit(1, "day")) if has_none else trigger

    points = [attrs.evolve(system, triggers=[*map(limited, system.triggers)]) for system in rules.points]
    return attrs.evolve(rules, points=points)


LIMITED = rulesets().filter(lambda rules: any(system.triggers for system in rules.points)).map(with_tight_limits)
STREAKS = streak_rules().filter(lambda streak: streak.freezes is not None)
GAMES = games()
#: Strategies for laws that require their subject in the rules, or longer histories.
GAMES_OF = {
    completions_are_permanent: games(rulesets().filter(lambda rules: rules.achievements), min_size=6),
    freezes_are_conserved: games(rulesets(st.tuples(STREAKS)), users=("ann",), min_size=8, kinds=credits_and_more),
    balances_are_sums_of_awards: games(rulesets().filter(lambda rules: rules.points), min_size=6),
    limits_are_never_exceeded: games(rulesets().filter(has_limits) | LIMITED, min_size=6),
    length_counts_credited_periods: games(
        rulesets(st.tuples(streak_rules())), users=("ann",), min_size=8, kinds=credits_and_more
    ),
    users_commute: games(min_size=6),
    streaks_are_independent: games(
        rulesets(st.tuples(streak_rules(key="s0"), streak_rules(key="s1"), streak_rules(key="s2"))),
        users=("ann",),
        min_size=8,
        kinds=credits_and_more,
    ),
}
SEVERAL_USERS = "several users"
#: The effects that a law concerns, and the minimal number of 60 histories with each.
SUBJECTS = {
    completions_are_permanent: {"AchievementCompleted": 5},
    freezes_are_conserved: {"FreezeConsumed": 8, "FreezeEarned": 8, "FreezeGranted": 1},
    balances_are_sums_of_awards: {"PointsAwarded": 20, "LevelChanged": 5},
    limits_are_never_exceeded: {"PointsAwarded": 20, "PointsLimited": 10},
    length_counts_credited_periods: {"StreakStarted": 30, "StreakExtended": 15, "StreakLost": 15},
    users_commute: {SEVERAL_USERS: 40},
    streaks_are_independent: {"StreakStarted": 30, "StreakLost": 15, "FreezeConsumed": 5},
}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(data=st.data())
def test_the_law(law, data):
    history = data.draw(GAMES_OF.get(law, GAMES))
    law(history.ruleset, history)


@pytest.mark.thorough
@pytest.mark.parametrize("law", SUBJECTS, ids=lambda law: law.__name__)
def test_histories_for_a_law_have_the_effects_that_it_concerns(law):
    happened = Counter()

    @settings(derandomize=True, max_examples=60, database=None)
    @given(GAMES_OF[law])
    def count(history):
        engine = Engine(history.ruleset)
        happened.update({type(effect).__name__ for effect in play(engine, history)})
        happened[SEVERAL_USERS] += len(list(engine.users())) > 1

    count()
    seldom = {name: happened[name] for name, least in SUBJECTS[law].items() if happened[name] < least}
    assert seldom == {}, dict(happened)


@given(games(), st.data())
def test_a_batch_that_fails_changes_nothing(history, data):
    engine = Engine(history.ruleset)
    half = data.draw(st.integers(0, len(history)))
    play(engine, history.commands[:half])
    before = states(engine), list(engine.log())
    with pytest.raises(UnknownKey), engine.batch():  # noqa: PT012  # the batch is what raises
        play(engine, history.commands[half:])
        engine.record("no such metric", user="ann")
    assert (states(engine), list(engine.log())) == before


@given(games(), st.data())
def test_an_engine_can_be_reopened_at_any_time_with_any_snapshots(history, data):
    straight = Engine(history.ruleset)
    engine = Engine(history.ruleset)
    storage = engine._repository.storage
    storage.snapshot_every = data.draw(st.sampled_from([1, 2, 5, None]))
    for command in history:
        if data.draw(st.booleans()):
            engine = Engine(history.ruleset, storage=storage)
        assert play(engine, [command]) == play(straight, [command])
    assert states(Engine(history.ruleset, storage=storage)) == states(straight)


@given(games(), st.data())
def test_two_engines_on_one_storage_have_equal_results(history, data):
    storage, alone = MemoryStorage(), Engine(history.ruleset)
    storage.snapshot_every = data.draw(st.sampled_from([1, 5, None]))
    engines = [Engine(history.ruleset, storage=storage) for _ in range(2)]
    for command in history:
        engine, watcher = data.draw(st.permutations(engines))
        if isinstance(execute(engine, command), StorageConflict):
            execute(engine, command)
        execute(alone, command)
        assert states(watcher) == states(alone)
        assert _boards(watcher, command.at) == _boards(alone, command.at)


def _boards(engine, instant):
    at = from_micros(instant)
    keys = [view.key for view in engine.leaderboards(at=at, finished=True) if not view.rule.breakdown_attributes]
    return [engine.leaderboard(key, at=at) for key in keys]
