"""Lists of several months side by side: what was known of a creator at a month, and what came next."""

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from tiktok.lists.columns import CLEANED, COLUMNS, METRICS, SUCCESS_QUANTILE, require_columns, require_month
from tiktok.lists.provenance import Record, is_synthetic
from tiktok.prepare.counts import PrepareError
from tiktok.wording import quote

DAYS_A_MONTH = 30
NEEDED = [column for column in COLUMNS if column != "month"]


def pair_snapshots(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Pair each list with the next one: a creator at month t, and what had happened to it by the next list.

    Only the outcomes look ahead; everything else, `month_next` and `gap_days` apart (which say when one looks
    again), is known at month t.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Lists from `clean` by `YYYY-MM`, in the order of time, at least two.

    Returns
    -------
    DataFrame
        A row a creator and month but the last, in the order of the lists. The columns of
        `describe_history`, and

        - `month_next`: month of the next list in the panel, `gap_days`: days until then
        - `stayed`: is in the next list
        - `copied`: stands there with the same five numbers, subscribers included, so that the outcome wasn't
          measured again
        - `engagement_next`: engagement in the next list, missing where gone
        - `success_next`: at or above the 75th percentile of engagement of all creators in the next list;
          gone counts as no

        `attrs["success_thresholds"]` holds those percentiles by month, `attrs["provenance"]` the `months` of
        the panel and whether it is `synthetic`, `attrs["implausible"]` the handles to watch.

    Raises
    ------
    PrepareError
        When there is one month only, months are out of order or there twice, real and synthetic ones are
        mixed, a frame isn't from `clean`, a handle is in a list twice or in two lists in different case.

    Examples
    --------
    >>> row = {"rank": 1.0, "name": "", "subscribers": 9.0, "views": 1.0, "likes": 1.0, "comments": 1.0,
    ...        "shares": 1.0, "interactions": 3.0, "engagement_rate": 3.0}
    >>> def month(engagement_of):
    ...     return pd.DataFrame([{"handle": h, "engagement": e, **row} for h, e in engagement_of.items()])
    >>> pairs = pair_snapshots({"2022-06": month({"ada": 4.0, "bob": 8.0}), "2022-07": month({"bob": 6.0})})
    >>> pairs[["handle", "gap_days", "stayed", "engagement_next", "success_next"]]
      handle  gap_days  stayed  engagement_next  success_next
    0    ada        30   False              NaN         False
    1    bob        30    True              6.0          True
    """
    _check_panel(panel)
    if len(panel) == 1:
        raise PrepareError(
            f"There is only one month, {next(iter(panel))}: what comes next needs the list of a later month."
        )
    rows = describe_history(panel)
    months = list(panel)
    next_month = rows["month"].map(dict(itertools.pairwise(months)))
    later = rows.groupby("handle")
    stayed = later["month"].shift(-1) == next_month
    days = days_of_lists(panel)
    engagement_next = later["engagement"].shift(-1).where(stayed)
    copied = stayed & (later[list(METRICS)].shift(-1) == rows[list(METRICS)]).all(axis=1)  # as `drop_copied`
    thresholds = {month: float(df["engagement"].quantile(SUCCESS_QUANTILE)) for month, df in panel.items()}
    pairs = rows.assign(
        month_next=next_month,
        gap_days=(next_month.map(days) - rows["month"].map(days)).dt.days,
        stayed=stayed,
        copied=copied,
        engagement_next=engagement_next,
        success_next=engagement_next >= next_month.map(thresholds),
    )
    pairs = pairs[next_month.notna()].reset_index(drop=True).astype({"gap_days": int})
    pairs.attrs = {**rows.attrs, "success_thresholds": thresholds}
    return pairs


def drop_copied(panel: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Leave out of each list the rows that were carried over unchanged from the list before.

    A creator whose five numbers, subscribers included, are those of the list before wasn't measured again.
    Such rows make places look steadier than they are: ask both panels, and see what hangs on them.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Lists from `clean` by `YYYY-MM`.

    Returns
    -------
    dict of month to DataFrame
        The same lists in the order of time, without those rows.

    Raises
    ------
    PrepareError
        As `pair_snapshots`; a single month will do here.

    >>> june = pd.DataFrame({"handle": ["ada", "bob"], **dict.fromkeys(METRICS, [1.0, 2.0])})
    >>> july = june.assign(views=[1.0, 3.0])
    >>> [list(measured["handle"]) for measured in drop_copied({"2022-06": june, "2022-07": july}).values()]
    [['ada', 'bob'], ['bob']]
    """
    months = sorted(panel)
    numbers = ["handle", *METRICS]
    for month in months:
        require_columns(panel[month], numbers, PrepareError, whose=f"The list of {month}")
    measured = {month: panel[month] for month in months}
    for month, later in itertools.pairwise(months):
        before = pd.MultiIndex.from_frame(panel[month][numbers])
        copied = pd.MultiIndex.from_frame(panel[later][numbers]).isin(before)
        measured[later] = panel[later][~copied].reset_index(drop=True)
    return measured


def describe_history(panel: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Describe each creator at each month by that list and the ones before it.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Lists from `clean` by `YYYY-MM`, in the order of time.

    Returns
    -------
    DataFrame
        A row a creator and month, the last one included, in the order of the lists: what `clean` gives, and

        - `top_quarter`: at or above the 75th percentile of engagement in its own list
        - `engagement_place`: share of its list with no more engagement, 1 for the first
        - `times_seen`: lists of this panel with the creator, up to and with this one
        - `days_since_last`: days since it was seen before; this and what compares with that time is missing
          when a creator is seen first
        - `engagement_log`: log(1 + engagement), `engagement_log_last`: the same when it was seen before,
          `engagement_log_mean`: its mean over all lists so far, with this one
        - `engagement_growth`, `subscriber_growth`: change of log(1 + count) per 30 days since then

        Days count from the day of the scrape where a list says it, else from the first of the month.

    Raises
    ------
    PrepareError
        As in `pair_snapshots`; a single month will do here.
    """
    _check_panel(panel)
    rows = pd.concat(
        [df.assign(month=month)[["month", *NEEDED]] for month, df in panel.items()], ignore_index=True
    )
    synthetic = any(is_synthetic(df) for df in panel.values())
    implausible = {handle for df in panel.values() for handle in df.attrs.get("implausible", [])}
    rows.attrs = {
        "provenance": Record(synthetic=synthetic, months=list(panel)),
        "implausible": sorted(implausible),
    }
    creator = pd.factorize(rows["handle"])[0]
    in_list = rows.groupby("month")["engagement"]
    log = np.log1p(rows["engagement"])
    times_seen = rows.groupby(creator).cumcount() + 1
    days = rows["month"].map(days_of_lists(panel)).groupby(creator).diff().dt.days
    return rows.assign(
        top_quarter=rows["engagement"] >= in_list.transform("quantile", SUCCESS_QUANTILE),
        engagement_place=in_list.rank(pct=True, method="max"),
        times_seen=times_seen,
        days_since_last=days,
        engagement_log=log,
        engagement_log_last=log.groupby(creator).shift(),
        engagement_log_mean=log.groupby(creator).cumsum() / times_seen,
        engagement_growth=log.groupby(creator).diff() / days * DAYS_A_MONTH,
        subscriber_growth=np.log1p(rows["subscribers"]).groupby(creator).diff() / days * DAYS_A_MONTH,
    )


def days_of_lists(panel: Mapping[str, pd.DataFrame]) -> dict[str, pd.Timestamp]:
    """The day of each list: the scrape where it falls into the month, else the first of the month."""
    scraped = {month: df.attrs.get("scraped") or "" for month, df in panel.items()}
    return {m: pd.Timestamp(day if day.startswith(m) else f"{m}-01") for m, day in scraped.items()}


def _check_panel(panel: Mapping[str, pd.DataFrame]) -> None:
    if not isinstance(panel, Mapping) or not panel:
        raise PrepareError(
            "A panel is a dict of cleaned lists by month, such as {'2022-06': df, '2022-07': df}."
        )
    months = list(panel)
    for month, df in panel.items():
        _check_list(month, df)
    if months != sorted(months):
        raise PrepareError(
            f"The months are out of order ({', '.join(months)}): hand over dict(sorted(panel.items()))."
        )
    hashes = {month: df.attrs.get("provenance", {}).get("sha256") for month, df in panel.items()}
    for month, later in itertools.combinations(months, 2):
        if hashes[month] is not None and hashes[month] == hashes[later]:
            raise PrepareError(f"The same file is there twice, as {month} and as {later}: take one out.")
    if len({is_synthetic(df) for df in panel.values()}) > 1:
        raise PrepareError("The panel mixes real and synthetic lists: take months of one kind.")
    _check_case(panel)


def _check_list(month: str, df: pd.DataFrame) -> None:
    require_month(month, PrepareError)
    require_columns(df, NEEDED, PrepareError, whose=f"The list of {month}")
    own = set(df["month"].dropna()) - {month} if "month" in df.columns else set()
    if own:
        raise PrepareError(
            f"The list under {month} says that it is of {', '.join(sorted(own))}: "
            "is a month there twice, or under a wrong name?"
        )
    twice = df["handle"][df["handle"].str.casefold().duplicated()]
    if len(twice):
        raise PrepareError(
            f"The list of {month} has the handle {quote(twice.iloc[0])} twice (capitals don't count): "
            f"{CLEANED}."
        )


def _check_case(panel: Mapping[str, pd.DataFrame]) -> None:
    """The same handle in capitals and without would be taken for two creators."""
    handles = pd.concat([df["handle"] for df in panel.values()], ignore_index=True).drop_duplicates()
    folded = handles.str.casefold()
    clashing = handles[folded.duplicated(keep=False)]
    if len(clashing):
        one, *_ = pair = clashing[folded == folded[clashing.index[0]]].tolist()
        raise PrepareError(
            f"The handle {quote(one)} is also written {', '.join(map(quote, pair[1:]))} in another month: "
            f"{CLEANED}, which writes all in lower case."
        )
