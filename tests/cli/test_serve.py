"""trophy-engine serve: clients of any language reach an engine, and nothing that was answered is lost."""

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPException, RemoteDisconnected
from pathlib import Path

import httpx
import pytest
from served import serving
from trophy import TrophyApi
from trophy.environment import TrophyApiEnvironment

from trophy_engine import Engine

ROOT = Path(__file__).parents[2]
EVENT = {"user": {"id": "18"}, "value": 1}
RULES = 'metrics = [{ key = "words" }]\n[[streaks]]\nkey = "daily"\nmetrics = [{ key = "words" }]\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rules.toml").write_text(RULES)
    return tmp_path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Return a server that all tests of this file share, each with its own users."""
    folder = tmp_path_factory.mktemp("serve")
    (folder / "rules.toml").write_text(RULES)
    with serving("rules.toml", "--now", "2025-04-02T10:00:00Z", folder=folder) as running:
        yield running


def test_the_official_client_needs_only_the_url(server):
    environment = TrophyApiEnvironment(api=f"{server.url}/v1", admin=f"{server.url}/admin/v1")
    with httpx.Client() as http:
        client = TrophyApi(api_key="any", environment=environment, httpx_client=http)
        assert client.metrics.event("words", user={"id": "official"}, value=12).total == 12
        assert client.users.get("official").id == "official"
        assert [metric.key for metric in client.admin.metrics.list()] == ["words"]


def test_the_clock_stands_where_it_is_told_and_is_stepped(server):
    user = {"user": {"id": "stepped"}, "value": 1}
    assert server.send("GET", "/_engine/clock")[1] == {"now": "2025-04-02T10:00:00Z", "tick": False}
    for length in (1, 2):
        assert server.send("POST", "/v1/metrics/words/event", user)[1]["currentStreak"]["length"] == length
        server.send("POST", "/_engine/clock/step", {"days": 1})
    assert server.send("POST", "/_engine/reset")[1]["now"] == "2025-04-02T10:00:00Z"
    assert server.send("GET", "/v1/users/stepped")[0] == 404


def test_an_id_with_a_slash_survives(server):
    assert server.send("POST", "/v1/users", {"id": "a/b"})[0] == 201
    assert server.send("GET", "/v1/users/a%2Fb")[1]["id"] == "a/b"
    assert server.send("GET", "/v1/users/a%2Fb/streak")[0] == 200


def test_one_connection_serves_many_requests(server):
    connection = server.connect()
    for number in range(20):
        assert server.send("POST", "/v1/users", {"id": f"kept-{number}"}, connection=connection)[0] == 201
    connection.request("HEAD", "/v1/users/kept-1", headers={"X-API-KEY": "any"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    assert server.send("GET", "/v1/users/kept-2", connection=connection)[1]["id"] == "kept-2"
    connection.close()


def test_a_chunked_body_is_read(server):
    connection = server.connect()
    chunks = [b'{"id": ', b'"chunked"}']
    connection.request("POST", "/v1/users", iter(chunks), {"X-API-KEY": "any"}, encode_chunked=True)
    assert connection.getresponse().status == 201
    connection.close()


def test_a_huge_body_is_refused(server):
    connection = server.connect()
    connection.request("POST", "/v1/users", b" " * (16 * 1024 * 1024 + 1), {"X-API-KEY": "any"})
    answer = connection.getresponse()
    assert (answer.status, list(json.loads(answer.read()))) == (413, ["error"])
    connection.close()


def test_failures_arrive_as_those_of_a_network(server):
    server.send("POST", "/_engine/failures", {"failure": 429, "retryAfter": 1})
    server.send("POST", "/_engine/failures", {"failure": "timeout"})
    server.send("POST", "/_engine/failures", {"failure": "lost"})
    assert server.send("POST", "/v1/users", {"id": "f1"})[0] == 429
    with pytest.raises(TimeoutError):
        server.send("POST", "/v1/users", {"id": "f2"}, timeout=0.3)
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        server.send("POST", "/v1/users", {"id": "f3"})
    assert [server.send("GET", f"/v1/users/f{number}")[0] for number in (1, 2, 3)] == [404, 404, 200]
    assert "POST /v1/users an injected time-out: the request was not served" in server.log
    assert "POST /v1/users an injected failure: the request was served, and its answer is lost" in server.log
    assert "Traceback" not in server.messages


def test_the_log_has_every_request_and_what_was_wrong(server):
    server.send("POST", "/v1/users", {"id": "logged"})
    server.send("GET", "/v1/users/nobody?a=b%0A")
    lines = [re.sub(r"\d+ ms", "MS", line) for line in server.log]
    assert lines[0].startswith(
        f"application API {server.url}/v1, admin API {server.url}/admin/v1, control {server.url}/"
    )
    assert "POST /v1/users 201 MS" in lines
    [refused] = [line for line in lines if line.startswith("GET /v1/users/nobody")]
    assert refused.startswith('GET /v1/users/nobody?a=b%0A 404 MS {"error":"unknown user \'nobody\'; users exist')


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_and_closes_the_storage(folder, number):
    with serving("rules.toml", "--storage", "save.db", folder=folder) as server:
        connection = server.connect()
        assert server.send("POST", "/v1/metrics/words/event", EVENT, connection=connection)[1]["total"] == 1
        assert (folder / "save.db-wal").exists()
        assert server.stop(number) == 0
        assert server.log[-1] == "stopped; save.db is closed"
        assert "Traceback" not in server.messages
        connection.close()
    assert not (folder / "save.db-wal").exists()
    with serving("rules.toml", "--storage", "save.db", folder=folder) as server:
        assert server.log[:2] == ["opening save.db", "save.db: 1 users"]
        assert server.send("POST", "/v1/metrics/words/event", EVENT)[1]["total"] == 2
        assert server.send("POST", "/_engine/reset")[0] == 409


@pytest.mark.thorough
def test_a_request_without_an_answer_does_not_keep_the_server_from_stopping(folder):
    with serving("rules.toml", folder=folder) as server:
        server.send("POST", "/_engine/failures", {"failure": "timeout"})
        connection = server.connect()
        connection.request("GET", "/v1/achievements", headers={"X-API-KEY": "any"})
        while not any("time-out" in line for line in server.log):
            time.sleep(0.01)
        assert server.stop(signal.SIGTERM) == 0
        assert server.log[-1] == "stopped"
        connection.close()


def test_nothing_that_was_answered_is_lost_when_the_process_is_killed(folder):
    """Several clients write until the process is killed; every event with an answer is there afterwards."""
    answered = [[] for _ in range(4)]
    with serving("rules.toml", "--storage", "save.db", "--quiet", folder=folder) as server:

        def write(thread):
            connection = server.connect()
            for number in range(100_000):
                body = {"user": {"id": f"{thread}"}, "value": 1}
                headers = {"Idempotency-Key": f"{number}"}
                try:
                    status, _ = server.send("POST", "/v1/metrics/words/event", body, connection=connection, **headers)
                except (OSError, HTTPException, json.JSONDecodeError):
                    connection.close()
                    return
                assert status == 201
                answered[thread].append(f"{number}")

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        while min(map(len, answered)) < 30:
            time.sleep(0.005)
        server.process.kill()
        for thread in threads:
            thread.join()
        assert server.process.wait() == -signal.SIGKILL
        assert server.log == [line for line in server.log if not line.startswith("POST")]
    with Engine(storage=folder / "save.db") as engine:
        for user, keys in enumerate(answered):
            assert [key for key in keys if not engine.has_recorded("words", user=f"{user}", idempotency_key=key)] == []
            assert len(keys) <= engine.user(f"{user}").metrics["words"] <= len(keys) + 1


@pytest.mark.thorough
def test_rules_that_clients_change_are_kept_in_the_file(folder):
    with serving("--storage", "save.db", folder=folder) as server:
        assert server.send("POST", "/admin/v1/metrics", [{"name": "Pages", "key": "pages"}])[0] == 201
        assert server.send("POST", "/v1/metrics/pages/event", EVENT)[0] == 201
        server.process.kill()
        server.process.wait()
    with serving("--storage", "save.db", folder=folder) as server:
        assert server.send("GET", "/v1/users/18/metrics/pages")[1]["current"] == 1
    with serving("rules.toml", "--storage", "save.db", folder=folder) as server:
        assert [metric["key"] for metric in server.send("GET", "/admin/v1/metrics")[1]] == ["words"]


def test_unknown_fields_are_ignored_on_request(folder):
    body = {"id": "18", "color": "red"}
    with serving("rules.toml", "--ignore-unknown-fields", folder=folder) as server:
        assert server.send("POST", "/v1/users", body)[0] == 201


def test_a_server_for_other_machines_says_so(folder):
    with serving("rules.toml", "--host", "0.0.0.0", folder=folder) as server:  # noqa: S104  # the option under test
        assert server.log[0] == "other machines may reach this server, and it accepts any key"
        assert server.url.startswith("http://0.0.0.0:")


def test_the_example_of_the_help_works(folder):
    """Its port is replaced by a free one, because another program may use it."""
    help_ = subprocess.run(
        [sys.executable, "-m", "trophy_engine", "serve", "--help"], check=True, capture_output=True, text=True
    ).stdout
    [example] = re.findall(r"trophy-engine (serve \S+ --storage .*)", help_)
    words = shlex.split(example.strip(" │"))
    assert words == ["serve", "rules.toml", "--storage", "save.db", "--port", "8000"]
    with serving(*words[1:4], folder=folder) as server:
        assert server.send("GET", "/_engine")[0] == 200


def test_the_commands_of_the_page_work(folder):
    page = (ROOT / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
    [rules] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (folder / "rules.toml").write_text(rules)
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "curl" in block]
    with serving("rules.toml", folder=folder) as server:
        commands = "".join(blocks).replace("http://127.0.0.1:8000", server.url)
        assert commands.count(server.url) == commands.count("curl") == 10
        script = f'curl() {{ command curl --silent --show-error --fail "$@"; echo; }}\n{commands}'
        done = subprocess.run(["bash", "-ec", script], check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert (answers[0]["total"], answers[1]["length"]) == (750, 1)
        assert answers[4]["now"] == "2030-04-04T11:00:00Z"
        assert answers[5]["effects"]["streak.lost"] == 1
        assert [len(failures) for failures in answers[6:9]] == [2, 3, 0]
        assert answers[9]["users"] == 0


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        (["missing.toml"], "error: cannot read missing.toml"),
        (["rules.toml", "--storage", "rules.toml"], "error: rules.toml"),
        (["rules.toml", "--storage", "there/save.db"], "error: "),
        (["rules.toml", "--host", "no.such.host.invalid"], "error: cannot listen at no.such.host.invalid:0: "),
        (["rules.toml", "--host", "x" * 70], "error: cannot listen at xxx"),
        (["rules.toml", "--host", "192.0.2.1"], "error: cannot listen at 192.0.2.1:0: "),
        (["rules.toml", "--now", "noon"], "error: --now must be an ISO 8601 datetime"),
        (["rules.toml", "--now", "2025-04-02"], "--now must end in an offset from UTC, for example"),
        (["rules.toml", "--now", "2300-01-01T00:00Z"], "error: --now must lie in the years 1900 to 2199"),
    ],
)
def test_a_server_that_cannot_start_says_why(run, words, fact):
    done = run("serve", *words, "--port", "0")
    assert done.exit_code == 1
    assert fact in done.stderr
    assert "Traceback" not in done.output


def test_a_port_in_use_is_refused_before_the_storage_is_opened(run, taken):
    done = run("serve", "rules.toml", "--storage", "save.db", "--port", f"{taken}")
    assert done.exit_code == 1
    assert f"error: cannot listen at 127.0.0.1:{taken}: Address already in use; choose others" in done.stderr
    assert not Path("save.db").exists()
    assert run("serve", "rules.toml", "--port", "70000").exit_code == 2


@pytest.mark.thorough
@pytest.mark.parametrize("library", ["uvicorn", "cattrs"])
def test_without_its_extra_the_command_names_it(library, folder):
    code = f"import sys; sys.modules[{library!r}] = None; from trophy_engine.cli import main; main()"
    words = [sys.executable, "-c", code, "serve", "rules.toml"]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'trophy-engine[serve]'" in done.stderr
    code = f"import sys; sys.modules[{library!r}] = None; from trophy_engine.cli import main; main()"
    words = [sys.executable, "-c", code, "check", "rules.toml"]
    assert subprocess.run(words, check=False, capture_output=True, cwd=folder).returncode == 0
