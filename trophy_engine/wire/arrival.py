"""Arrival: when a call about a user comes, and whether there is such a user.

The platform stamps a call as it comes in, after everything that it knows of the user. So a call arrives when the clock
says so, but never before what the user's history has passed already: a clock that steps back loses nothing.
"""

from __future__ import annotations

from datetime import datetime

from trophy_engine.engine import Engine
from trophy_engine.errors import UnknownUser
from trophy_engine.wire.messages import Request

__all__ = ["arrival", "arrival_for_all", "is_known"]


def arrival(engine: Engine, request: Request, user: str) -> datetime:
    """Give the instant at which a call about a user arrives."""
    return max(request.at, engine.settled_until(user)) if is_known(engine, user) else request.at


def arrival_for_all(engine: Engine, request: Request) -> datetime:
    """Give the instant at which a call that concerns all users arrives."""
    return max((arrival(engine, request, user) for user in engine.users()), default=request.at)


def is_known(engine: Engine, user: str) -> bool:
    """Tell whether anything has been recorded of a user.

    Raises:
        InvalidValue: no user can have the id.
    """
    try:
        engine.settled_until(user)
    except UnknownUser:
        return False
    return True
