"""Refusals: which status each error of the engine goes over the wire with, and in which words."""

from __future__ import annotations

import re
from typing import Final

from trophy_engine.errors import (
    CustomizationDisabled,
    InvalidRules,
    InvalidValue,
    Refused,
    TrophyError,
    UnknownKey,
    UnknownUser,
)
from trophy_engine.wire.errors import WireError
from trophy_engine.wire.messages import Response
from trophy_engine.wire.structuring import camel

__all__ = ["refusal"]

#: The first that fits counts. Keys in paths are looked up by the handlers, so an unknown key is one in a body or query.
_STATUSES: Final[tuple[tuple[type[TrophyError], int], ...]] = (
    (CustomizationDisabled, 403),
    (UnknownUser, 404),
    (UnknownKey, 422),
    (InvalidValue, 422),
    (InvalidRules, 422),
    (Refused, 422),
)
#: Fields that the engine's messages name and the wire calls otherwise.
_FIELDS: Final = re.compile(r"\b(days_off|device_tokens|evaluation_mode|sign_up_date|subscribe_to_emails)\b")


def refusal(error: TrophyError) -> Response:
    """Make the answer that an error comes to.

    Raises:
        TrophyError: the error itself, where it is no refusal but a failure, as of a storage.
    """
    if isinstance(error, WireError):
        return Response(error.status, {"error": error.message})
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return Response(status, {"error": _FIELDS.sub(lambda found: camel(found[0]), str(error))})
    raise error
