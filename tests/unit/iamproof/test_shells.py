"""What is spelled for bash is what bash reads, in quotes and without."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamproof.cli.shells import _quoted, _read
from tests.property.profile import law

BREAKS = " \t\n\"'><=;|&(:"


@pytest.mark.parametrize(
    ("line", "words", "kept", "quote"),
    [
        ("iamproof ", ["iamproof", ""], 0, ""),
        ("iamproof te", ["iamproof", "te"], 0, ""),
        ("iamproof a::b", ["iamproof", "a::b"], 3, ""),
        (r"iamproof a:\ b\:c", ["iamproof", "a: b:c"], 2, ""),
        ("iamproof 'a::b c", ["iamproof", "a::b c"], 0, "'"),
        ('iamproof --only="with M', ["iamproof", "--only=with M"], 7, '"'),
        ('iamproof "a\\"b\\c', ["iamproof", 'a"b\\c'], 0, '"'),
        ("iamproof 'a b'c", ["iamproof", "a bc"], 3, ""),
        ("iamproof '' x", ["iamproof", "", "x"], 0, ""),
        ("iamproof a\\", ["iamproof", "a"], 0, ""),
    ],
)
def test_a_line_is_read_as_bash_and_readline_do(line: str, words: list[str], kept: int, quote: str) -> None:
    """Readline leaves alone what stands before the last break, or before the quote that is open."""
    assert _read(line, BREAKS) == (words, kept, quote)


@law
@given(
    text=st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" ")),
    quote=st.sampled_from("'\"") | st.just(""),
)
def test_what_is_spelled_is_read_back(text: str, quote: str) -> None:
    assert _read(f"x {quote}{_quoted(text, quote)}{quote}|", BREAKS).words == ["x", f"{text}|"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_bash_reads_every_character_as_it_is(quote: str) -> None:
    texts = [*map(chr, range(32, 127)), "ä", "鍵", "a[b c]-d:E-*", "~", "{a,b}", "$(id)", "`id`", "!!"]
    spelled = " ".join(f"{quote}{_quoted(one, quote)}{quote}" for one in texts)
    done = subprocess.run(["bash", "-c", f"printf '%s\\n' {spelled}"], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:-1] == texts
