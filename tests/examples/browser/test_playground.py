"""The Python module of the playground, in this Python: rules, events and a date in, a view as JSON out."""

import json
import subprocess
import sys

import pytest

SINCE, TODAY = "2026-02-09", "2026-03-18"


def days(*numbers):
    return [(f"2026-03-{number:02}", "words", 10) for number in numbers]


@pytest.fixture
def view(playground, samples):
    """Return a function that views events under the sample ``daily``, or under other rules."""

    def evaluate(events, today=TODAY, rules=samples["daily"]):
        return playground.evaluate(rules, events, SINCE, today)

    return evaluate


def status_of(view):
    return {day["date"]: day["status"] for day in view["days"] if day["status"] != "idle"}


def test_the_samples_have_no_problems(view, samples):
    assert sorted(samples) == ["daily", "energy", "weekly"]
    for rules in samples.values():
        assert view([], rules=rules)["problems"] == []


def test_days_make_a_streak_and_a_freeze_saves_it(view):
    shown = view(days(14, 15, 17, 18))
    assert shown["streak"] == {
        "length": 4,
        "longest": 4,
        "unit": "day",
        "expires": "2026-03-19",
        "freezes": 1,
        "max_freezes": 2,
    }
    assert status_of(shown) == {
        "2026-03-14": "credited",
        "2026-03-15": "credited",
        "2026-03-16": "frozen",
        "2026-03-17": "credited",
        "2026-03-18": "credited",
    }
    assert "mia has a streak of 4 days" in shown["explanation"][0]


def test_time_passes_and_the_streak_is_lost(view):
    shown = view(days(14, 15), today="2026-03-19")
    assert shown["streak"]["length"] == 0
    assert status_of(shown)["2026-03-18"] == "missed"
    assert shown["days"][-1]["date"] == "2026-03-22"  # the Sunday of the week
    assert any("Wednesday 2026-03-18" in line and "or by a freeze" in line for line in shown["explanation"])


def test_events_after_today_and_unknown_metrics_do_not_count(view):
    shown = view([*days(18), ("2026-03-17", "steps", 1), ("2026-03-19", "words", 10)])
    assert shown["streak"]["length"] == 1
    assert [refused.partition(";")[0] for refused in shown["refused"]] == ["2026-03-17: unknown metric 'steps'"]


def test_achievements_and_points_have_their_progress(view):
    shown = view(days(*range(9, 18)))
    done = {achievement["name"]: achievement["completed"] for achievement in shown["achievements"]}
    assert done == {
        "First words": "2026-03-09",
        "A whole week": "2026-03-15",
        "A hundred words": None,
        "Writer": None,
    }
    [_, _, hundred, _] = shown["achievements"]
    assert (hundred["progress"], hundred["fraction"]) == ("90 of 100", 0.9)
    [experience] = shown["points"]
    assert (experience["total"], experience["level"], experience["next"]) == (140, "Author", "160 to Poet")
    assert shown["metrics"] == [{"key": "words", "name": "Words", "total": "90", "amount": 10.0}]


def test_wrong_rules_show_every_problem_and_nothing_else(view, samples):
    wrong = samples["daily"].replace('[{ key = "words", threshold', '[{ key = "word", threshold')
    shown = view(days(18), rules=wrong.replace("length = 7", "length = 0"))
    assert sorted(shown) == ["problems", "valid"]
    assert shown["valid"] is False
    assert {problem["severity"] for problem in shown["problems"]} == {"error"}
    assert any("did you mean 'words'?" in problem["text"] for problem in shown["problems"])
    assert any(".trigger.length" in problem["text"] for problem in shown["problems"])
    assert view([], rules="metrics = [")["valid"] is False


def test_a_warning_is_shown_beside_the_view(view):
    shown = view([], rules='metrics = [{ key = "words" }]\n[[streaks]]\nkey = "daily"\n')
    assert [problem["severity"] for problem in shown["problems"]] == ["warning"]
    assert shown["streak"]["length"] == 0


def test_rules_without_a_streak_have_none(view, samples):
    shown = view([("2026-03-17", "hints", 1), ("2026-03-18", "hints", 2)], rules=samples["energy"])
    assert (shown["streak"], shown["explanation"]) == (None, [])
    assert [day["date"] for day in shown["days"] if day["status"] == "acted"] == ["2026-03-17"]
    [refused] = shown["refused"]
    assert refused.startswith("2026-03-18: ")
    assert "'energy'" in refused


def test_a_derived_metric_is_shown_and_not_recorded(view):
    rules = 'metrics = [{ key = "laps" }, { key = "best", source = "laps", aggregate = "min" }]'
    shown = [
        [(metric["key"], metric["total"], metric["amount"]) for metric in view(events, rules=rules)["metrics"]]
        for events in ([], [("2026-03-17", "laps", 71), ("2026-03-18", "laps", 64.5)])
    ]
    assert shown == [[("laps", "0", 1.0), ("best", "none", None)], [("laps", "135.5", 1.0), ("best", "64.5", None)]]


def test_changes_list_what_differs(playground, view):
    before, after = view(days(*range(10, 17))), view(days(*range(10, 16)))
    assert list(playground.describe_changes(before, after)) == [
        "streak: 7 days → 6 days",
        "freezes: 1 → 0",
        "no longer completed: A whole week",
        "Experience: 120 → 60",
        "level in Experience: Author → Novice",
    ]
    assert "completed: A whole week" in playground.describe_changes(after, before)
    assert list(playground.describe_changes(after, after)) == []


def test_a_request_and_its_answer_are_json(playground, samples):
    request = {"rules": samples["daily"], "events": days(18), "since": SINCE, "today": TODAY}
    first = json.loads(playground.answer(json.dumps(request)))
    assert "changes" not in first
    then = json.loads(playground.answer(json.dumps({**request, "events": [], "previous": first})))
    assert then["changes"][0] == "streak: 1 day → 0 days"


def test_the_engine_needs_no_sqlite(samples):
    """Run the engine in memory in a Python that has no ``sqlite3``."""
    code = f"""
import sys
sys.modules["sqlite3"] = None
from trophy_engine import Engine, Ruleset
with Engine(Ruleset.from_text({samples["daily"]!r})) as engine:
    print(engine.record("words", user="mia", value=10).streak.length)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "1\n"
