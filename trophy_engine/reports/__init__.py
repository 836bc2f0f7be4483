"""Reports: read-only summaries of one user's history by local days, and of all users.

Reports on one user use the transitions of the user's log; reports on all users use players.
"""
