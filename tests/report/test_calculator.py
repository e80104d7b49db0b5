"""The calculator and the picture in the page, used by a browser and held against Python."""

import json
import random
import re

import browser as browsing
import nbformat
import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

import model
from tiktok import story
from tiktok.figures import SYNTHETIC_MARK, format_count
from tiktok.lists.columns import METRICS
from tiktok.report import run
from tiktok.report.calculator import render_calculator

MOST_BYTES = 300_000  # that the page may grow by
ANSWERS = """clients => clients.map((one) => {
  const inputs = document.querySelectorAll(".calculator input");
  for (const input of inputs) input.value = one[input.name] ?? "";
  inputs[0].dispatchEvent(new Event("input"));
  const said = [...document.querySelectorAll(".answer p")].map((p) => p.textContent).join("\\n\\n");
  return said.replaceAll("\\u00a0%", " %");
})"""


@pytest.fixture(scope="module")
def listed(panel_of_sample):
    return model.describe_listed(panel_of_sample["2022-07"], panel_of_sample)


def page_of(listed, clients):
    """A page with a heading, the picture, and the calculator below it."""
    data, about = model.plot_creators(listed.creators, clients)._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data, metadata=about)
    nobody = nbformat.v4.new_markdown_cell(
        story.say_client(model.compare_clients(model.read_clients(), listed), listed).data
    )
    code = nbformat.v4.new_code_cell("model.plot_creators(…)", outputs=[output])
    title = nbformat.v4.new_markdown_cell(f"# {run.TITLE}\n\n## Who is listed")
    return run.to_html(
        nbformat.v4.new_notebook(cells=[title, code, nobody]), render_calculator(listed, clients)
    )


@pytest.fixture(scope="module")
def html(listed):
    return page_of(listed, model.read_clients())


@pytest.fixture(scope="module")
def chromium(html):
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(params=browsing.SIZES)
def anywhere(request, chromium, html):
    with browsing.opened(chromium, html, request.param, "calculator") as page:
        yield page


@pytest.fixture
def page(chromium, html):
    """On a desk, for what hangs on no width."""
    with browsing.opened(chromium, html, "desk", "calculator") as page:
        yield page


def said_by_python(listed, clients):
    """What Python says of each client, by itself."""
    read = pd.concat([model.read_clients(one=one) for one in clients], ignore_index=True)
    compared = model.compare_clients(read, listed)
    return [story.say_client(compared.iloc[[row]], listed).data for row in range(len(compared))]


def some_clients(listed, n):
    """Clients of all kinds, spelt in many ways, those at the ends of the list and beyond among them."""
    rng = random.Random(14)
    spell = [format_count, "{:.0f}".format, "{:,.0f}".format]
    spell += [lambda count: f"{count / 1e6:.4f} million", lambda count: f" {count / 1e6:.3f} Mio. "]
    spell += [lambda count: f"{count / 1e3:.2f}K".replace(".", ",")]
    spell += [lambda count: f"{count:,.0f}".replace(",", " "), lambda count: f"~{count / 1e6:.3f}M+"]
    spell += [lambda count: f"{count:,.0f}".replace(",", "." if count >= 1e6 else " ")]
    for _ in range(n):
        known = rng.sample(METRICS, rng.randint(1, 5))
        one = {}
        for name in known:
            values = listed.creators[name]
            anywhere = np.exp(rng.uniform(np.log(max(values.min(), 1) / 30), np.log(values.max() * 30)))
            inside = rng.choice([values.min(), values.max(), rng.choice(list(values))])
            one[name] = rng.choice(spell)(max(rng.choice([anywhere, inside, inside]), 1000))
        yield one


def test_the_page_answers_two_hundred_clients_word_for_word_as_python_does(chromium, html, listed):
    clients = [{"subscribers": format_count(10 ** (4 + i / 10))} for i in range(50)]
    clients += some_clients(listed, 150)
    with browsing.opened(chromium, html, "desk", "answers") as page:
        said = page.evaluate(ANSWERS, clients)
    for one, answer, expected in zip(clients, said, said_by_python(listed, clients), strict=True):
        assert answer == expected, one
    assert len(set(said)) > 150


def test_numbers_are_rounded_as_python_rounds_them(chromium, listed):
    """Halves of the last digit go to the even one: 1.125M is 1.12M, 12.5 % is 12 %."""
    creators = listed.creators.head(8).assign(subscribers=1e6, views=[1e6] + 7 * [1.2e6])
    creators["engagement_rate"] = creators[["likes", "comments", "shares"]].sum(axis=1) / creators["views"]
    small = listed._replace(creators=creators, followed=listed.followed.head(0))
    clients = [{"subscribers": "1M", "views": "1.125M"}]
    clients += [
        {"views": views} for views in ("1.135M", "1125000", "0.99949M", "999.5K", "999.49K", "1.0005M")
    ]
    with browsing.opened(chromium, page_of(small, model.read_clients()), "desk", "halves") as page:
        said = page.evaluate(ANSWERS, clients)
    assert "Its 1.12M views a video put it ahead of 12 % of the list" in said[0]
    assert said == said_by_python(small, clients)


def test_what_cannot_be_read_is_told_in_a_sentence_and_nothing_else(page):
    page.get_by_label("Subscribers", exact=True).fill("1.2M")
    page.get_by_label("Views a video", exact=True).fill("12MM")
    said = page.locator(".answer").inner_text()
    assert said.startswith(
        "Views a video: that can't be read as a count. Type a number above 0, such as 1.2M"
    )
    assert page.get_by_label("Views a video", exact=True).get_attribute("aria-invalid") == "true"
    for text in ("-5", "0", "many", "1,2", "1e12", "12 34"):
        page.get_by_label("Views a video", exact=True).fill(text)
        assert page.locator(".answer p").count() == 1
        assert page.locator(".answer").inner_text().startswith("Views a video: that can't")
    page.get_by_label("Views a video", exact=True).fill("")
    assert page.locator(".answer").inner_text().startswith("Size: With 1.2M subscribers")
    page.get_by_label("Subscribers", exact=True).fill("")
    assert page.locator(".answer").inner_text() == ""


def test_the_answer_is_announced_and_every_input_has_a_label(page):
    assert page.locator(".answer").get_attribute("aria-live") == "polite"
    inputs = page.locator(".calculator input").all()
    assert [box.get_attribute("name") for box in inputs] == list(METRICS)
    assert all(box.evaluate("input => input.labels.length") == 1 for box in inputs)


def test_picture_and_form_fit_the_screen(anywhere):
    anywhere.get_by_label("Subscribers", exact=True).fill("40M")
    anywhere.get_by_label("Views a video", exact=True).fill("20M")
    assert anywhere.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for thing in ("svg.creators", ".calculator", ".readout"):
        box = anywhere.locator(thing).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= anywhere.viewport_size["width"]
    outside = """() => {
      const frame = document.querySelector("svg.creators").getBoundingClientRect();
      return [...document.querySelectorAll("svg.creators *")].map((e) => [e, e.getBoundingClientRect()])
        .filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1
          || box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(([e]) => e.outerHTML);
    }"""
    assert anywhere.evaluate(outside) == []


def test_every_creator_is_a_dot_and_the_top_quarter_is_coloured(page, listed):
    assert page.locator("svg.creators circle").count() == len(listed.creators)
    assert page.locator("svg.creators circle.success").count() == listed.creators["success"].sum()
    colours = page.evaluate(
        "() => [...document.querySelectorAll('svg.creators circle')].map(c => getComputedStyle(c).fill)"
    )
    assert len(set(colours)) == 2
    assert page.locator("main img").count() == 0
    assert page.locator("svg.creators .synthetic").text_content() == SYNTHETIC_MARK


def test_the_colours_are_others_in_the_dark(page):
    def fills():
        kinds = (".success", ".client", ".synthetic", "circle:not(.success)", "text")
        return [
            page.evaluate(f"() => getComputedStyle(document.querySelector('svg.creators {kind}')).fill")
            for kind in kinds
        ]

    page.get_by_label("Subscribers", exact=True).fill("4M")
    page.get_by_label("Views a video", exact=True).fill("2M")
    light = fills()
    page.emulate_media(color_scheme="dark")
    assert all(before != after for before, after in zip(light, fills(), strict=True))


def test_a_dot_is_named_when_the_mouse_points_at_it(anywhere, listed):
    dot = anywhere.locator("svg.creators circle").nth(0)
    anywhere.locator("svg.creators").scroll_into_view_if_needed()
    box = dot.bounding_box()
    anywhere.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    smallest = listed.creators.sort_values(["subscribers", "views"]).iloc[0]
    said = anywhere.locator(".readout").inner_text()
    assert said.startswith(
        f"{smallest['name'] or smallest['handle']}: {format_count(smallest['subscribers'])} subs"
    )
    assert anywhere.locator("svg.creators .chosen").count() == 1


def test_arrow_keys_go_along_the_dots_from_the_smallest_to_the_largest(page, listed):
    by_size = listed.creators.sort_values(["subscribers", "views"], kind="stable")
    page.locator("svg.creators").focus()
    before = page.evaluate("scrollY")
    for key, place in (("ArrowRight", 0), ("ArrowRight", 1), ("ArrowUp", 2), ("ArrowLeft", 1), ("End", -1)):
        page.keyboard.press(key)
        row = by_size.iloc[place]
        said = page.locator(".readout").inner_text()
        assert f"{format_count(row['subscribers'])} subscribers, {format_count(row['views'])} views" in said
        assert said.endswith("the top quarter")
        assert ("not in the top quarter" in said) != row["success"]
        assert page.locator("svg.creators").get_attribute("aria-valuetext") == said
    assert page.locator("svg.creators").get_attribute("aria-valuenow") == str(len(listed.creators))
    assert page.evaluate("scrollY") == before


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desk", "light")])
def test_picture_and_form_shut_no_reader_out(chromium, html, size, scheme):
    with browsing.opened(chromium, html, size, "calculator", scheme) as page:
        page.get_by_label("Subscribers", exact=True).fill("4M")
        page.get_by_label("Likes", exact=True).fill("a")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] != "minor"] == []


def test_the_client_is_marked_while_its_numbers_are_typed(anywhere):
    assert anywhere.locator("svg.creators .client").count() == 0
    anywhere.get_by_label("Subscribers", exact=True).fill("4M")
    line = anywhere.locator("svg.creators .client.line").bounding_box()
    assert line["height"] > 100
    anywhere.get_by_label("Views a video", exact=True).fill("2M")
    assert anywhere.locator("svg.creators .client.line").count() == 0
    low = anywhere.locator("svg.creators .client").bounding_box()
    anywhere.get_by_label("Views a video", exact=True).fill("9M")
    high = anywhere.locator("svg.creators .client").bounding_box()
    assert high["y"] < low["y"]
    assert abs(high["x"] - low["x"]) < 1
    assert abs(high["x"] + high["width"] / 2 - line["x"] - line["width"] / 2) < 2
    anywhere.get_by_label("Views a video", exact=True).fill("90B")  # far above the list
    assert anywhere.locator("svg.creators .client").count() == 0


def test_a_client_off_the_picture_is_told_where(page):
    for subscribers, views, where in (
        ("4M", "5", "below"),
        ("4M", "90B", "above"),
        ("20", "", "left of"),
        ("900B", "5", "right of and below"),
    ):
        page.get_by_label("Subscribers", exact=True).fill(subscribers)
        page.get_by_label("Views a video", exact=True).fill(views)
        assert page.locator(".readout").inner_text() == f"Your client is {where} the picture."
        assert page.locator("svg.creators .client").count() == 0
        page.get_by_label("Subscribers", exact=True).fill("4M")
        page.get_by_label("Views a video", exact=True).fill("4M")
        assert page.locator(".readout").inner_text().startswith("Point at a dot")


def test_typing_and_escape_clear_the_choice_and_pages_are_fifty_dots(page):
    svg = page.locator("svg.creators")
    svg.focus()
    for key, place in (("ArrowRight", 1), ("PageUp", 51), ("PageUp", 101), ("PageDown", 51)):
        page.keyboard.press(key)
        assert svg.get_attribute("aria-valuenow") == str(place)
    page.keyboard.press("Escape")
    assert page.locator("svg.creators .chosen").count() == 0
    assert page.locator(".readout").inner_text().startswith("Point at a dot")
    page.keyboard.press("End")
    assert page.locator("svg.creators .chosen").count() == 1
    page.get_by_label("Subscribers", exact=True).fill("4M")
    assert page.locator("svg.creators .chosen").count() == 0


def test_a_touch_screen_is_told_to_tap(chromium, html):
    context = chromium.new_context(**browsing_phone())
    page = context.new_page()
    page.set_content(html)
    assert page.locator(".readout").inner_text() == "Tap a dot to see whose it is."
    page.locator("svg.creators circle").nth(100).tap()
    assert "subscribers" in page.locator(".readout").inner_text()
    context.close()


def browsing_phone():
    width, height = browsing.SIZES["phone"]
    return {"viewport": {"width": width, "height": height}, "has_touch": True, "is_mobile": True}


def test_words_on_dots_have_a_halo(page):
    page.get_by_label("Subscribers", exact=True).fill("4M")
    for kind in ("of-quarter", "of-others", "of-client"):
        look = page.locator(f"svg.creators .{kind}").evaluate(
            "e => [getComputedStyle(e).paintOrder, getComputedStyle(e).stroke,"
            "getComputedStyle(document.body).backgroundColor]"
        )
        assert look[0] == "stroke"
        assert look[1] == look[2]


def shown(page, selector):
    return [text for one in page.locator(selector).all() if one.is_visible() and (text := one.inner_text())]


def test_nobody_is_said_to_be_missing_while_one_is_typed(page):
    sentences = "main > p, main .cell > p, main div > p"
    assert not any("No client was named" in text for text in shown(page, sentences))
    assert "Type your client into the calculator above." in shown(page, sentences)
    page.get_by_label("Subscribers", exact=True).fill("4M")
    assert "What these numbers say of your client stands in the calculator above." in shown(page, sentences)


def test_print_shows_what_was_typed_and_nothing_of_an_empty_form(anywhere):
    anywhere.emulate_media(media="print")
    assert not anywhere.locator(".calculator").is_visible()
    assert anywhere.get_by_text("No client was named").is_visible()
    assert not anywhere.get_by_text("Type your client into").is_visible()
    anywhere.emulate_media(media="screen")
    anywhere.get_by_label("Subscribers", exact=True).fill("a")
    anywhere.emulate_media(media="print")
    assert not anywhere.locator(".calculator").is_visible()
    anywhere.emulate_media(media="screen")
    anywhere.get_by_label("Subscribers", exact=True).fill("4M")
    anywhere.emulate_media(media="print")
    assert anywhere.locator(".answer").inner_text().startswith("Size: With 4M subscribers")
    assert anywhere.get_by_label("Subscribers", exact=True).is_visible()
    assert not anywhere.get_by_label("Views a video", exact=True).is_visible()
    assert not anywhere.get_by_text("Type what you know").is_visible()
    assert not anywhere.get_by_text("No client was named").is_visible()
    anywhere.emulate_media(media="screen")


def test_what_is_typed_is_read_as_python_reads_it(chromium, html, listed):
    likely = [
        "1.200.000",
        "1,200,000",
        "~1.2M",
        "≈ 1,2 Mio.",
        "1.2M+",
        "1200000 {}",
        "1.2 million+ {}",
        "1.2M{}",
    ]
    clients = [{"subscribers": text.format("followers"), "views": text.format("Views")} for text in likely]
    unread = [{"views": text} for text in ("1.2M followers", "views", "2M++", "1.20.000", "0.200.000", "~")]
    with browsing.opened(chromium, html, "desk", "spelt") as page:
        said, refused = page.evaluate(ANSWERS, clients), page.evaluate(ANSWERS, unread)
    assert set(said) == set(said_by_python(listed, [{"subscribers": 1.2e6, "views": 1.2e6}]))
    assert said_by_python(listed, clients) == said
    assert all("can't be read as a count" in text for text in refused)


def test_the_invitation_stands_on_one_line_of_a_desk(chromium, html):
    with browsing.opened(chromium, html, "desk", "invitation") as page:
        assert page.locator("#calculator-title").bounding_box()["height"] < 40


def test_without_scripts_the_picture_stays_and_there_is_no_form(chromium, html):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(html)
    assert page.locator("main img").is_visible()
    assert not page.locator(".calculator").is_visible()
    context.close()


def test_one_client_is_typed_in_and_several_are_marked(chromium, listed):
    one = {"subscribers": "1.2M", "views": "3M"}
    with browsing.opened(chromium, page_of(listed, model.read_clients(one=one)), "desk", "one") as page:
        assert page.get_by_label("Subscribers", exact=True).input_value() == "1200000"
        shown = "\n\n".join(page.locator(".answer p").all_text_contents())
        assert [shown.replace("\N{NO-BREAK SPACE}%", " %")] == said_by_python(listed, [one])
        assert page.locator("svg.creators .client").count() == 1
        assert page.locator(".answer strong").all_text_contents()[:2] == ["Size:", "Views:"]
    clients = pd.concat([model.read_clients(one={**one, "name": name}) for name in ("Ann", "<b>Bob</b>")])
    with browsing.opened(chromium, page_of(listed, clients), "desk", "several") as page:
        assert page.locator("svg.creators .of-client").all_text_contents() == ["Ann", "<b>Bob</b>"]
        assert page.get_by_label("Subscribers", exact=True).input_value() == ""


def test_names_do_no_harm(chromium, listed):
    creators = listed.creators.copy()
    creators.loc[creators.index[:3], "name"] = ["</script><script>alert(1)</script>", "x" * 9999, "\u202egnp"]
    with browsing.opened(
        chromium, page_of(listed._replace(creators=creators), model.read_clients()), "desk", "harm"
    ) as page:
        names = json.loads(page.locator("#listed").text_content())["names"]
    assert names[0] == "</script><script>alert(1)</script>"[:39] or names[0].startswith("</script>")
    assert len(names[1]) == 40
    assert names[2] == "gnp"


def test_the_page_grows_by_little_and_runs_one_script(html, listed):
    calculator = render_calculator(listed, model.read_clients())
    code = sum(len((run.TEMPLATE / f"calculator.{kind}").read_bytes()) for kind in ("html", "css", "js"))
    assert len(calculator.data.encode()) + code < MOST_BYTES
    assert len(re.findall("<script>", html)) == 1
    assert "<" not in calculator.data


def test_a_list_without_forecast_and_chances_is_answered_too(chromium, panel_of_sample):
    july = {"2022-07": panel_of_sample["2022-07"]}
    short = model.describe_listed(july["2022-07"].head(30), july)
    clients = [{"subscribers": "2M"}, {"subscribers": "2M", "views": "3M"}, {"likes": "300K"}]
    with browsing.opened(chromium, page_of(short, model.read_clients()), "phone", "short") as page:
        said = page.evaluate(ANSWERS, clients)
    assert said == said_by_python(short, clients)


def test_a_gap_in_the_list_has_no_chances_and_harms_none(chromium, panel_of_sample):
    july = panel_of_sample["2022-07"].copy()
    july.loc[july.index[0], ["subscribers", "engagement"]] = 5e9, 1e3
    gap = model.describe_listed(july, {"2022-07": july})
    assert gap.chances["low"].isna().any()
    clients = [{"subscribers": format_count(10 ** (3 + i / 10))} for i in range(70)]
    with browsing.opened(chromium, page_of(gap, model.read_clients()), "desk", "gap") as page:
        said = page.evaluate(ANSWERS, clients)
    assert said == said_by_python(gap, clients)
