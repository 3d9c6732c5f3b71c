"""Upload of a recorded run, bounded in time, by W&B's own `wandb sync`.

A live connection (`wandb.init(mode="online")`) waits for a server that doesn't answer, a minute and a half at its start
and without end at its close. A recorded run loses nothing when its upload is cut short, and `wandb sync` takes it up.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import urlopen

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 10.0
"""Seconds after which a server that has not answered counts as unreachable."""


def synced(folder: Path) -> bool:
    """Whether `wandb sync` has uploaded the whole run."""
    return any(folder.glob("*.wandb.synced"))


def upload(folder: Path, timeout: float) -> bool:
    """Upload a recorded run; a warning says why where that fails, and how to do it later.

    Args:
        folder: the folder that W&B wrote, `offline-run-...`.
        timeout: seconds that the upload may take, beside `ANSWER_SECONDS` for finding out whether the server answers.

    Returns:
        Whether the server took it.
    """
    reason = unreachable(server()) or _sync(folder, timeout)
    if reason:
        log.warning(
            "W&B: not uploaded (%s). The run is recorded all the same; upload it later: wandb sync %s", reason, folder
        )
    return not reason


def server() -> str:
    """Address of the W&B server that this user's environment and settings name."""
    import wandb

    return os.environ.get("WANDB_BASE_URL") or str(wandb.setup().settings.base_url)


def unreachable(address: str, seconds: float = ANSWER_SECONDS) -> str:
    """Why there is no server at the address; empty where anything answers HTTP, through the user's proxy if one is set.

    It asks in a thread, because looking up a name cannot be given a time limit.
    """
    answer: list[str] = []

    def ask() -> None:
        try:
            urlopen(address, timeout=seconds).close()
            answer.append("")
        except HTTPError:
            answer.append("")
        except (OSError, HTTPException, ValueError) as error:
            answer.append(f"{address} cannot be reached: {getattr(error, 'reason', error)}")

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answer[0] if answer else f"{address} did not answer within {seconds:g} s"


def _sync(folder: Path, timeout: float) -> str:
    """Run `wandb sync` without a terminal, so that it asks for nothing; returns why it failed, or nothing."""
    command = [sys.executable, "-m", "wandb", "sync", str(folder)]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        return f"it took longer than tracking.timeout = {timeout:g} s"
    finally:
        if child.poll() is None:  # and the service it started
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    return "" if synced(folder) else _complaint(said)


def _complaint(said: str) -> str:
    """The last line with words of W&B's own about what went wrong; it says none for a key the server refuses."""
    lines = [line.removeprefix("wandb:").strip() for line in said.splitlines()]
    errors = [line for line in lines if line.lower().startswith("error") and "detailed error logs" not in line]
    words = errors[-1].split(" ", 1)[-1] if errors else ""
    return words if words and words != "<no message>" else "the server refused it; is the key right? See `wandb login`"
