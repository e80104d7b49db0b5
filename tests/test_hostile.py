"""A list whose creators are named to do harm: the report shows their names as text, nothing else happens."""

import csv

import browser as browsing
import pytest

from tiktok.acquire import snapshots
from tiktok.lists.files import PROJECT
from tiktok.report import run

SAMPLE = PROJECT / "data" / "sample" / "2022-07.csv"
ROWS = 240
OWNED = "owned"
RIGHT_TO_LEFT = "\u202egnp\u202c\u2067\u05d0"
# on each of them one correlation with shares is made to hang, so that figure, table and sentence name it
GIANTS = {
    "Subscribers Count": "x" * 10_000,
    "Views. Avg": f"<script>document.title='{OWNED}'</script><img/src=x/onerror=document.title='{OWNED}'>",
    "Likes. Avg": rf"{RIGHT_TO_LEFT}$x$\(y\)**b**`c`[a](javascript:alert(1))",
    "Comments. Avg": "https://www.example.invalid/![i](https://example.invalid/i.png)",
}
OTHERS = [
    '=HYPERLINK("https://example.invalid","x")',
    "+1+1|'/bin/sh'",
    "@@import'x'",
    "\x1b[31mred\x07",
    "{{7*7}}{%raw%}",
    "$$\\frac{1}{0}$$",
    "&lt;b&gt;&#36;",
    "../../etc/passwd",
    "null",
]


def hostile_rows():
    """The first creators of the sample, under the names above; names and handles alike."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:ROWS]
    names = [*GIANTS.values(), *OTHERS]
    for row, name in zip(rows, names, strict=False):
        row |= {"Username": name, "Name": name, "Tiktok Link": f"javascript:{name}"}
    for row, column in zip(rows, GIANTS, strict=False):
        row |= {column: "2000M", "Shares. Avg": "40M"}
    return rows


@pytest.fixture(scope="module")
def page_of_hostile_list(tmp_path_factory):
    """What `make report` makes of it, in a folder where it is the list of two months as well."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = hostile_rows()
    paths = [folder / snapshots.SNAPSHOTS[month].file for month in ("2022-07", "2022-09")]
    paths.append(folder / "[a](javascript:alert(1)) $x$ & co.csv")
    for path in paths:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOK_DATA_DIR", str(folder))
        patch.setattr(run, "REPORT", folder / "reports" / "page.html")
        assert run.main(["--csv", str(paths[-1]), "--source", "local"]) == 0
        return run.REPORT.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium(page_of_hostile_list):
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(params=browsing.SIZES)
def page(request, chromium, page_of_hostile_list):
    with browsing.opened(chromium, page_of_hostile_list, request.param, "hostile") as page:
        yield page


@pytest.mark.slow
def test_no_markup_and_no_script_comes_from_the_list(page):
    assert page.title() == run.TITLE
    assert page.locator("script:not([type='application/json'])").count() == 1
    assert page.locator("main script, main iframe, main object, main form, main [onerror]").count() == 0
    assert page.evaluate("typeof MathJax") == "undefined"
    assert {a.get_attribute("href")[0] for a in page.locator("a").all()} == {"#"}
    assert all(i.get_attribute("src").startswith("data:image/") for i in page.locator("img").all())


@pytest.mark.slow
def test_the_names_are_shown_as_text_and_cut_short(page):
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    text = page.locator("main").inner_text()
    assert "<script>" in text
    assert "$x$" in text
    assert "x" * 100 not in page.locator("main").inner_html()
    assert not set(text) & set("\u202e\u202c\u2067\x1b\x07")


@pytest.mark.slow
def test_the_page_still_fits_the_screen(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(box.bounding_box()["width"] < 1500 for box in page.locator("table").all())


@pytest.mark.slow
def test_alternative_texts_hold_no_long_or_turning_name(page):
    for image in page.locator("img").all():
        alt = image.get_attribute("alt")
        assert "x" * 100 not in alt
        assert not set(alt) & set("\u202e\u202c\u2067")
