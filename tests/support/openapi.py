"""The OpenAPI documents of the platform: requests drawn from them, and the faults of answers by them.

The documents are not part of the project. They are looked for beside it, in ``shared/spec/openapi``.
"""

import json
from datetime import datetime
from pathlib import Path

import attrs
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

__all__ = ["Operation", "Sent", "documents", "faults_of", "faults_of_body", "requests_for"]

METHODS = ("get", "post", "put", "patch", "delete")
#: The dialect of patterns is that of JavaScript; Python reads this one otherwise.
KEY = r"^[a-zA-Z\d-_]+$"


def documents():
    """Return the documents by name; an empty dict without them."""
    for parent in Path(__file__).resolve().parents:
        found = parent / "shared" / "spec" / "openapi"
        if found.is_dir():
            return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(found.glob("*.json"))}
    return {}


@attrs.frozen
class Operation:
    """An operation of a document.

    Attributes:
        document: the document as JSON.
        method: in capitals.
        path: the template of the path below the version.
        definition: what the document says of it.
    """

    document: dict = attrs.field(repr=False, eq=False)
    method: str
    path: str
    definition: dict = attrs.field(repr=False, eq=False)

    @classmethod
    def of(cls, document):
        """Yield the operations of a document."""
        for path, methods in document["paths"].items():
            for method in METHODS:
                if method in methods:
                    yield cls(document, method.upper(), path, methods[method])

    def __str__(self):
        return f"{self.method} {self.path}"

    @property
    def url(self):
        return self.document["servers"][0]["url"] + self.path

    @property
    def body(self):
        """The schema of the body of requests, or None."""
        body = self.definition.get("requestBody")
        return None if body is None else body["content"]["application/json"]["schema"]

    def parameters(self, kind):
        return [one for one in self.definition.get("parameters", ()) if one["in"] == kind]


@attrs.frozen
class Sent:
    """A request as an HTTP client takes it."""

    path: dict
    headers: dict
    params: list
    content: bytes | None


# --- requests -------------------------------------------------------------------------------------------------------


def requests_for(operation, known):
    """Draw requests for an operation: most of them as documented, some invalid in one place.

    Args:
        operation: the operation.
        known: values that mean something to the engine, by the names of fields and parameters; those of a path by the
            part of the path before, such as ``"users/"``.
    """
    draw = _Drawing(operation.document, known)
    path = st.fixed_dictionaries(
        {parameter["name"]: draw.path(operation.path, parameter) for parameter in operation.parameters("path")}
    )
    required = {
        parameter["name"]: draw.query(parameter)
        for parameter in operation.parameters("query")
        if parameter.get("required")
    }
    optional = {
        parameter["name"]: draw.query(parameter)
        for parameter in operation.parameters("query")
        if not parameter.get("required")
    }
    query = st.fixed_dictionaries(required, optional=optional)
    named = {
        parameter["name"]: st.sampled_from(["once", "once", "new"]) for parameter in operation.parameters("header")
    }
    headers = st.fixed_dictionaries({}, optional=named)
    good = st.none() if operation.body is None else draw.value(operation.body).map(_encode)
    spoiled = good if operation.body is None else draw.value(operation.body).flatmap(_spoiled)
    sent = st.builds(Sent, path, headers, query.map(_flat), good)
    wrong = st.builds(Sent, path, headers, query.flatmap(_wrong_query), spoiled)
    return _mostly(sent, wrong)


def _mostly(usual, other):
    """Draw the usual three times out of four."""
    return st.sampled_from([usual, usual, usual, other]).flatmap(lambda one: one)


def _encode(value):
    return json.dumps(value).encode()


def _flat(query):
    return [(name, value) for name, values in query.items() for value in values]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def _wrong_query(query):
    """Draw a query with one parameter that is arbitrary text, or left out."""
    if not query:
        return st.just([])
    return st.sampled_from(sorted(query)).flatmap(
        lambda name: st.sampled_from(
            [{}, {name: ["x"]}, {name: ["-1"]}, {name: ["9" * 40]}, {name: ["2025-02-30"]}]
        ).map(lambda changed: _flat({**{one: query[one] for one in query if one != name}, **changed}))
    )


def _spoiled(body):
    """Draw a body with one arbitrary, missing or new value, or a body that is not JSON."""
    places = list(_places(body))
    spoiled = st.tuples(st.sampled_from(places), _JSON, st.sampled_from(["put", "drop", "add"])).map(
        lambda how: _encode(_spoil(body, *how))
    )
    return _mostly(spoiled, st.sampled_from([b"", b"{", b"\xff", b"null", b"[[]]"]))


def _places(value, place=()):
    yield place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from _places(part, (*place, key))


def _spoil(value, place, with_, how):
    if place:
        copy = value.copy()
        copy[place[0]] = _spoil(value[place[0]], place[1:], with_, how)
        if how == "drop" and len(place) == 1:
            del copy[place[0]]
        return copy
    if how == "add" and isinstance(value, dict):
        return {**value, "unheardOf": with_}
    return with_


class _Drawing:
    """Strategies for the schemas of one document."""

    def __init__(self, document, known):
        self.document = document
        self.known = known

    def path(self, template, parameter):
        before = template.split("{" + parameter["name"])[0].rsplit("/", 2)[-2] + "/"
        return _mostly(st.sampled_from(self.known[before]), st.sampled_from(["ghost", "5", "\u00fc #"]))

    def query(self, parameter):
        """Draw the values of a parameter, each as text."""
        schema, name = parameter["schema"], parameter["name"]
        if schema["type"] == "array":
            return st.lists(self.named(name, schema["items"]), max_size=3).map(
                lambda values: values if len(values) % 2 else [",".join(values)]
            )
        return self.named(name, schema).map(lambda value: [_text(value)])

    def named(self, name, schema):
        """Draw the value of a field or a parameter."""
        if name in self.known:
            return _mostly(st.sampled_from(self.known[name]), self.value(schema))
        return self.value(schema)

    def value(self, schema):
        """Draw values of a schema."""
        if "$ref" in schema:
            return self.value(self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
        if "allOf" in schema:
            return st.tuples(*map(self.value, schema["allOf"])).map(
                lambda parts: {k: v for p in parts for k, v in p.items()}
            )
        if "oneOf" in schema:
            return st.one_of(*map(self.value, schema["oneOf"]))
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        types = schema.get("type", "object")
        if isinstance(types, list):
            return st.one_of(*(self.value({**schema, "type": one}) for one in types))
        return getattr(self, f"_{types}")(schema)

    def _null(self, _):
        return st.none()

    def _boolean(self, _):
        return st.booleans()

    def _integer(self, schema):
        whole = st.integers(schema.get("minimum", -3), schema.get("maximum", 200))
        return _mostly(whole, whole.map(float))

    def _number(self, schema):
        low, high = schema.get("exclusiveMinimum", -1000), schema.get("exclusiveMaximum", 1000)
        return st.integers(low + 1, high - 1) | st.decimals(low, high, places=2).map(float)

    def _string(self, schema):
        if schema.get("format") == "uuid":
            return st.uuids().map(str)
        if schema.get("format") == "date":
            return st.sampled_from(["2024-12-31", "2025-06-01", "2025-06-15", "2025-07-01", "2025-12-31"])
        pattern = schema.get("pattern")
        if pattern == KEY:
            return st.from_regex(r"[a-zA-Z0-9_-]{1,9}", fullmatch=True)
        return st.text(max_size=9) if pattern is None else st.from_regex(pattern.removesuffix("$") + r"\Z")

    def _array(self, schema):
        return st.lists(self.value(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)

    def _object(self, schema):
        fields = {name: self.named(name, part) for name, part in schema.get("properties", {}).items()}
        required = set(schema.get("required", ()))
        if not fields:
            keys = st.sampled_from(self.known["attributes"])
            return st.dictionaries(keys, self.named("attributeValue", {"type": "string"}), max_size=1)
        return st.fixed_dictionaries(
            {name: field for name, field in fields.items() if name in required},
            optional={name: field for name, field in fields.items() if name not in required},
        )


def _text(value):
    return json.dumps(value) if isinstance(value, bool | float) else str(value)


# --- answers --------------------------------------------------------------------------------------------------------


FORMATS = FormatChecker(["date", "uuid"])
FORMATS.checks("date-time", raises=ValueError)(
    lambda value: not isinstance(value, str) or datetime.fromisoformat(value)
)


def faults_of(operation, answer):
    """Yield the faults of an answer by the document, for example ``"status 404"`` or ``"key: type: 5 is not of …"``."""
    responses = operation.definition["responses"]
    documented = responses.get(str(answer.status_code))
    if answer.headers["content-type"] != "application/json":
        yield f"content-type {answer.headers['content-type']}"
    if documented is None:
        yield f"status {answer.status_code}"
        like = "2" if answer.is_success else "4"
        documented = next(one for status, one in responses.items() if status.startswith(like))
    yield from _faults_of_value(operation.document, documented["content"]["application/json"]["schema"], answer.json())


def faults_of_body(document, body):
    """Yield the faults of the body of a webhook by a document."""
    definition = document["webhooks"][body["type"]]["post"]["requestBody"]
    return _faults_of_value(document, definition["content"]["application/json"]["schema"], body)


def _faults_of_value(document, schema, value):
    whole = {**schema, "components": document["components"]}
    validator = Draft202012Validator(whole, format_checker=FORMATS)
    for error in validator.iter_errors(value):
        place = ".".join("*" if isinstance(part, int) else part for part in error.absolute_path)
        yield f"{place}: {error.validator}: {error.message[:60]}"
