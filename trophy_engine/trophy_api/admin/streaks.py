"""Help with streaks: freezes, pauses, restoring and resetting, for up to a hundred users at once, each for itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import (
    FreezeLimitReached,
    InvalidValue,
    NoStreakToReset,
    NoStreakToRestore,
    Refused,
    TrophyError,
    UnknownKey,
    UnknownUser,
)
from trophy_engine.trophy_api.admin.crud import as_id, issue, sized, wanted_ids
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.field_names import translate_names
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.structuring import item, structure

__all__ = ["delete_pauses", "grant_freezes", "pause", "reset", "restore"]

#: What is no error, but nothing to be done either.
_WARNINGS: Final[dict[type[Refused], str]] = {
    FreezeLimitReached: "Would exceed maximum freeze limit",
    NoStreakToRestore: "No streak to restore",
    NoStreakToReset: "No streak to reset",
}
_NO_STREAK: Final = "The rules have no streak; give them one by the streak settings"


@item
class Grant:
    """A freeze for a user."""

    user_id: str


@item
class NewPause:
    """A pause for a user."""

    user_id: str
    start: date
    end: date


@item
class Someone:
    """A user."""

    id: str


def grant_freezes(engine: Engine, request: Request) -> Response:
    """Give a freeze for every item; a user who comes again gets another."""

    def grant(one: Grant) -> None:
        engine.grant_freeze(one.user_id)

    given, issues = _each(request, "freezes", Grant, grant, idle=FreezeLimitReached)
    return Response(201 if given else 200, {"issues": issues})


def restore(engine: Engine, request: Request) -> Response:
    """Have users' lost streaks run on."""

    def act(one: Someone) -> str:
        engine.restore_streak(one.id)
        return one.id

    restored, issues = _each(request, "users", Someone, act, idle=NoStreakToRestore)
    return Response(201 if restored else 200, {"restoredUsers": restored, "issues": issues})


def reset(engine: Engine, request: Request) -> Response:
    """End users' streaks."""

    def act(one: Someone) -> str:
        engine.reset_streak(one.id)
        return one.id

    ended, issues = _each(request, "users", Someone, act, idle=NoStreakToReset)
    return Response(200, {"resetUsers": ended, "issues": issues})


def pause(engine: Engine, request: Request) -> Response:
    """Have misses on some dates end no streak."""

    def act(one: NewPause) -> dict[str, Any]:
        engine.pause(one.user_id, one.start, one.end)
        made = max(engine.user(one.user_id).pauses, key=lambda each: each.number)
        return {
            "id": str(made.id),
            "userId": one.user_id,
            "start": made.start.isoformat(),
            "end": made.end.isoformat(),
            "status": "archived" if made.archived else "active",
        }

    created, issues = _each(request, "pauses", NewPause, act)
    return Response(201 if created else 200, {"created": created, "issues": issues})


def delete_pauses(engine: Engine, request: Request) -> Response:
    """Take pauses back."""
    wanted = wanted_ids(request)
    running = {
        each.id: (user, each.number)
        for user in engine.users()
        for each in engine.user(user).pauses
        if not each.archived
    }
    deleted, issues = [], []
    for text in wanted:
        try:
            id_ = as_id(text)
            user, number = _running(running, id_)
            engine.unpause(user, number)
        except (InvalidValue, Refused, UnknownKey) as error:
            issues.append(issue(*_fault_of(error), id=text))
        else:
            deleted.append({"id": str(id_)})
    return Response(200, {"deleted": deleted, "issues": issues})


def _running(pauses: dict[UUID, tuple[str, int]], id_: UUID) -> tuple[str, int]:
    """Take out the user and the number of a pause, so that it is found once."""
    if id_ not in pauses:
        raise InvalidValue("Streak pause not found by ID")
    return pauses.pop(id_)


def _each(
    request: Request, name: str, kind: type[Any], act: Callable[[Any], Any], *, idle: type[Refused] | None = None
) -> tuple[list[Any], list[dict[str, Any]]]:
    """Do something for every item of a list in the body; give what came of it, and the issues.

    Args:
        request: whose body has the list.
        name: the list's name in the body.
        kind: the class of its items.
        act: does it.
        idle: as what an item is refused where the rules have no streak; None for an error.

    Raises:
        Unprocessable: the body has no such list, or one of the wrong length.
    """
    body = request.body
    if not isinstance(body, dict) or name not in body or (request.strict and len(body) > 1):
        raise Unprocessable(f"The request body must be an object with {name}")
    done, issues = [], []
    for index, raw in enumerate(sized(body[name], what=name)):
        try:
            done.append(act(structure(raw, kind, "the item", strict=request.strict)))
        except (InvalidValue, Refused, UnknownKey, UnknownUser) as error:
            issues.append(issue(*_fault_of(error, idle), **_about(raw, index)))
    return done, issues


def _fault_of(error: TrophyError, idle: type[Refused] | None = None) -> tuple[str, str]:
    """Give the message of an issue, and how severe it is; the only key that can be unknown is the streak's."""
    if isinstance(error, UnknownUser):
        return "User does not exist", "error"
    refused = idle if isinstance(error, UnknownKey) else type(error)
    for warned, message in _WARNINGS.items():
        if refused is warned:
            return message, "warning"
    return _NO_STREAK if isinstance(error, UnknownKey) else translate_names(error), "error"


def _about(raw: object, index: int) -> dict[str, Any]:
    """Say which item it is: by its user, if it names one."""
    user = (raw.get("userId") or raw.get("id")) if isinstance(raw, dict) else None
    return {"userId": user} if isinstance(user, str) else {"index": index}
