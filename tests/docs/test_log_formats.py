"""Each command in the table of log formats reads the export beside it, and every command that is proposed works."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from exports import EXPORTS, RULES
from typer.testing import CliRunner

from trophy_engine.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "logs.md"
COMMANDS = re.findall(r"^\| [^|`]+(?:`[^`]+`[^|`]*)?\| `(trophy-engine replay .+)` \|$", PAGE.read_text(), re.MULTILINE)
#: The users, the events and the skipped rows of each export.
COUNTS = {
    "revlog.csv": (1, 3),
    "Checkmarks.csv": (1, 5),
    "Wake up early.csv": (1, 2),
    "activities.csv": (1, 1),
    "learning_traces.csv": (2, 3),
    "leaderboards.csv": (1, 2),
    "Daily activity metrics.csv": (1, 5),
    "stripe.json": (2, 2),
    "github.json": (2, 2),
    "mixpanel.jsonl": (2, 2),
    "amplitude.json.gz": (2, 2),
    "segment.jsonl": (2, 2),
    "reading.xlsx": (2, 3),
    "lesen.csv": (2, 3),
    "unicode.txt": (2, 2),
    "query.csv": (2, 2),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rules.toml").write_text(RULES)
    for name, content in EXPORTS.items():
        Path(name).write_bytes(content)


def summary(users, events):
    return f"{users} user{'s' * (users > 1)}, {events} event{'s' * (events > 1)}, 0 skipped rows"


def test_every_export_has_a_command():
    assert {shlex.split(command)[3] for command in COMMANDS} == EXPORTS.keys() == COUNTS.keys()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: shlex.split(command)[3])
def test_a_command_of_the_table_reads_every_row_of_its_export(command):
    _, *words = shlex.split(command)
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert summary(*COUNTS[words[2]]) in done.output


@pytest.mark.parametrize("name", EXPORTS)
def test_what_inspect_proposes_works_when_it_is_pasted(name):
    Path("rules.toml").unlink()
    done = CliRunner().invoke(app, ["inspect", name])
    assert done.exit_code == 0, done.output
    [pasted] = re.findall(r"To start, paste:\n\n(.*)", done.stdout, re.DOTALL)
    users, events = re.search(r"(\d+) users?, (\d+) events?,", done.stdout).groups()
    *_, command = pasted.strip().splitlines()
    subprocess.run(["bash", "-ec", pasted.replace(f"{command}\n", "")], check=True)
    replayed = CliRunner().invoke(app, shlex.split(command)[1:])
    assert replayed.exit_code == 0, replayed.output
    assert summary(int(users), int(events)) in replayed.output


def test_a_pasted_text_is_a_script_of_the_shell():
    done = CliRunner().invoke(app, ["inspect", "Wake up early.csv"])
    [pasted] = re.findall(r"To start, paste:\n\n(.*)", done.stdout, re.DOTALL)
    assert "rules-2.toml" in pasted  # rules.toml exists and is not overwritten
    program = str(Path(sys.executable).with_name("trophy-engine"))
    script = pasted.replace("\ntrophy-engine ", f"\n{shlex.quote(program)} ")
    done = subprocess.run(["bash", "-ec", script], check=True, capture_output=True, text=True)
    assert summary(1, 4) in done.stdout
