"""The repository: users' states, loaded from snapshots and the log, kept up to date, and migrated to new rules."""
