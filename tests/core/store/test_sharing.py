import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import (
    FORSAKEN_SECONDS,
    OWN_TEMPORARY,
    TEMPORARY_PREFIX,
    atomic_path,
    birth,
    is_alive,
    scratch_folder,
    sweep_temporaries,
    this_machine,
)
from facing_asymmetry.core.store import CellStore, write_atomically
from tests.core.store.writer import CELLS, content
from tests.limits import HUNG

ROOT = Path(__file__).parents[3]
OTHER_MACHINE = ("unshare", "--uts", "--pid", "--fork", "--mount-proc", "sh", "-c", 'hostname other; exec "$@"', "sh")


def start(folder, rounds, machine=()):
    command = [*machine, sys.executable, "-m", "tests.core.store.writer", str(folder), str(rounds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def another_machine():
    """Words before a command that give it a host name and process numbers of its own; none where that is forbidden."""
    if shutil.which("unshare") is None:
        return ()
    done = subprocess.run([*OTHER_MACHINE, "true"], capture_output=True, check=False)
    return OTHER_MACHINE if done.returncode == 0 else ()


def unfinished(place, machine, pid, age=0.0):
    path = place / f"{TEMPORARY_PREFIX}{machine}-{pid}-abcd_123.cell"
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def written_since(path, moment):
    """Whether a file, which may be moved meanwhile, was written after a moment."""
    try:
        return path.stat().st_mtime > moment
    except FileNotFoundError:
        return False


def a_dead_process():
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_writers_of_several_machines_share_a_store_and_no_cell_is_torn(tmp_path):
    store = tmp_path / "store"
    machines = [(), (), another_machine(), another_machine()]
    writers = [start(store, 15, machine) for machine in machines]
    for writer in writers:
        said, complaint = writer.communicate(timeout=HUNG)
        assert writer.returncode == 0, complaint
        assert int(said) > 0
    for number in range(CELLS):
        assert CellStore(store).read("cells", {"number": number}) == content(number)
    assert not list(store.rglob(f"{TEMPORARY_PREFIX}*"))


def test_writers_that_are_killed_leave_whole_cells_and_orphans_that_the_next_one_removes(tmp_path):
    seed = random.SystemRandom().randrange(10**6)
    chance, store = random.Random(seed), CellStore(tmp_path / "store")
    for _ in range(4):
        began, writer = time.time(), start(store.folder, 10**6)
        while writer.poll() is None and not any(written_since(path, began) for path in store.folder.rglob("*.cell")):
            time.sleep(0.005)
        time.sleep(chance.random() * 0.3)
        assert writer.poll() is None, f"seed {seed}"
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    store.open()
    assert not list(store.folder.rglob(f"{TEMPORARY_PREFIX}*")), f"seed {seed}"
    cells = list(store.folder.rglob("*.cell"))
    assert cells
    for number in range(CELLS):
        assert store.read("cells", {"number": number}) in (None, content(number)), f"seed {seed}"
    assert list(store.folder.rglob("*.cell")) == cells


def test_unfinished_files_of_the_living_stay_and_those_of_the_dead_go(tmp_path):
    mine, dead = (
        unfinished(tmp_path, this_machine(), os.getpid()),
        unfinished(tmp_path, this_machine(), a_dead_process()),
    )
    assert sweep_temporaries(tmp_path) == 1
    assert mine.exists()
    assert not dead.exists()


def test_of_other_machines_only_what_nobody_has_written_to_for_long_is_an_orphan(tmp_path):
    fresh = unfinished(tmp_path, "elsewhere", os.getpid(), FORSAKEN_SECONDS / 2)
    forsaken = unfinished(tmp_path, "elsewhere", a_dead_process(), 2 * FORSAKEN_SECONDS)
    assert sweep_temporaries(tmp_path) == 1
    assert fresh.exists()
    assert not forsaken.exists()


@pytest.mark.parametrize("name", [".tmp-notes", ".tmp-a-1-b", ".tmp-a-1-abcd_123-x", ".tmp-a-x-abcd_123"])
def test_files_of_others_with_a_similar_name_stay_however_old_they_are(name, tmp_path):
    (tmp_path / name).write_text("mine")
    os.utime(tmp_path / name, (0, 0))
    assert sweep_temporaries(tmp_path) == 0
    assert (tmp_path / name).exists()


def test_the_names_of_unfinished_files_and_folders_are_those_that_are_removed(tmp_path):
    with (
        atomic_path(tmp_path / "a.parquet") as file,
        atomic_path(tmp_path / "b") as bare,
        scratch_folder(tmp_path) as folder,
    ):
        assert all(OWN_TEMPORARY.fullmatch(path.name) for path in (file, bare, folder))


def test_a_scratch_folder_of_a_dead_process_is_removed_with_what_it_holds(tmp_path):
    with scratch_folder(tmp_path) as folder:
        (folder / "page.html").write_text("half")
        assert sweep_temporaries(tmp_path) == 0
        forsaken = tmp_path / folder.name.replace(f"-{os.getpid()}-", f"-{a_dead_process()}-")
        shutil.copytree(folder, forsaken)
        assert sweep_temporaries(tmp_path) == 1
        assert not forsaken.exists()
    assert not folder.exists()


def test_a_file_whose_unfinished_form_is_taken_away_is_written_again(tmp_path):
    target, tries = tmp_path / "table", []

    def write(path):
        tries.append(path)
        path.write_text("whole")
        if len(tries) == 1:
            path.unlink()

    write_atomically(target, write)
    assert target.read_text() == "whole"
    assert len(tries) == 2


def test_a_file_that_is_taken_away_each_time_is_an_error(tmp_path):
    with pytest.raises(StoreError, match="cannot write"):
        write_atomically(tmp_path / "table", lambda path: path.unlink())
    with pytest.raises(StoreError, match="cannot write"), atomic_path(tmp_path / "table") as path:
        path.unlink()


def test_a_process_is_known_by_its_number_and_its_birth():
    assert is_alive(os.getpid(), birth(os.getpid()))
    assert not is_alive(os.getpid(), "1")
    assert not is_alive(a_dead_process())
    assert birth(a_dead_process()) == ""


def test_a_process_that_has_ended_but_was_not_waited_for_is_dead():
    ended = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    ended.stdout.read()
    deadline = time.time() + 10
    while is_alive(ended.pid) and time.time() < deadline:
        time.sleep(0.01)
    assert not is_alive(ended.pid)
    assert birth(ended.pid) == ""
    ended.wait()


def test_a_birth_stays_when_the_clock_is_set(monkeypatch):
    born, boot = birth(os.getpid()), psutil.boot_time()
    monkeypatch.setattr("psutil._psplatform.boot_time", lambda: boot + 3600.0)
    assert psutil.boot_time() == boot + 3600.0
    assert birth(os.getpid()) == born
    assert is_alive(os.getpid(), born)
