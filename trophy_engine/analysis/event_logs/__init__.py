"""Event logs: read them, and evaluate them under a ruleset, user by user.

``sources``, ``parquet`` and ``git`` read logs, and ``log_source`` chooses among them; ``partition`` groups rows by
user; ``evaluate_user`` evaluates one user and ``evaluation`` all of them, in one process or several; ``runner`` returns
the result; ``summary`` and ``output`` report it.
"""
