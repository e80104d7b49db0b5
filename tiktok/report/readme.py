"""Write the results in README.md from a run on the real list: what `make readme` calls."""

import re
import sys
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

import acquire
import explore
import model
import prepare
from tiktok import figures, story
from tiktok.explore import earlier_claims
from tiktok.lists.files import write_whole
from tiktok.lists.provenance import is_synthetic
from tiktok.wording import say_statistic

PROJECT = Path(__file__).resolve().parents[2]
README = PROJECT / "README.md"
PICTURE = PROJECT / "docs" / "list_rule.png"
RESULTS = re.compile("(?<=<!-- results: made by `make readme` -->\n).*(?=<!-- end of results -->)", re.DOTALL)
HEAD = (
    "| The earlier analysis claimed | Tried: statistic, resamples of 1,000 with the same verdict | Verdict |"
)


def main() -> int:
    """Put the results of the real July list into README.md, and its picture beside it."""
    creators = prepare.clean(acquire.get_tiktokers("2022-07", source="local"))
    if is_synthetic(creators):
        print(
            "README.md shows results of the real list only; name its folder in TIKTOK_DATA_DIR.",
            file=sys.stderr,
        )
        return 1
    write_whole(README, with_results(README.read_text(encoding="utf-8"), creators))
    figures.use_style()
    picture = explore.plot_list_rule(creators)
    picture.savefig(PICTURE, dpi=110, bbox_inches="tight", metadata={"Software": None})
    return 0


def with_results(text: str, creators: pd.DataFrame) -> str:
    """Give back a README whose block of results is that of these creators."""
    if not RESULTS.search(text):
        raise ValueError("README.md has lost the comments that mark its block of results.")
    return RESULTS.sub(lambda _: render_results(creators), text)


def render_results(creators: pd.DataFrame) -> str:
    """Write what was found and the claim table as Markdown, with the file that they were computed from."""
    origin = creators.attrs["provenance"]
    split = prepare.label_success(prepare.split_creators(model.add_features(creators)))
    source = (
        f"{len(creators):,} creators of `{origin['file']}` ({origin['month']}, dataset "
        f"`{origin['dataset']}`, SHA-256 `{origin['sha256']}`)."
    )
    findings = [f"- {finding.data}" for finding in _findings(creators, split)]
    table = [HEAD, "|---|---|---|", *_claim_lines(creators, split)]
    return "\n".join([f"{source}\n", *findings, "", *table, ""])


def _findings(creators: pd.DataFrame, split: prepare.Split) -> list[Markdown]:
    """Say what the story's summary says, in the same words."""
    order, rules, _ = explore.explain_order(creators)
    perfect = model.compare_regressors(
        split,
        "engagement",
        prepare.METRICS,
        ["OLS"],
        samples=("train", "validate", "test"),
        allow_leakage=True,
    )
    said = [story.say_list_rule(order, rules), story.say_overfit(perfect)]
    said += [
        story.say_regression(ask, model.cross_validate_regressors(split, ask.target, ask.features))
        for ask in model.regression_questions()[:2]
    ]
    said += [
        story.say_success(ask, model.cross_validate_classifiers(split, ask.features))
        for ask in model.success_questions()[:2]
    ]
    return said


def _claim_lines(creators: pd.DataFrame, split: prepare.Split) -> list[str]:
    predictions = model.predict_regressors(split, "engagement", prepare.METRICS, allow_leakage=True)
    tried = [
        earlier_claims.try_correlation_claims(creators),
        earlier_claims.try_hunches(creators),
        earlier_claims.try_model_claims(predictions),
    ]
    lines = []
    for claim, tests in (pair for table in tried for pair in table.groupby("claim", sort=False)):
        verdict = earlier_claims.summarise_claims(tests)["verdict"].item()
        said = "; ".join(f"{r.test} {say_statistic(r.statistic)}, {r.same_in:,}" for r in tests.itertuples())
        lines.append(f"| {claim} | {said} | **{verdict}** |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
