"""The command line, by its arguments."""

import json
import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import trophy_engine
from trophy_engine.cli.app import app

COMMANDS = get_command(app).commands


def test_the_version_is_that_of_the_package(run):
    shown = run("--version")
    assert (shown.exit_code, shown.output) == (0, f"trophy-engine {trophy_engine.__version__}\n")
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert trophy_engine.__version__ == declared["project"]["version"]


def test_schema_is_printed_or_written(run):
    printed = json.loads(run("schema").output)
    assert run("schema", "--out", "s.json").exit_code == 0
    assert json.loads(Path("s.json").read_text()) == printed


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("rules.toml", "must end in .json, because a schema is JSON"),
        ("rules.json", "rules.json is no schema of rules and is not overwritten"),
        ("no/such/s.json", "cannot write no/such/s.json: No such file or directory"),
        ("folder.json", "cannot write folder.json: Is a directory"),
    ],
)
def test_a_schema_replaces_only_a_schema(run, path, message):
    Path("rules.json").write_text("{}")
    Path("folder.json").mkdir()
    rules = Path("rules.toml").read_text()
    failed = run("schema", "--out", path)
    assert (failed.exit_code, message in failed.output) == (1, True)
    assert (Path("rules.toml").read_text(), Path("rules.json").read_text()) == (rules, "{}")
    assert [run("schema", "--out", "s.json").exit_code for _ in range(2)] == [0, 0]


@pytest.mark.thorough
def test_reports_are_pages(run):
    Path("better.toml").write_text(Path("rules.toml").read_text().replace("points = 5", "points = 6"))
    small = ("--users", "9", "--days", "20")
    for words, title in (
        (("replay", "rules.toml", "log.csv"), "Replay under rules.toml"),
        (("compare", "rules.toml", "better.toml", "log.csv"), "Comparison of rules.toml and better.toml"),
        (("simulate", "rules.toml", *small), "Simulation under rules.toml"),
        (
            ("simulate", "rules.toml", *small, "--vary", "points[xp].maximum=10,20"),
            "Simulation under variations of rules.toml",
        ),
    ):
        assert run(*words, "--report", "report.html").exit_code == 0
        assert f"<h1>{title}</h1>" in Path("report.html").read_text()


def test_without_the_extra_the_command_line_names_it():
    code = "import sys; sys.modules['typer'] = None; from trophy_engine.cli import main; main()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 1
    assert "pip install 'trophy-engine[cli]'" in done.stderr


def test_the_package_is_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "trophy_engine", "--version"], check=True, capture_output=True, text=True
    )
    assert done.stdout == f"trophy-engine {trophy_engine.__version__}\n"


def example_of(command):
    """Return the words of the example that stands last in a command's help."""
    lines = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "300"}).output.splitlines()
    heading = next(number for number, line in enumerate(lines) if line.strip() == "Example:")
    program, *words = shlex.split(" ".join(lines[heading + 1 :]))
    assert (program, words[0]) == ("trophy-engine", command)
    return words


#: The example of ``serve`` runs until it is stopped; ``test_serve.py`` runs it.
ENDING = [command for command in COMMANDS if command != "serve"]


@pytest.mark.parametrize("command", ENDING)
def test_the_help_of_every_command_has_an_example_that_works(run, command):
    Path("rules.toml").write_text(Path("rules.toml").read_text() + "[streaks.freezes]\nmax_count = 1\n")
    Path("new.toml").write_text(Path("rules.toml").read_text().replace("points = 5", "points = 6"))
    Path("events.csv").write_text("user_id,at,pages\nann,2025-04-02T10:00:00Z,1\nben,2025-04-02T11:00:00Z,2\n")
    done = run(*example_of(command))
    assert (done.exit_code, done.stderr) == (0, "")


def test_the_program_itself_has_an_example_of_a_command():
    shown = CliRunner().invoke(app, ["--help"]).output
    assert "trophy-engine replay git --git ." in shown


def test_no_option_means_two_things():
    meanings = {}
    for command in COMMANDS.values():
        for option in command.params:
            if option.param_type_name == "option":
                meanings.setdefault(option.opts[0], set()).add(option.help)
    unlike = {option for option, helps in meanings.items() if len(helps) > 1}
    assert unlike == {"--out"}  # a file or a folder to write to


@pytest.mark.thorough
def test_shells_complete_commands_and_options():
    def complete(words):
        env = {**os.environ, "_TROPHY_ENGINE_COMPLETE": "complete_bash", "COMP_WORDS": words}
        env["COMP_CWORD"] = str(len(words.split(" ")) - 1)
        code = "from trophy_engine.cli import main; import sys; sys.argv[0] = 'trophy-engine'; main()"
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, env=env)
        return done.stdout.split()

    assert complete("trophy-engine co") == ["compare"]
    assert complete("trophy-engine replay --tz") == ["--tz-column", "--tz"]


@pytest.mark.parametrize("command", [("replay", "rules.toml"), ("compare", "rules.toml", "rules.toml")])
def test_a_report_that_cannot_be_written_is_refused_before_the_log_is_read(run, command):
    done = run(*command, "missing.csv", "--report", "there/report.html")
    assert done.exit_code == 1
    assert "cannot write --report there/report.html: there is no folder there; create it first" in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize("words", [("replay", "missing.csv"), ("compare", "rules.toml", "missing.csv"), ("simulate",)])
def test_a_report_without_its_extra_is_refused_before_the_log_is_read(run, words):
    code = "import sys; sys.modules['altair'] = None; from trophy_engine.cli import main; main()"
    command = [sys.executable, "-c", code, words[0], "rules.toml", *words[1:], "--report", "report.html"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "requires an extra; install it with: pip install 'trophy-engine[plot]'" in done.stderr
