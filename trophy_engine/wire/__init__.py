"""The wire: what Trophy's HTTP API says and understands, said and understood by an engine in the same process."""

from trophy_engine.wire.transport import AsyncEngineTransport, EngineTransport

__all__ = ["AsyncEngineTransport", "EngineTransport"]
