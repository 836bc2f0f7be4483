"""Serializers: rules, views and reports as the JSON of the API.

An optional field is left out when its condition fails; a field that can be null is always present.
"""
