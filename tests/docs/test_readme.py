"""README lists every extra, and its picture and pages exist."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_extra_is_in_the_table():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    table = README.partition("| extra |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([\w-]+)`", row)} == set(
        config["project"]["optional-dependencies"]
    )


def test_every_linked_file_exists():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert "docs/images/report.png" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_first_screen_has_a_picture_two_commands_and_the_sample():
    first_screen = README.partition("\n## ")[0]
    assert re.findall(r"^```(\w+)$", first_screen, re.MULTILINE) == ["console", "console", "python", "text"]
    assert first_screen.index("![") < first_screen.index("```console")
