"""A user's state: profile, streak, counters, points and clock, each a part that copies, dumps and loads itself."""

from trophy_engine.core.state.user import SCHEMA, UserState

__all__ = ["SCHEMA", "UserState"]
