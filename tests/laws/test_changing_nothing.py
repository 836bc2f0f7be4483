"""A repeated key changes nothing, a refused command changes nothing, and looking changes nothing."""

from datetime import timedelta

from histories import USERS, do, histories, live, states
from hypothesis import given
from hypothesis import strategies as st
from rulesets import rulesets

from trophy_engine import Effect, Engine, Refused, UnknownKey, UnknownUser


def everything(engine):
    return states(engine), list(engine.log())


@given(rulesets(), histories(), st.integers(0, 30))
def test_a_repeated_key_changes_nothing(rules, history, later):
    engine, told = Engine(rules), []
    engine.subscribe(Effect, told.append)
    for deed in history:
        outcome = do(engine, deed)
        if deed.what == "keyed" and not isinstance(outcome, Exception):
            before = everything(engine), list(told)
            key = outcome.idempotency_key
            again = engine.record(
                outcome.metric, user=deed.user, value=99, at=deed.at + timedelta(days=later), idempotency_key=key
            )
            assert (again.replayed, again.event_id, again.effects) == (True, outcome.event_id, ())
            assert (everything(engine), told) == before


@given(rulesets(), histories())
def test_a_refused_command_changes_nothing(rules, history):
    engine, told = Engine(rules), []
    engine.subscribe(Effect, told.append)
    for deed in history:
        before = everything(engine), list(told)
        if isinstance(do(engine, deed), Refused | UnknownKey):
            assert (everything(engine), told) == before


@given(rulesets(), histories(), st.data())
def test_looking_changes_nothing_and_shows_the_state_settled_to_that_instant(rules, history, data):
    watched, alone = Engine(rules), Engine(rules)
    for deed in history:
        assert str(do(watched, deed)) == str(do(alone, deed))
        before = everything(watched)
        user = data.draw(st.sampled_from(USERS))
        look = deed.at + data.draw(st.sampled_from([timedelta(0), timedelta(days=1), timedelta(days=400)]))
        try:
            player = watched.user(user, at=look)
        except UnknownUser:
            continue
        assert everything(watched) == before
        settled = Engine.replay(alone.log())
        settled.settle(at=look)
        assert states(settled)[user] == player._state.dump(watched._history.plan)
        assert (player.points, player.achievements) == (settled.user(user, at=look).points, player.achievements)
    assert states(watched) == states(alone)


@given(rulesets(), histories())
def test_a_batch_that_fails_changes_nothing(rules, history):
    engine = Engine(rules)
    half = len(history) // 2
    live(engine, history[:half])
    before = everything(engine)
    try:
        with engine.batch():
            live(engine, history[half:])
            engine.record("no such metric", user="ann")
    except UnknownKey:
        pass
    assert everything(engine) == before
