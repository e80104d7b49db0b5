"""From a probability to a yes or a no: the threshold for stated costs."""

import numpy as np
import pandas as pd

from tiktok.leakage.audit import ModelError
from tiktok.lists.provenance import hand_on
from tiktok.model.cross_validation import pick_sample
from tiktok.model.inputs import require_known


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


def _require_costs(wrong_yes: float, wrong_no: float) -> None:
    for name, cost in (("wrong yes", wrong_yes), ("wrong no", wrong_no)):
        if not (np.isfinite(cost) and cost > 0):
            raise ModelError(f"The cost of a {name} must be a positive number, not {cost!r}.")


def _predictions_of(predictions: pd.DataFrame, model: str, sample: str) -> pd.DataFrame:
    require_known("model", dict.fromkeys(predictions["model"]), [model])
    return pick_sample(predictions[predictions["model"] == model], sample)
