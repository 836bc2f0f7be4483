"""A comparison shows every streak: the primary ones with each other, the others by their keys."""

import csv

from attrs import evolve
from hypothesis import given
from stories import at
from three_streaks import END, METRICS, RULES, logs, play_log

from trophy_engine import Freezes, Metric, MetricPointsTrigger, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.analysis.comparison import compare
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.output import write_comparison
from trophy_engine.analysis.statistics.changes import tabulate_affected_users
from trophy_engine.analysis.statistics.differences import compare_figures
from trophy_engine.calendar.instants import to_micros

DAILY, WEEKLY, THIRD_DAY = RULES.streaks
#: The weekly streak is the primary one, the daily one has no freezes, that of three days is gone, another one is new.
CHANGED = evolve(
    RULES, streaks=[WEEKLY, evolve(DAILY, freezes=None), Streak("walker", metrics=[StreakMetric("walks")])]
)
GYM = Streak("gym", metrics=[StreakMetric("gym")])
OLD = Ruleset(
    metrics=[Metric(metric) for metric in METRICS],
    streaks=[Streak("words", metrics=[StreakMetric("words")]), evolve(GYM, freezes=Freezes(1))],
)
NEW = evolve(OLD, streaks=[OLD.streaks[0], GYM])
#: ann misses a day of both streaks, ben none.
LOG = [
    Event(to_micros(at(f"04-{day:02}T10:00")), user, metric, 1)
    for user, days in (("ann", (1, 2, 4)), ("ben", (3, 4)))
    for day in days
    for metric in ("words", "gym")
]


def compared(old, new, **options):
    return compare(old, new, LOG, until=at("04-04T23:00"), **options)


@given(logs())
def test_every_streak_is_compared_as_engines_say(log):
    result = compare(RULES, CHANGED, log, until=END)
    engines = [play_log(rules, log) for rules in (RULES, CHANGED)]
    assert result.other_streaks == ("weekly", "third-day", "daily", "walker")
    for user, difference in result.differences.items():
        for engine, totals in zip(engines, (difference.old, difference.new), strict=True):
            player = engine.user(user, at=END)
            others = [player.streaks.get(key) for key in result.other_streaks]
            views = [player.streak, *others]
            assert totals.streaks == tuple(0 if view is None else view.length for view in views)
            assert totals.longest_streaks == tuple(0 if view is None else view.longest for view in views)
        changes = (*difference.streaks, *difference.longest_streaks)
        assert (difference.changed, difference.loses) == (any(changes), min(changes) < 0)


def test_a_change_of_the_second_streak_alone_is_reported(tmp_path):
    result = compared(OLD, NEW)
    ann, ben = result.differences.values()
    assert (ann.streak, ann.longest, ann.streaks, ann.longest_streaks) == (0, 0, (0, -2), (0, -1))
    assert (ann.changed, ann.loses, ben.changed, ben.loses) == (True, True, False, False)
    assert (result.losers, result.most_affected()) == ((ann,), (ann,))
    assert list(result.sentences()) == [
        "The longest words streak changes for no user.",
        "The longest gym streak of 0 of 2 users would be longer, of 1 shorter.",
        "Of the gym streaks that run at the end, 0 would be longer and 1 shorter.",
    ]
    write_comparison(result, tmp_path / "compare.csv")
    with (tmp_path / "compare.csv").open() as file:
        [row, _] = csv.DictReader(file)
    assert list(row)[2:] == [
        *("streak:old", "streak:new", "longest:old", "longest:new"),
        *("streak:gym:old", "streak:gym:new", "longest:gym:old", "longest:gym:new"),
        *("gained", "lost"),
    ]
    assert [row[name] for name in list(row)[2:10]] == ["1", "1", "2", "2", "3", "1", "3", "2"]
    affected = tabulate_affected_users(result, "{}→{}".format)
    assert affected.columns == ("user", "words streak", "longest words streak", "gym streak", "longest gym streak")
    assert affected.rows == (("ann", "1→1", "2→2", "3→1", "3→2"),)


def test_the_greatest_differences_are_those_of_all_streaks():
    longer = [evolve(streak, freezes=Freezes(1)) for streak in OLD.streaks]
    log = [*LOG, *(event._replace(user_id="cyd") for event in LOG[:6] if event.metric == "gym")]
    result = compare(evolve(OLD, streaks=[OLD.streaks[0], GYM]), evolve(OLD, streaks=longer), log)
    assert [user.user_id for user in result.most_affected()] == ["ann", "cyd"]  # both streaks, one


def test_a_streak_of_one_ruleset_counts_as_0_in_the_other():
    result = compared(NEW, evolve(NEW, streaks=NEW.streaks[:1]), tally=True)
    assert [difference.streaks for difference in result.losers] == [(0, -1), (0, -2)]
    assert list(result.sentences()) == [
        "The longest words streak changes for no user.",
        "The new rules have no gym streak; 2 of 2 users had one.",
    ]
    assert list(compared(result.new, result.old).sentences())[1:] == [
        "The old rules have no gym streak; 2 of 2 users would have one.",
    ]
    assert list(compared(NEW, evolve(NEW, streaks=[])).sentences()) == [
        "The new rules have no words streak; 2 of 2 users had one.",
        "The new rules have no gym streak; 2 of 2 users had one.",
    ]
    figures = {figure.key: figure for figure in compare_figures((result.old, result.new), result.tallies)}
    assert list(figures) == ["survival", "survival-gym"]
    assert figures["survival"].title == "How long streaks last: words"
    assert figures["survival-gym"].title == "How long streaks last: gym (old rules only)"
    assert (figures["survival"].kind, figures["survival-gym"].kind) == ("survival", "survival")
    assert set(figures["survival-gym"].values("new")) == {None}


def test_primary_streaks_are_compared_whatever_their_keys_are():
    by_week = Streak("by-week", "weekly", [StreakMetric("words")])
    alone = compared(evolve(NEW, streaks=NEW.streaks[:1]), evolve(NEW, streaks=[by_week]))
    assert (alone.other_streaks, next(alone.sentences())) == (
        (),
        "The longest streak of 0 of 2 users would be longer, of 2 shorter.",
    )
    with_gym = compared(NEW, evolve(NEW, streaks=[by_week, GYM]), tally=True)
    assert list(with_gym.sentences()) == [
        "The longest primary streak of 0 of 2 users would be longer, of 2 shorter.",
        "Of the primary streaks that run at the end, 0 would be longer and 1 shorter.",
        "The longest gym streak changes for no user.",
    ]
    [survival, other] = compare_figures((with_gym.old, with_gym.new), with_gym.tallies)
    assert (survival.title, survival.unit) == ("How long streaks last: primary", "period")
    assert (other.title, other.unit) == ("How long streaks last: gym", "day")


def test_streaks_in_another_order_are_compared_by_key():
    result = compared(OLD, evolve(OLD, streaks=OLD.streaks[::-1]))
    assert result.other_streaks == ("gym", "words")
    assert {difference.streaks for difference in result.differences.values()} == {(2, 0, 0), (0, 0, 0)}


def test_users_who_lose_nothing_but_points_still_do():
    xp = PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=2)])
    result = compared(evolve(OLD, points=[xp]), OLD)
    assert {difference.loses for difference in result.differences.values()} == {True}
