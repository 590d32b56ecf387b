"""Are our own tests awake: changes the evaluator and the prover in small ways, and counts what the tests notice.

Works on a copy of the checkout, which it is given::

    git worktree add /tmp/copy && python benchmarks/own_mutants.py /tmp/copy --most 400 --until 20:25

First it is noted which tests run each line.  Then pytest collects all tests once, and each mutant gets a process that
begins there: the code of its function is exchanged, and the tests that run its line are run, its package's first and
the cheapest of them, then all of its package's, until one fails or the time for a mutant is up.  What is run at import
is tried in a process of its own.  What survives is printed with its place and change: an equivalent change, or a test
that is missing.

``--at simulator/decide/live.py:105`` (a folder, a file, or a line of it; repeatable) takes the sample from there, and
``--seconds 60`` gives each mutant as much time: to tell what no test notices from what the quick ones don't.
"""

from __future__ import annotations

import argparse
import ast
import copy
import datetime as dt
import gc
import json
import os
import random
import resource
import subprocess
import sys
import time
import traceback
import types
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
OWN = {
    "simulator/analyse/prove": ("tests/unit/analyse/prove", "tests/property/test_prove_z3.py", "tests/property/test_prove.py"),
    "simulator/decide": ("tests/unit/decide", "tests/property/test_evaluator.py", "tests/test_corpus.py"),
    "simulator/policy": ("tests/unit/policy", "tests/property/test_conditions.py", "tests/property/test_evaluator.py", "tests/test_corpus.py"),
}  # fmt: skip
"""The tests of each package, for what is run once, at import or for a cache, and is no test's own."""
Mutant: TypeAlias = tuple[str, int, str, int, int]
"""File, line, what, number of the node, number of its change."""

QUIETLY = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")  # of what is loaded here
SEED = 8
SECONDS = 6  # of the processor for the tests of a mutant
ENDLESS = 6  # what takes so much longer is noticed, too

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


def mutants(root: Path) -> list[Mutant]:
    """Return all mutants."""
    found: list[Mutant] = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            for number, node in _numbered(ast.parse(path.read_text("utf-8"))):
                for which, (what, _) in enumerate(changes(node)):
                    found.append((path.relative_to(root).as_posix(), getattr(node, "lineno", 0), what, number, which))
    return found


def mutated(text: str, number: int, which: int) -> tuple[ast.Module, str, str]:
    """Return the tree of a mutant, and the node before and after."""
    tree = ast.parse(text)
    node = dict(_numbered(tree))[number]
    before = ast.unparse(node)
    change = list(changes(node))[which][1]
    after = change(copy.deepcopy(node))
    changed = ast.fix_missing_locations(_Apply(number, change).visit(tree))
    return changed, before, ast.unparse(after) if after is not None else ""


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
        _alone(lambda: _note_lines(root, kept))
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


def _alone(work: Callable[[], int], *, seconds: int | None = None) -> int:
    """Do *work* in a process of its own, which begins with what is loaded here; return how it ended.

    With *seconds* of the processor it is quiet, and ended when it takes much longer.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds + ENDLESS, seconds + ENDLESS))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        code = work()
    except BaseException:  # noqa: BLE001  # whatever it is, the code tells
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(code)


# --- trying -----------------------------------------------------------------------------------------


class Trial:
    """A plugin of pytest that tries mutants in the place of running the tests."""

    def __init__(
        self, root: Path, lines: dict[str, dict[str, list[str]]], *, seconds: int, until: dt.datetime | None
    ) -> None:
        self._root, self._lines, self._seconds, self._until = root, lines, seconds, until
        self._functions: dict[str, list[types.FunctionType]] = {}
        self.tried: list[Mutant] = []
        self.left: list[Mutant] = []
        self.sample: list[Mutant] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for one in gc.get_objects():
            if isinstance(one, types.FunctionType):
                self._functions.setdefault(one.__code__.co_filename, []).append(one)
        by_test: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            by_test.setdefault(item.nodeid.partition("[")[0], []).append(item)
        for mutant in self.sample:
            if self._until and dt.datetime.now() >= self._until:  # noqa: DTZ005  # the wall clock is meant
                break
            self.tried.append(mutant)
            if self._survives(session, mutant, by_test):
                self.left.append(mutant)
                file, line, what, node, which = mutant
                _, before, after = mutated((self._root / file).read_text("utf-8"), node, which)
                row = {"file": file, "line": line, "what": what, "before": before[:200], "after": after[:200]}
                print("survived", json.dumps(row), flush=True)
        return True

    def _survives(self, session: pytest.Session, mutant: Mutant, by_test: dict[str, list[pytest.Item]]) -> bool:
        file, line, _, node, which = mutant
        tree, _, _ = mutated((self._root / file).read_text("utf-8"), node, which)
        known = self._lines.get(file, {})  # of a statement over several lines only some count as run
        near = next((known[str(one)] for one in range(line, line - 6, -1) if known.get(str(one))), [])
        places = OWN[_package(file)]
        near = sorted(near, key=lambda test: not test.startswith(places))  # stable: still the cheapest first
        own = [test for place in places for test in by_test if test.startswith(place)]
        tests = list(dict.fromkeys((*near, *own)))
        path = str(self._root / file)
        changes = list(_changes(self._functions.get(path, ()), compile(tree, path, "exec")))
        if not changes:
            return _survives_import(self._root, file, ast.unparse(tree))

        def run() -> int:
            for function, code in changes:
                function.__code__ = code
            _forget()
            items = [item for test in tests for item in by_test.get(test, ())]
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed or time.process_time() > self._seconds:
                    break
            return session.testsfailed

        return _alone(run, seconds=self._seconds) == 0


def _changes(
    functions: Iterable[types.FunctionType], module: types.CodeType
) -> Iterator[tuple[types.FunctionType, types.CodeType]]:
    """Yield the functions whose code is another one in *module*."""
    codes: dict[tuple[str, int], types.CodeType] = {}
    stack = [module]
    while stack:
        code = stack.pop()
        codes[code.co_qualname, code.co_firstlineno] = code
        stack += [one for one in code.co_consts if isinstance(one, types.CodeType)]
    for function in functions:
        old = function.__code__
        new = codes.get((old.co_qualname, old.co_firstlineno))
        if new is not None and new != old and new.co_freevars == old.co_freevars:
            yield function, new


def _forget() -> None:
    """Empty what is remembered since the tests were collected."""
    for name, module in list(sys.modules.items()):
        if name.replace(".", "/").startswith(PACKAGES):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def _survives_import(root: Path, file: str, text: str) -> bool:
    """Tell whether the package's own tests pass with *text* for *file*."""
    path = root / file
    original, times = path.read_text("utf-8"), path.stat()
    command = [sys.executable, "-m", "pytest", "-x", *QUIETLY, *OWN[_package(file)]]
    settings = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        path.write_text(text, "utf-8")
        done = subprocess.run(command, cwd=root, env=settings, capture_output=True, timeout=60 * ENDLESS, check=False)
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(original, "utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # what is compiled of it stays good
    return done.returncode == 0


def _package(file: str) -> str:
    return next(one for one in PACKAGES if file.startswith(one))


def _lies(mutant: Mutant, places: list[str]) -> bool:
    """Tell whether a mutant lies at one of *places*: folders, files, or lines as FILE:LINE."""
    file, line, *_ = mutant
    return any(place in (file, f"{file}:{line}") or file.startswith(f"{place}/") for place in places)


def _next(clock: str) -> dt.datetime:
    """Return when it is *clock* (HH:MM) next: tomorrow where it is later now."""
    now = dt.datetime.now()  # noqa: DTZ005  # the wall clock is meant
    then = dt.datetime.combine(now, dt.time.fromisoformat(clock))
    return then if then > now else then + dt.timedelta(days=1)


def main() -> None:
    """Try a sample, and print the score by package and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("copy", type=Path)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--at", action="append", default=[], metavar="PLACE", help="folder, file or FILE:LINE; else anywhere"
    )
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of the processor for the tests of a mutant")
    parser.add_argument("--until", type=_next, help="HH:MM, when to stop whatever is left")
    options = parser.parse_args()
    root = options.copy.resolve()
    os.chdir(root)
    sys.path.insert(0, str(root))
    trial = Trial(root, lines_of(root), seconds=options.seconds, until=options.until)
    every = [one for one in mutants(root) if not options.at or _lies(one, options.at)]
    trial.sample = random.Random(options.seed).sample(every, min(options.most, len(every)))
    print(f"{len(every):,} mutants, {len(trial.sample)} in the sample of seed {options.seed}", flush=True)
    pytest.main([*QUIETLY, "-s", *TESTS, *(f"--ignore={one}" for one in LEFT_OUT)], plugins=[trial])
    for package in (*PACKAGES, ""):
        tried, left = (sum(one[0].startswith(package) for one in some) for some in (trial.tried, trial.left))
        print(f"{package or 'all':26} {tried - left:4} of {tried:4} killed: {(tried - left) / max(1, tried):.1%}")


if __name__ == "__main__":
    main()
