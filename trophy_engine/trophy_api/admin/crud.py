"""Bulk requests: up to a hundred items, applied one by one; an item that cannot be applied becomes an issue."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final
from uuid import UUID

from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.fields import request_error_message
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.parameters import read_integer_parameter
from trophy_engine.trophy_api.structuring import structure_request_json

#: The maximal number of items in a request.
_MAX_ITEMS: Final = 100
_PAGE: Final = 10
_MAX_PAGE: Final = 100


def create_resource_items(resource: Resource[Any], context: EditContext, request: Request) -> tuple[Ruleset, Response]:
    """Create a rule from each item."""
    created, issues = [], []
    for index, raw in enumerate(check_request_items(request.body)):
        try:
            ruleset, created_rule = resource.create(
                structure_request_json(raw, resource.new, "the item", strict=request.strict), context
            )
        except (InvalidValue, InvalidRules) as error:
            issues.append(item_issue(request_error_message(error, resource.all_fields), index=index))
        else:
            context = context.with_ruleset(ruleset)
            created.append(created_rule)
    return context.ruleset, Response(201 if created else 200, {"created": created, "issues": issues})


def update_resource_items(resource: Resource[Any], context: EditContext, request: Request) -> tuple[Ruleset, Response]:
    """Update the rule that each item names; fields missing from the item stay unchanged."""
    updated, issues = [], []
    for index, raw in enumerate(check_request_items(request.body)):
        try:
            parse_resource_id(raw.get("id") if isinstance(raw, dict) else None)
            ruleset, updated_rule = resource.update(
                structure_request_json(raw, resource.edit, "the item", strict=request.strict), context
            )
        except (InvalidValue, InvalidRules) as error:
            has_id = isinstance(raw, dict) and isinstance(raw.get("id"), str)
            reference = {"id": raw["id"]} if has_id else {"index": index}
            issues.append(item_issue(request_error_message(error, resource.all_fields), **reference))
        else:
            context = context.with_ruleset(ruleset)
            updated.append(updated_rule)
    return context.ruleset, Response(200, {"updated": updated, "issues": issues})


def delete_resource_items(resource: Resource[Any], context: EditContext, request: Request) -> tuple[Ruleset, Response]:
    """Delete the rules that the request names, and the rules that depend on them."""
    deleted, issues = [], []
    ruleset = context.ruleset
    for text in requested_ids(request):
        try:
            id_ = parse_resource_id(text)
            ruleset = resource.delete(resource.find(id_, ruleset), ruleset)
        except (InvalidValue, InvalidRules) as error:
            issues.append(item_issue(request_error_message(error, resource.all_fields), id=text))
        else:
            deleted.append({"id": str(id_)})
    return ruleset, Response(200, {"deleted": deleted, "issues": issues})


def list_resource_page(resource: Resource[Any], context: EditContext, request: Request) -> Response:
    """Return a page of the rules, oldest first."""
    limit = read_integer_parameter(request, "limit", _PAGE, minimum=1, maximum=_MAX_PAGE)
    skip = read_integer_parameter(request, "skip", 0, minimum=0)
    page = resource.rules(context.ruleset)[skip : skip + limit]
    return Response(200, [resource.serialize(rule, context) for rule in page])


def get_resource_item(resource: Resource[Any], context: EditContext, request: Request) -> Response:
    """Return the rule that the last part of the path identifies.

    Raises:
        Unprocessable: the last part of the path is not an identifier.
        NotFound: no rule has the identifier.
    """
    try:
        id_ = parse_resource_id(request.path[-1])
    except InvalidValue as error:
        raise Unprocessable(str(error)) from None
    try:
        return Response(200, resource.serialize(resource.find(id_, context.ruleset), context))
    except InvalidValue as error:
        raise NotFound(str(error)) from None


# --- parts of requests ----------------------------------------------------------------------------------------------


def check_request_items(items: object, maximum: int = _MAX_ITEMS, *, name: str = "The request body") -> list[Any]:
    """Return the items of a body, or of the part of it that ``name`` names.

    Raises:
        Unprocessable: the items are not a list, or the list has the wrong length.
    """
    if not isinstance(items, list) or not 1 <= len(items) <= maximum:
        raise Unprocessable(f"{name} must be a list of 1 to {maximum} items, but {_describe_request_body(items)}")
    return items


def _describe_request_body(items: object) -> str:
    if items is None:
        return "there is none"
    if isinstance(items, list):
        return f"it has {len(items)}"
    return "it is an object" if isinstance(items, dict) else "it is a single value"


def requested_ids(request: Request) -> list[str]:
    """Return the identifiers to delete; the parameter can repeat, and its values can be comma-separated lists.

    Raises:
        Unprocessable: there are none or too many.
    """
    lists = (value.split(",") for name, value in request.query if name in {"ids", "ids[]"})
    ids = [text.strip() for text in chain.from_iterable(lists) if text.strip()]
    if not 1 <= len(ids) <= _MAX_ITEMS:
        raise Unprocessable(f"ids must be 1 to {_MAX_ITEMS} identifiers, not {len(ids)}")
    return ids


def parse_resource_id(text: object) -> UUID:
    """Parse an identifier.

    Raises:
        InvalidValue: the value is not a UUID.
    """
    try:
        return structure_request_json(text, UUID)
    except InvalidValue:
        raise InvalidValue("must be a valid UUID", "id") from None


def item_issue(message: str, severity: str = "error", **about: str | int) -> dict[str, Any]:
    """Return the issue of an item that could not be applied; ``about`` names it by ``id``, ``userId`` or ``index``.

    Severity and message occur twice: clients of the platform before version 1.4 name them level and reason.
    """
    return {**about, "severity": severity, "message": message, "level": severity, "reason": message}
