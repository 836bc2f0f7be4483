"""An administrator changes rules while users are active; the application shows the result, through the client."""

import pytest
from hosted import HostedClient
from trophy.errors import UnprocessableEntityError

from trophy_engine import (
    Effect,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)


def hosted_with(**rules):
    return HostedClient(Ruleset(metrics=[Metric("words")], **rules))


def write(hosted, totals):
    for number, total in enumerate(totals):
        hosted.api.metrics.event("words", user={"id": f"u{number}"}, value=total)


def test_an_added_level_applies_at_once_to_users_with_its_points():
    levels = [Level("bronze", 100), Level("silver", 200), Level("gold", 300)]
    hosted = hosted_with(points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], levels=levels)])
    write(hosted, [*[150] * 40, *[250] * 7, *[450] * 23, *[550] * 29])
    assert [row.users for row in hosted.api.points.level_summary("xp")] == [40, 7, 52]
    system = hosted.api.admin.points.systems.list()[0].id
    platinum = [{"name": "Platinum", "key": "platinum", "points": 500}]
    assert hosted.api.admin.points.levels.create(system, request=platinum).issues == []
    assert [row.users for row in hosted.api.points.level_summary("xp")] == [40, 7, 23, 29]
    assert hosted.api.users.points("u98", "xp").level.key == "platinum"
    ids = [one.id for one in hosted.api.admin.points.levels.list(system)]
    hosted.api.admin.points.levels.delete(system, ids=ids)
    with pytest.raises(UnprocessableEntityError):
        hosted.api.points.level_summary("xp")


def test_an_achievement_is_backdated_when_it_opens_and_kept_by_its_holders_when_it_is_locked():
    hosted = hosted_with()
    write(hosted, [500] * 6 + [499] * 4)
    admin = hosted.api.admin
    words = admin.metrics.list()[0].id
    item = {"name": "Five hundred", "trigger": "metric", "metricId": words, "metricValue": 500}
    made = admin.achievements.create(request=[item]).created[0].id
    assert (hosted.api.achievements.all_(), hosted.api.users.achievements("u0")) == ([], [])
    received = []
    hosted.engine.subscribe(Effect, received.append)
    admin.achievements.update(request=[{"id": made, "status": "active"}])
    assert {effect.type for effect in received} == {"achievement.backdated"}
    (shown,) = hosted.api.achievements.all_()
    assert (shown.completions, shown.rarity) == (6, 60)
    admin.achievements.update(request=[{"id": made, "status": "locked"}])
    assert hosted.api.metrics.event("words", user={"id": "u9"}, value=1).achievements == []
    assert hosted.api.achievements.all_() == []
    assert [len(hosted.api.users.achievements(user, include_incomplete="true")) for user in ("u0", "u9")] == [1, 0]


def test_a_disabled_streak_shows_no_freezes():
    hosted = hosted_with(streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(0, 3, 1, 1))])
    hosted.api.metrics.event("words", user={"id": "18"}, value=1)
    hosted.api.users.update_preferences("18", streak={"enabled": False})
    hosted.at("2025-04-05 10:00")
    assert hosted.engine.settle() == ()
    hosted.api.users.update_preferences("18", streak={"enabled": True})
    assert hosted.engine.settle() == ()
    hosted.at("2025-04-06 10:00")
    assert [effect.type for effect in hosted.engine.settle()] == ["streak.freeze_earned"]


@pytest.mark.parametrize("wrong", [{"subscribeToEmails": True}, {"signUpDate": "2026-01-01"}])
def test_a_batch_is_refused_as_a_whole_for_an_invalid_user(wrong):
    hosted = hosted_with()
    events = [{"key": "words", "user": {"id": user}, "value": 1} for user in ("ann", "bob")]
    events[1]["user"] |= wrong
    with pytest.raises(UnprocessableEntityError) as refused:
        hosted.api.admin.metrics.batch_events(request=events)
    assert refused.value.body["error"].startswith("[1]: ")
    assert list(hosted.engine.users()) == []
