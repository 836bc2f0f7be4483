"""Routes of the resources: each reads or edits the rules; the engine is updated once per call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin import crud
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.application.lookup import is_known_user
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.fields import request_error_message
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.router import Handler, Route

#: A function that returns the resource of a request.
ResourceFactory = Callable[[Request, EditContext], Resource[Any]]


def resource_routes(path: str, factory: ResourceFactory) -> tuple[Route, ...]:
    """Return the routes of a resource: list, get, create, update and delete."""

    def read_route(operation: Callable[[Resource[Any], EditContext, Request], Response]) -> Handler:
        def handle(engine: Engine, request: Request) -> Response:
            context = edit_context(engine, request)
            return operation(factory(request, context), context, request)

        return handle

    def write_route(operation: Callable[[Resource[Any], EditContext, Request], tuple[Ruleset, Response]]) -> Handler:
        def handle(engine: Engine, request: Request) -> Response:
            context = edit_context(engine, request)
            ruleset, response = operation(factory(request, context), context, request)
            _apply_edited_ruleset(engine, ruleset)
            return response

        return handle

    return (
        ("GET", path, read_route(crud.list_resource_page)),
        ("POST", path, write_route(crud.create_resource_items)),
        ("PATCH", path, write_route(crud.update_resource_items)),
        ("DELETE", path, write_route(crud.delete_resource_items)),
        ("GET", f"{path}/{{id}}", read_route(crud.get_resource_item)),
    )


def object_routes(
    path: str, serialize: Callable[[Ruleset], dict[str, Any]], edit: Callable[..., Ruleset]
) -> tuple[Route, ...]:
    """Return the routes of a single object: get and update."""

    def get(engine: Engine, _: Request) -> Response:
        return Response(200, serialize(engine.ruleset))

    def update(engine: Engine, request: Request) -> Response:
        try:
            ruleset = edit(engine.ruleset, request.body, strict=request.strict)
        except (InvalidValue, InvalidRules) as error:
            raise Unprocessable(request_error_message(error)) from None
        _apply_edited_ruleset(engine, ruleset)
        return Response(200, serialize(ruleset))

    return ("GET", path, get), ("PATCH", path, update)


def fixed_resource(resource: Resource[Any]) -> ResourceFactory:
    """Return a factory that returns the same resource for every request."""
    return lambda _, __: resource


def resource_of_system(parts: type[NestedResource[Any]]) -> ResourceFactory:
    """Return a factory of a resource in one points system; the second part of the path identifies the system."""

    def open_(request: Request, context: EditContext) -> Resource[Any]:
        try:
            id_ = crud.parse_resource_id(request.path[1])
        except InvalidValue:
            raise Unprocessable("systemId must be a valid UUID") from None
        try:
            return parts(context.system(id_).key)
        except InvalidValue as error:
            raise NotFound(str(error)) from None

    return open_


def edit_context(engine: Engine, request: Request) -> EditContext:
    """Return the context for an edit of the engine's rules."""

    def earlier_rulesets() -> tuple[Ruleset, ...]:
        return tuple(version.ruleset for version in engine.rules_history())

    def boost_added(system: str, key: str) -> date:
        return PastRules.of(engine).boost_added(system, key)

    return EditContext(engine.ruleset, request.at, partial(is_known_user, engine), earlier_rulesets, boost_added)


def _apply_edited_ruleset(engine: Engine, ruleset: Ruleset) -> None:
    if ruleset != engine.ruleset or ruleset.digest != engine.ruleset.digest:
        engine.update(ruleset)
