"""Errors of the API: one class for each HTTP status; the response is ``{"error": message}``."""

from __future__ import annotations

from typing import ClassVar

from trophy_engine.errors import TrophyError


class HttpError(TrophyError):
    """A call that is refused and changes nothing.

    Attributes:
        status: the HTTP status code.
        message: the fact and, if there is one, the remedy.
    """

    status: ClassVar[int]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Malformed(HttpError):
    """A request with a body that is not readable JSON."""

    status = 400


class Unauthorized(HttpError):
    """A request without an API key."""

    status = 401


class NotFound(HttpError):
    """A path, rule or user that does not exist."""

    status = 404


class Conflict(HttpError):
    """A request that the server's settings do not allow."""

    status = 409


class LengthRequired(HttpError):
    """A request with a body of unknown length, over a server that does not read such bodies."""

    status = 411


class TooLarge(HttpError):
    """A request with a body that is too long."""

    status = 413


class Unprocessable(HttpError):
    """A request that is readable but cannot be applied."""

    status = 422


class NotHosted(HttpError):
    """A feature of the hosted service only: tenants, application API keys, branding."""

    status = 501


class RequestTimedOut(TrophyError, TimeoutError):
    """An injected failure: the request was not served."""


class AnswerLost(TrophyError, ConnectionResetError):
    """An injected failure: the request was served, and the answer does not arrive."""
