"""Which resources a request may have: `*`, or an ARN of AWS.

Like the domains of keys these are axioms of a proof, told with the answer and shared with the fuzzers.
An account's principal has no access to other accounts' resources without a policy on them (7.3), so with
an account only its own resources and those of AWS itself are looked at.  Names and paths of IAM hold no
colon: AWS would let a path have one, nobody does, and ``user/a:b:user/bob`` is no user that a claim means.
"""

from __future__ import annotations

from functools import lru_cache

from simulator.analyse.prove.words import Word, word
from simulator.policy.pattern import Pattern, Wildcard

__all__ = ["ARN", "NO_RESOURCE", "ODD", "admits", "arn_words", "assumption"]

NO_RESOURCE = "*"  #: the resource of a request that names none (R6)

_SOME = (Wildcard.SEGMENT_RUN, ":")
_HEAD = ("arn:aws", *_SOME, Wildcard.SEGMENT_ONE, *_SOME)  # all partitions begin alike; a service is named

ARN = word(Pattern.of((*_HEAD, *_SOME, *_SOME, Wildcard.ONE, Wildcard.RUN)))
"""The ARNs of AWS."""

ODD = (word(Pattern.of(("arn:", *_SOME, "iam:", *_SOME, *_SOME, Wildcard.RUN, ":", Wildcard.RUN))),)
"""ARNs that no resource has: IAM's with one more colon."""


@lru_cache(maxsize=256)
def arn_words(account: str | None) -> tuple[Word, ...]:
    """Return the words of which every ARN in a request matches one."""
    if account is None:
        return (ARN,)
    owners = (account, "", "aws")
    return tuple(word(Pattern.of((*_HEAD, *_SOME, f"{owner}:", Wildcard.ONE, Wildcard.RUN))) for owner in owners)


def admits(resource: str, account: str | None = None) -> bool:
    """Tell whether a request may have *resource*."""
    if resource == NO_RESOURCE:
        return True
    return _matches(arn_words(account), resource) and not _matches(ODD, resource)


def _matches(words: tuple[Word, ...], text: str) -> bool:
    return any(one.pattern is not None and one.pattern.matches(text) for one in words)


def assumption(account: str | None) -> str:
    """Say what is assumed of resources."""
    owner = f"the account {account} or AWS" if account else "the caller's account"
    return f"every resource belongs to {owner} and has no policy of its own; names in IAM have no colon"
