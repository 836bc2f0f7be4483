"""Leaderboards: the ranks of all users of an engine, kept up command by command."""
