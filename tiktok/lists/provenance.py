"""Where the rows behind a result came from, and whether they are of real creators."""

from collections.abc import Mapping

import pandas as pd


class Record(dict):
    """Facts that stay as they are: the copies of a frame that pandas makes at every step share them."""

    def __deepcopy__(self, memo: dict) -> "Record":
        return self


def hand_on(source: pd.DataFrame | Mapping[str, pd.DataFrame], result: pd.DataFrame) -> pd.DataFrame:
    """Hand on where the data came from, so that a chart of a result can say whether it is synthetic."""
    first = next(iter(source.values())) if isinstance(source, Mapping) else source
    if "provenance" in first.attrs:
        result.attrs["provenance"] = Record(first.attrs["provenance"])
    return result


def is_synthetic(data: pd.DataFrame) -> bool:
    """Tell whether a frame comes from the synthetic sample."""
    return bool(data.attrs.get("provenance", {}).get("synthetic", False))
