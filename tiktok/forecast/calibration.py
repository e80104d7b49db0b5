"""Whether what was said came, step by step: chances as often as given, nine in ten inside the intervals."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tiktok.forecast.chances import COVERAGE
from tiktok.forecast.scores import AVERAGE, ENGAGEMENT, score_forecasts
from tiktok.lists.provenance import hand_on
from tiktok.resampling import CONFIDENCE

HELD, FEWER, MORE, UNKNOWN = "as said", "fewer than said", "more than said", "can't be told"


def check_calibration(predictions: pd.DataFrame) -> pd.DataFrame:
    """Hold what the picked forecasts said against what came, step by step and over the steps.

    Parameters
    ----------
    predictions : DataFrame
        What `forecast.predict_steps` gives.

    Returns
    -------
    DataFrame, a row an outcome and step, and `average`: the mean of the steps
        `outcome`: for `engagement_next`, how many lay inside the 90 % intervals; `step`, `said`, `came`:
        shares of creators, with `low`, `high` (95 %) of what came, `n` creators, `verdict`: "as said",
        "fewer than said", "more than said", or "can't be told".

        Of a step the interval counts creators alone (Wilson), so a verdict says that it went otherwise for
        this list, by whatever moved it as a whole. Over the steps each one counts as one observation
        (Student's t of came − said), which takes three of them at least.
    """
    rows = []
    picks = predictions[predictions["chosen"] & predictions["actual"].notna()]
    for outcome, of_outcome in picks.groupby("outcome", sort=False):
        steps = []
        for step, part in of_outcome.groupby("step", sort=False):
            said, came = part["predicted"].mean(), part["actual"]
            if outcome == ENGAGEMENT:
                said, came = COVERAGE, came.between(part["low"], part["high"])
            low, high = proportion_confint(came.sum(), len(part), alpha=1 - CONFIDENCE, method="wilson")
            shares = {"said": said, "came": came.mean(), "low": low, "high": high}
            steps.append({"outcome": outcome, "step": step, **shares, "n": len(part)})
        rows += [*steps, _over_steps(pd.DataFrame(steps)) | {"outcome": outcome, "step": AVERAGE}]
    table = pd.DataFrame(rows)
    verdicts = [table["low"].isna(), table["high"] < table["said"], table["low"] > table["said"]]
    return hand_on(
        predictions, table.assign(verdict=np.select(verdicts, [UNKNOWN, FEWER, MORE], default=HELD))
    )


def _over_steps(steps: pd.DataFrame) -> dict[str, float]:
    said, came, n = steps["said"].mean(), steps["came"].mean(), int(steps["n"].sum())
    half = np.nan
    if len(steps) > 2:
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, len(steps) - 1)
        half = reach * (steps["came"] - steps["said"]).sem()
    return {"said": said, "came": came, "low": came - half, "high": came + half, "n": n}


def compare_copied(predictions: pd.DataFrame) -> pd.DataFrame:
    """Score the picked forecasts of engagement with and without creators whose numbers were copied.

    A row a step, and `average`: `step`; `n` creators who stayed, `copied`: how many of them stand in the next
    list with the very numbers of this one, so that the outcome wasn't measured again; `r2` of logs of all,
    `r2_measured` of the others, each with `…_low`, `…_high` (95 % over creators).
    """
    picks = predictions[predictions["chosen"] & (predictions["outcome"] == ENGAGEMENT)]
    picks = picks[picks["actual"].notna()].assign(model="picked")
    found = []
    for name, part in (("r2", picks), ("r2_measured", picks[~picks["copied"]])):
        scores = score_forecasts(part)
        of_steps = scores[(scores["metric"] == "r2") & (scores["model"] == "picked")].set_index("step")
        columns = {"value": name, "low": f"{name}_low", "high": f"{name}_high"}
        found.append(of_steps[list(columns)].rename(columns=columns))
    counts = picks.groupby("step")["copied"].agg(n="size", copied="sum")
    counts.loc[AVERAGE] = counts.sum()
    table = counts.join(found, how="inner").rename_axis("step").reset_index()
    return hand_on(predictions, table)
