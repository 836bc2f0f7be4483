"""The repository: users' states, loaded from snapshots and the log, kept up with both, and taken to other rules."""
