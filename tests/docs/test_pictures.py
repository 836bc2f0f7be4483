"""The pictures of the pages: each is there, described, small, and shown by a page."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


def test_every_picture_is_there_described_and_shown():
    shown = {
        (page.parent / target).resolve(): words
        for page in PAGES
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^):]+)\)", page.read_text(encoding="utf-8"))
    }
    assert all(len(words) > 20 for words in shown.values())
    assert [path for path in shown if not path.exists()] == []
    taken = set((ROOT / "docs" / "images").glob("*.png"))
    assert {path.name for path in taken} >= {"report.png", "comparison.png", "sweep.png"}
    assert taken <= shown.keys()


def test_pictures_are_small():
    assert {path.name for path in (ROOT / "docs").rglob("*.png") if path.stat().st_size > 200_000} == set()
