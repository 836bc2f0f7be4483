"""Rules that count only at certain times, for certain users, or after something else."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    Gate,
    GateClosed,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakLength,
    StreakMetric,
    StreakTrigger,
    TimePointsTrigger,
)

NIGHT = {"between": ["22:00", "04:00"], "weekdays": ["friday"]}


def rules(*achievements, **parts):
    return Ruleset(
        metrics=parts.pop("metrics", [Metric("words")]),
        attributes=[Attribute("plan"), Attribute("device", "event")],
        streaks=parts.pop("streaks", [Streak("habit", metrics=[StreakMetric("words")])]),
        achievements=achievements,
        **parts,
    )


def engine_with(*achievements, **parts):
    return Engine(rules(*achievements, **parts))


def keys(outcome):
    return [achievement.key for achievement in outcome.achievements]


def test_points_are_doubled_from_the_third_day_of_a_streak_on():
    boost = Boost("hot streak", 2, when={"streak": {"at_least": 3}})
    engine = engine_with(points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 10)], boosts=[boost])])
    days = play(engine, "04-02T10:00 words 1\n04-03T10:00 words 1\n04-04T10:00 words 1\n04-05T10:00 words 1")
    assert [outcome.points["xp"].added for outcome in days] == [10, 10, 20, 20]
    assert play(engine, "04-09T10:00 words 1")[0].points["xp"].added == 10


@pytest.mark.parametrize("day_start", ["00:00", "04:00"])
@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-06-05T21:59:59", False),
        ("2026-06-05T22:00", True),
        ("2026-06-06T01:00", True),  # Saturday: the night began on Friday
        ("2026-06-06T03:59:59", True),
        ("2026-06-06T04:00", False),
        ("2026-06-05T01:00", False),  # Friday: the night began on Thursday
        ("2026-06-06T22:30", False),
    ],
)
def test_a_friday_night_lasts_until_saturday_morning(instant, is_open, day_start):
    engine = engine_with(Achievement("night-owl", MetricTrigger("words", 1), when=NIGHT), day_start=day_start)
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("2026-06-01T00:00"))
    local = at(instant).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert keys(engine.record("words", user="jo", at=local)) == (["night-owl"] if is_open else [])


def test_a_happy_hour_is_as_long_as_the_clock_shows_it():
    happy = {"between": ["01:30", "02:30"]}
    engine = engine_with(
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1, when=happy)])], streaks=[]
    )
    engine.identify("jo", time_zone="Europe/London", at=at("2026-01-01T00:00"))
    skipped = ["03-29T00:59", "03-29T01:00", "03-29T01:29", "03-29T01:30"]  # 01:00 is 02:00 in summer time
    shown_twice = ["10-25T00:29", "10-25T00:30", "10-25T00:59", "10-25T01:00", "10-25T01:30", "10-25T02:30"]
    paid = {
        text: "xp" in engine.record("words", user="jo", at=at(f"2026-{text}")).points
        for text in (*skipped, *shown_twice)
    }
    assert [text for text in skipped if paid[text]] == ["03-29T01:00", "03-29T01:29"]
    assert [text for text in shown_twice if paid[text]] == ["10-25T00:30", "10-25T00:59", "10-25T01:30"]


def test_a_threshold_passed_while_the_gate_was_closed_is_found_with_the_next_event():
    engine = engine_with(
        Achievement("tutorial", ApiTrigger()),
        Achievement("ten", MetricTrigger("words", 10), when={"achievements": ["tutorial"]}),
    )
    assert keys(play(engine, "04-02T10:00 words 12")[0]) == []
    assert keys(engine.complete("tutorial", user="jo", at=at("04-02T11:00"))) == ["tutorial"]
    outcome = play(engine, "04-02T12:00 words 1")[0]
    assert (keys(outcome), outcome.metrics) == (["ten"], {"words": 13})


@pytest.mark.parametrize("reverse", [False, True])
def test_gates_open_within_one_event_whatever_the_order_of_declaration(reverse):
    chain = [
        Achievement("c", StreakTrigger(1), when={"achievements": ["b"]}),
        Achievement("b", MetricTrigger("words", 2), when={"achievements": ["a"]}),
        Achievement("a", MetricTrigger("words", 9)),
        Achievement("all", CompositeTrigger(["a", "c"]), when={"achievements": ["b"]}),
    ]
    engine = engine_with(*(reversed(chain) if reverse else chain))
    assert sorted(keys(play(engine, "04-02T10:00 words 9")[0])) == ["a", "all", "b", "c"]


def test_a_composite_is_looked_at_with_every_event():
    weekend = {"weekdays": ["saturday", "sunday"]}
    engine = engine_with(
        Achievement("first", MetricTrigger("words", 1)), Achievement("rest", CompositeTrigger(["first"]), when=weekend)
    )
    friday, saturday, sunday = play(engine, "04-04T10:00 words 1\n04-05T10:00 words 1\n04-06T10:00 words 1")
    assert [keys(outcome) for outcome in (friday, saturday, sunday)] == [["first"], ["rest"], []]


def test_a_total_that_falls_is_looked_at_again_only_when_it_is_reached():
    engine = engine_with(Achievement("ten", MetricTrigger("words", 10), when={"weekdays": ["saturday"]}))
    story = "04-04T10:00 words 10\n04-05T10:00 words -1\n04-05T11:00 words 1"
    assert [keys(outcome) for outcome in play(engine, story)] == [[], [], ["ten"]]


def test_an_api_achievement_behind_a_closed_gate_is_refused():
    engine = engine_with(Achievement("vip", ApiTrigger(), when={"weekdays": ["saturday"], "streak": {"at_least": 2}}))
    play(engine, "04-03T10:00 words 1")
    log = list(engine.log())
    with pytest.raises(GateClosed) as refused:
        engine.complete("vip", user="jo", at=at("04-04T10:00"))
    assert (refused.value.field, refused.value.wanted, refused.value.found) == ("weekdays", ("saturday",), "friday")
    with pytest.raises(GateClosed, match="'vip' cannot be completed for user 'jo': it requires a streak of 2 days"):
        engine.complete("vip", user="jo", at=at("04-05T10:00"))
    assert list(engine.log()) == log
    play(engine, "04-04T11:00 words 1")
    assert keys(engine.complete("vip", user="jo", at=at("04-05T10:00"))) == ["vip"]


def test_triggers_see_the_levels_from_which_the_payments_began():
    gold = {"levels": {"xp": "gold"}}
    system = PointsSystem(
        "xp",
        triggers=[MetricPointsTrigger("words", 10), MetricPointsTrigger("words", 1, when=gold)],
        levels=[Level("silver", 5), Level("gold", 10)],
        boosts=[Boost("gold", 3, when=gold)],
    )
    first, second = play(engine_with(points=[system]), "04-02T10:00 words 1\n04-02T11:00 words 1")
    assert [award.awarded for award in first.points["xp"].awards] == [10]
    assert [award.awarded for award in second.points["xp"].awards] == [30, 3]


def test_points_for_steps_behind_a_closed_gate_are_not_made_up():
    pro = {"user_attributes": {"plan": ["pro", "team"]}, "start": date(2025, 4, 3)}
    engine = engine_with(points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1, 2, when=pro)])])
    engine.identify("jo", attributes={"plan": "team"}, at=at("04-02T09:00"))
    outcomes = play(engine, "04-02T10:00 words 5\n04-03T10:00 words 1\n04-03T11:00 words 1")
    assert ["xp" in outcome.points for outcome in outcomes] == [False, True, False]


def test_a_derived_metric_counts_while_its_gate_is_open_with_the_standing_before():
    learned = Metric("learned", source="words", when={"achievements": ["start"]})
    engine = engine_with(
        Achievement("start", MetricTrigger("words", 1)),
        metrics=[Metric("words"), learned],
        streaks=[Streak("habit", metrics=[StreakMetric("learned", 5)])],
        leaderboards=[Leaderboard("board", "metric", date(2025, 1, 1), metric="learned")],
    )
    first, second = play(engine, "04-02T10:00 words 7\n04-02T11:00 words 6")
    assert [outcome.metrics for outcome in (first, second)] == [{"words": 7}, {"words": 13, "learned": 6}]
    assert [outcome.streak.length for outcome in (first, second)] == [0, 1]
    assert [row.value for row in engine.leaderboard("board", at=at("04-02T12:00")).rankings] == [6]


def test_a_missed_anniversary_is_made_up_on_a_later_one():
    engine = engine_with(Achievement("year", AnniversaryTrigger(1), when={"weekdays": ["monday"]}))
    engine.identify("jo", sign_up_date=date(2023, 4, 1), at=at("2023-04-01T10:00"))  # a Monday in 2024: 1 April
    assert engine.user("jo", at=at("2024-04-02T00:00")).completed.get("year") == at("2024-04-01T00:00")
    engine = engine_with(Achievement("year", AnniversaryTrigger(1), when={"weekdays": ["tuesday"]}))
    engine.identify("jo", sign_up_date=date(2023, 4, 1), at=at("2023-04-01T10:00"))
    assert engine.user("jo", at=at("2025-03-31T00:00")).completed.get("year") is None
    assert engine.user("jo", at=at("2026-04-02T00:00")).completed.get("year") == at("2025-04-01T00:00")


def test_a_daily_award_is_paid_on_the_days_of_its_gate():
    weekend = {"weekdays": ["saturday", "sunday"]}
    engine = engine_with(points=[PointsSystem("xp", triggers=[TimePointsTrigger(5, when=weekend)])])
    engine.identify("jo", at=at("2025-04-02T10:00"))  # a Wednesday
    totals = [engine.user("jo", at=at(f"2025-04-{day:02}T12:00")).points["xp"].total for day in range(2, 10)]
    assert totals == [0, 0, 0, 5, 10, 10, 10, 10]


def test_adopted_rules_ask_for_the_gate_at_that_instant():
    def gated(weekday):
        return rules(
            Achievement("words", MetricTrigger("words", 1), when={"weekdays": [weekday]}),
            Achievement("after", MetricTrigger("words", 1), when={"achievements": ["words"]}),
            points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("words", 5)])],
        )

    for weekday, completed in (("friday", []), ("saturday", ["words", "after"])):
        engine = Engine(rules())
        play(engine, "04-04T10:00 words 1")  # a Friday
        engine.update(gated(weekday), at=at("04-05T10:00"))
        player = engine.user("jo", at=at("04-05T10:00"))
        assert [view.key for view in player.achievements if view.achieved_at] == completed
        assert player.points["xp"].total == 0


def test_a_new_derived_metric_is_counted_from_the_log_by_the_gate_of_each_event():
    engine = Engine(rules(Achievement("start", MetricTrigger("words", 3))))
    play(engine, "04-04T10:00 words 1\n04-05T10:00 words 2\n04-05T11:00 words 4\n04-06T10:00 words 8")
    started = Metric("started", source="words", when={"achievements": ["start"]})
    running = Metric("running", source="words", when={"streak": {"at_least": 2}, "weekdays": ["sunday"]})
    metrics = [Metric("words"), started, running]
    engine.update(rules(Achievement("start", MetricTrigger("words", 3)), metrics=metrics), at=at("04-06T11:00"))
    assert engine.user("jo", at=at("04-06T11:00")).metrics == {"words": 15, "started": 12, "running": 8}
    play(engine, "04-06T12:00 words 1")
    assert engine.user("jo", at=at("04-06T12:00")).metrics == {"words": 16, "started": 13, "running": 9}


def test_a_gate_given_as_a_mapping_is_the_gate():
    assert Achievement("a", ApiTrigger(), when={"streak": {"at_least": 3}}) == Achievement(
        "a", ApiTrigger(), when=Gate(streak=StreakLength(3))
    )
    ruleset = rules(
        Achievement("a", ApiTrigger(), when={**NIGHT, "end": date(2026, 6, 1), "user_attributes": {"plan": ["a", "b"]}})
    )
    for format_ in ("toml", "json"):
        assert Ruleset.from_text(ruleset.to_text(format_), format_) == ruleset


def test_explanations_name_the_condition_that_did_not_hold():
    noon = at("2026-06-05T12:00")
    engine = engine_with(
        Achievement("owl", MetricTrigger("words", 1), when=NIGHT),
        metrics=[Metric("words"), Metric("night", source="words", when=NIGHT)],
        points=[
            PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1, when={"end": date(2026, 6, 1)}, key="early")])
        ],
    )
    outcome = engine.record("words", user="jo", at=noon)
    reason = "it requires a local time from 22:00 to 04:00; it was 12:00"
    ended = "it requires a local date up to 2026-06-01; it was 2026-06-05"
    assert [gate.text for gate in outcome.explain().closed_gates] == [
        f"night does not count the event: {reason}",
        f"'owl' is reached but not completed: {reason}",
        f"xp +0, for words: {ended}",
    ]
    later = noon + timedelta(hours=11)
    explanation = engine.explain("jo", achievement="owl", at=later)
    assert explanation.text.splitlines()[2:] == [
        f"  {reason}",
        "  all its conditions hold now, and it is checked again with the next event",
    ]
    assert not engine.explain("jo", achievement="owl", at=noon + timedelta(hours=1)).is_checked_again
    unmet = explanation.unmet_condition
    assert (unmet.field, unmet.wanted, unmet.found) == ("between", ("22:00", "04:00"), "12:00")
    assert [award.unmet_condition.text for award in engine.explain("jo", points="xp", at=later).awards] == [ended]
    engine.record("words", user="jo", at=later)
    assert engine.explain("jo", achievement="owl", at=later).unmet_condition is None


def test_a_level_opens_a_gate_for_the_next_event():
    engine = engine_with(
        Achievement("five", MetricTrigger("words", 5), when={"levels": {"xp": "silver"}}),
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], levels=[Level("silver", 5)])],
    )
    first = engine.record("words", user="jo", value=5, at=at("2026-06-05T12:00"))
    assert (first.points["xp"].level.key, first.achievements) == ("silver", ())
    assert engine.explain("jo", achievement="five", at=at("2026-06-05T12:30")).is_checked_again
    second = engine.record("words", user="jo", at=at("2026-06-05T13:00"))
    assert [view.key for view in second.achievements] == ["five"]


def test_a_repeat_at_a_multiple_that_passes_a_closed_gate_is_not_made_up():
    rule = Achievement("ten", MetricTrigger("words", 10), repeatable=True, when={"weekdays": ["friday"]})
    engine = engine_with(rule)
    thursday, friday = play(engine, "04-03T10:00 words 12\n04-04T10:00 words 1")
    explanation = engine.explain("jo", achievement="ten", at=at("2025-04-04T10:30"))
    assert not explanation.is_checked_again
    assert explanation.progress.text == "words beyond the last multiple of 10: 3 of 10, 7 missing"
    [later] = play(engine, "04-04T11:00 words 20")
    assert [[one.times for one in outcome.achievements] for outcome in (thursday, friday, later)] == [[], [], [2]]


def test_a_repeat_of_a_window_is_looked_at_again_within_it():
    daily = Metric("daily", source="words", window="day")
    rule = Achievement("ten", MetricTrigger("daily", 10), repeatable=True, when={"between": ["18:00", "20:00"]})
    engine = engine_with(rule, metrics=[Metric("words"), daily])
    story = "04-03T10:00 words 12\n04-03T18:00 words 1\n04-03T19:00 words 9\n04-04T18:00 words 9\n04-04T19:00 words 1"
    assert [keys(outcome) for outcome in play(engine, story)] == [[], ["ten"], [], [], ["ten"]]


def test_repeats_wait_for_what_the_same_event_completes():
    engine = engine_with(
        Achievement("five", MetricTrigger("words", 5), repeatable=True, when={"achievements": ["twelve"]}),
        Achievement("twelve", MetricTrigger("words", 12)),
    )
    [outcome] = play(engine, "04-03T10:00 words 12")
    assert {effect.achievement: effect.times for effect in outcome.effects if hasattr(effect, "achievement")} == {
        "twelve": 1,
        "five": 2,
    }


def test_a_gate_can_require_any_tier_or_one():
    tiers = [{"key": "bronze", "value": 2}, {"key": "gold", "value": 5}]
    engine = engine_with(
        Achievement("words", MetricTrigger("words"), tiers=tiers),
        Achievement("any", ApiTrigger(), when={"achievements": ["words"]}),
        Achievement("gold", ApiTrigger(), when={"achievements": ["words-gold"]}),
    )
    play(engine, "04-03T10:00 words 2")
    assert keys(engine.complete("any", user="jo", at=at("04-03T11:00"))) == ["any"]
    with pytest.raises(GateClosed, match="it requires the achievement 'words-gold'"):
        engine.complete("gold", user="jo", at=at("04-03T11:00"))
    play(engine, "04-03T12:00 words 3")
    assert keys(engine.complete("gold", user="jo", at=at("04-03T13:00"))) == ["gold"]


def test_every_tier_has_the_gate_of_its_achievement():
    tiers = [{"key": "bronze", "at_most": 70}, {"key": "gold", "at_most": 60}]
    lap = Metric("lap", aggregate="min")
    engine = engine_with(
        Achievement("fast", MetricTrigger("lap"), tiers=tiers, when={"weekdays": ["friday"]}),
        metrics=[Metric("words"), lap],
    )
    thursday, friday, last = play(engine, "04-03T10:00 lap 65\n04-04T10:00 lap 80\n04-04T11:00 lap 55")
    assert [[one.tier for one in outcome.achievements] for outcome in (thursday, friday, last)] == [
        [],
        ["bronze"],
        ["gold"],
    ]


def test_a_level_by_points_earned_is_not_lost_by_spending():
    system = PointsSystem(
        "xp", triggers=[MetricPointsTrigger("words", 1)], levels=[Level("gold", 10)], levels_by="earned"
    )
    engine = engine_with(Achievement("vip", ApiTrigger(), when={"levels": {"xp": "gold"}}), points=[system])
    play(engine, "04-03T10:00 words 12")
    engine.award("xp", -12, user="jo", at=at("04-03T11:00"))
    assert keys(engine.complete("vip", user="jo", at=at("04-03T12:00"))) == ["vip"]


def test_a_limit_does_not_count_what_a_closed_gate_left_out():
    happy = MetricPointsTrigger("words", 5, limit={"points": 10, "window": "day"}, when={"between": ["12:00", "14:00"]})
    engine = engine_with(points=[PointsSystem("xp", triggers=[happy])])
    story = "04-03T11:00 words 1\n04-03T12:00 words 1\n04-03T13:00 words 1\n04-03T13:30 words 1"
    added = [outcome.points["xp"].added if "xp" in outcome.points else 0 for outcome in play(engine, story)]
    assert added == [0, 5, 5, 0]
    texts = [award.text for award in engine.explain("jo", points="xp", at=at("04-03T14:00")).awards]
    assert "it requires a local time from 12:00 to 14:00; it was 11:00" in texts[0]
    assert len(texts) == 4


def test_a_gate_asks_for_the_streak_that_it_names():
    habits = [
        Streak("words", metrics=[StreakMetric("words")]),
        Streak("gym", metrics=[StreakMetric("visits")]),
    ]
    engine = engine_with(
        metrics=[Metric("words"), Metric("visits")],
        streaks=habits,
        points=[
            PointsSystem(
                "xp",
                triggers=[
                    MetricPointsTrigger("words", 1, when={"streak": {"at_least": 2}}),
                    MetricPointsTrigger("words", 10, when={"streak": {"at_least": 2, "key": "gym"}}),
                ],
            )
        ],
    )
    story = "04-01T09:00 visits 1\n04-02T09:00 words 1\n04-02T10:00 visits 1\n04-02T11:00 words 1\n04-03T09:00 words 1"
    outcomes = play(engine, story)
    assert [sum(change.added for change in outcome.points.values()) for outcome in outcomes] == [0, 0, 0, 10, 11]
    text = outcomes[1].explain().text
    assert "for words: it requires the streak 'words' of 2 days; its length was 1" in text
    assert "for words: it requires the streak 'gym' of 2 days; its length was 1" in text
