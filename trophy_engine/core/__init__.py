"""The core: every rule is a threshold or a step on a counter.

Pure functions over a user's state; no clock, no I/O, no chance.

Read ``plan`` first: it is the table of counters and of what is on them, and ``compile`` makes it. ``evaluate`` moves
counters for a command, ``settle`` for the passing of time; ``streaks``, ``achievements`` and ``points`` are what
crossing a threshold leads to. ``users`` and ``streak_commands`` are what an application does by hand, and ``migration``
takes a state from one ruleset to another.
"""
