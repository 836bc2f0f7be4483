"""Every refusal that the contract lists for an operation of the client, provoked through the client itself.

Valid requests of the client are changed on the way: the key is removed, the path names a missing object, the body
is not JSON, or only a word.
"""

import re
from datetime import date
from operator import attrgetter

import httpx
import pytest
from client_operations import operations, request_of, required
from contract import ADMIN_OPERATIONS, OPERATIONS, faults_of_answer
from datetimes import utc
from trophy import TrophyApi
from trophy.core.api_error import ApiError

from trophy_engine import Achievement, ApiTrigger, Engine, Leaderboard, Metric, PointsSystem, Ruleset, Streak
from trophy_engine.trophy_api import EngineTransport
from trophy_engine.trophy_api.ids import system_id

NOW = utc("2025-04-02 10:00")
#: Every object that a path can name exists, with the key x.
RULES = Ruleset(
    metrics=[Metric("x")],
    streaks=[Streak("habit")],
    achievements=[Achievement("x", ApiTrigger())],
    points=[PointsSystem("x")],
    leaderboards=[Leaderboard("x", rank_by="metric", metric="x", start=date(2025, 1, 1))],
)
UNKNOWN_ID = "00000000-0000-5000-8000-000000000000"
#: Statuses that the documentation lists although no request causes them.
NEVER = {
    ("users.get", 400): "there is no body to be malformed",
    ("leaderboards.all_", 422): "whatever is not true counts as false",
    ("admin.settings.get", 422): "nothing is asked",
    ("admin.streaks.settings.get", 422): "nothing is asked",
    ("admin.environments.list", 422): "nothing is asked",
}
#: A query that is invalid for every parameter.
WRONG_QUERY = {"limit": "-1", "userAttributes": "x", "userIds": "", "ids": ""}
OWN_DAYS_OFF = b'{"streak": {"daysOff": [0]}}'
EVENT_OF_NO_METRIC = b'[{"key": "y", "user": {"id": "x"}, "value": 1}]'


def statuses_of(request):
    """Return the statuses in the contract for the operation of a request."""
    call = f"{request.method} {request.url.path.removeprefix('/v1')}"
    table = ADMIN_OPERATIONS if request.url.host.startswith("admin.") else OPERATIONS
    fitting = (found for one, (_, found) in table.items() if re.fullmatch(one.replace("*", "[^/]+"), call))
    return next(fitting, set())


def refusals():
    """Yield every refusal in the contract of the operations of the client: the operation and the status."""
    for name, operation in operations():
        statuses = statuses_of(request_of(operation)) - {501}
        yield from ((name, status) for status in sorted(statuses) if status >= 400)


def spoilt(request, status):
    """Return a changed request that is refused with a status."""
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    path, query, content = request.url.path, {}, request.content
    admin = request.url.host.startswith("admin.")
    if status == 401:
        del headers["x-api-key"]
    elif status == 400:
        content = b"{"
    elif status == 403:
        content = OWN_DAYS_OFF
    elif status == 404:
        path = re.sub("/x(?=/|$)", f"/{UNKNOWN_ID}", path)
        content = EVENT_OF_NO_METRIC if path.endswith("/metrics/events") else content
    elif content:
        content = b'"a word"'
    elif path.startswith("/v1/users/"):
        path = path.replace("/users/x", f"/users/{'x' * 256}")
    else:
        query = WRONG_QUERY
    if admin and status == 422:
        path = path.replace("/points/x/", f"/points/{system_id('x')}/")
    url = request.url.copy_with(path=path).copy_merge_params(query)
    return httpx.Request(request.method, url, headers=headers, content=content)


def test_statuses_that_never_occur_are_in_the_contract():
    assert NEVER.keys() <= set(refusals())


@pytest.mark.parametrize(("name", "status"), [one for one in refusals() if one not in NEVER])
def test_every_refusal_of_every_operation(name, status):
    engine = Engine(RULES, clock=lambda: NOW)
    engine.identify("x")
    before = engine.export_user("x"), engine.ruleset
    transport = EngineTransport(engine)

    def handle(request):
        wrong = spoilt(request, status)
        answer = transport.handle_request(wrong)
        path, admin = wrong.url.path.removeprefix("/v1"), wrong.url.host.startswith("admin.")
        assert faults_of_answer(wrong.method, path, answer.status_code, answer.json(), admin=admin) == []
        return answer

    client = TrophyApi(api_key="any", httpx_client=httpx.Client(transport=httpx.MockTransport(handle)), max_retries=0)
    operation = attrgetter(name)(client)
    with pytest.raises(ApiError) as refused:
        operation(**required(operation))
    assert (refused.value.status_code, list(refused.value.body)) == (status, ["error"])
    assert (engine.export_user("x"), engine.ruleset, list(engine.users())) == (*before, ["x"])
