"""Stages up to `score`: the same as `facing-asymmetry score [hydra overrides]`."""

import sys

from facing_asymmetry.app.hydra import launch

if __name__ == "__main__":
    sys.exit(launch("score", sys.argv[1:]))
