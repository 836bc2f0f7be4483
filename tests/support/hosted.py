"""The platform as an application sees it: the official client, whose calls an engine answers and a contract checks."""

import httpx
from contract import faults_of_answer
from datetimes import utc
from trophy import TrophyApi

from trophy_engine import Engine
from trophy_engine.trophy_api import EngineTransport

__all__ = ["HostedClient"]


class HostedClient:
    """An engine behind the official client.

    Attributes:
        now: the instant at which calls arrive; tests move it.
        api: the client.
        body: the JSON of the last answer; ``status`` its status.
    """

    def __init__(self, ruleset, now="2025-04-02 10:00"):
        self.now = utc(now)
        self.engine = Engine(ruleset, clock=lambda: self.now)
        self.http = httpx.Client(transport=EngineTransport(self.engine), event_hooks={"response": [self._check]})
        self.api = TrophyApi(api_key="any", httpx_client=self.http, max_retries=0)
        self.body = self.status = None

    def at(self, text):
        """Move to an instant, and return the client."""
        self.now = utc(text)
        return self.api

    def send(self, method, path, **request):
        """Send a request that the client cannot send, for example with an invalid body."""
        request.setdefault("headers", {"X-API-KEY": "any"})
        return self.http.request(method, f"https://api.trophy.so/v1{path}", **request)

    def _check(self, response):
        response.read()
        self.status, self.body = response.status_code, response.json()
        path = response.request.url.path.removeprefix("/v1")
        admin = response.request.url.host.startswith("admin.")
        assert faults_of_answer(response.request.method, path, self.status, self.body, admin=admin) == []
