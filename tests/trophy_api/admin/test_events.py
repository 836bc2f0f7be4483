"""Batches of events, recorded by an engine."""

import pytest
from admin_client import AdminClient

from trophy_engine import Attribute, Engine, Metric, MetricPointsTrigger, PointsSystem, Ruleset
from trophy_engine.trophy_api.errors import NotFound, Unprocessable

RULES = Ruleset(
    metrics=[Metric("words"), Metric("views")],
    attributes=[Attribute("plan"), Attribute("device", "event")],
    points=[
        PointsSystem(
            "energy",
            triggers=[
                MetricPointsTrigger("words", 1),
                MetricPointsTrigger("views", -1, block_if_out_of_points=True),
                MetricPointsTrigger("words", 10, event_attributes={"device": "phone"}),
            ],
        )
    ],
)


@pytest.fixture
def admin():
    with Engine(RULES) as engine:
        yield AdminClient(engine=engine)


def event(value=1, key="words", user="u", **more):
    return {"key": key, "user": {"id": user} if isinstance(user, str) else user, "value": value, **more}


def send(admin, *events):
    return admin.post("metrics/events", *events)


def total(admin, metric="words", user="u"):
    return admin.engine.user(user, at=admin.at).metrics[metric]


def test_a_batch_is_recorded_in_its_order_and_a_used_key_is_ignored(admin):
    answer = send(admin, event(5, idempotencyKey="k"), event(5, idempotencyKey="k"), event(2))
    assert (answer.status, answer.body) == (202, {"accepted": 3})
    assert total(admin) == 7
    send(admin, event(5, idempotencyKey="k"), event(1, user="v", idempotencyKey="k"))
    assert (total(admin), total(admin, user="v")) == (7, 1)


def test_a_batch_with_an_unknown_metric_is_not_recorded(admin):
    with pytest.raises(NotFound, match="Metric not found by key 'sentences'"):
        send(admin, event(5), event(key="sentences"))
    assert list(admin.engine.users()) == []


def test_a_batch_with_an_event_of_a_derived_metric_is_not_recorded():
    rules = Ruleset([Metric("words"), Metric("today", source="words", window="day")])
    admin = AdminClient(rules)
    with pytest.raises(Unprocessable, match=r"^\[1\]: metric 'today' is derived from 'words'; record that$"):
        send(admin, event(5), event(key="today"))
    assert list(admin.engine.users()) == []


def test_a_batch_with_an_invalid_event_is_not_recorded(admin):
    bad = [
        event("many"),
        event(float("nan")),
        event(True),
        event(user=""),
        event(user={"id": "u", "tz": "Mars"}),
        event(user={"id": "u", "signUpDate": "yesterday"}),
        event(user={"name": "no id"}),
        event(idempotencyKey=""),
        event(color="red"),
        event(attributes={"device": 3}),
        "event",
    ]
    for one in bad:
        with pytest.raises(Unprocessable, match=r"^\[1\]: "):
            send(admin, event(5), one)
    with pytest.raises(Unprocessable) as caught:
        send(admin, event(5), event(attributes={"pln": "x", "device": "phone", "os": "y"}))
    assert caught.value.message == (
        "Invalid attribute keys: pln, os. "
        "Please ensure all attribute keys match those set up at https://app.trophy.so/metrics."
    )
    with pytest.raises(Unprocessable, match=r"https://app\.trophy\.so/users/attributes"):
        send(admin, event(user={"id": "u", "attributes": {"device": "phone"}}))
    assert list(admin.engine.users()) == []


def test_a_repeated_event_is_validated(admin):
    send(admin, event(5, idempotencyKey="k"))
    for date in ("2024-01-01nonsense", "2024-01-01Tnonsense", "9999-12-31T23:59:59-14:00"):
        with pytest.raises(Unprocessable, match=r"^\[0\]: "):
            send(admin, event(user={"id": "u", "signUpDate": date}, idempotencyKey="k"))


@pytest.mark.parametrize("size", [0, 1001])
def test_a_batch_has_1_to_1000_events(admin, size):
    with pytest.raises(Unprocessable, match="1 to 1000 items"):
        send(admin, *[event()] * size)
    assert send(admin, *[event()] * 1000).body == {"accepted": 1000}
    assert total(admin) == 1000


def test_the_user_is_updated_before_the_event(admin):
    user = {"id": "u", "name": "Jo", "tz": "Europe/London", "attributes": {"plan": "pro"}}
    send(admin, event(user=user, attributes={"device": "phone"}), event(user={"id": "u", "name": None}))
    player = admin.engine.user("u", at=admin.at)
    assert (player.name, player.time_zone, dict(player.attributes)) == (None, "Europe/London", {"plan": "pro"})
    assert player.points["energy"].total == 12


def test_an_event_that_costs_too_much_is_skipped_without_an_issue(admin):
    answer = send(admin, event(), event(2, key="views"), event(key="views"), event())
    assert answer.body == {"accepted": 4}
    assert (total(admin), total(admin, "views")) == (2, 1)
