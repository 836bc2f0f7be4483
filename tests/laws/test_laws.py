"""The laws hold for every ruleset and every history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import Engine, UnknownKey
from trophy_engine.testing import LAWS, games, play, states


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(history=games())
def test_the_law(law, history):
    law(history.ruleset, history)


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
def test_an_engine_can_be_opened_anew_at_any_time_with_any_snapshots(history, data):
    straight = Engine(history.ruleset)
    engine = Engine(history.ruleset)
    storage = engine._history.storage
    storage.snapshot_every = data.draw(st.sampled_from([1, 2, 5, None]))
    for deed in history:
        if data.draw(st.booleans()):
            engine = Engine(history.ruleset, storage=storage)
        assert play(engine, [deed]) == play(straight, [deed])
    assert states(Engine(history.ruleset, storage=storage)) == states(straight)
