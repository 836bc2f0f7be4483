"""Keys that authors choose, and identifiers that are derived from names.

An identifier is the UUIDv5 of a path of names, so that the same inputs give the same identifiers in every process:

>>> derive_identifier("completion", "18", "first-word")
UUID('ad8c1bf7-0030-51b4-ae14-8309d176e30c')
"""

from __future__ import annotations

import json
import re
from uuid import UUID, uuid5

from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue

#: The pattern of a key: one or more ASCII letters, digits, hyphens and underscores.
KEY_PATTERN = r"^[a-zA-Z0-9_-]+$"
#: The longest user id, in characters.
MAX_USER_ID = 255

_KEY = re.compile(r"[a-zA-Z0-9_-]+")
#: Of how many characters of a text a similar key is made, so that it fits in a message.
_LONGEST_SIMILAR = 40
_A_USER_ID = FieldName(before="a user id")
_NAMESPACE = UUID("6f1b9b0e-52c1-5d0c-9a53-1f0c0d5f7e11")


def derive_identifier(kind: str, *names: str | int) -> UUID:
    """Return the identifier of a thing from its kind and its names."""
    return uuid5(_NAMESPACE, json.dumps([kind, *names], ensure_ascii=True, separators=(",", ":")))


def check_text(text: object, field: str | FieldName) -> str:
    """Return a text, as a plain string, if every storage can keep it.

    Raises:
        InvalidValue: the value is not a string, or contains NUL or a surrogate.
    """
    if not isinstance(text, str):
        raise InvalidValue(("must be a string, not", GivenValue(text)), field)
    if not is_writable(text):
        raise InvalidValue(("must be text that UTF-8 can write, without NUL, not", GivenValue(text)), field)
    return str.__str__(text)


def check_key(key: object, field: str | FieldName = "key") -> str:
    """Return a key if it is valid.

    Raises:
        InvalidValue: the value is not a string of ASCII letters, digits, hyphens and underscores.
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        meant = _find_similar_key(key) if isinstance(key, str) else ""
        given = GivenValue(key, after=f"; write for example {meant!r}" if meant else "")
        raise InvalidValue(("must consist of ASCII letters, digits, '-' and '_', not", given), field)
    return key


def _find_similar_key(text: str) -> str:
    """Return a valid key that resembles a text; an empty one if the text has letters that no key can have.

    >>> _find_similar_key("Three Days!"), _find_similar_key("Café"), _find_similar_key("Łódź")
    ('three-days', 'cafe', '')
    """
    from unicodedata import normalize  # noqa: PLC0415  # only a refused key needs it

    letters = normalize("NFKD", text.casefold()[:_LONGEST_SIMILAR])
    if any(character.isalnum() and not character.isascii() for character in letters):
        return ""
    return re.sub(r"[^a-z0-9_]+", "-", letters.encode("ascii", "ignore").decode()).strip("-")


def is_key(key: object) -> bool:
    """Return True if a value is a valid key."""
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def check_user_id(user_id: object) -> str:
    """Return a user id if it is valid.

    Raises:
        InvalidValue: the value is not a string of 1 to 255 characters without NUL and surrogates.
    """
    if not isinstance(user_id, str) or not 0 < len(user_id) <= MAX_USER_ID:
        raise InvalidValue((f"must be a string of 1 to {MAX_USER_ID} characters, not", GivenValue(user_id)), _A_USER_ID)
    return check_text(user_id, _A_USER_ID)


def is_writable(text: str) -> bool:
    """Return True if every storage can keep a text: it has no NUL and no surrogates, which UTF-8 cannot encode."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text))
