"""Every operation of the official client is in the reference with its state; a newer client shows new operations.

If the table is stale, the failure contains the new one.
"""

from pathlib import Path

import httpx
import pytest
from client_operations import operations, request_of
from trophy import TrophyApi
from trophy.core.api_error import ApiError

from trophy_engine import Engine, Ruleset
from trophy_engine.trophy_api import EngineTransport
from trophy_engine.trophy_api.admin import ROUTES as ADMIN
from trophy_engine.trophy_api.application import ROUTES as APPLICATION
from trophy_engine.trophy_api.errors import HttpError
from trophy_engine.trophy_api.router import find_handler

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "trophy-api.md"


def row(name, operation):
    """Return the row of an operation in the table."""
    request = request_of(operation)
    path = tuple(request.url.path.removeprefix("/v1/").split("/"))
    routes = ADMIN if request.url.host.startswith("admin.") else APPLICATION
    try:
        handler = find_handler(routes, request.method, path)
    except HttpError:
        return f"| `{name}` | {request.method} /{'/'.join(path)} | missing |"
    template = next(template for _, template, one in routes if one is handler and len(template.split("/")) == len(path))
    answer = httpx.Client(transport=EngineTransport(Engine(Ruleset()))).send(request)
    answer.read()
    state = f"501: {answer.json()['error']}" if answer.status_code == 501 else "works"
    return f"| `{name}` | {request.method} /{template} | {state} |"


def test_the_reference_lists_every_operation_of_the_client():
    table = [row(*operation) for operation in operations()]
    section = PAGE.read_text(encoding="utf-8").partition("\n## Every operation of the client\n")[2]
    listed = [line for line in section.splitlines() if line.startswith("| `")]
    assert listed == table, "\n".join(["the table should be:", *table])
    assert not [line for line in table if line.endswith("| missing |")]


def test_the_reference_names_hosted_only_parts_of_operations():
    client = TrophyApi(
        api_key="any", httpx_client=httpx.Client(transport=EngineTransport(Engine(Ruleset()))), max_retries=0
    )
    with pytest.raises(ApiError) as refused:
        client.admin.settings.update(branding={"app_name": "App"})
    assert refused.value.status_code == 501
    (listed,) = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| 501 |")]
    assert "`branding` of `admin.settings.update`" in listed
