"""Values are what the standard library makes: each is held against its twin by `dataclasses.dataclass`."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import field
from functools import cached_property
from typing import Any

import pytest

from simulator.values import dataclass


@dataclass(frozen=True, slots=True)
class Ours:
    """A value with fields of each kind."""

    name: str
    place: int = field(compare=False)
    words: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    notes: dict[str, int] = field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same, by the standard library."""

    name: str
    place: int = field(compare=False)
    words: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class One:
    """A value of one field."""

    only: object


@dataclass(frozen=True, slots=True)
class Other:
    """Another value of one field."""

    only: object


@dataclass(frozen=True, slots=True)
class Nothing:
    """A value without fields."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A value with an order."""

    file: str
    line: int
    note: str = field(default="", compare=False)


@dataclass(frozen=True)
class Roomy:
    """A value without slots, so that it may keep what it works out."""

    word: str
    more: list[str] = field(default_factory=list)

    @cached_property
    def loud(self) -> str:
        return self.word.upper()


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """A value that equals itself alone."""

    only: int


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("a", 1), {}),
    (("a", 2), {}),
    (("a",), {"place": 1, "words": ("b",)}),
    (("a", 1, ("b",), "c", {"d": 1}), {}),
    ((), {"name": "a", "place": 1, "notes": {"d": 1}}),
]


@pytest.mark.parametrize(("args", "named"), GIVEN)
def test_a_value_has_the_fields_and_the_words_of_its_twin(args: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = Ours(*args, **named), Theirs(*args, **named)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")


def test_values_are_equal_where_their_twins_are() -> None:
    ours = [Ours(*args, **named) for args, named in GIVEN]
    theirs = [Theirs(*args, **named) for args, named in GIVEN]
    assert [[one == other for one in ours] for other in ours] == [[one == other for one in theirs] for other in theirs]


def test_the_signature_is_that_of_the_twin() -> None:
    ours, theirs = inspect.signature(Ours), inspect.signature(Theirs)
    assert list(ours.parameters) == list(theirs.parameters)
    kinds = [[one.kind for one in found.parameters.values()] for found in (ours, theirs)]
    assert kinds[0] == kinds[1]
    assert Ours.__match_args__ == Theirs.__match_args__


def test_an_argument_that_is_missing_is_told_by_name() -> None:
    with pytest.raises(TypeError, match=r"^Ours\.__init__\(\) missing 1 required positional argument: 'place'$"):
        Ours("a")  # type: ignore[call-arg]  # the fault that is told


def test_a_factory_makes_a_default_of_its_own_for_each() -> None:
    assert Ours("a", 1).notes is not Ours("a", 1).notes


def test_equal_values_have_one_hash() -> None:
    assert len({One("a"), One("a"), One("b")}) == 2


def test_a_value_differs_from_one_of_another_class_and_from_its_fields() -> None:
    others: list[object] = [Other(1), (1,)]
    assert One(1) not in others


def test_values_without_fields_are_equal() -> None:
    assert Nothing() == Nothing()
    assert repr(Nothing()) == "Nothing()"


def test_without_eq_a_value_equals_itself_alone() -> None:
    one = Single(1)
    assert one != Single(1)
    assert {one, one, Single(1)} != {one}


def test_values_with_an_order_compare_by_their_fields() -> None:
    found = sorted([Place("b", 1), Place("a", 2, "x"), Place("a", 1, "y")])
    assert [str((one.file, one.line)) for one in found] == ["('a', 1)", "('a', 2)", "('b', 1)"]
    assert Place("a", 1) <= Place("a", 1, "other")
    assert not Place("a", 1) < Place("a", 1, "other")
    with pytest.raises(TypeError):
        _ = Place("a", 1) > (0,)  # type: ignore[operator]  # the fault that is told


def test_without_slots_a_value_keeps_what_it_works_out() -> None:
    value = Roomy("a")
    assert value.loud is value.loud
    assert value == Roomy("a", [])
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.word = "b"  # type: ignore[misc]  # the fault that is told


@pytest.mark.parametrize("name", ["only", "other"])
def test_a_value_can_not_be_changed(name: str) -> None:
    value = One(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(value, name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(value, name)
    assert not hasattr(value, "__dict__")


def test_a_value_is_pickled_copied_and_replaced() -> None:
    value = Ours("a", 1, ("b",), "c", {"d": 1})
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value
    assert dataclasses.replace(value, name="z") == Ours("z", 1, ("b",), "c", {"d": 1})


def test_what_the_class_says_by_itself_stays() -> None:
    @dataclass(frozen=True, slots=True)
    class Told:
        """A value with words of its own."""

        word: str

        def __repr__(self) -> str:
            return self.word

    assert repr(Told("as told")) == "as told"


def test_a_value_that_holds_itself_has_words() -> None:
    held: list[object] = []
    value = One(held)
    held.append(value)
    assert repr(value) == "One(only=[...])"


def test_what_values_do_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Named has more than values have: `dataclasses\.dataclass` makes it$"):

        @dataclass(frozen=True, slots=True)
        class Named:
            """A value with a field that is given by name only."""

            only: int = field(kw_only=True)


def test_a_field_without_a_default_behind_one_with_a_default_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^`second` without a default follows `first`, which has one$"):

        @dataclass(frozen=True, slots=True)
        class Mixed:
            """A value that can't be made by place."""

            first: int = 0
            second: int  # type: ignore[misc]  # the fault that is told
