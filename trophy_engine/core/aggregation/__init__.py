"""How events become totals: an aggregate, over a window of the user's time.

``aggregates`` has a class for each aggregate, ``windows`` one for each kind of window. The other modules have what a
counter keeps for one user.
"""

from trophy_engine.core.aggregation.aggregates import AGGREGATES, Aggregate, aggregate_without_start
from trophy_engine.core.aggregation.run_values import RunValues, Value, find_changed_run_values
from trophy_engine.core.aggregation.totals import Totals
from trophy_engine.core.aggregation.window_totals import WindowTotals
from trophy_engine.core.aggregation.windows import AllTimeWindow, Bounds, Window

__all__ = [
    "AGGREGATES",
    "Aggregate",
    "AllTimeWindow",
    "Bounds",
    "RunValues",
    "Totals",
    "Value",
    "Window",
    "WindowTotals",
    "aggregate_without_start",
    "find_changed_run_values",
]
