"""A client of the admin API for tests: routes requests to an engine that only keeps rules."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from types import SimpleNamespace

from datetimes import utc

from trophy_engine import Ruleset, UnknownUser
from trophy_engine.trophy_api.admin import ROUTES
from trophy_engine.trophy_api.http import Request, Response

NOON = utc("2025-06-15 12:00")


def issue(message: str, severity: str = "error", **about) -> dict:
    """Return an issue as in answers, with the field names of old and new clients."""
    return {**about, "severity": severity, "message": message, "level": severity, "reason": message}


class FakeEngine:
    """The part of an engine that the admin API uses for rules: it changes and keeps them."""

    def __init__(self, ruleset: Ruleset, users=()) -> None:
        self.versions = [(None, ruleset)]
        self.known = set(users)

    @property
    def ruleset(self) -> Ruleset:
        return self.versions[-1][1]

    def update(self, ruleset: Ruleset) -> tuple:
        self.versions.append((NOON, ruleset))
        return ()

    def exclusive(self, *, now: datetime) -> nullcontext:
        return nullcontext(now)

    def rules_history(self) -> tuple:
        return tuple(SimpleNamespace(at=at, ruleset=ruleset) for at, ruleset in self.versions)

    def users(self) -> list[str]:
        return sorted(self.known)

    def settled_until(self, user: str) -> datetime:
        if user not in self.known:
            raise UnknownUser(user)
        return NOON


class AdminClient:
    """A client of the admin API, in process."""

    def __init__(self, ruleset: Ruleset | None = None, *, engine=None, users=(), at=NOON) -> None:
        self.engine = engine if engine is not None else FakeEngine(ruleset or Ruleset(), users)
        self.at = at

    @property
    def ruleset(self) -> Ruleset:
        return self.engine.ruleset

    def call(self, method: str, path: str, body=None, query=()) -> Response:
        parts = tuple(path.split("/"))
        for expected, template, handler in ROUTES:
            if expected == method and _fits(template.split("/"), parts):
                with self.engine.exclusive(now=self.at):
                    return handler(self.engine, Request(method, parts, tuple(query), {}, body, self.at))
        raise LookupError((method, path))

    def get(self, path: str, **query):
        return self.call("GET", path, query=[(name, str(value)) for name, value in query.items()]).body

    def post(self, path: str, *items):
        return self.call("POST", path, list(items))

    def patch(self, path: str, *items):
        return self.call("PATCH", path, list(items)).body

    def delete(self, path: str, *ids):
        return self.call("DELETE", path, query=[("ids", str(id_)) for id_ in ids]).body

    def create(self, path: str, **item):
        """Create one rule, and return it as the API shows it."""
        answer = self.post(path, item)
        assert answer.status == 201, answer.body
        return answer.body["created"][0]

    def create_error(self, path: str, **item) -> str:
        """Return the message for one item that cannot be created."""
        answer = self.post(path, item)
        assert (answer.status, answer.body["created"]) == (200, [])
        (issue,) = answer.body["issues"]
        assert (issue["index"], issue["severity"]) == (0, "error")
        return issue["message"]

    def update(self, path: str, thing, **changes):
        """Update one rule, and return it as the API shows it."""
        answer = self.patch(path, {"id": thing["id"], **changes})
        assert answer["issues"] == []
        return answer["updated"][0]

    def update_error(self, path: str, thing, **changes) -> str:
        """Return the message for an update that is refused."""
        answer = self.patch(path, {"id": thing["id"], **changes})
        (issue,) = answer["issues"]
        assert (answer["updated"], issue["id"], issue["severity"]) == ([], thing["id"], "error")
        return issue["message"]


def _fits(template, parts) -> bool:
    return len(template) == len(parts) and all(
        expected in (part, "{id}", "{system_id}") for expected, part in zip(template, parts, strict=True)
    )
