"""Explanations: why something happened or did not happen, as values and as text.

The modules ``event``, ``achievement``, ``points`` and ``streak`` explain from a user's transitions;
``counter_progress`` has how far a counter is from a threshold, and ``pass_changes`` how many steps an award pays for;
``timeline`` lists a user's history day by day; ``phrases`` has the phrases that they share.
"""
