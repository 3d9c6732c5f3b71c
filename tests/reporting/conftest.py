from pathlib import Path

import pytest

from facing_asymmetry.reporting.build import build_report
from facing_asymmetry.results.finished_run import RunData, read_run
from tests.reporting.synthetic_run import MANY, Plan, write_run


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small finished run; tests that change it must copy it."""
    return write_run(tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="session")
def run_data(finished_run: Path) -> RunData:
    return read_run(finished_run)


@pytest.fixture(scope="session")
def claiming_data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    """The same with as few identities as a claim needs."""
    return read_run(write_run(tmp_path_factory.mktemp("report") / "claiming", Plan(minimum_identities=4)))


@pytest.fixture(scope="session")
def report(finished_run: Path) -> Path:
    return build_report(finished_run)


@pytest.fixture(scope="session")
def report_of_many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of twelve networks."""
    return build_report(write_run(tmp_path_factory.mktemp("report") / "many", MANY))
