"""Parts of the server: its socket, and its log of requests; tests of the whole server are in test_serve.py."""

import re
import socket

import pytest
from caller import Caller

from trophy_engine import StorageError, TrophyError
from trophy_engine.cli.server import ServerRequestLog, open_server_socket
from trophy_engine.trophy_api import AnswerLost, RequestTimedOut


def raising(error):
    def exchange(*_):
        raise error

    return Caller(ServerRequestLog(exchange))


def test_a_failure_of_the_engine_is_answered_with_500_and_logged(capsys):
    answer = raising(StorageError("the disk is full")).send("GET", "/users/18")
    assert (answer.status, answer.json()) == (500, {"error": "the disk is full"})
    line = capsys.readouterr().err.partition(" ")[2]
    assert re.fullmatch(r'GET /v1/users/18 500 \d+ ms \{"error":"the disk is full"\}\n', line)


def test_a_quiet_server_answers_the_same_and_logs_failures_alone(capsys):
    def exchange(method, target, headers, body):
        if target.endswith("/18"):
            raise StorageError("the disk is full")
        return 404, (), b"{}"

    caller = Caller(ServerRequestLog(exchange, quiet=True))
    assert caller.send("GET", "/users/18").status == 500
    assert caller.send("HEAD", "/users/18").body == b""
    assert caller.send("GET", "/users/19").status == 404
    assert [line.split(" ")[2] for line in capsys.readouterr().err.splitlines()] == ["/v1/users/18", "/v1/users/18"]


@pytest.mark.parametrize("error", [RequestTimedOut("no answer"), AnswerLost("no answer"), ValueError("a defect")])
def test_other_failures_are_raised(capsys, error):
    with pytest.raises(type(error)):
        raising(error).send("GET", "/users/18")
    logged = capsys.readouterr().err.partition(" ")[2]
    assert logged == ("" if isinstance(error, ValueError) else "GET /v1/users/18 no answer\n")


def test_a_long_refusal_is_cut_in_the_log(capsys):
    body = b'{"error":"' + b"x" * 9_000 + b'"}'
    answer = Caller(ServerRequestLog(lambda *_: (422, (), body))).send("GET", "/users/18")
    assert answer.body == body
    assert len(capsys.readouterr().err) < 400


def test_asyncio_sends_what_is_written_to_a_connection_at_once():
    """Asyncio turns Nagle's algorithm off for connections whose protocol is TCP, which they have from the socket."""
    with open_server_socket("127.0.0.1", 0) as listener:
        assert (listener.type, listener.proto) == (socket.SOCK_STREAM, socket.IPPROTO_TCP)
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        with (
            socket.create_connection((host, port)),
            pytest.raises(TrophyError, match=f"cannot listen at 127.0.0.1:{port}"),
        ):
            open_server_socket("127.0.0.1", port)
