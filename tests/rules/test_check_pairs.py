"""No mistake hides another: each of many is reported alone, and any two are reported together, and nothing else is."""

import json
from itertools import combinations

import attrs
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from mistakes import MISTAKES, with_places

from trophy_engine import Ruleset
from trophy_engine.rules.diagnostics import exclude_warnings
from trophy_engine.rules.draft import check_text
from trophy_engine.testing import rulesets

FORMATS = ["toml", "json"]


def errors_of(table, format_):
    text = json.dumps(table) if format_ == "json" else tomli_w.dumps(table)
    errors = exclude_warnings(check_text(text, format_))  # JSON has double quotes where TOML has single ones
    return [attrs.evolve(error, message=error.message.replace('"', "'")) for error in errors]


def lacking(rules, mistakes, format_):
    """Return the mistakes that are not reported, or the problems if there are others."""
    table = with_places(rules)
    # A list in place of a table moves no path, but what is changed in the table is found before it.
    for mistake in sorted(mistakes, key=lambda one: one.name == "a list for a table"):
        mistake.make(table)
    problems = errors_of(table, format_)
    missed = [
        mistake.name
        for mistake in mistakes
        if not any(one.path.endswith(mistake.path) and mistake.message in one.message for one in problems)
    ]
    return missed or (list(map(str, problems)) if len(problems) != len(mistakes) else [])


@pytest.mark.parametrize("format_", FORMATS)
def test_the_places_have_no_mistake(format_):
    assert errors_of(with_places(Ruleset()), format_) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_every_mistake_is_reported_alone(mistake):
    assert lacking(Ruleset(), [mistake], "toml") == lacking(Ruleset(), [mistake], "json") == []


@given(rulesets(), st.lists(st.sampled_from(MISTAKES), min_size=2, max_size=2, unique=True), st.sampled_from(FORMATS))
def test_two_mistakes_in_any_rules_are_reported_together(rules, mistakes, format_):
    assert lacking(rules, mistakes, format_) == []


@pytest.mark.thorough
def test_any_two_mistakes_are_reported_together():
    hidden = {}
    for number, pair in enumerate(combinations(MISTAKES, 2)):
        if missed := lacking(Ruleset(), pair, FORMATS[number % 2]):
            hidden[tuple(mistake.name for mistake in pair)] = missed
    assert hidden == {}


def test_all_mistakes_are_reported_together():
    table = with_places(Ruleset())
    for mistake in sorted(MISTAKES, key=lambda one: one.name == "a list for a table"):
        mistake.make(table)
    problems = errors_of(table, "json")
    assert [one.name for one in MISTAKES if not any(one.message in problem.message for problem in problems)] == []
