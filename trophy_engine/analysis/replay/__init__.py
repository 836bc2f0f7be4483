"""Replay: evaluate a log of events under a ruleset, user by user.

``sources``, ``parquet`` and ``git`` read logs; ``partition`` groups rows by user; ``evaluate_user`` evaluates one user
and ``evaluation`` all of them, in one process or several; ``runner`` returns the result; ``summary`` and ``output``
report it.
"""
