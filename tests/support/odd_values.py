"""Strategies of values that are invalid for every field, plain ones as in a file or a body."""

import json

from hypothesis import strategies as st

__all__ = ["json_text", "odd_json", "odd_text", "replaced"]

#: Text of any kind: surrogates, NUL, many digits, and text like a date, a key or a number.
odd_text = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(categories=["Cs", "Cc", "Lu"]), max_size=4),
    st.sampled_from(["", " ", "\ud800", "\0", "words", "18", "1e9999999999999999999999", "9" * 5_000, "2025-02-30"]),
    st.sampled_from(
        ["nan", "inf", "-0", "0x10", "\u0661", "2025-04-02", "2025-04-02T10:00:00Z", "Europe/Berlin", "+99:99"]
    ),
)
_numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, -1, 10**18, 10**30, 10**100, -(10**4_000), 1e300, 5e-324]),
)
#: Values that JSON can represent, slightly nested.
odd_json = st.recursive(
    st.none() | st.booleans() | _numbers | odd_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3),
    max_leaves=6,
)


def json_text(value):
    """Return a value as JSON, with whole numbers and surrogates unchanged."""
    return json.dumps(value)


def _places(value, path=()):
    """Return the paths of everything within a value."""
    found = [path]
    if isinstance(value, dict):
        found += [one for key in value for one in _places(value[key], (*path, key))]
    elif isinstance(value, list):
        found += [one for number, item in enumerate(value) for one in _places(item, (*path, number))]
    return found


@st.composite
def replaced(draw, value):
    """Draw a plain value in which an odd value, or another part of it, replaces a part."""
    value = json.loads(json.dumps(value, default=str))
    path = draw(st.sampled_from(_places(value)))
    odd = draw(odd_json)
    if not path:
        return odd
    place = value
    for step in path[:-1]:
        place = place[step]
    how = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
    if how == "replace":
        place[path[-1]] = odd
    elif how == "remove":
        del place[path[-1]]
    elif isinstance(place, dict):
        place[draw(odd_text)] = odd
    else:
        place.append(odd)
    return value
