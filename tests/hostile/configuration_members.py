"""Configurations that are hostile: words with markup, names, wrong types, group overrides."""

from tests.hostile.frame import Member

TINY = ("run", "debug=authored", "identities=1", "tracking=none", "dry_run=true")


def _refused(name: str, *overrides: str, says: str = "") -> Member:
    return Member(name, "configuration", lambda folder: [*TINY, *overrides], says=says)


MEMBERS = [
    _refused("unknown key", "identites=1", says="identities"),
]
