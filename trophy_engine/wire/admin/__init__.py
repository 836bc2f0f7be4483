"""The admin API: an administrator edits the rules, and helps users with their streaks."""
