"""The laws hold when rules change in the middle of a history."""

from itertools import count, pairwise
from operator import add

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from period_accounts import check_decisions

from trophy_engine import Effect, Engine, Gate, InvalidRules, Ruleset
from trophy_engine.calendar.instants import DAY, LAST, from_micros
from trophy_engine.core.commands import Settle
from trophy_engine.core.raw_effects import effect_from_raw
from trophy_engine.storage import MemoryStorage, SQLiteStorage
from trophy_engine.testing import execute, histories, rulesets, states, streak_rules
from trophy_engine.testing.assertions import assert_equal
from trophy_engine.testing.driver import effects_of

#: A fifth of the examples of the profile, because every example plays a history several times.
FEW = settings(max_examples=settings.default.max_examples // 5)


@attrs.frozen
class Update:
    """A change of rules."""

    rules: Ruleset
    at: int


@attrs.frozen
class Saga:
    """A history in which rules change."""

    rules: Ruleset
    commands: tuple

    @property
    def end(self):
        return Settle(self.commands[-1].at)


@st.composite
def changed(draw, rules):
    """Draw other rules: unrelated ones, or the same with other streaks or with other points."""
    if draw(st.sampled_from([False, False, True])):
        return draw(rulesets())
    others = draw(rulesets(metrics=st.just(metrics_that_depend_on_events_alone(rules))))
    keys = {achievement.key for achievement in rules.achievements}
    parts = ["all", "streaks"] + ["points"] * ({achievement.key for achievement in others.achievements} <= keys)
    part = draw(st.sampled_from(parts))
    try:
        return others if part == "all" else attrs.evolve(rules, **{part: getattr(others, part)})
    except InvalidRules:  # the parts refer to levels or streaks that are gone, or pay one another without end
        return others


def metrics_that_depend_on_events_alone(rules):
    """Return the metrics that any other rules can have: without gates, and not on points or completions."""
    on_events = (metric for metric in rules.metrics if metric.source is None or isinstance(metric.source, str))
    return tuple(attrs.evolve(metric, when=Gate()) for metric in on_events)


@st.composite
def sagas(draw):
    rules = draw(rulesets())
    commands = list(draw(histories(rules, max_size=14)))
    now, places = rules, sorted(draw(st.lists(st.integers(0, len(commands)), min_size=1, max_size=2)))
    for place in map(add, places, count()):
        before, after = commands[max(place - 1, 0)].at, commands[min(place, len(commands) - 1)].at
        now = draw(changed(now))
        commands.insert(place, Update(now, draw(st.sampled_from([before, (before + after) // 2, after]))))
    return Saga(rules, tuple(sorted(commands, key=lambda command: command.at)))


def do(engine, *commands) -> list[Effect]:
    effects = []
    for command in commands:
        if isinstance(command, Update):
            effects += engine.update(command.rules, at=from_micros(command.at))
        else:
            effects += effects_of(execute(engine, command))
    return effects


def by_user(effects):
    return {
        user: [effect for effect in effects if effect.user_id == user]
        for user in sorted({effect.user_id for effect in effects})
    }


@FEW
@given(sagas())
def test_replay_equals_live(saga):
    engine = Engine(saga.rules)
    effects = do(engine, *saga.commands, saga.end)
    again = Engine.from_log(engine.log())
    assert_equal(states(again), states(engine), "the states of the log done again")
    assert_equal(list(again.log()), list(engine.log()), "the log of the log done again")
    with Engine(saga.rules, storage=SQLiteStorage(":memory:")) as in_sqlite:
        assert_equal(do(in_sqlite, *saga.commands, saga.end), effects, "what happens on SQLite")
        assert_equal(states(in_sqlite), states(engine), "the states on SQLite")


@FEW
@given(rulesets(streaks=st.tuples(streak_rules(("words",)))), streak_rules(("words",)), st.data())
def test_another_calendar_and_back_at_once_changes_no_streak(rules, streak, data):
    engine = Engine(rules)
    history = data.draw(histories(rules, max_size=14))
    do(engine, *history)
    at = from_micros(history.commands[-1].at)
    before = [(player.id, *standing_of(player)) for player in engine.players(at=at)]
    engine.update(attrs.evolve(rules, streaks=[streak]), at=at)
    engine.update(rules, at=at)
    assert [(player.id, *standing_of(player)) for player in engine.players(at=at)] == before


def standing_of(player):
    streak = player.streak
    return streak.length, streak.started, streak.extended_at, player.freezes


@FEW
@given(sagas(), st.sampled_from([1, 2]))
def test_an_engine_reopened_for_every_two_commands_has_equal_results(saga, snapshot_every):
    storage = MemoryStorage()
    storage.snapshot_every = snapshot_every
    rules, effects = saga.rules, []
    commands = (*saga.commands, saga.end)
    for start in range(0, len(commands), 2):
        engine = Engine(rules, storage=storage)
        assert engine.migration_effects == ()
        effects += do(engine, *commands[start : start + 2])
        rules = engine.ruleset
    alone = Engine(saga.rules)
    assert_equal(effects, do(alone, *commands), "what happens in engines that were reopened")
    assert_equal(states(Engine(rules, storage=storage)), states(alone), "the states of engines that were reopened")


@FEW
@given(sagas())
def test_transitions_end_with_the_visible_state(saga):
    engine = Engine(saga.rules)
    effects = do(engine, *saga.commands, saga.end)
    for user in engine.users():
        transitions = engine.transitions(user, at=from_micros(saga.end.at))
        last, seen = transitions[-1], engine._execution.settled_copy(engine._execution.state(user), saga.end.at)
        assert_equal(last.state.dump(last.plan), seen.dump(last.plan), "the state of the last transition")
        from_transitions = [effect_from_raw(raw) for transition in transitions for raw in transition.effects]
        assert_equal(from_transitions, by_user(effects).get(user, []), "what happens in transitions")


@FEW
@given(sagas())
def test_decisions_on_periods_add_up_to_the_streak(saga):
    engine = Engine(saga.rules)
    do(engine, *saga.commands)
    for user in engine.users():
        check_decisions(engine.transitions(user, at=from_micros(saga.end.at)))


@FEW
@given(sagas())
def test_settling_is_path_independent(saga):
    often, never = Engine(saga.rules), Engine(saga.rules)
    between = [
        one
        for command, after in pairwise((*saga.commands, saga.end))
        for one in (command, Settle(command.at + (after.at - command.at) // 3), Settle(after.at))
    ]
    far = Settle(min(saga.end.at + 800 * DAY, LAST - 1))
    alone = [command for command in saga.commands if not isinstance(command, Settle)]
    assert_equal(by_user(do(often, *between, saga.end)), by_user(do(never, *alone, saga.end)), "what happens")
    assert_equal(states(often), states(never), "the states")
    assert_equal(by_user(do(often, far)), by_user(do(never, far)), "what happens long after")
    assert_equal(states(often), states(never), "the states long after")


@FEW
@given(sagas())
def test_adopting_equal_rules_changes_nothing(saga):
    alone, updated = Engine(saga.rules), Engine(saga.rules)
    for command in saga.commands:
        assert_equal(do(updated, command), do(alone, command), "what happens between changes that change nothing")
        assert_equal(do(updated, Update(updated.ruleset, command.at)), [], "what a change does that changes nothing")
        assert_equal(states(updated), states(alone), "the states after a change that changes nothing")
    assert_equal(list(updated.log()), list(alone.log()), "the log")


@FEW
@given(sagas())
def test_users_commute_between_changes(saga):
    together, apart = Engine(saga.rules), Engine(saga.rules)
    commands = [command for command in saga.commands if not isinstance(command, Settle)]
    sorted_, chapter = [], []
    for command in (*commands, None):
        if isinstance(command, Update) or command is None:
            sorted_ += [*sorted(chapter, key=lambda one: one.user_id, reverse=True), *filter(None, [command])]
            chapter = []
        else:
            chapter.append(command)
    assert_equal(
        by_user(do(apart, *sorted_)), by_user(do(together, *commands)), "what happens when one user comes after another"
    )
    assert_equal(states(apart), states(together), "the states when one user comes after another")


@FEW
@given(sagas())
def test_completions_are_kept_while_the_rules_have_the_achievement(saga):
    engine = Engine(saga.rules)
    for command in saga.commands:
        before = states(engine)
        do(engine, command)
        keys = {part.key for achievement in engine.ruleset.achievements for part in achievement.parts}
        for user, state in before.items():
            kept = {key: when for key, when in state["counters"]["completed"].items() if key in keys}
            assert kept.items() <= engine.export_user(user)["counters"]["completed"].items()
