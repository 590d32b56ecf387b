"""Are our own tests awake: changes the evaluator and the prover in small ways, and counts what the tests notice.

Works on a copy of the checkout, which it is given::

    git worktree add /tmp/copy && python benchmarks/own_mutants.py /tmp/copy --most 400 --until 20:25

Of each line it is noted first which tests run it.  A mutant is tried with these, cheapest first, and with some of its
package's; it is killed when one fails or takes too long.  What survives is printed with its place and change: an
equivalent change, or a test that is missing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import datetime as dt
import json
import os
import random
import resource
import signal
import sys
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import coverage
import hypothesis  # noqa: F401  # loaded here once, not by each process
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PACKAGES = ("simulator/analyse/prove", "simulator/decide", "simulator/policy")
TESTS = (
    "tests/unit/policy",
    "tests/unit/decide",
    "tests/unit/analyse",
    "tests/unit/catalogue",
    "tests/test_corpus.py",
    "tests/property",
)
LEFT_OUT = ("tests/property/test_prove_planted.py",)  # plants changes of its own
FIRST = {
    "simulator/analyse/prove": ["tests/unit/analyse/prove"],
    "simulator/decide": ["tests/unit/decide"],
    "simulator/policy": ["tests/unit/policy"],
}
"""Tests of each package that are run whole, since what is run once, at import or for a cache, is no test's own."""
LATER = {
    "simulator/analyse/prove": ["tests/property/test_prove.py", "tests/property/test_prove_z3.py"],
    "simulator/decide": ["tests/property/test_evaluator.py", "tests/property/test_laws.py", "tests/test_corpus.py"],
    "simulator/policy": ["tests/property/test_conditions.py", "tests/property/test_evaluator.py", "tests/test_corpus.py"],
}  # fmt: skip
"""Dear tests, for what has survived the others."""
MOST = 40  # of the tests that run a line
QUIETLY = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")  # of what is loaded here
SEED = 8
SECONDS = 60  # of the processor

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


# --- tests ------------------------------------------------------------------------------------------


class Timer:
    """Notes how long each test function takes."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid.partition("[")[0]] += report.duration


def lines_of(root: Path) -> dict[str, dict[str, list[str]]]:
    """Return for each file and line the tests that run it, cheapest first; kept beside the copy."""
    kept = root / "lines.json"
    if not kept.exists():
        _alone(lambda: _note_lines(root, kept), seconds=None)
    found: dict[str, dict[str, list[str]]] = json.loads(kept.read_text("utf-8"))
    return found


def _note_lines(root: Path, kept: Path) -> int:
    cov = coverage.Coverage(data_file=None, config_file=False, source=[str(root / package) for package in PACKAGES])
    cov.set_option("run:dynamic_context", "test_function")
    timer = Timer()
    cov.start()
    code = pytest.main([*QUIETLY, *TESTS, *(f"--ignore={one}" for one in LEFT_OUT)], plugins=[timer])
    cov.stop()
    lines: dict[str, dict[str, list[str]]] = {}
    data = cov.get_data()
    for file in sorted(data.measured_files()):
        name = Path(file).relative_to(root).as_posix()
        for line, contexts in data.contexts_by_lineno(file).items():
            tests = {
                f"{one.rpartition('.')[0].replace('.', '/')}.py::{one.rpartition('.')[2]}" for one in contexts if one
            }
            known = sorted(tests & timer.seconds.keys(), key=lambda test: (timer.seconds[test], test))
            lines.setdefault(name, {})[str(line)] = known
    kept.write_text(json.dumps(lines), "utf-8")
    return int(code)


def _alone(work: Callable[[], int], *, seconds: int | None) -> int:
    """Do *work* in a process of its own, which begins with what is loaded here; return how it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            signal.alarm(10 * seconds)  # for what sleeps
            sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  # ends with the process
        code = work()
    except BaseException:  # noqa: BLE001  # whatever it is, the code tells
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    os._exit(code)


def survives(root: Path, file: str, text: str, tests: Sequence[str]) -> bool:
    """Tell whether *tests* pass with *text* for *file*."""
    path = root / file
    original, times = path.read_text("utf-8"), path.stat()
    try:
        path.write_text(text, "utf-8")
        return _alone(lambda: int(pytest.main(["-x", *QUIETLY, *tests])), seconds=SECONDS) == 0
    finally:
        path.write_text(original, "utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # what is compiled of it stays good


Mutant: TypeAlias = tuple[str, int, str, int, int]


def _package(file: str) -> str:
    return next(one for one in PACKAGES if file.startswith(one))


def _tried(
    root: Path, sample: Sequence[Mutant], tests: Callable[[str, int], Sequence[str]], until: str | None
) -> tuple[int, list[Mutant]]:
    """Try mutants; return how many, and those that survived or were not tried."""
    left: list[Mutant] = []
    for number, mutant in enumerate(sample):
        if until and dt.datetime.now().strftime("%H:%M") >= until:  # noqa: DTZ005  # the wall clock is meant
            return number, [*left, *sample[number:]]
        file, line, what, node, which = mutant
        text, before, after = mutated((root / file).read_text("utf-8"), node, which)
        if survives(root, file, text, tests(file, line)):
            left.append(mutant)
            row = {"file": file, "line": line, "what": what, "before": before[:200], "after": after[:200]}
            print("survived", json.dumps(row), flush=True)
    return len(sample), left


def main() -> None:
    """Try a sample, and print the score by package and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copy", type=Path)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--until", help="HH:MM, when to stop whatever is left")
    options = parser.parse_args()
    root = options.copy.resolve()
    os.chdir(root)
    sys.path.insert(0, str(root))
    lines = lines_of(root)
    sys.dont_write_bytecode = True

    def of_line(file: str, line: int) -> list[str]:
        known = lines.get(file, {})  # of a statement over several lines only some count as run
        tests = next((known[str(near)] for near in range(line, line - 6, -1) if known.get(str(near))), [])
        return [*tests[:MOST], *FIRST[_package(file)]]

    every = mutants(root)
    chosen = random.Random(options.seed).sample(every, min(options.most, len(every)))
    print(f"{len(every):,} mutants, {len(chosen)} in the sample of seed {options.seed}", flush=True)
    count, left = _tried(root, chosen, of_line, options.until)
    tried = chosen[:count]
    print(f"{count} tried with the tests of their lines; what survived is tried with dear ones:", flush=True)
    left = [one for one in left if one in tried]
    later, left = _tried(root, left, lambda file, _: LATER[_package(file)], options.until)
    print(f"{later} tried with dear tests")
    for package in (*PACKAGES, ""):
        whole, over = ([one for one in some if one[0].startswith(package)] for some in (tried, left))
        killed = len(whole) - len(over)
        print(f"{package or 'all':26} {killed:4} of {len(whole):4} killed: {killed / max(1, len(whole)):.1%}")


if __name__ == "__main__":
    main()
