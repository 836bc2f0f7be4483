"""Views: read-only values computed from the state of a user."""
