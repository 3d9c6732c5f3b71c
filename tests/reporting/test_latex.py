import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facing_asymmetry.reporting.latex import SIGNS, latex_table, latex_text

COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")


def unescaped(text: str, special: str = "&%#$_^~") -> list[str]:
    """Special characters that no backslash stands before; mathematics between two dollars does not count."""
    rest = COMMAND.sub("", re.sub(r"(?<!\\)\$[^$]*\$", "", text))
    return [sign for sign in rest if sign in special]


@given(st.text(max_size=40))
def test_any_text_becomes_ascii_without_a_special_character_left_over(text: str):
    out = latex_text(text)
    assert out.isascii()
    assert "\n" not in out
    assert unescaped(out.replace("~", "") if "\u00a0" in text else out) == []
    bare = COMMAND.sub("", out)
    assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("95 % of a_b & c", r"95 \% of a\_b \& c"),
        ("palsy − bilateral", "palsy $-$ bilateral"),
        ("p < .001", r"p \textless{} .001"),
        ("Büchner", r"B\"{u}chner"),
        ("logit ~ s × t", r"logit \textasciitilde{} s $\times$ t"),
        ("\\input{x}", r"\textbackslash{}input\{x\}"),
    ],
)
def test_signs_of_the_tables_become_commands(text: str, latex: str):
    assert latex_text(text) == latex


def test_a_table_has_one_cell_per_column_in_every_row():
    frame = pd.DataFrame({"a_b": ["x & y", "50 %"], "−": ["1.00 [−1, 2]", "{}"]})
    lines = latex_table(frame, "Caption with 5 %", "tab:x").splitlines()
    rows = [line for line in lines if line.endswith(r" \\")]
    assert len(rows) == 3
    assert all(len(re.findall(r"(?<!\\)&", row)) == 1 for row in rows)
    assert r"\caption{Caption with 5 \%}" in "\n".join(lines)


def test_every_exported_table_is_sound(report: Path):
    """No LaTeX is needed for this: environments are closed, braces balance, rows have equal cells, all is escaped."""
    files = sorted((report.parent / "tables").glob("*.tex"))
    assert len(files) >= 5
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text.isascii(), path.name
        body = text.split("\n", 1)[1]
        assert re.findall(r"\\begin{(\w+)}", body) == re.findall(r"\\end{(\w+)}", body)[::-1]
        bare = re.sub(r"\\[{}]", "", body)
        assert bare.count("{") == bare.count("}")
        rows = [line for line in body.splitlines() if line.endswith(r"\\") and "&" in line]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows if "multicolumn" not in row}) == 1, path.name
        assert set(unescaped(body)) <= {"&", "_"}, path.name  # cells; underscores of \label{tab:...}


def test_no_command_of_the_list_needs_a_package_beyond_the_kernel():
    known = r"text\w+|times|cdot|pm|leq|geq|rightarrow|partial|varphi|tau|rho|dots|ss|[oOli]|ae|[&%$#_{}]"
    for command in SIGNS.values():
        assert re.fullmatch(rf"(\$?\\({known})(\{{\}})?\$?)|\$-\$|--|---|``|''|`|'|,,|~| ", command), command
