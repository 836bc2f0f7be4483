"""Triggers award at most so many points in a day, a run of weeks, or a life; the rest is lost, and said so."""

from datetime import date

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    Boost,
    Engine,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsAwarded,
    PointsLimit,
    PointsLimited,
    PointsSystem,
    RollingWindow,
    Ruleset,
    RunWindow,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    TimePointsTrigger,
)
from trophy_engine.analysis.tables.effects import effect_columns, effect_row
from trophy_engine.analysis.tables.text import json_row


def rules(*triggers, metrics=("lessons",), **parts):
    return Ruleset(
        [Metric(key) for key in metrics],
        points=[
            PointsSystem(
                "xp", triggers=triggers, **{name: parts.pop(name) for name in ("boosts", "maximum") if name in parts}
            )
        ],
        **parts,
    )


def awarded(outcomes):
    return [outcome.points["xp"].added if "xp" in outcome.points else 0 for outcome in outcomes]


FOUR_AND_ONE = """
    2026-03-02T08:00 lessons 1
    2026-03-02T09:00 lessons 1
    2026-03-02T10:00 lessons 1
    2026-03-02T23:59 lessons 1
    2026-03-03T00:00 lessons 1
"""


def test_twelve_points_a_day():
    engine = Engine(rules(MetricPointsTrigger("lessons", 5, limit={"points": 12, "window": "day"})))
    outcomes = play(engine, FOUR_AND_ONE)
    assert awarded(outcomes) == [5, 5, 2, 0, 5]
    losses = [effect for outcome in outcomes for effect in outcome.effects if isinstance(effect, PointsLimited)]
    assert [(loss.at, loss.system, loss.lost, loss.trigger_key) for loss in losses] == [
        (at("2026-03-02T10:00"), "xp", 3, "metric-1"),
        (at("2026-03-02T23:59"), "xp", 5, "metric-1"),
    ]
    assert [outcome.explain().text.splitlines()[2:] for outcome in outcomes[2:4]] == [
        [
            "  3 xp for lessons are lost: the limit is 12 each day",
            "  xp +2 = 12, for lessons: 5; 3 above the limit of 12 each day",
        ],
        ["  5 xp for lessons are lost: the limit is 12 each day"],
    ]
    explanation = engine.explain("jo", points="xp", at=at("2026-03-03T12:00"))
    assert [(award.awarded, award.limited, award.bound) for award in explanation.awards] == [
        (5, 0, None),
        (5, 0, None),
        (2, 3, None),
        (0, 5, None),
        (5, 0, None),
    ]
    assert "xp +0 = 12, for lessons: 5; 5 above the limit of 12 each day" in explanation.text


def test_the_limit_is_that_of_the_local_date():
    engine = Engine(rules(MetricPointsTrigger("lessons", 5, limit={"points": 5, "window": "day"})))
    engine.identify("jo", time_zone="Pacific/Auckland", at=at("2026-03-01T00:00"))
    outcomes = play(engine, "2026-03-02T10:59 lessons 1\n2026-03-02T11:00 lessons 1\n2026-03-02T12:00 lessons 1")
    assert awarded(outcomes) == [5, 5, 0]


def test_a_date_shown_again_does_not_pay_again():
    engine = Engine(rules(MetricPointsTrigger("lessons", 5, limit={"points": 5, "window": "day"})))
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("2026-03-02T00:00"))
    first = play(engine, "2026-03-02T14:00 lessons 1\n2026-03-02T15:30 lessons 1")  # 2 and 3 March in Tokyo
    engine.identify("jo", time_zone="America/New_York", at=at("2026-03-02T16:00"))
    again = play(engine, "2026-03-02T17:00 lessons 1\n2026-03-03T06:00 lessons 1")  # 2 and 3 March in New York
    assert awarded(first + again) == [5, 5, 0, 0]


def test_what_was_entered_counts_after_boosts_and_rounding():
    boost = Boost("double", 2.5, when={"start": date(2026, 3, 1)})
    engine = Engine(rules(MetricPointsTrigger("lessons", 5, limit={"points": 20, "window": "week"}), boosts=[boost]))
    assert awarded(play(engine, FOUR_AND_ONE)) == [12, 8, 0, 0, 0]


def test_what_the_maximum_cuts_off_is_not_counted():
    trigger = MetricPointsTrigger("lessons", 5, limit={"points": 12, "window": "day"})
    engine = Engine(rules(trigger, maximum=6))
    play(engine, "2026-03-02T08:00 lessons 1\n2026-03-02T09:00 lessons 1")
    engine.award("xp", -6, user="jo", at=at("2026-03-02T10:00"))
    outcomes = play(engine, "2026-03-02T11:00 lessons 1\n2026-03-02T12:00 lessons 1")
    assert awarded(outcomes) == [5, 1]
    play_on = engine.award("xp", -6, user="jo", at=at("2026-03-02T13:00"))
    assert play_on.points["xp"].total == 0
    assert awarded(play(engine, "2026-03-02T14:00 lessons 1")) == [0]


def test_a_limit_for_ever_and_one_for_runs_of_weeks():
    every = MetricPointsTrigger("lessons", 5, limit={"points": 12}, key="ever")
    runs = RunWindow(2, "week", date(2026, 3, 3))
    fortnight = MetricPointsTrigger("lessons", 1, limit=PointsLimit(2, runs), key="fortnight")
    engine = Engine(rules(every, fortnight))
    days = ("03-01", "03-02", "03-03", "03-04", "03-16", "03-17", "03-18", "03-19")
    outcomes = play(engine, "\n".join(f"2026-{day}T12:00 lessons 1" for day in days))
    by_trigger = [
        {effect.trigger_key: effect.awarded for effect in outcome.effects if isinstance(effect, PointsAwarded)}
        for outcome in outcomes
    ]
    assert [paid.get("ever", 0) for paid in by_trigger] == [5, 5, 2, 0, 0, 0, 0, 0]
    assert [paid.get("fortnight", 0) for paid in by_trigger] == [1, 1, 1, 1, 0, 1, 1, 0]


def test_every_kind_of_trigger_has_limits():
    limit = {"points": 7, "window": "year"}
    engine = Engine(
        rules(
            StreakPointsTrigger(4, limit=limit),
            AchievementPointsTrigger("three", 9, limit=limit),
            TimePointsTrigger(3, "hours", 5, limit=limit),
            streaks=[Streak("daily", metrics=[StreakMetric("lessons")])],
            achievements=[Achievement("three", MetricTrigger("lessons", 3))],
        )
    )
    play(engine, "2026-03-02T08:00 lessons 1\n2026-03-03T08:00 lessons 1\n2026-03-04T08:00 lessons 1")
    awards = engine.reports.awards("jo", "xp", 100, at=at("2026-04-01T00:00"))
    amounts = {}
    for award in reversed(awards):
        amounts.setdefault(award.trigger.type, []).append(award.awarded)
    assert amounts == {"streak": [4, 3], "time": [3, 3, 1], "achievement": [7]}
    later = [effect for effect in engine.settle(at=at("2028-01-01T00:00")) if isinstance(effect, PointsAwarded)]
    assert [(award.at, award.awarded) for award in later[:3]] == [
        (at("2027-01-01T03:00"), 3),
        (at("2027-01-01T08:00"), 3),
        (at("2027-01-01T13:00"), 1),
    ]
    assert len(later) == 3


def test_a_timed_trigger_that_has_awarded_all_is_not_told_of_again():
    engine = Engine(rules(TimePointsTrigger(2, "hours", limit={"points": 3}), TimePointsTrigger(1, "days")))
    play(engine, "2026-03-02T08:00 lessons 1")
    effects = engine.settle(at=at("2026-03-05T08:00"))
    assert [(type(effect), effect.trigger.unit) for effect in effects] == [
        (PointsAwarded, "hours"),
        (PointsLimited, "hours"),
        (PointsAwarded, "hours"),
        *[(PointsAwarded, "days")] * 3,
    ]


def test_limits_are_kept_when_rules_change_that_they_do_not_depend_on():
    def lessons(points, limit, metric="lessons"):
        return rules(MetricPointsTrigger(metric, points, limit=limit, key="a"), metrics=("lessons", "words"))

    engine = Engine(lessons(5, {"points": 12, "window": "day"}))
    assert awarded(play(engine, "2026-03-02T08:00 lessons 1\n2026-03-02T09:00 lessons 1")) == [5, 5]
    engine.update(lessons(6, {"points": 13, "window": "day"}), at=at("2026-03-02T10:00"))
    assert awarded(play(engine, "2026-03-02T11:00 lessons 1")) == [3]
    engine.update(lessons(6, {"points": 13, "window": "week"}), at=at("2026-03-02T12:00"))
    assert awarded(play(engine, "2026-03-02T13:00 lessons 1\n2026-03-02T14:00 lessons 2")) == [6, 7]
    engine.update(lessons(6, {"points": 13, "window": "week"}, "words"), at=at("2026-03-02T15:00"))
    assert awarded(play(engine, "2026-03-02T16:00 words 1")) == [6]
    assert Engine.from_log(engine.log()).export_user("jo") == engine.export_user("jo")


def test_the_limit_of_a_metric_that_counts_in_another_way_begins_again():
    def weekend(**change):
        trigger = MetricPointsTrigger("weekend", 5, limit={"points": 12, "window": "month"}, key="a")
        derived = Metric("weekend", **{"source": "lessons", "when": {"weekdays": ["saturday"]}, **change})
        return Ruleset([Metric("lessons"), derived], points=[PointsSystem("xp", triggers=[trigger])])

    engine = Engine(weekend())
    assert awarded(play(engine, "2026-03-07T08:00 lessons 2")) == [10]
    engine.update(weekend(name="Weekend"), at=at("2026-03-07T09:00"))
    assert awarded(play(engine, "2026-03-07T10:00 lessons 1")) == [2]
    engine.update(weekend(when={"weekdays": ["saturday", "sunday"]}), at=at("2026-03-07T11:00"))
    assert awarded(play(engine, "2026-03-07T12:00 lessons 2")) == [10]
    engine.update(weekend(aggregate="count"), at=at("2026-03-07T13:00"))
    assert awarded(play(engine, "2026-03-07T14:00 lessons 9")) == [5]
    assert Engine.from_log(engine.log()).export_user("jo") == engine.export_user("jo")


def test_the_limit_of_a_timed_trigger_is_kept_when_its_interval_changes():
    def hourly(unit, interval):
        return rules(TimePointsTrigger(2, unit, interval, limit={"points": 5, "window": "week"}, key="a"))

    engine = Engine(hourly("hours", 1))
    play(engine, "2026-03-02T08:00 lessons 1\n2026-03-02T10:00 lessons 1")
    engine.update(hourly("hours", 3), at=at("2026-03-02T10:00"))
    engine.update(hourly("days", 1), at=at("2026-03-02T10:00"))
    effects = engine.settle(at=at("2026-03-08T00:00"))
    assert [effect.awarded for effect in effects if isinstance(effect, PointsAwarded)] == [1]


def test_limits_survive_a_save_file(tmp_path):
    limited = rules(MetricPointsTrigger("lessons", 5, limit={"points": 12, "window": "day"}))
    with Engine(limited, storage=tmp_path / "save.db") as engine:
        play(engine, "2026-03-02T08:00 lessons 1\n2026-03-02T09:00 lessons 1")
    with Engine(limited, storage=tmp_path / "save.db") as engine:
        assert awarded(play(engine, "2026-03-02T10:00 lessons 1")) == [2]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"points": 0}, r"^limit\.points must be at least 1, not 0$"),
        ({}, r"^limit lacks the field 'points'$"),
        ({"points": 5, "window": "fortnight"}, r"^limit\.window must be one of 'day', 'week', 'month', 'year', not"),
        ({"points": 5, "window": {"last": 7, "unit": "day"}}, r"^limit\.window must not be a rolling window, which "),
        (
            {"points": 5, "window": RollingWindow(7, "day")},
            r"^limit\.window must not be a rolling window, which limits ",
        ),
        ({"point": 5}, r"^limit has an unknown field 'point'; did you mean 'points'\?$"),
        (5, r"^limit must be a PointsLimit, not 5"),
    ],
)
def test_limits_that_make_no_sense_are_refused(values, message):
    with pytest.raises(InvalidValue, match=message):
        MetricPointsTrigger("lessons", 5, limit=values)


def test_a_trigger_that_deducts_has_no_limit():
    message = r"^limit is for triggers that award points; remove it, or make points positive$"
    for trigger in (
        lambda **limit: MetricPointsTrigger("lessons", -5, **limit),
        lambda **limit: TimePointsTrigger(-1, **limit),
    ):
        with pytest.raises(InvalidValue, match=message):
            trigger(limit={"points": 5})


def test_awards_with_limits_are_rows_of_tables():
    trigger = MetricPointsTrigger("lessons", 5, limit=PointsLimit(12, RunWindow(2, "week", date(2026, 3, 3))))
    outcomes = play(Engine(rules(trigger)), FOUR_AND_ONE)
    [*_, award] = outcomes[0].effects
    assert '"limit":{"points":12,"window":{"every":2,"unit":"week","start":"2026-03-03"}}' in json_row(
        effect_columns(PointsAwarded), effect_row(award)
    )
