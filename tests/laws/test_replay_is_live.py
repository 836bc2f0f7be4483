"""A log done again by a fresh engine gives the same states, effects and identifiers, anywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

from histories import do, histories, live, states
from hypothesis import given, settings
from hypothesis import strategies as st
from rulesets import rulesets

from trophy_engine import Engine
from trophy_engine.core.commands import decode, encode
from trophy_engine.replay.output import effect_as_json
from trophy_engine.storage import Entry, MemoryStorage, SQLiteStorage


@given(rulesets(), histories())
def test_a_replayed_log_gives_the_same_states_and_the_same_log(rules, history):
    engine = Engine(rules)
    live(engine, history)
    engine.settle(at=history[-1].at)
    again = Engine.replay(engine.log())
    assert states(again) == states(engine)
    assert list(again.log()) == list(engine.log())


@given(rulesets(), histories())
@settings(max_examples=50)
def test_every_storage_gives_the_same_effects(rules, history):
    engines = [Engine(rules, storage=storage) for storage in (MemoryStorage(), SQLiteStorage(":memory:"))]
    in_memory, in_sqlite = ([effect_as_json(effect) for effect in live(engine, history)] for engine in engines)
    assert in_memory == in_sqlite
    assert states(engines[0]) == states(engines[1])


@given(rulesets(), histories(), st.data())
def test_states_come_back_from_snapshots_and_the_log_after_them(rules, history, data):
    storage, straight = MemoryStorage(), Engine(rules)
    storage.snapshot_every = data.draw(st.sampled_from([1, 2, 5, None]))
    engine = Engine(rules, storage=storage)
    for deed in history:
        if data.draw(st.booleans()):
            engine = Engine(rules, storage=storage)
        assert str(do(engine, deed)) == str(do(straight, deed))
    assert states(Engine(rules, storage=storage)) == states(straight)


PROCESS = """
import json, sys
from trophy_engine import Effect, Engine
from trophy_engine.core.commands import decode
from trophy_engine.replay.output import effect_as_json
from trophy_engine.storage import Entry
told = []
log = [Entry(sequence, number, decode(command)) for sequence, number, command in json.load(sys.stdin)]
replayed = Engine.replay(log[:1])
replayed.subscribe(Effect, lambda effect: told.append(effect_as_json(effect)))
for entry in log[1:]:
    replayed._run(entry.command)
history = replayed._history
print(json.dumps([told, {user: history.state(user).dump(history.plan) for user in replayed.users()}]))
"""


@given(rulesets(), histories())
@settings(max_examples=4)
def test_every_process_gives_the_same_whatever_its_hash_seed(rules, history):
    engine = Engine(rules)
    live(engine, history)
    log = json.dumps([[entry.sequence, entry.number, encode(entry.command)] for entry in engine.log()])
    assert [Entry(s, n, decode(command)) for s, n, command in json.loads(log)] == list(engine.log())
    root = Path(__file__).resolve().parents[2]
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROCESS],
            input=log,
            capture_output=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
    assert json.loads(answers.pop())[1] == json.loads(json.dumps(states(engine)))
