"""The habit tracker is run by its command line, on dates of the test."""

import subprocess
import sys
from pathlib import Path

import habits as program
import pytest

from trophy_engine import Engine
from trophy_engine.storage import SQLiteStorage


@pytest.fixture
def habits(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command on a day of June 2025, and returns its output."""

    def run(*arguments, today, code=None):
        file = tmp_path / "saves" / "habits.db"
        monkeypatch.setattr("sys.argv", ["habits", *arguments, "--file", str(file), "--today", f"2025-06-{today:02}"])
        if code is None:
            program.main()
        else:
            with pytest.raises(SystemExit) as ended:
                program.main()
            assert ended.value.code == code
        return "".join(capsys.readouterr())

    return run


def run_for_days(habits, *days):
    return [habits("done", "running", today=day) for day in days]


def test_a_habit_grows_a_streak_and_unlocks_badges(habits, tmp_path):
    answers = run_for_days(habits, *range(2, 9))
    assert answers[0] == "running: done today, streak 1\n"
    assert answers[-1] == "running: done today, streak 7\nrunning: unlocked '7 days'\n"
    with Engine(storage=SQLiteStorage(tmp_path / "saves" / "habits.db")) as engine:
        assert engine.user("running").metrics == {"done": 7}


def test_a_second_time_on_one_day_counts_nothing(habits):
    habits("done", "running", today=2)
    assert habits("done", "running", today=2) == "running: already done today, streak 1\n"


def test_every_habit_has_a_row_and_a_streak_of_its_own(habits):
    run_for_days(habits, 2, 3)
    habits("done", "read a book", today=3)
    assert habits("status", today=3) == (
        "                     today  streak  longest  freezes\n"
        "running              done        2        2        0\n"
        "read a book          done        1        1        0\n"
    )
    lines = habits("status", today=4).splitlines()[1:]
    assert [line.split()[-4:] for line in lines] == [["-", "2", "2", "0"], ["-", "1", "1", "0"]]
    lines = habits("status", today=5).splitlines()[1:]
    assert [line.split()[-4:] for line in lines] == [["-", "0", "2", "0"], ["-", "0", "1", "0"]]


def test_the_calendar_marks_days_freezes_and_gaps(habits):
    run_for_days(habits, 1, 2, 3, 4, 5, 6, 7, 9)  # the seventh day earned the freeze that the 8th cost
    assert habits("calendar", "running", today=12) == (
        "running, June 2025\n"
        "Mo  Tu  We  Th  Fr  Sa  Su\n"
        "                         1#\n"
        " 2#  3#  4#  5#  6#  7#  8*\n"
        " 9# 10. 11. 12  13  14  15\n"
        "16  17  18  19  20  21  22\n"
        "23  24  25  26  27  28  29\n"
        "30\n"
    )


def test_why_explains_the_loss(habits):
    run_for_days(habits, 2, 3)
    answer = habits("why", "running", today=6)
    assert answer.startswith("running has no streak; the longest was 2 days.\n")
    assert "Wednesday 2025-06-04 was missed" in answer


def test_mistakes_are_answered_with_the_fact(habits):
    assert "why needs the name of a habit" in habits("why", today=2, code=2)
    assert "unknown user 'swimming'" in habits("why", "swimming", today=2, code=1)
    habits("done", "running", today=5)
    assert "is before" in habits("done", "running", today=4, code=1)


def test_the_file_is_a_program(tmp_path):
    def run(*arguments):
        command = [sys.executable, program.__file__, *arguments, "--file", tmp_path / "habits.db"]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert run("done", "running").stdout == "running: done today, streak 1\n"
    refused = run("why", "walking")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("unknown user 'walking'")


def test_the_source_has_less_than_100_lines():
    assert len(Path(program.__file__).read_text(encoding="utf-8").splitlines()) < 100
