import pytest

from tests.hostile.faulty import FAULTS
from tests.hostile.frame import Runner


@pytest.fixture(scope="module")
def runner():
    with Runner("tests.hostile.faulty") as running:
        yield running


@pytest.mark.parametrize("fault", FAULTS)
def test_the_frame_sees_each_fault(fault, runner):
    outcome = runner.run(FAULTS[fault].name)
    assert fault in " ".join([*outcome.faults(FAULTS[fault]), outcome.err])
