"""How bash, zsh and fish are told what can stand where the cursor is.

click has scripts for them.  These are of our own since the id of a cell has colons, blanks and brackets: bash breaks
words at colons and would take brackets for globs, and fish's script cuts at commas.  Some values are a *part*, behind
which the shell must set no blank: ``principal=``, ``iam:``, the file of a cell.

Nobody can use a traceback while typing: what goes wrong completes nothing.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

from iamproof.cli.completing import PART

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["register"]


_BASH = """\
%(complete_func)s() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            part\\ *) compopt -o nospace; COMPREPLY+=("${line#part }") ;;
            plain\\ *) COMPREPLY+=("${line#plain }") ;;
        esac
    done < <(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a answer words_ parts described
    local kind value told
    (( ! $+commands[%(prog_name)s] )) && return 1
    answer=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
        %(complete_var)s=zsh_complete %(prog_name)s 2>/dev/null)}")
    for kind value told in ${answer}; do
        case $kind in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            part) parts+=("$value") ;;
            plain) [[ $told == _ ]] && words_+=("$value") || described+=("$value:$told") ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#parts )) && compadd -U -V unsorted -S '' -a parts
    (( $#words_ )) && compadd -U -V unsorted -a words_
    return 0
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
_FISH = """\
function %(complete_func)s
    set -l answer (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp | string collect) \\
        COMP_CWORD=(commandline -t | string collect) %(prog_name)s 2>/dev/null)
    for line in $answer
        set -l found (string split -m1 "," -- $line)
        switch $found[1]
            case dir
                __fish_complete_directories $found[2]
            case file
                __fish_complete_path $found[2]
            case plain part
                echo $found[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


def register() -> None:
    """Put our shells in the place of click's."""
    for shell in (_Bash, _Zsh, _Fish):
        add_completion_class(shell)


class _Shell(ShellComplete):
    """Completes nothing where something goes wrong."""

    def complete(self) -> str:
        """Return the lines that the script reads."""
        try:
            return super().complete()
        except Exception:
            if os.environ.get("IAMPROOF_DEBUG"):
                raise
            return ""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        """Name the files beside other values: what shells make of both does not go together."""
        items = super().get_completions(args, incomplete)
        if len({item.type == "file" for item in items}) < 2:
            return items
        return [*(item for item in items if item.type != "file"), *_files(incomplete)]


class _Zsh(_Shell, ZshComplete):
    source_template: ClassVar[str] = _ZSH


class _Fish(_Shell, FishComplete):
    source_template: ClassVar[str] = _FISH


class _Bash(_Shell, BashComplete):
    """bash replaces what stands behind the last break of the word, and takes it as it is: quoted by us."""

    source_template: ClassVar[str] = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Take the line apart ourselves: bash's own words are broken at colons."""
        self._typed = _read(os.environ["COMP_LINE"], os.environ.get("COMP_WORDBREAKS", " \t\n\"'><=;|&(:"))
        return self._typed.words[1:-1], self._typed.words[-1]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return a line: what kind it is, and what replaces the end of the word."""
        if item.type in ("file", "dir"):
            return item.type
        return f"{item.type} {_quoted(item.value[self._typed.kept :], self._typed.quote)}"


class _Typed(NamedTuple):
    """A line up to the cursor, as bash reads it."""

    words: list[str]  #: unquoted; the last is the one to complete
    kept: int  #: characters of it that readline leaves alone
    quote: str  #: the quote that is open


def _read(line: str, breaks: str) -> _Typed:
    """Take *line* apart; readline completes behind the last of *breaks*, or the quote that is open."""
    words: list[str] = []
    word, quote, kept, begun = "", "", 0, False
    characters = iter(enumerate(line))
    for place, char in characters:
        if char == "\\" and quote != "'" and (not quote or line[place + 1 : place + 2] in ("\\", '"', "$", "`")):
            word += next(characters, (0, ""))[1]
        elif char == quote or (not quote and char in "\"'"):
            quote, kept = "" if quote else char, len(word)
        elif not quote and char.isspace():
            words += [word] if begun else []
            word, kept, begun = "", 0, False
            continue
        else:
            word += char
            kept = len(word) if not quote and char in breaks else kept
        begun = True
    return _Typed([*words, word], kept, quote)


def _quoted(text: str, quote: str) -> str:
    """Spell *text* so that bash reads it as it is, behind an open *quote* or none."""
    if quote == "'":
        return text.replace("'", "'\\''")
    special = r'(["\\$`])' if quote else r"([^\w@%+=:,./-])"
    return re.sub(special, r"\\\1", text)


def _files(typed: str) -> Iterator[CompletionItem[Any]]:
    """Yield the files and folders whose path begins as typed."""
    start = typed[: typed.rfind("/") + 1]
    with suppress(OSError):
        for entry in sorted(Path(start or ".").iterdir()):
            path = f"{start}{entry.name}"
            if path.startswith(typed) and (not entry.name.startswith(".") or typed[len(start) :].startswith(".")):
                yield CompletionItem(f"{path}/", type=PART) if entry.is_dir() else CompletionItem(path)
