"""Values: frozen dataclasses as the standard library makes them, at a fifth of the price.

The standard library writes and compiles six functions for each class, and a plain run loads some hundred and fifty
classes: that was a fifth of its time.  Here fields and slots are the library's work, and the functions are shared: to set
three fields is the same code for all classes of three.  `dataclasses.replace`, `fields`, `asdict`, ``match`` and pickle
take these as any other, and a type checker sees the library's own.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING
from functools import cache
from operator import attrgetter, ge, gt, le, lt
from reprlib import recursive_repr
from types import CodeType, FunctionType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from dataclasses import dataclass

__all__ = ["dataclass"]

_Fields: TypeAlias = "tuple[dataclasses.Field[Any], ...]"
_Getter: TypeAlias = "Callable[[Any], tuple[Any, ...]]"

_ORDER = {"__lt__": lt, "__le__": le, "__gt__": gt, "__ge__": ge}


def _value(cls: type[Any], *, slots: bool, eq: bool, order: bool) -> type[Any]:
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    fields = dataclasses.fields(made)
    if hasattr(made, "__post_init__") or any(f.kw_only or not f.init or f.hash is not None for f in fields):
        message = f"{cls.__qualname__} has more than values have: `dataclasses.dataclass` makes it"
        raise TypeError(message)
    shared = {"__init__": _init(made, fields), "__repr__": _repr, "__setattr__": _set, "__delattr__": _delete}
    shared["__reduce__"] = _reduce(_getter([field.name for field in fields]))
    compared = _getter([field.name for field in fields if field.compare])
    shared |= _equality(compared) if eq else {}
    shared |= _ordering(compared) if order else {}
    for name, function in shared.items():
        if name not in cls.__dict__:
            setattr(made, name, function)
    return made


if not TYPE_CHECKING:

    def dataclass(*, frozen: bool, slots: bool = False, eq: bool = True, order: bool = False) -> Callable[[type], type]:
        """Make a value of a class; *frozen* is told to those who read, and is always so."""
        assert frozen
        return lambda cls: _value(cls, slots=slots, eq=eq, order=order)


def _init(cls: type[Any], fields: _Fields) -> FunctionType:
    """Return the ``__init__`` of so many fields, with the names, the defaults and the setters of these."""
    defaults = tuple(_defaults(fields))
    code = _code(len(fields)).replace(co_varnames=("self", *(field.name for field in fields)))
    setters = {f"set_{place}": _setter(cls, field) for place, field in enumerate(fields)}
    init = FunctionType(code, setters, "__init__", defaults)
    init.__qualname__, init.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    return init


@cache
def _code(count: int) -> CodeType:
    given = [f"given_{place}" for place in range(count)]
    lines = [f"  set_{place}(self, {name})" for place, name in enumerate(given)]
    known: dict[str, Any] = {}
    exec("\n".join([f"def __init__({', '.join(['self', *given])}):", "  pass", *lines]), known)  # noqa: S102  # as the library does
    code: CodeType = known["__init__"].__code__
    return code


def _defaults(fields: _Fields) -> Iterator[Any]:
    """Yield the defaults; `MISSING` is that of a field which has a factory."""
    begun = ""
    for field in fields:
        if field.default is not MISSING or field.default_factory is not MISSING:
            begun = field.name
            yield field.default
        elif begun:
            message = f"`{field.name}` without a default follows `{begun}`, which has one"
            raise TypeError(message)


def _setter(cls: type[Any], field: dataclasses.Field[Any]) -> Callable[[Any, Any], None]:
    """Return what sets a field of a value that is frozen: through its slot, or in its dictionary."""
    slot = cls.__dict__.get(field.name)
    put = slot.__set__ if isinstance(slot, MemberDescriptorType) else _put(field.name)
    make = field.default_factory
    return put if make is MISSING else lambda value, given: put(value, make() if given is MISSING else given)


def _put(name: str) -> Callable[[Any, Any], None]:
    def put(value: Any, given: object) -> None:
        value.__dict__[name] = given

    return put


def _getter(names: list[str]) -> _Getter:
    """Return what gives the fields of a value as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    only = attrgetter(names[0])
    return lambda value: (only(value),)


def _equality(compared: _Getter) -> dict[str, Callable[..., Any]]:
    def equal(self: Any, other: object) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    return {"__eq__": equal, "__hash__": lambda self: hash(compared(self))}


def _ordering(compared: _Getter) -> dict[str, Callable[..., Any]]:
    def ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, object], bool]:
        return lambda self, other: (
            holds(compared(self), compared(other)) if other.__class__ is self.__class__ else NotImplemented
        )

    return {name: ordered(holds) for name, holds in _ORDER.items()}


def _reduce(given: _Getter) -> Callable[[Any], tuple[Any, ...]]:
    return lambda self: (self.__class__, given(self))


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _set(self: Any, name: str, value: object) -> NoReturn:  # noqa: ARG001  # as `object.__setattr__`
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> NoReturn:  # noqa: ARG001  # as `object.__delattr__`
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
