"""trophy-engine check: every problem, and an exit status for its kind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def test_check_lists_every_problem_and_its_status_names_the_kind(run):
    assert run("check", "rules.toml").exit_code == 0
    Path("bad.toml").write_text('metric = []\n[streak]\nmetrics = [{ key = "word" }]\n')
    bad = run("check", "bad.toml")
    assert bad.exit_code == 1
    assert bad.output.splitlines() == [
        "error: metric: unknown field 'metric'; did you mean 'metrics'?",
        "error: streak.metrics[0].key: unknown metric 'word'; known: none",
        "bad.toml: 2 errors, no warnings",
    ]
    Path("odd.toml").write_text("[streak]\n")
    odd = run("check", "odd.toml")
    assert (odd.exit_code, odd.output.splitlines()[-1]) == (3, "odd.toml: no errors, 1 warning")
    assert run("check", "missing.toml").exit_code == 1
    assert run("check").exit_code == 2
    assert run("check", "git").exit_code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names of files")
def test_check_names_a_file_whose_name_is_not_text(run):
    trigger = {"type": ["metric"]}
    Path("x\udcff.json").write_text(json.dumps({"achievements": [{"key": "a", "trigger": trigger, "name": "\ud800"}]}))
    program = [sys.executable, "-X", "utf8", "-c", "from trophy_engine.cli import main; main()"]
    checked = subprocess.run([*program, "check", "x\udcff.json"], capture_output=True, text=True, check=False)
    assert checked.stderr == ""
    assert checked.stdout.splitlines() == [
        "error: achievements[0].trigger.type: type must be one of 'metric', 'streak', 'api', 'achievement', "
        "'anniversary', "
        "not ['metric']",
        "error: achievements[0].name: name must be text that UTF-8 can write, without NUL, not '\\ud800'",
        "x\\udcff.json: 2 errors, no warnings",
    ]
