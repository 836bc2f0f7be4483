from datetime import date

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
def office():
    return AdminClient(Ruleset(metrics=[Metric("words")], attributes=[Attribute("city")], points=[PointsSystem("xp")]))


def by_words(office, **more):
    return office.make("leaderboards", **{"name": "Top", "key": "top", "rankBy": "metric", "metricId": WORDS, **more})


def test_a_leaderboard_is_inactive_at_first_and_starts_today(office):
    assert by_words(office) == {
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
    assert office.ruleset.leaderboards == (
        Leaderboard("top", "metric", date(2025, 6, 15), metric="words", name="Top", status="inactive"),
    )


def test_everything_that_is_set_is_shown(office):
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
    made = office.make("leaderboards", **fields)
    assert made == {"id": str(leaderboard_id("cities")), **fields}
    assert office.get(f"leaderboards/{made['id']}") == made


def test_what_is_wrong_with_a_leaderboard_is_said(office):
    def fault(**item):
        return office.fault("leaderboards", **{"name": "T", "key": "t", "rankBy": "metric", "metricId": WORDS, **item})

    by_words(office)
    assert fault(key="top") == "Key already in use by another leaderboard"
    assert fault(rankBy="streak") == "metricId is not permitted for a leaderboard of type streak"
    assert office.fault("leaderboards", name="T", key="t", rankBy="points") == (
        "pointsSystemId is required for a leaderboard of type points"
    )
    assert office.fault("leaderboards", name="T", key="t", rankBy="streak", runUnit="day", runInterval=1) == (
        "a leaderboard by streak does not repeat; leave runUnit and runInterval out"
    )
    assert fault(runUnit="day") == "runUnit and runInterval must be given together or not at all"
    assert fault(runUnit="week", runInterval=1) == "runUnit must be one of day, month, year"
    assert fault(maxParticipants=1001) == "maxParticipants must be at most 1000, not 1001"
    assert fault(maxParticipants=0) == "maxParticipants must be at least 1, not 0"
    assert fault(startTime="9") == "startTime must be a time of day such as '12:00' or '23:59:59', not '9'"
    assert fault(startTime="12:00", endTime="11:00") == "endTime 11:00 must be after startTime 12:00"
    assert fault(end="2025-06-14") == "end 2025-06-14 must not be before start 2025-06-15"
    assert fault(breakdownAttributes=[WORDS]) == "Attribute not found by ID"
    assert fault(metricId=XP) == "Metric not found by ID"


def test_null_participants_are_as_many_as_a_leaderboard_can_hold(office):
    made = office.make("leaderboards", name="Top", key="top", rankBy="streak", maxParticipants=None)
    assert made["maxParticipants"] == 1000
    assert office.edit("leaderboards", made, maxParticipants=3)["maxParticipants"] == 3
    assert office.edit("leaderboards", made, maxParticipants=None) == made


def test_what_is_active_from_a_later_date_on_is_scheduled(office):
    item = {"name": "C", "key": "c", "rankBy": "streak", "status": "active", "start": "2025-07-01"}
    assert office.fault("leaderboards", **item) == (
        "start must not be in the future for an active leaderboard; make it scheduled"
    )
    assert by_words(office, key="b", status="scheduled", start="2025-07-01")["status"] == "scheduled"
    item = {"name": "C", "key": "c", "rankBy": "streak", "status": "scheduled"}
    assert office.fault("leaderboards", **item) == "start must be in the future for a scheduled leaderboard"


def test_a_finished_leaderboard_is_made_of_the_past_only(office):
    item = {"name": "C", "key": "c", "rankBy": "streak", "status": "finished", "start": "2025-01-01"}
    assert office.fault("leaderboards", **item) == "end must be in the past for a finished leaderboard"
    assert office.fault("leaderboards", **item, end="2025-06-15") == (
        "end must be in the past for a finished leaderboard"
    )
    assert office.make("leaderboards", **item, end="2025-06-14")["status"] == "finished"


def test_an_inactive_leaderboard_can_become_another_one(office):
    made = by_words(office, runUnit="day", runInterval=7, startTime="09:00", endTime="10:00", end="2025-07-01")
    changed = office.edit("leaderboards", made, rankBy="points", pointsSystemId=XP, userAttributes=[LONDON])
    assert (changed["rankBy"], changed["pointsSystemId"], "metricId" in changed) == ("points", XP, False)
    cleared = office.edit(
        "leaderboards", made, runUnit=None, startTime=None, endTime=None, end=None, userAttributes=None
    )
    assert cleared.keys().isdisjoint({"runUnit", "runInterval", "startTime", "endTime", "end"})
    renamed = office.edit("leaderboards", made, key="first")
    assert renamed == {**cleared, "id": str(leaderboard_id("first")), "key": "first"}
    by_words(office)
    assert office.edit_fault("leaderboards", renamed, key="top") == "Key already in use by another leaderboard"


def test_an_active_leaderboard_changes_its_name_description_end_and_status_only(office):
    made = by_words(office, status="active", start="2025-06-01")
    free = {"name": "Best", "description": "Go on", "end": "2025-12-31"}
    assert office.edit("leaderboards", made, **free) == {**made, **free}
    for field, value in {
        "key": "best",
        "rankBy": "streak",
        "userAttributes": [LONDON],
        "maxParticipants": 5,
        "start": "2025-06-02",
        "startTime": "09:00",
        "breakdownAttributes": [CITY],
    }.items():
        message = office.edit_fault("leaderboards", made, **{field: value})
        assert message == f"{field} can only be changed while the leaderboard is inactive"
    assert office.edit("leaderboards", made, key="top", maxParticipants=1000)["key"] == "top"


def test_statuses_follow_one_another(office):
    made = by_words(office)
    assert (
        office.edit_fault("leaderboards", made, status="finished") == "status cannot change from inactive to finished"
    )
    assert office.edit_fault("leaderboards", made, status="scheduled") == (
        "start must be in the future for a scheduled leaderboard"
    )
    for status in ("active", "inactive", "active", "finished"):
        assert office.edit("leaderboards", made, status=status)["status"] == status
    assert office.edit_fault("leaderboards", made, status="active") == "status cannot change from finished to active"
    later = by_words(office, key="later", start="2025-07-01")
    for status in ("scheduled", "inactive", "scheduled"):
        assert office.edit("leaderboards", later, status=status)["status"] == status
    assert office.edit_fault("leaderboards", later, status="finished") == (
        "status cannot change from scheduled to finished"
    )


def test_a_leaderboard_goes(office):
    made = by_words(office)
    assert office.delete("leaderboards", made["id"])["deleted"] == [{"id": made["id"]}]
    assert office.delete("leaderboards", made["id"])["issues"][0]["message"] == "Leaderboard not found by ID"
    assert office.get("leaderboards") == []
