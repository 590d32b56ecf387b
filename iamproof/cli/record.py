"""``iamproof record``: ask AWS once, and keep its answers as evidence."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from iamproof.cli.choosing import aws_options, cell_options, chosen
from simulator.errors import SelectionError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from simulator.backends import Outcome, SimulationRequest
    from simulator.backends.aws import AwsOptions
    from simulator.backends.batch import Heard
    from simulator.backends.journal import Source
    from simulator.catalogue import Catalogue
    from simulator.suites.cells import Cell

__all__ = ["command"]

_INTERRUPTED = 130
_MINUTE = 60

_HELP = """Ask AWS everything that suites ask (default: scenarios/), and keep the answers in one file.

The credentials need iam:SimulateCustomPolicy alone, and nothing is changed.  What is answered stays
answered: after an interrupt, the same command goes on.  Later, `iamproof test --backend recording:FILE`
decides by the answers, and `iamproof test --corroborate FILE` holds every decision against them."""


@click.command("record", help=_HELP)
@cell_options
@click.option(
    "--to", "target", required=True, metavar="FILE", help="Where the recording goes.", shell_complete=completing.files
)
@aws_options
def command(**options: Any) -> int:
    """Ask, write the recording, and return the exit code."""
    from iamproof import __version__  # noqa: PLC0415  # --help needs no simulator
    from iamproof.remote import Progress  # noqa: PLC0415  # --help needs no simulator
    from simulator.backends import aws  # noqa: PLC0415  # brings botocore
    from simulator.backends.journal import record  # noqa: PLC0415  # --help needs no simulator

    prepared = chosen(options)
    batch = _requests(prepared.cells)
    reach = {key: options[key] for key in ("profile", "region", "endpoint_url")}
    how = aws.AwsOptions(**reach)
    account = aws.identity(how).account
    source = _source(how, prepared.catalogue)
    _announce(batch, account, how, prepared.catalogue)
    counted = _Counted(source, Progress("answered", len(batch)))
    try:
        found = record(
            counted,
            batch,
            Path(options["target"]),
            account=account,
            tool_version=__version__,
            region=options["region"],
            endpoint_url=options["endpoint_url"],
        )
    except KeyboardInterrupt:
        click.echo("\ninterrupted: what was answered is kept, and the same command goes on from there", err=True)
        return _INTERRUPTED
    refused = sum(not hasattr(outcome, "result") for _, outcome in found.pairs)
    told = f" ({refused:,} of them refusals)" if refused else ""
    click.echo(f"wrote {_shown(options['target'])}: {len(found.pairs):,} answers{told}", err=True)
    return 0


def _requests(cells: Sequence[Cell]) -> list[SimulationRequest]:
    """Return what *cells* ask, each request once; say what can't be asked."""
    from simulator.suites.asking import Wording  # noqa: PLC0415  # --help needs no simulator

    wording = Wording()
    reasons = {cell: wording.unsupported(cell) for cell in cells}
    for reason, count in Counter(reason for reason in reasons.values() if reason is not None).items():
        click.echo(f"not asked, {count:,} cells: {_shown(reason)}", err=True)
    asked = (cell for cell, reason in reasons.items() if reason is None)
    batch = _once(request for cell in asked for one in wording.operations(cell) for request in one.requests)
    if not batch:
        raise SelectionError("there is nothing that AWS could be asked")
    return batch


def _once(requests: Iterable[SimulationRequest]) -> list[SimulationRequest]:
    from simulator.backends.journal import request_digest  # noqa: PLC0415  # --help needs no simulator

    return list({request_digest(request): request for request in requests}.values())


def _source(how: AwsOptions, catalogue: Catalogue) -> Source:
    from simulator.backends import aws  # noqa: PLC0415  # brings botocore

    return aws.AwsBackend(aws.connect(how), how, apart=_known(catalogue))


def _known(catalogue: Catalogue) -> Callable[[str], bool]:
    """Tell known actions from unknown ones, which must not share a call about ARNs."""
    return lambda action: catalogue.place(action) is not None


def _announce(batch: Sequence[SimulationRequest], account: str, how: AwsOptions, catalogue: Catalogue) -> None:
    """Say whom is asked and how long it takes: IAM throttles an account as a whole, so a pace is kept."""
    from simulator.backends.plan import plan  # noqa: PLC0415  # --help needs no simulator

    calls = len(plan(batch, limits=how.limits, apart=_known(catalogue)))
    seconds = calls / how.pace if how.pace else 0
    long = f", about {seconds / _MINUTE:.0f} minutes" if seconds >= 2 * _MINUTE else ""
    place = how.endpoint_url or "AWS"
    click.echo(f"asking {_shown(place)}, account {account}: {len(batch):,} requests in {calls:,} calls{long}", err=True)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A source whose outcomes are counted as they come."""

    source: Source
    told: Callable[[int], None]

    def outcomes(
        self, batch: Sequence[SimulationRequest], heard: Heard | None = None
    ) -> Generator[tuple[int, Outcome]]:
        """Pass the outcomes on."""
        numbers = itertools.count(1)

        def both(index: int, outcome: Outcome) -> None:
            if heard is not None:
                heard(index, outcome)
            self.told(next(numbers))

        return self.source.outcomes(batch, both)


def _shown(text: str) -> str:
    from simulator.text.show import printable  # noqa: PLC0415  # --help needs no simulator

    return printable(text, limit=1000)
