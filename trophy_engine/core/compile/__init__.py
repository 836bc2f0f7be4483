"""Compiling: a ruleset becomes a plan, first the counters, then the thresholds and steps of the rules on them.

``plan`` has the order of the steps, ``kinds`` the table of counters, and the other modules, named as those of
``rules``, compile the rules.
"""

from trophy_engine.core.compile.plan import compile_plan

__all__ = ["compile_plan"]
