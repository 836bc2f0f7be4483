"""The poster: every body arrives at least once, in order, or is counted as not delivered."""

import base64
import hashlib
import hmac
import logging
import socket
from contextlib import contextmanager

import pytest
from receiver import receiving
from stories import at, play

from trophy_engine import Engine, InvalidValue, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.trophy_api import WebhookPoster, Webhooks, sign_body

PAUSES = (0.01, 0.02, 0.03)


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@contextmanager
def posting(url, **given):
    with WebhookPoster(url, **({"pauses": PAUSES} | given)) as poster:
        yield poster
    thread = poster._thread
    if thread is not None:
        thread.join(5)
        assert not thread.is_alive()


def test_webhooks_of_an_engine_arrive_in_order(receiver):
    engine = Engine(Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])]))
    with posting(f"{receiver.url}/hook?from=engine") as poster, Webhooks(engine, poster):
        play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1\n04-09T10:00 words 1")
        assert poster.flush() == 0
        assert (poster.delivered, poster.dropped, poster.waiting) == (4, 0, 0)
    types = [body["type"] for body in receiver.received]
    assert types == ["streak.started", "streak.extended", "streak.lost", "streak.started"]
    path, headers, _ = receiver.requests[0]
    assert (path, headers["Content-Type"], headers["X-Trophy-Signature"]) == (
        "/hook?from=engine",
        "application/json",
        None,
    )
    assert headers["Host"] == receiver.url.removeprefix("http://")


def test_a_failed_body_is_repeated_before_the_next(receiver):
    receiver.answers = [500, None, 302, 204]
    with posting(receiver.url) as poster:
        poster({"n": 1})
        poster({"n": 2})
        assert poster.flush() == 0
        assert (poster.delivered, poster.dropped) == (2, 0)
    assert receiver.received == [{"n": 1}] * 4 + [{"n": 2}]
    assert receiver.requests[0][0] == "/"


def test_a_body_is_dropped_after_the_last_attempt_and_the_next_is_posted(receiver, caplog):
    receiver.answers = [503] * 4
    with caplog.at_level(logging.INFO, "trophy_engine.webhooks"), posting(receiver.url) as poster:
        poster({"n": 1})
        poster({"n": 2})
        assert poster.flush() == 0
        assert (poster.delivered, poster.dropped) == (1, 1)
    assert receiver.received == [{"n": 1}] * 4 + [{"n": 2}]
    assert [record.getMessage() for record in caplog.records] == [
        "a webhook failed and is repeated in 0.01 s: status 503",
        "a webhook failed and is repeated in 0.02 s: status 503",
        "a webhook failed and is repeated in 0.03 s: status 503",
        "a webhook was dropped after 4 attempts: status 503",
        f"1 webhooks were not delivered to {receiver.url}",
    ]


def test_close_says_how_many_are_left_and_does_not_wait_for_the_pause(caplog):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        poster = WebhookPoster(f"http://127.0.0.1:{unused.getsockname()[1]}/", pauses=[600])
    for number in range(3):
        poster({"n": number})
    assert poster.close(timeout=0.2) == 3
    assert "3 webhooks were not delivered" in caplog.text
    poster._thread.join(5)
    assert not poster._thread.is_alive()
    assert poster.close(timeout=0) == 3
    with pytest.raises(InvalidValue, match="closed"):
        poster({"n": 4})


def test_a_poster_without_bodies_has_no_thread():
    poster = WebhookPoster("http://localhost:9/")
    assert poster.close() == 0
    assert poster._thread is None


def test_a_call_does_not_wait_for_the_receiver():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        poster = WebhookPoster(f"http://127.0.0.1:{listening.getsockname()[1]}/", pauses=[])
        poster({"n": 1})
        assert poster.waiting == 1
    assert poster.flush() == 0  # the connection ended with the socket
    assert (poster.delivered, poster.dropped) == (0, 1)
    poster.close()


def test_a_signature_is_the_hmac_of_the_body_in_base64(receiver):
    secret = "whsec-ü"  # noqa: S105  # of this test
    with posting(receiver.url, secret=secret) as poster:
        poster({"name": "Jürgen"})
        poster.flush()
    ((_, headers, body),) = receiver.requests
    expected = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    assert headers["X-Trophy-Signature"] == expected == sign_body(secret, body)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/hook", "http://localhost/", "https://[::1]:1/", "http://127.9.9.9"]
)
def test_this_machine_is_allowed(url):
    assert WebhookPoster(url).waiting == 0


@pytest.mark.parametrize(
    "url", ["http://example.com/", "http://10.0.0.1/", "http://localhost.example.com/", "http://0.0.0.0/"]
)
def test_other_machines_are_allowed_on_request_only(url):
    with pytest.raises(InvalidValue, match="must be of this machine"):
        WebhookPoster(url)
    assert WebhookPoster(url, anywhere=True).waiting == 0


@pytest.mark.parametrize(
    "given",
    [
        {"url": 5},
        {"url": ""},
        {"url": "127.0.0.1:8000"},
        {"url": "ftp://127.0.0.1/"},
        {"url": "http:///hook"},
        {"url": "http://127.0.0.1:port/"},
        {"url": "http://127.0.0.1/a b"},
        {"url": "http://127.0.0.1/ü"},
        {"url": "http://[::1/"},
        {"secret": 5},
        {"secret": ""},
        {"anywhere": 1},
        {"pauses": [-1]},
        {"pauses": ["1"]},
        {"pauses": 3},
        {"pauses": "12"},
        {"timeout": float("nan")},
        {"timeout": True},
    ],
)
def test_unusable_arguments_are_refused(given):
    with pytest.raises(InvalidValue):
        WebhookPoster(**({"url": "http://127.0.0.1:1/"} | given))


@pytest.mark.parametrize("body", [{"at": at("04-01T00:00")}, {"n": float("nan")}, {1, 2}])
def test_a_body_that_is_not_json_is_refused(body):
    with pytest.raises(InvalidValue, match="must be a dict of JSON values"):
        WebhookPoster("http://127.0.0.1:1/")(body)
