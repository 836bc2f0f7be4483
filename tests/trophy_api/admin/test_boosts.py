from datetime import date
from decimal import Decimal

import pytest
from admin_client import AdminClient, issue
from datetimes import utc

from trophy_engine import Attribute, Boost, Engine, Gate, PointsSystem, Ruleset
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.trophy_api.ids import attribute_id, boost_id, system_id
from trophy_engine.trophy_api.statuses import boost_status, leaderboard_status

BOOSTS = f"points/{system_id('xp')}/boosts"
PLAN = {"attributeId": str(attribute_id("user", "plan")), "attributeValue": "pro"}


@pytest.fixture
def admin():
    return AdminClient(Ruleset(attributes=[Attribute("plan")], points=[PointsSystem("xp")]), users=["18"])


def test_a_global_boost_shows_its_filter_and_one_for_a_user_shows_the_user(admin):
    for_all = admin.create(BOOSTS, name="Summer", start="2025-06-01", multiplier=1.5)
    assert for_all == {
        "id": str(boost_id("xp", "boost-1")),
        "name": "Summer",
        "status": "active",
        "start": "2025-06-01",
        "end": None,
        "multiplier": 1.5,
        "rounding": "down",
        "userId": None,
        "userAttributes": [],
    }
    one = admin.create(BOOSTS, name="You", start="2025-06-16", end="2025-06-17", multiplier=2, userId="18")
    assert (one["userId"], one["status"], "userAttributes" in one) == ("18", "scheduled", False)
    some = admin.create(BOOSTS, name="Pro", start="2025-06-01", multiplier=3, userAttributes=[PLAN], rounding="up")
    assert (some["userAttributes"], some["rounding"]) == ([PLAN], "up")
    assert [boost.multiplier for boost in admin.ruleset.points[0].boosts] == [Decimal("1.5"), 2, 3]


def test_an_invalid_boost_is_reported(admin):
    def error_of(**item):
        return admin.create_error(BOOSTS, **{"name": "B", "start": "2025-06-01", "multiplier": 2, **item})

    assert error_of(userId="19") == "User does not exist"
    assert error_of(userId="18", userAttributes=[PLAN]) == "userAttributes cannot be provided when userId is set"
    assert error_of(end="2025-05-31") == "end 2025-05-31 must not be before start 2025-06-01"
    assert error_of(start="June") == "start must be a date, for example 2025-04-02"
    assert error_of(name="x" * 256) == "name must have at most 255 characters, not 256"
    assert error_of(rounding="half") == "rounding must be one of down, up, nearest"
    for multiplier in (0, 1, 100, -2):
        assert error_of(multiplier=multiplier) == (
            f"multiplier must be above 0, below 100 and different from 1, not {multiplier}"
        )
    assert error_of(multiplier="2") == "multiplier must be a number"
    assert error_of(userAttributes=[{"attributeId": PLAN["attributeId"]}]) == (
        "userAttributes[0].attributeValue must be a string"
    )


def test_a_boost_changes_but_never_its_user(admin):
    one = admin.create(BOOSTS, name="You", start="2025-06-01", end="2025-06-30", multiplier=2, userId="18")
    assert admin.update(BOOSTS, one, multiplier=3, end=None) == {**one, "multiplier": 3, "end": None}
    assert admin.update_error(BOOSTS, one, userAttributes=[PLAN]) == (
        "userAttributes cannot be set on a user-specific boost"
    )
    assert admin.update_error(BOOSTS, one, userId=None) == (
        "unknown field 'userId'; known: 'id', 'name', 'start', 'end', 'multiplier', 'rounding', 'userAttributes'"
    )
    some = admin.create(BOOSTS, name="Pro", start="2025-06-01", multiplier=3, userAttributes=[PLAN])
    assert admin.update(BOOSTS, some, userAttributes=None)["userAttributes"] == []


def test_boosts_keep_their_ids_after_deletions_and_ids_are_never_reused():
    today = AdminClient().at.date()
    boosts = [
        Boost("A", 2, when={"start": today}),
        Boost("B", 3, when={"start": today}),
        Boost("C", 4, when={"start": today}),
    ]
    admin = AdminClient(Ruleset(points=[PointsSystem("xp", boosts=boosts)]))
    a, b, c = admin.get(BOOSTS)
    admin.delete(BOOSTS, a["id"], c["id"])
    assert admin.get(BOOSTS) == [b]
    new = admin.create(BOOSTS, name="D", start="2025-06-01", multiplier=5)
    assert new["id"] not in {one["id"] for one in (a, b, c)}
    assert admin.get(f"{BOOSTS}/{new['id']}") == new
    assert admin.delete(BOOSTS, a["id"])["issues"] == [issue("Points boost not found by ID", id=a["id"])]


def test_a_global_boost_is_active_while_it_is_active_in_any_zone():
    boost = Boost("Valentine", 2, when={"start": date(2026, 2, 14), "end": date(2026, 2, 14)})
    assert boost_status(boost, utc("2026-02-13 09:59"), "00:00") == "scheduled"
    assert boost_status(boost, utc("2026-02-13 10:00"), "00:00") == "active"
    assert boost_status(boost, utc("2026-02-15 12:59"), "00:00") == "active"
    assert boost_status(boost, utc("2026-02-15 13:00"), "00:00") == "finished"


def test_a_boost_for_a_user_follows_dates():
    boost = Boost("You", 2, when={"start": date(2026, 2, 14), "end": date(2026, 2, 14)}, user_id="18")
    assert boost_status(boost, utc("2026-02-13 23:59"), "00:00") == "scheduled"
    assert boost_status(boost, utc("2026-02-14 00:00"), "00:00") == "active"
    assert boost_status(boost, utc("2026-02-15 00:00"), "00:00") == "finished"
    assert (
        boost_status(Boost("You", 2, when={"start": date(2026, 2, 14)}, user_id="18"), utc("2030-01-01"), "00:00")
        == "active"
    )


def test_a_boost_can_last_from_the_first_date_to_the_last(admin):
    always = {"start": "0001-01-01", "end": "9999-12-31"}
    made = admin.create(BOOSTS, name="Always", multiplier=2, **always)
    yours = admin.create(BOOSTS, name="Yours", multiplier=2, userId="18", **always)
    assert [one["status"] for one in admin.get(BOOSTS)] == [made["status"], yours["status"]] == ["active", "active"]
    assert admin.update(BOOSTS, made, start="9999-12-31")["status"] == "scheduled"
    assert admin.update(BOOSTS, yours, end="0001-01-01")["status"] == "finished"


def test_a_leaderboard_runs_from_its_first_hour_anywhere_to_its_last():
    board = Leaderboard("b", "streak", start=date(2025, 1, 8), end=date(2025, 1, 14))
    assert leaderboard_status(board, utc("2025-01-07 09:59"), "00:00") == "scheduled"
    assert leaderboard_status(board, utc("2025-01-07 10:00"), "00:00") == "active"
    assert leaderboard_status(board, utc("2025-01-15 11:59"), "00:00") == "active"
    assert leaderboard_status(board, utc("2025-01-15 12:00"), "00:00") == "finished"
    stopped = Leaderboard("b", "streak", start=date(2025, 1, 8), status="inactive")
    assert leaderboard_status(stopped, utc("2025-01-10"), "00:00") == "inactive"


def test_statuses_change_later_by_the_start_of_the_day():
    day, instants = date(2026, 2, 14), [utc("2026-02-13 12:59"), utc("2026-02-13 13:00"), utc("2026-02-15 15:00")]
    board = Leaderboard("b", "streak", start=day, end=day)
    assert [leaderboard_status(board, at, "03:00") for at in instants] == ["scheduled", "active", "finished"]
    everyone, you = (
        Boost("Valentine", 2, when={"start": day, "end": day}),
        Boost("You", 2, when={"start": day, "end": day}, user_id="18"),
    )
    assert [boost_status(everyone, at, "03:00") for at in instants] == ["scheduled", "active", "active"]
    assert boost_status(everyone, utc("2026-02-15 16:00"), "03:00") == "finished"
    assert boost_status(you, utc("2026-02-14 02:59"), "03:00") == "scheduled"
    assert boost_status(you, utc("2026-02-15 02:59"), "03:00") == "active"


def test_a_boost_without_a_start_began_when_the_rules_first_had_it():
    engine = Engine(Ruleset())
    admin = AdminClient(engine=engine)
    engine.update(
        Ruleset(
            attributes=[Attribute("plan"), Attribute("city")],
            points=[
                PointsSystem(
                    "xp", boosts=[Boost("Night", 2, when={"between": ["22:00", "04:00"], "end": date(2026, 1, 1)})]
                )
            ],
        ),
        at=admin.at,
    )
    added = admin.at.date().isoformat()
    [shown] = admin.get(BOOSTS)
    assert (shown["start"], shown["end"], shown["status"]) == (added, "2026-01-01", "active")
    assert admin.update(BOOSTS, shown, name="Nights", end=None)["start"] == added
    assert admin.ruleset.points[0].boosts[0].when == Gate(between=("22:00", "04:00"))
    assert admin.update(BOOSTS, shown, start="2025-06-02")["start"] == "2025-06-02"
    assert admin.ruleset.points[0].boosts[0].when == Gate(between=("22:00", "04:00"), start=date(2025, 6, 2))
