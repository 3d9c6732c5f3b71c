"""docs/configuration.md from the schemas and conf/: `python tools/configuration_page.py`."""

from pathlib import Path

from facing_asymmetry.conf_folder import conf_folder
from facing_asymmetry.reference import page

TARGET = Path(__file__).parents[1] / "docs" / "configuration.md"


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(conf_folder()), encoding="utf-8")


if __name__ == "__main__":
    main()
