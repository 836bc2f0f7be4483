"""Bulk requests: every item is applied by itself, and an item that cannot be applied becomes an issue."""

import pytest
from admin_client import AdminClient

from trophy_engine import Metric, Ruleset
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.ids import metric_id

UNKNOWN_ID = "00000000-0000-5000-8000-000000000000"


@pytest.fixture
def admin():
    return AdminClient(Ruleset([Metric(f"m{number}") for number in range(12)]))


def item(key):
    return {"name": key, "key": key}


def ids(*keys):
    return [str(metric_id(key)) for key in keys]


def test_an_item_that_cannot_be_applied_does_not_stop_the_others(admin):
    answer = admin.post("metrics", item("a"), item("m0"), 7, item("b"))
    assert answer.status == 201
    assert [item["key"] for item in answer.body["created"]] == ["a", "b"]
    assert [issue["index"] for issue in answer.body["issues"]] == [1, 2]
    assert [metric.key for metric in admin.ruleset.metrics][-2:] == ["a", "b"]
    assert admin.post("metrics", item("m0")).status == 200


def test_an_issue_of_an_update_has_the_id_or_the_index(admin):
    answer = admin.patch("metrics", {"id": ids("m1")[0], "name": "One"}, {"id": UNKNOWN_ID}, {"name": "x"}, None)
    assert [item["name"] for item in answer["updated"]] == ["One"]
    assert [(issue.get("id"), issue.get("index")) for issue in answer["issues"]] == [
        (UNKNOWN_ID, None),
        (None, 2),
        (None, 3),
    ]


def test_ids_to_delete_can_repeat_and_be_lists(admin):
    one, two, three = ids("m1", "m2", "m3")
    query = [("ids", f"{one}, {two}"), ("ids[]", three), ("other", "x")]
    assert [found["id"] for found in admin.call("DELETE", "metrics", query=query).body["deleted"]] == [one, two, three]
    again = admin.delete("metrics", one, "words")
    assert (again["deleted"], [issue["id"] for issue in again["issues"]]) == ([], [one, "words"])


def test_a_page_begins_at_skip(admin):
    def keys(**query):
        return [one["key"] for one in admin.get("metrics", **query)]

    assert keys() == [f"m{number}" for number in range(10)]
    assert keys(skip=10) == ["m10", "m11"]
    assert keys(limit=1, skip=11) == ["m11"]
    assert keys(skip=12) == []


@pytest.mark.parametrize("items", [None, {}, "words", [], [item("x")] * 101])
def test_a_body_is_a_list_of_1_to_100_items(admin, items):
    with pytest.raises(Unprocessable):
        admin.call("POST", "metrics", items)
    assert len(admin.ruleset.metrics) == 12


@pytest.mark.parametrize("query", [[], [("ids", " ,")], [("ids", ",".join([UNKNOWN_ID] * 101))]])
def test_1_to_100_rules_are_deleted_at_a_time(admin, query):
    with pytest.raises(Unprocessable):
        admin.call("DELETE", "metrics", query=query)


def test_one_rule_is_found_by_its_id(admin):
    assert admin.get(f"metrics/{ids('m3')[0]}")["key"] == "m3"
    with pytest.raises(NotFound):
        admin.get(f"metrics/{UNKNOWN_ID}")
    with pytest.raises(Unprocessable):
        admin.get("metrics/m3")
