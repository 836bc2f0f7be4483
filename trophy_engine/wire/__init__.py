"""The wire: what Trophy's HTTP API says and understands, said and understood by an engine in the same process."""

from trophy_engine.errors import MissingExtra

try:
    from trophy_engine.wire.transport import AsyncEngineTransport, EngineTransport
except ModuleNotFoundError as error:
    if error.name not in {"cattrs", "httpx"}:
        raise
    raise MissingExtra("speaking the wire", "wire") from error

__all__ = ["AsyncEngineTransport", "EngineTransport"]
