"""Stages up to `intervene`: the same as `facing-asymmetry intervene [hydra overrides]`."""

import sys

from facing_asymmetry.app.hydra import launch

if __name__ == "__main__":
    sys.exit(launch("intervene", sys.argv[1:]))
