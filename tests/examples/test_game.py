"""The game is played by events of pygame: its state is read through the engine, and its screens are drawn."""

import os
import runpy
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pygame
import pytest
from game import play_screen, slots_screen
from game.app import App, local_offset
from game.field import GEMS, GEMS_OF_EACH_KIND, TILES, bury_gems
from game.messages import describe_effects
from game.session import PLAYER, RULES, Session

from trophy_engine import Engine, FreezeConsumed, StreakLost
from trophy_engine.storage import SQLiteStorage

EVENING = datetime(2025, 6, 2, 18, 30, tzinfo=UTC)  # a Monday, 20:30 in Berlin


class Play:
    """A player of the game, who moves the clock, clicks, and reads the screen."""

    def __init__(self, folder):
        self.folder, self.now = folder, EVENING
        self.start()

    def start(self):
        self.app = App(self.folder, clock=lambda: self.now, time_zone="Europe/Berlin")

    def post(self, kind, **fields):
        pygame.event.post(pygame.event.Event(kind, **fields))
        return self.app.show_frame(1 / 60)

    def click(self, rect):
        self.post(pygame.MOUSEBUTTONDOWN, button=1, pos=rect.center)

    def choose(self, number, action="play"):
        self.click(slots_screen.button_rect(number, action))

    def dig(self, *tiles):
        for tile in tiles:
            self.click(play_screen.tile_rect(tile))

    def wait(self, **time):
        """Move the clock, and let one second of frames pass."""
        self.now += timedelta(**time)
        self.app.show_frame(1.0)

    def leave(self):
        self.post(pygame.KEYDOWN, key=pygame.K_ESCAPE)

    def quit(self):
        assert not self.post(pygame.QUIT)

    @property
    def session(self):
        return self.app.screen.session

    @property
    def player(self):
        return self.session.player

    @property
    def titles(self):
        """Return the titles of all toasts, and dismiss them."""
        titles = []
        while self.app.screen.toasts.shown:
            titles += [message.title for message in self.app.screen.toasts.shown]
            self.app.screen.toasts.advance(60)
        return titles

    def colors(self, rect):
        """Return the colors on a part of the screen."""
        self.app.show_frame(0)
        part = self.app.surface.subsurface(rect)
        return {tuple(part.get_at((x, y)))[:3] for x in range(part.width) for y in range(part.height)}


@pytest.fixture
def play(tmp_path, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    play = Play(tmp_path / "saves")
    yield play
    play.quit()
    pygame.quit()


def saved_player(play, number, at=None):
    """Return the player in the file of a slot, by an engine of its own."""
    with Engine(storage=SQLiteStorage(play.folder / f"slot-{number}.db")) as engine:
        return engine.user(PLAYER, at=at or play.now)


def test_a_dig_costs_energy_and_finds_the_gem_under_the_tile(play):
    play.choose(1)
    [with_gem, *_], [without, *_] = play.session.gems, set(range(TILES)) - play.session.gems.keys()
    play.dig(with_gem, without, without)

    assert play.session.dug == {with_gem, without}
    assert play.player.metrics == {"digs": 2, "gems": 1}
    assert play.session.energy.total == 18
    assert play.titles == ["Unlocked: First gem"]
    assert saved_player(play, 1).metrics == play.player.metrics


def test_every_field_has_the_same_gems_each_time():
    assert bury_gems("seed", 0) == bury_gems("seed", 0) != bury_gems("seed", 1)
    assert sorted(bury_gems("seed", 0).values()) == sorted(GEMS * GEMS_OF_EACH_KIND)


def test_a_dig_without_energy_is_refused(play):
    play.choose(1)
    play.dig(*range(22))

    assert play.session.energy.total == 0
    assert play.player.metrics["digs"] == 20
    assert play.titles.count("Out of energy") == 1
    assert 21 not in play.session.dug


def test_energy_returns_while_the_game_is_closed(play):
    play.choose(1)
    play.dig(*range(20))
    play.quit()
    play.now += timedelta(hours=3, minutes=10)
    play.start()
    play.choose(1)

    assert play.session.energy.total == 6
    assert play.session.dug == set(range(20))
    assert play.titles == ["Energy +6"]
    assert play.session.time_to_rest() == timedelta(minutes=50)


def test_energy_returns_while_the_game_is_open(play):
    play.choose(1)
    play.dig(*range(5))
    assert play.titles[-1] == "A streak begins"
    play.wait(minutes=59)
    assert (play.session.energy.total, play.titles) == (15, [])
    play.wait(minutes=1)
    assert (play.session.energy.total, play.titles) == (17, ["Energy +2"])
    play.wait(days=1)
    assert play.session.energy.total == play.session.energy.maximum == 20


def test_looking_writes_nothing_to_the_save_file(play):
    play.choose(1)
    play.dig(0)

    def log_length():
        with closing(sqlite3.connect(play.folder / "slot-1.db")) as connection:
            return connection.execute("SELECT count(*) FROM log").fetchone()

    before = log_length()
    for _ in range(100):
        play.wait(seconds=1)
    assert log_length() == before


def play_days(play, days):
    for day in range(days):
        play.dig(*range(day * 5, day * 5 + 5))
        play.wait(days=1)


def test_a_streak_grows_is_frozen_and_is_lost_at_midnight_while_the_game_is_open(play):
    play.choose(1)
    play_days(play, 3)
    assert play.session.streak_length == 3
    assert play.player.streak.longest == 3
    assert "Unlocked: Three in a row" in play.titles

    play.wait(days=1)  # Thursday was missed
    assert (play.session.streak_length, play.player.freezes) == (3, 0)
    assert play.titles == ["A freeze saved your streak"]
    assert [day.used_freeze for day in play.session.days[-3:]] == [False, True, False]

    play.wait(hours=4)  # past the midnight of Friday
    assert play.session.streak_length == 0
    assert play.titles[0] == "Your streak of 3 days is over"


def test_a_streak_lost_while_the_game_was_closed_is_announced_first(play):
    play.choose(1)
    play_days(play, 4)
    play.titles  # noqa: B018  # dismissed
    play.leave()
    play.now += timedelta(days=6)
    play.choose(1)

    shown = play.app.screen.toasts.shown
    assert (shown[0].title, shown[0].detail) == ("Your streak of 4 days is over", "You missed Sunday, 8 June.")
    assert play.titles.count("A freeze saved your streak") == 2
    assert play.session.streak_length == saved_player(play, 1).streak.length == 0


def test_a_clock_that_is_set_back_stops_nothing(play):
    play.choose(1)
    play.dig(*range(5))
    play.wait(days=-2)
    play.dig(5)

    assert play.session.streak_length == 1
    assert (play.session.energy.total, play.player.metrics["digs"]) == (14, 6)
    assert timedelta(0) < play.session.time_to_rest() <= timedelta(hours=1)
    play.wait(days=2, hours=1)
    assert play.session.energy.total == 16


def test_a_field_is_followed_by_the_next(play):
    play.choose(1)
    play.dig(*range(20))
    play.wait(hours=10)
    first = play.session.gems
    play.dig(*range(20, 40))

    assert (play.session.field, play.session.dug) == (1, set())
    assert play.session.gems != first
    assert play.session.gems_left == 15
    assert "Unlocked: Clean sweep" in play.titles
    assert play.player.points["xp"].level.name == "Digger"


def test_slots_are_copied_and_deleted(play):
    play.choose(1)
    play.dig(*range(7))
    play.leave()
    play.choose(1, "copy")
    assert saved_player(play, 2).metrics == saved_player(play, 1).metrics

    play.choose(2)
    play.dig(7)
    play.leave()
    assert [slot.player.metrics["digs"] for slot in play.app.screen.slots if slot.player] == [7, 8]

    play.choose(1, "delete")
    assert not play.app.screen.slots[0].empty
    play.choose(1, "delete")
    assert play.app.screen.slots[0].empty
    assert sorted(path.name for path in play.folder.iterdir()) == ["slot-2.db"]


def test_a_click_in_between_deletes_nothing(play):
    play.choose(1)
    play.leave()
    play.choose(1, "delete")
    play.choose(1, "copy")
    play.choose(1, "delete")
    assert not play.app.screen.slots[0].empty


def test_a_copy_of_a_slot_of_a_killed_game_has_the_last_dig(play):
    killed = Session(play.folder / "slot-1.db", "UTC", lambda: play.now)  # still open: the dig is in the second file
    killed.dig(0)
    play.start()
    play.choose(1, "copy")
    assert saved_player(play, 2).metrics["digs"] == 1
    killed.close()


def test_a_file_that_is_no_save_file_can_be_deleted_but_not_played(play):
    (play.folder / "slot-1.db").write_bytes(b"not a database" * 100)
    play.start()
    play.choose(1)
    assert play.app.screen.slots[0].problem
    play.choose(1, "delete")
    play.choose(1, "delete")
    assert play.app.screen.slots[0].empty


def test_screens_show_the_state(play):
    red, gold = (235, 96, 96), (244, 193, 86)
    play.choose(1)
    ruby = next(tile for tile, gem in play.session.gems.items() if gem == "ruby")
    assert red not in play.colors(play_screen.tile_rect(ruby))
    assert gold not in play.colors(play_screen.TOASTS)
    play.dig(ruby)
    assert red in play.colors(play_screen.tile_rect(ruby))
    assert gold in play.colors(play_screen.TOASTS)
    play.app.show_frame(60)
    assert gold not in play.colors(play_screen.TOASTS)
    play.leave()
    assert gold in play.colors(slots_screen.card_rect(1))
    assert gold not in play.colors(slots_screen.card_rect(2))


def test_the_pictures_of_the_page(play, tmp_path):
    """Take the pictures of the documentation, into the folder ``PICTURES`` if it is set."""
    pictures = Path(os.environ.get("PICTURES", tmp_path))

    def take_picture(name):
        play.app.show_frame(0)
        pygame.image.save(play.app.surface, pictures / f"{name}.png")

    tiles = [tile * 7 % TILES for tile in range(TILES)]  # from all over the field
    play.choose(2)
    for day in range(2):
        play.dig(*tiles[day * 8 : day * 8 + 8])
        play.wait(days=1 if day else 2)
    play.titles  # noqa: B018  # dismissed
    play.dig(*tiles[16:29])
    play.wait(minutes=17)
    titles = [message.title for message in play.app.screen.toasts.shown]
    assert titles == ["3 days in a row", "Unlocked: Three in a row", "Level up: Digger"]
    take_picture("game")
    play.leave()
    play.choose(2, "copy")
    play.choose(1)
    play.dig(*tiles[29:])
    play.leave()
    assert [slot.player.streak.length for slot in play.app.screen.slots if slot.player] == [3, 3]
    take_picture("game-slots")


def test_messages_name_the_missed_day():
    at = datetime(2025, 6, 4, tzinfo=UTC)
    day = at.date() - timedelta(days=1)
    effects = [FreezeConsumed(PLAYER, at, "habit", 1, 4, day), StreakLost(PLAYER, at, "habit", 4, day)]
    frozen, lost = describe_effects(effects, RULES)
    assert frozen.detail == "You missed Tuesday, 3 June. Freezes left: 1"
    assert lost.title == "Your streak of 4 days is over"


@pytest.mark.parametrize("arguments", [[], ["--saves", "saves"]])
def test_the_command_opens_a_window_and_keeps_its_slots_in_the_folder(tmp_path, monkeypatch, arguments):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["game", *arguments])
    pygame.display.init()
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    runpy.run_module("game", run_name="__main__")

    assert not pygame.display.get_init()
    folder = Path("saves") if arguments else Path(pygame.system.get_pref_path("trophy_engine", "quarry"))
    assert folder.is_dir()
    assert sys.platform != "linux" or folder.resolve().is_relative_to(tmp_path)


def test_the_offset_of_the_machine_is_a_time_zone(tmp_path):
    session = Session(tmp_path / "save.db", local_offset())
    assert session.player.time_zone == local_offset()
    session.close()
