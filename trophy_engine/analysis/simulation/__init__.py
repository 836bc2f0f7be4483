"""Simulation: seeded populations that act under a ruleset, to see what rules do before anybody lives under them.

``behavior`` says on which days somebody acts, ``persona`` what they do then, and ``habits`` does as the users of a
real log did; ``population`` mixes them; ``simulate`` and ``sweep`` evaluate.
"""
