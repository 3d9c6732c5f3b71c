import pytest

from facing_asymmetry.app.cli import cli
from tests.hostile.frame import Runner
from tests.hostile.ordinary import COMMANDS, ELSEWHERE, MEMBERS


@pytest.fixture(scope="module")
def runner():
    with Runner("tests.hostile.ordinary") as running:
        yield running


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_a_command_changes_nothing_outside_the_folders_it_was_given(member, runner):
    outcome = runner.run(member.name)
    assert not outcome.faults(member), f"{outcome.out[-1500:]}\n{outcome.err[-3000:]}"


def test_every_command_is_tried_or_it_is_said_why_not():
    assert {*COMMANDS, *ELSEWHERE} == set(cli.list_commands(None))
