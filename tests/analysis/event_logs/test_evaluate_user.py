"""Evaluating a user's events has the state and the effects of the engine as its result."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import (
    Engine,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    TrophyError,
    UserCreationPointsTrigger,
)
from trophy_engine.analysis.event_logs.evaluate_user import UserEvaluator
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.statistics.tally import Tally, UserTallyCounter
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import UserState
from trophy_engine.core.commands import Identify
from trophy_engine.core.raw_effects import effect_from_raw
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.testing import games, play
from trophy_engine.testing.driver import effects_of, execute
from trophy_engine.testing.histories import journeys, records


def log_commands(rules, user, at):
    """Draw commands that a log can contain: events without keys, many of them small, and some changes of zone."""
    plain = records(rules, user, at).map(lambda record: record._replace(idempotency_key=None))
    bare = plain.map(lambda record: record._replace(attributes=(), value=1))
    return st.one_of(bare, bare, plain, journeys(user, at))


@given(games(users=("ann",), max_size=40, kinds=log_commands))
def test_a_user_is_evaluated_as_by_the_engine(history):
    engine, effects, events, refused, zone_name = Engine(history.ruleset), [], [], [], None
    for line, command in enumerate(history):
        if isinstance(command, Identify):
            zone_name = dict(command.changes)["time_zone"]
            continue
        events.append(
            Event(command.at, "ann", command.metric, command.value, zone_name, command.attributes, "log", line)
        )
        try:
            with engine.batch():
                moves = zone_name is not None and (
                    not engine_knows(engine) or engine.export_user("ann")["clock"]["zone"] != zone_name
                )
                found = play(engine, [Identify("ann", command.at, (("time_zone", zone_name),))] if moves else [])
                result = execute(engine, command)
                if isinstance(result, TrophyError):
                    raise result
                effects += [*found, *effects_of(result)]
        except TrophyError:
            refused.append(line)
    bad = []
    end = history.commands[-1].at
    state, raw, evaluated = UserEvaluator(compile_ruleset(history.ruleset), bad.append).evaluate(events, end)
    assert [row.source.line for row in bad] == refused
    assert evaluated == len(events) - len(refused)
    if state is None:
        assert not engine_knows(engine)
        return
    effects += [effect for effect in engine.settle(at=from_micros(end)) if effect.user_id]
    plan = engine._repository.plan
    assert state.dump(plan) == engine._execution.settled_copy(engine._execution.state("ann"), end).dump(plan)
    assert [effect_from_raw(effect) for effect in raw] == effects


def engine_knows(engine):
    return list(engine.users()) == ["ann"]


def test_a_refused_event_changes_nothing():
    energy = PointsSystem(
        "energy",
        triggers=[
            UserCreationPointsTrigger(1),
            MetricPointsTrigger("words", points=-1, block_if_out_of_points=True),
        ],
    )
    bad = []
    evaluator = UserEvaluator(compile_ruleset(Ruleset(metrics=[Metric("words")], points=[energy])), bad.append)
    one_word, five_words = (Event(at, "jo", "words", value) for at, value in ((0, 1), (1, 5)))
    alone = evaluator.evaluate([one_word], 2)
    both = evaluator.evaluate([one_word, five_words], 2)
    assert (both.state.dump(evaluator.plan), *both[1:]) == (alone.state.dump(evaluator.plan), *alone[1:])
    assert evaluator.evaluate([five_words], 2) == (None, [], 0)
    assert [row.refused for row in bad] == [True, True]


def events_of(history):
    """Return the events of a history that a log can contain."""
    events, zone_name = [], None
    for line, command in enumerate(history):
        if isinstance(command, Identify):
            zone_name = dict(command.changes)["time_zone"]
        else:
            made = Event(command.at, "ann", command.metric, command.value, zone_name, command.attributes, "log", line)
            events.append(made)
    return events


@given(games(users=("ann",), max_size=40, kinds=log_commands), st.data())
def test_parts_of_the_events_are_evaluated_as_all_at_once(history, data):
    events, end, bad, bad_in_parts = events_of(history), history.commands[-1].at, [], []
    plan = compile_ruleset(history.ruleset)
    whole = UserEvaluator(plan, bad.append).evaluate(events, end)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=5)))
    evaluator, effects, tally, counter = UserEvaluator(plan, bad_in_parts.append), [], Tally.of(history.ruleset), None
    evaluator.begin()
    counter = UserTallyCounter(tally)
    for start, stop in pairwise([0, *cuts, len(events)]):
        evaluator.apply(events[start:stop], end)
        taken = evaluator.take_effects()
        counter.add(taken)
        effects += taken
    rest = evaluator.finish(end)
    assert (bad_in_parts, effects + rest.effects, rest.events) == (bad, whole.effects, whole.events)
    assert (rest.state is None) == (whole.state is None)
    if rest.state is not None:
        assert rest.state.dump(plan) == whole.state.dump(plan)
        counter.add(rest.effects)
        counter.finish(rest.state)
        at_once = Tally.of(history.ruleset)
        at_once.count(whole.state, whole.effects)
        assert tally == at_once


@given(games(users=("ann",), max_size=40, kinds=log_commands), st.data())
def test_an_evaluation_continues_from_the_state_of_an_earlier_one(history, data):
    events, end = events_of(history), history.commands[-1].at
    until = data.draw(st.integers(history.commands[0].at, end))
    plan, bad, bad_of_both = compile_ruleset(history.ruleset), [], []
    first = UserEvaluator(plan, bad.append).evaluate(events, until)
    evaluator = UserEvaluator(plan, bad.append)
    evaluator.begin(None if first.state is None else UserState.load(plan, first.state.dump(plan)))
    evaluator.apply([event for event in events if event.at > until], end)
    second = evaluator.finish(end)
    both = UserEvaluator(plan, bad_of_both.append).evaluate(events, end)
    assert (bad, first.effects + second.effects) == (bad_of_both, both.effects)
    assert first.events + second.events == both.events
    assert (second.state is None) == (both.state is None)
    assert both.state is None or second.state.dump(plan) == both.state.dump(plan)


def test_an_event_before_the_instant_of_a_state_is_refused():
    bad = []
    evaluator = UserEvaluator(compile_ruleset(Ruleset(metrics=[Metric("words")])), bad.append)
    state = evaluator.evaluate([Event(0, "jo", "words", 1)], 10).state
    evaluator.begin(state)
    evaluator.apply([Event(5, "jo", "words", 2), Event(10, "jo", "words", 3)], 20)
    assert evaluator.finish(20).events == 1
    [row] = bad
    assert row.refused
