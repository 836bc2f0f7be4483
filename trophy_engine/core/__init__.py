"""The core: every rule is a mark on a counter. Pure functions over a user's state; no clock, no I/O, no chance.

Read ``plan`` first: it is the table of counters and of the marks on them, and ``compile`` makes it. ``evaluate`` moves
counters for a command, ``settle`` for the passing of time; ``streaks``, ``achievements`` and ``points`` are what
crossing a mark leads to. ``care`` and ``identity`` are what is done to users by hand, ``adopt`` is what other rules do
to them, and ``retell`` does a log again.
"""
