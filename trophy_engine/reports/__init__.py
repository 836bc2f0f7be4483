"""Reports on users' histories, by local days, and on all users. They read, and never change anything.

Reports on one user are made from the transitions of the user's log; reports on all users, from players.
"""
