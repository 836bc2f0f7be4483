"""Replay: a log of events evaluated under a ruleset, with nothing kept but what came of it.

``rows`` reads files, ``git`` the history of a repository; ``runner`` evaluates; ``summary`` and ``output`` tell.
"""
