"""Engines by name: a client with boto3's face, or a backend that answers batches.

====================  ==================================================================================
``embedded``          the evaluator in this process; ``account`` for the calls about principals
``moto``              moto in this process; ``account`` takes the place of what moto held of it
``aws``               the service; ``profile``, ``region``, ``endpoint_url``
``recording:FILE``    a file that an earlier run on ``aws`` wrote
====================  ==================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from simulator.catalogue import load
from simulator.errors import Diagnostic, InputError, nearest

if TYPE_CHECKING:
    from simulator.accounts.model import Account
    from simulator.backends.aws import AwsOptions
    from simulator.backends.batch import Backend
    from simulator.backends.replay import RecordingBackend
    from simulator.catalogue import Catalogue

__all__ = ["ENGINES", "backend", "client"]

ENGINES = ("embedded", "moto", "aws", "recording")
_RECORDING = "recording"
_TAKES_ACCOUNT = frozenset({"embedded", "moto"})


@dataclass(frozen=True, slots=True)
class _Engine:
    """A name taken apart, and what may come with it."""

    name: str
    file: Path | None
    account: Account | None
    catalogue: Catalogue
    aws: dict[str, str | None]


def client(
    name: str = "embedded",
    *,
    account: Account | Path | str | None = None,
    catalogue: Catalogue | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Any:
    """Return a client with the calls of the policy simulator, as ``boto3.client("iam")`` has them.

    Raises `InputError` for an unknown name or unusable file, `BackendError` when AWS can't be asked.
    """
    engine = _engine(name, account, catalogue, {"profile": profile, "region": region, "endpoint_url": endpoint_url})
    match engine.name:
        case "embedded":
            return _embedded(engine)
        case "moto":
            return _moto(engine)
        case "aws":
            from simulator.backends import aws  # noqa: PLC0415  # boto3 is dear

            return aws.connect(_options(engine))
        case _:
            from simulator.backends.replay import RecordingClient  # noqa: PLC0415  # only who replays pays

            return RecordingClient(_recording(engine))


def backend(
    name: str = "embedded",
    *,
    account: Account | Path | str | None = None,
    catalogue: Catalogue | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Backend:
    """Return a backend that answers batches of requests; raises as `client` does."""
    engine = _engine(name, account, catalogue, {"profile": profile, "region": region, "endpoint_url": endpoint_url})
    match engine.name:
        case "embedded":
            return _batches(_embedded(engine), engine, "simulated by iamproof's evaluator")
        case "moto":
            return _batches(_moto(engine), engine, "simulated by moto with iamproof's evaluator")
        case "aws":
            return _aws(engine)
        case _:
            return _recording(engine)


def _engine(
    name: str, account: Account | Path | str | None, catalogue: Catalogue | None, aws: dict[str, str | None]
) -> _Engine:
    word, colon, file = name.partition(":")
    if word not in ENGINES or (colon and word != _RECORDING):
        near = nearest(word, ENGINES)
        advice = f"did you mean `{near}`?" if near else f"the backends are {', '.join(ENGINES)}"
        _refuse(f"there is no backend `{name}`", advice)
    if word == _RECORDING and not file:
        _refuse("the backend `recording` needs a file", "write `recording:FILE`")
    if account is not None and word not in _TAKES_ACCOUNT:
        _refuse(f"the backend `{word}` takes no account", "an account file is for `embedded` and `moto`")
    for option, value in aws.items():
        if value is not None and word != "aws" and not (word == "moto" and option == "region"):
            _refuse(f"the backend `{word}` takes no `{option}`", "it is for `aws`")
    return _Engine(word, Path(file) if file else None, _account(account), catalogue or load(), aws)


def _account(account: Account | Path | str | None) -> Account | None:
    if isinstance(account, Path | str):
        from simulator.accounts.load import load_account  # noqa: PLC0415  # only who names a file pays

        return load_account(Path(account))
    return account


def _embedded(engine: _Engine) -> Any:
    from simulator.backends.embedded import EmbeddedClient  # noqa: PLC0415  # each engine for itself

    if engine.account is None:
        return EmbeddedClient(catalogue=engine.catalogue)
    from simulator.backends.holdings import AccountDirectory  # noqa: PLC0415  # only with an account

    return EmbeddedClient(AccountDirectory(engine.account), catalogue=engine.catalogue)


def _moto(engine: _Engine) -> Any:
    from simulator.backends import moto  # noqa: PLC0415  # moto is dear

    return moto.connect(engine.account, region=engine.aws["region"])


def _options(engine: _Engine) -> AwsOptions:
    from simulator.backends.aws import AwsOptions  # noqa: PLC0415  # boto3 is dear

    return AwsOptions(**{name: value for name, value in engine.aws.items() if value is not None})  # type: ignore[arg-type]  # its first three fields


def _aws(engine: _Engine) -> Backend:
    from simulator.backends import aws  # noqa: PLC0415  # boto3 is dear

    options = _options(engine)
    who = aws.identity(options)
    place = (
        f"AWS, account {who.account}"
        if options.endpoint_url is None
        else f"{options.endpoint_url}, account {who.account}"
    )
    return aws.AwsBackend(aws.connect(options), options, source=f"answers of {place}", apart=_known(engine.catalogue))


def _recording(engine: _Engine) -> RecordingBackend:
    from simulator.backends import recording, replay  # noqa: PLC0415  # only who replays pays

    assert engine.file is not None, "a recording has a file"
    return replay.RecordingBackend(recording.load(engine.file), engine.file.as_posix())


def _batches(made: Any, engine: _Engine, source: str) -> Backend:
    from simulator.backends.asking import ClientBackend  # noqa: PLC0415  # only who asks batches pays

    return ClientBackend(made, engine.name, source, apart=_known(engine.catalogue))


def _known(catalogue: Catalogue) -> Any:
    """Tell known actions from unknown ones, which must not share a call about ARNs."""
    return lambda action: catalogue.place(action) is not None


def _refuse(message: str, advice: str) -> NoReturn:
    raise InputError([Diagnostic("backend", message, help=advice)])
