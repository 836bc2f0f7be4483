"""trophy-engine init: a file to start from, which passes the check, and nothing is overwritten."""

from pathlib import Path

import pytest

from trophy_engine.rules.starters import STARTERS, starter_text


@pytest.mark.parametrize("name", STARTERS)
def test_a_written_file_passes_the_check(run, name):
    written = run("init", name, "--out", f"{name}.toml")
    assert written.exit_code == 0
    assert f"trophy-engine check {name}.toml" in written.output
    assert Path(f"{name}.toml").read_text(encoding="utf-8") == starter_text(name)
    assert run("check", f"{name}.toml").exit_code == 0


def test_the_file_is_rules_toml_of_an_app_by_default(run):
    Path("rules.toml").unlink()
    assert run("init").exit_code == 0
    assert Path("rules.toml").read_text(encoding="utf-8") == starter_text("app")


def test_no_file_is_overwritten(run):
    before = Path("rules.toml").read_text()
    refused = run("init", "game")
    assert (refused.exit_code, Path("rules.toml").read_text()) == (1, before)
    assert refused.output == "error: rules.toml exists and is not overwritten; choose another name with --out\n"


def test_a_file_that_cannot_be_written_is_refused(run):
    assert run("init", "--out", "no/folder/rules.toml").output == (
        "error: cannot write no/folder/rules.toml: No such file or directory\n"
    )
    assert "must end in .toml" in run("init", "--out", "rules.json").output
    assert run("init", "shop").exit_code == 2


def test_a_name_with_spaces_is_quoted_in_commands(run):
    assert "trophy-engine check 'my rules.toml'" in run("init", "--out", "my rules.toml").output
