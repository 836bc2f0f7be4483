"""``python -m trophy_engine``: the command line."""

from trophy_engine.cli import main

main()
