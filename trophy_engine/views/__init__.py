"""Views: what one can ask about a user, computed from their state and never changed by it."""
