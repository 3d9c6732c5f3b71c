"""Run folders that are hostile: files of the wrong shape, words in place of numbers, programs in a manifest."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.hostile.frame import Member, shared
from tests.reporting.synthetic_run import Plan, write_run

SMALL = Plan(networks=(("net_a", "FER2013"),), emotions=("anger", "happiness"), identities=2, s=(0, 0.5, 1), size=16)
WRONG_JSON = {
    "a number": "3",
    "a word": '"[/x]"',
    "null": "null",
    "nothing": "",
    "half": '{"a":',
    "deep": "[" * 100_000 + "]" * 100_000,
    "bytes": "\udcff\udcfe",
    "many digits": '{"a": ' + "9" * 5000 + "}",
    "a list of numbers": "[1]",
    "a list of lists": "[[]]",
}
"""What is wrong -> the whole file."""

JSON_FILES = ("manifest.json", "claims.json", "classifiers.json", "sprites/net_a/anger.json")
COMMANDS = {
    "report": ["report", "run", "--into", "merged"],
    "sheet": ["media", "sheet", "run", "sheet.png"],
    "refute": ["refute", "run", "--repeats", "20"],
    "compare": ["compare", "run", "run", "--into", "compared"],
    "film": ["media", "film", "run", "film.gif", "--classifier", "net_a", "--emotion", "anger"],
}
FACTORY = {"loader": "factory", "factory": "os:system", "arguments": {"command": "touch ../outside/new"}}
PARTS = {"interventions": {"palsy": {}}}
HEADS = {"makehuman": {"name": "makehuman"}}
MANIFESTS = (
    {"config": {}},
    {"config": {"face_models": {}}},
    {"config": {"face_models": HEADS, "classifiers": {}}},
    {"config": {"face_models": HEADS, "classifiers": {"../x": {}}, "emotions": ["happiness"]}},
    {"config": {"face_models": {"[/x]": {}}, "classifiers": {"net_a": {}}, "emotions": 3}},
    {"config": {"face_models": HEADS, "classifiers": {"net_a": {}}, "emotions": ["happiness"]}, "hashes": {}},
    {"config": {"face_model": {"name": ["x"]}}},
)


def _with(change: Callable[[Path], object], command: str) -> Callable[[Path], list[str]]:
    def make(folder: Path) -> list[str]:
        base = shared() / "run"
        if not base.exists():
            write_run(base, SMALL)
        shutil.copytree(base, folder / "run")
        change(folder / "run")
        return COMMANDS[command]

    return make


def _member(
    name: str, change: Callable[[Path], object], command: str = "sheet", says: str = "", code: int = 2
) -> Member:
    return Member(f"run folder, {command}: {name}", "runs", _with(change, command), says=says, code=code)


def _holding(name: str, text: str) -> Callable[[Path], object]:
    return lambda run: (run / name).write_bytes(text.encode(errors="surrogateescape"))


def _manifest(**changed: object) -> Callable[[Path], object]:
    def act(run: Path) -> None:
        content = json.loads((run / "manifest.json").read_text()) | changed
        (run / "manifest.json").write_text(json.dumps(content))

    return act


def _column(name: str, column: str, value: object) -> Callable[[Path], object]:
    def act(run: Path) -> None:
        import pandas as pd

        read = pd.read_csv if name.endswith("csv") else pd.read_parquet
        table = read(run / name).assign(**{column: value})
        table.to_csv(run / name, index=False) if name.endswith("csv") else table.to_parquet(run / name)

    return act


def _without(name: str, column: str) -> Callable[[Path], object]:
    def act(run: Path) -> None:
        import pandas as pd

        read = pd.read_csv if name.endswith("csv") else pd.read_parquet
        table = read(run / name).drop(columns=column)
        table.to_csv(run / name, index=False) if name.endswith("csv") else table.to_parquet(run / name)

    return act


def _pipe(name: str) -> Callable[[Path], object]:
    def act(run: Path) -> None:
        import os

        (run / name).unlink()
        os.mkfifo(run / name)

    return act


def _sweep(text: str) -> Callable[[Path], object]:
    def act(run: Path) -> None:
        shutil.rmtree(run)
        run.mkdir()
        (run / "sweep.json").write_text(text)

    return act


def _call(name: str, file: str, text: str, reader: str) -> Member:
    """A file that is only a hint: what cannot be read counts as absent."""

    def make(folder: Path) -> Callable[[], object]:
        (folder / file).write_bytes(text.encode(errors="surrogateescape"))

        def act() -> None:
            from facing_asymmetry.runs.job_status import observe, read_status
            from facing_asymmetry.runs.plan import Speed, read_speed

            assert {"speed": read_speed(folder) == Speed(), "status": read_status(folder) is observe(folder)}[reader]

        return act

    return Member(name, "runs", make, code=0)


STATUS = {
    "words as numbers": '{"state": "done", "pid": "[/x]"}',
    "a state that is a list": '{"state": ["running"]}',
    "a huge process": '{"state": 1, "pid": 99999999999999999999}',
    "no state": '{"pid": 1}',
}
SPEEDS = {
    "words": '{"frame_seconds": "x", "gradient_seconds": 1}',
    "infinity": '{"frame_seconds": Infinity}',
    "negative": '{"frame_seconds": -1}',
    "unknown keys": '{"x": 1}',
}
WRONG_SWEEPS = {
    "jobs that are words": '{"jobs": ["x"]}',
    "no jobs": "{}",
    "folders that are numbers": '{"jobs": [{"folder": 3, "words": ""}]}',
    "a NUL": '{"jobs": [{"folder": "a\\u0000b", "words": ""}]}',
}

MEMBERS = [
    *(
        _member(f"{name} is {what}", _holding(name, text), says=Path(name).stem)
        for name in JSON_FILES
        for what, text in WRONG_JSON.items()
        if not (what == "many digits" and name == "manifest.json")
    ),
    _member("a manifest of words", _manifest(config="[/x]"), says="config"),
    _member("a config of lists", _manifest(config={"face_models": []}), says="face_models"),
    _member(
        "statistics that are words", _manifest(config={"statistics": "x", "face_models": {}}), "refute", "manifest"
    ),
    _member("counts that are words", _manifest(counts={"frames": "[/x]"}), says="counts"),
    _member("versions that are a list", _manifest(versions=[1]), says="versions"),
    _member("unknown settings", _manifest(config={"nosuch": 1}), "film", "nosuch"),
    _member(
        "a factory", _manifest(config={**PARTS, "classifiers": {"net_a": {"options": FACTORY}}}), "film", "--trust"
    ),
    _member(
        "TorchScript",
        _manifest(config={**PARTS, "classifiers": {"net_a": {"options": {"loader": "torchscript", "trust": True}}}}),
        "film",
        "--trust",
    ),
    *(
        _member(f"manifest {number}", _manifest(**changed), command)
        for number, changed in enumerate(MANIFESTS)
        for command in ("report", "compare")
    ),
    *(
        _member(f"{name} with {value!r} as {column}", _column(name, column, value), says=name)
        for name, column, value in (
            ("scores.csv", "value", "[/x]"),
            ("tests.csv", "mean", "x"),
            ("tests.csv", "p_holm", "x"),
            ("shares.csv", "share", "x"),
            ("decomposition.csv", "interaction", "x"),
            ("mixed.csv", "slope", "x"),
            ("expressions.csv", "probability", "x"),
            ("responses.parquet", "s", "x"),
            ("responses.parquet", "logit", "x"),
            ("responses.parquet", "s", float("nan")),
        )
    ),
    *(
        _member(f"{name} without {column}", _without(name, column), says=name)
        for name, column in (("scores.csv", "value"), ("tests.csv", "mean"), ("responses.parquet", "emotion"))
    ),
    *(
        _member(f"{name} is {what}", _holding(name, text), command, name)
        for name, command in (("scores.csv", "refute"), ("tests.csv", "sheet"), ("responses.parquet", "sheet"))
        for what, text in (("nothing", ""), ("bytes", "\udcff\udcfe\n"), ("a NUL", "a,b\n\x00,1\n"), ("a quote", '"a'))
    ),
    *(_member(f"{name} is a pipe", _pipe(name), says=name) for name in ("manifest.json", "tests.csv", "claims.json")),
    *(_member(f"sweep: {what}", _sweep(text), "report", "sweep|run") for what, text in WRONG_SWEEPS.items()),
    *(_member(f"sweep is {what}", _sweep(WRONG_JSON[what]), "report", "sweep") for what in ("null", "deep", "half")),
    *(
        _call(f"status: {what}", "status.json", text, "status")
        for what, text in (STATUS | WRONG_JSON).items()
        if what != "bytes"
    ),
    *(
        _call(f"speed: {what}", "rates.json", text, "speed")
        for what, text in (SPEEDS | WRONG_JSON).items()
        if what != "bytes"
    ),
]
