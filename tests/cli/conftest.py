"""A folder with rules and a log, in which the command line runs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from trophy_engine.cli.app import app

LOG = "user_id,at,n\nann,2025-04-02T10:00:00Z,1\nann,2025-04-03T10:00:00Z,2\nben,never,1\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rules.toml").write_text(
        'metrics = [{ key = "words" }]\n[[streaks]]\nkey = "daily"\nmetrics = [{ key = "words" }]\n'
        '[[achievements]]\nkey = "one"\nname = "The first"\n'
        'trigger = { type = "metric", metric = "words", value = 1 }\n'
        '[[points]]\nkey = "xp"\ntriggers = [{ type = "metric", metric = "words", points = 5 }]\n'
    )
    Path("log.csv").write_text(LOG)

    def call(*words, stdin=None):
        return CliRunner().invoke(app, words, input=stdin)

    return call
