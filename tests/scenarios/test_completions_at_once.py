"""One event completes a repeatable achievement many times: whatever counts completions counts each of them."""

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    Boost,
    Engine,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.numbers import exact
from trophy_engine.storage import SQLiteStorage

NOON = at("06-03T12:00")
FIFTY = Achievement("fifty", MetricTrigger("words", 50), repeatable=True)
SOURCE = {"completions": ["fifty"]}
AGGREGATES = ("sum", "count", "min", "max", "last", "days")
#: Metrics on the completions, with the aggregate and the window in their keys.
METRICS = tuple(
    Metric(f"{aggregate}-{name}", source=SOURCE, aggregate=aggregate, window=window)
    for aggregate in AGGREGATES
    for name, window in {"ever": None, "today": "day", "hours": {"last": 3, "unit": "hour"}}.items()
)
NUMBERS = [3, 1_500, 10**28 // 50]


def rules(*metrics, **parts):
    return Ruleset((Metric("words"), *metrics), achievements=[FIFTY], **parts)


def engine_after_event(number, *metrics, **parts):
    """Return an engine in which one event has completed the achievement so many times."""
    engine = Engine(rules(*metrics, **parts))
    outcome = engine.record("words", value=50 * number, user="jo", at=NOON)
    return engine, outcome


def expected_totals(number):
    return {metric.key: number if metric.aggregate in ("sum", "count") else 1 for metric in METRICS}


@pytest.mark.parametrize("number", NUMBERS)
def test_sums_and_counts_have_all_completions(number):
    engine, outcome = engine_after_event(number, *METRICS)
    totals = dict(engine.user("jo", at=NOON).metrics)
    assert totals == {"words": 50 * number, **expected_totals(number)}
    changes = [effect for effect in outcome.effects if effect.type == "metric.changed"]
    assert [(one.metric, one.value, one.after) for one in changes[1:]] == [
        (key, number, total) for key, total in expected_totals(number).items()
    ]


@pytest.mark.parametrize("number", NUMBERS)
def test_metrics_that_come_later_count_all_completions_of_the_log(number):
    engine, _ = engine_after_event(number)
    engine.update(rules(*METRICS), at=NOON)
    totals = dict(engine.user("jo", at=NOON).metrics)
    assert totals == {"words": 50 * number, **expected_totals(number)}


@pytest.mark.parametrize("number", NUMBERS)
def test_thresholds_are_crossed_as_by_one_event(number):
    every_third = Achievement("third", MetricTrigger("sum-ever", 3), repeatable=True)
    all_of_them = Achievement("all", MetricTrigger("count-today", number))
    system = PointsSystem("xp", triggers=[MetricPointsTrigger("sum-ever", 2, threshold=3)])
    engine = Engine(
        Ruleset((Metric("words"), *METRICS), achievements=[FIFTY, every_third, all_of_them], points=[system])
    )
    outcome = engine.record("words", value=50 * number, user="jo", at=NOON)
    assert [(view.key, view.times) for view in outcome.achievements] == [
        ("fifty", number),
        ("third", number // 3),
        ("all", 1),
    ]
    assert outcome.points["xp"].added == number // 3 * 2


@pytest.mark.parametrize("number", NUMBERS)
def test_a_leaderboard_has_all_completions_at_once_and_from_the_log(number):
    board = Leaderboard("best", rank_by="metric", start="2025-01-01", metric="sum-ever")
    engine, _ = engine_after_event(number, *METRICS, leaderboards=[board])
    assert [rank.value for rank in engine.leaderboard("best", at=NOON).rankings] == [number]
    later, _ = engine_after_event(number, *METRICS)
    later.update(rules(*METRICS, leaderboards=[board]), at=NOON)
    assert [rank.value for rank in later.leaderboard("best", at=NOON).rankings] == [number]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_streak_is_credited_by_as_many_completions_as_it_asks_for(number):
    def streak(threshold, frequency="daily"):
        return Streak("habit", frequency, [StreakMetric("count-ever", threshold)])

    engine, _ = engine_after_event(number, *METRICS, streaks=[streak(number)])
    assert engine.user("jo", at=NOON).streak.length == 1
    engine.update(rules(*METRICS, streaks=[streak(number, "weekly")]), at=NOON)  # counted from the log
    assert engine.user("jo", at=NOON).streak.length == 1
    engine, _ = engine_after_event(number, *METRICS, streaks=[streak(number + 1)])
    assert engine.user("jo", at=NOON).streak.length == 0
    explained = engine.explain("jo", streak="habit", at=NOON)
    assert [condition.total for condition in explained.conditions] == [number]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_summary_has_the_totals_of_all_completions(number):
    engine, _ = engine_after_event(number, *METRICS)
    for key, total in expected_totals(number).items():
        rows = engine.reports.summary("jo", metric=key, start="2025-06-02", end="2025-06-03", at=NOON)
        assert [row.total or 0 for row in rows] == [0, total]


def test_many_completions_are_kept_in_a_save_file(tmp_path):
    number = NUMBERS[-1]
    with Engine(rules(*METRICS), storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        engine.record("words", value=50 * number, user="jo", at=NOON)
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        assert dict(engine.user("jo", at=NOON).metrics) == {"words": 50 * number, **expected_totals(number)}


def chain_of(keys):
    """Return achievements of which each counts the completions of the one before at every 1e-30, and the metrics."""
    metrics = [Metric("words"), *(Metric(f"on-{key}", source={"completions": [key]}) for key in keys)]
    achievements = [
        Achievement(key, MetricTrigger(metric.key, 1e-30), repeatable=True)
        for key, metric in zip(keys, metrics, strict=False)
    ]
    return achievements, metrics


def test_completions_stop_where_python_could_not_print_them(tmp_path):
    achievements, metrics = chain_of([str(number) for number in range(150)])
    rules = Ruleset(
        metrics, achievements=achievements, points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("149", 7)])]
    )
    with Engine(rules, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        outcome = engine.record("words", value=10**29, user="jo", at=NOON)
        assert outcome.explain().text
        again = engine.record("words", value=10**29, user="jo", at=NOON)
        assert "149" not in [view.key for view in again.achievements]
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        player = engine.user("jo", at=NOON)
        assert (player.metrics["on-149"], player.points["xp"].total) == (10**4000 - 1, 10**4000 - 1)
        assert engine.explain("jo", achievement="149", at=NOON).text
        assert engine.explain("jo", points="xp", at=NOON).text


def test_totals_of_any_size_reach_thresholds():
    keys = "abcd"
    achievements, metrics = chain_of(keys)
    last = Achievement("last", MetricTrigger("on-d", 5))
    engine = Engine(Ruleset(metrics, achievements=[*achievements, last]))
    engine.record("words", value=10**29, user="jo", at=NOON)
    player = engine.user("jo", at=NOON)
    assert dict(player.metrics) == {"words": 10**29} | {
        f"on-{key}": 10 ** (59 + 30 * place) for place, key in enumerate(keys)
    }
    assert "last" in player.completed


def test_points_of_any_size_reach_thresholds():
    boosts = [Boost(f"b{number}", 99) for number in range(90)]
    points = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 7)], boosts=boosts)
    half = Achievement("half", MetricTrigger("earned", exact(0.5)), repeatable=True)
    reached = [Achievement("total", MetricTrigger("earned", 5)), half]
    engine = Engine(
        Ruleset([Metric("words"), Metric("earned", source={"points": "xp"})], achievements=reached, points=[points])
    )
    outcome = engine.record("words", user="jo", at=NOON)
    assert [(view.key, view.times) for view in outcome.achievements] == [("total", 1), ("half", 2 * 7 * 99**90)]
