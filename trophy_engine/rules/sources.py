"""Sources of rules: a ruleset, the path of a rules file, the name of a bundled one, or plain values."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any, Final

from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.ruleset import Ruleset

#: Whatever rules can be read from.
RulesSource = Ruleset | str | PathLike[str] | Mapping[str, Any]

#: The usual endings of the names of save files.
_SAVE_FILES: Final = (".db", ".sqlite", ".sqlite3")


def as_ruleset(source: RulesSource, field: str = "ruleset") -> Ruleset:
    """Return the rules of a source; a name without a suffix is that of a bundled rules file.

    Raises:
        InvalidRules: the rules have errors; the exception lists all of them.
        InvalidValue: the source is neither of these.
        TrophyError: the file cannot be read.

    >>> as_ruleset({"metrics": [{"key": "words"}]}).metrics[0].key
    'words'
    """
    match source:
        case Ruleset():
            return source
        case Mapping():
            return Ruleset.from_mapping(source)
        case str() if "\n" in source:
            raise InvalidValue("must be the path of a rules file, not its text; use Ruleset.from_text(text)", field)
        case str() | PathLike():
            path = str(fspath(source))
            if path.endswith(_SAVE_FILES):
                raise InvalidValue(f"must be a rules file, not {path}; a save file is passed as storage=", field)
            return Ruleset.load(_find_bundled_rules(path))
        case _:
            fact = "must be a Ruleset, the path of a rules file, or a mapping of its values, not", GivenValue(source)
            raise InvalidValue(fact, field)


def check_ruleset_has_metrics(ruleset: Ruleset) -> None:
    """Check that events can count under rules.

    Raises:
        InvalidValue: the rules declare no metric to record.
    """
    if not ruleset.recorded_metrics:
        raise InvalidValue("the rules declare no metric, so no event counts; add one to metrics")


def _find_bundled_rules(path: str) -> str | PathLike[str]:
    """Return the path of a bundled rules file for its name, and any other path unchanged."""
    if not path or "." in path:
        return path
    from trophy_engine.rules.bundled import rules_path  # noqa: PLC0415  # a game brings its own rules

    return rules_path(path)
