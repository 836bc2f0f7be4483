"""Every block of code in the documentation runs: Python in order, rules files as they are named, commands in a shell.

README's own commands make environments; `.ci/run` runs the one that tests, and a test of the command line the other.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from trophy_engine import Ruleset

collect_ignore = ["docs/conf.py"]


def _load_rules(example):
    """Read a rules file as the page would have it written."""
    Path("rules.toml").write_text(example.parsed, encoding="utf-8")
    Ruleset.load("rules.toml")


def _run_commands(example):
    """Run the lines that stand behind a prompt, with the programs of this environment first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for line in example.parsed.splitlines():
        if line.startswith("$ "):
            subprocess.run(["bash", "-ec", line[2:]], check=True, capture_output=True, env={**os.environ, "PATH": path})


@pytest.fixture(scope="module")
def folder_of_its_own(tmp_path_factory):
    """Let a page write its files where nobody minds."""
    home = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("page"))
    yield
    os.chdir(home)


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser("toml", _load_rules),
        CodeBlockParser("console", _run_commands),
    ],
    patterns=["README.md", "docs/**/*.md", "benchmarks/*.md"],
    fixtures=["folder_of_its_own"],
).pytest()
