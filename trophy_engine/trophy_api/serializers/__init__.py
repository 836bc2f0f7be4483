"""Shapes: the things of the domain as the JSON of the wire.

A field that the API marks as optional is left out when its condition fails; one that may be null is always there.
"""
