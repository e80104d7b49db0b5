"""Write the results in README.md from a run on the real list: what `make readme` calls."""

import re
from pathlib import Path

import nbformat
import pandas as pd

from tiktok import story
from tiktok.acquire.get import AcquireError, get_tiktokers
from tiktok.explore.earlier_claims import (
    summarise_claims,
    try_correlation_claims,
    try_hunches,
    try_model_claims,
)
from tiktok.explore.list_rule import plot_list_rule
from tiktok.lists.columns import METRICS
from tiktok.lists.files import NOTEBOOK, PROJECT, write_whole
from tiktok.lists.provenance import is_synthetic
from tiktok.model.regression import predict_regressors
from tiktok.prepare.clean import clean
from tiktok.prepare.split import Split, split_creators
from tiktok.wording import say_statistic

README = PROJECT / "README.md"
PICTURE = PROJECT / "docs" / "list_rule.png"
RESULTS = re.compile("(?<=<!-- results: made by `make readme` -->\n).*(?=<!-- end of results -->)", re.DOTALL)
HEAD = "| The earlier analysis claimed | Statistic, halves of the list (of 1,000) that agree | Verdict |"


def write_results() -> str:
    """Put the results of the real July list into README.md, and its picture beside it."""
    creators = clean(get_tiktokers("2022-07", source="local"))
    if is_synthetic(creators):
        raise AcquireError(
            "README.md shows results of the real list only; name its folder in TIKTOK_DATA_DIR."
        )
    write_whole(README, with_results(README.read_text(encoding="utf-8"), creators))
    story.use_style()
    picture = plot_list_rule(creators)
    picture.savefig(PICTURE, dpi=110, bbox_inches="tight", metadata={"Software": None})
    return f"{README.name}: results of {creators.attrs['provenance']['file']}."


def with_results(text: str, creators: pd.DataFrame) -> str:
    """Give back a README whose block of results is that of these creators."""
    if not RESULTS.search(text):
        raise ValueError("README.md has lost the comments that mark its block of results.")
    return RESULTS.sub(lambda _: render_results(creators), text)


def render_results(creators: pd.DataFrame) -> str:
    """Write what the committed story says first, and the claim table, with the file that they come from."""
    origin = creators.attrs["provenance"]
    source = (
        f"{len(creators):,} creators of `{origin['file']}` ({origin['month']}, dataset "
        f"`{origin['dataset']}`, SHA-256 `{origin['sha256']}`), beside the lists of the other months."
    )
    table = [HEAD, "|---|---|---|", *_claim_lines(creators, split_creators(creators))]
    return "\n".join([f"{source}\n", read_summary(), "", *table, ""])


def read_summary(path: Path = NOTEBOOK) -> str:
    """Read the summary off the story as it was told last, without its links within the page."""
    outputs = [
        output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])
    ]
    texts = [
        output["data"]["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {})
    ]
    if not texts:
        raise ValueError(f"{path.name} holds no outputs: tell the story first, with `make notebook`.")
    summary, _, _ = texts[0].rpartition("\n\n*Told on")
    return re.sub(r" \[[^]]+\]\(#[^)]*\)", "", summary)


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
