"""Stages up to `optimise`: the same as `facing-asymmetry optimise [hydra overrides]`."""

import sys

from facing_asymmetry.app.hydra import launch

if __name__ == "__main__":
    sys.exit(launch("optimise", sys.argv[1:]))
