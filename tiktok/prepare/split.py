"""Who is learnt from and who is left out: a split by a hash of the handle, and success by its train part."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from tiktok.lists.columns import SUCCESS_QUANTILE, require_columns
from tiktok.prepare.counts import PrepareError

SEED = 2022
TRAIN_SHARE, VALIDATE_SHARE = 0.6, 0.2  # the rest is test


class Split(NamedTuple):
    """The creators of one list, each on the side where it is in every list."""

    train: pd.DataFrame
    validate: pd.DataFrame
    test: pd.DataFrame

    def __repr__(self) -> str:
        """Say how many creators each part has and, once that is known, how many of them succeed."""
        parts = [
            f"{name}={len(part)} creators"
            + (f" ({part['success'].mean():.0%} succeed)" if "success" in part and len(part) else "")
            for name, part in self._asdict().items()
        ]
        return f"Split({', '.join(parts)})"


def split_creators(df: pd.DataFrame, *, seed: int = SEED) -> Split:
    """Split creators into train, validate and test, about 60, 20 and 20 %.

    The side is decided by the SHA-256 of seed and handle (in any case) alone: a creator is on the same side
    in every month, on every machine, whatever the order of the rows and whoever else is in the list.

    Parameters
    ----------
    df : DataFrame
        With a column `handle`.
    seed : int
        Another one gives another split.

    Returns
    -------
    Split
        `train`, `validate`, `test`: the rows in their order, each with a fresh index and the `attrs` of `df`.

    Raises
    ------
    PrepareError
        When there is no column `handle`.

    Examples
    --------
    >>> split = split_creators(pd.DataFrame({"handle": [f"creator{i}" for i in range(1000)]}))
    >>> [len(side) for side in split]
    [581, 196, 223]
    """
    require_columns(df, ["handle"], PrepareError)
    hashes = np.array([_hash_between_0_and_1(handle, seed) for handle in df["handle"]], dtype=float)
    sides = np.digitize(hashes, [TRAIN_SHARE, TRAIN_SHARE + VALIDATE_SHARE])
    return Split(*(df[sides == side].reset_index(drop=True) for side in range(3)))


def _hash_between_0_and_1(handle: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}:{handle.casefold()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def label_success(split: Split, *, by: str = "engagement", quantile: float = SUCCESS_QUANTILE) -> Split:
    """Label success: at or above the 75th percentile of the training rows, on every side.

    Parameters
    ----------
    split : Split
        From `split_creators`.
    by : str
        The column that counts, `engagement` or `interactions`.
    quantile : float
        Between 0 and 1; 0.75 asks for the top quarter.

    Returns
    -------
    Split
        With a column `success` (bool), and `attrs["success_threshold"]` (in the unit of `by`) and
        `attrs["success_by"]`.

    Raises
    ------
    PrepareError
        When the column is missing, the quantile isn't between 0 and 1, or there are no training rows.

    Examples
    --------
    >>> df = pd.DataFrame({"engagement": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> label_success(Split(df, df[:1], df[3:])).test["success"].tolist()
    [True, True]
    """
    for side in split:
        require_columns(side, [by], PrepareError)
    if not 0 < quantile < 1:
        raise PrepareError(f"The quantile must lie between 0 and 1, not {quantile!r}.")
    if split.train.empty:
        raise PrepareError("There are no training rows to learn the threshold of success from.")
    threshold = float(split.train[by].quantile(quantile))
    sides = [side.assign(success=side[by] >= threshold) for side in split]
    for side in sides:
        side.attrs = {**side.attrs, "success_threshold": threshold, "success_by": by}
    return Split(*sides)
