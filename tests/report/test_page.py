"""The report, looked at by a browser, on a desk and on a phone."""

import base64
import re
from io import BytesIO
from itertools import pairwise

import browser as browsing
import pytest
from PIL import Image

from tiktok import figures
from tiktok.report import run
from tiktok.report.page import finish_page

MOST_BYTES = 5_000_000
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


@pytest.fixture(scope="module")
def html(story_on_sample):
    return run.to_html(story_on_sample)


@pytest.fixture(scope="module")
def chromium(html):
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(params=browsing.SIZES)
def page(request, chromium, html):
    with browsing.opened(chromium, html, request.param, "report") as page:
        yield page


def in_view(page, element):
    """Whether an element starts on the screen, and not under the bar that stays in view."""
    box = element.bounding_box()
    return 0 <= box["y"] < page.viewport_size["height"] and page.evaluate(
        "([x, y]) => !document.elementFromPoint(x, y)?.closest('nav')", [box["x"] + 1, box["y"] + 1]
    )


def test_every_section_is_linked_from_the_contents_whatever_looks_at_the_page():
    body = '<nav></nav><main><h2 id="why">Why?</h2></main><script>1</script>'
    finished = finish_page(f"<html><head><meta></head><body>{body}</body></html>")
    assert '<nav><ol><li><a href="#why">Why?</a></li></ol></nav>' in finished


def test_the_first_screen_answers_the_question(page):
    assert page.title() == page.locator("h1").inner_text() == run.TITLE
    assert in_view(page, page.locator("#Executive-summary"))
    assert in_view(page, page.locator("main li").first)
    assert page.locator("main li, main details").first.evaluate("first => first.tagName") == "LI"


def test_the_page_speaks_a_language_and_fits_the_screen(page):
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(WIDER_THAN_THE_SCREEN) == []


def test_every_image_says_what_it_shows_is_crisp_and_not_shrunk_beyond_reading(page):
    images = page.locator("img").all()
    assert len(images) >= 4
    for image in images:
        assert len(image.get_attribute("alt")) > 20
        assert image.evaluate("image => image.naturalWidth >= 2 * Math.floor(image.width)")
        assert image.evaluate("image => image.width >= Math.min(640, Math.floor(image.naturalWidth / 2))")


def test_headings_are_in_order_and_named_once(page):
    headings = page.locator("h1, h2, h3, h4, h5, h6").all()
    levels = [int(heading.evaluate("h => h.tagName")[1]) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_contents_name_every_section_and_land(page):
    links = page.locator("nav a").all()
    assert [link.text_content() for link in links] == page.locator("main h2").all_text_contents()
    assert len(links) >= 5
    for link, heading in zip(links, page.locator("main h2").all(), strict=True):
        link.click()
        assert in_view(page, heading), link.text_content()
        assert page.locator("nav").bounding_box()["y"] == 0


def test_links_within_the_page_have_a_target(page):
    for target in page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash)"):
        assert page.evaluate("id => !!document.getElementById(id.slice(1))", target), target


def test_the_first_tab_offers_to_skip_the_contents(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


def test_code_is_folded_and_a_click_shows_it(page):
    folds = page.locator("details.code").all()
    assert len(folds) >= 20
    assert not any(fold.locator("pre").first.is_visible() for fold in folds)
    folds[0].locator("summary").click()
    assert all(code.is_visible() for code in folds[0].locator("pre").all())
    assert not folds[1].locator("pre").first.is_visible()
    folds[0].locator("summary").click()
    assert not folds[0].locator("pre").first.is_visible()


def test_no_code_is_lost_and_it_keeps_its_order(page, story_on_sample):
    cells = [cell.source for cell in story_on_sample.cells if cell.cell_type == "code"]
    assert [code.rstrip("\n") for code in page.locator("details.code pre").all_text_contents()] == cells


def test_one_button_shows_all_code_where_there_is_room_for_it(page):
    button, folds = page.locator("nav button"), page.locator("details.code pre").all()
    if page.viewport_size["width"] < 720:
        assert not button.is_visible()
        return
    button.click()
    assert all(fold.is_visible() for fold in folds)
    button.click()
    assert not any(fold.is_visible() for fold in folds)


def test_tables_have_captions_and_headers(page):
    tables = page.locator("table").all()
    assert len(tables) >= 5
    for table in tables:
        assert table.locator("caption").text_content().strip()
        assert table.locator("thead th").count() >= 2
        assert table.locator("th:not([scope])").count() == 0
        assert table.locator("th[scope=row]").count() >= 1
        assert table.evaluate("table => table.closest('.table').tabIndex") == 0


def test_all_text_stands_out_from_what_is_behind_it(page):
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 5
    assert {text: ratio for text, ratio in contrasts.items() if ratio < 4.5} == {}


def test_print_shows_the_story_without_contents_and_code(page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})  # A4 within its margins
    assert page.evaluate(WIDEST_TABLE) <= 680
    assert page.locator("main h2").first.is_visible()
    assert not page.locator("nav").is_visible()
    assert not any(fold.is_visible() for fold in page.locator("details.code").all())


def test_it_works_without_scripts(chromium, html):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(html)
    fold = page.locator("details.code").first
    fold.locator("summary").click()
    assert fold.locator("pre").first.is_visible()
    assert page.locator("nav a").count() >= 5
    assert page.locator("nav button").count() == 0
    context.close()


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
