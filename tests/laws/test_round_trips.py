"""What is written reads back equal: rules, commands, states and effects."""

import json

from histories import histories, live, states
from hypothesis import given
from rulesets import rulesets

from trophy_engine import Engine, Ruleset
from trophy_engine.core.commands import decode, encode
from trophy_engine.core.effects import EFFECTS
from trophy_engine.core.state import UserState
from trophy_engine.replay.output import effect_as_json


@given(rulesets())
def test_rules_read_back_equal(rules):
    for format_ in ("toml", "json"):
        again = Ruleset.loads(rules.dumps(format_), format=format_)
        assert again == rules
        assert (again.digest, again.dumps(format_)) == (rules.digest, rules.dumps(format_))


@given(rulesets(), histories())
def test_commands_and_states_read_back_equal(rules, history):
    engine = Engine(rules)
    live(engine, history)
    for entry in engine.log():
        assert decode(encode(entry.command)) == entry.command
        assert type(decode(encode(entry.command))) is type(entry.command)
    for state in states(engine).values():
        written = json.loads(json.dumps(state))
        assert UserState.load(engine._history.plan, written).dump(engine._history.plan) == state


@given(rulesets(), histories())
def test_effects_are_json_that_tells_their_kind(rules, history):
    for effect in live(Engine(rules), history):
        told = json.loads(json.dumps(effect_as_json(effect)))
        assert EFFECTS[told["type"]] is type(effect)
        assert told["user_id"] == effect.user_id
