"""Every member of a union is exported by the root package, and every command is listed on its page."""

import re
from pathlib import Path
from typing import get_args

import pytest

import trophy_engine
from trophy_engine.cli.app import app
from trophy_engine.notifications.effects import EFFECTS
from trophy_engine.rules.achievements import AchievementTrigger
from trophy_engine.rules.points import PointsTrigger

COMMAND_LINE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"


@pytest.mark.parametrize("kind", [*get_args(AchievementTrigger), *get_args(PointsTrigger), *EFFECTS.values()])
def test_every_kind_can_be_imported_from_the_root(kind):
    assert getattr(trophy_engine, kind.__name__) is kind
    assert kind.__name__ in trophy_engine.__all__


@pytest.mark.parametrize("command", [command.callback.__name__ for command in app.registered_commands])
def test_every_command_of_the_command_line_is_on_its_page(command):
    rows = COMMAND_LINE.read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if re.match(rf"\| `trophy-engine {command}\b", row)]
