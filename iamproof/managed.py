"""Managed policies that OLD and NEW of ``iamproof diff`` name: by ARN or name, and a version behind an ``@``.

What the catalogue has is at hand: of each AWS managed policy one version, the commercial partition's.  Every
other version, and a customer's policies, only AWS has; it is asked where the user said so, never otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from simulator.catalogue.managed import managed_policy, nearest_managed
from simulator.errors import Diagnostic, InputError
from simulator.policy.arn import Arn
from simulator.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.backends.stored import StoredPolicy

__all__ = ["Ask", "Managed", "managed_at", "nearest_named"]

Ask: TypeAlias = "Callable[[str, str | None], StoredPolicy]"
"""Asks AWS for a version of a policy, None for the default one; see `simulator.backends.stored`."""

_DEFAULT = "default"
_VERSION = re.compile(rf"v[1-9][0-9]{{0,8}}|{_DEFAULT}", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{12}|aws", re.ASCII)
_FILE = "name a file with what `aws iam get-policy-version` prints, or say `--ask-aws` to ask for it"


@dataclass(frozen=True, slots=True)
class Managed:
    """A version of a managed policy: how it is told, its ARN, and its text."""

    told: str
    arn: str
    source: Source


@dataclass(frozen=True, slots=True)
class _Meant:
    """What was named: `base` is an ARN or a name; `version` None is the one at hand, else the default."""

    given: str
    base: str
    version: str | None


def managed_at(text: str, ask: Ask | None) -> Managed | None:
    """Return the policy that *text* names, None when it is the name of none.

    Raise `InputError` for one that can't be had, `BackendError` when *ask* gets no answer.
    """
    meant = _meant(text)
    known = managed_policy(meant.base)
    if known is None:
        return _elsewhere(meant, ask) if _is_policy(meant.base) else None
    if meant.version is None or (meant.version == known.version and known.arn.startswith("arn:aws:")):
        return Managed(f"{known.name}@{known.version}", known.arn, Source(known.arn, known.text, known.sha256))
    if ask is not None:
        return _asked(known.arn, meant.version, ask)
    has = f"the catalogue has {known.version} of `{known.name}`"
    if known.arn.startswith("arn:aws:"):
        return _refuse(f"`{text}` is not at hand: {has}", _FILE)
    return _refuse(f"`{text}` is not at hand: {has}, and as commercial AWS has it", _FILE)


def nearest_named(text: str) -> str | None:
    """Return the AWS managed policy, and the version, that *text* was meant to be, or None."""
    meant = _meant(text)
    near = nearest_managed(meant.base)
    return near if near is None or meant.version is None else f"{near}@{meant.version}"


def _meant(text: str) -> _Meant:
    base, _, version = text.rpartition("@")
    if base and _VERSION.fullmatch(version):
        return _Meant(text, base, version)
    near = re.fullmatch(r"[vV]?([1-9][0-9]{0,8})", version, re.ASCII) if base and managed_policy(base) else None
    if near is not None:
        _refuse(f"`{text}` names no version", f"did you mean `{base}@v{near[1]}`?")
    return _Meant(text, text, None)


def _is_policy(text: str) -> bool:
    arn = Arn.parse(text)
    return (
        arn is not None
        and (arn.service, arn.region) == ("iam", "")
        and _ACCOUNT.fullmatch(arn.account) is not None
        and arn.resource.startswith("policy/")
    )


def _elsewhere(meant: _Meant, ask: Ask | None) -> Managed:
    """Return a policy that the catalogue does not have."""
    if ask is not None:
        return _asked(meant.base, meant.version, ask)
    near = nearest_named(meant.given)
    if near is not None:
        _refuse(f"`{meant.given}` is not in the catalogue", f"did you mean `{near}`?")
    return _refuse(f"`{meant.given}` is not at hand: the catalogue has AWS managed policies only", _FILE)


def _asked(arn: str, version: str | None, ask: Ask) -> Managed:
    found = ask(arn, None if version == _DEFAULT else version)
    named = f"{found.arn}@{found.version}"
    return Managed(named, found.arn, Source.of_text(found.text, name=named))


def _refuse(message: str, advice: str) -> NoReturn:
    raise InputError([Diagnostic("option", message, help=advice)])
