"""Start the game: ``python -m game``, or with a folder for its save files: ``python -m game --saves FOLDER``."""

import argparse
from pathlib import Path

import pygame

from .app import App

parser = argparse.ArgumentParser(prog="game", description="Quarry: dig for gems, and come back tomorrow.")
parser.add_argument("--saves", type=Path, help="the folder of the save slots; by default the user's data directory")
arguments = parser.parse_args()
App(arguments.saves or Path(pygame.system.get_pref_path("trophy_engine", "quarry"))).run()
