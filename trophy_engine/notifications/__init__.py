"""Notifications: what to tell users beside the facts, and when."""
