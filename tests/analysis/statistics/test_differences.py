"""Figures of a comparison: old and new values and their difference."""

import pytest
from attrs import evolve
from tallied import LOG, RULES, events

from trophy_engine import Achievement, Freezes, Level, Metric, MetricTrigger, PointsSystem, Ruleset
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.html_report.charts import legend, specification
from trophy_engine.analysis.html_report.style import Style
from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.statistics.differences import compare_figures

BARE = Ruleset(metrics=[Metric("words")])
NEW = evolve(
    RULES,
    streaks=[evolve(RULES.primary_streak, freezes=Freezes(0))],
    achievements=[RULES.achievements[0], Achievement("two", MetricTrigger("words", 2), name="Two")],
    points=[
        evolve(RULES.points[0], levels=[*RULES.points[0].levels, Level("top", 30, name="Top")]),
        PointsSystem("gems"),
    ],
)


def compared(old, new):
    tallies = tuple(replay(rules, events(LOG), tally=True).tally for rules in (old, new))
    return {figure.key: figure for figure in compare_figures((old, new), tallies)}


def test_each_figure_has_old_and_new_values_and_their_difference():
    figures = compared(RULES, NEW)
    assert set(figures) == {"survival", "completions", "points", "levels", "freezes"}
    for figure in figures.values():
        assert figure.columns[-3:] == ("old", "new", "difference")
        for record in figure.records():
            if record["difference"] is not None:
                assert abs(record["new"] - record["old"] - record["difference"]) < 0.002
    assert figures["completions"].rows == (
        ("one", "One", 100.0, 100.0, 0.0),
        ("two", "Two (new rules only)", 0.0, 66.667, 66.667),
        ("ten", "ten (old rules only)", 0.0, 0.0, 0.0),
    )
    assert ("granted", 3, 0, -3) in figures["freezes"].rows
    assert figures["levels"].rows[:2] == (("Experience", "New", 2, 2, 0), ("Experience", "Old", 1, 1, 0))
    assert ("Experience", "Top (new rules only)", 0, 0, 0) in figures["levels"].rows
    gems = [row for row in figures["points"].rows if row[0] == "gems (new rules only)"]
    assert {row[2:] for row in gems} == {(0, 0, 0)}
    assert figures["survival"].unit == "day"


def test_a_share_that_one_of_the_rulesets_does_not_have_has_no_difference():
    survival = compared(RULES, BARE)["survival"]
    assert set(survival.values("new")) == set(survival.values("difference")) == {None}
    assert describe_figure(survival) == ("Only one of the rulesets has values, so the difference was not observed.")
    below = specification(survival, Style.of_page(600))["vconcat"][1]
    assert below["title"]["text"] == "difference: not observed"


def test_things_that_neither_ruleset_has_and_no_users_are_left_out():
    assert compared(BARE, BARE) == {}
    empty = replay(RULES, [], tally=True).tally
    assert compare_figures((RULES, RULES), (empty, empty)) == ()


@pytest.mark.thorough
def test_charts_show_both_and_the_difference():
    figures = compared(RULES, NEW)
    for key, figure in figures.items():
        assert [entry.label for entry in legend(figure, Style.of_page(600))] == ["old rules", "new rules"]
        drawn = str(specification(figure, Style.of_page(600)))
        assert ("difference: new minus old" if key in {"survival", "points"} else "'text': 'difference'") in drawn
    assert describe_figure(figures["completions"]) == (
        "The greatest difference between the old and the new rules: Two (new rules only) is completed by 0.0 % and "
        "66.7 % of users."
    )
    same = compared(RULES, RULES)["points"]
    assert describe_figure(same) == "There is no difference between the old and the new rules."
