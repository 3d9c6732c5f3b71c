"""Run hostile inputs, each in a child process with limits and an audit hook, and say what became of them.

A module `tests/hostile/*_members.py` holds `MEMBERS`, a list of `Member`. One process imports the heavy libraries once
and forks for every member, so a member costs a fraction of a second. See `Member` for what its maker returns.
"""

import importlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SECONDS = 20
BYTES = 2 << 30
SECRET = "the contents of a file outside the named folders"
SENTENCE = 1200
"""Most characters of a message."""

SYSTEM = tuple(
    """
    /usr/lib /usr/local/lib /usr/share /usr/local/share /usr/local/etc /lib /sys
    /proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/mounts /proc/filesystems /proc/version /proc/sys
    /dev/null /dev/urandom /dev/shm /dev/tty
    /etc/pip.conf /etc/xdg /etc/ssl /etc/hosts /etc/resolv.conf /etc/nsswitch.conf /etc/host.conf /etc/services
    /etc/localtime /etc/mime.types /etc/os-release /etc/fonts /etc/ld.so.cache /etc/apache2 /etc/httpd /etc/gai.conf
    """.split()  # noqa: SIM905
)
"""What any Python program reads."""

MAY_WRITE = ("/dev/null", "/dev/shm", "/dev/tty")
PATHS = {
    "os.mkdir": (0,), "os.remove": (0,), "os.rmdir": (0,), "os.rename": (0, 1), "os.link": (1,), "os.symlink": (1,),
    "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,), "os.utime": (0,), "shutil.rmtree": (0,),
    "os.mknod": (0,), "os.mkfifo": (0,),
}  # fmt: skip
"""Events that change a file system -> which of their arguments are paths."""

ENTRIES = ("os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink")
"""Those that change the entry of a folder."""


@dataclass(frozen=True)
class Member:
    """One hostile input.

    Attributes:
        name: unique; says what is wrong with the input.
        entry: import, loaders, faces, photographs, store, runs, configuration or registries.
        make: writes the input into the folder it is given, which is the current one too, and returns either the
            arguments of `facing-asymmetry`, or a function that is called in the child. A typed error of that function
            counts as exit status 2, its words as the message. Everything of the input is made inside the folder.
        code: exit status that is right; 0 where the input is put aside (for example into failures.csv).
        says: regular expression that the message holds (stderr; stdout too where the status is 0).
        starts: names of programs that may be started.
        seconds: within which it must end; then SIGALRM ends it.
    """

    name: str
    entry: str
    make: Callable[[Path], list[str] | Callable[[], object]]
    code: int = 2
    says: str = ""
    starts: tuple[str, ...] = ()
    seconds: int = SECONDS


@dataclass(frozen=True)
class Outcome:
    """What a child did: exit status (minus the signal that ended it), streams, and what it did outside its folder."""

    code: int
    out: str
    err: str
    peak: int
    outside: list[str]
    leaked: bool

    def faults(self, member: Member) -> list[str]:
        """What is wrong; empty where the member ended as it should."""
        lines = self.err.strip().splitlines()
        complaints = [line for line in lines if line.lower().startswith("error: ")]
        both = self.out + self.err
        found = {
            f"exit status {self.code}, not {member.code}": self.code != member.code,
            f"took {self.peak >> 20} MB": self.peak > BYTES,
            "a traceback": "Traceback (most recent call last)" in both,
            f"{len(complaints)} messages, or not last": member.code == 2
            and (len(complaints) != 1 or lines[-1:] != complaints),
            "a long message": any(len(line) > SENTENCE for line in complaints),
            "control characters": bool(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", both.replace("\r\n", "\n"))),
            f"does not say {member.says!r}": not re.search(member.says, both if member.code == 0 else self.err),
            "read a file outside": self.leaked,
        }
        return [words for words, wrong in found.items() if wrong] + self.outside


def shared() -> Path:
    """A folder for what several members copy; it is made once for each runner, and removed with it."""
    return Path(os.environ["HOSTILE_SHARED"])


def members(*further: str) -> dict[str, Member]:
    """All members by name, and those of further modules."""
    modules = [f"tests.hostile.{path.stem}" for path in sorted(HERE.glob("*_members.py"))]
    found = [member for name in (*modules, *further) for member in importlib.import_module(name).MEMBERS]
    by_name = {member.name: member for member in found}
    assert len(by_name) == len(found), "two members of one name"
    return by_name


class Runner:
    """A warm process that forks for every member; a context manager.

    Args:
        further: modules whose `MEMBERS` it knows too.
    """

    def __init__(self, *further: str) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "WANDB_MODE": "offline"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.frame", *further],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
        )  # fmt: skip

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait()

    def run(self, name: str) -> Outcome:
        """What became of the member of this name."""
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        return Outcome(**json.loads(self.process.stdout.readline()))


def serve() -> None:
    """Fork for every name read, and write its outcome as one line of JSON."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warm()
    known = members(*sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOSTILE_SHARED"] = folder
        for line in sys.stdin:
            outcome = run_member(known[line.removesuffix("\n")])
            answers.write(json.dumps(vars(outcome)) + "\n")
            answers.flush()


def warm() -> None:
    """Import what members use, so that no child has to."""
    for module in (
        "torch", "timm", "h5py", "onnx", "onnxruntime", "PIL.Image", "numba", "pandas", "pyarrow.parquet",
        "matplotlib.pyplot", "facing_asymmetry.app.cli",
        "facing_asymmetry.app.hydra", "facing_asymmetry.classifiers.importing",
        "facing_asymmetry.classifiers.registry", "facing_asymmetry.classifiers.loaders.user_networks",
        "facing_asymmetry.face_models.registry", "facing_asymmetry.face_models.flame.plugin",
        "facing_asymmetry.face_models.ict.plugin", "facing_asymmetry.photographs.study", "facing_asymmetry.runs.stages",
        "facing_asymmetry.runs.sweep", "facing_asymmetry.runs.heads", "facing_asymmetry.reporting.build",
        "facing_asymmetry.core.assets.fetching", "facing_asymmetry.core.assets.registries",
    ):  # fmt: skip
        importlib.import_module(module)


def run_member(member: Member) -> Outcome:
    """Make a member's input in a new folder, run it in a child, and remove the folder."""
    place = Path(tempfile.mkdtemp(prefix="hostile-")).resolve()
    work, secret = place / "work", place / "outside" / "secret"
    for folder in (work / "home", work / "tmp", secret.parent):
        folder.mkdir(parents=True)
    secret.write_text(SECRET)
    before = _listing(secret.parent)
    child = os.fork()
    if child == 0:
        _child(member, place)
    _, status, usage = os.wait4(child, 0)
    out, err, outside = (_text(place / name) for name in ("out", "err", "outside-log"))
    _end_group(child)
    seen = sorted(set(outside.splitlines()))
    if _listing(secret.parent) != before:
        seen.append("changed the folder outside")
    leaked = SECRET in out + err or _holds_secret(work)
    subprocess.run(["chmod", "-R", "u+rwx", place], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(place, ignore_errors=True)
    return Outcome(os.waitstatus_to_exitcode(status), out, err, usage.ru_maxrss << 10, seen, leaked)


def _text(path: Path) -> str:
    return path.read_bytes().decode(errors="backslashreplace") if path.exists() else ""


def _listing(folder: Path) -> list[tuple[str, bytes]]:
    return sorted((str(p), p.read_bytes() if p.is_file() else b"") for p in folder.rglob("*"))


def _holds_secret(work: Path) -> bool:
    small = (p for p in work.rglob("*") if not p.is_symlink() and p.is_file() and p.stat().st_size < 1 << 20)
    return any(SECRET.encode() in path.read_bytes() for path in small)


def _end_group(child: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


def _child(member: Member, place: Path) -> None:
    """The child: streams into files, limits, the maker, the audit hook, the input; ends the process."""
    os.setsid()
    for number, name in ((1, "out"), (2, "err"), (3, "outside-log")):
        handle = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, number)
        os.close(handle) if handle != number else None
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    work = place / "work"
    os.chdir(work)
    _environment(work)
    code = 1
    try:
        asked = member.make(work)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(member.seconds)
        in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + BYTES, in_use + BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES // 4, BYTES // 4))
        sys.addaudithook(_watch(work, member.starts))
        code = _enter(asked)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _enter(asked: list[str] | Callable[[], object]) -> int:
    """Run the input; its exit status."""
    from facing_asymmetry.app.cli import main
    from facing_asymmetry.core.console import complain
    from facing_asymmetry.core.errors import FacingAsymmetryError

    try:
        if callable(asked):
            asked()
        else:
            sys.argv = ["facing-asymmetry", *asked]
            main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except FacingAsymmetryError as error:
        complain(error)
        return 2
    return 0


def _environment(work: Path) -> None:
    """A home, a temporary folder and a cache of the member's own; the cache links to what is in the real one."""
    from facing_asymmetry.core.assets import cache_folder
    from facing_asymmetry.core.compiling import machine_code_folder

    real, own = cache_folder(), work / "cache"
    for path in real.glob("*/*"):
        link = own / path.relative_to(real)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    global _REAL_CACHE, _MACHINE_CODE
    _REAL_CACHE, _MACHINE_CODE = str(real.resolve()), str(machine_code_folder() or "")
    for name in [n for n in os.environ if n.startswith(("PIP_", "NPM_", "npm_", "XDG_", "WANDB_", "SLURM_"))]:
        del os.environ[name]
    os.environ |= {
        "HOME": str(work / "home"), "TMPDIR": str(work / "tmp"), "FACING_ASYMMETRY_CACHE": str(own), "COLUMNS": "200",
        "WANDB_MODE": "offline",
    }  # fmt: skip
    tempfile.tempdir = None


_REAL_CACHE = ""
_MACHINE_CODE = ""
"""Where numba keeps what it compiles: set when the kernels were imported, so that a member's home does not move it."""


def _watch(work: Path, starts: tuple[str, ...]) -> Callable[[str, tuple], None]:
    """An audit hook that writes every read, write, program and connection outside to file descriptor 3."""
    writable = (str(work), *MAY_WRITE, _MACHINE_CODE)
    readable = (
        str(work), str(ROOT), _REAL_CACHE, _MACHINE_CODE, sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix),
        *SYSTEM, *sys.path[1:],
    )  # fmt: skip

    def inside(path: object, folders: tuple[str, ...]) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return True
        full = os.path.realpath(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100
        if full.startswith(("/proc/self", f"/proc/{os.getpid()}")):
            return True
        return any(full == folder or full.startswith(folder.rstrip("/") + "/") for folder in folders if folder)

    def say(text: str) -> None:
        os.write(3, (text.replace("\n", " ") + "\n").encode(errors="backslashreplace"))

    def hook(event: str, args: tuple) -> None:
        if event == "open":
            path, mode, flags = args
            writes = bool(set("wax+") & set(mode or "")) or bool(
                (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
            )
            if not inside(path, writable if writes else readable):
                say(f"opened {path!r} to {'write' if writes else 'read'}")
        elif event in PATHS:
            for number in PATHS[event]:
                path = args[number]
                if event in ENTRIES and isinstance(path, str | bytes | os.PathLike):
                    path = Path(os.fsdecode(path)).parent  # a link itself is changed, not what it leads to
                if not inside(path, writable):
                    say(f"{event} {args[number]!r}")
        elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
            words = args[1] if event == "subprocess.Popen" else args[0]
            first = words if isinstance(words, str | bytes | os.PathLike) else words[0]
            if Path(os.fsdecode(first)).name not in ("git", "lscpu", *starts):
                say(f"started {words!r}")
        elif event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
            address = args[0] if event == "socket.getaddrinfo" else args[1]
            host = address[0] if isinstance(address, tuple) else address
            if host not in ("127.0.0.1", "localhost", "::1", None):
                say(f"{event} {address!r}")

    return hook


if __name__ == "__main__":
    from tests.hostile import frame

    frame.serve()
