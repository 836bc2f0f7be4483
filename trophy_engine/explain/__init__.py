"""Explanations: why something happened or did not happen, as values and as text.

The modules ``event``, ``achievement``, ``points`` and ``streak`` explain from a user's transitions; how
far a counter is has ``counter_progress``; ``timeline`` lists a user's history day by day; ``phrases`` has the phrases
that they share.
"""
