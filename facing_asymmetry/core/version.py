"""The version of this package: on its own, so that the code below the front door can read it."""

from typing import Final

VERSION: Final = "0.1.0"
