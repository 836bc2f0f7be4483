"""Constraints on texts, keys and other single values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import KEY_PATTERN, MAX_USER_ID, check_key, check_text, check_user_id
from trophy_engine.rules.constraints.constraint import Constraint, ManyItems, item_constraint_faults, not_a_list_message

#: Text without NUL, and text without NUL that is not blank; a file cannot contain surrogates.
ANY_TEXT: Final = r"^[^\u0000]*$"
_SOME_TEXT: Final = r"^[^\u0000]*\S[^\u0000]*$"


class _KeyConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        check_key(value, name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": KEY_PATTERN}


@attrs.frozen(eq=False, repr=False)
class Keys(ManyItems):
    """A tuple of different keys, at least ``min_length`` of them (0 or 1)."""

    min_length: int = 0

    @property
    def item(self) -> Constraint:
        """The constraint on an item."""
        return KEY

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the index of its key."""
        if not isinstance(value, tuple):
            yield "", InvalidValue(("must be a list of keys, not", *not_a_list_message(value)), name)
        elif len(value) < self.min_length:
            yield "", InvalidValue("must contain at least one key", name)
        else:
            yield from item_constraint_faults(self.item, name, value)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        min_items = {"minItems": self.min_length} if self.min_length else {}
        return {"type": "array", "items": KEY.schema(), **min_items, "uniqueItems": True}


@attrs.frozen(eq=False, repr=False)
class Text(Constraint):
    """A string of at most ``max_length`` characters, which is not blank unless ``allow_empty``."""

    max_length: int | None = None
    allow_empty: bool = False

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        check_text(value, name)
        if not (self.allow_empty or value.strip()):
            raise InvalidValue("must not be blank", name)
        if self.max_length is not None and len(value) > self.max_length:
            raise InvalidValue(f"must have at most {self.max_length} characters, not {len(value)}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        max_length = {} if self.max_length is None else {"maxLength": self.max_length}
        return {"type": "string", "pattern": ANY_TEXT if self.allow_empty else _SOME_TEXT, **max_length}


class _CallableConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not callable(value):
            raise InvalidValue(("must be a callable, not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"not": {}}  # no file contains one


class _UserIdConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        del name
        check_user_id(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": MAX_USER_ID, "pattern": ANY_TEXT}


class _FlagConstraint(Constraint):
    def check(self, name: str | FieldName, value: Any) -> None:
        if not isinstance(value, bool):
            raise InvalidValue(("must be true or false, not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


#: A key by which rules refer to one another.
KEY: Final = _KeyConstraint()
#: At least one key, all different.
KEYS: Final = Keys(min_length=1)
#: A string that is not blank.
TEXT: Final = Text()
#: A user's id.
USER_ID: Final = _UserIdConstraint()
#: A callable; for arguments only, because no file contains one.
CALLABLE: Final = _CallableConstraint()
#: True or false.
FLAG: Final = _FlagConstraint()
