"""Tables: columns of things that the rules have, whole names and numbers, in any width."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from trophy_engine.cli.tables import rich_table

BARE = 'metrics = [{ key = "words" }]\n'


def test_a_table_has_no_columns_of_things_that_the_rules_lack(run):
    Path("bare.toml").write_text(BARE)
    output = run("replay", "bare.toml", "log.csv").output
    assert "Top users by events" in output
    assert next(line for line in output.splitlines() if line.startswith(" user")).split() == ["user", "events"]
    for word in ("points", "level", "streak", "achievements", "freezes"):
        assert word not in output.lower()


def test_a_table_has_the_columns_of_things_that_the_rules_have(run):
    output = run("replay", "rules.toml", "log.csv").output
    header = next(line for line in output.splitlines() if "longest streak" in line)
    assert header.split() == ["user", "xp", "events", "longest", "streak", "achievements"]  # no levels
    assert "freezes used" not in output


def test_a_comparison_has_no_columns_of_things_that_the_rules_lack(run):
    Path("bare.toml").write_text(BARE)
    points = '[[points]]\nkey = "xp"\ntriggers = [{ type = "metric", metric = "words", points = 5 }]\n'
    Path("points.toml").write_text(BARE + points)
    output = run("compare", "bare.toml", "points.toml", "log.csv").output
    assert next(line for line in output.splitlines() if line.startswith(" user ")).split() == ["user", "xp"]
    assert "streak" not in output
    assert "achievement" not in output
    assert "xp: 1 of 1 user would have more points, 0 fewer; +10 in all." in output


def test_a_comparison_names_the_achievements_that_change_hands(run):
    rules = Path("rules.toml").read_text()
    Path("harder.toml").write_text(rules.replace("value = 1", "value = 100"))
    lines = [line.split() for line in run("compare", "rules.toml", "harder.toml", "log.csv").output.splitlines()]
    assert ["The", "first", "1", "0", "-1", "0", "1"] in lines
    assert ["ann", "+0", "+0", "+0", "The", "first"] in lines


@pytest.mark.parametrize("width", [30, 60, 200])
def test_no_name_or_number_is_cut_in_a_terminal_of_any_width(width):
    name = "A long name that does not fit on one line of a narrow terminal"
    drawn = rich_table("Title", ("name [xp]", "number"), [(name, "206,913,578,364")])
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(drawn, crop=False)
    text = console.export_text()
    assert "206,913,578,364" in text
    assert "…" not in text
    letters = text.replace("206,913,578,364", "").replace(" ", "").replace("\n", "").replace("─", "")
    assert letters.endswith(name.replace(" ", ""))
    assert "[xp]" in letters  # square brackets are not markup


def test_no_column_vanishes_in_a_narrow_terminal():
    drawn = rich_table("Title", ("user", "Points of a system with a long name"), [("u01486", "206,913,578,364")])
    console = Console(width=20, record=True, file=io.StringIO())
    console.print(drawn, crop=False)
    text = console.export_text()
    assert all(word in text for word in ("user", "u01486", "206,913,578,364", "Points", "system"))


def test_a_piped_table_is_as_wide_as_its_names(run):
    rules = Path("rules.toml").read_text()
    name = "A name of more than a hundred letters, " * 3
    Path("long.toml").write_text(rules.replace("The first", name.strip()))
    assert name.strip() in run("replay", "long.toml", "log.csv").output


def test_a_title_is_on_one_line():
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(rich_table("A title wider than its table", ("a",), [("1",)]))
    assert "A title wider than its table" in console.export_text()
    assert isinstance(rich_table("[b]", ("a",), []).title, Text)
