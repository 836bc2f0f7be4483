"""The lines of an explanation."""

import re
from textwrap import dedent

__all__ = ["assert_explanation"]


def assert_explanation(explained, expected):
    """Compare an explanation with lines; a line that ends in a backslash continues in the next."""
    assert str(explained) == re.sub(r"\\\n\s*", "", dedent(expected).strip())
