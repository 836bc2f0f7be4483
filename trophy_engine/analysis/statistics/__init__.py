"""Statistics: what happens to many users, counted (``tally``), and the curves that the counts give (``survival``)."""
