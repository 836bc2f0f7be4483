"""Values are equal, hashed and shown by their fields, as those of attrs are."""

import sys

import attrs
import pytest

from trophy_engine import Engine, Metric, Ruleset
from trophy_engine.values import Value


@attrs.frozen
class Word(Value):
    text: str
    uses: tuple[int, ...] = ()
    note: str = attrs.field(default="", eq=False)


@attrs.frozen
class Name(Word):
    pass


@attrs.frozen
class One(Value):
    value: object


@attrs.frozen
class Nothing(Value):
    pass


@attrs.frozen
class Shouted(Value):
    text: str

    def __eq__(self, other):
        return isinstance(other, Shouted) and self.text.upper() == other.text.upper()

    def __hash__(self):
        return hash(self.text.upper())

    def __repr__(self):
        return f"{self.text}!"


def test_values_of_one_class_with_equal_fields_are_equal():
    assert Word("a", (1,)) == Word("a", (1,)) != Word("a", (2,))
    assert hash(Word("a", (1,))) == hash(Word("a", (1,)))
    assert One(1) == One(1) != One(2)
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing(), One(1), One(1), Word("a"), Word("a")}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [(Word("a"), Name("a")), (Word("a"), ("a", ())), (One(1), 1), (One(Nothing()), Nothing()), (Nothing(), ())],
    ids=repr,
)
def test_values_of_different_classes_are_not_equal(one, other):
    assert one != other
    assert other != one
    assert hash(one) != hash(other)


def test_fields_that_are_not_compared_make_no_difference():
    assert Word("a", note="x") == Word("a", note="y")
    assert len({Word("a", note="x"), Word("a", note="y")}) == 1


def test_a_value_with_a_field_that_has_no_hash_has_none():
    assert One([1]) == One([1])
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        hash(One([1]))


def test_a_class_keeps_the_methods_that_it_defines():
    assert Shouted("a") == Shouted("A")
    assert len({Shouted("a"), Shouted("A")}) == 1
    assert repr(One(Shouted("a"))) == "One(value=Shouted(text='a'))"
    assert repr(Shouted("a")) == "a!"


def test_attrs_generates_no_methods_but_init_for_the_classes_that_a_game_imports():
    Engine(Ruleset(metrics=[Metric("words")])).record("words", user="18")
    values = {
        kind
        for name, module in list(sys.modules.items())
        if name.startswith("trophy_engine.")
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Value) and attrs.has(kind)
    }
    generated = {
        f"{kind.__qualname__}.{method}"
        for kind in values
        for method in ("__eq__", "__hash__", "__repr__")
        if getattr(kind, method).__code__.co_filename.startswith("<attrs generated")
    }
    assert len(values) > 100
    assert not generated
