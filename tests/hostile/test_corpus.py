import os

import pytest

from tests.hostile.frame import Runner, members

MEMBERS = members()

EVERY = 1 if os.environ.get("HOSTILE") == "all" else 3
"""`make test` runs every third member, which takes minutes less; `make fuzz` runs all of them."""
ENTRIES = {"import", "loaders", "faces", "photographs", "store", "runs", "configuration", "registries"}


@pytest.fixture(scope="module")
def runner():
    with Runner() as running:
        yield running


@pytest.mark.parametrize("name", sorted(MEMBERS)[::EVERY])
def test_every_hostile_input_ends_in_a_sentence_and_touches_nothing_outside(name, runner):
    outcome = runner.run(name)
    assert not outcome.faults(MEMBERS[name]), f"{outcome.out[-1500:]}\n{outcome.err[-3000:]}"


def test_every_member_has_an_entry_point_of_the_list():
    assert {member.entry for member in MEMBERS.values()} <= ENTRIES


def test_there_are_two_hundred_members_over_all_entry_points():
    assert len(MEMBERS) // EVERY >= 200
    assert {"photographs", "runs", "configuration", "registries", "loaders"} <= {m.entry for m in MEMBERS.values()}
