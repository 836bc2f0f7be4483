"""Replay: a log of events evaluated under a ruleset, a user at a time, with nothing kept but what came of it.

``sources``, ``parquet`` and ``git`` read; ``deal`` gathers rows by user; ``play`` evaluates one user; ``evaluation``
does so for all, in one process or several; ``runner`` says what came of it; ``summary`` and ``output`` tell.
"""
