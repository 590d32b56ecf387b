"""``iamproof sweep``: everything that somebody may do, over the whole catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from iamproof.cli import completing
from iamproof.cli.choosing import file_options
from simulator.errors import Diagnostic, InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from iamproof.grants import Difference
    from simulator.accounts.model import Account, Principal
    from simulator.analyse.sweep import Sweep
    from simulator.catalogue import Catalogue
    from simulator.suites.model import Session

__all__ = ["command"]

_WILDCARDS = frozenset("*?")
_SOMEBODY = "somebody"
_ACCOUNT = "111111111111"

_HELP = """List everything that a principal may do: allowed actions by service and access level, on `*`, on own and
others' users and MFA devices, on an ARN of every resource type, and on what the policies name.

--as NAME is looked up in the accounts of the suites at PATH (default: scenarios/), or in --account.  --policy takes a
file, an ARN or the name of an AWS managed policy instead; with wildcards, all of AWS's that match, a line each."""


class _Who(NamedTuple):
    """Somebody, in an account, with the sessions that can be named."""

    principal: Principal
    account: Account | None
    sessions: Mapping[str, Session]


@click.command("sweep", help=_HELP)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--as", "who", metavar="NAME", help="A user or role.", shell_complete=completing.principals)
@click.option("--account", metavar="FILE", help="Look it up in this account file.", shell_complete=completing.files)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="FILE|ARN|NAME",
    help="Somebody with this policy; repeatable.",
    shell_complete=completing.policies,
)
@click.option(
    "--session",
    "sessions",
    multiple=True,
    metavar="NAME",
    help="A sign-in state; repeatable (default: each).",
    shell_complete=completing.sessions,
)
@click.option(
    "--compare",
    metavar="NAME",
    help="What does this session, principal or (with --policy) policy add?",
    shell_complete=completing.compared,
)
@click.option("--list", "full", is_flag=True, help="List the actions, however many.")
@click.option("--format", "fmt", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@file_options
def command(**options: Any) -> int:
    """Sweep and print."""
    from iamproof import grants  # noqa: PLC0415  # --help needs no renderer
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator

    catalogue = current_catalogue()
    warn_of_age(catalogue)
    if any(_WILDCARDS & set(text) for text in options["policies"]):
        if options["compare"] is not None:
            _misused("`--compare` wants one policy, and a pattern stands for many", "name the policy")
        click.echo(_counted(options, catalogue), nl=False)
        return 0
    found = _found(options, catalogue)
    match options["fmt"]:
        case "json":
            click.echo(grants.as_data(found, catalogue), nl=False)
        case "csv":
            click.echo(grants.as_csv(found, catalogue), nl=False)
        case _:
            click.echo(grants.as_text(found, catalogue, full=options["full"]), nl=False)
    return 0


def _misused(message: str, advice: str) -> NoReturn:
    raise InputError([Diagnostic("option", message, help=advice)])


# --- one principal ------------------------------------------------------------------------------


def _found(options: dict[str, Any], catalogue: Catalogue) -> Sequence[Sweep | Difference]:
    from simulator.analyse.sweep import Sweeper  # noqa: PLC0415  # --help needs no simulator

    everybody = _everybody(options, catalogue)
    who = _only(everybody, options)
    sessions = [_session(who, name) for name in options["sessions"]] or _default_sessions(who)
    sweeper = Sweeper(catalogue)
    if options["compare"] is None:
        return [sweeper.sweep(who.account, who.principal, session) for session in sessions]
    return _compared(sweeper, everybody, who, sessions, options)


def _compared(
    sweeper: Any, everybody: Sequence[_Who], who: _Who, sessions: Sequence[Session], options: dict[str, Any]
) -> Sequence[Difference]:
    from iamproof.grants import Difference  # noqa: PLC0415  # only with --compare

    name = options["compare"]

    def swept(one: _Who, session: Session, beside: _Who) -> Sweep:
        found: Sweep = sweeper.sweep(one.account, one.principal, session, beside=beside.principal)
        return found

    if name in who.sessions:
        new = _session(who, name)
        old = [session for session in sessions if session is not new]
        if not old:
            _misused(f"there is nothing to compare `{name}` with", "name another state with `--session`")
        return [Difference(swept(who, session, who), swept(who, new, who)) for session in old]
    other = _named(everybody, name, f"there is no session, user or role `{name}` to compare with", who.sessions)
    shared = [s for s in sessions if s.for_roles or {who.principal.kind, other.principal.kind} == {"user"}]
    return [Difference(swept(who, session, other), swept(other, session, who)) for session in shared]


def _everybody(options: dict[str, Any], catalogue: Catalogue) -> tuple[_Who, ...]:
    """Return everybody who can be named, or the one somebody with the policies given."""
    from simulator.errors import Collector  # noqa: PLC0415  # --help needs no simulator
    from simulator.suites.sessions import read_sessions  # noqa: PLC0415  # --help needs no simulator

    built_in = read_sessions({}, Collector())
    if options["policies"]:
        if options["who"] or options["account"] or options["paths"]:
            _misused("`--policy` excludes `--as`, `--account` and PATH", "give one or the other")
        return tuple(_Who(one, None, built_in) for one in _holders(options, built_in))
    if options["account"]:
        from simulator.accounts.load import load_account  # noqa: PLC0415  # only with --account

        account = load_account(Path(options["account"]), allow_external=True, catalogue=catalogue)
        return tuple(_Who(one, account, built_in) for one in account.principals.values())
    from iamproof.session import suite_paths  # noqa: PLC0415  # --help needs no simulator
    from simulator.suites.load import load_suites  # noqa: PLC0415  # --help needs no simulator

    paths = suite_paths(options["paths"])
    root = Path(options["root"]) if options["root"] else Path()
    loaded = load_suites(paths, root=root, allow_external=options["allow_external_files"], catalogue=catalogue)
    found = {
        (id(suite.account), one.label): _Who(one, suite.account, suite.sessions)
        for suite in reversed(loaded.suites)
        for one in suite.account.principals.values()
    }
    return tuple(reversed(found.values()))


def _holders(options: dict[str, Any], sessions: Mapping[str, Session]) -> tuple[Principal, ...]:
    """Return somebody with the policies given, and somebody with the one to compare with."""
    other = options["compare"]
    if other is None or other in sessions:
        return (_somebody(options["policies"], _SOMEBODY),)
    return _somebody(options["policies"], ", ".join(options["policies"])), _somebody((other,), other, sessions)


def _somebody(texts: Sequence[str], label: str, others: Iterable[str] = ()) -> Principal:
    from simulator.accounts.model import Principal  # noqa: PLC0415  # only with --policy
    from simulator.analyse.adhoc import load_policy  # noqa: PLC0415  # only with --policy
    from simulator.catalogue.managed import managed_policy  # noqa: PLC0415  # only with --policy

    for text in texts:
        near = None if Path(text).exists() or managed_policy(text) else nearest(text, others)
        if near is not None:
            _misused(f"there is no session, file or AWS managed policy `{text}`", f"did you mean `{near}`?")
    found = map(load_policy, texts)
    return Principal(_SOMEBODY, "user", label, _ACCOUNT, "aws", policies=tuple(dict.fromkeys(found)))


def _only(everybody: Sequence[_Who], options: dict[str, Any]) -> _Who:
    if options["policies"]:
        return everybody[0]
    if options["who"] is None:
        _misused("there is nobody to sweep", "give `--as NAME`, or `--policy FILE`")
    return _named(everybody, options["who"], f"there is no user or role `{options['who']}`", ())


def _named(everybody: Sequence[_Who], name: str, message: str, more: Sequence[str] | Mapping[str, object]) -> _Who:
    found = [one for one in everybody if name in _names(one.principal)]
    if len(found) > 1:
        listed = ", ".join(f"`{one.principal.arn}`" for one in found)
        _misused(f"`{name}` is {len(found)} principals", f"name one by its ARN: {listed}")
    if not found:
        known = [*dict.fromkeys(one.principal.label for one in everybody), *more]
        near = nearest(name, known)
        _misused(message, f"did you mean `{near}`?" if near else _known(known))
    return found[0]


def _names(principal: Principal) -> tuple[str, ...]:
    return principal.label, f"{principal.kind}/{principal.name}", principal.arn, principal.caller_arn


def _known(names: Iterable[str]) -> str:
    return f"known here: {', '.join(f'`{name}`' for name in names)}"


def _session(who: _Who, name: str) -> Session:
    session = who.sessions.get(name)
    if session is None or session.stands_for:
        known = [one.name for one in who.sessions.values() if not one.stands_for]
        near = nearest(name, known)
        _misused(f"there is no session `{name}`", f"did you mean `{near}`?" if near else _known(known))
    if who.principal.kind == "role" and not session.for_roles:
        message = f"`{who.principal.label}` is a role, and roles have no session `{name}`"
        _misused(message, "roles have temporary credentials only")
    return session


def _default_sessions(who: _Who) -> list[Session]:
    """Return the states of MFA in which the principal can be."""
    from simulator.suites.sessions import MFA_SESSIONS, concrete  # noqa: PLC0415  # --help needs no simulator

    return [one for one in concrete(MFA_SESSIONS, who.sessions) if one.for_roles or who.principal.kind == "user"]


# --- many policies ------------------------------------------------------------------------------


def _counted(options: dict[str, Any], catalogue: Catalogue) -> str:
    """Count what each of AWS's policies allows whose name matches."""
    from iamproof.grants import counts_as  # noqa: PLC0415  # only for many policies
    from simulator.analyse.sweep import count_policies  # noqa: PLC0415  # only for many policies
    from simulator.catalogue.managed import managed_names, managed_policy  # noqa: PLC0415  # only for many policies
    from simulator.decide.context import Context  # noqa: PLC0415  # only for many policies
    from simulator.decide.evaluate import Workspace  # noqa: PLC0415  # only for many policies
    from simulator.policy.pattern import Pattern  # noqa: PLC0415  # only for many policies
    from simulator.policy.stored import StoredReader  # noqa: PLC0415  # only for many policies

    patterns = [Pattern.parse(text.rpartition("/")[2].lower()) for text in options["policies"]]
    names = [name for name in managed_names() if any(pattern.matches(name.lower()) for pattern in patterns)]
    if not names:
        message = f"no AWS managed policy matches `{' '.join(options['policies'])}`"
        _misused(message, "a pattern is of their names, as `*ReadOnlyAccess`; `iamproof catalogue PATTERN` lists them")
    who = _everybody({**options, "policies": ("AdministratorAccess",), "compare": None}, catalogue)[0]
    sessions = [_session(who, name) for name in options["sessions"]] or _default_sessions(who)
    derived = who.principal.derived_context()
    stated = [
        {one.name: one.value for one in session.context.values() if one.value is not None} for session in sessions
    ]
    texts = (found for found in map(managed_policy, names) if found is not None)
    reader = StoredReader()
    policies = (reader.read(found.text, name=found.name) for found in texts)
    contexts = [Context.of({**derived, **values}) for values in stated]
    counts = tuple(count_policies(policies, contexts, Workspace(catalogue.table), who.principal.caller()))
    return counts_as(options["fmt"], counts, [session.name for session in sessions], catalogue)
