"""A JSON Schema for rules files, generated from the classes and their docstrings, for use in editors."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

import attrs

from trophy_engine.rules.constraints import Constraint
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.structure import rule_classes_of
from trophy_engine.rules.tables import Table

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ENTRY: Final = re.compile(r"^    (\w+): (.+(?:\n        .+)*)", re.MULTILINE)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a rules file.

    >>> json_schema()["properties"]["metrics"]["items"]
    {'$ref': '#/$defs/Metric'}
    """
    schema = _schema_of_rule_class(Ruleset)
    schema["properties"] = {"$schema": {"type": "string"}, **schema["properties"]}
    definitions: dict[str, Any] = {}
    _add_schema_definitions(Ruleset, definitions)
    return {"$schema": _DIALECT, "title": "trophy_engine rules", **schema, "$defs": dict(sorted(definitions.items()))}


def _add_schema_definitions(cls: type, definitions: dict[str, Any]) -> None:
    for classes, _ in rule_classes_of(cls).values():
        for rule_class in classes:
            if rule_class.__name__ not in definitions:
                definitions[rule_class.__name__] = _schema_of_rule_class(rule_class)
                _add_schema_definitions(rule_class, definitions)


def _schema_of_rule_class(cls: type) -> dict[str, Any]:
    fields = attrs.fields(cls)
    described = _field_descriptions_for_schema(cls)
    properties = {field.name: _schema_of_field(field, described.get(field.name)) for field in fields}
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    if isinstance(vars(cls).get("type"), str):
        type_ = {"const": vars(cls)["type"], "description": _schema_description(cls)}
        properties = {"type": type_, **properties}
        required = ["type", *required]
    schema = {
        "type": "object",
        "description": _schema_description(cls),
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    return {**schema, **getattr(cls, "further_schema", {})}


def _schema_of_field(field: Any, description: str | None) -> dict[str, Any]:
    schema = field.validator.schema() if isinstance(field.validator, Constraint) else {}
    if description is not None:
        schema["description"] = description
    if isinstance(field.default, bool | int | str):
        schema["default"] = field.default
    factory = getattr(field.default, "factory", None)
    if factory is Filter or isinstance(field.default, Table):
        schema["default"] = {}
    return schema


def _schema_description(cls: type) -> str:
    """Return the first paragraph of the docstring of a class."""
    return inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0].replace("``", "")


def _field_descriptions_for_schema(cls: type) -> dict[str, str]:
    """Return the descriptions of the fields from the docstrings of a class and its bases."""
    texts = (inspect.cleandoc(vars(base)["__doc__"] or "") for base in reversed(cls.__mro__) if base is not object)
    entries = (entry for text in texts for entry in _ENTRY.findall(text.partition("Attributes:\n")[2]))
    return {name: re.sub(r"\s+", " ", text).replace("``", "") for name, text in entries}
