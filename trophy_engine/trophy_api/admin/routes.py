"""Editing: calls that look at the rules or change them; the engine adopts what a call comes to, once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin import crud as bulk
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import fault_of
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.application.lookup import is_known
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.router import Handler, Route

__all__ = ["ResourceFactory", "always", "in_system", "object_routes", "resource_routes"]

#: Gives the resource that a request is about.
ResourceFactory = Callable[[Request, EditContext], Resource[Any]]


def resource_routes(path: str, opener: ResourceFactory) -> tuple[Route, ...]:
    """Make the routes of a resource: list, get, create, update and delete."""

    def reading(do: Callable[[Resource[Any], EditContext, Request], Response]) -> Handler:
        def handle(engine: Engine, request: Request) -> Response:
            desk = edit_context(engine, request)
            return do(opener(request, desk), desk, request)

        return handle

    def writing(do: Callable[[Resource[Any], EditContext, Request], tuple[Ruleset, Response]]) -> Handler:
        def handle(engine: Engine, request: Request) -> Response:
            desk = edit_context(engine, request)
            ruleset, response = do(opener(request, desk), desk, request)
            _change_rules(engine, ruleset)
            return response

        return handle

    return (
        ("GET", path, reading(bulk.list_)),
        ("POST", path, writing(bulk.create)),
        ("PATCH", path, writing(bulk.update)),
        ("DELETE", path, writing(bulk.delete)),
        ("GET", f"{path}/{{id}}", reading(bulk.get)),
    )


def object_routes(
    path: str, show: Callable[[Ruleset], dict[str, Any]], change: Callable[..., Ruleset]
) -> tuple[Route, ...]:
    """Make the routes of a single object: get and update."""

    def get(engine: Engine, _: Request) -> Response:
        return Response(200, show(engine.ruleset))

    def update(engine: Engine, request: Request) -> Response:
        try:
            ruleset = change(engine.ruleset, request.body, strict=request.strict)
        except (InvalidValue, InvalidRules) as error:
            raise Unprocessable(fault_of(error)) from None
        _change_rules(engine, ruleset)
        return Response(200, show(ruleset))

    return ("GET", path, get), ("PATCH", path, update)


def always(resource: Resource[Any]) -> ResourceFactory:
    """Give the same resource to every request."""
    return lambda _, __: resource


def in_system(parts: type[NestedResource[Any]]) -> ResourceFactory:
    """Give the parts of the points system that the second part of the path names."""

    def open_(request: Request, desk: EditContext) -> Resource[Any]:
        try:
            id_ = bulk.as_id(request.path[1])
        except InvalidValue:
            raise Unprocessable("systemId must be a valid UUID") from None
        try:
            return parts(desk.system(id_).key)
        except InvalidValue as error:
            raise NotFound(str(error)) from None

    return open_


def edit_context(engine: Engine, request: Request) -> EditContext:
    """Put the engine's rules on a desk."""

    def earlier() -> tuple[Ruleset, ...]:
        return tuple(adoption.ruleset for adoption in engine.rules_history())

    return EditContext(engine.ruleset, request.at, partial(is_known, engine), earlier)


def _change_rules(engine: Engine, ruleset: Ruleset) -> None:
    if ruleset != engine.ruleset or ruleset.digest != engine.ruleset.digest:
        engine.update(ruleset)
