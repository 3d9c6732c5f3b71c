"""Inputs with a fault each, which the frame must see; they are no members of the corpus."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.hostile.frame import Member


def _say(text: str) -> None:
    print(text, file=sys.stderr)
    sys.exit(2)


def _call(name: str, act) -> Member:
    return Member(name, "store", lambda folder: lambda: act(folder))


def _native_read(folder: Path) -> None:
    descriptor = os.open(folder.parent / "outside" / "secret", os.O_RDONLY)
    Path("copy").write_bytes(os.read(descriptor, 1000))
    _say("error: a copy was made")


FAULTS = {
    "exit status 0": _call("ends well", lambda folder: None),
    "a traceback": _call("a traceback", lambda folder: [][1]),
    "2 messages": _call("two messages", lambda folder: _say("error: one\nerror: two")),
    "exit status -14": Member("waits", "store", lambda folder: lambda: time.sleep(60), seconds=1),
    "MemoryError": _call("fills memory", lambda folder: bytearray(3 << 30)),
    "control characters": _call("an escape", lambda folder: _say("error: \x1b[2J")),
    "read a file outside": _call("copies", _native_read),
    "outside/secret' to read": _call(
        "reads outside", lambda folder: (folder.parent / "outside" / "secret").read_bytes()
    ),
    "to write": _call("writes outside", lambda folder: (folder.parent / "outside" / "new").write_text("")),
    "changed the folder outside": _call(
        "writes outside again", lambda folder: (folder.parent / "outside" / "new").write_text("")
    ),
    "started": _call("starts a program", lambda folder: subprocess.run(["true"], check=True)),
    "os.remove": _call("removes", lambda folder: (folder.parent / "outside" / "secret").unlink()),
}
"""What the frame must say -> the input."""

MEMBERS = list(FAULTS.values())
