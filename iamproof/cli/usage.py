"""What click finds wrong with a command line, told as every other fault: what was wrong, what may be meant, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from simulator.errors import Diagnostic, nearest
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["as_diagnostic"]


def as_diagnostic(error: click.ClickException) -> Diagnostic:
    """Return the fault that *error* tells of."""
    message, advice = _told(error)
    return Diagnostic("option", message, help=advice)


def _told(error: click.ClickException) -> tuple[str, str]:
    usage = _usage(error)
    match error:
        case click.NoSuchOption():
            name = printable(error.option_name)
            return f"there is no option `{name}`", _meant(name, _options(error.ctx)) or usage
        case click.MissingParameter():
            return f"{_name(error)} is missing", _as(error.param) or usage
        case click.BadParameter():
            return _bad(error)
        case click.BadOptionUsage():
            name = printable(error.option_name)
            return f"the option `{name}` takes a value, and none is there", f"write it behind, as `{name} VALUE`"
        case _:
            text = error.format_message().rstrip(".")
            return f"{text[:1].lower()}{text[1:]}", usage


def _bad(error: click.BadParameter) -> tuple[str, str]:
    """Say which values a parameter takes, and which is near; click quotes the one given."""
    kind = getattr(error.param, "type", None)
    given = error.message.partition(" is not ")[0].strip("'")
    message = f"{_name(error)} can't be `{printable(given)}`"
    if isinstance(kind, click.Choice):
        choices = [str(choice) for choice in kind.choices]
        return message, _meant(given, choices) or f"it is one of {', '.join(f'`{one}`' for one in choices)}"
    if isinstance(kind, click.IntRange):
        least, most = kind.min, kind.max
        return message, f"it is a whole number from {least}" + (f" to {most}" if most is not None else " on")
    if isinstance(kind, click.Path) and isinstance(error.param, click.Option):
        given = error.message.split("'")[1] if error.message.count("'") > 1 else given
        return f"{_name(error)} can't be `{printable(given)}`: there is no such folder", "name a folder that is there"
    return f"{_name(error)} can't be read: {error.message.rstrip('.')}", _usage(error)


def _as(param: click.Parameter | None) -> str:
    return f"as `{max(param.opts, key=len)} {param.metavar or 'VALUE'}`" if isinstance(param, click.Option) else ""


def _name(error: click.BadParameter) -> str:
    param = error.param
    if isinstance(param, click.Option):
        return f"the option `{max(param.opts, key=len)}`"
    return f"the argument {'' if param is None else param.make_metavar(error.ctx).strip('[].')}" if error.ctx else "it"


def _meant(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else ""


def _options(context: click.Context | None) -> list[str]:
    params = () if context is None else context.command.get_params(context)
    return [name for param in params if isinstance(param, click.Option) for name in param.opts if name[:2] == "--"]


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    if context is None:
        return "`iamproof --help` lists the commands"
    pieces = " ".join(context.command.collect_usage_pieces(context))
    return f"as `{context.command_path} {pieces}`; `{context.command_path} --help` explains"
