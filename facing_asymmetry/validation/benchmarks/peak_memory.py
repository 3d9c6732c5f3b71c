"""Run the program in this process and write its peak memory to a file: the process that `benchmark grid` starts.

The peak is that of this process alone. What the system says about a finished child (`ru_maxrss`) is no less than its
parent held when it started the child.
"""

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

PROGRAM: Final = "facing-asymmetry"
"""Name of the console script."""


def peak_megabytes() -> float:
    """Return the most memory that this process has held, in 10^6 bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def main() -> None:
    """Run the console script with the arguments after the file's name, and write its megabytes to that file."""
    (script,) = entry_points(group="console_scripts", name=PROGRAM)
    target = Path(sys.argv[1])
    sys.argv = [PROGRAM, *sys.argv[2:]]
    try:
        script.load()()
    finally:
        target.write_text(f"{peak_megabytes()}\n")


if __name__ == "__main__":
    main()
