"""Write the results in README.md from a run on the real list: what `make readme` calls."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd

from tiktok.acquire.get import AcquireError, get_tiktokers
from tiktok.explore.earlier_claims import (
    summarise_claims,
    try_correlation_claims,
    try_hunches,
    try_model_claims,
)
from tiktok.lists.columns import METRICS
from tiktok.lists.files import NOTEBOOK, PROJECT, REPORT, write_whole
from tiktok.lists.provenance import is_synthetic
from tiktok.model.regression import predict_regressors
from tiktok.prepare.clean import clean
from tiktok.prepare.split import Split, split_creators
from tiktok.report.page import STATISTICIAN
from tiktok.wording import say_statistic

README = PROJECT / "README.md"
PICTURE = PROJECT / "docs" / "first_screen.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCREEN = "1280,1010"  # as far as the calculator goes
RESULTS = re.compile("(?<=<!-- results: made by `make readme` -->\n).*(?=<!-- end of results -->)", re.DOTALL)
FOLD = "<details><summary>What became of each claim of the earlier analysis</summary>"
LEGEND = (
    "Three coefficients try each relation (5 %, p-values adjusted by Holm's method). A relation holds where "
    "more goes with more. For the hunches the statistic is the probability that a creator in the top quarter "
    "has more of the metric than another one. The quarter is that of the rest of the sum, since a part goes "
    "with the whole by arithmetic."
)
OF_VIDEOS = "(#The-time-of-posting)"  # what the section on videos links to
VIDEOS_FOLD = "<details><summary>What other creators' videos say of the hour of posting</summary>"
HEAD = "| The earlier analysis claimed | Statistic, halves of the list (of 1,000) that agree | Verdict |"


def write_results() -> str:
    """Put the results of the real July list into README.md."""
    creators = clean(get_tiktokers("2022-07", source="local"))
    if is_synthetic(creators):
        raise AcquireError(
            "README.md shows results of the real list only; name its folder in TIKTOK_DATA_DIR."
        )
    write_whole(README, with_results(README.read_text(encoding="utf-8"), creators))
    return f"{README.name}: results of {creators.attrs['provenance']['file']}. {_picture_first_screen()}"


def _picture_first_screen() -> str:
    """Take a picture of the page as it was written last, where there is a browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or not REPORT.exists():
        return f"{PICTURE.name} is as it was: it takes Chromium, and a report."
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={SCREEN}"]
    command = [browser, *options, f"--screenshot={PICTURE}", REPORT.as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    return f"{PICTURE.name}: its first screen."


def with_results(text: str, creators: pd.DataFrame) -> str:
    """Give back a README whose block of results is that of these creators."""
    if not RESULTS.search(text):
        raise ValueError("README.md has lost the comments that mark its block of results.")
    return RESULTS.sub(lambda _: render_results(creators), text)


def render_results(creators: pd.DataFrame) -> str:
    """Write what the committed story found, and folded the claim table, with the file that they come from."""
    origin = creators.attrs["provenance"]
    source = (
        f"Told on {len(creators):,} creators of `{origin['file']}` ({origin['month']}, dataset "
        f"`{origin['dataset']}`, SHA-256 `{origin['sha256']}`), beside the lists of the other months."
    )
    table = [FOLD, "", HEAD, "|---|---|---|", *_claim_lines(creators, split_creators(creators)), "", LEGEND]
    of_videos = [VIDEOS_FOLD, "", read_section(OF_VIDEOS), "", "</details>"]
    return "\n".join([read_findings(), "", source, "", *of_videos, "", *table, "", "</details>", ""])


def read_findings(path: Path = NOTEBOOK) -> str:
    """Read the answer off the story as it was told last, and of each further section its finding."""
    sections = re.findall(r"^## (.*)\n\n(.*)$", "\n".join(_main_text(path)), re.MULTILINE)
    if not sections:
        raise ValueError(f"{path.name} holds no outputs: tell the story first, with `make notebook`.")
    (_, answer), *others = sections
    return "\n".join([_without_links(answer), "", *(f"- **{finding}.**" for finding, _ in others)])


def read_section(link: str, path: Path = NOTEBOOK) -> str:
    """Read what the story said in the section that holds a link, without its heading."""
    sections = re.split("^## .*$", "\n\n".join(_main_text(path)), flags=re.MULTILINE)
    section = next((section for section in sections if link in section), "")
    if not section:
        raise ValueError(f"{path.name} says nothing with a link to {link}: tell the story first.")
    return re.sub(r"\[([^]]+)\]\(#[^)]*\)", r"\1", re.sub(r"\n{3,}", "\n\n", section)).strip()


def _main_text(path: Path) -> Iterator[str]:
    """Give what the story said before the part for the statistician."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith(f"## {STATISTICIAN}"):
            return
        for output in cell.get("outputs", []):
            yield output.get("data", {}).get("text/markdown", "")


def _without_links(text: str) -> str:
    """Leave out what leads to another place of the page."""
    return re.sub(r" ?\[[^]]+\]\(#[^)]*\)", "", text)


def _claim_lines(creators: pd.DataFrame, split: Split) -> list[str]:
    predictions = predict_regressors(split, "engagement", METRICS, allow_leakage=True)
    tried = [
        try_correlation_claims(creators),
        try_hunches(creators),
        try_model_claims(predictions),
    ]
    lines = []
    for claim, tests in (pair for table in tried for pair in table.groupby("claim", sort=False)):
        verdict = summarise_claims(tests)["verdict"].item()
        said = "; ".join(
            f"{r.test} {say_statistic(r.statistic)}" + (f", {r.same_in:,.0f}" if pd.notna(r.same_in) else "")
            for r in tests.itertuples()
        )
        lines.append(f"| {claim} | {said} | **{verdict}** |")
    return lines
