"""The playground on Pyodide, under Node: the answers are those of this Python."""

import json
import os
import subprocess
from pathlib import Path

import pytest

if "PLAYGROUND" not in os.environ:
    pytest.skip("PLAYGROUND names no built playground; .ci/examples builds it", allow_module_level=True)


def requests(samples):
    """List requests under every sample, and under rules with an error and with a warning."""
    clicks = [("2026-03-09", 10), ("2026-03-10", 10.5), ("2026-03-12", 3), ("2026-03-17", 1), ("2026-03-18", 12)]
    metrics = {"daily": "words", "weekly": "workouts", "energy": "hints"}
    known = [(rules, [(day, metrics[name], value) for day, value in clicks]) for name, rules in samples.items()]
    faulty = [("metrics = [", []), ('metrics = [{ key = "words" }]\n[[streaks]]\nkey = "daily"\n', [])]
    return [
        {"rules": rules, "events": events, "since": "2026-02-09", "today": "2026-03-18"}
        for rules, events in (*known, *faulty)
    ]


def test_pyodide_answers_as_this_python_does(playground, samples, site):
    asked = requests(samples)
    script = Path(__file__).with_name("answer.mjs")
    ended = subprocess.run(
        ["node", script, site], input=json.dumps(asked), capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert ended.returncode == 0, ended.stderr
    answers = json.loads(ended.stdout)
    assert answers == [json.loads(playground.answer(json.dumps(request))) for request in asked]
    assert [answer["valid"] for answer in answers] == [True, True, True, False, True]
