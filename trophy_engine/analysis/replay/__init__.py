"""Replay: a log of events evaluated under a ruleset, a user at a time.

``sources``, ``parquet`` and ``git`` read; ``partition`` groups rows by user; ``evaluate_user`` evaluates one user and
``evaluation`` all of them, in one process or several; ``runner`` returns the result, which ``summary`` and ``output``
report.
"""
