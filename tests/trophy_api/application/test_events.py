"""An application records events through the official client."""

from datetime import date
from uuid import UUID

import pytest
from hosted import HostedClient
from trophy import UpsertedUser
from trophy.core.api_error import ApiError
from trophy.errors import UnprocessableEntityError

from trophy_engine import (
    Achievement,
    Attribute,
    Boost,
    Freezes,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    UserCreationPointsTrigger,
)

RULES = Ruleset(
    metrics=[Metric("words", name="Words written"), Metric("views")],
    attributes=[Attribute("plan"), Attribute("subject"), Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(1, 3, 7, 1))],
    achievements=[
        Achievement("hundred", MetricTrigger("words", 100), description="A hundred words"),
        Achievement("mobile", MetricTrigger("words", 10, {"device": "ios"})),
    ],
    points=[
        PointsSystem(
            "xp",
            triggers=[
                MetricPointsTrigger("words", 50, 100, key="per-hundred"),
                UserCreationPointsTrigger(5, key="welcome"),
            ],
            levels=[Level("bronze", 0), Level("silver", 50, description="Half a hundred")],
            boosts=[Boost("Double", 2, when={"start": date(2025, 4, 3), "end": date(2025, 4, 3)})],
            maximum=1000,
        ),
        PointsSystem("energy", triggers=[MetricPointsTrigger("views", -1, block_if_out_of_points=True)]),
    ],
)


@pytest.fixture
def hosted():
    return HostedClient(RULES)


def test_the_user_in_an_event_is_created_then_updated_field_by_field(hosted):
    hosted.api.metrics.event("words", user={"id": "18", "name": "Jo", "attributes": {"plan": "free"}}, value=1)
    assert hosted.status == 201
    hosted.api.metrics.event("words", user={"id": "18", "attributes": {"subject": "physics"}}, value=1)
    assert hosted.body["total"] == 2

    someone = hosted.api.users.get("18")
    assert (someone.name, someone.attributes) == ("Jo", {"plan": "free", "subject": "physics"})


def test_fields_left_out_by_the_client_are_unchanged(hosted):
    hosted.api.users.create(id="18", name="Jo", tz="Europe/London")
    hosted.api.metrics.event("words", user=UpsertedUser(id="18", tz=None), value=1)
    assert (hosted.status, hosted.api.users.get("18").name, hosted.body["tz"]) == (201, "Jo", None)


def test_an_undeclared_attribute_is_named_and_nothing_changes(hosted):
    hosted.api.metrics.event("words", user={"id": "18"}, value=2)
    with pytest.raises(UnprocessableEntityError):
        hosted.api.metrics.event("words", user={"id": "18", "name": "Jo", "attributes": {"pln": "x"}}, value=1)
    assert hosted.body == {
        "error": "Invalid attribute keys: pln. Please ensure all attribute keys match those set up at "
        "https://app.trophy.so/users/attributes."
    }
    with pytest.raises(UnprocessableEntityError):
        hosted.api.metrics.event("words", user={"id": "18"}, value=1, attributes={"devise": "ios", "os": "x"})
    assert hosted.body["error"] == (
        "Invalid attribute keys: devise, os. Please ensure all attribute keys match those set up at "
        "https://app.trophy.so/metrics."
    )
    assert hosted.api.users.single_metric("18", "words").current == 2
    assert hosted.api.users.get("18").name is None


def test_totals_are_exact_and_whole_ones_are_whole(hosted):
    totals = []
    for value in (2.5, -4, 1.25, 0.25):
        hosted.api.metrics.event("words", user={"id": "18"}, value=value)
        totals.append(hosted.body["total"])
    assert totals == [2.5, -1.5, -0.25, 0]
    assert isinstance(totals[-1], int)


def test_a_used_key_changes_nothing_and_returns_the_present_state(hosted):
    def event(**event):
        answer = hosted.api.metrics.event(**event)
        return hosted.status, answer.total, hosted.body.get("idempotentReplayed")

    first = hosted.api.metrics.event("words", user={"id": "u"}, value=1, idempotency_key="L1")
    assert hosted.status == 201
    assert (first.idempotency_key, first.idempotent_replayed, first.current_streak.extended) == ("L1", False, True)
    assert event(key="words", user={"id": "u"}, value=5) == (201, 6, None)

    again = hosted.api.metrics.event("words", user={"id": "u", "name": "Other"}, value=1, idempotency_key="L1")
    assert (hosted.status, again.total, again.idempotent_replayed) == (202, 6, True)
    assert again.event_id == first.event_id
    assert again.current_streak.length == 1
    assert (again.current_streak.extended, again.achievements, again.points, again.leaderboards) == (False, [], {}, {})
    assert hosted.api.users.get("u").name is None

    assert event(key="words", user={"id": "v"}, value=1, idempotency_key="L1") == (201, 1, False)
    assert event(key="views", user={"id": "u"}, value=0, idempotency_key="L1") == (201, 0, False)


def test_the_answer_has_every_change_of_an_event(hosted):
    hosted.api.metrics.event("words", user={"id": "18"}, value=95)
    assert hosted.body["points"] == {}  # points for user creation are not part of the event

    hosted.at("2025-04-03 09:00")
    answer = hosted.api.metrics.event("words", user={"id": "18"}, value=10, attributes={"device": "ios"})

    assert [achievement.name for achievement in answer.achievements] == ["hundred", "mobile"]
    hundred, mobile = hosted.body["achievements"]
    assert hundred["achievedAt"] == "2025-04-03T09:00:00.000Z"
    assert (hundred["metricValue"], hundred["metricName"], hundred["eventAttributes"]) == (100, "Words written", [])
    assert "eventAttribute" not in hundred
    assert "key" not in hundred
    assert mobile["eventAttribute"] == mobile["eventAttributes"][0] == {"key": "device", "value": "ios"}

    streak = hosted.body["currentStreak"]
    assert (streak["length"], streak["extended"], streak["expires"]) == (2, True, "2025-04-04")
    assert (streak["freezes"], streak["maxFreezes"], streak["freezeAutoEarnInterval"]) == (1, 3, 7)

    xp = hosted.body["points"]["xp"]
    assert (xp["added"], xp["total"], xp["maxPoints"]) == (100, 105, 1000)
    assert xp["level"]["key"] == "silver"
    (award,) = xp["awards"]
    assert (award["awarded"], award["total"], award["date"]) == (100, 105, "2025-04-03T09:00:00.000Z")
    assert (award["trigger"]["type"], award["trigger"]["points"], award["trigger"]["metricThreshold"]) == (
        "metric",
        50,
        100,
    )
    assert award["trigger"]["created"] == "1970-01-01T00:00:00.000Z"
    assert [(boost["name"], boost["status"], boost["multiplier"]) for boost in award["boosts"]] == [
        ("Double", "active", 2)
    ]
    assert "energy" not in hosted.body["points"]


def test_ranks_in_the_answer_include_the_user_fields_of_the_event():
    board = Leaderboard("ever", "metric", date(2025, 1, 1), metric="words", breakdown_attributes=["city"])
    rules = Ruleset(metrics=[Metric("words"), Metric("views")], attributes=[Attribute("city")], leaderboards=[board])
    hosted = HostedClient(rules)
    hosted.api.metrics.event("words", user={"id": "ann", "attributes": {"city": "Paris"}}, value=7)
    hosted.api.metrics.event("words", user={"id": "jo"}, value=5)
    first = hosted.api.metrics.event("words", user={"id": "jo", "attributes": {"city": "London"}}, value=1)
    assert (first.leaderboards["ever"].previous_rank, first.leaderboards["ever"].rank) == (None, 1)
    moved = hosted.api.metrics.event("views", user={"id": "jo", "attributes": {"city": "Paris"}}, value=1)
    assert (moved.leaderboards["ever"].previous_rank, moved.leaderboards["ever"].rank) == (1, 2)
    assert moved.leaderboards["ever"].breakdown_attribute_value == "Paris"


def test_a_level_is_in_the_answer_only_when_it_changes(hosted):
    hosted.at("2025-04-10 10:00").metrics.event("words", user={"id": "18"}, value=100)
    assert hosted.body["points"]["xp"]["level"]["name"] == "silver"
    hosted.api.metrics.event("words", user={"id": "18"}, value=100)
    assert "level" not in hosted.body["points"]["xp"]
    assert "boosts" not in hosted.body["points"]["xp"]["awards"][0]


def test_a_level_is_in_the_answer_to_the_first_award():
    triggers = [MetricPointsTrigger("words", 10)]
    systems = [
        PointsSystem("xp", triggers=triggers, levels=[Level("bronze", 0), Level("silver", 50)]),
        PointsSystem("coins", triggers=triggers, levels=[Level("rich", 50)]),
    ]
    hosted = HostedClient(Ruleset(metrics=[Metric("words")], points=systems))
    hosted.api.metrics.event("words", user={"id": "18"}, value=1)
    assert hosted.body["points"]["xp"]["level"]["key"] == "bronze"
    assert "level" not in hosted.body["points"]["coins"]  # there is none, before and after
    hosted.api.metrics.event("words", user={"id": "18"}, value=1)
    assert "level" not in hosted.body["points"]["xp"]


def test_a_user_below_every_level_has_none():
    triggers = [MetricPointsTrigger("words", 1), MetricPointsTrigger("views", -1)]
    system = PointsSystem("energy", triggers=triggers, levels=[Level("awake", 50)])
    hosted = HostedClient(Ruleset(metrics=[Metric("words"), Metric("views")], points=[system]))
    hosted.api.metrics.event("words", user={"id": "18"}, value=50)
    assert hosted.body["points"]["energy"]["level"]["key"] == "awake"
    hosted.api.metrics.event("views", user={"id": "18"}, value=1)
    energy = hosted.body["points"]["energy"]
    assert (energy["added"], energy["total"], energy["level"]) == (-1, 49, None)


def test_an_event_that_costs_too_much_is_refused_and_the_user_is_updated(hosted):
    with pytest.raises(UnprocessableEntityError):
        hosted.api.metrics.event("views", user={"id": "18", "name": "Jo"}, value=1, idempotency_key="once")
    assert "energy" in hosted.body["error"]
    assert hosted.api.users.get("18").name == "Jo"
    assert hosted.api.users.single_metric("18", "views").current == 0
    assert hosted.api.metrics.event("views", user={"id": "18"}, value=0, idempotency_key="once").total == 0
    assert hosted.status == 201


def test_an_unknown_metric_is_not_found_and_creates_no_user(hosted):
    with pytest.raises(ApiError) as caught:
        hosted.api.metrics.event("word", user={"id": "18"}, value=1)
    assert caught.value.status_code == 404
    assert hosted.body == {"error": "unknown metric 'word'; did you mean 'words'? known: 'words', 'views'"}
    assert list(hosted.engine.users()) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"user": {"id": "18"}}, "value"),
        ({"user": {"id": "18"}, "value": True}, "value"),
        ({"user": {"id": "18"}, "value": "3"}, "value"),
        ({"user": {"id": 18}, "value": 1}, "user.id"),
        ({"user": {"id": ""}, "value": 1}, "user id"),
        ({"user": {}, "value": 1}, "user.id"),
        ({"value": 1}, "user"),
        ({"user": {"id": "18", "tz": "Mars/Base"}, "value": 1}, "Mars/Base"),
        ({"user": {"id": "18"}, "value": 1, "attributes": {"device": 3}}, "device"),
        ([], "object"),
    ],
)
def test_an_invalid_body_is_refused_with_its_field(hosted, body, message):
    hosted.send("POST", "/metrics/words/event", json=body)
    assert hosted.status == 422
    assert message in hosted.body["error"]
    assert list(hosted.engine.users()) == []


def test_a_number_that_is_not_finite_is_refused(hosted):
    headers = {"X-API-KEY": "any", "Content-Type": "application/json"}
    hosted.send("POST", "/metrics/words/event", content='{"user": {"id": "18"}, "value": NaN}', headers=headers)
    assert hosted.status == 422
    assert "finite" in hosted.body["error"]


def test_identifiers_are_the_same_in_every_process():
    def run():
        hosted = HostedClient(RULES)
        answer = hosted.api.metrics.event("words", user={"id": "18"}, value=100)
        return answer.event_id, answer.metric_id, answer.points["xp"].awards[0].id

    assert run() == run()
    assert all(map(UUID, run()))
