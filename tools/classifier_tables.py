"""The tables of docs/classifiers.md from the records: `python tools/classifier_tables.py`."""

from pathlib import Path

from facing_asymmetry.classifiers.listing import documented

TARGET = Path(__file__).parents[1] / "docs" / "classifiers.md"


def main() -> None:
    """Rewrite the tables."""
    TARGET.write_text(documented(TARGET.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
