"""ARNs: six parts between colons, the sixth keeps the rest.

Only the shape is known here; which resource types exist is the catalogue's knowledge.
"""

from __future__ import annotations

from functools import lru_cache

from simulator.values import dataclass

__all__ = ["Arn"]

_PARTS = 6


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of ``arn:partition:service:region:account:resource``."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn | None:
        """Read *text*, or return None when it has not the shape of an ARN.

        AWS wants partition, service and resource to be there; region and account may be empty.
        """
        return _parse(text)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


@lru_cache(maxsize=65536)
def _parse(text: str) -> Arn | None:
    parts = text.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != "arn" or not (parts[1] and parts[2] and parts[5]):
        return None
    return Arn(*parts[1:])
