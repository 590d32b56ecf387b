"""``iamproof check``: everything at some paths that can be told without deciding.

Suites are loaded with all that they name; policy files need no suite.  Faults of reading and findings
of the checks come together, so that one run shows all there is to mend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.analyse.lint import Facts, lint_policy, lint_suites
from simulator.analyse.lint.codes import READING
from simulator.analyse.lint.model import SuiteSubject
from simulator.analyse.lint.silence import Silenced, silenced
from simulator.errors import Collector, InputError, Severity
from simulator.policy.model import Policy, PolicyKind
from simulator.policy.parse import charset_fault, parse_policy
from simulator.suites.load import load_suites, suite_files
from simulator.text.files import POLICY_LIMIT, read_source
from simulator.text.json import parse_json
from simulator.text.source import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from simulator.analyse.lint.silence import Silence
    from simulator.catalogue import Catalogue
    from simulator.errors import Diagnostic
    from simulator.suites.load import Loaded
    from simulator.text.source import Node, Source

__all__ = ["Checked", "check_paths", "read_document", "stored_document"]

_JSON = ".json"
_AWS_OWN = ("arn:", "AWS's own ")  # how the paths of policies begin that nobody here can change


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked and what was found; `files` are all that were read."""

    diagnostics: tuple[Diagnostic, ...]
    silenced: tuple[Silenced, ...]
    suites: int
    policies: int
    files: tuple[str, ...]

    @property
    def unusable(self) -> bool:
        """Tell whether something could not be read."""
        return any(d.severity is Severity.ERROR and d.code in READING for d in self.diagnostics)

    def count(self, severity: Severity) -> int:
        """Count the findings of one severity."""
        return sum(diagnostic.severity is severity for diagnostic in self.diagnostics)


def check_paths(
    paths: Sequence[Path],
    catalogue: Catalogue,
    *,
    root: Path | None = None,
    allow_external: bool = False,
    silences: Iterable[Silence] = (),
    controls: frozenset[str] = frozenset(),
    more: Iterable[Diagnostic] = (),
) -> Checked:
    """Check the suites and policy files at *paths*; faults are found, not raised.

    *controls* are the names that scenarios may use, *more* are findings from elsewhere.
    """
    gathering = _Gathering(catalogue, controls)
    suites = [path for path in paths if path.suffix.lower() != _JSON or path.is_dir()]
    gathering.load(suites, root, allow_external=allow_external)
    for path in paths:
        if path.is_dir():
            gathering.folder(path)
        elif path.suffix.lower() == _JSON:
            gathering.file(path, named=True)
    found = dict.fromkeys((*more, *gathering.found))
    left, quiet = silenced(found, silences, fatal=frozenset(READING))
    return Checked(left, quiet, gathering.suites, len(gathering.policies), tuple(gathering.files))


class _Gathering:
    """Reads and checks; `found` gathers what is wrong."""

    def __init__(self, catalogue: Catalogue, controls: frozenset[str]) -> None:
        self.facts = Facts(catalogue)
        self.controls = controls
        self.found = Collector()
        self.files: dict[str, None] = {}
        self.policies: dict[tuple[str, int], None] = {}
        self.suites = 0

    def load(self, paths: Sequence[Path], root: Path | None, *, allow_external: bool) -> None:
        """Load the suites at *paths*, and check them and the policies that they name."""
        if not paths:
            return
        try:
            loaded = load_suites(paths, root=root, allow_external=allow_external, catalogue=self.facts.catalogue)
        except InputError as error:
            self.found.extend(error.diagnostics)
            self.files.update(_names_of(paths))
            return
        self.suites = len(loaded.suites)
        self.files.update(dict.fromkeys(source.name for source in loaded.files))
        self.found.extend(loaded.diagnostics)
        self.found.extend(lint_suites(SuiteSubject(loaded, self.facts, self.controls)))
        for policy in _policies(loaded):
            self.policy(policy)

    def policy(self, policy: Policy) -> None:
        """Check one policy, once in each of its uses; equal findings are told once."""
        self.policies[policy.source.name, policy.statements[0].start if policy.statements else 0] = None
        self.found.extend(lint_policy(policy, self.facts))

    def folder(self, path: Path) -> None:
        """Check the policy files below a folder."""
        try:
            files = suite_files([path], endings=(_JSON,))
        except InputError as error:
            self.found.extend(error.diagnostics)
            return
        for file in files:
            self.file(file, named=False)

    def file(self, path: Path, *, named: bool) -> None:
        """Check a policy file; one that was not *named* may also be something else."""
        try:
            source = read_source(path, limit=POLICY_LIMIT)
            if source.name in self.files or not (named or '"Statement"' in source.text):
                return
            self.files[source.name] = None
            policy = read_document(source, named=named)
        except InputError as error:
            self.found.extend(error.diagnostics)
            return
        if policy is not None:
            self.policy(policy)


def read_document(source: Source, *, named: bool) -> Policy | None:
    """Read a policy as what it seems to be used as; None for what is none, unless it was *named*."""
    fault = charset_fault(source)
    if fault is not None:
        raise InputError([fault])
    node = stored_document(parse_json(source))
    if not named and node.get("Statement") is None:
        return None
    return parse_policy(node, name=source.name.rpartition("/")[2], kind=_kind(node))


def stored_document(node: Node) -> Node:
    """Return the policy in what ``aws iam get-policy-version`` prints; any other document as it is."""
    version = node.get("PolicyVersion")
    document = version.get("Document") if version is not None else None
    return node if document is None or document.kind is not Kind.MAPPING else document


def _kind(node: Node) -> PolicyKind:
    """Tell what a document is used as by what stands in it: trust policies name no resource."""
    statement = node.get("Statement")
    items = () if statement is None else statement.items if statement.kind is Kind.SEQUENCE else (statement,)
    if not any(item.get(key) is not None for item in items for key in ("Principal", "NotPrincipal")):
        return PolicyKind.IDENTITY
    resources = any(item.get(key) is not None for item in items for key in ("Resource", "NotResource"))
    return PolicyKind.RESOURCE if resources else PolicyKind.TRUST


def _policies(loaded: Loaded) -> Iterator[Policy]:
    """Yield the policies of all suites and accounts, unattached ones too, but none of AWS's own."""
    of_accounts = (policy for account in loaded.accounts for policy in account.policies.values())
    found = dict.fromkeys((*(p for suite in loaded.suites for p in suite.loaded_policies), *of_accounts))
    for policy in found:
        if not policy.path.startswith(_AWS_OWN):
            yield policy.policy


def _names_of(paths: Sequence[Path]) -> dict[str, None]:
    try:
        return dict.fromkeys(path.as_posix() for path in suite_files(paths))
    except InputError:  # told already
        return {}
