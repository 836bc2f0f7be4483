"""Rules are read from whatever holds them; a wrong source is refused with the file and the remedy."""

from pathlib import Path

import pytest

from trophy_engine import InvalidRules, InvalidValue, Metric, Ruleset, TrophyError
from trophy_engine.rules.sources import as_ruleset

WORDS = Ruleset(metrics=[Metric("words")])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    WORDS.save("rules.toml")
    Path("bad.toml").write_text('[[metrics]]\nkei = "words"\n[[metrics]]\nkey = "a b"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("source", [WORDS, "rules.toml", Path("rules.toml"), {"metrics": [{"key": "words"}]}])
def test_every_source_has_the_same_rules(source):
    assert as_ruleset(source) == WORDS


def test_a_name_without_a_suffix_is_that_of_bundled_rules():
    assert [metric.key for metric in as_ruleset("git").metrics] == ["commits"]


def test_rules_with_errors_name_their_file():
    with pytest.raises(InvalidRules) as error:
        as_ruleset("bad.toml")
    first, *problems = str(error.value).splitlines()
    assert (first, len(problems)) == ("bad.toml has errors:", 2)


def test_a_missing_file_is_answered_with_the_nearest_name_or_the_folder(folder):
    with pytest.raises(TrophyError, match=r"^cannot read rule.toml: .*; did you mean 'rules.toml'\?$"):
        as_ruleset("rule.toml")
    with pytest.raises(TrophyError) as error:
        as_ruleset("somewhat-else.json")
    assert str(error.value).endswith(f"; it is not in the folder {folder}")
    with pytest.raises(TrophyError, match=r"; there is no folder .*there$"):
        as_ruleset("there/rules.toml")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("save.db", "ruleset must be a rules file, not save.db; a save file is passed as storage="),
        ("rules.yaml", "the name of a rules file must end in .toml or .json, not rules.yaml"),
        ("[[metrics]]\n", "ruleset must be the path of a rules file, not its text; use Ruleset.from_text(text)"),
        (3, "ruleset must be a Ruleset, the path of a rules file, or a mapping of its values, not 3"),
        (b"x", "ruleset must be a Ruleset, the path of a rules file, or a mapping of its values, not b'x'"),
        ("", "path must be the path of a file, not ''"),
    ],
)
def test_anything_else_is_refused_with_the_remedy(source, message):
    with pytest.raises(InvalidValue) as error:
        as_ruleset(source)
    assert str(error.value) == message
