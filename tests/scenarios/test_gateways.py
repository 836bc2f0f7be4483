"""The exchange, httpx, WSGI and ASGI answer alike, to the byte: four ways to one API."""

import json
from functools import partial
from urllib.parse import quote

import attrs
from caller import Caller
from datetimes import utc
from gateways import GATEWAYS
from hypothesis import given
from hypothesis import strategies as st
from odd_values import odd_text

from trophy_engine import Engine, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.trophy_api import Exchange
from trophy_engine.trophy_api.application import ROUTES as APPLICATION

KEY = ("X-API-KEY", "any")
RULES = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])


def four_ways():
    """Return the exchange of an engine, and one behind each gateway, each with an engine of its own."""
    exchange, *others = (Exchange(Engine(RULES, clock=lambda: utc("2025-04-02 10:00"))) for _ in range(4))
    return [exchange, *(partial(through, other) for through, other in zip(GATEWAYS, others, strict=True))]


@attrs.frozen
class Sent:
    """A request."""

    method: str
    target: str
    headers: tuple
    body: bytes


@st.composite
def requests(draw):
    text = odd_text.map(lambda value: value.encode("utf-8", "replace").decode()).filter(
        lambda value: value not in {".", ".."}
    )
    keys = (st.sampled_from(["words", "18", "a/b"]) | text).map(partial(quote, safe="")) | st.just("%FF")
    method, template, _ = draw(st.sampled_from(APPLICATION))
    parts = [draw(keys) if part.startswith("{") else part for part in template.split("/")]
    query = "&".join(f"{quote(draw(text))}={quote(draw(text))}" for _ in range(draw(st.integers(0, 2))))
    user = {"id": draw(st.sampled_from(["18", "a/b"]))}
    bodies = st.sampled_from([{"user": user, "value": 2}, user, [], None]).map(json.dumps).map(str.encode)
    body = b"" if method == "GET" else draw(bodies | st.sampled_from([b"", b"{", b"\xff"]))
    values = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=5)
    names = st.sampled_from(["X-API-KEY", "Idempotency-Key", "idempotency-key", "Tenant-ID"])
    headers = draw(st.lists(st.tuples(names, values), max_size=3))
    mount = draw(st.sampled_from(["/v1", "/v1", "/admin/v1", "/v2"]))
    target = f"{mount}/{'/'.join(parts)}" + (f"?{query}" if query else "")
    methods = st.sampled_from([method, method, method, "HEAD", "OPTIONS", "DELETE"])
    return Sent(draw(methods), target, tuple(headers if draw(st.booleans()) else [*headers, KEY]), body)


@given(st.lists(requests(), min_size=1, max_size=4))
def test_the_answers_of_all_gateways_are_equal_to_the_byte(sent):
    ways = four_ways()
    for request in sent:
        expected, *others = (way(request.method, request.target, request.headers, request.body) for way in ways)
        assert others == [expected] * 3


def test_the_gateways_answer_a_whole_story_alike():
    stories = []
    for way in four_ways():
        caller = Caller(way)
        event = {"user": {"id": "a/b", "tz": "Europe/London"}, "value": 3}
        key = [KEY, ("Idempotency-Key", "once")]
        stories.append(
            [
                caller.send("POST", "/metrics/words/event", json=event, headers=key),
                caller.send("POST", "/metrics/words/event", json=event, headers=key),
                caller.send("GET", "/users/a%2Fb/streak?historyPeriods=7"),
                caller.send("HEAD", "/users/a%2Fb"),
                caller.send("PATCH", "/admin/v1/streaks/settings", json={"customizationEnabled": True}),
                caller.send("GET", "/nothing"),
            ]
        )
    assert [answer.status for answer in stories[0]] == [201, 202, 200, 200, 200, 404]
    assert stories == [stories[0]] * 4
