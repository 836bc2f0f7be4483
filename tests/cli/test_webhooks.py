"""trophy-engine serve --webhooks: webhooks reach a URL, and a stop says how many did not."""

import signal
import socket
import time

import pytest
from receiver import receiving
from served import serving

from trophy_engine.trophy_api import sign_body

RULES = 'metrics = [{ key = "words" }]\n[[streaks]]\nkey = "daily"\nmetrics = [{ key = "words" }]\n'
EVENT = {"user": {"id": "18"}, "value": 1}
START = ("rules.toml", "--now", "2025-04-02T10:00:00Z")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rules.toml").write_text(RULES)
    return tmp_path


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_webhooks_of_requests_of_settling_and_after_a_reset_arrive_signed(folder, monkeypatch):
    secret = "whsec"  # noqa: S105  # of this test
    monkeypatch.setenv("TROPHY_WEBHOOK_SECRET", secret)
    with receiving() as receiver, serving(*START, "--webhooks", f"{receiver.url}/hook", folder=folder) as server:
        receiver.answers = [503]
        server.send("POST", "/v1/metrics/words/event", EVENT)
        server.send("POST", "/_engine/clock/step", {"days": 3})
        server.send("POST", "/_engine/settle")
        server.send("POST", "/_engine/reset")
        server.send("POST", "/v1/metrics/words/event", {"user": {"id": "19"}, "value": 1})
        wait_for(lambda: len(receiver.requests) == 4)
        assert server.stop(signal.SIGTERM) == 0
        log = server.log
    received = [(body["type"], body["user"]["id"]) for body in receiver.received]
    assert received == [("streak.started", "18")] * 2 + [("streak.lost", "18"), ("streak.started", "19")]
    for path, headers, body in receiver.requests:
        assert (path, headers["X-Trophy-Signature"]) == ("/hook", sign_body(secret, body))
    assert log[0] == f"webhooks are posted to {receiver.url}/hook"
    assert "a webhook failed and is repeated in 1 s: status 503" in log
    assert [line for line in log if "not delivered" in line] == []


@pytest.mark.thorough
def test_a_stop_says_how_many_were_not_delivered(folder):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    with serving(*START, "--webhooks", url, folder=folder) as server:
        for user in ("18", "19"):
            assert server.send("POST", "/v1/metrics/words/event", {"user": {"id": user}, "value": 1})[0] == 201
        assert server.stop(signal.SIGINT) == 0
        assert f"2 webhooks were not delivered to {url}" in server.log
        assert server.log[-1] == "stopped"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--webhooks", "http://example.com/"],
            "--webhooks must be of this machine, as 127.0.0.1 or localhost, not 'example.com'; or allow other machines "
            "by --webhooks-anywhere",
        ),
        (["--webhooks", "localhost:3000"], "--webhooks must be a URL, for example 'http://127.0.0.1:8000/hook'"),
        (["--webhooks-anywhere"], "--webhooks-anywhere needs a URL; add --webhooks URL"),
    ],
)
def test_wrong_options_are_refused(run, words, message):
    done = run("serve", *START, *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert message in " ".join(done.stderr.split())
