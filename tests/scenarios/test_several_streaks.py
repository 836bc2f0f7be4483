"""Several habits: each has a streak of its own, with its own freezes, pauses, days off and rewards."""

from datetime import date

import pytest
from hosted import HostedClient
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementFreezeReward,
    AnniversaryTrigger,
    ApiTrigger,
    Engine,
    FreezeLimitReached,
    Freezes,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    NoStreakToReset,
    NoStreakToRestore,
    PointsSystem,
    Ruleset,
    Streak,
    StreakFreezeReward,
    StreakMetric,
    StreakPointsTrigger,
    StreakTrigger,
    UnknownKey,
)
from trophy_engine.calendar.instants import from_micros

METRICS = [Metric("words"), Metric("gym")]
WORDS = Streak("words", metrics=[StreakMetric("words", 10)], freezes=Freezes(1))
GYM = Streak("gym", metrics=[StreakMetric("gym")], freezes=Freezes(2))


def engine_with(*streaks, **parts):
    return Engine(Ruleset(METRICS, streaks=streaks or [WORDS, GYM], **parts))


def lengths(engine, when):
    return {key: streak.length for key, streak in engine.user("jo", at=at(when)).streaks.items()}


def both_then_gym(engine):
    play(engine, "04-01T12:00 words 10")
    for day in (1, 2, 3, 4):
        play(engine, f"04-0{day}T13:00 gym 1")


def test_each_streak_has_its_own_freezes():
    engine = engine_with()
    both_then_gym(engine)
    assert lengths(engine, "04-02T23:00") == {"words": 1, "gym": 2}
    player = engine.user("jo", at=at("04-04T14:00"))
    assert {key: (one.length, one.freezes) for key, one in player.streaks.items()} == {"words": (0, 0), "gym": (4, 2)}
    effects = [effect for row in engine.transitions("jo", at=at("04-04T14:00")) for effect in row.effects]
    assert [
        (effect.kind.type, from_micros(effect.at)) for effect in effects if getattr(effect, "streak", None) == "words"
    ] == [
        ("streak.freeze_granted", at("04-01T12:00")),
        ("streak.started", at("04-01T12:00")),
        ("streak.freeze_consumed", at("04-03T00:00")),
        ("streak.lost", at("04-04T00:00")),
    ]


def test_one_event_credits_all_streaks_that_count_it():
    engine = engine_with(WORDS, Streak("any", metrics=[StreakMetric("words"), StreakMetric("gym")]), GYM)
    [few, more] = play(engine, "04-01T12:00 words 9\n04-01T13:00 words 1")
    assert {key: one.extended for key, one in few.streaks.items()} == {"words": False, "any": True, "gym": False}
    assert {key: one.extended for key, one in more.streaks.items()} == {"words": True, "any": False, "gym": False}
    assert (few.streak, more.streak) == (few.streaks["words"], more.streaks["words"])


def test_at_one_midnight_streaks_are_missed_in_the_order_of_declaration():
    engine = engine_with(GYM, WORDS)
    both_then_gym(engine)
    play(engine, "04-05T12:00 words 10")
    effects = engine.settle(at=at("04-10T12:00"))
    assert [(effect.streak, effect.type, effect.at.day) for effect in effects] == [
        ("gym", "streak.freeze_consumed", 6),
        ("gym", "streak.freeze_consumed", 7),
        ("words", "streak.lost", 7),
        ("gym", "streak.lost", 8),
    ]


def test_kinds_of_due_work_come_before_streaks_at_one_midnight():
    earned = Freezes(0, 3, 1, 1)
    streaks = [Streak("first", metrics=WORDS.metrics, freezes=earned), Streak("second", metrics=GYM.metrics)]
    engine = engine_with(*streaks, achievements=[Achievement("a-year", AnniversaryTrigger(1))])
    engine.identify("jo", sign_up_date="2024-04-03", at=at("04-01T11:00"))
    play(engine, "04-01T12:00 gym 1")
    effects = [effect for effect in engine.settle(at=at("04-03T00:00")) if effect.at == at("04-03T00:00")]
    assert [effect.type for effect in effects] == ["streak.lost", "streak.freeze_earned", "achievement.completed"]


def test_calls_are_about_the_primary_streak_unless_they_name_another():
    engine = engine_with()
    both_then_gym(engine)
    with pytest.raises(FreezeLimitReached, match="the maximum number of freezes of the streak 'gym', 2"):
        engine.grant_freeze("jo", streak="gym", at=at("04-04T14:00"))
    assert engine.grant_freeze("jo", at=at("04-04T14:00")).streaks["words"].freezes == 1
    with pytest.raises(NoStreakToRestore, match=r"no recently lost streak 'gym' that is longer than .* 4"):
        engine.restore_streak("jo", streak="gym", at=at("04-04T14:00"))
    engine.reset_streak("jo", streak="gym", at=at("04-04T15:00"))
    assert lengths(engine, "04-04T15:00") == {"words": 0, "gym": 0}
    with pytest.raises(NoStreakToReset, match="user 'jo' has no running streak 'gym' to reset"):
        engine.reset_streak("jo", streak="gym", at=at("04-04T15:00"))
    restored = engine.restore_streak("jo", streak="gym", at=at("04-04T16:00"))
    assert (restored.streaks["gym"].length, restored.streak.length) == (4, 0)
    with pytest.raises(UnknownKey, match="unknown streak 'yoga'; known: 'words', 'gym'"):
        engine.reset_streak("jo", streak="yoga", at=at("04-04T17:00"))


def test_a_pause_is_of_one_streak_or_of_all():
    engine = engine_with(Streak("words", metrics=WORDS.metrics), Streak("gym", metrics=GYM.metrics))
    play(engine, "04-01T12:00 words 10\n04-01T12:00 gym 1")
    engine.pause("jo", "2025-04-02", "2025-04-04", streak="gym", at=at("04-01T13:00"))
    assert lengths(engine, "04-04T12:00") == {"words": 0, "gym": 1}
    play(engine, "04-04T12:00 words 10")
    engine.pause("jo", "2025-04-05", "2025-04-20", streak="*", at=at("04-04T13:00"))
    assert lengths(engine, "04-20T12:00") == {"words": 1, "gym": 1}
    engine.unpause("jo", 2, streak="gym", at=at("04-20T13:00"))
    player = engine.user("jo", at=at("04-20T14:00"))
    assert ([one.archived for one in player.pauses_of("gym")], [one.archived for one in player.pauses]) == (
        [False, True],
        [False],
    )
    assert len({one.id for one in (*player.pauses_of("gym"), *player.pauses)}) == 3


def test_other_commands_than_a_pause_take_one_streak():
    engine = engine_with(Streak("words", metrics=WORDS.metrics), Streak("gym", metrics=GYM.metrics))
    play(engine, "04-01T12:00 words 10\n04-01T12:00 gym 1")
    engine.pause("jo", "2025-04-02", "2025-04-02", streak="gym", at=at("04-01T13:00"))
    paused = engine.pause("jo", "2025-04-05", "2025-04-20", streak="*", at=at("04-01T14:00"))
    assert [(effect.streak, effect.number) for effect in paused.effects] == [("words", 1), ("gym", 2)]
    for call in (
        lambda: engine.unpause("jo", 1, streak="*", at=at("04-01T15:00")),  # of the gym another pause has the number
        lambda: engine.reset_streak("jo", streak="*", at=at("04-01T15:00")),
        lambda: engine.restore_streak("jo", streak="*", at=at("04-01T15:00")),
        lambda: engine.grant_freeze("jo", streak="*", at=at("04-01T15:00")),
    ):
        with pytest.raises(UnknownKey, match=r"unknown streak '\*'; known: 'words', 'gym'"):
            call()
    for effect in paused.effects:
        engine.unpause("jo", effect.number, streak=effect.streak, at=at("04-01T16:00"))
    player = engine.user("jo", at=at("04-01T17:00"))
    assert [[pause.archived for pause in player.pauses_of(key)] for key in ("words", "gym")] == [[True], [False, True]]


def test_preferences_are_each_streaks_own():
    own = {"customization_enabled": True}
    engine = engine_with(Streak("words", metrics=WORDS.metrics, **own), Streak("gym", metrics=GYM.metrics, **own))
    play(engine, "04-01T12:00 words 10\n04-01T12:00 gym 1")
    engine.prefer("jo", streak="gym", days_off=["wednesday", "thursday"], at=at("04-01T13:00"))
    engine.prefer("jo", streak_enabled=False, at=at("04-01T14:00"))
    assert lengths(engine, "04-03T12:00") == {"words": 0, "gym": 1}
    player = engine.user("jo", at=at("04-03T12:00"))
    assert dict(player.streak_preferences) == {"enabled": False}
    assert dict(player.streak_preferences_of("gym")) == {"days_off": ("wednesday", "thursday")}


def test_triggers_and_leaderboards_name_a_streak():
    engine = engine_with(
        achievements=[Achievement("writer", StreakTrigger(2)), Achievement("athlete", StreakTrigger(3, "gym"))],
        points=[PointsSystem("xp", triggers=[StreakPointsTrigger(5), StreakPointsTrigger(100, 2, "gym")])],
        leaderboards=[
            Leaderboard("writers", "streak", date(2025, 1, 1)),
            Leaderboard("athletes", "streak", date(2025, 1, 1), streak="gym"),
        ],
    )
    both_then_gym(engine)
    player = engine.user("jo", at=at("04-04T14:00"))
    assert (list(player.completed), player.points["xp"].total) == (["athlete"], 5 + 200)
    boards = [engine.leaderboard(key, at=at("04-04T14:00")).rankings for key in ("writers", "athletes")]
    assert [[row.value for row in rows] for rows in boards] == [[], [4]]


def test_histories_and_explanations_are_of_one_streak():
    engine = engine_with()
    both_then_gym(engine)
    now = at("04-04T14:00")
    words, gym = (engine.reports.streak_history("jo", 4, streak=key, at=now) for key in ("words", "gym"))
    assert [(row.length, row.used_freeze) for row in words] == [(1, False), (1, True), (0, False), (0, False)]
    assert [row.length for row in gym] == [1, 2, 3, 4]
    assert engine.reports.streak_history("jo", 4, at=now) == words
    assert engine.explain("jo", streak="gym", at=now).text.startswith("jo has 4 days of the gym streak.")
    assert engine.explain("jo", streak=True, at=now).text.startswith("jo has no words streak; the longest was 1 day.")
    [outcome] = play(engine, "04-05T12:00 gym 1")
    assert "the gym streak grew to 5 days: Saturday 2025-04-05 is credited" in outcome.explain().text


def test_every_seven_days_earn_a_freeze():
    freezes = Freezes(0, 2, rewards=[StreakFreezeReward(7)])
    engine = engine_with(Streak("gym", metrics=GYM.metrics, freezes=freezes))
    outcomes = [play(engine, f"06-{day:02}T12:00 gym 1")[0] for day in range(1, 22)]
    held = [outcome.streak.freezes for outcome in outcomes]
    assert (held[5], held[6], held[12], held[13], held[20]) == (0, 1, 1, 2, 2)
    earned = [
        day for day, outcome in enumerate(outcomes, 1) for one in outcome.effects if one.type == "streak.freeze_earned"
    ]
    assert earned == [7, 14]
    assert "1 freeze earned for every 7 periods of the streak; 1 available" in outcomes[6].explain().text


def test_achievements_earn_freezes_before_they_pay_points():
    freezes = Freezes(0, 3, rewards=[AchievementFreezeReward("helper", 2), AchievementFreezeReward("ten", 2)])
    engine = engine_with(
        WORDS,
        Streak("gym", metrics=GYM.metrics, freezes=freezes),
        achievements=[Achievement("helper", ApiTrigger()), Achievement("ten", MetricTrigger("words", 10))],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])],
    )
    assert engine.complete("helper", user="jo", at=at("04-01T12:00")).streaks["gym"].freezes == 2
    [outcome] = play(engine, "04-01T13:00 words 10")
    assert [effect.type for effect in outcome.effects] == [
        "metric.changed",
        "streak.started",
        "achievement.completed",
        "streak.freeze_earned",
        "points.awarded",
    ]
    assert (outcome.effects[3].earned, outcome.effects[3].freezes, outcome.effects[3].streak) == (1, 3, "gym")
    assert outcome.effects[3].reward == AchievementFreezeReward("ten", 2)


def test_a_new_streak_begins_at_nothing_and_gives_its_freezes_to_everybody():
    engine = engine_with(WORDS)
    play(engine, "04-01T12:00 words 10\n04-01T12:00 gym 1")
    [granted] = engine.update(Ruleset(METRICS, streaks=[GYM, WORDS]), at=at("04-01T13:00"))
    assert (granted.type, granted.streak, granted.freezes) == ("streak.freeze_granted", "gym", 2)
    assert lengths(engine, "04-01T14:00") == {"gym": 0, "words": 1}
    assert engine.user("jo", at=at("04-01T14:00")).streak.key == "gym"


def test_the_platforms_client_sees_the_primary_streak_alone():
    alone, several = (
        HostedClient(Ruleset(METRICS, streaks=[WORDS])),
        HostedClient(Ruleset(METRICS, streaks=[WORDS, GYM])),
    )
    for hosted in (alone, several):
        for day in (1, 2):
            hosted.at(f"2025-04-0{day} 10:00").metrics.event("words", user={"id": "18"}, value=10)
            hosted.at(f"2025-04-0{day} 11:00").metrics.event("gym", user={"id": "18"}, value=1)
    bodies = []
    for hosted in (alone, several):
        hosted.at("2025-04-02 12:00").users.streak("18")
        bodies.append(hosted.body)
        hosted.api.users.get("18")
        bodies.append(hosted.body)
        hosted.at("2025-04-02 13:00").metrics.event("gym", user={"id": "18"}, value=1, idempotency_key="k")
        bodies.append({name: value for name, value in hosted.body.items() if name != "eventId"})
    assert bodies[:3] == bodies[3:]
    assert "gym" not in str(bodies[3])
