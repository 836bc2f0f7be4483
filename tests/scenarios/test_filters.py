"""Filters are shown in their order of declaration, in every answer and after every way of declaration."""

from datetime import date

import attrs
import pytest
from hosted import HostedClient

from trophy_engine import (
    Achievement,
    Attribute,
    Boost,
    Engine,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.storage import SQLiteStorage
from trophy_engine.trophy_api.ids import achievement_id, attribute_id

ORDERS = (("region", "city", "plan"), ("plan", "region", "city"))


def attribute_values(order):
    return {key: f"{key}-value" for key in order}


def rules(order):
    users, events = attribute_values(order), attribute_values(order)
    return Ruleset(
        metrics=[Metric("words")],
        attributes=[Attribute(key, type_) for key in sorted(order) for type_ in ("user", "event")],
        achievements=[Achievement("ten", MetricTrigger("words", 10, events), when={"user_attributes": users})],
        points=[
            PointsSystem(
                "xp",
                triggers=[MetricPointsTrigger("words", 1, 1, event_attributes=events, when={"user_attributes": users})],
                boosts=[Boost("double", 2, when={"start": date(2025, 1, 1), "user_attributes": users})],
            )
        ],
        leaderboards=[
            Leaderboard("board", "metric", date(2025, 1, 1), metric="words", user_attributes=users),
            Leaderboard("groups", "metric", date(2025, 1, 1), metric="words", breakdown_attributes=list(order)),
        ],
    )


def filters_in(body):
    """Yield the filters of an answer: lists of attributes with their values, by names or by identifiers."""
    names = {str(attribute_id(type_, key)): key for key in ORDERS[0] for type_ in ("user", "event")}
    for name, part in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        if name in {"userAttributes", "eventAttributes", "breakdownAttributeValues"}:
            yield tuple(one["key"] if "key" in one else names[one["attributeId"]] for one in part)
        elif name == "breakdownAttributes":
            yield tuple(names.get(one, one) for one in part)
        else:
            yield from filters_in(part)


def shown(hosted):
    """Return every order of a filter in the answers."""
    api, all_orders = hosted.api, set()
    user = {"id": "18", "attributes": attribute_values(sorted(ORDERS[0]))}
    admin = api.admin
    system = admin.points.systems.list()[0].id
    for ask in (
        lambda: api.metrics.event("words", user=user, attributes=attribute_values(sorted(ORDERS[0])), value=10),
        api.achievements.all_,
        lambda: api.users.achievements("18"),
        lambda: api.users.single_metric("18", "words"),
        lambda: api.users.points("18", "xp"),
        lambda: api.points.system("xp"),
        api.leaderboards.all_,
        lambda: api.leaderboards.get("board"),
        lambda: api.users.leaderboard("18", "board"),
        lambda: api.users.wrapped("18"),
        admin.achievements.list,
        lambda: admin.points.triggers.list(system_id=system),
        lambda: admin.points.boosts.list(system_id=system),
        admin.leaderboards.list,
    ):
        ask()
        orders = [one for one in filters_in(hosted.body) if one]
        assert orders
        all_orders.update(orders)
    return all_orders


@pytest.mark.parametrize("order", ORDERS)
def test_every_answer_keeps_the_order_of_filters(order):
    assert shown(HostedClient(rules(order))) == {order}


@pytest.mark.parametrize("format_", ["toml", "json"])
@pytest.mark.parametrize("order", ORDERS)
def test_written_rules_are_read_in_the_same_order(order, format_):
    assert shown(HostedClient(Ruleset.from_text(rules(order).to_text(format_), format_))) == {order}


def test_a_change_of_nothing_but_the_order_is_a_change_of_the_rules():
    first, second = map(rules, ORDERS)
    assert first.achievements[0].when.user_attributes == second.achievements[0].when.user_attributes
    assert first.digest != second.digest
    hosted = HostedClient(attrs.evolve(first, leaderboards=second.leaderboards))
    hosted.api.metrics.event("words", user={"id": "18"}, attributes=attribute_values(ORDERS[0]), value=4)
    assert hosted.engine.update(second, at=hosted.now) == ()
    assert len(hosted.engine.rules_history()) == 2
    assert hosted.engine.user("18").achievements[0].progress.current == 4  # earlier counts are kept
    assert shown(hosted) == {ORDERS[1]}
    assert hosted.engine.update(second, at=hosted.now) == ()
    assert len(hosted.engine.rules_history()) == 2


def test_an_administrator_changes_the_order():
    first, second = ORDERS
    hosted = HostedClient(rules(first))
    ids = [{"attributeId": str(attribute_id("user", key)), "attributeValue": f"{key}-value"} for key in second]
    ten = str(achievement_id("ten"))
    hosted.api.admin.achievements.update(request=[{"id": ten, "userAttributes": ids}])
    assert next(filters_in(hosted.body)) == second
    hosted.api.admin.achievements.get(id=ten)
    assert next(filters_in(hosted.body)) == second


def test_a_storage_opened_with_another_order_shows_the_new_order(tmp_path):
    for order in ORDERS:
        with Engine(rules(order), storage=SQLiteStorage(tmp_path / "save.db")) as engine:
            assert tuple(engine.ruleset.achievements[0].when.user_attributes) == order
