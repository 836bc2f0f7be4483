"""Every operation of the official client stands in the reference with its state; a newer client shows what is new.

Where the table is no longer true, the failure holds the one that is.
"""

import inspect
from pathlib import Path

import httpx
import pytest
from trophy import TrophyApi

from trophy_engine import Engine, Ruleset
from trophy_engine.wire import EngineTransport
from trophy_engine.wire.admin import ROUTES as ADMIN
from trophy_engine.wire.application import ROUTES as APPLICATION
from trophy_engine.wire.errors import WireError
from trophy_engine.wire.router import find

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "wire.md"
#: What the parameters are filled with that are no text.
FILLINGS = {"user": {"id": "x"}, "value": 1} | {key: [] for key in ("request", "users", "freezes", "pauses")}


class SentError(Exception):
    """Stops an operation at the request that it would send."""

    def __init__(self, request):
        super().__init__()
        self.request = request


def stop(request):
    raise SentError(request)


def operations(part, name=""):
    """Walk the operations below a part of the client, each with its name."""
    for word in sorted(dir(part)):
        if word.startswith("_") or word == "with_raw_response":
            continue
        found = getattr(part, word)
        if inspect.ismethod(found):
            yield name + word, found
        elif "trophy" in type(found).__module__:
            yield from operations(found, f"{name}{word}.")


def request_of(operation):
    """Give the request that an operation sends."""
    required = [one.name for one in inspect.signature(operation).parameters.values() if one.default is one.empty]
    with pytest.raises(SentError) as sent:
        operation(**{name: FILLINGS.get(name, "x") for name in required})
    return sent.value.request


def row(name, operation):
    """Make an operation's row of the table."""
    request = request_of(operation)
    path = tuple(request.url.path.removeprefix("/v1/").split("/"))
    routes = ADMIN if request.url.host.startswith("admin.") else APPLICATION
    try:
        handler = find(routes, request.method, path)
    except WireError:
        return f"| `{name}` | {request.method} /{'/'.join(path)} | missing |"
    template = next(template for _, template, one in routes if one is handler and len(template.split("/")) == len(path))
    answer = httpx.Client(transport=EngineTransport(Engine(Ruleset()))).send(request)
    answer.read()
    state = f"501: {answer.json()['error']}" if answer.status_code == 501 else "works"
    return f"| `{name}` | {request.method} /{template} | {state} |"


def test_the_reference_lists_every_operation_of_the_client():
    client = TrophyApi(api_key="any", httpx_client=httpx.Client(transport=httpx.MockTransport(stop)), max_retries=0)
    table = [row(*one) for one in operations(client)]
    told = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert told == table, "\n".join(["the table should be:", *table])
    assert not [line for line in table if line.endswith("| missing |")]
