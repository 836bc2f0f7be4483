"""The hosted platform's API: an engine in the same process answers its client, application and admin API alike."""

from trophy_engine.errors import MissingExtra

try:
    from trophy_engine.trophy_api.transport import AsyncEngineTransport, EngineTransport
except ModuleNotFoundError as error:
    if error.name not in {"cattrs", "httpx"}:
        raise
    raise MissingExtra("the API of the hosted platform", "trophy-api") from error

__all__ = ["AsyncEngineTransport", "EngineTransport"]
