"""Random overrides over the whole configuration: any key or group, with values of any type."""

from functools import cache

from hypothesis import strategies as st

from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.core.conf_folder import conf_folder

BASE = ("debug=authored", "identities=1", "dry_run=true")
GROUPS = sorted({path.parent.relative_to(conf_folder()).as_posix() for path in conf_folder().rglob("*.yaml")} - {"."})
CHOICES = sorted(path.stem for path in conf_folder().rglob("*.yaml"))
ALWAYS = ("dry_run", "paths.outputs", "paths.store", "paths.runs", "hydra")
"""Keys that stay, so that nothing is computed and nothing is written elsewhere."""

WORDS = r"""
    1 0 -1 1.5 1e999 -0.0 nan inf -inf true false null ~ '' ' ' [] {} [[]] [{}] {a:1} {1:2} [1,0] [null] [true]
    [nan] '[/x]' '[/bold]' '[bold]' 999999999999999999999 '${name}' ${name} ${nosuch} ${oc.env:NOSUCH} ${now:}
    ${installed_face_models:} '\x00' '../x' 'x/y' '<script>' 'a$\frac{b' 7 '7' "q" x,y 1,2 range(1,3) glob(*)
    glob(zz) choice(1,2) sort(3,1) int(x) shuffle([1,2]) interval(0,1) @x :y ? ??? '???' {labels:3} [happiness,1]
    [happiness,happiness] happiness png [png,gif] 0x10 1_000 .5 5. 'é' '\u202e' k/n 3/2 0/1 _self_ default none
    makehuman [makehuman] palsy [palsy,palsy] [palsy] custom
""".split()  # noqa: SIM905

ODD = ("x", "", ".", "a..b", "@x")


@cache
def keys() -> tuple[str, ...]:
    """Dotted keys of the composed configuration, of parts and of values."""
    found: list[str] = []

    def walk(value: object, place: str) -> None:
        if place:
            found.append(place)
        for key, inner in value.items() if isinstance(value, dict) else ():
            walk(inner, f"{place}.{key}".lstrip("."))

    walk(compose_config([*BASE, "classifier=custom", "tracking=wandb"]), "")
    kept = [key for key in found if key not in ALWAYS and key != "paths"]
    return (
        *kept,
        *(f"{key}.0" for key in kept),
        *(f"{key}.nosuch" for key in kept),
        *GROUPS,
        *GROUPS,
        "x",
        "",
        ".",
        "a..b",
        "@x",
    )


def values() -> st.SearchStrategy[str]:
    """What stands after `=`."""
    text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
    return st.one_of(
        st.sampled_from(WORDS), st.sampled_from(CHOICES), text, text.map(lambda t: "'" + t.replace("'", "") + "'")
    )


def override() -> st.SearchStrategy[str]:
    """One override, such as `++scene.blur=[1,0]`."""
    prefix = st.sampled_from(["", "", "", "", "+", "++", "~"])
    key = st.sampled_from(keys())
    package = st.sampled_from(["", "", "", "", "@x", "@_global_", "@a:b"])
    equal = st.sampled_from(["=", "=", "=", "=", "=", ""])
    return st.tuples(prefix, key, package, equal, values()).map(
        lambda t: t[0] + t[1] + t[2] + (t[3] + t[4] if t[3] else "")
    )


def overrides() -> st.SearchStrategy[list[str]]:
    """One to three overrides."""
    return st.lists(override(), min_size=1, max_size=3)
