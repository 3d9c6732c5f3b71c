import pytest

from facing_asymmetry.reporting.build import build_report
from tests.tracking.runs import plant


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    """A finished run of one network with its report; tests that record it must copy it."""
    run = plant(tmp_path_factory.mktemp("one") / "planted-1234", "net_a")
    build_report(run)
    return run


@pytest.fixture(scope="session")
def several(tmp_path_factory):
    """A finished run of two networks, without its report."""
    return plant(tmp_path_factory.mktemp("two") / "planted-5678", "net_a", "net_b")
