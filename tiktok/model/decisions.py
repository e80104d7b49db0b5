"""From a probability to a yes or a no: the threshold for stated costs, and what its decisions cost."""

import numpy as np
import pandas as pd

from tiktok.leakage.audit import ModelError
from tiktok.lists.provenance import hand_on
from tiktok.model.cross_validation import RESAMPLES, SEED, pick_sample
from tiktok.model.inputs import require_known
from tiktok.resampling import draw_counts, percentile_interval


def choose_threshold(
    predictions: pd.DataFrame, model: str, *, wrong_yes: float, wrong_no: float, sample: str = "validate"
) -> pd.DataFrame:
    """Find the probability from which it pays to say yes, given what a wrong yes and a wrong no cost.

    Parameters
    ----------
    predictions : DataFrame
        What `model.predict_classifiers` returns.
    model : name of the model
    wrong_yes : cost of calling a creator successful who isn't
    wrong_no : cost of passing over one who is, in the same unit
    sample : which part decides; never "test"

    Returns
    -------
    DataFrame, a row a threshold, rising
        `threshold`, `yes` (creators at or above it), `wrong_yes`, `wrong_no` (counts), `cost` (a creator, in
        units of the costs), `chosen` (bool: the first of the cheapest). The first row says yes to all, the
        last to nobody.

    Raises
    ------
    ModelError
        If a cost isn't positive, or there is no such model.

    >>> said = pd.DataFrame({"probability": [0.1, 0.4, 0.3, 0.9], "actual": [False, False, True, True]})
    >>> table = choose_threshold(said.assign(model="m", sample="validate"), "m", wrong_yes=1, wrong_no=3)
    >>> table.loc[table["chosen"], ["threshold", "yes", "cost"]].values.tolist()
    [[0.3, 3.0, 0.25]]
    """
    _require_costs(wrong_yes, wrong_no)
    part = _predictions_of(predictions, model, sample)
    thresholds = np.append(np.unique(part["probability"]), np.inf)
    said_yes = part["probability"].to_numpy() >= thresholds[:, None]
    actual = part["actual"].to_numpy(bool)
    table = pd.DataFrame(
        {
            "threshold": thresholds,
            "yes": said_yes.sum(axis=1),
            "wrong_yes": (said_yes & ~actual).sum(axis=1),
            "wrong_no": (~said_yes & actual).sum(axis=1),
        }
    )
    table["cost"] = (wrong_yes * table["wrong_yes"] + wrong_no * table["wrong_no"]) / len(part)
    table["chosen"] = table.index == table["cost"].idxmin()
    return hand_on(predictions, table)


def count_decisions(
    predictions: pd.DataFrame,
    model: str,
    threshold: float,
    *,
    wrong_yes: float,
    wrong_no: float,
    seed: int = SEED,
) -> pd.DataFrame:
    """Count decisions on the test creators, and what they cost beside never and always saying yes.

    Parameters
    ----------
    predictions : DataFrame
        What `model.predict_classifiers` returns, for the sample "test".
    model : name of the model
    threshold : from `choose_threshold`
    wrong_yes, wrong_no : costs, as there
    seed : of the bootstrap

    Returns
    -------
    DataFrame of shape (3, 12)
        `decision` ("by the model", "never yes", "always yes"), `n`, `right_yes`, `wrong_yes`, `wrong_no`,
        `right_no` (counts: the confusion matrix), `cost` (a creator) with `low`, `high` (95 % over resamples
        of creators); `saved`: how much less the model costs than this decision, with `saved_low`,
        `saved_high`.

    Raises
    ------
    ModelError
        If a cost isn't positive, or there is no such model.
    """
    _require_costs(wrong_yes, wrong_no)
    part = _predictions_of(predictions, model, "test")
    actual = part["actual"].to_numpy(bool)
    decisions = {
        "by the model": part["probability"].to_numpy() >= threshold,
        "never yes": np.zeros(len(part), bool),
        "always yes": np.ones(len(part), bool),
    }
    costs = {
        name: np.where(said, wrong_yes * ~actual, wrong_no * actual).astype(float)
        for name, said in decisions.items()
    }
    weights = draw_counts(len(part), RESAMPLES, seed) / len(part)
    rows = []
    for name, said in decisions.items():
        cost, saved = costs[name], costs[name] - costs["by the model"]
        low, high = percentile_interval(weights @ cost)
        saved_low, saved_high = percentile_interval(weights @ saved)
        row = {"decision": name, "n": len(part)}
        row |= {"right_yes": (said & actual).sum(), "wrong_yes": (said & ~actual).sum()}
        row |= {"wrong_no": (~said & actual).sum(), "right_no": (~said & ~actual).sum()}
        row |= {"cost": cost.mean(), "low": low, "high": high}
        rows.append(row | {"saved": saved.mean(), "saved_low": saved_low, "saved_high": saved_high})
    return hand_on(predictions, pd.DataFrame(rows))


def _require_costs(wrong_yes: float, wrong_no: float) -> None:
    for name, cost in (("wrong yes", wrong_yes), ("wrong no", wrong_no)):
        if not (np.isfinite(cost) and cost > 0):
            raise ModelError(f"The cost of a {name} must be a positive number, not {cost!r}.")


def _predictions_of(predictions: pd.DataFrame, model: str, sample: str) -> pd.DataFrame:
    require_known("model", dict.fromkeys(predictions["model"]), [model])
    return pick_sample(predictions[predictions["model"] == model], sample)
