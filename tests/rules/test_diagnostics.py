"""Problems name what they concern: the path, the keys of the items on it, and the place if it is known."""

import pytest

from trophy_engine import Achievement, InvalidRules, Metric, MetricTrigger, Ruleset
from trophy_engine.rules.diagnostics import Problem, label_problems, rule_field_path, split_rule_path
from trophy_engine.rules.draft import check_text

TABLE = {
    "metrics": [{"key": "words", "name": "Words"}, {"name": "Lessons"}, {"key": 5}, 7],
    "points": [{"key": "xp", "levels": [{"key": "low"}, {}], "boosts": [{"name": "Summer"}]}],
    "streaks": [{"metrics": [{"key": "words"}]}],
    "leaderboards": {"key": "board"},
}


@pytest.mark.parametrize(
    ("path", "label", "key"),
    [
        ("", "", None),
        ("metrics", "metrics", None),
        ("metrics[0].unit", "metrics[0] 'words'.unit", "words"),
        ("metrics[1].unit", "metrics[1] 'Lessons'.unit", None),
        ("metrics[2].key", "metrics[2].key", None),
        ("metrics[3]", "metrics[3]", None),
        ("metrics[9].key", "metrics[9].key", None),
        ("points[0].levels[0].points", "points[0] 'xp'.levels[0] 'low'.points", "low"),
        ("points[0].levels[1].points", "points[0] 'xp'.levels[1].points", "xp"),
        ("points[0].boosts[0].start", "points[0] 'xp'.boosts[0] 'Summer'.start", "xp"),
        ("streaks[0].metrics[0].key", "streaks[0].metrics[0] 'words'.key", "words"),
        ("leaderboards[0].metric", "leaderboards[0] 'board'.metric", "board"),
        ("metrics[0].'a.b'", "metrics[0] 'words'.'a.b'", "words"),
    ],
)
def test_the_label_has_the_keys_of_items_or_else_their_names(path, label, key):
    [labelled] = label_problems([Problem("error", path, "wrong")], TABLE)
    assert (labelled.label, labelled.key) == (label, key)


def test_a_problem_is_one_line_with_its_place_if_known():
    assert str(Problem("error", "a[0]", "wrong")) == "error: a[0]: wrong"
    assert str(Problem("warning", "", "wrong")) == "warning: wrong"
    problem = Problem("error", "", "wrong", line=3, column=5)
    assert str(problem) == "error: wrong (line 3, column 5)"
    assert problem.describe() == "error: wrong"


@pytest.mark.parametrize("names", [["a"], ["a", "b c", "d"], ["a.b[0]", "it's"], ["", '"', "\\"], ["é", "\ud800"]])
def test_a_path_has_as_many_steps_as_names(names):
    path = ""
    for name in names:
        path = rule_field_path(path, name)
    assert len(split_rule_path(path)) == len(names)
    assert split_rule_path(f"{path}[7]")[-1] == 7


def test_rules_in_python_have_the_same_labels():
    with pytest.raises(InvalidRules) as raised:
        Ruleset([Metric("words")], achievements=[Achievement("ten", MetricTrigger("word", 10))])
    [problem] = raised.value.problems
    assert str(problem) == ("error: achievements[0] 'ten'.trigger.metric: unknown metric 'word'; did you mean 'words'?")
    assert problem.key == "ten"


def test_a_fault_of_syntax_tells_its_place_without_the_command_line():
    [problem] = check_text("[[streaks]]\nkey = 'daily'\nfrequency = daily\n")
    assert str(problem).endswith(' write "daily", in quotes (line 3, column 13)')
