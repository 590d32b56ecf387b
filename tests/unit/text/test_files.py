"""Reading files: what is refused, in which words, and that nothing waits or reads without end."""

from __future__ import annotations

import hashlib
import os
import socket
from typing import TYPE_CHECKING

import pytest

from simulator.errors import InputError
from simulator.text.files import POLICY_LIMIT, SUITE_LIMIT, read_source

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.errors import Diagnostic


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a policy below it and a secret beside it."""
    here = tmp_path / "here"
    (here / "policies").mkdir(parents=True)
    (here / "policies" / "mfa.json").write_bytes(b'{"a": "\xc3\xa9"}\r\n')
    (tmp_path / "secret.json").write_text("{}")
    monkeypatch.chdir(here)
    return here


def fault_of(path: Path, **options: object) -> Diagnostic:
    with pytest.raises(InputError) as caught:
        read_source(path, **options)  # type: ignore[arg-type]  # the options of each test
    (fault,) = caught.value.diagnostics
    return fault


def test_a_source_is_the_text_of_the_file_and_the_hash_of_its_bytes(folder: Path) -> None:
    source = read_source(folder / "policies" / "mfa.json")
    assert (source.name, source.text) == ("policies/mfa.json", '{"a": "é"}\r\n')
    assert source.sha256 == hashlib.sha256(b'{"a": "\xc3\xa9"}\r\n').hexdigest()


def test_the_name_is_relative_only_below_the_current_folder(folder: Path) -> None:
    assert read_source(folder / ".." / "here" / "policies" / "mfa.json").name == "policies/mfa.json"
    outside = folder.parent / "secret.json"
    assert read_source(outside).name == outside.as_posix()


def test_the_name_can_be_stated(folder: Path) -> None:
    assert read_source(folder / "policies" / "mfa.json", shown="x").name == "x"
    assert fault_of(folder / "nothing", shown="x").message == "there is no file `x`"


def test_a_byte_order_mark_is_kept_for_the_reader_to_judge(folder: Path) -> None:
    (folder / "bom.json").write_bytes(b"\xef\xbb\xbf{}")
    assert read_source(folder / "bom.json").text == "\ufeff{}"


def test_an_empty_file_is_an_empty_text(folder: Path) -> None:
    (folder / "empty").touch()
    assert read_source(folder / "empty").text == ""


@pytest.mark.parametrize(
    ("path", "help_"),
    [
        ("policies/mfa.jsn", "did you mean `mfa.json`?"),
        ("policies/MFA.json", "did you mean `mfa.json`?"),
        ("policy/mfa.json", "did you mean `policies`?"),
        ("policies/zzzzzzzz", "nothing in `policies` has a name like it"),
        ("zzz/a/b.json", "there is no folder `zzz`"),
    ],
)
def test_a_missing_file_is_told_with_the_name_that_may_be_meant(folder: Path, path: str, help_: str) -> None:
    fault = fault_of(folder / path)
    assert (fault.code, fault.message, fault.help) == ("file-missing", f"there is no file `{path}`", help_)


def test_a_file_in_the_place_of_a_folder_is_told(folder: Path) -> None:
    assert fault_of(folder / "policies" / "mfa.json" / "x").code == "file-missing"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000])
def test_a_name_that_no_file_can_have_is_told(folder: Path, name: str) -> None:
    assert fault_of(folder / name).code in ("file-missing", "file-unreadable")
    assert fault_of(folder / name, root=folder).code in ("file-missing", "file-unreadable")


def test_a_folder_is_no_file(folder: Path) -> None:
    fault = fault_of(folder / "policies")
    assert (fault.code, fault.message) == ("file-not-regular", "`policies` is a folder, not a file")


def test_a_pipe_is_refused_without_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert fault_of(folder / "pipe").message == "`pipe` is a pipe, not a file"


def test_a_device_is_refused(folder: Path) -> None:
    (folder / "zero").symlink_to("/dev/zero")
    assert fault_of(folder / "zero").message == "`zero` is a device, not a file"


def test_a_socket_is_refused(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")  # relative: a socket's path is short
        assert fault_of(folder / "socket").message == "`socket` is a socket, not a file"


def test_a_circle_of_links_is_told(folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    assert fault_of(folder / "a").code == "file-unreadable"
    assert fault_of(folder / "a", root=folder).code == "file-unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read any file")
def test_a_file_that_may_not_be_read_is_told(folder: Path) -> None:
    (folder / "policies" / "mfa.json").chmod(0)
    assert fault_of(folder / "policies" / "mfa.json").message == "`policies/mfa.json` can't be read: permission denied"


def test_a_file_beyond_the_limit_is_refused(folder: Path) -> None:
    (folder / "big").write_bytes(b"x" * (POLICY_LIMIT + 1))
    fault = fault_of(folder / "big", limit=POLICY_LIMIT)
    assert (fault.code, fault.message) == ("file-too-large", "`big` has more than 1 MiB")
    assert len(read_source(folder / "big", limit=POLICY_LIMIT + 1).text) == POLICY_LIMIT + 1
    assert fault_of(folder / "big", limit=10).message == "`big` has more than 10 bytes"


def test_a_sparse_file_of_any_size_costs_no_more_than_the_limit(folder: Path) -> None:
    with (folder / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    assert fault_of(folder / "sparse").message == f"`sparse` has more than {SUITE_LIMIT >> 20} MiB"


# Containment


def test_a_file_outside_of_the_root_is_refused_whether_it_exists_or_not(folder: Path) -> None:
    for name in ("secret.json", "nothing.json"):
        fault = fault_of(folder / ".." / name, root=folder)
        assert fault.code == "file-outside"
        assert fault.help.endswith("`--root` names a wider one")
    assert read_source(folder / ".." / "secret.json", root=folder.parent).text == "{}"
    assert read_source(folder / ".." / "secret.json").text == "{}"


def test_a_link_leads_nowhere_outside(folder: Path) -> None:
    (folder / "link.json").symlink_to(folder.parent / "secret.json")
    (folder / "up").symlink_to(folder.parent)
    assert fault_of(folder / "link.json", root=folder).code == "file-outside"
    assert fault_of(folder / "up" / "secret.json", root=folder).code == "file-outside"
    assert fault_of(folder / "up" / "nothing.json", root=folder).code == "file-outside"


def test_a_link_inside_of_the_root_is_followed(folder: Path) -> None:
    (folder / "link.json").symlink_to("policies/mfa.json")
    (folder / "loop").symlink_to(folder)
    assert read_source(folder / "link.json", root=folder).name == "link.json"
    assert read_source(folder / "loop" / "policies" / "mfa.json", root=folder).text.startswith("{")


def test_the_root_may_itself_be_a_link(folder: Path) -> None:
    (folder.parent / "there").symlink_to(folder)
    assert read_source(folder / "policies" / "mfa.json", root=folder.parent / "there").text.startswith("{")


def test_a_folder_whose_name_starts_like_the_root_is_outside(folder: Path) -> None:
    (folder.parent / "here2").mkdir()
    (folder.parent / "here2" / "a.json").write_text("{}")
    assert fault_of(folder.parent / "here2" / "a.json", root=folder).code == "file-outside"


# Encoding


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b'{\n "a": "\xe9"}', "2:8", "the file is not UTF-8: byte 0xe9"),
        ("é😀".encode() + b"\xff", "1:3", "the file is not UTF-8: byte 0xff"),
        (b"a\r\nb\rc\xc3", "3:2", "the file is not UTF-8: byte 0xc3"),
        (b"\xed\xa0\x80", "1:1", "the file is not UTF-8: byte 0xed"),
        ("{}".encode("utf-16"), "1:1", "the file is not UTF-8: byte 0xff"),
    ],
)
def test_a_byte_that_is_not_utf_8_is_told_at_its_place(folder: Path, data: bytes, place: str, message: str) -> None:
    (folder / "x.json").write_bytes(data)
    fault = fault_of(folder / "x.json")
    assert (fault.code, str(fault.span), fault.message) == ("file-encoding", f"x.json:{place}", message)


def test_utf_16_is_recognised(folder: Path) -> None:
    (folder / "x.json").write_bytes("{}".encode("utf-16"))
    assert fault_of(folder / "x.json").help == "it looks like UTF-16; save it as UTF-8"


def test_a_current_folder_that_is_gone_is_no_traceback(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert read_source(folder / "policies" / "mfa.json").name == (folder / "policies" / "mfa.json").as_posix()
    from pathlib import Path as AnyPath

    assert fault_of(AnyPath("x.json")).code == "file-missing"
