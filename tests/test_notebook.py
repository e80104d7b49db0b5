"""The story is executed, and looked into."""

import json
import re
from pathlib import Path

import browser as browsing
import nbformat
import pytest
from pictures import pictures
from told import code_cells, main_cells, main_prose, require_told, shown, text_outputs

from tiktok.lists.files import PROJECT
from tiktok.report import run

COMMITTED = nbformat.read(run.NOTEBOOK, as_version=4)
MOST_LINES = 8
MOST_WORDS, WORDS_A_MINUTE = 1200, 240


def test_it_is_told_without_an_error_a_warning_or_a_number_that_could_not_be_computed(story_on_sample):
    require_told(story_on_sample)


def test_every_code_cell_but_the_silent_ones_shows_something(story_on_sample):
    silent = [cell.source.splitlines()[-1] for cell in code_cells(story_on_sample) if not cell.outputs]
    assert len(silent) <= 3, silent


def test_no_table_is_empty(story_on_sample):
    tables = [page for page in shown(story_on_sample, "text/html") if "<table" in page]
    assert len(tables) >= 5
    for table in tables:
        assert len(re.findall("<tr>", table)) >= 2, table
        assert "<caption>" in table


def test_every_figure_has_alternative_text(story_on_sample):
    drawn = pictures(story_on_sample)
    assert len(drawn) >= 15
    for picture in drawn:
        assert len(picture.about["alt"]) > 20


# the darkest of the pixels at the edges of each picture, as a browser draws it on white
EDGES = """(sources) => Promise.all(sources.map(async (source) => {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0);
  const [w, h] = [canvas.width, canvas.height];
  const edges = [[0, 0, w, 1], [0, h - 1, w, 1], [0, 0, 1, h], [w - 1, 0, 1, h]];
  return Math.min(...edges.flatMap((edge) => [...pen.getImageData(...edge).data]));
}))"""


def test_no_figure_is_cut_off_at_its_edge(story_on_sample):
    with browsing.chromium() as browser:
        page = browser.new_page()
        darkest = page.evaluate(EDGES, [picture.address for picture in pictures(story_on_sample)])
    assert len(darkest) >= 15
    assert min(darkest) > 245


def test_the_sample_is_called_synthetic_at_the_top_and_on_every_figure(story_on_sample):
    assert "SYNTHETIC" in shown(story_on_sample, "text/html")[0]
    assert "synthetic" in shown(story_on_sample, "text/markdown")[0]
    assert all("SYNTHETIC" in picture.about["alt"] for picture in pictures(story_on_sample))


# --- the main text


def test_the_main_text_is_read_in_five_minutes():
    words = sum(len(line.split()) for line in main_prose(COMMITTED))
    print(f"main text: {words} words, {words / WORDS_A_MINUTE:.1f} minutes")
    assert 400 < words <= MOST_WORDS


def test_the_answer_comes_first_with_three_numbers_and_one_picture(story_on_sample):
    first, *_ = main_prose(story_on_sample)
    assert first == "What makes a TikTok creator successful?"
    cells = main_cells(story_on_sample)
    order = [
        next(i for i, cell in enumerate(cells) if sign in json.dumps([cell.source, cell.get("outputs")]))
        for sign in ("not how to become one", "Each dot is a creator", "Your client", "Next steps")
    ]
    assert order == sorted(order)
    assert shown(story_on_sample, "text/html")[1].count('<div class=\\"card\\">'.replace("\\", "")) == 3


def test_each_section_of_the_main_text_is_short():
    headings = [line for cell in main_cells(COMMITTED) for line in section_headings(cell)]
    assert len(headings) >= 8
    for line in main_prose(COMMITTED):
        assert len(re.findall(r"[.?!](?= |$)", line)) <= 8, line


def section_headings(cell):
    texts = [cell.source if cell.cell_type == "markdown" else ""]
    texts += [output.get("data", {}).get("text/markdown", "") for output in cell.get("outputs", [])]
    return re.findall(r"^## .+", "\n".join(texts), re.MULTILINE)


def test_no_sentence_of_the_main_text_holds_more_than_two_numbers(story_on_sample):
    for notebook in (story_on_sample, COMMITTED):
        for line in main_prose(notebook):
            for sentence in re.split(r"(?<=[.?!]) ", re.sub(r"make report .*?(?=[ ,.]or|$)", "", line)):
                numbers = re.findall(r"\b(?!20\d\d\b)\d[\d,.]*", sentence)
                assert len(numbers) <= 2, sentence


def test_every_link_within_the_story_leads_to_a_heading(story_on_sample):
    texts = [cell.source for cell in story_on_sample.cells if cell.cell_type == "markdown"]
    everything = "\n".join([*texts, *shown(story_on_sample, "text/markdown")])
    headings = {h.replace(" ", "-") for h in re.findall(r"^#+ (.+)$", everything, re.MULTILINE)}
    links = set(re.findall(r"\]\(#([^)]*)\)", everything))
    assert len(links) >= 8
    assert links <= headings


def test_cells_were_run_once_in_order():
    assert [cell.execution_count for cell in code_cells(COMMITTED)] == list(
        range(1, len(code_cells(COMMITTED)) + 1)
    )


def test_cells_are_short_and_define_nothing():
    for cell in code_cells(COMMITTED):
        assert len(cell.source.splitlines()) <= MOST_LINES, cell.source
        assert not re.search(r"^\s*(def|class) ", cell.source, re.MULTILINE)


def test_prose_holds_no_result():
    """Numbers in markdown cells are only those of the question: dates, 25 %, 95 %, 1,000."""
    allowed = {"0", "1", "2", "3", "25", "95", "5", "1,000", "2022", "1000", "13.8", "0.5", "8", "06", "07"}
    for cell in COMMITTED.cells:
        if cell.cell_type == "markdown":
            assert set(re.findall(r"\d[\d,.]*\d|\d", cell.source)) <= allowed, cell.source


def test_the_committed_story_is_told_on_the_real_list_and_keeps_no_path_and_no_row():
    stored = json.dumps([cell.outputs for cell in code_cells(COMMITTED)])
    assert "4616dcbe83df" in stored
    assert "SYNTHETIC" not in stored
    assert str(Path.home()) not in stored
    assert str(PROJECT) not in stored
    assert "https://www.tiktok.com/@" not in stored


@pytest.mark.real_data
def test_the_committed_text_is_what_a_fresh_run_says(told_on_july):
    assert text_outputs(told_on_july[0]) == text_outputs(COMMITTED)


def test_the_page_is_whole_and_asks_for_nothing(story_on_sample):
    page = run.to_html(story_on_sample)
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?https?://""", page)
    assert "No description has been provided" not in page
    assert "SYNTHETIC" in page
