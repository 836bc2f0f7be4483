"""The command line, by its arguments."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import trophy_engine


def test_the_version_is_that_of_the_package(run):
    shown = run("--version")
    assert (shown.exit_code, shown.output) == (0, f"trophy-engine {trophy_engine.__version__}\n")
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert trophy_engine.__version__ == declared["project"]["version"]


def test_schema_is_printed_or_written(run):
    printed = json.loads(run("schema").output)
    assert run("schema", "--out", "s.json").exit_code == 0
    assert json.loads(Path("s.json").read_text()) == printed


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
