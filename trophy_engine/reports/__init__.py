"""The chronicle: what users' histories come to, by local days and in the crowd. It reads, and never changes anything.

What is about one user is made from the transitions of their log, done again; what is about everybody, from players.
"""
