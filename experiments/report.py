"""Stages up to `report`: the same as `facing-asymmetry report [hydra overrides]`."""

import sys

from facing_asymmetry.app.hydra import launch

if __name__ == "__main__":
    sys.exit(launch("report", sys.argv[1:]))
