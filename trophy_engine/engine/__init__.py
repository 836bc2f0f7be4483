"""The engine: what a game or an app calls (``Engine``), and what comes back (``Outcome``)."""

from trophy_engine.engine.engine import Engine, RulesVersion, system_clock
from trophy_engine.engine.outcome import Outcome, PointsChange

__all__ = ["Engine", "Outcome", "PointsChange", "RulesVersion", "system_clock"]
