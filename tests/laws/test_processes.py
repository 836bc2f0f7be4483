"""A replay of a log has the same result, byte for byte, in every process."""

import json

import pytest
from hypothesis import given, settings
from processes import answers

from trophy_engine import Engine
from trophy_engine.core.commands import decode_command, encode_command
from trophy_engine.storage import Entry
from trophy_engine.testing import games, play, states

PROCESS = """
import json, sys
from trophy_engine import Effect, Engine
from trophy_engine.core.commands import Settle, decode_command
from trophy_engine.analysis.tables.effects import effect_columns, effect_row
from trophy_engine.analysis.tables.text import json_row
from trophy_engine.storage import Entry
from trophy_engine.testing import execute, states
announced = []
log = [Entry(sequence, number, decode_command(command)) for sequence, number, command in json.load(sys.stdin)]
replayed = Engine.from_log(log[:1])
replayed.subscribe(Effect, lambda effect: announced.append(json_row(effect_columns(type(effect)), effect_row(effect))))
for entry in log[1:]:
    execute(replayed, entry.command)
print(json.dumps([announced, states(replayed)]))
"""


@pytest.mark.thorough
@given(games())
@settings(max_examples=settings.default.max_examples * 4 // 15)  # each starts two processes
def test_every_process_has_equal_results_under_any_hash_seed(history):
    engine = Engine(history.ruleset)
    play(engine, history)
    log = json.dumps([[entry.sequence, entry.number, encode_command(entry.command)] for entry in engine.log()])
    assert [Entry(s, n, decode_command(command)) for s, n, command in json.loads(log)] == list(engine.log())
    [answer] = answers(PROCESS, log)
    assert json.loads(answer)[1] == json.loads(json.dumps(states(engine)))


FRESH_GAME = """
import sys
before = set(sys.modules)
from trophy_engine import Achievement, Engine, Metric, MetricTrigger, Ruleset, Streak, StreakMetric
rules = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("hundred", MetricTrigger("words", value=100))],
)
engine = Engine(rules)
engine.subscribe("achievement.completed", lambda effect: print(effect.achievement))
engine.record("words", user="18", value=120)
rooms = (
    "analysis", "explain", "leaderboards", "notifications.effects", "reports", "rules.draft", "rules.files",
    "storage.sqlite", "testing", "trophy_api",
)
unneeded = {"difflib", "fractions", "importlib.resources", "pathlib", "pkgutil", "tempfile", "tomli_w", "tomllib"}
print(sorted((sys.modules.keys() - before) & (unneeded | {f"trophy_engine.{room}" for room in rooms})))
"""


def test_a_game_in_memory_imports_only_what_it_needs():
    assert answers(FRESH_GAME) == {"hundred\n[]\n"}
