"""Leaderboards: the ranks of all users of an engine, updated with every command."""
