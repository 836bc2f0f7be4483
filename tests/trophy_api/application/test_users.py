"""An application sends the fields and preferences of its users."""

import pytest
from hosted import HostedClient
from trophy import StreakMetricPreference, StreakPreferences
from trophy.core.api_error import ApiError
from trophy.errors import ForbiddenError, NotFoundError, UnprocessableEntityError

from trophy_engine import Attribute, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.rules.settings import Experimentation

RULES = Ruleset(
    metrics=[Metric("words"), Metric("lessons")],
    attributes=[Attribute("plan"), Attribute("city")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
)
OPEN = Ruleset(
    metrics=[Metric("words"), Metric("lessons")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)],
)


@pytest.fixture
def hosted():
    return HostedClient(RULES)


def test_a_user_who_is_created_shows_all_fields(hosted):
    hosted.api.users.create(id="18")
    assert hosted.status == 201
    assert hosted.body == {
        "id": "18",
        "email": None,
        "name": None,
        "tz": None,
        "signUpDate": None,
        "deviceTokens": None,
        "subscribeToEmails": True,
        "attributes": {},
        "control": False,
        "created": "2025-04-02T10:00:00.000Z",
        "updated": "2025-04-02T10:00:00.000Z",
    }


def test_fields_left_out_keep_their_values_and_null_clears(hosted):
    hosted.api.users.create(
        id="18",
        email="jo@example.com",
        name="Jo",
        tz="Europe/London",
        sign_up_date="2024-02-29",
        device_tokens=["a", "b"],
        attributes={"plan": "pro"},
    )
    hosted.at("2025-04-03 10:00")
    someone = hosted.api.users.update("18", name="Joanna", attributes={"city": "London"})
    assert hosted.status == 200
    assert (someone.name, someone.email, someone.tz) == ("Joanna", "jo@example.com", "Europe/London")
    assert someone.attributes == {"plan": "pro", "city": "London"}
    assert (hosted.body["created"], hosted.body["updated"]) == ("2025-04-02T10:00:00.000Z", "2025-04-03T10:00:00.000Z")

    hosted.api.users.update("18", tz=None, device_tokens=None, sign_up_date=None, email=None)
    cleared = ("tz", "deviceTokens", "signUpDate", "email")
    assert [hosted.body[field] for field in cleared] == [None] * 4
    assert hosted.body["name"] == "Joanna"


def test_utc_as_a_chosen_zone_differs_from_no_zone(hosted):
    hosted.api.users.create(id="18", tz="UTC")
    assert hosted.body["tz"] == "UTC"
    hosted.api.users.update("18", tz=None)
    assert hosted.body["tz"] is None


def test_identifying_creates_and_then_updates(hosted):
    hosted.api.users.identify("18", name="Jo")
    assert (hosted.status, hosted.body["name"]) == (200, "Jo")
    hosted.api.users.identify("18", email="jo@example.com")
    assert (hosted.body["name"], hosted.body["email"]) == ("Jo", "jo@example.com")


def test_subscribing_requires_an_address_and_unsubscribing_removes_it(hosted):
    with pytest.raises(UnprocessableEntityError):
        hosted.api.users.create(id="a", subscribe_to_emails=True)
    assert "subscribeToEmails" in hosted.body["error"]
    assert list(hosted.engine.users()) == []
    hosted.api.users.create(id="a")
    hosted.api.users.update("a", email="e@x", subscribe_to_emails=False)
    assert (hosted.status, hosted.body["email"], hosted.body["subscribeToEmails"]) == (200, None, False)
    hosted.api.users.update("a", email="e@x", subscribe_to_emails=True)
    assert (hosted.body["email"], hosted.body["subscribeToEmails"]) == ("e@x", True)


def test_subscribing_accepts_the_spelling_of_the_examples_of_the_platform(hosted):
    user = {"id": "18", "email": "jo@example.com", "subscribedToEmails": False}
    for method, path, body in (
        ("POST", "/users", user),
        ("POST", "/metrics/words/event", {"user": user, "value": 1}),
        ("PUT", "/users/18", {"subscribedToEmails": False}),
        ("PATCH", "/users/18", {"subscribedToEmails": False}),
    ):
        assert hosted.send(method, path, json=body).status_code in {200, 201}
        assert hosted.api.users.get("18").subscribe_to_emails is False
        hosted.api.users.update("18", subscribe_to_emails=True, email="jo@example.com")
    hosted.send("PATCH", "/users/18", json={"subscribedToEmails": False, "subscribeToEmails": True})
    assert (hosted.status, hosted.body["error"]) == (
        422,
        "subscribeToEmails cannot be set together with subscribedToEmails",
    )


def test_an_id_in_the_body_of_an_update_changes_nothing(hosted):
    hosted.api.users.create(id="18")
    for id_ in ("18", "user-id"):
        hosted.send("PATCH", "/users/18", json={"id": id_, "name": f"called {id_}"})
        assert (hosted.status, hosted.body["id"], hosted.body["name"]) == (200, "18", f"called {id_}")
    assert list(hosted.engine.users()) == ["18"]
    hosted.send("PATCH", "/users/18", json={"id": 18})
    assert (hosted.status, hosted.body["error"]) == (422, "id must be a string")
    hosted.send("PUT", "/users/18", json={"id": "18"})
    assert (hosted.status, hosted.body["error"].split(";")[0]) == (422, "unknown field 'id'")


def test_a_call_without_fields_can_have_no_body(hosted):
    for method, path in (("PUT", "/users/18"), ("PATCH", "/users/18"), ("PATCH", "/users/18/preferences")):
        assert hosted.send(method, path).status_code == 200
    assert list(hosted.engine.users()) == ["18"]


def test_a_user_is_created_once(hosted):
    hosted.api.users.create(id="a", name="First")
    with pytest.raises(UnprocessableEntityError):
        hosted.api.users.create(id="a", name="Second")
    assert "already exists" in hosted.body["error"]
    assert hosted.api.users.get("a").name == "First"


def test_everything_of_an_unknown_user_is_not_found(hosted):
    users = hosted.api.users
    for ask in (
        lambda: users.update("ghost", name="x"),
        lambda: users.get_preferences("ghost"),
        lambda: users.update_preferences("ghost", notifications={"recap": []}),
    ):
        with pytest.raises(NotFoundError):
            ask()
        assert "ghost" in hosted.body["error"]
    with pytest.raises(ApiError) as caught:
        users.get("ghost")
    assert caught.value.status_code == 404


def test_a_sign_up_instant_is_stored_as_its_utc_day(hosted):
    hosted.api.users.create(id="18", sign_up_date="2025-04-01T23:30:00-05:00")
    assert hosted.body["signUpDate"] == "2025-04-02"
    ends_of_the_calendar = ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00")
    for wrong in ("2025-04-03", "someday", "2025-13-01T00:00", *ends_of_the_calendar):
        with pytest.raises(UnprocessableEntityError):
            hosted.api.users.update("18", sign_up_date=wrong)
    assert hosted.api.users.get("18").sign_up_date == "2025-04-02"


@pytest.mark.parametrize(
    "body",
    [
        {"name": 3},
        {"email": 3},
        {"deviceTokens": "a"},
        {"subscribeToEmails": None},
        {"attributes": ["plan"]},
        {"attributes": {"pln": "pro"}},
        {"nickname": "Jo"},
    ],
)
def test_a_field_that_is_not_as_documented_is_refused(hosted, body):
    hosted.api.users.create(id="18", name="Jo")
    for method in ("PATCH", "PUT"):
        hosted.send(method, "/users/18", json=body)
        assert hosted.status == 422
        assert next(iter(body)) in hosted.body["error"] or "pln" in hosted.body["error"]
    assert hosted.api.users.get("18").name == "Jo"


def test_some_new_users_are_in_the_control_group():
    hosted = HostedClient(Ruleset(experimentation=Experimentation(control_ratio=50)))
    drawn = {hosted.api.users.create(id=str(number)).control for number in range(20)}
    assert drawn == {True, False}


def test_preferences_are_those_that_were_set(hosted):
    hosted.api.users.create(id="18")
    hosted.api.users.get_preferences("18")
    assert hosted.body == {"notifications": {}}

    hosted.api.users.update_preferences("18", notifications={"recap": ["email"], "streak_reminder": []})
    hosted.api.users.update_preferences("18", notifications={"recap": ["push", "email"]})
    assert hosted.body == {"notifications": {"recap": ["push", "email"], "streak_reminder": []}}


def test_without_customization_a_custom_streak_is_refused_and_the_streak_can_be_disabled(hosted):
    hosted.api.metrics.event("words", user={"id": "18"}, value=1)
    own = StreakPreferences(metrics=[StreakMetricPreference(key="lessons", threshold=2)])
    with pytest.raises(ForbiddenError):
        hosted.api.users.update_preferences("18", streak=own)
    hosted.api.users.update_preferences("18", streak={"enabled": False})
    assert hosted.body == {"notifications": {}, "streak": {"enabled": False}}
    assert hosted.api.users.streak("18").length == 0


def test_a_custom_streak_is_set_and_shown():
    hosted = HostedClient(OPEN)
    hosted.api.users.create(id="18")
    own = StreakPreferences(
        evaluation_mode="AND",
        metrics=[StreakMetricPreference(key="lessons", threshold=1.5)],
        days_off=[0, 6],
    )
    hosted.api.users.update_preferences("18", streak=own)
    assert hosted.body["streak"] == {
        "evaluationMode": "AND",
        "metrics": [{"key": "lessons", "threshold": 1.5}],
        "daysOff": [0, 6],
    }
    assert hosted.api.metrics.event("words", user={"id": "18"}, value=1).current_streak.length == 0
    assert hosted.api.metrics.event("lessons", user={"id": "18"}, value=2).current_streak.length == 1


@pytest.mark.parametrize(
    "body",
    [
        {"streak": {"metrics": [{"key": "naps", "threshold": 1}]}},
        {"streak": {"metrics": [{"key": "words", "threshold": 0}]}},
        {"streak": {"metrics": [{"key": "words", "threshold": 1}, {"key": "words", "threshold": 2}]}},
        {"streak": {"daysOff": [7]}},
        {"streak": {"evaluationMode": "SOME"}},
        {"streak": None},
        {"notifications": {"gossip": ["email"]}},
        {"notifications": {"recap": ["pigeon"]}},
        {"notifications": {"recap": None}},
    ],
)
def test_invalid_preferences_are_refused(body):
    hosted = HostedClient(OPEN)
    hosted.api.users.create(id="18")
    hosted.send("PATCH", "/users/18/preferences", json=body)
    assert hosted.status == 422
    hosted.api.users.get_preferences("18")
    assert hosted.body == {"notifications": {}}


def test_an_invalid_custom_condition_is_reported_with_its_path():
    hosted = HostedClient(OPEN)
    hosted.api.users.create(id="18")
    conditions = [{"key": "words", "threshold": 1}, {"key": "lessons", "threshold": 0}]
    hosted.send("PATCH", "/users/18/preferences", json={"streak": {"metrics": conditions}})
    assert hosted.body["error"] == "streak.metrics[1].threshold must be above 0, not 0"
    hosted.send("PATCH", "/users/18/preferences", json={"streak": {"metrics": []}})
    assert hosted.body["error"] == "streak.metrics must contain at least one key"


def test_custom_days_off_are_reported_by_their_numbers():
    hosted = HostedClient(OPEN)
    hosted.api.users.create(id="18")
    for days, fault in (
        ([7], "be numbers from 0 for Sunday to 6 for Saturday, not 7"),
        ([0, 0], "not contain 0 twice"),
    ):
        hosted.send("PATCH", "/users/18/preferences", json={"streak": {"daysOff": days}})
        assert hosted.body["error"] == f"streak.daysOff must {fault}"


@pytest.mark.parametrize("request_", [{}, {"json": []}, {"json": "18"}])
def test_a_body_that_is_not_an_object_is_named(hosted, request_):
    hosted.send("POST", "/users", **request_)
    assert (hosted.status, hosted.body["error"]) == (422, "the request body must be an object")
