"""Quarry: a small game on pygame-ce, with an engine as its save file.

Run it in the folder above: ``python -m game``.
"""
