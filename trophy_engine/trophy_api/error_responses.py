"""Error responses: the HTTP status and the message for each error of the engine."""

from __future__ import annotations

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
from trophy_engine.trophy_api.errors import HttpError
from trophy_engine.trophy_api.field_names import translate_names
from trophy_engine.trophy_api.http import Response
from trophy_engine.trophy_api.router import MethodNotAllowed

#: The first class that matches decides. Handlers look up the keys in paths; an unknown key is one in a body or query.
_STATUSES: Final[tuple[tuple[type[TrophyError], int], ...]] = (
    (CustomizationDisabled, 403),
    (UnknownUser, 404),
    (UnknownKey, 422),
    (InvalidValue, 422),
    (InvalidRules, 422),
    (Refused, 422),
)


def error_response(error: TrophyError) -> Response:
    """Return the response for an error.

    Raises:
        TrophyError: the error itself if it is not a refusal but a failure, for example of a storage.
    """
    if isinstance(error, MethodNotAllowed):
        return Response(error.status, {"error": error.message}, {"allow": ", ".join(error.allowed)})
    if isinstance(error, HttpError):
        return Response(error.status, {"error": error.message})
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return Response(status, {"error": translate_names(error)})
    raise error
