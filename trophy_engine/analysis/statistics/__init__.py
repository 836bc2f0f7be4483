"""Statistics: counts over users (``tally``), and survival curves of streaks (``survival``)."""
