"""Storage: an append-only log of commands, and snapshots of what they have come to.

The log is the truth. A snapshot only saves time: a user's state is their newest snapshot and the entries after it.
"""
