"""Serializers: rules, views and reports as the JSON of the API.

A field that the API marks as optional is left out when its condition fails; one that may be null is always there.
"""
