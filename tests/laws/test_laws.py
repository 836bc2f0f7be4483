"""The laws hold for every ruleset and every history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import Engine, StorageConflict, UnknownKey
from trophy_engine.calendar.instants import from_micros
from trophy_engine.storage import MemoryStorage
from trophy_engine.testing import LAWS, games, play, states
from trophy_engine.testing.performance import perform


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


@given(games(), st.data())
def test_two_engines_on_one_storage_tell_one_story(history, data):
    storage, alone = MemoryStorage(), Engine(history.ruleset)
    storage.snapshot_every = data.draw(st.sampled_from([1, 5, None]))
    engines = [Engine(history.ruleset, storage=storage) for _ in range(2)]
    for deed in history:
        engine, watcher = data.draw(st.permutations(engines))
        if isinstance(perform(engine, deed), StorageConflict):
            perform(engine, deed)
        perform(alone, deed)
        assert states(watcher) == states(alone)
        assert _boards(watcher, deed.at) == _boards(alone, deed.at)


def _boards(engine, instant):
    at = from_micros(instant)
    keys = [view.key for view in engine.leaderboards(at=at, finished=True) if not view.rule.breakdown_attributes]
    return [engine.leaderboard(key, at=at) for key in keys]
