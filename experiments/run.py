"""All stages: `python experiments/run.py [hydra overrides]`, the same as `facing-asymmetry run`."""

import sys

from facing_asymmetry.app.hydra import launch

if __name__ == "__main__":
    sys.exit(launch("run", sys.argv[1:]))
