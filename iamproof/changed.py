"""Which statements of policies changed since a git revision."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from iamproof.git import file_at, known_commit
from simulator.analyse.coverage.changed import changed_statements
from simulator.text.files import SUITE_LIMIT

if TYPE_CHECKING:
    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.coverage.told import Only

__all__ = ["changed_since"]


def changed_since(revision: str) -> Only:
    """Return what tells which statements of a policy changed; raise `InputError` for an unknown revision."""
    commit = known_commit(revision)

    @cache
    def earlier(file: str) -> str | None:
        data = file_at(commit, file, limit=SUITE_LIMIT)
        return None if data is None else data.decode("utf-8", "replace")

    def changed(loaded: LoadedPolicy) -> frozenset[int]:
        # AWS's own policies are no files here: they change with the catalogue, and are left out.
        if loaded.path.startswith("arn:"):
            return frozenset()
        return changed_statements(loaded.policy, earlier(loaded.policy.source.name))

    return changed
