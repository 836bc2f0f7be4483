"""A user's state: profile, streak, counters, points and clock; each part copies, dumps and loads itself."""

from trophy_engine.core.state.user import SCHEMA, UserState

__all__ = ["SCHEMA", "UserState"]
