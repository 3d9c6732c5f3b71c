"""The user's own code and configuration files that go wrong: factories, arguments of timm, pip's configuration."""

from collections.abc import Callable
from pathlib import Path

from tests.hostile.frame import Member

CUSTOM = ("optimise", "debug=authored", "identities=1", "threads=1", "classifier=custom", "classifiers.custom.input_size=48")
FACTORY = (*CUSTOM, "classifiers.custom.options.loader=factory")
TIMM = (*CUSTOM, "classifiers.custom.options.loader=timm", "classifiers.custom.options.model=mobilenetv3_small_050")

MODULES = {
    "a syntax error": "def make(:",
    "exit status 0 at import": "import sys; sys.exit(0)",
    "an error at import": "raise RuntimeError('[/x]')",
    "an error with an escape": "raise RuntimeError('\\x1b[2J')",
    "a NUL": "\0",
    "a missing import": "import nosuch",
    "no function": "x = 1",
    "a function that is a number": "make = 3",
    "exit status 0 when called": "import sys\ndef make(): sys.exit(0)",
    "a function that raises": "def make(): raise KeyError('[/x]')",
    "a function that returns words": "def make(): return '[/x]'",
    "a function that takes other arguments": "def make(width): pass",
    "a class that is no instance": "from torch import nn\ndef make(): return nn.Linear",
    "endless recursion": "def make(): return make()",
    "a network that raises": "from torch import nn\nclass N(nn.Module):\n def forward(s, x): raise ValueError('[/x]')\nmake = N",
    "a network that exits": "import sys\nfrom torch import nn\nclass N(nn.Module):\n def forward(s, x): sys.exit(0)\nmake = N",
    "a network that returns words": "from torch import nn\nclass N(nn.Module):\n def forward(s, x): return 'x'\nmake = N",
}
FACTORIES = ("", ":", "nets", "nets:", ":make", "nosuch:make", "..:make", "nets.x:make", "/etc/passwd:make", "a b:c", "nets:make:x")
ARGUMENTS = ("+A.nosuch=1", "+A.num_classes=7", "+A.pretrained=true", "+A.checkpoint_path=x", "A=3", "A=[1]", "+A.drop_rate=x")
PIP = {
    "bytes": b"\xff\xfe\x00", "no section": b"index-url = x\n", "a word": b"x", "twice": b"[global]\n[global\n",
    "interpolation": b"[global]\nindex-url = %(x)s\n", "no address": b"[global]\nindex-url = [/x]\n",
    "a file": b"[global]\nindex-url = file:///etc\n",
}  # fmt: skip


def _module(name: str, source: str) -> Member:
    def make(folder: Path) -> list[str]:
        (folder / "nets.py").write_text(source)
        return [*FACTORY, "classifiers.custom.options.factory=nets:make"]

    return Member(f"factory: {name}", "loaders", make)


def _timm(argument: str) -> Member:
    words = argument.replace("A", "classifiers.custom.options.arguments")

    def make(folder: Path) -> list[str]:
        (folder / "m.pth").write_bytes(b"x")
        return [*TIMM, "classifiers.custom.options.path=m.pth", words]

    return Member(f"timm: {argument}", "loaders", make)


def _pip(name: str, content: bytes) -> Member:
    def make(folder: Path) -> Callable[[], object]:
        (folder / "home" / ".pip").mkdir()
        (folder / "home" / ".pip" / "pip.conf").write_bytes(content)

        def act() -> None:
            from facing_asymmetry.core.assets.progress import silent
            from facing_asymmetry.core.assets.registries import download, parse_source

            download(parse_source("pypi:nosuch-package==1.0:nosuch-package-1.0.tar.gz"), folder / "tmp", silent)

        return act

    return Member(f"pip.conf: {name}", "registries", make)


MEMBERS = [
    *(_module(*pair) for pair in MODULES.items()),
    *(
        Member(f"factory called {name!r}", "loaders", lambda folder, n=name: [*FACTORY, f"classifiers.custom.options.factory='{n}'"])
        for name in FACTORIES
    ),
    *(_timm(argument) for argument in ARGUMENTS),
    *(_pip(*pair) for pair in PIP.items()),
]
