"""Evaluating a user's events has the state and the effects of the engine as its result."""

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
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.commands import Identify
from trophy_engine.core.raw_effects import to_effect
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
    assert [to_effect(effect) for effect in raw] == effects


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
