"""Configurations that are hostile: words with markup, names, wrong types, group overrides, arguments of commands."""

from pathlib import Path

from tests.hostile.frame import Member

TINY = ("run", "debug=authored", "identities=1", "tracking=none", "dry_run=true")
CUSTOM = (*TINY, "classifier=custom", "classifiers.custom.options.loader=factory")

REFUSED = {
    "scene.blur='[/x]'": r"scene\.blur = '\[/x\]'",
    "scene.blur='[bold]'": r"'\[bold\]'",
    "scene.blur='[link=x]'": "blur",
    "scene.blur=nan": "finite",
    "scene.blur=1e999": "finite",
    "scene.blur=true": "number",
    "scene.blur=null": "number",
    "scene.blur={a:1}": "blur",
    "scene.blur='\x1b[2J'": r"\\x1b\[2J",
    "scene.blur='\u202e'": r"\\u202e",
    "scene.lights.fill=nan": r"scene\.lights\.fill",
    "scene.lights=[]": r"scene\.lights",
    "scene=[[]]": "",
    "scene=3": "",
    "report.formats=-1": r"report\.formats",
    "report.formats=[png,gif]": "gif",
    "report.formats={png:1}": "formats",
    "statistics.scores=true": r"statistics\.scores",
    "statistics.scores=[1]": "scores",
    "statistics.scores.nosuch=1": "",
    "emotions=happiness": "list",
    "emotions=happiness,anger": r"key=\[a,b\]",
    "emotions=[happiness": r"lists as key=\[a,b\]",
    "emotions=[happiness,happiness]": "twice",
    "emotions=['[/b]']": r"\[/b\]",
    "emotions={happiness:1}": "emotions",
    "identities=999999999999999999999999": "",
    "seed=99999999999999999999999": "seed = 9+; it must be",
    "identities=0x10": "",
    "identity_block=3/2": "identity_block",
    "identity_block='٣/٤'": "identity_block",
    "grid=1": "name of a choice",
    "grid=[1]": "",
    "grid=[]": "",
    "grid={}": "",
    "grid=null": "",
    "grid.s=[]": r"grid\.s",
    "grid.s=[null]": r"grid\.s",
    "grid.s=-1": r"grid\.s",
    "grid.s=1000000000": r"grid\.s",
    "experiment=[1,0]": "",
    "experiment=1": "",
    "experiment='../debug/tiny'": "no name of a choice",
    "face_model=[[]]": "",
    "face_model=[1]": "",
    "face_model=true": "",
    "face_model=[makehuman,makehuman]": "twice",
    "classifier={a:b}": "",
    "classifier=[[]]": "",
    "classifier=[simple_cnn_fer2013,nosuch]": "There are: ",
    "classifier='[/x]'": r"\[/x\]",
    "intervention=[palsy,null]": "",
    "@x=1": "",
    "=1": "",
    "~batch": "batch",
    "~scene": "",
    "~nosuch": "nosuch",
    "~classifier": "",
    "+x=1": "unknown key x",
    "++x.y=1": "unknown key x",
    "++scene.lights.key.x=1": "",
    "name='${name}'": "",
    "name=${nosuch}": "nosuch",
    "name=${oc.env:NOSUCH}": "NOSUCH",
    "name='../x'": "name",
    "name=''": "name",
    "name=7": "name",
    "name='\x00'": "name",
    "name=???": "name",
    "tracking.tags=['']": "tags",
    "tracking.tags=3": "tags",
    "paths.outputs=null": "outputs",
    "paths=3": "",
    "threads=-1": "threads",
    "batch=???": "batch",
    "interventions.palsy=3": "palsy",
    "++interventions.x={}": "x",
    "++interventions.x={kind:[]}": "unknown intervention",
    "interventions.palsy.name='[/b]'": r"\[/b\]",
    "classifiers.simple_cnn_fer2013.parameters=-1": "parameters",
    "classifiers.simple_cnn_fer2013.labels=3": "labels",
    "classifiers.simple_cnn_fer2013.labels={a:1}": "labels",
    "classifiers.simple_cnn_fer2013.mean=[nan]": "mean",
    "classifiers.simple_cnn_fer2013.std=[inf]": "std",
    "classifiers.simple_cnn_fer2013.options=3": "options",
    "classifiers.simple_cnn_fer2013=3": "simple_cnn",
    "classifiers.simple_cnn_fer2013.weights=[3]": "weights",
    "classifiers.simple_cnn_fer2013.weights=null": "weights",
}
"""Override -> what the message must hold."""

NAMES = (
    r"a$\frac{b", "<script>", "../x", "x/y", "", "\x00", "x" * 300, "é" * 60, ".hidden", "-m", "a b",
    "a\nb", "CON:", "\u202e",
)  # fmt: skip
"""Names that no classifier, intervention or run may have."""

ARGUMENTS = {
    "unknown option": ["run", "--nosuch"],
    "rerun of a pickle": ["run", "--experimental-rerun=x.pickle"],
    "unknown command": ["\x1b[2J"],
    "report: folder and override": ["report", "x", "seed=1"],
    "report: no folder": ["report", "[/bold]"],
    "report: a NUL": ["report", "a\x00b"],
    "compare: no runs": ["compare", "[/a]", "[/b]"],
    "refute: no run": ["refute", "[/a]"],
    "film: no run": ["media", "film", "[/a]", "x.gif"],
    "film: path": ["media", "film", "x", "x.gif", "--path", "[/a]"],
    "faces: numbers": ["media", "faces", "x.png", "--faces", "[/a]"],
    "faces: model": ["media", "faces", "x.png", "--model", "[/a]"],
    "fetch: unknown": ["classifiers", "fetch", "[/a]"],
    "verify: path as name": ["classifiers", "verify", "../../custom"],
    "verify: NUL": ["classifiers", "verify", "\x00"],
    "sanity: unknown": ["classifiers", "sanity", "nosuch"],
    "json into a folder that is a file": ["classifiers", "list", "--json", "file/x.json"],
}


def _refused(override: str, says: str) -> Member:
    return Member(override, "configuration", lambda folder: [*TINY, *override.split(" ")], says=says)


def _named(number: int, name: str) -> list[Member]:
    quoted = "'" + name.replace("\\", "\\\\") + "'"
    places = {
        "classifier": ["classifier=custom", f"classifiers.custom.name={quoted}"],
        "run": [f"name={quoted}"],
        "intervention": [f"interventions.palsy.name={quoted}"],
    }
    return [
        Member(f"{part} called {number}", "configuration", lambda folder, o=overrides: [*TINY, *o], says="name")
        for part, overrides in places.items()
    ]


def _arguments(name: str, words: list[str]) -> Member:
    def make(folder: Path) -> list[str]:
        (folder / "file").write_text("a file")
        return words

    return Member(name, "configuration", make)


MEMBERS = [
    *(_refused(*pair) for pair in REFUSED.items()),
    *(member for pair in enumerate(NAMES) for member in _named(*pair)),
    *(_arguments(*pair) for pair in ARGUMENTS.items()),
]
