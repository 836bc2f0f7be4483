"""Simulation: seeded populations of users act under a ruleset, to test rules before real users meet them.

``behavior`` decides on which days a user acts, ``persona`` what the user does, and ``habits`` resamples the users of
a real log; ``population`` mixes them; ``simulate`` and ``sweep`` evaluate.
"""
