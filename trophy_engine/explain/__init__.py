"""Explanations: why something happened, and why something did not, as values and in words.

``retelling`` does a user's commands again and notes what led to what; ``event``, ``achievement``, ``points`` and
``streak`` explain; ``wording`` has the words that they share. Nothing of it runs unless somebody asks.
"""
