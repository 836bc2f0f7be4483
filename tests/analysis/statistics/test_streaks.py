"""The streaks that results show: the primary ones together, the others by key."""

from attrs import evolve
from stories import at
from tallied import RULES as ONE
from three_streaks import RULES

from trophy_engine import Metric, Ruleset, Streak, StreakMetric
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.statistics.figures import figures
from trophy_engine.analysis.statistics.streaks import other_streaks, shown_streaks
from trophy_engine.calendar.instants import to_micros

DAILY, WEEKLY, THIRD_DAY = RULES.streaks
LOG = [Event(to_micros(at(f"04-0{day}T10:00")), "ann", "gym", 1) for day in (1, 8)]


def test_a_single_streak_is_not_named():
    [streak] = shown_streaks(ONE, ONE)
    assert (streak.key, streak.name, streak.noun, streak.unit) == (None, "", "streak", "day")
    assert (streak.title("Freezes"), streak.column("freezes"), streak.figure_key("freezes")) == (
        "Freezes",
        "freezes",
        "freezes",
    )
    assert shown_streaks(Ruleset([Metric("words")])) == ()


def test_several_streaks_are_named_by_their_keys():
    daily, weekly, third_day = shown_streaks(RULES)
    assert [streak.key for streak in (daily, weekly, third_day)] == [None, "weekly", "third-day"]
    assert [streak.noun for streak in (daily, weekly)] == ["daily streak", "weekly streak"]
    assert [streak.unit for streak in (daily, weekly, third_day)] == ["day", "week", "period"]
    assert [streak.has_freezes for streak in (daily, weekly, third_day)] == [True, True, False]
    assert (weekly.title("Freezes"), weekly.column("freezes"), weekly.figure_key("freezes")) == (
        "Freezes: weekly",
        "freezes:weekly",
        "freezes-weekly",
    )
    assert (daily.title("Freezes"), daily.column("freezes"), daily.figure_key("freezes")) == (
        "Freezes: daily",
        "freezes",
        "freezes",
    )


def test_a_figure_is_named_by_number_where_its_file_cannot_be_named_after_the_key():
    keys = ["daily", "gym", "Gym", "x" * 101]
    rules = Ruleset([Metric("words")], streaks=[Streak(key, metrics=[StreakMetric("words")]) for key in keys])
    names = [streak.figure_key("survival") for streak in shown_streaks(rules)]
    assert names == ["survival", "survival-gym", "survival.3", "survival.4"]


def test_other_streaks_are_compared_among_the_rulesets_that_have_them():
    without, swapped = evolve(RULES, streaks=[DAILY]), evolve(RULES, streaks=[WEEKLY, DAILY])
    assert other_streaks(without, swapped, RULES) == ("daily", "weekly", "third-day")
    primary, daily, weekly, third_day = shown_streaks(without, swapped, RULES)
    assert (primary.name, primary.rules, primary.unit) == ("primary", (DAILY, WEEKLY, DAILY), "period")
    assert (daily.rules, weekly.rules) == ((DAILY, DAILY, DAILY), (None, WEEKLY, WEEKLY))
    assert [third_day.under(number, {"third-day": "found"}) for number in range(3)] == [None, None, "found"]
    [only, _] = shown_streaks(Ruleset([Metric("words")]), evolve(RULES, streaks=[Streak("a"), Streak("b")]))
    assert only.name == "a"


def test_no_other_streak_has_the_name_of_the_primary_one():
    other = Streak("primary")
    rules, swapped = (evolve(RULES, streaks=streaks) for streaks in ([DAILY, other], [other, DAILY]))
    names = [streak.name for streak in shown_streaks(rules, swapped)]
    assert names == ["daily or primary", "primary", "daily"]


def test_each_streak_has_its_figures():
    result = replay(RULES, LOG, tally=True)
    drawn = {figure.key: figure for figure in figures(RULES, result.tally)}
    assert [key for key, figure in drawn.items() if figure.kind in {"survival", "lengths", "freezes"}] == [
        "freezes",  # no user began a daily streak
        *("survival-weekly", "lengths-weekly", "freezes-weekly"),
    ]
    assert drawn["freezes"].title == "Freezes: daily"
    survival = drawn["survival-weekly"]
    assert (survival.title, survival.unit, survival.rows) == (
        "How long streaks last: weekly",
        "week",
        ((1, 1.0, 1.0, 1.0, 1), (2, 1.0, 1.0, 1.0, 1)),
    )
    assert describe_figure(survival).startswith("100 % of streaks reach 2 weeks")
    assert drawn["freezes-weekly"].values("freezes") == [1, 0, 0, 0, 1]
