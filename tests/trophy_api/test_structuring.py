from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

import attrs
import pytest

from trophy_engine import UNSET, InvalidValue
from trophy_engine.engine.arguments import Unset
from trophy_engine.numbers import Number
from trophy_engine.trophy_api.structuring import given_item_fields, item, structure_request_json

ID = UUID("550e8400-e29b-41d4-a716-446655440000")


@item
class Picture:
    url: str


@item
class Thing:
    display_name: str
    kind: Literal["big", "small"] | Unset = UNSET
    born_on: date | None | Unset = UNSET
    size: Number | Unset = UNSET
    count: int | Unset = UNSET
    flag: bool | Unset = UNSET
    owner: UUID | Unset = UNSET
    picture: Picture | None | Unset = UNSET
    pictures: tuple[Picture, ...] | Unset = UNSET
    words: dict[str, str] | Unset = UNSET
    short: str | Unset = attrs.field(default=UNSET, metadata={"fault": "Short is too long"})


def error_of(**fields):
    with pytest.raises(InvalidValue) as caught:
        structure_request_json({"displayName": "x", **fields}, Thing)
    return str(caught.value)


def test_a_missing_field_differs_from_null():
    thing = structure_request_json({"displayName": "x", "picture": None}, Thing)
    assert (thing.picture, thing.born_on) == (None, UNSET)
    assert given_item_fields(thing) == {"display_name": "x", "picture": None}


def test_json_is_converted_to_values():
    thing = structure_request_json(
        {
            "displayName": "x",
            "kind": "big",
            "bornOn": "2025-04-02",
            "size": 0.1,
            "count": 3,
            "flag": True,
            "owner": str(ID),
            "picture": {"url": "a"},
            "pictures": [{"url": "b"}, {"url": "c"}],
            "words": {"a": "b"},
        },
        Thing,
    )
    assert (thing.kind, thing.born_on, str(thing.size), thing.owner) == ("big", date(2025, 4, 2), "0.1", ID)
    assert (thing.picture, thing.pictures) == (Picture(url="a"), (Picture(url="b"), Picture(url="c")))
    assert (thing.words, thing.count, thing.flag) == ({"a": "b"}, 3, True)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        thing.count = 4


def test_a_whole_number_may_be_written_with_a_point():
    count = structure_request_json({"displayName": "x", "count": 3.0}, Thing).count
    assert (count, type(count)) == (3, int)


def test_unknown_fields_are_ignored_on_request_wherever_they_are():
    raw = {"displayName": "x", "color": "red", "picture": {"url": "a", "alt": "b"}, "pictures": [{"url": "c", "w": 1}]}
    with pytest.raises(InvalidValue, match="unknown field 'color'"):
        structure_request_json(raw, Thing)
    thing = structure_request_json(raw, Thing, strict=False)
    assert (thing.picture, thing.pictures) == (Picture(url="a"), (Picture(url="c"),))
    with pytest.raises(InvalidValue, match="displayName must be a string"):
        structure_request_json({"display_name": "x"}, Thing, strict=False)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"displayName": 3}, "displayName must be a string"),
        ({"kind": "huge"}, "kind must be one of big, small"),
        ({"kind": None}, "kind must be one of big, small"),
        ({"kind": ["big"]}, "kind must be one of big, small"),
        ({"bornOn": "2025-02-30"}, "bornOn must be a date, for example 2025-04-02"),
        ({"bornOn": "20250202"}, "bornOn must be a date, for example 2025-04-02"),
        ({"size": "1"}, "size must be a number"),
        ({"size": True}, "size must be a number"),
        ({"size": float("inf")}, "size must be finite, not inf"),
        ({"count": 1.5}, "count must be a whole number"),
        ({"count": float("inf")}, "count must be a whole number"),
        ({"count": "1"}, "count must be a whole number"),
        ({"count": True}, "count must be a whole number"),
        ({"flag": 1}, "flag must be true or false"),
        ({"owner": "me"}, "owner must be a valid UUID"),
        ({"owner": 5}, "owner must be a valid UUID"),
        ({"owner": f"{{{ID}}}"}, "owner must be a valid UUID"),
        ({"owner": ID.urn}, "owner must be a valid UUID"),
        ({"owner": ID.hex}, "owner must be a valid UUID"),
        ({"picture": "a"}, "picture must be an object"),
        ({"picture": {}}, "picture.url must be a string"),
        ({"pictures": {"url": "a"}}, "pictures must be a list"),
        ({"pictures": [{"url": "a"}, {"url": 1}, {"uri": "b"}]}, "pictures[1].url must be a string"),
        ({"words": {"a": 1}}, "words['a'] must be a string"),
        ({"words": [["a", "b"]]}, "words must be an object"),
        ({"displayName": "a\ud800"}, "displayName must be text that UTF-8 can write"),
        ({"words": {"\udfff": "b"}}, "words['\\udfff'] must be text that UTF-8 can write"),
        ({"words": {"a": "\ud800"}}, "words['a'] must be text that UTF-8 can write"),
        ({"short": 1}, "Short is too long"),
        ({"display_name": "x"}, "unknown field 'display_name'; did you mean 'displayName'?"),
    ],
)
def test_an_invalid_field_is_reported(fields, message):
    assert (error_of(**fields) + ";").startswith(message + ";")


def test_an_identifier_is_read_in_either_case():
    assert structure_request_json({"displayName": "x", "owner": str(ID).upper()}, Thing).owner == ID


def test_earlier_valid_values_do_not_change_the_result():
    assert structure_request_json({"displayName": "x", "words": {"a": "b"}}, Thing).words == {"a": "b"}
    assert error_of(words=["a"]) == "words must be an object"
    assert structure_request_json({"displayName": "x", "pictures": [{"url": "a"}]}, Thing).pictures == (
        Picture(url="a"),
    )
    assert error_of(pictures={"url": "a"}) == "pictures must be a list"
    assert error_of(picture=["url"]) == "picture must be an object"


def test_a_field_of_any_type_is_required():
    @item
    class Box:
        content: Any

    assert structure_request_json({"content": None}, Box).content is None
    with pytest.raises(InvalidValue, match="content is required"):
        structure_request_json({}, Box)


def test_every_invalid_field_is_reported_once():
    with pytest.raises(InvalidValue) as caught:
        structure_request_json({"count": "x", "pictures": [{"uri": "b"}]}, Thing)
    assert str(caught.value) == (
        "displayName must be a string; count must be a whole number; "
        "pictures[0].url must be a string; unknown field 'pictures[0].uri'; did you mean 'url'?"
    )
