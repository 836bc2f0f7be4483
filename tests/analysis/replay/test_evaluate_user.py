"""Playing a user's events comes to what the engine comes to."""

from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import Engine, TrophyError
from trophy_engine.analysis.replay.evaluate_user import Stage
from trophy_engine.analysis.replay.events import Event
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.commands import Identify
from trophy_engine.core.effects import materialise
from trophy_engine.testing import games, play
from trophy_engine.testing.driver import effects_of, perform
from trophy_engine.testing.histories import journeys, records


def deeds(rules, user, at):
    """Draw what a log can hold: events without keys, many of them small, and now and then another zone."""
    plain = records(rules, user, at).map(lambda record: record._replace(idempotency_key=None))
    bare = plain.map(lambda record: record._replace(attributes=(), value=1))
    return st.one_of(bare, bare, plain, journeys(user, at))


@given(games(users=("ann",), max_size=40, kinds=deeds))
def test_a_stage_is_an_engine(history):
    engine, effects, events, refused, home = Engine(history.ruleset), [], [], [], None
    for place, deed in enumerate(history):
        if isinstance(deed, Identify):
            home = dict(deed.changes)["time_zone"]
            continue
        events.append(Event(deed.at, "ann", deed.metric, deed.value, home, deed.attributes, "log", place))
        try:
            with engine.batch():
                moves = home is not None and (not engine_knows(engine) or engine.dump("ann")["zone"] != home)
                found = play(engine, [Identify("ann", deed.at, (("time_zone", home),))] if moves else [])
                result = perform(engine, deed)
                if isinstance(result, TrophyError):
                    raise result
                effects += [*found, *effects_of(result)]
        except TrophyError:
            refused.append(place)
    bad = []
    end = history.commands[-1].at
    state, raw, played = Stage(history.ruleset, bad.append).play(events, end)
    assert [row.source.line for row in bad] == refused
    assert played == len(events) - len(refused)
    if state is None:
        assert not engine_knows(engine)
        return
    effects += [effect for effect in engine.settle(at=from_micros(end)) if effect.user_id]
    plan = engine._repository.plan
    assert state.dump(plan) == engine._execution.settled_copy(engine._execution.state("ann"), end).dump(plan)
    assert [materialise(one) for one in raw] == effects


def engine_knows(engine):
    return list(engine.users()) == ["ann"]
