"""The bodies of webhooks: what each shows, as of the instant of its effect."""

from datetime import date

import attrs
import pytest
from notified import weekly
from stories import at, play
from webhook_month import RULES as EVERYTHING

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Boost,
    Engine,
    Freezes,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    Notifications,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.trophy_api import Webhooks, ids
from trophy_engine.trophy_api.serializers.users import serialize_user

XP = PointsSystem(
    "xp",
    name="XP",
    triggers=[MetricPointsTrigger("words", 1), MetricPointsTrigger("refund", -1)],
    levels=[Level("novice", 1), Level("expert", 10)],
    boosts=[
        Boost("mine", 1.5, when={"start": date(2025, 4, 10), "end": date(2025, 4, 11)}, user_id="jo"),
        Boost("all", 2, rounding="up", when={"start": date(2025, 4, 20), "end": date(2025, 4, 21)}),
    ],
)
RULES = Ruleset(
    metrics=[Metric("words"), Metric("refund")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(0, 3, 7, 1))],
    achievements=[Achievement("tour", ApiTrigger(), name="Tour", description="All of it", hidden=True)],
    points=[XP],
    notifications=Notifications(),
)


class Recorded:
    """An engine, and the bodies of its webhooks."""

    def __init__(self, rules=RULES, **given):
        self.engine = Engine(rules, **given)
        self.bodies = []
        Webhooks(self.engine, self.bodies.append)

    def of(self, kind):
        return [body for body in self.bodies if body["type"] == kind]


def test_streaks_show_the_dates_as_of_the_credit_even_in_the_middle_of_a_batch():
    recorded = Recorded()
    with recorded.engine.batch():
        play(recorded.engine, "04-02T10:00 words 1\n04-03T10:00 words 1\n04-20T10:00 words 1")
    recorded.engine.settle(at=at("05-20T10:00"))
    streaks = [body["streak"] for body in recorded.bodies if body["type"] in {"streak.started", "streak.extended"}]
    freezes = {"freezes": 0, "maxFreezes": 3, "freezeAutoEarnInterval": 7, "freezeAutoEarnAmount": 1}
    assert streaks == [
        {
            "length": length,
            "frequency": "daily",
            "started": started,
            "periodStart": day,
            "periodEnd": day,
            "expires": expires,
            **freezes,
            **more,
        }
        for length, started, day, expires, more in (
            (1, "2025-04-02", "2025-04-02", "2025-04-03", {}),
            (2, "2025-04-02", "2025-04-03", "2025-04-04", {}),
            (1, "2025-04-20", "2025-04-20", "2025-04-21", {"freezes": 2}),
        )
    ]
    assert [body["length"] for body in recorded.of("streak.lost")] == [2, 1]


def test_freezes_are_counted_as_of_each_effect_of_a_long_settling():
    recorded = Recorded()
    play(recorded.engine, "04-02T10:00 words 1\n04-09T10:00 words 1")
    recorded.bodies.clear()
    recorded.engine.settle(at=at("04-30T10:00"))
    moves = [
        (body["type"].removeprefix("streak.freeze_"), body.get("earned", body.get("consumed")), body["freezes"])
        for body in recorded.bodies
        if "freeze" in body["type"]
    ]
    assert moves == [("consumed", 1, 0), ("earned", 1, 1), ("earned", 1, 2), ("earned", 1, 3)]


def test_a_user_is_shown_as_of_the_effect():
    recorded = Recorded()
    recorded.engine.identify("jo", name="Jo", email="jo@example.com", time_zone="Europe/London", at=at("04-01T09:00"))
    play(recorded.engine, "04-02T10:00 words 1\n04-03T10:00 words 1")
    with recorded.engine.batch():
        recorded.engine.identify("jo", name="Joanne", at=at("04-20T10:00"))
        play(recorded.engine, "04-20T11:00 words 1")
    names = [(body["type"], body["user"]["name"]) for body in recorded.bodies if body["type"].startswith("streak")]
    assert names == [
        ("streak.started", "Jo"),
        ("streak.extended", "Jo"),
        ("streak.lost", "Jo"),
        ("streak.freeze_earned", "Jo"),
        ("streak.freeze_earned", "Jo"),
        ("streak.started", "Joanne"),
    ]
    assert recorded.bodies[-1]["user"] == serialize_user(recorded.engine.user("jo", at=at("04-20T11:00")))


def test_changes_of_points_within_a_window_are_one_body_with_all_awards():
    recorded = Recorded()
    play(recorded.engine, "04-02T12:00 words 1\n04-02T12:05 words 20\n04-02T12:10 refund 3")
    recorded.engine.settle(at=at("04-02T13:00"))
    first, second = (body["points"] for body in recorded.of("points.changed"))
    assert (first["total"], first["added"], first["level"]["key"]) == (1, 1, "novice")
    assert (second["total"], second["added"], second["level"]["key"]) == (18, 17, "expert")
    awards = [(award["date"], award["awarded"], award["total"]) for award in second["awards"]]
    assert awards == [("2025-04-02T12:05:00.000Z", 20, 21), ("2025-04-02T12:10:00.000Z", -3, 18)]
    assert first["id"] == str(ids.system_id("xp"))
    play(recorded.engine, "04-02T14:00 words 1")
    assert "level" not in recorded.of("points.changed")[-1]["points"]


def test_a_balance_that_returns_to_its_value_lists_the_awards_with_the_next_change():
    recorded = Recorded()
    play(recorded.engine, "04-02T12:00 words 5\n04-02T12:05 words 2\n04-02T12:06 refund 2\n04-02T13:00 words 4")
    awards = [[award["awarded"] for award in body["points"]["awards"]] for body in recorded.of("points.changed")]
    assert awards == [[5], [2, -2, 4]]


def test_manual_awards_are_among_the_awards_of_a_change():
    recorded = Recorded()
    play(recorded.engine, "04-02T12:00 words 1")
    recorded.engine.award("xp", 20, user="jo", reason="won the quiz", at=at("04-02T12:05"))
    recorded.engine.settle(at=at("04-02T13:00"))
    [award] = recorded.of("points.changed")[-1]["points"]["awards"]
    assert (award["awarded"], award["trigger"]["type"], award["trigger"]["reason"]) == (20, "manual", "won the quiz")


def test_changed_levels_name_both():
    recorded = Recorded()
    play(recorded.engine, "04-02T12:00 words 12\n04-02T12:05 refund 12")
    levels = [(body["previousLevel"], body["newLevel"]) for body in recorded.of("points.level_changed")]
    (nothing, expert), (from_expert, below) = levels
    assert (nothing, expert["key"], from_expert, below) == (None, "expert", expert, None)
    assert [body["points"]["total"] for body in recorded.of("points.level_changed")] == [12, 0]


def test_boosts_of_one_user_and_of_all():
    recorded = Recorded()
    play(recorded.engine, "04-02T12:00 words 1")
    recorded.engine.settle(at=at("05-01T00:00"))
    boosts = [body for body in recorded.bodies if "boost" in body["type"]]
    shown = [(body["type"], body["timestamp"], body["boost"]["status"], body["boost"]["userId"]) for body in boosts]
    assert shown == [
        ("points.boost_started", "2025-04-10T00:00:00.000Z", "active", "jo"),
        ("points.boost_finished", "2025-04-12T00:00:00.000Z", "finished", "jo"),
        ("points.boost_started", "2025-04-19T10:00:00.000Z", "active", None),
        ("points.boost_finished", "2025-04-22T13:00:00.000Z", "finished", None),
    ]
    assert boosts[2]["boost"] == {
        "id": str(ids.boost_id("xp", XP.boost_keys[1])),
        "name": "all",
        "status": "active",
        "userId": None,
        "pointsSystemId": str(ids.system_id("xp")),
        "pointsSystemKey": "xp",
        "pointsSystemName": "XP",
        "start": "2025-04-20",
        "end": "2025-04-21",
        "multiplier": 2,
        "rounding": "up",
    }


def test_leaderboards_have_the_dates_of_their_run():
    rules = Ruleset(metrics=[Metric("words")], leaderboards=[weekly()], notifications=Notifications())
    recorded = Recorded(rules)
    recorded.engine.identify("ann", name="Ann", at=at("01-02T09:00"))
    play(recorded.engine, "01-02T10:00 words 2.5", "ann")
    play(recorded.engine, "01-02T10:30 words 3", "ben")
    recorded.engine.settle(at=at("01-08T13:00"))
    boards = [(body["type"], body["leaderboard"]) for body in recorded.bodies if "leaderboard" in body]
    shown = [
        (kind, board["start"], board["end"], board["status"], [row["userId"] for row in board.get("rankings", ())])
        for kind, board in boards
        if kind != "leaderboard.rank_changed"
    ]
    first, second = ("2025-01-01", "2025-01-07"), ("2025-01-08", "2025-01-14")
    assert shown == [
        ("leaderboard.changed", *first, "active", ["ann"]),
        ("leaderboard.changed", *first, "active", ["ben", "ann"]),
        ("leaderboard.started", *second, "active", []),
        ("leaderboard.finished", *first, "finished", ["ben", "ann"]),
    ]
    assert boards[-1][1]["rankings"][1] == {"userId": "ann", "userName": "Ann", "rank": 2, "value": 2}
    moves = [
        (
            body["user"]["id"],
            *(body["leaderboard"][name] for name in ("rank", "value", "previousRank", "previousValue")),
        )
        for body in recorded.of("leaderboard.rank_changed")
    ]
    assert moves == [("ann", 1, 2, None, None), ("ben", 1, 3, None, None), ("ann", 2, 2, 1, 2)]


def test_a_displaced_user_has_no_rank_and_no_value():
    rules = Ruleset(
        metrics=[Metric("words")],
        leaderboards=[Leaderboard("top", "metric", date(2025, 1, 1), metric="words", max_participants=1)],
        notifications=Notifications(),
    )
    recorded = Recorded(rules)
    play(recorded.engine, "01-02T10:00 words 2", "ann")
    play(recorded.engine, "01-02T11:00 words 3", "ben")
    last = recorded.of("leaderboard.rank_changed")[-1]
    assert last["user"]["id"] == "ann"
    board = last["leaderboard"]
    assert (board["rank"], board["value"], board["previousRank"], board["previousValue"]) == (None, None, 1, 2)
    assert (board["start"], board["end"]) == ("2025-01-01", None)


def test_emails_have_the_instant_at_which_they_are_due():
    recorded = Recorded()
    recorded.engine.identify("jo", time_zone="Europe/London", at=at("04-02T09:00"))
    recorded.engine.complete("tour", user="jo", at=at("04-02T09:00"))
    play(recorded.engine, "04-02T10:00 words 1\n04-03T10:00 words 1")
    recorded.engine.pause("jo", "2025-05-01", "2025-05-02", at=at("04-03T11:00"))
    recorded.engine.settle(at=at("05-20T10:00"))
    emails = [
        (body["type"].removeprefix("emails."), body["timestamp"]) for body in recorded.bodies if "timestamp" in body
    ]
    assert emails[:5] == [
        ("achievement_due", "2025-04-02T16:00:00.000Z"),
        ("streak_reminder_due", "2025-04-04T19:00:00.000Z"),
        ("recap_due", "2025-04-06T08:00:00.000Z"),
        ("reactivation_due", "2025-04-06T08:00:00.000Z"),
        ("reactivation_due", "2025-04-08T08:00:00.000Z"),
    ]
    (due,) = recorded.of("emails.achievement_due")
    assert (due["achievement"]["name"], due["achievement"]["achievedAt"]) == ("Tour", "2025-04-02T09:00:00.000Z")
    reminder = recorded.of("emails.streak_reminder_due")[0]["streak"]
    assert (reminder["length"], reminder["extended"]) == (2, "2025-04-03T10:00:00.000Z")
    assert [row["length"] for row in reminder["streakHistory"]] == [0, 0, 0, 0, 1, 2, 2]
    assert [pause["start"] for pause in reminder["pauses"]] == ["2025-05-01"]
    assert recorded.of("emails.recap_due")[0]["recap"] == {"periodStart": "2025-03-30", "periodEnd": "2025-04-05"}
    numbers = [tuple(body["reactivation"].values()) for body in recorded.of("emails.reactivation_due")]
    assert numbers == [(1, 3), (2, 5), (3, 7), (4, 14), (5, 30)]


def test_users_in_the_control_group_get_no_emails_and_have_the_other_webhooks():
    rules = attrs.evolve(EVERYTHING, experimentation=attrs.evolve(EVERYTHING.experimentation, control_ratio=100))
    recorded = Recorded(rules)
    play(recorded.engine, "03-02T10:00 lessons 10\n03-03T10:00 lessons 1")
    recorded.engine.settle(at=at("05-01T00:00"))
    kinds = {body["type"] for body in recorded.bodies}
    assert {kind for kind in kinds if kind.startswith("emails.")} == set()
    assert {"achievement.completed", "streak.started", "streak.lost", "points.changed"} <= kinds
    assert {body["user"]["control"] for body in recorded.bodies if "user" in body} == {True}


def test_a_disabled_streak_has_no_webhooks():
    recorded = Recorded()
    play(recorded.engine, "04-02T10:00 refund 1")
    recorded.engine.prefer("jo", streak_enabled=False, at=at("04-02T10:01"))
    play(recorded.engine, "04-02T11:00 words 1\n04-03T11:00 words 1\n04-09T11:00 words 1")
    assert [body["type"] for body in recorded.bodies if body["type"].startswith("streak")] == []


@pytest.mark.parametrize("breakdown", [["city"], []])
def test_the_rows_of_a_leaderboard_are_those_of_all_groups(breakdown):
    rules = Ruleset(
        metrics=[Metric("words")],
        attributes=[Attribute("city")],
        leaderboards=[weekly(breakdown_attributes=breakdown)],
        notifications=Notifications(),
    )
    recorded = Recorded(rules)
    for number, user in enumerate(("ann", "ben", "cyd"), 1):
        recorded.engine.identify(user, attributes={"city": "Rome" if number % 2 else "Bonn"}, at=at("01-02T09:00"))
        recorded.engine.record("words", user=user, value=number, at=at(f"01-02T{9 + number:02}:00"))
    rows = recorded.of("leaderboard.changed")[-1]["leaderboard"]["rankings"]
    assert [(row["rank"], row["userId"]) for row in rows] == [(1, "cyd"), (2, "ben"), (3, "ann")]
