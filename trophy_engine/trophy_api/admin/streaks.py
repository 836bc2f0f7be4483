"""Streaks of the admin API: grant freezes, pause, restore and reset, for up to a hundred users per request."""

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
from trophy_engine.trophy_api.admin.crud import check_request_items, item_issue, parse_resource_id, requested_ids
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.field_names import translate_names
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.structuring import item, structure_request_json

#: Refusals that are warnings instead of errors, with their messages.
_WARNINGS: Final[dict[type[Refused], str]] = {
    FreezeLimitReached: "Would exceed maximum freeze limit",
    NoStreakToRestore: "No streak to restore",
    NoStreakToReset: "No streak to reset",
}
_NO_STREAK: Final = "The rules have no streak; add one with the streak settings"


@item
class FreezeGrant:
    """A freeze to grant to a user."""

    user_id: str


@item
class NewPause:
    """A pause to add for a user."""

    user_id: str
    start: date
    end: date


@item
class StreakUser:
    """The user of the streak to restore or reset."""

    id: str


def post_freezes(engine: Engine, request: Request) -> Response:
    """Grant one freeze per item; a user can occur several times."""

    def grant(item: FreezeGrant) -> None:
        engine.grant_freeze(item.user_id)

    granted, issues = _apply_to_request_items(
        request, "freezes", FreezeGrant, grant, no_streak_refusal=FreezeLimitReached
    )
    return Response(201 if granted else 200, {"issues": issues})


def post_streak_restore(engine: Engine, request: Request) -> Response:
    """Restore lost streaks of users."""

    def act(user: StreakUser) -> str:
        engine.restore_streak(user.id)
        return user.id

    restored, issues = _apply_to_request_items(request, "users", StreakUser, act, no_streak_refusal=NoStreakToRestore)
    return Response(201 if restored else 200, {"restoredUsers": restored, "issues": issues})


def post_streak_reset(engine: Engine, request: Request) -> Response:
    """Reset streaks of users."""

    def act(user: StreakUser) -> str:
        engine.reset_streak(user.id)
        return user.id

    reset, issues = _apply_to_request_items(request, "users", StreakUser, act, no_streak_refusal=NoStreakToReset)
    return Response(200, {"resetUsers": reset, "issues": issues})


def post_pauses(engine: Engine, request: Request) -> Response:
    """Pause streaks of users: a missed period that a pause touches ends no streak."""

    def act(item: NewPause) -> dict[str, Any]:
        engine.pause(item.user_id, item.start, item.end)
        created_pause = max(engine.user(item.user_id).pauses, key=lambda pause: pause.number)
        return {
            "id": str(created_pause.id),
            "userId": item.user_id,
            "start": created_pause.start.isoformat(),
            "end": created_pause.end.isoformat(),
            "status": "archived" if created_pause.archived else "active",
        }

    created, issues = _apply_to_request_items(request, "pauses", NewPause, act)
    return Response(201 if created else 200, {"created": created, "issues": issues})


def delete_streak_pauses(engine: Engine, request: Request) -> Response:
    """Remove pauses."""
    ids = requested_ids(request)
    running = {
        pause.id: (user, pause.number)
        for user in engine.users()
        for pause in engine.user(user).pauses
        if not pause.archived
    }
    deleted, issues = [], []
    for text in ids:
        try:
            id_ = parse_resource_id(text)
            user, number = _pop_requested_pause(running, id_)
            engine.unpause(user, number)
        except (InvalidValue, Refused, UnknownKey) as error:
            issues.append(item_issue(*_describe_item_issue(error), id=text))
        else:
            deleted.append({"id": str(id_)})
    return Response(200, {"deleted": deleted, "issues": issues})


def _pop_requested_pause(pauses: dict[UUID, tuple[str, int]], id_: UUID) -> tuple[str, int]:
    """Remove a pause from the dict, so that it is found once, and return its user and number."""
    if id_ not in pauses:
        raise InvalidValue("Streak pause not found by ID")
    return pauses.pop(id_)


def _apply_to_request_items(
    request: Request,
    name: str,
    kind: type[Any],
    action: Callable[[Any], Any],
    *,
    no_streak_refusal: type[Refused] | None = None,
) -> tuple[list[Any], list[dict[str, Any]]]:
    """Apply an action to each item of a list in the body; return the results and the issues.

    Args:
        request: the request with the list.
        name: the name of the list in the body.
        kind: the class of its items.
        action: the action.
        no_streak_refusal: the refusal that counts if the rules have no streak; None makes it an error.

    Raises:
        Unprocessable: the body has no valid list of this name.
    """
    body = request.body
    if not isinstance(body, dict) or name not in body or (request.strict and len(body) > 1):
        raise Unprocessable(f"The request body must be an object with {name}")
    results_, issues = [], []
    for index, raw in enumerate(check_request_items(body[name], name=name)):
        try:
            results_.append(action(structure_request_json(raw, kind, "the item", strict=request.strict)))
        except (InvalidValue, Refused, UnknownKey, UnknownUser) as error:
            issues.append(
                item_issue(*_describe_item_issue(error, no_streak_refusal), **_identify_request_item(raw, index))
            )
    return results_, issues


def _describe_item_issue(error: TrophyError, no_streak_refusal: type[Refused] | None = None) -> tuple[str, str]:
    """Return the message and the severity of an issue; an ``UnknownKey`` here means that the rules have no streak."""
    if isinstance(error, UnknownUser):
        return "User does not exist", "error"
    refusal = no_streak_refusal if isinstance(error, UnknownKey) else type(error)
    for warning, message in _WARNINGS.items():
        if refusal is warning:
            return message, "warning"
    return _NO_STREAK if isinstance(error, UnknownKey) else translate_names(error), "error"


def _identify_request_item(raw: object, index: int) -> dict[str, Any]:
    """Return the user of an item, or its index if it names none."""
    user = (raw.get("userId") or raw.get("id")) if isinstance(raw, dict) else None
    return {"userId": user} if isinstance(user, str) else {"index": index}
