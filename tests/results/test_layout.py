import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from facing_asymmetry.results import layout
from facing_asymmetry.results.layout import column_types, reported_columns
from facing_asymmetry.results.response_table import SCHEMA

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for package in ("facing_asymmetry", "hydra_plugins")
    for path in (ROOT / package).rglob("*.py")
    if "facing_asymmetry/results/" not in path.as_posix()
)
FILES = {value for name, value in vars(layout).items() if name.endswith("_FILE")}
FOLDERS = {value for name, value in vars(layout).items() if name.endswith("_FOLDER")}
TABLES = [
    tuple(SCHEMA.names),
    *(value for name, value in vars(layout).items() if name.endswith(("_COLUMNS", "_KEY"))),
]
FILE = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, sorted(FILES)))})(?![\w.])")
ANOTHER_FILE = {"facing_asymmetry/core/conf_folder.py": {"config.yaml"}}
"""Files of the same name elsewhere: the configuration that is composed."""


def code_of(path):
    """A module's syntax tree without what documents it."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "description"]
    return tree


def file_names(tree):
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {name for text in texts for name in FILE.findall(text)}


def folder_names(tree):
    joined = [node.right for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    return {node.value for node in joined if isinstance(node, ast.Constant)} & FOLDERS


def column_lists(tree):
    """Lists of at least five neighbouring columns of a table."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Tuple | ast.List | ast.Set)]
    texts = [tuple(part.value for part in node.elts if isinstance(part, ast.Constant)) for node in found]
    return [
        names
        for names in texts
        if len(names) >= 5
        and any(names == table[n : n + len(names)] for table in TABLES for n in range(len(table) - len(names) + 1))
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_other_package_spells_a_file_or_the_columns_of_a_run_folder(path):
    tree = code_of(path)
    assert file_names(tree) <= ANOTHER_FILE.get(path.relative_to(ROOT).as_posix(), set())
    assert not folder_names(tree)
    assert not column_lists(tree)


def test_the_check_finds_files_folders_and_columns():
    tree = ast.parse('f"{a}/scores.csv"; folder / "sprites"; x = ["n", "slope", "low", "high", "p"]')
    assert file_names(tree) == {"scores.csv"}
    assert folder_names(tree) == {"sprites"}
    assert column_lists(tree) == [("n", "slope", "low", "high", "p")]


def test_a_template_or_a_longer_name_is_another_file():
    assert not file_names(ast.parse('"report.html.j2"; "my-scores.csv"; "old_scores.csv"'))


def test_no_two_files_have_one_name():
    names = [value for name, value in vars(layout).items() if name.endswith(("_FILE", "_FOLDER"))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("file", "absent"), sorted(layout.NOT_REPORTED.items()))
def test_columns_that_no_report_reads_are_columns(file, absent):
    assert set(absent) < set(column_types(file))
    assert set(reported_columns(file)) == set(column_types(file)) - set(absent)


def test_results_import_only_the_core_and_the_configuration():
    modules = [
        f"facing_asymmetry.results.{path.stem}" for path in (ROOT / "facing_asymmetry/results").glob("[a-z]*.py")
    ]
    words = f"import sys, {', '.join(modules)}; print(*(m for m in sys.modules if m.startswith('facing_asymmetry.')))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert {name.split(".")[1] for name in done.stdout.split()} <= {"core", "config", "results"}
