"""Rules are read and checked in linear time; files beyond the limits are refused before parsing."""

import pytest
from steps import count_calls, growth

from trophy_engine import (
    InvalidRules,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.rules import declared, limits
from trophy_engine.rules.check import check_ruleset_parts
from trophy_engine.rules.draft import check_file

LINEAR = 5  # for four times as much


def test_misspelt_references_are_all_reported_and_the_first_are_compared():
    size = 400
    metrics = [Metric(f"metric-{n:04}") for n in range(size)]
    triggers = [MetricPointsTrigger(f"metrik-{n:04}", 1) for n in range(size)]
    problems = [
        one.message for one in check_ruleset_parts(metrics, (), (), (), [PointsSystem("xp", triggers=triggers)])
    ]
    compared = declared._MAX_COMPARED // size
    assert len(problems) == size
    assert (
        problems[compared - 1] == f"unknown metric 'metrik-{compared - 1:04}'; did you mean 'metric-{compared - 1:04}'?"
    )
    assert problems[compared].startswith(f"unknown metric 'metrik-{compared:04}'; known: 'metric-0000', 'metric-0001'")
    assert problems[compared].endswith(f"'metric-0007' and {size - 8} more")


def test_the_same_misspelling_is_compared_once():
    metrics = [Metric(f"metric-{n:04}") for n in range(1000)]
    triggers = [MetricPointsTrigger("metrik-0007", 1)] * 1000
    problems = check_ruleset_parts(metrics, (), (), (), [PointsSystem("xp", triggers=triggers)])
    assert {problem.message for problem in problems} == {"unknown metric 'metrik-0007'; did you mean 'metric-0007'?"}


def test_keys_of_triggers_are_compared_in_linear_time():
    def work(size):
        triggers = [MetricPointsTrigger("words", 1, key=f"k{n}") for n in range(size)]
        return lambda: check_ruleset_parts([Metric("words")], (), (), (), [PointsSystem("xp", triggers=triggers)])

    assert growth(work, 200) < LINEAR


def test_loading_takes_few_steps_for_each_achievement():
    def text(size):
        achievements = (f"[[achievements]]\nkey = 'a{n}'\ntrigger = {{ type = 'api' }}\n" for n in range(size))
        return "".join(achievements)

    def work(size):
        written = text(size)
        return lambda: Ruleset.from_text(written)

    assert growth(work, 100) < LINEAR
    assert count_calls(work(100)) < 100 * 340  # 610 where type hints are resolved for each field


@pytest.mark.parametrize(
    ("text", "suffix", "fault"),
    [
        (".".join("a" * 20_000) + " = 1", ".toml", "the rules have a key of more than 32 parts; three are enough"),
        (
            "[" + " . ".join(['"a.b"'] * 33) + "]",
            ".toml",
            "the rules have a key of more than 32 parts; three are enough",
        ),
        ("a = " + "[" * 100_000, ".toml", "the rules nest lists and tables more than 32 deep; six levels are enough"),
        ("[" * 100_000, ".json", "the rules nest lists and tables more than 32 deep; six levels are enough"),
        (
            '{"a":' * 33 + "1" + "}" * 33,
            ".json",
            "the rules nest lists and tables more than 32 deep; six levels are enough",
        ),
    ],
)
def test_deep_nesting_is_refused_before_parsing(tmp_path, text, suffix, fault):
    path = tmp_path / f"rules{suffix}"
    path.write_text(text)
    [problem] = check_file(path)
    assert problem.message == fault
    with pytest.raises(InvalidRules, match=fault):
        Ruleset.load(path)


def test_a_rules_file_has_a_maximum_size(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_CHARACTERS", 40)
    path = tmp_path / "rules.toml"
    path.write_text("# " + 38 * "x")
    assert check_file(path) == []
    path.write_text("# " + 39 * "x")
    [problem] = check_file(path)
    assert problem.message == "the rules have more than 40 characters; remove some"


@pytest.mark.parametrize(
    "text",
    [
        f"metrics = [{{ key = 'a', name = '{'[' * 40}' }}]  # {'[' * 40}",
        f'metrics = [{{ key = "a", name = """{"[{" * 40}""""" }}]',
        f"metrics = [{{ key = 'a', name = '''{'a.' * 40}''' }}]",
        'metrics = [{ key = "a", name = "\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[" }]',
        "".join(f"[[metrics]]\nkey = 'm{n}'\nname = '''x''''\n" for n in range(40)),
    ],
)
def test_brackets_in_strings_and_comments_are_not_nesting(text):
    assert Ruleset.from_text(text).metrics


def test_brackets_in_json_strings_are_not_nesting():
    assert Ruleset.from_text('{"metrics": [{"key": "a", "name": "\\"' + "[" * 50 + '"}]}', "json").metrics
