"""The files of a run: each is read once, and knows the folder that paths in it are relative to.

A file that is named inside another must lie under the root, links resolved; a fault of opening it
points at the place that names it.  Faults are noted and reading goes on: None is what could not be read.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.errors import Collector, Diagnostic, InputError, Severity, nearest
from simulator.text.files import POLICY_LIMIT, SUITE_LIMIT, read_source
from simulator.text.json import parse_json
from simulator.text.source import Kind, Node, Source
from simulator.text.yaml import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.catalogue import Catalogue

__all__ = ["YAML_ENDINGS", "Faults", "Files"]

YAML_ENDINGS = (".yaml", ".yml")


_MOST_ERRORS = 500  # more of them help nobody, and each looks for the name that was meant


class Faults(Collector):
    """Counts its errors, and gives up when there are too many."""

    def __init__(self) -> None:
        super().__init__()
        self.errors = 0

    def add(self, diagnostic: Diagnostic) -> None:
        """Note one diagnostic and go on; raise `InputError` with all of them at the last that is taken."""
        super().add(diagnostic)
        self.errors += diagnostic.severity is Severity.ERROR
        if self.errors >= _MOST_ERRORS:
            raise InputError(dict.fromkeys(self))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Note several, as those of a caught `InputError`."""
        for diagnostic in diagnostics:
            self.add(diagnostic)


class Files:
    """Reads files; what is wrong with them goes to `faults`.

    With *root* None any file may be named.  *faults* is shared by everything that is loaded together.
    *noted* hears of each path just before it is read, of those that are not there too.  *catalogue* knows
    the context keys that the files may state, by default the shipped one.
    """

    def __init__(
        self,
        *,
        root: Path | None,
        noted: Callable[[Path], None] | None = None,
        replaced: Mapping[str, Source] = MappingProxyType({}),
        catalogue: Catalogue | None = None,
    ) -> None:
        self.root = root
        self.catalogue = catalogue
        self._noted = noted
        self._replaced = replaced
        self.faults = Faults()
        self._trees: dict[str, Node | None] = {}
        self._folders: dict[str, Path] = {}
        self._sources: dict[str, Source] = {}

    def standing_in(self, arn: str) -> Source | None:
        """Return the text that stands in for the managed policy *arn*, if one does."""
        return self._replaced.get(arn)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every file that was read, in order."""
        return tuple(self._sources.values())

    def source_of(self, node: Node) -> Source:
        """Return the file in which *node* stands; its digest is of the whole file."""
        return self._sources.get(node.source.name, node.source)

    def folder_of(self, node: Node) -> Path:
        """Return the folder that paths at *node* are relative to."""
        return self._folders.get(node.source.name, Path())

    def path_at(self, node: Node) -> Path:
        """Return the path that the text *node* names."""
        return self.folder_of(node) / node.text

    def open(self, path: Path, *, root: Path | None = None) -> Node | None:
        """Read the tree of a file that the user named, below *root* if given."""
        return self._tree(path, root, None, SUITE_LIMIT)

    def named(self, node: Node, *, limit: int = POLICY_LIMIT) -> Node | None:
        """Read the tree of the file that the text *node* names."""
        return self._tree(self.path_at(node), self.root, node, limit)

    def _tree(self, path: Path, root: Path | None, named_at: Node | None, limit: int) -> Node | None:
        key = _real(path)
        if self._trees.get(key) is not None:
            return self._trees[key]
        source = self._read(path, root, named_at, limit)
        if source is not None and key not in self._trees:
            self._trees[key] = self._parse(path, source)
        return self._trees.get(key)

    def _read(self, path: Path, root: Path | None, named_at: Node | None, limit: int) -> Source | None:
        if self._noted is not None:
            self._noted(path)
        try:
            source = self._replaced.get(_real(path)) or read_source(path, root=root, limit=limit)
        except InputError as error:
            self.faults.extend(_placed(fault, named_at) for fault in error.diagnostics)
            return None
        return self._sources.setdefault(source.name, source)

    def _parse(self, path: Path, source: Source) -> Node | None:
        self._folders[source.name] = path.parent
        try:
            return parse_yaml(source) if path.suffix.lower() in YAML_ENDINGS else parse_json(source)
        except InputError as error:
            self.faults.extend(error.diagnostics)
            return None

    def text_in(self, node: Node, name: str) -> Node | None:
        """Read the text *node*, a JSON document inside another file; *name* is shown for it."""
        try:
            return parse_json(Source.of_text(node.text, name=name))
        except InputError as error:
            self.faults.extend(error.diagnostics)
            return None

    def follow(self, tree: Node, pointer: Node) -> Node | None:
        """Return what the JSON pointer (RFC 6901) names in *tree*."""
        found = tree
        walked = ""
        for token in pointer.text.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            child = _child(found, name)
            if child is None:
                self.faults.add(_no_child(pointer, found, name, walked))
                return None
            walked += f"/{token}"
            found = child
        return found


def _real(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # a NUL in the name: reading it says so
        return str(path)


def _child(node: Node, name: str) -> Node | None:
    if node.kind is not Kind.SEQUENCE:
        return node.get(name)
    place = int(name) if name.isascii() and name.isdigit() and len(name) < 7 else len(node.items)
    return node.items[place] if place < len(node.items) else None


def _no_child(pointer: Node, parent: Node, name: str, walked: str) -> Diagnostic:
    where = f"`{walked}` of `{parent.source.name}`" if walked else f"`{parent.source.name}`"
    if parent.kind is Kind.SEQUENCE:
        message, help_ = f"there is no item `{name}` in {where}", f"the list has {len(parent.items)} items, from 0"
    else:
        near = nearest(name, [key.text for key, _ in parent.pairs])
        message, help_ = f"there is no key `{name}` in {where}", f"did you mean `{near}`?" if near else ""
    return pointer.fault("pointer-missing", message, help=help_)


def _placed(fault: Diagnostic, node: Node | None) -> Diagnostic:
    """Point a fault that stands in no file at the place that names the file."""
    if fault.span is not None or node is None:
        return fault
    return node.fault(fault.code, fault.message, help=fault.help)
