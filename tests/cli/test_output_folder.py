"""--out replaces no file that the command reads, and says so before anything is evaluated."""

from pathlib import Path

import pytest

REPLACED = "--out . would replace {}, which the command reads; name another folder"


@pytest.mark.parametrize(
    ("words", "log"),
    [
        (("replay", "rules.toml", "users.csv"), "users.csv"),
        (("replay", "rules.toml", "effects.jsonl"), "effects.jsonl"),
        (("replay", "rules.toml", "users.csv", "--table-format", "parquet", "effects.jsonl"), "effects.jsonl"),
        (("compare", "rules.toml", "rules.toml", "compare.csv"), "compare.csv"),
        (("simulate", "rules.toml", "--like", "active.csv", "--users", "2"), "active.csv"),
    ],
)
def test_a_log_is_not_replaced(run, words, log):
    Path("log.csv").rename(log)
    before = Path(log).read_bytes()
    failed = run(*words, "--out", ".")
    assert failed.exit_code == 1
    assert REPLACED.format(log) in failed.output
    assert Path(log).read_bytes() == before


def test_a_file_is_no_folder(run):
    failed = run("replay", "rules.toml", "log.csv", "--out", "log.csv")
    assert (failed.exit_code, "cannot write into --out log.csv: it is a file; name a folder" in failed.output) == (
        1,
        True,
    )


def test_a_log_beside_the_output_is_left_alone(run):
    assert run("replay", "rules.toml", "log.csv", "--out", ".").exit_code == 0
    assert Path("users.csv").exists()


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("replay", "rules.toml", "log.csv", "--effects", "parquet"), "--effects"),
        (("replay", "rules.toml", "log.csv", "--table-format", "parquet"), "--table-format"),
        (("compare", "rules.toml", "rules.toml", "log.csv", "--table-format", "parquet"), "--table-format"),
        (("simulate", "rules.toml", "--users", "2", "--table-format", "parquet"), "--table-format"),
    ],
)
def test_a_format_without_a_folder_is_refused(run, words, option):
    failed = run(*words)
    assert failed.exit_code == 1
    assert f"error: {option} is the format of the " in failed.stderr


def test_files_of_an_earlier_run_in_another_format_are_noted(run):
    words = ("replay", "rules.toml", "log.csv", "--out", "out")
    assert "is not of this run" not in run(*words).stderr
    assert "is not of this run" not in run(*words).stderr  # replaced
    later = run(*words, "--table-format", "parquet", "--effects", "none")
    assert [line for line in later.stderr.splitlines() if "not of this run" in line] == [
        "out/users.csv is not of this run, and stays as it is",
        "out/effects.jsonl is not of this run, and stays as it is",
    ]
