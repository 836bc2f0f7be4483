"""The HTTP API of the hosted platform: transports that answer its client from an engine in the same process."""

from trophy_engine.errors import MissingExtra

try:
    from trophy_engine.trophy_api.transport import AsyncEngineTransport, EngineTransport
except ModuleNotFoundError as error:
    if error.name not in {"cattrs", "httpx"}:
        raise
    raise MissingExtra("the API of the hosted platform", "trophy-api") from error

__all__ = ["AsyncEngineTransport", "EngineTransport"]
