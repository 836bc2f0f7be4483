"""Explanations: why something happened, and why something did not, as values and as text.

``event``, ``achievement``, ``points`` and ``streak`` explain from the transitions of a user; ``timeline`` shows a user
day by day; ``phrases`` has the phrases that they share.
"""
