"""Run the notebooks of docs/notebooks and keep their output: `python tools/notebooks.py [NAME ...]`."""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"


def main() -> None:
    """Execute each notebook in an empty folder and write it back."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        if len(sys.argv) == 1 or path.stem in sys.argv[1:]:
            notebook = nbformat.read(path, as_version=4)
            with tempfile.TemporaryDirectory() as scratch:
                NotebookClient(notebook, timeout=300, resources={"metadata": {"path": scratch}}).execute()
            for cell in notebook.cells:
                cell.metadata.pop("execution", None)  # times of this machine
            nbformat.write(notebook, path)
            print(path)


if __name__ == "__main__":
    main()
