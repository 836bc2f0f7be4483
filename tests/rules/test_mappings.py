"""Mappings as they are in rules files, in place of rules: freezes with their rewards."""

import pytest

from trophy_engine import AchievementFreezeReward, Freezes, InvalidValue, Streak, StreakFreezeReward


def test_freezes_are_the_table_that_a_file_has():
    rewards = [{"type": "streak", "length": 7}, {"type": "achievement", "achievement": "helper", "freezes": 2}]
    streak = Streak("habit", freezes={"max_count": 3, "rewards": rewards})
    assert streak.freezes == Freezes(0, 3, rewards=[StreakFreezeReward(7), AchievementFreezeReward("helper", 2)])


@pytest.mark.parametrize(
    ("freezes", "message"),
    [
        ({"max": 3}, "freezes has an unknown field 'max'; did you mean 'max_count'?"),
        ({"max_count": "x"}, "freezes.max_count must be a whole number, not 'x'"),
        ({"start_count": 5, "max_count": 1}, "freezes.max_count 1 must be at least start_count 5"),
        ({"rewards": [{"length": 2}]}, "freezes.rewards[0] lacks the field 'type'; known: 'streak', 'achievement'"),
        ({"rewards": [{"type": []}]}, "freezes.rewards[0].type [] is unknown; known: 'streak', 'achievement'"),
        ({"rewards": [{"type": "streak"}]}, "freezes.rewards[0] lacks the field 'length'"),
        ({"rewards": [{"type": "streak", "length": 0}]}, "freezes.rewards[0].length must be at least 1, not 0"),
        ({"rewards": {"type": "streak"}}, "freezes.rewards must be a list, not {'type': 'streak'}"),
        ({"rewards": [3]}, "each of freezes.rewards must be a StreakFreezeReward or AchievementFreezeReward, not 3"),
        ([], "freezes must be a Freezes, not []"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_its_path(freezes, message):
    with pytest.raises(InvalidValue) as raised:
        Streak("habit", freezes=freezes)
    assert message in str(raised.value)
