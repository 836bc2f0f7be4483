"""Every block of code in the documentation runs: Python in order, rules files as they are named, commands in a shell.

What a block of Python prints is what the block of text after it says. A block of text that directly follows commands
is an excerpt of what they print.

README's own commands make environments; `.ci/run` runs the one that tests, and a test of the command line the other.
"""

import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

from trophy_engine import Ruleset

pytest_plugins = ["pytester"]  # for the tests of the plugin
collect_ignore = ["docs/conf.py", "docs/public_directive.py"]  # they require Sphinx

_PRINTED = "printed by the block above"
_COMMANDS = "printed by the commands above"
_python = PythonEvaluator()


def _run_python(example):
    """Run a block, and keep its output."""
    with redirect_stdout(StringIO()) as printed:
        _python(example)
    example.namespace[_PRINTED] = printed.getvalue()


def _compare_text(example):
    """Compare a text with the output of the block before it; other texts show output of programs."""
    printed = example.namespace.pop(_PRINTED, "")
    commands, end = example.namespace.pop(_COMMANDS, ("", 0))
    if printed not in {"", example.parsed}:
        return f"the block above printed:\n{printed}"
    if commands and not example.document.text[end : example.start].strip() and example.parsed.strip() not in commands:
        return f"the commands above printed:\n{commands}"
    return None


def _load_rules(example):
    """Load a rules file of the page."""
    Path("rules.toml").write_text(example.parsed, encoding="utf-8")
    Ruleset.load("rules.toml")


def _run_commands(example):
    """Run the lines after a prompt, with the programs of this environment first, and keep what they print."""
    example.namespace.pop(_PRINTED, None)
    printed = ""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for line in example.parsed.splitlines():
        if line.startswith("$ "):
            command, environment = ["bash", "-ec", line[2:]], {**os.environ, "PATH": path}
            done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment)
            printed += "".join(f"{row.rstrip()}\n" for row in done.stdout.splitlines())  # rows of tables end in spaces
    example.namespace[_COMMANDS] = (printed, example.end)


@pytest.fixture(scope="module")
def folder_of_its_own(tmp_path_factory):
    """Let a page write its files to a temporary folder."""
    home = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("page"))
    yield
    os.chdir(home)


pytest_collect_file = Sybil(
    parsers=[
        CodeBlockParser("python", _run_python),
        CodeBlockParser("text", _compare_text),
        CodeBlockParser("toml", _load_rules),
        CodeBlockParser("console", _run_commands),
    ],
    patterns=["README.md", "docs/*.md", "docs/**/*.md", "docs/examples/*/*.md", "benchmarks/*.md"],
    excludes=[] if "SPARK_MASTER" in os.environ else ["docs/*/spark.md"],  # .ci/spark runs them, and has PySpark
    fixtures=["folder_of_its_own"],
).pytest()
