"""Are our own tests awake: changes the evaluator and the prover in small ways, and counts what the tests notice.

Works on a copy of the checkout, which it is given::

    git worktree add /tmp/copy && python benchmarks/own_mutants.py /tmp/copy --most 400 --until 20:25

A mutant is killed when one of the focused tests fails or takes too long.  What survives is printed with its
place and change: an equivalent change, or a test that is missing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import datetime as dt
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGES = {
    "simulator/analyse/prove": ["tests/unit/analyse/prove", "tests/property/test_prove.py", "tests/property/test_prove_z3.py"],
    "simulator/decide": ["tests/unit/decide", "tests/test_corpus.py", "tests/property/test_evaluator.py", "tests/property/test_laws.py"],
    "simulator/policy": [
        "tests/unit/policy",
        "tests/test_corpus.py",
        "tests/property/test_pattern.py",
        "tests/property/test_conditions.py",
        "tests/property/test_evaluator.py",
    ],
}  # fmt: skip
SEED = 8
SECONDS = 90

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift, ast.BitXor: ast.BitOr, ast.Mult: ast.FloorDiv,
}  # fmt: skip
_CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], ast.AST | None]]]:  # noqa: C901  # a table of changes
    """Yield the changes of one node: what is done in words, and how; None takes the node out."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARE:
            yield "comparison", lambda n: ast.Compare(n.left, [_COMPARE[type(n.ops[0])]()], n.comparators)  # type: ignore[attr-defined]  # matched
        case ast.BoolOp():
            yield "and/or", lambda n: ast.BoolOp(ast.Or() if isinstance(n.op, ast.And) else ast.And(), n.values)  # type: ignore[attr-defined]  # matched
            yield "last operand dropped", lambda n: n.values[0]  # type: ignore[attr-defined,no-any-return]  # matched
        case ast.UnaryOp(op=ast.Not()) | ast.UnaryOp(op=ast.Invert()):
            yield "negation dropped", lambda n: n.operand  # type: ignore[attr-defined,no-any-return]  # matched
        case ast.BinOp(op=op) if type(op) in _BINARY and not isinstance(node.left, ast.Constant):
            yield "operator", lambda n: ast.BinOp(n.left, _BINARY[type(n.op)](), n.right)  # type: ignore[attr-defined]  # matched
        case ast.AugAssign(op=op) if type(op) in _BINARY:
            yield "operator", lambda n: ast.AugAssign(n.target, _BINARY[type(n.op)](), n.value)  # type: ignore[attr-defined]  # matched
        case ast.Constant(value=bool()):
            yield "flag", lambda n: ast.Constant(not n.value)  # type: ignore[attr-defined]  # matched
        case ast.Constant(value=int()):
            yield "number", lambda n: ast.Constant(n.value + 1)  # type: ignore[attr-defined]  # matched
        case ast.If() | ast.IfExp():
            yield "condition negated", _negated
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield name, lambda n: ast.Call(ast.Name(_CALLS[n.func.id], ast.Load()), n.args, n.keywords)  # type: ignore[attr-defined]  # matched
        case ast.Expr(value=ast.Call()):
            yield "call dropped", lambda _: ast.Pass()
        case ast.Continue():
            yield "continue to break", lambda _: ast.Break()
        case ast.Break():
            yield "break to continue", lambda _: ast.Continue()


def _negated(node: ast.AST) -> ast.AST:
    node.test = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]  # an if
    return node


class _Apply(ast.NodeTransformer):
    """Applies one change at the node of one number."""

    def __init__(self, number: int, change: Callable[[ast.AST], ast.AST | None]) -> None:
        self._number, self._change, self._seen = number, change, -1

    def visit(self, node: ast.AST) -> ast.AST:
        self._seen += 1
        if self._seen == self._number:
            return ast.copy_location(self._change(node), node)  # type: ignore[arg-type,type-var,return-value]  # never None here
        self.generic_visit(node)
        return node


def _numbered(tree: ast.AST) -> Iterator[tuple[int, ast.AST]]:
    """Yield nodes with the numbers that `_Apply` counts, but for what only types and documents."""
    seen = -1

    def walk(node: ast.AST, *, live: bool) -> Iterator[tuple[int, ast.AST]]:
        nonlocal seen
        seen += 1
        dead = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        live = live and not dead and not isinstance(node, ast.Raise | ast.arg | ast.Assert)
        if live:
            yield seen, node
        for child in ast.iter_child_nodes(node):
            typed = isinstance(node, ast.AnnAssign) and child is node.annotation
            typed = typed or (
                isinstance(node, ast.FunctionDef) and (child is node.returns or child in node.decorator_list)
            )
            typed = typed or (isinstance(node, ast.ClassDef) and child in node.decorator_list)
            yield from walk(child, live=live and not typed)

    yield from walk(tree, live=True)


def mutants(root: Path) -> list[tuple[str, int, str, int, int]]:
    """Return all mutants: file, line, what, number of the node, number of its change."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            for number, node in _numbered(ast.parse(path.read_text("utf-8"))):
                for which, (what, _) in enumerate(changes(node)):
                    found.append((path.relative_to(root).as_posix(), getattr(node, "lineno", 0), what, number, which))
    return found


def mutated(text: str, number: int, which: int) -> tuple[str, str, str]:
    """Return the text of a mutant, and the node before and after."""
    tree = ast.parse(text)
    node = dict(_numbered(tree))[number]
    before = ast.unparse(node)
    change = list(changes(node))[which][1]
    after = change(copy.deepcopy(node))
    changed = ast.fix_missing_locations(_Apply(number, change).visit(tree))
    return ast.unparse(changed), before, ast.unparse(after) if after is not None else ""


def survives(root: Path, file: str, text: str) -> bool:
    """Tell whether the focused tests pass with *text* for *file*."""
    path = root / file
    original = path.read_text("utf-8")
    tests = next(found for package, found in PACKAGES.items() if file.startswith(package))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    settings = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        path.write_text(text, "utf-8")
        done = subprocess.run(command, cwd=root, env=settings, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(original, "utf-8")
    return done.returncode == 0


def main() -> None:
    """Try a sample, and print the score by package and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copy", type=Path)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--until", help="HH:MM, when to stop whatever is left")
    options = parser.parse_args()
    root = options.copy.resolve()
    every = mutants(root)
    chosen = random.Random(SEED).sample(every, min(options.most, len(every)))
    killed: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    print(f"{len(every):,} mutants, {len(chosen)} in the sample of seed {SEED}", flush=True)
    for file, line, what, number, which in chosen:
        if options.until and dt.datetime.now().strftime("%H:%M") >= options.until:  # noqa: DTZ005  # the wall clock is meant
            break
        text, before, after = mutated((root / file).read_text("utf-8"), number, which)
        package = next(one for one in PACKAGES if file.startswith(one))
        tried[package] += 1
        if survives(root, file, text):
            row = {"file": file, "line": line, "what": what, "before": before[:200], "after": after[:200]}
            print("survived", json.dumps(row), flush=True)
        else:
            killed[package] += 1
    for package, number in sorted(tried.items()):
        print(f"{package:26} {killed[package]:4} of {number:4} killed")
    print(f"{'all':26} {killed.total():4} of {tried.total():4} killed: {killed.total() / max(1, tried.total()):.1%}")


if __name__ == "__main__":
    main()
