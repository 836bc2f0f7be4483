"""The field: what lies under each tile. It follows from the save file, so that it need not be saved."""

from random import Random
from typing import Final, Literal

Gem = Literal["ruby", "emerald", "sapphire"]

COLUMNS: Final = 8
ROWS: Final = 5
TILES: Final = COLUMNS * ROWS
GEMS: Final[tuple[Gem, ...]] = ("ruby", "emerald", "sapphire")
GEMS_OF_EACH_KIND: Final = 5


def bury_gems(seed: str, field: int) -> dict[int, Gem]:
    """Return the gems of a field by tile; the same seed and field always have the same gems."""
    gems = [gem for gem in GEMS for _ in range(GEMS_OF_EACH_KIND)]
    tiles = Random(f"{seed} {field}").sample(range(TILES), len(gems))  # noqa: S311  # a game, not a secret
    return dict(zip(tiles, gems, strict=True))
