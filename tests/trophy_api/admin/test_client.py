"""The admin API through the official client, operation by operation; every answer is checked against the contract."""

import pytest
from hosted import HostedClient
from trophy.core.api_error import ApiError
from trophy.errors import NotFoundError, UnprocessableEntityError

from trophy_engine import Ruleset

UNKNOWN_ID = "00000000-0000-5000-8000-000000000000"


@pytest.fixture
def hosted():
    return HostedClient(Ruleset())


@pytest.fixture
def admin(hosted):
    return hosted.api.admin


@pytest.fixture
def words(admin):
    return admin.metrics.create(request=[{"name": "Words", "key": "words"}]).created[0].id


@pytest.fixture
def xp(admin):
    return admin.points.systems.create(request=[{"name": "XP", "key": "xp"}]).created[0].id


def live(resource, items, change, *, system=None):
    """Create, list, get, update and delete, as an administrator does, and check the refusals of each."""
    given = {} if system is None else {"system_id": system}
    created = resource.create(request=items, **given)
    assert created.issues == []
    ids = [item.id for item in created.created]
    assert [one.id for one in resource.list(**given)] == ids
    assert [one.id for one in resource.list(limit=1, skip=len(ids) - 1, **given)] == ids[-1:]
    assert resource.get(id=ids[0], **given).id == ids[0]
    updated = resource.update(request=[{"id": ids[0], **change}, {"id": UNKNOWN_ID, **change}], **given)
    assert [item.id for item in updated.updated] == ids[:1]
    assert [(issue.severity, issue.id) for issue in updated.issues] == [("error", UNKNOWN_ID)]
    for name, value in change.items():
        assert getattr(resource.get(id=ids[0], **given), name) == value
    deleted = resource.delete(ids=[ids[0], UNKNOWN_ID], **given)
    assert ([item.id for item in deleted.deleted], [issue.id for issue in deleted.issues]) == (ids[:1], [UNKNOWN_ID])
    with pytest.raises(NotFoundError):
        resource.get(id=ids[0], **given)
    for refused in (
        lambda: resource.create(request=[], **given),
        lambda: resource.list(limit=101, **given),
        lambda: resource.update(request=[{"id": ids[0]}] * 101, **given),
        lambda: resource.delete(ids=[], **given),
    ):
        with pytest.raises(UnprocessableEntityError):
            refused()


def test_attributes(admin):
    live(admin.attributes, [{"name": "Plan", "key": "plan", "type": "user"}], {"name": "The plan"})


def test_metrics(admin):
    live(
        admin.metrics,
        [{"name": "Words", "key": "words"}, {"name": "Sales", "key": "sales", "unitType": "currency", "units": "EUR"}],
        {"name": "All words"},
    )


def test_achievements(admin, words):
    plan = admin.attributes.create(request=[{"name": "Plan", "key": "plan", "type": "user"}]).created[0].id
    live(
        admin.achievements,
        [
            {"name": "Ten", "trigger": "metric", "metricId": words, "metricValue": 10, "status": "active"},
            {
                "name": "A week",
                "trigger": "streak",
                "streakLength": 7,
                "badge": {"url": "https://example.com/week.png"},
            },
            {"name": "Done", "trigger": "api", "key": "done", "description": "Said to be done"},
            {"name": "A year", "trigger": "anniversary", "anniversaryYears": 1},
            {
                "name": "Pro",
                "trigger": "api",
                "key": "pro",
                "userAttributes": [{"attributeId": plan, "attributeValue": "pro"}],
            },
        ],
        {"name": "Ten words", "status": "locked"},
    )


def test_points_systems(admin, words):
    live(
        admin.points.systems,
        [
            {
                "name": "XP",
                "key": "xp",
                "maxPoints": 100,
                "levels": [{"name": "Bronze", "key": "bronze", "points": 0}],
                "boosts": [{"name": "Weekend", "start": "2025-04-05", "end": "2025-04-06", "multiplier": 2}],
                "triggers": [{"type": "metric", "metricId": words, "metricThreshold": 1, "points": 1}],
            }
        ],
        {"name": "Experience"},
    )


def test_levels(admin, xp):
    items = [{"name": "Bronze", "key": "bronze", "points": 0}, {"name": "Silver", "key": "silver", "points": 50}]
    live(admin.points.levels, items, {"points": 10}, system=xp)


def test_boosts(admin, hosted, xp):
    hosted.api.users.create(id="18")
    items = [
        {"name": "Weekend", "start": "2025-04-05", "end": "2025-04-06", "multiplier": 2, "rounding": "up"},
        {"name": "For one", "start": "2025-04-05", "multiplier": 1.5, "userId": "18"},
    ]
    live(admin.points.boosts, items, {"name": "Long weekend"}, system=xp)


def test_triggers(admin, words, xp):
    items = [
        {"type": "metric", "metricId": words, "metricThreshold": 10, "points": 5, "status": "active"},
        {"type": "streak", "streakLength": 7, "points": 50},
        {"type": "time", "timeUnit": "hours", "timeInterval": 1, "points": 1},
        {"type": "user_creation", "points": 10},
    ]
    live(admin.points.triggers, items, {"points": 7}, system=xp)


@pytest.mark.parametrize("part", ["levels", "boosts", "triggers"])
def test_parts_of_a_missing_system_are_not_found(admin, part):
    resource = getattr(admin.points, part)
    for asked in (
        lambda: resource.list(system_id=UNKNOWN_ID),
        lambda: resource.get(system_id=UNKNOWN_ID, id=UNKNOWN_ID),
        lambda: resource.delete(system_id=UNKNOWN_ID, ids=[UNKNOWN_ID]),
    ):
        with pytest.raises(NotFoundError):
            asked()


def test_leaderboards(admin, words, xp):
    city = admin.attributes.create(request=[{"name": "City", "key": "city", "type": "user"}]).created[0].id
    live(
        admin.leaderboards,
        [
            {"name": "Week", "key": "week", "rankBy": "metric", "metricId": words, "runUnit": "day", "runInterval": 7},
            {"name": "Ever", "key": "ever", "rankBy": "points", "pointsSystemId": xp, "breakdownAttributes": [city]},
            {"name": "Keen", "key": "keen", "rankBy": "streak", "status": "active", "end": "2025-12-31"},
        ],
        {"name": "The week", "status": "active"},
    )


def test_settings(admin):
    assert admin.settings.get().experimentation.control_ratio == 0
    changed = admin.settings.update(
        experimentation={"controlRatio": 10, "userActivationWindow": 7}, aggregation_period="monthly"
    )
    assert (changed.experimentation.control_ratio, changed.aggregation_period) == (10, "monthly")
    assert [one.priority for one in admin.environments.list()] == [0]
    with pytest.raises(ApiError) as refused:
        admin.settings.update(branding={"appName": "Ours"})
    assert refused.value.status_code == 501


def test_streak_settings(admin, words):
    changed = admin.streaks.settings.update(
        frequency="daily",
        evaluation_mode="AND",
        customization_enabled=True,
        days_off=[0, 6],
        metrics=[{"key": "words", "threshold": 5}],
        freezes={"startCount": 1, "maxCount": 3, "autoEarnInterval": 7, "autoEarnAmount": 1},
    )
    assert admin.streaks.settings.get() == changed
    assert admin.streaks.settings.update(frequency="weekly").days_off == []
    with pytest.raises(UnprocessableEntityError):
        admin.streaks.settings.update(days_off=[0])


def test_streak_commands(admin, hosted, words):
    admin.streaks.settings.update(metrics=[{"key": "words", "threshold": 1}], freezes={"startCount": 0, "maxCount": 1})
    hosted.api.metrics.event("words", user={"id": "18"}, value=1)
    granted = admin.streaks.freezes.create(freezes=[{"userId": "18"}, {"userId": "18"}, {"userId": "ghost"}])
    assert [(issue.severity, issue.message, issue.user_id) for issue in granted.issues] == [
        ("warning", "Would exceed maximum freeze limit", "18"),
        ("error", "User does not exist", "ghost"),
    ]
    paused = admin.streaks.pauses.create(
        pauses=[
            {"userId": "18", "start": "2025-04-03", "end": "2025-04-04"},
            {"userId": "18", "start": "2025-04-01", "end": "2025-04-04"},
        ]
    )
    assert ([item.status for item in paused.created], len(paused.issues)) == (["active"], 1)
    assert [item.id for item in admin.streaks.pauses.delete(ids=[paused.created[0].id]).deleted] == [
        paused.created[0].id
    ]
    reset = admin.streaks.reset(users=[{"id": "18"}, {"id": "ghost"}])
    assert (reset.reset_users, len(reset.issues)) == (["18"], 1)
    restored = admin.streaks.restore(users=[{"id": "18"}])
    assert restored.restored_users == ["18"]
    again = admin.streaks.restore(users=[{"id": "18"}])
    assert [(issue.severity, issue.message) for issue in again.issues] == [("warning", "No streak to restore")]
    assert hosted.api.users.streak("18").length == 1


def test_batches_of_events(admin, hosted, words):
    event = {"key": "words", "user": {"id": "18"}, "value": 5, "idempotencyKey": "k"}
    assert (
        admin.metrics.batch_events(request=[event, event, {**event, "idempotencyKey": "l", "value": 2}]).accepted == 3
    )
    assert hosted.api.users.single_metric("18", "words").current == 7
    with pytest.raises(NotFoundError):
        admin.metrics.batch_events(request=[{**event, "key": "wrods"}])
    with pytest.raises(UnprocessableEntityError):
        admin.metrics.batch_events(request=[event] * 1001)
    assert hosted.api.users.single_metric("18", "words").current == 7
