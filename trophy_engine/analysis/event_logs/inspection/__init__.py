"""Inspection of logs: what columns look like, what they are taken for, and rules to start from."""
