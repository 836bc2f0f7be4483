"""The pages of the commands: numbers of things that the rules have, and, in a comparison, old and new ones."""

import re
from pathlib import Path

import pytest

pytest.importorskip("altair", reason="comes with the extra plot")


def tiles(page):
    """Return the text of each number at the top of a page, by name."""
    found = re.findall(r"<div><dt>(.*?)</dt>(.*?)</div>", page, re.DOTALL)
    return {name: re.sub(r"<[^>]+>", "", rest).split() for name, rest in found}


def test_a_page_has_no_numbers_or_charts_of_things_that_the_rules_lack(run):
    Path("bare.toml").write_text('metrics = [{ key = "words" }]\n')
    run("replay", "bare.toml", "log.csv", "--report", "page.html")
    page = Path("page.html").read_text()
    assert tiles(page) == {"users": ["1"], "events": ["2"]}
    assert re.findall(r'<figure id="(\w+)"', page) == ["active", "hours"]
    assert "log.csv, evaluated up to 2025-04-03, 1 skipped row" in page


def test_a_page_names_its_logs_without_their_folders(run, tmp_path):
    log = str(tmp_path / "log.csv")
    run("replay", "rules.toml", log, log, "--report", "page.html")
    assert '<p class="soft">log.csv and log.csv, evaluated up to 2025-04-03' in Path("page.html").read_text()


@pytest.mark.thorough
def test_a_page_has_the_numbers_of_things_that_the_rules_have(run):
    run("replay", "rules.toml", "log.csv", "--report", "page.html")
    assert tiles(Path("page.html").read_text()) == {
        "users": ["1"],
        "events": ["2"],
        "achievements completed": ["1"],
        "streaks running at the end": ["1"],
        "longest streak, in days": ["2"],
        "median of the users&#39; longest streaks, in days": ["2"],
        "xp in circulation": ["10"],
    }


def test_a_comparison_shows_old_new_and_difference_everywhere(run):
    Path("more").mkdir()
    rules = Path("rules.toml").read_text()
    Path("more/rules.toml").write_text(rules.replace("points = 5", "points = 6").replace("value = 1", "value = 9"))
    run("compare", "rules.toml", "more/rules.toml", "log.csv", "--report", "page.html")
    page = Path("page.html").read_text()
    assert "Comparison of rules.toml and more/rules.toml" in page
    shown = tiles(page)
    assert all([words[0], words[2], words[4]] == ["new", "old", "difference"] for words in shown.values())
    assert shown["xp in circulation"] == ["new", "12", "old", "10", "difference", "+2"]
    assert shown["achievements completed"] == ["new", "0", "old", "1", "difference", "−1"]  # noqa: RUF001
    assert shown["users"][-1] == "±0"
    heads = re.findall(r"<thead><tr>(.*?)</tr>", page, re.DOTALL)
    heads = [re.findall(r"<th[^>]*>(.*?)</th>", head) for head in heads]
    assert heads[0] == ["achievement", "old", "new", "difference", "gain it", "lose it"]
    assert heads[1] == ["user", "xp", "streak", "longest streak", "loses"]
    assert all(head[-3:] == ["old", "new", "difference"] for head in heads[2:])
    assert [*re.findall(r'<section class="card" id="(\w+)"', page)] == ["achievements", "affected"]
    assert "10 → 12 (+2)" in page


@pytest.mark.thorough
def test_a_thing_that_one_of_the_rulesets_lacks_is_told(run):
    Path("bare.toml").write_text('metrics = [{ key = "words" }]\n')
    run("compare", "rules.toml", "bare.toml", "log.csv", "--report", "page.html")
    shown = tiles(Path("page.html").read_text())
    assert shown["xp in circulation"] == ["new", "–", "old", "10", "difference", "−10"]  # noqa: RUF001


def test_a_simulation_in_which_no_user_acts_says_so(run):
    run("simulate", "rules.toml", "--users", "1", "--days", "1", "--seed", "1", "--report", "page.html")
    page = Path("page.html").read_text()
    assert "There is nothing to draw, because no user has an event." in page
    assert tiles(page)["users"] == ["0"]
    assert tiles(page)["longest streak, in days"] == ["–"]  # noqa: RUF001


@pytest.mark.parametrize("path", ["rules.toml", "log.csv", "page"])
def test_a_report_replaces_no_file_that_is_not_a_page(run, path):
    before = {one.name: one.read_bytes() for one in Path().iterdir() if one.is_file()}
    failed = run("replay", "rules.toml", "log.csv", "--report", path)
    assert failed.exit_code == 1
    assert f"cannot write --report {path}: the name must end in .html" in failed.output
    assert {one.name: one.read_bytes() for one in Path().iterdir() if one.is_file()} == before


@pytest.mark.thorough
def test_a_page_has_the_numbers_and_charts_of_every_streak(run):
    rules = Path("rules.toml").read_text()
    Path("two.toml").write_text(
        rules + '[[streaks]]\nkey = "weekly"\nfrequency = "weekly"\nmetrics = [{ key = "words" }]\n'
    )
    run("replay", "two.toml", "log.csv", "--report", "page.html")
    page = Path("page.html").read_text()
    numbers = tiles(page)
    assert [name for name in numbers if "streak" in name] == [
        "daily streaks running at the end",
        "longest daily streak, in days",
        "median of the users&#39; longest daily streaks, in days",
        "weekly streaks running at the end",
        "longest weekly streak, in weeks",
        "median of the users&#39; longest weekly streaks, in weeks",
    ]
    assert (numbers["longest daily streak, in days"], numbers["longest weekly streak, in weeks"]) == (["2"], ["1"])
    assert re.findall(r'<figure id="((?:survival|lengths)[\w-]*)"', page) == [
        *("survival", "lengths"),
        *("survival-weekly", "lengths-weekly"),
    ]
    run("compare", "rules.toml", "two.toml", "log.csv", "--report", "page.html")
    page = Path("page.html").read_text()
    assert tiles(page)["longest weekly streak, in weeks"] == ["new", "1", "old", "–", "difference", "+1"]  # noqa: RUF001
    assert "How long streaks last: weekly (new rules only)" in page
