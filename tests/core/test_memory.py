"""Once a classifier is there, freed memory is there for the next block: the kernel is not asked for new pages."""

import os
import resource
import subprocess
import sys

import pytest

CODE = """
import ctypes, resource, torch
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # no huge pages, of which fewer would be counted
Classifier(registry.record("networkv2"), torch.nn.Identity())
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        torch.ones(16 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""
"""Blocks of 64 MB, as a layer's activations are; a second round tells whether their pages are new ones."""

PAGES = 10 * (64 << 20) // resource.getpagesize()


def new_pages(**environment: str) -> int:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=kept | environment)
    return int(done.stdout)


needs_glibc = pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in os.confstr_names, reason="needs glibc")


@needs_glibc
def test_blocks_of_activations_are_served_from_kept_memory():
    assert new_pages() < PAGES / 100


@needs_glibc
@pytest.mark.parametrize(
    "environment", [{"MALLOC_MMAP_THRESHOLD_": "1000000"}, {"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=1000000"}]
)
def test_what_the_user_set_stays(environment):
    assert new_pages(**environment) > PAGES / 2
