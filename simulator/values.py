"""Values: frozen dataclasses with slots, as the standard library makes them, at a third of the price.

The standard library writes and compiles six functions for each of them, and a plain run loads some hundred and fifty
classes: that was a fifth of its time.  Here the fields and slots are the library's work, ``__init__`` alone is compiled,
and the other functions are shared.  `dataclasses.replace`, `fields`, `asdict`, ``match`` and pickle take these as any
other, and a type checker sees the library's own.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass

__all__ = ["dataclass"]


def _value(cls: type[Any], *, eq: bool) -> type[Any]:
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    if hasattr(made, "__post_init__") or any(f.kw_only or not f.init or f.hash is not None for f in fields):
        message = f"{cls.__qualname__} has more than values have: `dataclasses.dataclass` makes it"
        raise TypeError(message)
    shared = {"__setattr__": _set, "__delattr__": _delete, "__repr__": _repr, "__init__": _init(made, fields)}
    shared["__reduce__"] = _reduce(_getter([field.name for field in fields]))
    if eq:
        shared |= _equality(_getter([field.name for field in fields if field.compare]))
    for name, function in shared.items():
        if name not in cls.__dict__:
            setattr(made, name, function)
    return made


if not TYPE_CHECKING:

    def dataclass(*, frozen: bool, slots: bool, eq: bool = True) -> Callable[[type], type]:
        """Make a value of a class; *frozen* and *slots* are told to those who read, and are always so."""
        assert frozen
        assert slots
        return lambda cls: _value(cls, eq=eq)


def _init(cls: type[Any], fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Write ``__init__``: values that are frozen are set through their slots."""
    known: dict[str, Any] = {"_missing": dataclasses.MISSING}
    parameters, lines = ["self"], ["  pass"]
    for field in fields:
        name, given = field.name, field.name
        known[f"_set_{name}"] = getattr(cls, name).__set__
        if field.default_factory is not dataclasses.MISSING:
            known[f"_default_{name}"], parameter = field.default_factory, f"{name}=_missing"
            given = f"_default_{name}() if {name} is _missing else {name}"
        elif field.default is not dataclasses.MISSING:
            known[f"_default_{name}"], parameter = field.default, f"{name}=_default_{name}"
        else:
            parameter = name
        parameters.append(parameter)
        lines.append(f"  _set_{name}(self, {given})")
    exec("\n".join([f"def __init__({', '.join(parameters)}):", *lines]), known)  # noqa: S102  # as the library does
    init: Callable[..., None] = known["__init__"]
    init.__qualname__, init.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    return init


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the fields of a value as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    only = attrgetter(names[0])
    return lambda value: (only(value),)


def _equality(compared: Callable[[Any], tuple[Any, ...]]) -> dict[str, Callable[..., Any]]:
    def equal(self: Any, other: object) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    return {"__eq__": equal, "__hash__": lambda self: hash(compared(self))}


def _reduce(given: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda self: (self.__class__, given(self))


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _set(self: Any, name: str, value: object) -> NoReturn:  # noqa: ARG001  # as `object.__setattr__`
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> NoReturn:  # noqa: ARG001  # as `object.__delattr__`
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
