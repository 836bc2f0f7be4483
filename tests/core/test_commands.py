"""Lines of a log: a line that is not a command raises a documented error, however hostile it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.core.commands import KINDS, Record, decode_command, encode_command
from trophy_engine.errors import StorageIncompatible

RECORD = ["record", "jo", 1, "words", 1, [], None]


def record(place, text):
    """Return the line of a record command in which a text replaces one field."""
    fields = [json.dumps(field) for field in RECORD]
    fields[place] = text
    return f"[{','.join(fields)}]"


HOSTILE = {
    "empty": "",
    "not JSON": "{",
    "not a list": "5",
    "null": "null",
    "an object": '{"record":1}',
    "an empty list": "[]",
    "more after it": '["settle",5] ',
    "a kind that is a list": "[[]]",
    "a kind that is a number": "[5]",
    "too few fields": '["record","jo"]',
    "too many fields": '["settle",5,5]',
    "too deep": "[" * 100_000,
    "deep fields": record(5, "[" * 100_000),
    "a user that is a number": record(1, "5"),
    "a user with half a letter": record(1, r'"\ud800"'),
    "an instant with a fraction": record(2, "1.5"),
    "an instant that is true": record(2, "true"),
    "an instant before all": record(2, str(-(10**18))),
    "an instant after all": record(2, str(10**18)),
    "an instant of 5,000 digits": record(2, "1" * 5000),
    "a metric that is a list": record(3, "[]"),
    "a value of 5,000 digits": record(4, "1" * 5000),
    "a value of 40 digits": record(4, "1" * 40),
    "a value with a huge exponent": record(4, '"1e9999999999999999999999"'),
    "a value with a tiny exponent": record(4, '"1e-999999999"'),
    "a value that is a float": record(4, "1.5"),
    "a value that is NaN": record(4, "NaN"),
    "a value that spells NaN": record(4, '"NaN"'),
    "a value that spells nothing": record(4, '"three"'),
    "a value that is true": record(4, "true"),
    "a value that is null": record(4, "null"),
    "attributes that are text": record(5, '"ab"'),
    "attributes that are an object": record(5, '{"ab":1}'),
    "an attribute of one": record(5, '[["a"]]'),
    "an attribute of three": record(5, '[["a","b","c"]]'),
    "an attribute that is null": record(5, '[["a",null]]'),
    "a key that is a number": record(6, "5"),
    "a change that is a number": '["identify","jo",1,[["name",5]]]',
    "a date that is none": '["pause","jo",1,"2025-02-30","2025-03-01"]',
    "a date by the week": '["pause","jo",1,"2025-W01-1","2025-03-01"]',
    "a number of a pause that is text": '["unpause","jo",1,"1"]',
    "bytes": b'["settle",5]',
    "nothing": None,
    "a number": 5,
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_line_that_is_no_command_is_incompatible(line):
    with pytest.raises(StorageIncompatible, match="; upgrade the package") as caught:
        decode_command(line)
    assert len(str(caught.value)) < 200


def test_a_kind_of_a_later_version_is_named():
    with pytest.raises(StorageIncompatible, match="unknown command 'dance', of a later version"):
        decode_command('["dance","jo",5]')


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=2),
    max_leaves=8,
)


@pytest.mark.thorough
@given(st.lists(json_values, max_size=6), st.sampled_from(list(KINDS)))
def test_every_line_is_decoded_and_encoded_equal_or_incompatible(fields, name):
    line = json.dumps([name, *fields], separators=(",", ":"))
    try:
        command = decode_command(line)
    except StorageIncompatible:
        return
    assert decode_command(encode_command(command)) == command


@given(st.integers(0, 6), json_values)
def test_a_record_with_one_hostile_field_is_read_or_incompatible(place, value):
    try:
        command = decode_command(record(place, json.dumps(value)))
    except StorageIncompatible:
        return
    assert isinstance(command, Record)


def test_an_error_shows_the_beginning_of_a_line_that_is_no_command():
    with pytest.raises(StorageIncompatible) as caught:
        decode_command("[5]" + 200 * "x")
    assert "'[5]xxx" in str(caught.value)
    assert len(str(caught.value)) < 200
