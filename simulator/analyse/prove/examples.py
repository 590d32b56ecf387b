"""Resources and values that tell a reader something: ``arn:aws:iam::123456789012:user/x``.

The shortest text of a class is often odd (``arn:a:a:::a``).  These are tried first, and kept when they
lie in the same class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.policy.pattern import ARN_COLONS, Wildcard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.analyse.prove.words import Step, Word

__all__ = ["ACCOUNT", "example"]

ACCOUNT = "123456789012"
_SERVICE = 2  # where an ARN names it
_HOME = "us-east-1"
_GLOBAL = frozenset({"iam", "s3", "sts", "organizations", "route53", "cloudfront"})
_OWNERLESS = frozenset({"s3"})
_SOME = "x"
_ONES = (Wildcard.ONE, Wildcard.SEGMENT_ONE)


def example(one: Word, account: str = "") -> str:
    """Return a text that *one* probably matches, wildcards filled in as an ARN's segments ask for."""
    found: list[str] = []
    for number, segment in enumerate(_segments(one.steps)):
        if segment and all(isinstance(step, Wildcard) for step in segment):
            ones = sum(step in _ONES for step in segment)
            usual = _usual(number, found, account or ACCOUNT)
            # A `?` more than the usual text has characters, or nothing but `?`: count them.
            found.append(_SOME * ones if len(usual) < ones or ones == len(segment) else usual)
        else:
            found.append("".join(_filled(step) for step in segment))
    return ":".join(found)


def _segments(steps: Sequence[Step]) -> list[list[Step]]:
    segments: list[list[Step]] = [[]]
    for step in steps:
        if step == ":" and len(segments) <= ARN_COLONS:
            segments.append([])
        else:
            segments[-1].append(step)
    return segments


def _usual(number: int, before: Sequence[str], account: str) -> str:
    service = before[_SERVICE] if len(before) > _SERVICE else ""
    match number:
        case 1:
            return "aws"
        case 2:
            return "example"
        case 3:
            return "" if service in _GLOBAL else _HOME
        case 4:
            return "" if service in _OWNERLESS else account
        case _:
            return _SOME


def _filled(step: Step) -> str:
    if isinstance(step, str):
        return step
    return _SOME if isinstance(step, Wildcard) else min(step)
