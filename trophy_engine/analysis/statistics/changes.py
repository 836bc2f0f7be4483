"""The tables of a comparison: achievements that change hands, and the most affected users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from trophy_engine.analysis.comparison import Comparison, Difference
from trophy_engine.analysis.statistics.contents import Content
from trophy_engine.analysis.statistics.figures import distinct_names
from trophy_engine.analysis.statistics.streaks import shown_streaks

_MAX_NAMES = 3


def tabulate_achievement_changes(result: Comparison, signed: Callable[[int], str] = "{:+,}".format) -> Content:
    """Return the achievements that any user gains or loses, with the number of their users under both rules."""
    differences = result.differences.values()
    old, new, gained, lost = (
        Counter(key for difference in differences for key in keys(difference))
        for keys in (
            _achievements_under_old_rules,
            _achievements_under_new_rules,
            lambda difference: difference.gained,
            lambda difference: difference.lost,
        )
    )
    columns = ("achievement", "old", "new", "difference", "gain it", "lose it")
    return Content(
        columns,
        tuple(
            (name, f"{old[key]:,}", f"{new[key]:,}", signed(new[key] - old[key]), f"{gained[key]:,}", f"{lost[key]:,}")
            for key, name in _compared_achievement_names(result).items()
            if gained[key] or lost[key]
        ),
        frozenset(columns[1:]),
    )


def _achievements_under_old_rules(difference: Difference) -> frozenset[str]:
    return difference.old.achievements


def _achievements_under_new_rules(difference: Difference) -> frozenset[str]:
    return difference.new.achievements


def tabulate_affected_users(result: Comparison, change: Callable[[int, int], str]) -> Content:
    """Return the most affected users; ``change`` formats a number under the old and the new rules.

    Columns of things that neither ruleset has are left out, and those of gains and losses if there is none.
    """
    users = result.most_affected()
    names = _compared_achievement_names(result)
    columns: dict[str, list[str]] = {"user": [user.user_id for user in users]}
    for index, name in enumerate(compared_system_names(result).values()):
        columns[name] = [change(user.old.points[index], user.new.points[index]) for user in users]
    for index, streak in enumerate(shown_streaks(result.old, result.new)):
        columns[streak.noun] = [change(user.old.streaks[index], user.new.streaks[index]) for user in users]
        columns[f"longest {streak.noun}"] = [
            change(user.old.longest_streaks[index], user.new.longest_streaks[index]) for user in users
        ]
    numbers = frozenset(columns) - {"user"}
    if any(user.gained for user in users):
        columns["gains"] = [_list_changed_achievements(user.gained, names) for user in users]
    if any(user.lost for user in users):
        columns["loses"] = [_list_changed_achievements(user.lost, names) for user in users]
    return Content(tuple(columns), tuple(zip(*columns.values(), strict=True)), numbers)


def _compared_achievement_names(result: Comparison) -> dict[str, str]:
    names = (distinct_names(rules.achievement_parts) for rules in (result.old, result.new))
    return {key: name for by_key in names for key, name in by_key.items()}


def compared_system_names(result: Comparison) -> dict[str, str]:
    """Return the names of the points systems of a comparison by key, in order."""
    names = {key: name for rules in (result.old, result.new) for key, name in distinct_names(rules.points).items()}
    return {key: names[key] for key in result.systems}


def _list_changed_achievements(keys: Iterable[str], names: dict[str, str]) -> str:
    listed = [names[key] for key in keys]
    more = len(listed) - _MAX_NAMES
    return ", ".join(listed[:_MAX_NAMES]) + (f" and {more:,} more" if more > 0 else "")
