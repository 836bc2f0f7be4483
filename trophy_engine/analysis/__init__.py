"""Offline evaluation: replay an event log under rules, compare rulesets, simulate populations, draw the figures."""
