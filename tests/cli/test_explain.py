"""trophy-engine explain: a timeline and a calendar."""

from pathlib import Path

import pytest


def test_explain_prints_a_timeline_and_a_calendar(run):
    log = "user_id,at,n,tz\nann,2025-04-02T22:30:00Z,1,Europe/Berlin\nann,2025-04-04T10:00:00Z,2,Europe/Berlin\n"
    Path("log.csv").write_text(log + "ben,2025-04-05T10:00:00Z,1,UTC\nann,never,1,UTC\nann,2025-04-05T10:00:00Z,x,\n")
    done = run("explain", "rules.toml", "log.csv", "--value-column", "n", "--tz-column", "tz", "--user", "ann")
    assert done.exit_code == 0
    assert [line for line in done.output.splitlines() if not line.startswith("skipped")] == [
        "Thursday 2025-04-03, Europe/Berlin (+02:00)",
        "  words: 1",
        "  the user was created, in the time zone Europe/Berlin",
        "  the streak started: Thursday 2025-04-03 is credited",
        "  'one' was completed: words went from 0 to 1, reaching the threshold of 1",
        "  xp +5 = 5, for words: 5",
        "",
        "Friday 2025-04-04, Europe/Berlin (+02:00)",
        "  words: 2",
        "  the streak grew to 2 days: Friday 2025-04-04 is credited",
        "  xp +10 = 15, for words: 2 × 5 = 10",
        "",
        "2025 04",
        "Mon",
        "Tue",
        "Wed",
        "Thu  █",
        "Fri  █",
        "Sat",
        "Sun",
        "     █ credited   · idle",
        "",
        "ann has a streak of 2 days.",
        "It is Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).",
        "This day is not credited yet: words 0 of 1.",
        "Activity by the end of Saturday 2025-04-05 keeps it.",
    ]
    words = ("--value-column", "n", "--tz-column", "tz", "--user", "ann")
    early = run("explain", "rules.toml", "log.csv", *words, "--to", "2025-04-03", "--from", "2025-04-03").output
    assert "Friday" in early.splitlines()[-1]
    assert "words: 2" not in early
    one = run("explain", "rules.toml", "log.csv", *words, "--achievement", "one")
    assert ("ann has 'one': it was completed on Thursday 2025-04-03 00:30:00") in one.output
    points = run("explain", "rules.toml", "log.csv", *words, "--points", "xp").output.splitlines()
    assert points[-1].strip() == "Friday 2025-04-04 12:00:00  xp +10 = 15, for words: 2 × 5 = 10"
    streak = run("explain", "rules.toml", "log.csv", *words, "--streak", "daily").output
    assert "ann has a streak of 2 days." in streak
    assert "words: 2" not in streak


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--user", "cyd"), "unknown user 'cyd': log.csv has no event of that user"),
        (("--user", "an"), "did you mean 'ann'?"),
        (
            ("--user", "ann", "--to", "0001-01-01"),
            "--to 0001-01-01 is before the first day of the user 'ann', 2025-04-02",
        ),
        (
            ("--user", "ann", "--from", "2025-04-03", "--to", "2025-04-02"),
            "--to 2025-04-02 is before --from 2025-04-03; exchange the two dates",
        ),
        (
            ("--user", "ann", "--from", "2031-01-01"),
            "--from 2031-01-01 is after the last day of the log, 2025-04-03 in the zone of the user 'ann'",
        ),
        (("--user", "ann", "--metric", "word"), "unknown metric 'word'; did you mean 'words'?"),
        (("--user", "ann", "--metric-column", "n"), "the rules refuse every event of the user 'ann'"),
        (("--user", "ann", "--from", "soon"), "--from must be a date"),
        (("--user", "ann", "--achievement", "two"), "unknown achievement 'two'"),
        (("--user", "ann", "--points", "xq"), "unknown points system 'xq'; known: 'xp'"),
        (("--user", "ann", "--streak", "weekly"), "unknown streak 'weekly'; known: 'daily'"),
        (
            ("--user", "ann", "--points", "xp", "--streak", "daily"),
            "--points and --streak exclude one another; give one of them",
        ),
    ],
)
def test_explain_reports_invalid_arguments(run, words, message):
    done = run("explain", "rules.toml", "log.csv", *words)
    assert done.exit_code == 1
    assert message in done.output


def test_each_of_several_calendars_has_the_name_of_its_streak_above_it(run):
    streaks = "".join(f'[[streaks]]\nkey = "{key}"\nmetrics = [{{ key = "words" }}]\n' for key in ("eve", "and"))
    Path("several.toml").write_text(f'metrics = [{{ key = "words" }}]\n{streaks}')
    lines = run("explain", "several.toml", "log.csv", "--user", "ann", "--from", "2025-04-03").output.splitlines()
    assert "  the eve streak grew to 2 days: Thursday 2025-04-03 is credited" in lines
    for name in ("eve", "and"):
        start = lines.index(f"The {name} streak:")
        assert lines[start + 1] == "2025 04"
        assert f"ann has 2 days of the {name} streak." in lines[start:]
