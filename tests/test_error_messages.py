"""Messages show every value, however long or broken it is, and name the key that was meant."""

import pytest

from trophy_engine.error_messages import nearest_known_key, short_repr, unknown_key_message


def test_a_value_of_several_lines_is_shown_as_one():
    class Frame:
        def __repr__(self):
            return "   a\n0  1"

    assert (short_repr(Frame()), short_repr("a\nb")) == ("a 0 1", r"'a\nb'")


def test_a_value_with_a_faulty_representation_is_shown_by_its_class():
    class Broken:
        def __repr__(self):
            raise RuntimeError("no representation")

    assert short_repr(Broken()) == "a Broken that is too long to show"
    assert short_repr("x" * 500) == f"'{'x' * 119}…"


@pytest.mark.parametrize(
    ("key", "found"), [("Lesons", "lessons"), ("WORDS", "words"), ("pages", None), ("words" * 21, None)]
)
def test_the_nearest_key_is_found_regardless_of_case(key, found):
    assert nearest_known_key(key, ["words", "lessons"]) == found


def test_an_unknown_key_is_shown_with_the_nearest_key_or_all_known_ones():
    known = ["words", "lessons"]
    assert unknown_key_message("metric", "word", "words", known) == "unknown metric 'word'; did you mean 'words'?"
    assert unknown_key_message("metric", "page", None, known) == "unknown metric 'page'; known: 'words', 'lessons'"
