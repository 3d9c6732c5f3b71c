"""Random configurations for a minute, or as long as FUZZ_SECONDS says (`make fuzz`: ten)."""

import os
import time

import pytest
from hypothesis import HealthCheck, given, seed, settings

from facing_asymmetry.app.hydra import launch
from tests.hostile.overrides import BASE, overrides

SECONDS = float(os.environ.get("FUZZ_SECONDS", "40"))
SEED = int(os.environ.get("FUZZ_SEED", "17"))
LEAST = 20
"""Examples that are tried however slow the machine is."""


@pytest.mark.long
def test_random_overrides_are_accepted_or_end_in_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    began, tried = time.monotonic(), 0

    @seed(SEED)
    @settings(max_examples=100 * int(SECONDS), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(overrides())
    def compose(words):
        nonlocal tried
        if time.monotonic() - began > SECONDS and tried > LEAST:
            return
        tried += 1
        status = launch("run", [*BASE, *words])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        assert (status, said.err.count("error: ")) in ((0, 0), (2, 1)), said.err
        assert list(tmp_path.iterdir()) == []

    compose()
    print(f"{tried} examples")
