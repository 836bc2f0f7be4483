"""Fields: a table of fields reads items, shows rules, and refuses invalid fields."""

from types import SimpleNamespace

import pytest

from trophy_engine import InvalidRules, InvalidValue
from trophy_engine.trophy_api.fields import (
    BADGE,
    PROSE,
    TEXT,
    Field,
    VariantFields,
    read_item_fields,
    request_error_message,
    request_error_message_at,
    serialize_fields,
)

FIELDS = (
    Field("title", "name"),
    Field("long_text", "description", codec=PROSE),
    Field("note", codec=TEXT, omitted=True),
    Field("badge", "badge_url", codec=BADGE),
)
KINDS = VariantFields("an achievement", {"metric": (Field("metric_id", required=True),), "streak": (Field("length"),)})


def test_only_given_fields_are_read_under_the_names_of_the_rule():
    item = SimpleNamespace(title="One", long_text="", badge=SimpleNamespace(url="https://x"))
    assert read_item_fields(FIELDS, item, None) == {"name": "One", "description": None, "badge_url": "https://x"}
    assert read_item_fields(FIELDS, SimpleNamespace(badge=None), None) == {"badge_url": None}


def test_a_rule_is_shown_under_the_names_of_the_api():
    rule = SimpleNamespace(name="One", description=None, note=None, badge_url="https://x")
    assert serialize_fields(FIELDS, rule) == {"title": "One", "longText": "", "badge": {"url": "https://x"}}
    rule.note = "seen"
    assert serialize_fields(FIELDS, rule)["note"] == "seen"


def test_an_error_is_about_the_field_of_the_item():
    error = InvalidValue("must be text", "description")
    assert request_error_message(error, FIELDS) == "longText must be text"
    assert request_error_message(InvalidValue("must be text", "badge_url"), FIELDS) == "badge.url must be text"
    assert request_error_message_at("items[2]", error, FIELDS) == "items[2].longText must be text"
    assert request_error_message(InvalidRules(["one", "two"])) == "one; two"


@pytest.mark.parametrize(
    ("item", "kind", "whole", "field"),
    [
        ({"metric_id": 1, "length": 2}, "metric", True, "length"),
        ({}, "metric", True, "metric_id"),
        ({"metric_id": 1}, "streak", False, "metric_id"),
    ],
)
def test_fields_of_other_variants_and_missing_fields_are_refused(item, kind, whole, field):
    with pytest.raises(InvalidValue) as refused:
        KINDS.check(SimpleNamespace(**item), kind, whole=whole)
    assert refused.value.field == field


def test_an_update_can_leave_out_required_fields():
    KINDS.check(SimpleNamespace(), "metric", whole=False)
    KINDS.check(SimpleNamespace(), "streak", whole=True)
    assert [field.name for field in KINDS.all] == ["metric_id", "length"]
