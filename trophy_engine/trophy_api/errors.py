"""Errors of the API: one class for each HTTP status; the response is ``{"error": message}``."""

from __future__ import annotations

from typing import ClassVar

from trophy_engine.errors import TrophyError


class HttpError(TrophyError):
    """A call that is refused; it has changed nothing.

    Attributes:
        status: the status code of HTTP.
        message: the fact and, where there is one, the remedy.
    """

    status: ClassVar[int]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Malformed(HttpError):
    """A request that is not even JSON of the right kind."""

    status = 400


class Unauthorized(HttpError):
    """A request without the right key."""

    status = 401


class NotFound(HttpError):
    """What is not there."""

    status = 404


class Unprocessable(HttpError):
    """A request that can be read but not followed."""

    status = 422


class NotHosted(HttpError):
    """What only the hosted service has: tenants, environments' keys and the like."""

    status = 501
