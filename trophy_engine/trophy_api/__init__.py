"""The HTTP API of the hosted platform: an engine in the same process answers its clients.

An ``Exchange`` is the API as a function; transports and applications put it behind an HTTP library. Every name is
imported on first use, with the libraries that it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from trophy_engine.errors import MissingExtra

if TYPE_CHECKING:
    from trophy_engine.trophy_api.asgi import ASGIApplication
    from trophy_engine.trophy_api.clock import ManualClock
    from trophy_engine.trophy_api.control import Control
    from trophy_engine.trophy_api.errors import AnswerLost, RequestTimedOut
    from trophy_engine.trophy_api.exchange import Exchange
    from trophy_engine.trophy_api.failures import Failures, InjectedFailure
    from trophy_engine.trophy_api.httpx_transport import EngineTransport
    from trophy_engine.trophy_api.sandbox import Sandbox
    from trophy_engine.trophy_api.webhooks.poster import WebhookPoster, sign_body
    from trophy_engine.trophy_api.webhooks.webhooks import WEBHOOK_TYPES, Webhooks
    from trophy_engine.trophy_api.wsgi import WSGIApplication

__all__ = [
    "WEBHOOK_TYPES",
    "ASGIApplication",
    "AnswerLost",
    "Control",
    "EngineTransport",
    "Exchange",
    "Failures",
    "InjectedFailure",
    "ManualClock",
    "RequestTimedOut",
    "Sandbox",
    "WSGIApplication",
    "WebhookPoster",
    "Webhooks",
    "sign_body",
]

#: The module of each public name.
_MODULES: Final = {
    "ASGIApplication": "trophy_engine.trophy_api.asgi",
    "AnswerLost": "trophy_engine.trophy_api.errors",
    "Control": "trophy_engine.trophy_api.control",
    "EngineTransport": "trophy_engine.trophy_api.httpx_transport",
    "Exchange": "trophy_engine.trophy_api.exchange",
    "Failures": "trophy_engine.trophy_api.failures",
    "InjectedFailure": "trophy_engine.trophy_api.failures",
    "ManualClock": "trophy_engine.trophy_api.clock",
    "RequestTimedOut": "trophy_engine.trophy_api.errors",
    "Sandbox": "trophy_engine.trophy_api.sandbox",
    "WEBHOOK_TYPES": "trophy_engine.trophy_api.webhooks.webhooks",
    "WSGIApplication": "trophy_engine.trophy_api.wsgi",
    "WebhookPoster": "trophy_engine.trophy_api.webhooks.poster",
    "Webhooks": "trophy_engine.trophy_api.webhooks.webhooks",
    "sign_body": "trophy_engine.trophy_api.webhooks.poster",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use.

    Raises:
        AttributeError: the name is not public.
        MissingExtra: its module needs a library that is not installed.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(_MODULES[name]), name)
    except ModuleNotFoundError as error:
        if error.name not in {"cattrs", "httpx"}:
            raise
        raise MissingExtra("the API of the hosted platform", "trophy-api") from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
