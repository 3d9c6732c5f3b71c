import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import escape
from PIL import Image

from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import DataError, FacingAsymmetryError, StoreError
from facing_asymmetry.reporting.build import build_report
from facing_asymmetry.reporting.limits import limits
from facing_asymmetry.reporting.sentences import design, findings, lead, verdict
from facing_asymmetry.reporting.table_cells import formatted
from facing_asymmetry.reporting.tables import classifier_table, control_table, score_summary
from facing_asymmetry.results.finished_run import RunData, read_run

NAMES = [
    "f0_palsy_cost",
    "f1_causal_graph",
    "f2_expressions",
    "f3_impact_surface",
    "f4_example_faces",
    "f5_activation_curves",
    "f5b_activation_by_classifier",
    "f6_effect_map",
    "f7_forest",
    "f8_controls",
    "f9_calibration",
    "f10_drivers",
]
QUICK = ReportSettings(formats=("png",), dpi=50)
EMPTY = {"meta", "img", "input", "br", "link", "hr"}


class Outline(HTMLParser):
    """Tags with attributes, and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(report: Path) -> str:
    return report.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    parsed = Outline()
    parsed.feed(page)
    return parsed


def test_every_figure_is_there_as_png_and_nothing_else(report: Path):
    for name in NAMES:
        with Image.open(report.parent / "figures" / f"{name}.png") as image:
            assert image.info["dpi"][0] == pytest.approx(200, abs=0.1)
    assert {path.suffix for path in (report.parent / "figures").iterdir()} == {".png"}


def test_other_formats_are_drawn_where_asked_for_and_replace_those_that_are_not(finished_run: Path, tmp_path: Path):
    run = Path(shutil.copytree(finished_run, tmp_path / "run"))
    own = run / "figures" / "my_notes.pdf"
    own.parent.mkdir(exist_ok=True)
    own.write_text("mine")
    for formats in (("png",), ("pdf", "svg")):
        page = build_report(run, ReportSettings(formats=formats, dpi=30)).read_text(encoding="utf-8")
        figures = sorted(path for path in own.parent.iterdir() if path != own)
        assert {path.suffix for path in figures} == {f".{form}" for form in formats}
        assert {path.name for path in figures} == set(re.findall(r'href="figures/([^"]+)"', page))
    assert figures[0].read_bytes().startswith(b"%PDF")
    assert own.read_text() == "mine"


def test_tables_lie_beside_the_page_as_csv_html_and_latex(report: Path, run_data: RunData):
    for name in (
        "t0_palsy_cost",
        "t1_classifiers",
        "t2_scores",
        "t3_controls",
        "t4_expressions",
        "t5_shares",
        "t6_mixed",
    ):
        assert {p.suffix for p in (report.parent / "tables").glob(f"{name}.*")} == {".csv", ".html", ".tex"}
    table = pd.read_csv(report.parent / "tables" / "t2_scores.csv")
    expected = run_data.tested("slope", "palsy")["mean"]
    for row in table.itertuples():
        assert row.slope_mean == pytest.approx(expected[row.classifier, row.emotion])


def test_the_page_is_well_formed_and_its_ids_are_unique(outline: Outline):
    assert outline.open == []
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for tag, a in outline.tags if tag == "a" and a["href"].startswith("#")}
    assert targets <= set(ids)


def test_the_page_needs_no_network(page: str, outline: Outline):
    for tag, attributes in outline.tags:
        for key in ("src", "href", "data", "action", "srcset", "poster"):
            value = attributes.get(key)
            if value is not None:
                assert value.startswith(("data:", "#", "figures/", "tables/")), f"{tag} {key} {value[:60]}"
    assert "@import" not in page
    assert not re.search(r"url\(\s*['\"]?(?!data:|#)", page)
    assert "default-src 'none'" in page


def test_pictures_have_alternatives_and_tables_have_headers(outline: Outline):
    images = [a for tag, a in outline.tags if tag == "img"]
    assert len(images) == len(NAMES) + 2 + 2  # surfaces of two networks, and the two faces of the first screen
    assert all(len(a["alt"]) > 40 for a in images)
    assert sum(tag == "table" for tag, _ in outline.tags) == sum(tag == "caption" for tag, _ in outline.tags) == 11
    assert all("scope" in a for tag, a in outline.tags if tag == "th")


def test_controls_are_labelled_for_screen_readers(outline: Outline, page: str):
    for tag, attributes in outline.tags:
        if tag == "button":
            assert attributes["aria-label"]
        if tag == "input":
            assert f'<label for="{attributes["id"]}">' in page
    assert 'lang="en"' in page


def test_the_page_opens_with_what_was_measured_and_that_it_claims_nothing(page: str, run_data: RunData):
    top = page[page.index("<h1>") : page.index('id="explorer"')]
    assert "Two published expression classifiers" in top
    assert "three emotions (anger, happiness, surprise; optimised expressions)" in top
    assert "four synthetic identities" in top
    assert "5 values of symmetry s × 3 of intensity t" in top
    assert f"{len(run_data.target):,} images" in top
    assert "No claim: four faces, 20 needed. The numbers are about these alone." in top[: top.index("<main")]


def test_a_run_with_enough_identities_opens_with_its_claims(claiming_data: RunData):
    lines = verdict(claiming_data)
    about_run = [one for one in claiming_data.claims if one["level"] == "run" and not one["sensitivity"]]
    assert lines == [f"{one['short']}: {one['clause']}." for one in about_run]
    assert [one["hypothesis"] for one in about_run] == ["slope", "interaction"]
    assert "no claim" not in " ".join(lines).lower()


def test_a_claiming_run_without_a_sheet_says_so(claiming_data: RunData):
    assert "no claim sheet" in verdict(replace(claiming_data, claims=[]))[0]


def test_limits_name_the_training_sets_and_the_bias_of_optimised_expressions(run_data: RunData):
    words = " ".join(limits(run_data))
    assert "AffectNet-8 (1), FER2013 (1). None was trained on RAF-DB or AffectNet-7." in words
    assert "sits at a maximum" in words
    authored = replace(run_data, responses=run_data.responses.assign(expression="facs"))
    assert "sits at a maximum" not in " ".join(limits(authored))


def test_findings_count_accepted_pairs_only(run_data: RunData):
    lines = findings(run_data)
    assert lines[0].startswith("5 of 6 classifier × emotion pairs are accepted")
    assert "in 5 of 5 accepted pairs" in lines[1]


def test_the_lead_starts_with_a_capital_and_says_singular(run_data: RunData):
    one = run_data.responses["classifier"] == "net_a"
    words = lead(replace(run_data, responses=run_data.responses[one]))
    assert words.startswith("One published expression classifier (one training set)")


def test_the_top_says_what_was_varied_held_fixed_and_how_sure_it_is(page: str, claiming_data: RunData):
    top = page[page.index("<h1>") : page.index('id="explorer"')]
    for words in (
        "Varied",
        "Held fixed",
        "Measured",
        "Compared",
        "How sure",
        "Not sure: four faces, and a claim needs 20",
    ):
        assert words in top
    assert "Control: both sides weaken alike" in top
    assert "Not sure" not in design(claiming_data)["How sure"]


def test_every_classifier_has_a_page_with_its_own_numbers(page: str, run_data: RunData):
    for name in run_data.classifiers:
        start = page.index(f'id="page-{name}"')
        own = page[start : page.index('class="facts"', start)]
        row = run_data.tested("slope", "palsy").loc[(name, "anger")]
        assert f"{row['mean']:.2f} [{row['low']:.2f}, {row['high']:.2f}]" in own
        assert f"figures/surfaces_{name}.png" in own
        said = [claim for claim in run_data.claims if claim["classifier"] == name]
        assert len(said) == 4
        for claim in said:  # the verdict, and folded below it the sentence with the numbers
            assert f"<summary><b>{escape(claim['short'])}</b>: {escape(claim['clause'])}</summary>" in own
            assert f"<p>{escape(claim['text'])}</p></details>" in own


def test_embedded_numbers_equal_the_table(page: str, run_data: RunData):
    sheets = [json.loads(text) for text in re.findall(r'class="sheet"[^>]*>(.*?)</script>', page, re.S)]
    assert len(sheets) == 2 * 3 * 6  # networks, emotions, two faces under three interventions
    first = sheets[0]
    rows = run_data.responses.query(
        "classifier == 'net_a' and emotion == 'happiness' and identity == 0 and side == 'left'"
        " and intervention == 'palsy' and s == 0.25 and t == 0.5"
    ).set_index("class")
    at = (first["t"].index(0.5) * len(first["s"]) + first["s"].index(0.25)) * len(first["classes"])
    shown = dict(zip(first["classes"], first["sides"]["left"]["logits"][at : at + 7], strict=True))
    assert shown == pytest.approx(rows["logit"].to_dict(), abs=5e-5)


def test_table_cells_on_the_page_equal_the_tests(page: str, run_data: RunData):
    row = run_data.tested("symmetry_specific").loc[("net_a", "surprise")]
    assert f"{row['mean']:.2f} [{row['low']:.2f}, {row['high']:.2f}]" in page


def test_a_report_over_a_sweep_says_in_its_body_what_is_missing_and_why(finished_run: Path, page: str, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    manifest = json.loads((run / "manifest.json").read_text())
    jobs = [
        {"job": "classifier=net_a", "state": "done", "error": ""},
        {"job": "classifier=net_c", "state": "skipped", "error": "its weights <are> not here"},
    ]
    (run / "manifest.json").write_text(json.dumps(manifest | {"jobs": jobs}))
    again = build_report(run, QUICK).read_text(encoding="utf-8")
    body = again[again.index("<body>") :]
    assert "1 of the 2 jobs of this sweep is missing here" in body
    assert "<strong>classifier net_c</strong> was skipped: its weights &lt;are&gt; not here" in body
    assert 'id="missing"' not in page


def test_the_mixed_models_are_shown_folded_with_the_method_of_each_row(page: str, finished_run: Path):
    start = page.index('id="t6_mixed"')
    part = page[start : page.index('class="caption"', start)]
    mixed = pd.read_csv(finished_run / "mixed.csv")
    assert f'<details class="folded"><summary>{len(mixed)} rows</summary>' in part
    assert part.count("<tr") == len(mixed) + 1
    methods = mixed["method"].value_counts()  # which one a fit needs differs between processors
    if len(methods) == 1:
        assert f"method {methods.index[0]}." in part
    else:
        for method, rows in methods.items():
            assert part.count(f'<td class="word">{method}</td>') == rows
    first = mixed[(mixed["classifier"] == "net_b") & (mixed["emotion"] == "anger")].iloc[0]
    assert f"{first['slope']:.2f} [{first['low']:.2f}, {first['high']:.2f}]" in part


def test_without_mixed_models_there_is_no_empty_table(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run", ignore=shutil.ignore_patterns("mixed.csv", "tables"))
    assert "t6_mixed" not in build_report(run, QUICK).read_text(encoding="utf-8")
    assert not list((run / "tables").glob("t6_mixed*"))


def test_the_manifest_and_the_limits_are_on_the_page(page: str, run_data: RunData):
    assert str(run_data.manifest["commit"]) in page
    assert "facing-asymmetry run grid=quick" in page
    assert "What this cannot say" in page


def test_the_page_keeps_to_its_size(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    page = build_report(run, replace(QUICK, max_bytes=1_200_000))
    assert page.stat().st_size <= 1_200_000


def test_the_same_run_gives_the_same_bytes(finished_run: Path, report: Path, tmp_path: Path):
    again = shutil.copytree(finished_run, tmp_path / "run")
    build_report(again)
    for path in sorted(report.parent.rglob("*")):
        if path.is_file():
            assert (again / path.relative_to(report.parent)).read_bytes() == path.read_bytes(), path.name


def test_without_faces_the_report_says_so_and_leaves_them_out(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run", ignore=shutil.ignore_patterns("sprites", "figures"))
    page = build_report(run, QUICK).read_text(encoding="utf-8")
    assert "kept no rendered faces" in page
    assert "slide-s" not in page
    assert not (run / "figures" / "f2_expressions.png").exists()
    assert (run / "figures" / "f3_impact_surface.png").exists()


def test_a_failed_build_leaves_no_trace(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(
        finished_run, tmp_path / "run", ignore=shutil.ignore_patterns("figures", "tables", "report.html")
    )
    for described in (run / "sprites").rglob("*.json"):
        described.write_text(json.dumps(json.loads(described.read_text()) | {"side": "both"}))
    before = sorted(path.name for path in run.iterdir())
    with pytest.raises(DataError, match="side both"):
        build_report(run, QUICK)
    assert sorted(path.name for path in run.iterdir()) == before


def test_a_folder_that_cannot_take_the_report_is_named(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run", ignore=shutil.ignore_patterns("figures", "report.html"))
    (run / "figures").write_text("in the way")
    with pytest.raises(StoreError, match="could not be written into"):
        build_report(run, QUICK)
    assert not (run / "report.html").exists()
    assert not list(run.glob(".report-*"))


def test_only_the_manifest_part_changes_with_the_time_of_the_run(finished_run: Path, tmp_path: Path):
    pages = []
    for created in ("2026-01-01T00:00:00+00:00", "2031-12-31T23:59:59+00:00"):
        run = shutil.copytree(finished_run, tmp_path / created[:4])
        manifest = json.loads((run / "manifest.json").read_text()) | {"created": created}
        (run / "manifest.json").write_text(json.dumps(manifest))
        pages.append(build_report(run, QUICK).read_text(encoding="utf-8").replace(created, ""))
    assert pages[0] == pages[1]


def test_words_from_the_run_cannot_break_out_of_the_page(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(manifest | {"title": "</script><script>alert(1)</script>"}))
    for described in (run / "sprites").rglob("*.json"):
        described.write_text(json.dumps(json.loads(described.read_text()) | {"traits": {"sex": "</script><b>"}}))
    page = build_report(run, QUICK).read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "</script><b>" not in page


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path):
    with pytest.raises(FacingAsymmetryError, match=r"manifest\.json is missing"):
        build_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_tables_survive_a_run_without_records_or_controls(finished_run: Path, tmp_path: Path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    (run / "classifiers.json").unlink()
    tests = pd.read_csv(run / "tests.csv")
    tests[tests["intervention"] == "palsy"].to_csv(run / "tests.csv", index=False)
    data = read_run(run)
    assert classifier_table(data)["architecture"].eq("").all()
    assert control_table(data)["specific_mean"].isna().all()
    assert "not defined" in formatted(control_table(data)).to_string()
    assert len(score_summary(data)) == 6
    build_report(run, QUICK)
