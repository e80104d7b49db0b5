"""The report, looked at by a browser: on a phone, on a desk and on a wide screen, in light and dark."""

import base64
import re
import shutil
import subprocess
from io import BytesIO
from itertools import pairwise, product

import browser as browsing
import nbformat
import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from PIL import Image

import acquire
import model
import prepare
from tiktok import figures
from tiktok.report import run
from tiktok.report.calculator import render_calculator
from tiktok.report.page import finish_page
from tiktok.story.frame import show_table

MOST_BYTES = 5_000_000
MOST_PAGES = 8  # printed, with the folds closed
SCHEMES = ("light", "dark")
# each text's contrast with what is behind it, as WCAG 2.2 defines it; what is transparent is looked through
CONTRASTS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
      if (colour[3] > 0) throw new Error("half transparent background");
    }
    return [255, 255, 255];
  };
  const found = {};
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const colour = parse(getComputedStyle(element).color);
    if (colour.length === 4) throw new Error("half transparent text");
    const [high, low] = [luminance(colour), luminance(behind(element))].sort((a, b) => b - a);
    const name = `${element.tagName}.${element.className} ${colour} on ${behind(element)}`;
    found[name] = (high + 0.05) / (low + 0.05);
  }
  return found;
}"""
WIDER_THAN_THE_SCREEN = """() => [...document.querySelectorAll("main *")]
  .filter((e) => !e.closest(".table, .figure, pre") && e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.outerHTML.slice(0, 200))"""
WIDEST_TABLE = """() => Math.max(
  ...[...document.querySelectorAll("table")].map((table) => table.getBoundingClientRect().width))"""
SCROLLED = """(boxes) => [...document.querySelectorAll(boxes)]
  .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.getAttribute("aria-label"))"""
OPEN_ALL = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
# the boxes of tables and figures that hide something at an edge, and don't say so there
HIDES_SECRETLY = """() => [...document.querySelectorAll(".frame > .table, .frame > .figure")]
  .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1
    && !(box.parentElement.classList.contains("more-behind") && box.tabIndex === 0))
  .map((box) => box.getAttribute("aria-label"))"""


@pytest.fixture(scope="module")
def chromium():
    with browsing.chromium() as browser:
        yield browser


# --- a small notebook of the story's shape

COUNTS = pd.DataFrame(
    {
        "what": ["=1+1", "-5", "b", "", "<b>a</b>"],
        "views": ["1.2M", "n/a", "900K", "85", "2,000"],
        "r": ["−0.3 (−0.5 to −0.1)", "0.10 (0.00 to 0.20)", "n/a", "−0.2 (−0.3 to 0.1)", "0.4 (0.3 to 0.5)"],
        "said": ["yes", "no", "yes", "-no", '"so" so'],
    }
)
BIG = "Big:-61-%25-%C3%97-2"  # as nbconvert writes the id of a heading
WIDE = pd.DataFrame({f"a long header number {i}": [f"{i}.00 (0.00 to 9.99)"] * 3 for i in range(24)})


def picture(marks, label):
    fig = figures.new_figure(8, 2)
    ax = fig.subplots()
    ax.scatter(np.arange(marks), np.arange(marks))
    ax.set_title(label)
    return figures.finish(fig, f"{label}: dots along a line.", pd.DataFrame())._repr_mimebundle_()


def cell(*shown):
    """A cell of code that shows markdown, tables and pictures."""
    outputs = []
    for thing in shown:
        if isinstance(thing, str):
            data, about = {"text/markdown": thing}, {}
        elif isinstance(thing, pd.DataFrame):
            data, about = {"text/html": show_table(thing, "What was counted").data}, {}
        else:
            data, about = thing
        outputs.append(nbformat.v4.new_output("display_data", data, metadata=about))
    return nbformat.v4.new_code_cell("show(...)", outputs=outputs)


@pytest.fixture(scope="module")
def small():
    words = "Some words that fill a line or two of the page, as many as it takes. " * 8
    numbers = "".join(
        f'<div class="card"><strong>{n}</strong> <span>of all</span></div>' for n in (5, 61, 51)
    )
    markdown = nbformat.v4.new_markdown_cell
    cells = [
        markdown("# A report\n\nWhat it asks."),
        nbformat.v4.new_code_cell("import all"),
        cell(f"## Big: 61 % × 2\n\n{words} [The proof](#The-second-part)"),
        cell(({"text/html": f'<div class="cards">{numbers}</div>'}, {}), picture(3, "Three dots")),
        markdown(f"## Your client\n\n{words}"),
        cell(COUNTS),
        markdown("## For the statistician\n\nEverything else."),
        markdown("### The first part"),
        cell(picture(figures.MOST_MARKS + 1, "Many dots"), "A file: a.csv, SHA-256 starts with 4616."),
        markdown(f"### The second part\n\n#### In detail\n\n{words}"),
        cell(WIDE, f"{words}\n\n{words}"),
    ]  # fmt: skip
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(scope="module")
def small_html(small):
    return run.to_html(small)


@pytest.fixture
def desk(chromium, small_html):
    with browsing.opened(chromium, small_html, "desk", "small") as page:
        yield page


@pytest.fixture(params=browsing.SIZES)
def anywhere(request, chromium, small_html):
    with browsing.opened(chromium, small_html, request.param, "small") as page:
        yield page


def in_view(page, element):
    """Whether an element starts on the screen, and not under the bar that stays in view."""
    box = element.bounding_box()
    return 0 <= box["y"] < page.viewport_size["height"] and page.evaluate(
        "([x, y]) => !document.elementFromPoint(x, y)?.closest('nav')", [box["x"] + 1, box["y"] + 1]
    )


def test_every_section_is_linked_from_the_contents_whatever_looks_at_the_page():
    body = '<nav></nav><main><h2 id="why">Why?</h2></main><script>1</script>'
    finished = finish_page(f"<html><head><meta><title>T</title></head><body>{body}</body></html>")
    assert '<nav><ol><li><a href="#why">Why?</a></li></ol></nav>' in finished


def test_the_parts_for_the_statistician_are_folded_under_their_headings_and_nothing_else_is(small_html):
    soup = BeautifulSoup(small_html, "html.parser")
    folds = soup.select(".fold")
    assert [fold.summary.h3["id"] for fold in folds] == ["The-first-part", "The-second-part"]
    assert [len(fold.select("img")) for fold in folds] == [1, 0]
    assert folds[1].h4
    assert folds[1].table
    sections = [heading["id"] for heading in soup.select("main > h2")]
    assert sections == [BIG, "Your-client", "For-the-statistician"]
    assert not soup.select("nav .fold, .fold .fold")


def test_the_code_of_a_section_stands_behind_what_it_shows_and_none_above_the_answer(small_html):
    things = [
        thing.get("id") or thing.get("class", [thing.name])[0]
        for thing in BeautifulSoup(small_html, "html.parser").main.find_all(True, recursive=False)
    ]
    begin, client, last = map(things.index, (BIG, "Your-client", "For-the-statistician"))
    assert "code" not in things[:begin]
    assert things[begin:client] == [BIG, "p", "cards", "frame", "code"]
    assert things[client:last] == ["Your-client", "p", "frame", "code"]


def test_the_contents_hold_the_sections_and_within_the_last_its_parts(small_html):
    *sections, last = BeautifulSoup(small_html, "html.parser").select("nav > ol > li")
    assert [section.text for section in sections] == ["Big: 61\N{NO-BREAK SPACE}% × 2", "Your client"]
    assert [a.text for a in last.ol.select("a")] == ["The first part", "The second part"]


def test_a_link_into_a_closed_fold_opens_it(anywhere):
    fold = anywhere.locator(".fold").last
    assert fold.get_attribute("open") is None
    anywhere.get_by_role("link", name="The proof").click()
    assert fold.get_attribute("open") is not None
    assert in_view(anywhere, anywhere.locator("#The-second-part"))


def test_so_does_an_address_that_leads_there_when_typed_and_when_opened(desk):
    fold = desk.locator(".fold").last
    desk.evaluate("location.hash = 'In-detail'")
    desk.wait_for_function("fold => fold.open", arg=fold.element_handle())
    desk.reload()
    assert fold.get_attribute("open") is not None
    assert in_view(desk, desk.locator("#In-detail"))


def test_the_contents_mark_where_one_is(anywhere):
    sections, parts = anywhere.locator("nav > ol > li > a").all(), anywhere.locator("nav ol ol a").all()
    assert not any(part.is_visible() for part in parts)
    for link in sections + ([] if anywhere.viewport_size["width"] < 720 else parts):
        link.click()
        anywhere.wait_for_function("link => link.ariaCurrent === 'true'", arg=link.element_handle())
        assert anywhere.locator("nav [aria-current]").count() == 1


def test_each_heading_gives_a_link_to_itself_with_a_name(desk):
    desk.evaluate(OPEN_ALL)
    for heading in desk.locator("main :is(h2, h3, h4)").all():
        name = heading.evaluate("h => h.firstChild.data")
        link = desk.get_by_role("link", name=f"Link to {name}", exact=True)
        assert link.get_attribute("href") == f"#{heading.get_attribute('id')}"
        link.focus()
        desk.keyboard.press("Shift+Tab")
        desk.keyboard.press("Tab")
        assert link.evaluate("link => getComputedStyle(link).opacity") == "1"


# --- tables and figures


def column(page, number):
    return page.locator(f"#Your-client ~ .frame tbody tr > :nth-child({number})").all_inner_texts()


def test_numbers_stand_at_the_right_and_words_at_the_left(desk):
    cells = desk.locator("#Your-client ~ .frame tbody tr").first.locator("th, td").all()
    sides = [cell.evaluate("cell => getComputedStyle(cell).textAlign") for cell in cells]
    assert sides == ["left", "right", "right", "left"]


def test_a_click_on_a_header_sorts_by_value_and_another_turns_round_with_what_is_missing_last(desk):
    header = desk.get_by_role("columnheader", name="views").first
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert column(desk, 2) == ["85", "2,000", "900K", "1.2M", "n/a"]
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert column(desk, 2) == ["1.2M", "900K", "2,000", "85", "n/a"]


def test_the_keyboard_sorts_too_an_interval_by_its_value_and_words_by_the_alphabet(desk):
    desk.get_by_role("columnheader", name="r", exact=True).get_by_role("button").focus()
    desk.keyboard.press("Enter")
    assert [text.split(" ")[0] for text in column(desk, 3)] == ["−0.3", "−0.2", "0.10", "0.4", "n/a"]
    desk.get_by_role("columnheader", name="said").get_by_role("button").focus()
    desk.keyboard.press("Space")
    assert column(desk, 4) == ["-no", '"so" so', "no", "yes", "yes"]
    assert desk.locator("[aria-sort]").count() == 1


def test_a_row_without_a_name_of_its_own_keeps_that_of_the_row_above_when_it_moves(desk):
    desk.get_by_role("columnheader", name="views").first.get_by_role("button").click()
    assert column(desk, 1)[0] == "b"


def saved(page, button):
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_table_is_saved_as_csv_in_which_nothing_is_a_formula(desk):
    name, content = saved(desk, desk.get_by_role("button", name="CSV: What was counted").first)
    assert name == "what-was-counted.csv"
    lines = [
        "what,views,r,said",
        "'=1+1,1.2M,−0.3 (−0.5 to −0.1),yes",
        "-5,n/a,0.10 (0.00 to 0.20),no",
        "b,900K,n/a,yes",
        "b,85,−0.2 (−0.3 to 0.1),'-no",
        '<b>a</b>,"2,000",0.4 (0.3 to 0.5),"""so"" so"',
    ]
    assert content.decode("utf-8-sig").split("\r\n") == [*lines, ""]


def test_shapes_are_saved_as_pixels_for_a_dense_screen(desk):
    name, content = saved(desk, desk.get_by_role("button", name="PNG: Three dots"))
    drawn = Image.open(BytesIO(content))
    assert (name, drawn.format, drawn.size) == ("three-dots.png", "PNG", (1600, 400))
    assert drawn.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    assert len(drawn.convert("RGB").getcolors(1_000_000)) > 10


def test_pixels_are_saved_as_they_are(desk, small):
    desk.evaluate(OPEN_ALL)
    _, content = saved(desk, desk.get_by_role("button", name="PNG: Many dots"))
    assert content == base64.b64decode(small.cells[8].outputs[0].data["image/png"])


def test_what_is_wider_than_the_screen_says_so_at_the_edge_where_more_is(anywhere):
    anywhere.evaluate(OPEN_ALL)
    anywhere.wait_for_timeout(50)
    assert anywhere.evaluate(HIDES_SECRETLY) == []
    wide = anywhere.locator(".table").last
    assert "more-behind" in wide.locator("..").get_attribute("class")
    wide.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
    anywhere.wait_for_function(
        "box => box.parentElement.className === 'frame more-before'", arg=wide.element_handle()
    )


def test_a_figure_has_no_bright_box_in_the_dark(chromium, small_html):
    with browsing.opened(chromium, small_html, "desk", "small", "dark") as page:
        image = page.locator(".figure img").first
        seen = Image.open(BytesIO(image.screenshot())).convert("RGB")
        beside = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert seen.getpixel((3, 3)) == tuple(int(part) for part in re.findall(r"\d+", beside))


# --- the whole page


@pytest.fixture(scope="module")
def html(story_on_sample):
    creators = prepare.clean(acquire.get_tiktokers("2022-07", source="sample"))
    listed = model.describe_listed(creators, {"2022-07": creators})
    return run.to_html(story_on_sample, render_calculator(listed, model.read_clients()))


@pytest.fixture(params=browsing.SIZES)
def page(request, chromium, html):
    with browsing.opened(chromium, html, request.param, "report") as page:
        yield page


@pytest.fixture
def page_on_desk(chromium, html):
    with browsing.opened(chromium, html, "desk", "report") as page:
        yield page


@pytest.fixture(params=product(browsing.SIZES, SCHEMES), ids="-".join)
def page_in_each_light(request, chromium, html):
    size, scheme = request.param
    with browsing.opened(chromium, html, size, "report", scheme) as page:
        yield page


def test_the_first_screen_answers_the_question(page):
    assert page.title() == page.locator("h1").inner_text() == run.TITLE
    assert page.locator("html").get_attribute("lang") == "en"
    # a real list has no banner above it
    page.locator("main > div", has_text="SYNTHETIC SAMPLE").first.evaluate("banner => banner.remove()")
    assert in_view(page, page.locator("main h2").first)
    assert in_view(page, page.locator(".cards"))
    assert page.locator(".card").count() == 3
    assert all(in_view(page, card) for card in page.locator(".card").all())
    picture = page.locator("main .creators").bounding_box()
    assert picture["y"] + picture["height"] <= page.viewport_size["height"]


def test_every_image_says_what_it_shows_is_crisp_and_not_shrunk_beyond_reading(page):
    page.evaluate(OPEN_ALL)
    images = page.locator("main img").all()
    assert len(images) >= 4
    for image in images:
        assert len(image.get_attribute("alt")) > 20
        pixels = 2 if image.get_attribute("src").startswith("data:image/png") else 1
        shown, drawn = image.evaluate("image => [image.width, image.naturalWidth]")
        folded = image.evaluate("image => !!image.closest('.fold')")
        least = 640 if folded else 345  # what letters are left of the others, tests/test_figures.py measures
        assert min(least, drawn // pixels) <= shown <= drawn // pixels


def test_the_main_text_hides_nothing_at_an_edge(page):
    hidden = page.evaluate(SCROLLED, "main > .frame > *")
    assert [label for label in hidden if not label.startswith("Clients")] == []
    for image in page.locator("main > .frame img").all():
        box = image.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]


def test_on_a_desk_no_table_or_figure_has_to_be_scrolled(page):
    if page.viewport_size["width"] < 720:
        return
    page.evaluate(OPEN_ALL)
    scrolled = page.evaluate(SCROLLED, ".frame > *")
    assert scrolled == []


def test_buttons_are_large_enough_for_a_finger(page):
    heights = [button.bounding_box()["height"] for button in page.locator("main > .frame .save").all()]
    assert len(heights) >= 4
    assert min(heights) >= 28


def test_headings_are_in_order_and_named_once(page_on_desk):
    headings = page_on_desk.locator("h1, h2, h3, h4, h5, h6").all()
    levels = [int(heading.evaluate("h => h.tagName")[1]) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    ids = page_on_desk.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_contents_name_every_section_and_land(page):
    links = page.locator("nav > ol > li > a").all()
    headings = page.locator("main > h2").all()
    assert len(links) == len(headings) >= 5
    for link, heading in zip(links, headings, strict=True):
        assert heading.evaluate("h => h.firstChild.parentNode.textContent") == f"{link.text_content()}#"
        link.click()
        assert in_view(page, heading), link.text_content()
        assert page.locator("nav").bounding_box()["y"] == 0


def test_links_within_the_page_have_a_target(page_on_desk):
    for target in page_on_desk.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash)"):
        assert page_on_desk.evaluate("id => !!document.getElementById(id.slice(1))", target), target


def test_the_first_tab_offers_to_skip_the_contents(page_on_desk):
    page_on_desk.keyboard.press("Tab")
    assert page_on_desk.evaluate("document.activeElement.className") == "skip"
    assert page_on_desk.locator(".skip").bounding_box()["x"] >= 0
    page_on_desk.keyboard.press("Enter")
    assert page_on_desk.evaluate("document.activeElement.tagName") == "MAIN"


def test_code_is_out_of_sight_until_the_button_shows_it_and_then_each_part_can_be_folded(page_on_desk):
    folds = page_on_desk.locator("main > details.code").all()
    assert len(folds) >= 5
    assert not any(fold.is_visible() for fold in folds)
    page_on_desk.get_by_role("button", name="Show all code").click()
    assert all(code.is_visible() for fold in folds for code in fold.locator("pre").all())
    folds[0].locator("summary").click()
    assert not folds[0].locator("pre").first.is_visible()
    assert folds[1].locator("pre").first.is_visible()
    page_on_desk.get_by_role("button", name="Hide all code").click()
    assert not any(fold.is_visible() for fold in folds)


def test_on_a_phone_which_has_no_such_button_code_stands_in_the_folds_only(chromium, small_html):
    with browsing.opened(chromium, small_html, "phone", "small") as page:
        page.evaluate("document.querySelectorAll('.fold').forEach((fold) => { fold.open = true; })")
        assert not any(fold.is_visible() for fold in page.locator("main > details.code").all())
        assert all(fold.is_visible() for fold in page.locator(".fold details.code").all())


def test_no_code_is_lost_and_it_keeps_its_order(page_on_desk, story_on_sample):
    cells = [cell.source for cell in story_on_sample.cells if cell.cell_type == "code"]
    shown = page_on_desk.locator("details.code pre").all_text_contents()
    assert [code.rstrip("\n") for code in shown] == cells


@pytest.mark.parametrize(("what", "hidden"), [("parts", ".fold > p"), ("code", ".code pre")])
def test_one_button_shows_all_parts_and_one_all_code_where_there_is_room_for_it(anywhere, what, hidden):
    button = anywhere.get_by_role("button", name=f"all {what}")
    if anywhere.viewport_size["width"] < 720:
        assert button.count() == 0
        return
    anywhere.get_by_role("button", name="Show all parts").click()
    if what == "code":
        button.click()
    assert all(thing.is_visible() for thing in anywhere.locator(hidden).all())
    button.click()
    assert not any(thing.is_visible() for thing in anywhere.locator(hidden).all())


def test_tables_have_captions_and_headers(page_on_desk):
    tables = page_on_desk.locator("table").all()
    assert len(tables) >= 5
    for table in tables:
        assert table.locator("caption").text_content().strip()
        assert table.locator("thead th").count() >= 2
        assert table.locator("th:not([scope])").count() == 0
        assert table.locator("th[scope=row]").count() >= 1


def test_all_text_stands_out_from_what_is_behind_it_in_each_light(page_in_each_light):
    page_in_each_light.evaluate(OPEN_ALL)
    contrasts = page_in_each_light.evaluate(CONTRASTS)
    assert len(contrasts) > 5
    assert {text: ratio for text, ratio in contrasts.items() if ratio < 4.5} == {}
    assert page_in_each_light.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page_in_each_light.evaluate(WIDER_THAN_THE_SCREEN) == []


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desk", "light")])
def test_nothing_shuts_a_reader_out(chromium, html, size, scheme):
    with browsing.opened(chromium, html, size, "report", scheme) as page:
        page.evaluate(OPEN_ALL)
        options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": False}}}
        found = Axe().run(page, options=options).response["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        ]
        assert serious == []


def test_print_shows_the_story_without_contents_and_code(page_on_desk):
    page_on_desk.emulate_media(media="print")
    page_on_desk.set_viewport_size({"width": 680, "height": 960})  # A4 within its margins
    assert page_on_desk.evaluate(WIDEST_TABLE) <= 680
    assert page_on_desk.locator("main h2").first.is_visible()
    assert not page_on_desk.locator("nav").is_visible()
    assert not any(fold.is_visible() for fold in page_on_desk.locator("details.code").all())


def test_in_print_a_closed_fold_leaves_no_heading_behind_and_nothing_fades(page_on_desk):
    page_on_desk.emulate_media(media="print")
    assert not any(fold.is_visible() for fold in page_on_desk.locator(".fold").all())
    said = "getComputedStyle(document.querySelector('#For-the-statistician + p'), '::after').content"
    assert "unfold" in page_on_desk.evaluate(said)
    page_on_desk.evaluate(OPEN_ALL)
    assert all(fold.is_visible() for fold in page_on_desk.locator(".fold").all())
    assert page_on_desk.evaluate(said) == "none"
    fades = """() => [...document.querySelectorAll(".frame")].flatMap((frame) =>
        ["::before", "::after"].map((side) => getComputedStyle(frame, side).content))"""
    assert set(page_on_desk.evaluate(fades)) == {"none"}


def test_in_print_a_table_of_two_pages_has_its_headers_on_both(chromium, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext isn't installed (Debian: apt-get install poppler-utils)")
    long = pd.DataFrame({"what": [f"row {i}" for i in range(90)], "how many": range(90)})
    html = run.to_html(nbformat.v4.new_notebook(cells=[cell(long)]))
    with browsing.opened(chromium, html, "desk", "small") as page:
        printed = page.pdf(path=tmp_path / "long.pdf", prefer_css_page_size=True)
    assert printed
    text = subprocess.check_output(["pdftotext", tmp_path / "long.pdf", "-"], text=True)
    pages = [on_page for on_page in text.split("\f") if "row" in on_page]
    assert len(pages) >= 2
    assert all("how many" in on_page for on_page in pages)


def test_months_steps_and_intervals_are_kept_on_one_line():
    shown = pd.DataFrame({"step": ["2022-02→2022-06"], "came": ["0.39 (0.33 to 0.44)"], "of": ["24 %"]})
    html = run.to_html(
        nbformat.v4.new_notebook(cells=[cell(shown, "From −0.1 to 0.2 in 2022-07. Not 2022-12.csv.")])
    )
    whole = [span.get_text() for span in BeautifulSoup(html, "html.parser").select(".whole")]
    assert whole == ["2022-02→2022-06", "(0.33 to 0.44)", "−0.1 to 0.2", "2022-07"]
    assert "24\N{NO-BREAK SPACE}%" in html


def test_with_the_folds_closed_it_prints_on_few_pages_that_are_signed(chromium, html):
    with browsing.opened(chromium, html, "desk", "report") as page:
        assert 1 < len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) <= MOST_PAGES
    (signature,) = re.findall(r'@bottom-left \{ content: "([^"]+)"', html)
    assert run.TITLE.rstrip("?") in signature
    assert "SHA-256 starts with" in signature


def test_a_signature_can_not_break_out_of_its_style(small):
    named = nbformat.from_dict(small)
    named.cells[8].outputs[1].data["text/markdown"] = 'File a"}</style>.csv, SHA-256 starts with 0.'
    assert r"a\22 \7d " in run.to_html(named)


def test_it_works_without_scripts(chromium, small_html):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(small_html)
    assert page.locator("main > details.code").first.is_visible()
    for kind in ("code", "fold"):
        fold = page.locator(f"details.{kind}").first
        fold.locator("summary").first.click()
        assert fold.get_attribute("open") is not None
    assert page.locator("nav a").count() == 5
    assert page.locator("button").count() == 0
    assert page.locator(".table:not([tabindex='0'])").count() == 0
    context.close()


def test_the_policy_is_strict(small_html):
    (policy,) = re.findall(r'content="(default-src[^"]+)"', small_html)
    assert re.sub("sha256-[^']+", "…", policy).split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "script-src '…'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_page_runs_no_script_but_its_own_and_fetches_nothing(chromium, html):
    smuggled = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    smuggled += '<img src="https://example.invalid/track.png" alt="">'
    with browsing.serve(html.replace("</h1>", f"</h1>{smuggled}")) as address:
        page = chromium.new_page()
        reached = []
        page.on("response", lambda response: reached.append(response.url))
        page.goto(address)
        assert page.title() == run.TITLE
        assert [url for url in reached if url != address and not url.startswith("data:")] == []
        page.close()


def test_the_page_is_small(html):
    assert len(html.encode()) < MOST_BYTES


def test_pictures_are_stored_with_a_palette_on_pure_white(html):
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    for picture in pictures:
        image = Image.open(BytesIO(base64.b64decode(picture)))
        assert image.mode == "P"
        assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255)


def test_page_and_figures_share_their_colours():
    style = (run.TEMPLATE / "report.css").read_text(encoding="utf-8")
    assert f"--accent: {figures.PALETTE[0]}" in style
    assert f"--muted: {figures.GREY}" in style
