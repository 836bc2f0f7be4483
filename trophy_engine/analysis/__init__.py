"""Offline evaluation: replay an event log, compare rulesets, simulate populations, and draw figures."""
