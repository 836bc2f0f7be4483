"""The engine: the interface for a game or an app (``Engine``), and the result of a command (``Outcome``)."""

from trophy_engine.engine.engine import Engine, RulesVersion, system_clock
from trophy_engine.engine.outcome import Outcome, PointsChange

__all__ = ["Engine", "Outcome", "PointsChange", "RulesVersion", "system_clock"]
