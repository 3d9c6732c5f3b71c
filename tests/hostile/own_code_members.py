"""The user's own code and configuration files that go wrong: factories, arguments of timm, pip's configuration."""

from collections.abc import Callable
from pathlib import Path

from tests.hostile.frame import Member

PLACE = "classifiers.custom.options."
NETWORK = "import sys\nfrom torch import nn\nclass make(nn.Module):\n def forward(s, x): "
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
    "a network that raises": NETWORK + "raise ValueError('[/x]')",
    "a network that exits": NETWORK + "sys.exit(0)",
    "a network that returns words": NETWORK + "return 'x'",
}
FACTORIES = (
    "",
    ":",
    "nets",
    "nets:",
    ":make",
    "no:make",
    "..:make",
    "nets.x:make",
    "/etc/passwd:make",
    "a b:c",
    "a:b:c",
)
ARGUMENTS = (
    "+arguments.nosuch=1",
    "+arguments.num_classes=7",
    "+arguments.pretrained=true",
    "+arguments.checkpoint_path=x",
    "arguments=3",
    "+arguments.drop_rate=x",
)
PIP = {
    "bytes": b"\xff\xfe\x00",
    "no section": b"index-url = x\n",
    "a word": b"x",
    "an open section": b"[global\n",
    "interpolation": b"[global]\nindex-url = %(x)s\n",
    "no address": b"[global]\nindex-url = [/x]\n",
    "a file": b"[global]\nindex-url = file:///etc\n",
}


def _loading(*options: str) -> Callable[[], object]:
    def act() -> None:
        from facing_asymmetry.app.overrides import compose_config
        from facing_asymmetry.classifiers import registry
        from facing_asymmetry.classifiers.record import record_from

        words = [f"+{PLACE}{option[1:]}" if option.startswith("+") else f"{PLACE}{option}" for option in options]
        composed = compose_config(["classifier=custom", "classifiers.custom.input_size=48", *words])
        registry.load(record_from(composed["classifiers"]["custom"], "classifiers.custom"))

    return act


def _module(name: str, source: str) -> Member:
    def make(folder: Path) -> Callable[[], object]:
        (folder / "nets.py").write_text(source)
        return _loading("loader=factory", "factory='nets:make'")

    return Member(f"factory: {name}", "loaders", make)


def _timm(argument: str) -> Member:
    def make(folder: Path) -> Callable[[], object]:
        (folder / "m.pth").write_bytes(b"x")
        return _loading("loader=timm", "model=mobilenetv3_small_050", "path=m.pth", argument)

    return Member(f"timm: {argument}", "loaders", make)


def _pip(name: str, content: bytes) -> Member:
    def make(folder: Path) -> Callable[[], object]:
        (folder / "home" / ".pip").mkdir()
        (folder / "home" / ".pip" / "pip.conf").write_bytes(content)

        def act() -> None:
            from facing_asymmetry.core.assets.progress import silent
            from facing_asymmetry.core.assets.registries import Source, download

            download(Source.parse("pypi:nosuch-package==1.0:nosuch-package-1.0.tar.gz"), folder / "tmp", silent)

        return act

    return Member(f"pip.conf: {name}", "registries", make)


MEMBERS = [
    *(_module(*pair) for pair in MODULES.items()),
    *(
        Member(f"factory called {n!r}", "loaders", lambda folder, n=n: _loading("loader=factory", f"factory='{n}'"))
        for n in FACTORIES
    ),
    *(_timm(argument) for argument in ARGUMENTS),
    *(_pip(*pair) for pair in PIP.items()),
]
