"""Standings: who stands where on the leaderboards, among all users of an engine."""
