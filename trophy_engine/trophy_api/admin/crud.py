"""Bulk requests: up to a hundred items at once, each for itself; one that cannot be followed becomes an issue."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final
from uuid import UUID

from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import error_message
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.structuring import structure

#: How many items a request can have.
_MOST_ITEMS: Final = 100
_PAGE: Final = 10
_LONGEST_PAGE: Final = 100


def create(resource: Resource[Any], context: EditContext, request: Request) -> tuple[Ruleset, Response]:
    """Create a rule of every item that describes one."""
    created, issues = [], []
    for index, raw in enumerate(check_items(request.body)):
        try:
            ruleset, created_rule = resource.create(
                structure(raw, resource.new, "the item", strict=request.strict), context
            )
        except (InvalidValue, InvalidRules) as error:
            issues.append(issue(error_message(error, resource.all_fields), index=index))
        else:
            context = context.with_ruleset(ruleset)
            created.append(created_rule)
    return context.ruleset, Response(201 if created else 200, {"created": created, "issues": issues})


def update(resource: Resource[Any], context: EditContext, request: Request) -> tuple[Ruleset, Response]:
    """Change the rule that each item names; what an item leaves out stays."""
    updated, issues = [], []
    for index, raw in enumerate(check_items(request.body)):
        try:
            parse_id(raw.get("id") if isinstance(raw, dict) else None)
            ruleset, changed = resource.update(
                structure(raw, resource.edit, "the item", strict=request.strict), context
            )
        except (InvalidValue, InvalidRules) as error:
            named = isinstance(raw, dict) and isinstance(raw.get("id"), str)
            about = {"id": raw["id"]} if named else {"index": index}
            issues.append(issue(error_message(error, resource.all_fields), **about))
        else:
            context = context.with_ruleset(ruleset)
            updated.append(changed)
    return context.ruleset, Response(200, {"updated": updated, "issues": issues})


def delete(resource: Resource[Any], context: EditContext, request: Request) -> tuple[Ruleset, Response]:
    """Take out the rules that the request names, and what cannot be without them."""
    deleted, issues = [], []
    ruleset = context.ruleset
    for text in requested_ids(request):
        try:
            id_ = parse_id(text)
            ruleset = resource.delete(resource.find(id_, ruleset), ruleset)
        except (InvalidValue, InvalidRules) as error:
            issues.append(issue(error_message(error, resource.all_fields), id=text))
        else:
            deleted.append({"id": str(id_)})
    return ruleset, Response(200, {"deleted": deleted, "issues": issues})


def list_page(resource: Resource[Any], context: EditContext, request: Request) -> Response:
    """Serialize a page of the rules, oldest first."""
    limit = parameters.read_integer(request, "limit", _PAGE, least=1, most=_LONGEST_PAGE)
    skip = parameters.read_integer(request, "skip", 0, least=0)
    page = resource.rules(context.ruleset)[skip : skip + limit]
    return Response(200, [resource.serialize(rule, context) for rule in page])


def get(resource: Resource[Any], context: EditContext, request: Request) -> Response:
    """Show the rule that the end of the path names.

    Raises:
        Unprocessable: what is there is no identifier.
        NotFound: no rule has it.
    """
    try:
        id_ = parse_id(request.path[-1])
    except InvalidValue as error:
        raise Unprocessable(str(error)) from None
    try:
        return Response(200, resource.serialize(resource.find(id_, context.ruleset), context))
    except InvalidValue as error:
        raise NotFound(str(error)) from None


# --- what requests have in common -----------------------------------------------------------------------------------


def check_items(items: object, most: int = _MOST_ITEMS, *, what: str = "The request body") -> list[Any]:
    """Return the items of a body, or of ``what`` it holds.

    Raises:
        Unprocessable: they are no list, or one of the wrong length.
    """
    if not isinstance(items, list) or not 1 <= len(items) <= most:
        raise Unprocessable(f"{what} must be a list of 1 to {most} items, but {_describe_body(items)}")
    return items


def _describe_body(items: object) -> str:
    if items is None:
        return "there is none"
    if isinstance(items, list):
        return f"it has {len(items)}"
    return "it is an object" if isinstance(items, dict) else "it is a single value"


def requested_ids(request: Request) -> list[str]:
    """Return the identifiers to delete: a parameter that may come again, and may hold several between commas.

    Raises:
        Unprocessable: there are none, or too many.
    """
    given = (value.split(",") for name, value in request.query if name in {"ids", "ids[]"})
    ids = [text.strip() for text in chain.from_iterable(given) if text.strip()]
    if not 1 <= len(ids) <= _MOST_ITEMS:
        raise Unprocessable(f"ids must be 1 to {_MOST_ITEMS} identifiers, not {len(ids)}")
    return ids


def parse_id(text: object) -> UUID:
    """Read an identifier.

    Raises:
        InvalidValue: it is none.
    """
    try:
        return structure(text, UUID)
    except InvalidValue:
        raise InvalidValue("must be a valid UUID", "id") from None


def issue(message: str, severity: str = "error", **about: str | int) -> dict[str, Any]:
    """Describe an item that could not be followed; ``about`` says which, by ``id``, ``userId`` or ``index``.

    Severity and message stand there twice: clients of the platform before version 1.4 call them level and reason.
    """
    return {**about, "severity": severity, "message": message, "level": severity, "reason": message}
