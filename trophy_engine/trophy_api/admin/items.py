"""Items of requests: the classes that create and update a rule, derived from the table of its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.trophy_api.fields import Field
from trophy_engine.trophy_api.structuring import item


def new_item_class(name: str, fields: Iterable[Field], variant_fields: Iterable[Field]) -> type[Any]:
    """Return the class of the items that create a rule; variant fields are optional."""
    variants = _optional_item_fields(variant_fields)
    own = {field.name: _item_attribute(field, field.default, required=field.required) for field in fields}
    return _build_item_class(f"New{name}", {**own, **variants})


def edit_item_class(name: str, fields: Iterable[Field], variant_fields: Iterable[Field]) -> type[Any]:
    """Return the class of the items that update a rule; all fields except the identifier are optional."""
    own = _optional_item_fields(field for field in fields if not field.fixed)
    return _build_item_class(
        f"{name}Edit", {"id": (UUID, attrs.field()), **own, **_optional_item_fields(variant_fields)}
    )


def _optional_item_fields(fields: Iterable[Field]) -> dict[str, tuple[Any, Any]]:
    return {field.name: _item_attribute(field, UNSET, required=False) for field in fields}


def _item_attribute(field: Field, default: Any, *, required: bool) -> tuple[Any, Any]:
    """Return the type and the attrs field for a field of an item."""
    metadata = {"fault": field.fault}
    if required:
        return field.type, attrs.field(metadata=metadata)
    return field.type | Unset, attrs.field(default=default, metadata=metadata)


def _build_item_class(name: str, attributes: dict[str, tuple[Any, Any]]) -> type[Any]:
    annotations = {name: type_ for name, (type_, _) in attributes.items()}
    defaults = {name: default for name, (_, default) in attributes.items()}
    return item(type(name, (), {"__annotations__": annotations, **defaults}))
