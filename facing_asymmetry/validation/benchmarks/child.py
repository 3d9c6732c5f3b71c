"""Run the console script in this process and leave its peak memory in a file: the child of `benchmark grid`.

The peak is that of this program alone. What the system says about a finished child (`ru_maxrss`) is no less than its
parent held when it started the child.
"""

import sys
from pathlib import Path


def peak_megabytes() -> float:
    """Most memory that this program has held, in units of 10^6 bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def main() -> None:
    """`python -m facing_asymmetry.validation.benchmarks.child FILE WORDS...`: run WORDS, write megabytes to FILE."""
    from facing_asymmetry.app.cli import main as console

    target = Path(sys.argv[1])
    sys.argv = ["facing-asymmetry", *sys.argv[2:]]
    try:
        console()
    finally:
        target.write_text(f"{peak_megabytes()}\n")


if __name__ == "__main__":
    main()
