"""Features of the hosted service only: tenants, and application API keys."""

from __future__ import annotations

from typing import Never

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.errors import NotHosted
from trophy_engine.trophy_api.http import Request


def refuse_tenants(_: Engine, __: Request) -> Never:
    """Refuse a call about tenants.

    Raises:
        NotHosted: always.
    """
    raise NotHosted("Tenants exist in the hosted service only; use a separate engine for each tenant")


def refuse_application_keys(_: Engine, __: Request) -> Never:
    """Refuse a call about application API keys.

    Raises:
        NotHosted: always.
    """
    raise NotHosted("Application API keys exist in the hosted service only; an engine needs none")
