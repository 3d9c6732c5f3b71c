"""Folders and lists of photographs that are hostile, and names of files."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.hostile.frame import Member
from tests.hostile.photograph_folders import OTHER_FORMATS, in_folder, of_source, sparse
from tests.hostile.pictures import png, webp_with_damaged_exif
from tests.photographs.pictures import hopper, save

HEADING = "path,group,emotion,subject\n"


def _list(name: str, text: str | bytes, says: str) -> Member:
    """A CSV of this text."""

    def make(place: Path) -> Path:
        path = place / "list.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return of_source(name, make, says)


def _beside(name: str, make: Callable[[Path], object]) -> Member:
    """A good photograph beside a bad one: the good one is measured."""

    def both(place: Path) -> None:
        save(place / "good.png", hopper())
        make(place)

    return in_folder(name, both, "report: ", code=0, seconds=60)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    os.chdir(path.parent)
    socket.socket(socket.AF_UNIX).bind(path.name)


def _outside(place: Path) -> Path:
    return place.parents[3] / "outside" / "secret"


PLACES = [
    in_folder("a pipe", lambda place: _pipe(place / "x.jpg"), "a pipe or a device"),
    in_folder("a socket", lambda place: _socket(place / "x.jpg"), "a pipe or a device"),
    in_folder("a folder named .jpg", lambda place: (place / "x.jpg").mkdir(), "a folder, a pipe"),
    in_folder("a link to a device", lambda place: (place / "x.jpg").symlink_to("/dev/zero"), "leads out of the folder"),
    in_folder("a link to a file outside", lambda p: (p / "x.jpg").symlink_to(_outside(p)), "leads out of the folder"),
    in_folder(
        "a link to a folder outside", lambda p: (p.parent / "anger").symlink_to(_outside(p).parent), "leads out of"
    ),
    in_folder("a link that leads to itself", lambda place: (place / "x.jpg").symlink_to("x.jpg"), "symbolic links"),
    in_folder("a link that leads nowhere", lambda place: (place / "x.jpg").symlink_to("y.jpg"), "No such file"),
    in_folder("folders in a circle", lambda place: (place / "up").symlink_to(".."), "link to a folder"),
    in_folder("folders a hundred deep", lambda p: p.joinpath(*["d"] * 100).mkdir(parents=True), "holds no photograph"),
    in_folder("a folder without anything", lambda place: None, "must be laid out"),
    of_source("a source that is a pipe", lambda p: (_pipe(p / "list"), p / "list")[1], "neither a folder nor a CSV"),
    of_source("a source that is a device", lambda place: Path("/dev/zero"), "neither a folder nor a CSV"),
    of_source("a source with a NUL in its name", lambda place: Path("a\0b"), "neither a folder nor a CSV"),
    of_source("a source with a name of 5,000 letters", lambda place: Path("a" * 5000), "neither a folder nor a CSV"),
    in_folder("an emotion with markup", lambda p: save(p.parent / "[bold]x" / "a.png", hopper()), r"\[bold\]x"),
    in_folder("an emotion with an escape", lambda p: save(p.parent / "\x1b[2J" / "a.png", hopper()), r"x1b\[2J"),
    in_folder("a subject without letters", lambda p: save(p / "_a.png", hopper()), "not laid out|does not lie so"),
]

LISTS = [
    _list("a list of nothing", "", "lacks the column"),
    _list("a list with a NUL", HEADING + "a\0.jpg,g,fear,s\n", "control character"),
    _list("a list with an escape", HEADING + "a.jpg,\x1b[2J,fear,s\n", "control character"),
    _list("a list with two columns of one name", "path,path,group,emotion,subject\na,b,g,fear,s\n", "two columns"),
    _list("a list with a short line", HEADING + "a.jpg,g\n", "2 values"),
    _list("a list with a long line", HEADING + "a.jpg,g,fear,s,t,u\n", "6 values"),
    _list("a list with an open quote", HEADING + '"a.jpg,g,fear,s\n', "no CSV"),
    _list("a list with a value of a megabyte", HEADING + "a" * (1 << 20) + ",g,fear,s\n", "no CSV"),
    _list("a list with a path of 5,000 letters", HEADING + "a" * 5000 + ",g,fear,s\n", "could be measured"),
    _list("a list in Latin 1", HEADING.encode() + b"M\xfcller.jpg,g,fear,s\n", "no CSV in UTF-8"),
    _list("a list of bytes", bytes(range(256)) * 9, "no CSV in UTF-8"),
    _list("a list that names itself", HEADING + "list.csv,g,fear,s\n", OTHER_FORMATS),
    _list("a list that names a device", HEADING + "/dev/zero,g,fear,s\n", "a pipe or a device"),
    _list("a list that names a file of the kernel", HEADING + "/proc/self/environ,g,fear,s\n", "0 bytes"),
    _list("a list that names its folder", HEADING + ".,g,fear,s\n", "a folder, a pipe"),
    _list("a list that names a file twice", HEADING + "a.jpg,g,fear,s\n../fear/a.jpg,g,fear,t\n", "more than once"),
    _list("a list with a markup emotion", HEADING + "a.jpg,g,[/x],s\n", r"\[/x\]"),
    of_source("a list of 8 GB", lambda p: (sparse(p / "list.csv", 8 << 30), p / "list.csv")[1], "bytes"),
    of_source("a list that names a pipe", lambda p: (
        _pipe(p / "x"), (p / "list.csv").write_text(HEADING + "x,g,fear,s\n"), p / "list.csv")[2], "a pipe or"),
    of_source("a list that names a link to itself", lambda p: (
        (p / "x").symlink_to("x"), (p / "list.csv").write_text(HEADING + "x,g,fear,s\n"), p / "list.csv")[2],
        "symbolic links"),
]  # fmt: skip

BESIDE = [
    _beside("a good one beside many bad ones", lambda p: (
        _pipe(p / "a.jpg"), (p / "b.jpg").symlink_to("b.jpg"), (p / "c.jpg").symlink_to(_outside(p)),
        (p / "d.png").write_bytes(png(1 << 20, 1 << 20)), (p / "e.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n"),
        (p / "f.webp").write_bytes(webp_with_damaged_exif()))),
    _beside("a good one beside names that are no UTF-8", lambda p: [
        (p / os.fsdecode(name)).write_bytes(b"x") for name in (b"M\xfcller.jpg", b"M\xfcller.txt", b"\xff\xfe.png")]),
    _beside("a good one beside names with markup and escapes", lambda p: [
        (p / name).write_bytes(b"x") for name in ("[bold]a.jpg", "b\x1b[2J.jpg", "c\nd.jpg", "\u202egpj.e.jpg")]),
    _beside("a good one whose name is no UTF-8", lambda p: save(p / os.fsdecode(b"M\xfcller.png"), hopper()[20:])),
    _beside("a good one in a group with markup", lambda p: save(
        p.parents[1] / "[/x]$\\frac{b" / "fear" / "a.png", hopper()[20:])),
]  # fmt: skip

MEMBERS = [*PLACES, *LISTS, *BESIDE]
