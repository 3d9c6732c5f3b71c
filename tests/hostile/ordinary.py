"""Commands as people type them, under the audit hook: what they change lies in the folders they were given."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from facing_asymmetry.app.hydra import launch
from tests.hostile.frame import Member
from tests.reporting.comparison.conftest import on_another_face
from tests.reporting.synthetic_run import Plan, write_run

SMALL = Plan(networks=(("net_a", "FER2013"),), emotions=("anger", "happiness"), identities=2, s=(0, 0.5, 1), size=16)
FACES = ("--classifier", "simple_cnn_fer2013")

TINY = ("debug=authored", "identities=1", "grid.s=[0,1]", "grid.t=[0,1]")

COMMANDS = {
    "run": ["run", *TINY],
    "optimise": ["optimise", *TINY],
    "intervene": ["intervene", *TINY, "dry_run=true"],
    "score": ["score", *TINY, "dry_run=true"],
    "report": ["report", "tiny", "--into", "merged"],
    "compare": ["compare", "run", "ict", "--into", "compared"],
    "refute": ["refute", "run", "--repeats", "20"],
    "media": ["media", "sheet", "run", "sheet.png"],
    "classifiers": ["classifiers", "list"],
    "faces": ["faces", "list"],
    "doctor": ["doctor"],
    "expressions": ["expressions", "list"],
    "check": ["check", "bilateral"],
    "photographs": ["photographs", "photographs", *FACES],
    "restore": ["restore", "photographs", *FACES],
}
"""One line for each command."""

ELSEWHERE = {
    "setup": "fills the cache",
    "dashboard": "needs an account",
    "benchmark": "minutes",
    "calibrate": "minutes",
    "planted": "minutes",
    "repair": "minutes; tests/repair runs a small one",
}
"""Commands that aren't tried here, and why."""

UNUSABLE = ("photographs", "restore")
"""Those that are given a photograph without a face, which they list in failures.csv."""


def _make(name: str) -> Callable[[Path], list[str]]:
    def make(folder: Path) -> list[str]:
        if "run" in COMMANDS[name][1:]:
            write_run(folder / "run", SMALL)
        if name == "compare":
            on_another_face(folder / "run", folder / "ict", "ict")
        if name == "report":
            launch("score", [*TINY, "paths.outputs=made"])
            next(folder.glob("made/tiny-*")).rename("tiny")
        if name in UNUSABLE:
            place = folder / "photographs" / "palsy" / "happiness"
            place.mkdir(parents=True)
            Image.new("RGB", (200, 200)).save(place / "one.jpg")
        return COMMANDS[name]

    return make


MEMBERS = [
    Member(f"ordinary: {name}", "ordinary", _make(name), code=2 if name in UNUSABLE else 0, seconds=60)
    for name in COMMANDS
]
