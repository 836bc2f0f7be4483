"""What an explanation says, line by line."""

import re
from textwrap import dedent

__all__ = ["told"]


def told(explained, expected):
    """Compare with lines, of which one that ends in a backslash goes on in the next."""
    assert str(explained) == re.sub(r"\\\n\s*", "", dedent(expected).strip())
