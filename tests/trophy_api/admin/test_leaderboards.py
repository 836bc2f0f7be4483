from datetime import date

import attrs
import pytest
from admin_client import AdminClient

from trophy_engine import Attribute, Metric, PointsSystem, Ruleset
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.trophy_api.ids import attribute_id, leaderboard_id, metric_id, system_id

WORDS = str(metric_id("words"))
XP = str(system_id("xp"))
CITY = str(attribute_id("user", "city"))
LONDON = {"attributeId": CITY, "attributeValue": "London"}


@pytest.fixture
def admin():
    return AdminClient(Ruleset(metrics=[Metric("words")], attributes=[Attribute("city")], points=[PointsSystem("xp")]))


def by_words(admin, **more):
    return admin.create("leaderboards", **{"name": "Top", "key": "top", "rankBy": "metric", "metricId": WORDS, **more})


def test_a_leaderboard_is_inactive_at_first_and_starts_today(admin):
    assert by_words(admin) == {
        "id": str(leaderboard_id("top")),
        "name": "Top",
        "key": "top",
        "status": "inactive",
        "rankBy": "metric",
        "metricId": WORDS,
        "maxParticipants": 1000,
        "start": "2025-06-15",
        "breakdownAttributes": [],
        "userAttributes": [],
    }
    assert admin.ruleset.leaderboards == (
        Leaderboard("top", "metric", date(2025, 6, 15), metric="words", name="Top", status="inactive"),
    )


def test_every_set_field_is_shown(admin):
    fields = {
        "name": "Cities",
        "key": "cities",
        "description": "Who is first?",
        "status": "active",
        "rankBy": "points",
        "pointsSystemId": XP,
        "maxParticipants": 10,
        "start": "2025-06-01",
        "end": "2025-12-31",
        "startTime": "09:00",
        "endTime": "17:30",
        "breakdownAttributes": [CITY],
        "runUnit": "month",
        "runInterval": 2,
        "userAttributes": [LONDON],
    }
    made = admin.create("leaderboards", **fields)
    assert made == {"id": str(leaderboard_id("cities")), **fields}
    assert admin.get(f"leaderboards/{made['id']}") == made


def test_an_invalid_leaderboard_is_reported(admin):
    def error_of(**item):
        return admin.create_error(
            "leaderboards", **{"name": "T", "key": "t", "rankBy": "metric", "metricId": WORDS, **item}
        )

    by_words(admin)
    assert error_of(key="top") == "Key already in use by another leaderboard"
    assert error_of(rankBy="streak") == "metricId is not permitted for a leaderboard of type streak"
    assert admin.create_error("leaderboards", name="T", key="t", rankBy="points") == (
        "pointsSystemId is required for a leaderboard of type points"
    )
    assert admin.create_error("leaderboards", name="T", key="t", rankBy="streak", runUnit="day", runInterval=1) == (
        "a leaderboard by streak has no repeated runs; remove runUnit and runInterval"
    )
    assert error_of(runUnit="day") == "runUnit must be given together with runInterval, or not at all"
    assert error_of(runUnit="hour", runInterval=1) == "runUnit must be one of day, week, month, year"
    assert error_of(maxParticipants=1001) == "maxParticipants must be at most 1000, not 1001"
    assert error_of(maxParticipants=0) == "maxParticipants must be at least 1, not 0"
    assert error_of(startTime="9") == "startTime must be a time of day, for example '12:00' or '23:59:59', not '9'"
    assert error_of(startTime="12:00", endTime="11:00") == "endTime 11:00 must be after startTime 12:00"
    assert error_of(end="2025-06-14") == "end 2025-06-14 must not be before start 2025-06-15"
    assert error_of(breakdownAttributes=[WORDS]) == "Attribute not found by ID"
    assert error_of(metricId=XP) == "Metric not found by ID"


def test_an_edit_keeps_what_requests_cannot_say(admin):
    made = by_words(admin, runUnit="week", runInterval=2)
    unsaid = {"order": "ascending", "ties": "shared", "time_zone": "Europe/Berlin"}
    [board] = admin.ruleset.leaderboards
    admin.engine.update(attrs.evolve(admin.ruleset, leaderboards=[attrs.evolve(board, **unsaid)]))
    assert admin.update("leaderboards", made, name="Best", runInterval=3) == made | {"name": "Best", "runInterval": 3}
    admin.update("leaderboards", made, rankBy="points", pointsSystemId=XP)
    [edited] = admin.ruleset.leaderboards
    assert {field: getattr(edited, field) for field in unsaid} == unsaid
    assert (edited.name, edited.run_unit, edited.run_interval, edited.points) == ("Best", "week", 3, "xp")


def test_a_leaderboard_of_a_time_zone_is_scheduled_until_its_date_begins_there(admin):
    later = by_words(admin, status="scheduled", start="2025-06-16")
    [board] = admin.ruleset.leaderboards
    in_zone = attrs.evolve(board, time_zone="Pacific/Kiritimati")  # at 10:00 UTC it is the 16th there
    admin.engine.update(attrs.evolve(admin.ruleset, leaderboards=[in_zone]))
    assert admin.get(f"leaderboards/{later['id']}")["status"] == "active"
    in_zone = attrs.evolve(board, time_zone="Europe/Berlin")
    admin.engine.update(attrs.evolve(admin.ruleset, leaderboards=[in_zone]))
    assert admin.get(f"leaderboards/{later['id']}")["status"] == "scheduled"


def test_null_participants_are_the_maximum_of_a_leaderboard(admin):
    made = admin.create("leaderboards", name="Top", key="top", rankBy="streak", maxParticipants=None)
    assert made["maxParticipants"] == 1000
    assert admin.update("leaderboards", made, maxParticipants=3)["maxParticipants"] == 3
    assert admin.update("leaderboards", made, maxParticipants=None) == made


def test_an_active_leaderboard_with_a_later_start_is_scheduled(admin):
    item = {"name": "C", "key": "c", "rankBy": "streak", "status": "active", "start": "2025-07-01"}
    assert admin.create_error("leaderboards", **item) == (
        "start must not be in the future for an active leaderboard; make it scheduled"
    )
    assert by_words(admin, key="b", status="scheduled", start="2025-07-01")["status"] == "scheduled"
    item = {"name": "C", "key": "c", "rankBy": "streak", "status": "scheduled"}
    assert admin.create_error("leaderboards", **item) == "start must be in the future for a scheduled leaderboard"


def test_a_finished_leaderboard_must_end_in_the_past(admin):
    item = {"name": "C", "key": "c", "rankBy": "streak", "status": "finished", "start": "2025-01-01"}
    assert admin.create_error("leaderboards", **item) == "end must be in the past for a finished leaderboard"
    assert admin.create_error("leaderboards", **item, end="2025-06-15") == (
        "end must be in the past for a finished leaderboard"
    )
    assert admin.create("leaderboards", **item, end="2025-06-14")["status"] == "finished"


def test_every_field_of_an_inactive_leaderboard_can_change(admin):
    made = by_words(admin, runUnit="day", runInterval=7, startTime="09:00", endTime="10:00", end="2025-07-01")
    changed = admin.update("leaderboards", made, rankBy="points", pointsSystemId=XP, userAttributes=[LONDON])
    assert (changed["rankBy"], changed["pointsSystemId"], "metricId" in changed) == ("points", XP, False)
    cleared = admin.update(
        "leaderboards", made, runUnit=None, startTime=None, endTime=None, end=None, userAttributes=None
    )
    assert cleared.keys().isdisjoint({"runUnit", "runInterval", "startTime", "endTime", "end"})
    renamed = admin.update("leaderboards", made, key="first")
    assert renamed == {**cleared, "id": str(leaderboard_id("first")), "key": "first"}
    by_words(admin)
    assert admin.update_error("leaderboards", renamed, key="top") == "Key already in use by another leaderboard"


def test_an_active_leaderboard_changes_its_name_description_end_and_status_only(admin):
    made = by_words(admin, status="active", start="2025-06-01")
    free = {"name": "Best", "description": "Go on", "end": "2025-12-31"}
    assert admin.update("leaderboards", made, **free) == {**made, **free}
    for field, value in {
        "key": "best",
        "rankBy": "streak",
        "userAttributes": [LONDON],
        "maxParticipants": 5,
        "start": "2025-06-02",
        "startTime": "09:00",
        "breakdownAttributes": [CITY],
    }.items():
        message = admin.update_error("leaderboards", made, **{field: value})
        assert message == f"{field} can only be changed while the leaderboard is inactive"
    assert admin.update("leaderboards", made, key="top", maxParticipants=1000)["key"] == "top"


def test_statuses_follow_one_another(admin):
    made = by_words(admin)
    assert (
        admin.update_error("leaderboards", made, status="finished") == "status cannot change from inactive to finished"
    )
    assert admin.update_error("leaderboards", made, status="scheduled") == (
        "start must be in the future for a scheduled leaderboard"
    )
    for status in ("active", "inactive", "active", "finished"):
        assert admin.update("leaderboards", made, status=status)["status"] == status
    assert admin.update_error("leaderboards", made, status="active") == "status cannot change from finished to active"
    later = by_words(admin, key="later", start="2025-07-01")
    for status in ("scheduled", "inactive", "scheduled"):
        assert admin.update("leaderboards", later, status=status)["status"] == status
    assert admin.update_error("leaderboards", later, status="finished") == (
        "status cannot change from scheduled to finished"
    )


def test_a_leaderboard_is_deleted(admin):
    made = by_words(admin)
    assert admin.delete("leaderboards", made["id"])["deleted"] == [{"id": made["id"]}]
    assert admin.delete("leaderboards", made["id"])["issues"][0]["message"] == "Leaderboard not found by ID"
    assert admin.get("leaderboards") == []
