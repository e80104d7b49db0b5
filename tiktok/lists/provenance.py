"""Where the rows behind a result came from, and whether they are of real creators."""

from collections.abc import Mapping

import pandas as pd


def hand_on(source: pd.DataFrame | Mapping[str, pd.DataFrame], result: pd.DataFrame) -> pd.DataFrame:
    """Hand on where the data came from, so that a chart of a result can say whether it is synthetic.

    Parameters
    ----------
    source : DataFrame, or a panel (mapping of month to DataFrame), whose lists are all real or all synthetic
    result : DataFrame
        Made from it; its `attrs["provenance"]` is set.

    Returns
    -------
    DataFrame
        `result` itself.

    >>> df = pd.DataFrame()
    >>> df.attrs["provenance"] = {"synthetic": True}
    >>> is_synthetic(hand_on(df, pd.DataFrame())), is_synthetic(hand_on({"2022-07": df}, pd.DataFrame()))
    (True, True)
    """
    first = next(iter(source.values())) if isinstance(source, Mapping) else source
    if "provenance" in first.attrs:
        result.attrs["provenance"] = dict(first.attrs["provenance"])
    return result


def is_synthetic(data: pd.DataFrame) -> bool:
    """Tell whether a frame comes from the synthetic sample.

    >>> is_synthetic(pd.DataFrame())
    False
    """
    return bool(data.attrs.get("provenance", {}).get("synthetic", False))
