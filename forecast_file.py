"""A forecast that can be caught out: written down before the list is opened, scored when it is at hand.

python forecast_file.py make 2022-12     writes data/forecasts/2022-12.csv from the real lists before
python forecast_file.py score 2022-12    scores it, once that list is at hand

The file names creators by the SHA-256 of their handles only, so that no list of accounts is published again.
"""

import argparse
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

import acquire
import prepare
from files import write_whole
from forecast import ENGAGEMENT, ForecastError, forecast_creators, predict_steps
from forecast_scores import AVERAGE, POOLED, compare_forecasts, score_forecasts

FORECASTS = Path(__file__).resolve().parent / "data" / "forecasts"
COLUMNS = ("handle_sha256", "p_stay", "p_success", "engagement", "engagement_low", "engagement_high")
OUTCOME_COLUMNS = {"stayed": "p_stay", "success_next": "p_success", ENGAGEMENT: "engagement"}
COMMITTED = "committed forecast"
AGAINST = ("base rate", "persistence", "shrunk persistence", "current rank")
SHOWN = ("auc", "brier_skill", "r2", "median_factor", "coverage_90")
PRECISION = 4  # decimals of chances, significant digits of counts: the same bytes on other machines
# kept as the first forecast has it, whatever the command is called by now: made again, it is to be the same
MADE_BY = "Made by `python forecast_file.py make` from these lists and nothing else (month, SHA-256):"


def make_forecast(panel: Mapping[str, pd.DataFrame], month: str) -> pd.DataFrame:
    """Forecast a list from the ones before it, under hashed handles.

    Parameters
    ----------
    panel : mapping of month to DataFrame
        Lists from `prepare.clean`, all before `month`, two or more.
    month : str
        `YYYY-MM`. Its list is taken to be of the first of the month.

    Returns
    -------
    DataFrame, a row a creator of the last list, by hash
        `handle_sha256`, `p_stay`, `p_success`, `engagement` (a median, if the creator stays),
        `engagement_low`, `engagement_high` (90 %).

    Raises
    ------
    ForecastError
        If the panel reaches beyond the month, or too few creators stayed to learn from.
    """
    last = max(panel)
    if last >= month:
        raise ForecastError(f"The panel holds {last}: a forecast of {month} is made of the lists before it.")
    scraped = panel[last].attrs.get("scraped") or ""
    day = pd.Timestamp(scraped if scraped.startswith(last) else f"{last}-01")
    ahead = forecast_creators(panel, days_ahead=(pd.Timestamp(f"{month}-01") - day).days)
    table = ahead.assign(handle_sha256=hash_handles(ahead["handle"]))
    return table.sort_values("handle_sha256", ignore_index=True)[list(COLUMNS)]


def hash_handles(handles: pd.Series) -> pd.Series:
    """Give the SHA-256 of each handle, in lower case and UTF-8, as hexadecimal digits.

    >>> hash_handles(pd.Series(["ada"])).str[:8].tolist()
    ['fdee430d']
    """
    return handles.map(lambda handle: hashlib.sha256(handle.encode("utf-8")).hexdigest())


def render_forecast(table: pd.DataFrame, panel: Mapping[str, pd.DataFrame], month: str) -> str:
    """Write a forecast as CSV, with lines before it that say what it was made from.

    Parameters
    ----------
    table : DataFrame
        What `make_forecast` gives.
    panel : the lists that it was made of
    month : the month forecast

    Returns
    -------
    str
        Lines that begin with `#` are notes.
    """
    last = max(panel)
    sources = [creators.attrs["provenance"] for creators in panel.values()]
    notes = [
        f"Forecast of the list of {month} for the {len(table)} creators of the list of {last}.",
        MADE_BY,
        *(f"{source['month']} {source['sha256']}" for source in sources),
        "p_stay: probability to be in the list; p_success: to be in its top quarter by engagement.",
        "engagement: expected if the creator stays (median, per video), low and high: 90 % interval.",
    ]
    chances = table[["p_stay", "p_success"]].map(f"{{:.{PRECISION}f}}".format)
    counts = table[list(COLUMNS[3:])].map(lambda value: f"{float(f'{value:.{PRECISION}g}'):.0f}")
    written = pd.concat([table["handle_sha256"], chances, counts], axis=1)
    return "".join(f"# {note}\n" for note in notes) + written.to_csv(index=False, lineterminator="\n")


def read_forecast(path: Path) -> pd.DataFrame:
    """Read a forecast that was written down.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DataFrame
        As `make_forecast`. `attrs`: `file`, `sha256` of the file, `made_from`: SHA-256 of the lists by month.

    Raises
    ------
    ForecastError
        If it isn't there or isn't such a file.
    """
    try:
        data = path.read_bytes()
        lines = data.decode("utf-8").splitlines()
        table = pd.read_csv(path, comment="#")
    except OSError as error:
        raise ForecastError(f"No forecast can be read from '{path.name}': {error.strerror}.") from None
    except ValueError as error:
        raise ForecastError(f"No forecast can be read from '{path.name}': {error}.") from None
    if list(table.columns) != list(COLUMNS):
        raise ForecastError(f"'{path.name}' is no forecast: its columns are {', '.join(table.columns)}.")
    sources = [line.removeprefix("# ").split() for line in lines if line.startswith("# 20")]
    table.attrs = {
        "file": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "made_from": dict(source for source in sources if len(source) == 2),
    }
    return table


def check_forecast(
    table: pd.DataFrame, panel: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score a forecast that was written down, with baselines and models beside it.

    Parameters
    ----------
    table : DataFrame
        What `read_forecast` or `make_forecast` gives.
    panel : mapping of month to DataFrame
        The lists before, and last the one that was forecast; three or more.

    Returns
    -------
    (scores, gains)
        As `forecast_scores.score_forecasts` and `compare_forecasts`, of this step alone; the forecast is the
        model "committed forecast". The others are fitted now, on the lists before.

    Raises
    ------
    ForecastError
        If the forecast speaks of other creators than the list before holds.
    """
    step = predict_steps(prepare.pair_snapshots(panel), months=sorted(panel)[-2:])
    base = step[step["model"] == AGAINST[0]]
    told = table.set_index("handle_sha256")
    hashed = hash_handles(base["handle"])
    if set(hashed) != set(told.index):
        missing = len(set(hashed) ^ set(told.index))
        raise ForecastError(
            f"The forecast and the list of {base['month'].iloc[0]} differ in {missing} creators: "
            "it was made from another file."
        )
    rows = base.assign(model=COMMITTED)
    for outcome, column in OUTCOME_COLUMNS.items():
        of_outcome = rows["outcome"] == outcome
        said = told.loc[hashed[of_outcome]]
        rows.loc[of_outcome, ["predicted", "ordering"]] = np.tile(said[[column]].to_numpy(float), 2)
        if outcome == ENGAGEMENT:
            rows.loc[of_outcome, ["low", "high"]] = said[list(COLUMNS[4:])].to_numpy(float)
    provenance = step.attrs["provenance"]
    step = pd.concat([rows, step], ignore_index=True).assign(chosen=False)
    step.attrs["provenance"] = provenance
    scores = score_forecasts(step)
    gains = compare_forecasts(step, AGAINST, model=COMMITTED)
    single = [frame[~frame["step"].isin([POOLED, AVERAGE])] for frame in (scores, gains)]
    return single[0].reset_index(drop=True), single[1].reset_index(drop=True)


def main(arguments: list[str] | None = None) -> int:
    """Write or score a forecast, and say in a line or a table what came of it."""
    chosen = _parse(arguments)
    path = chosen.out or FORECASTS / f"{chosen.month}.csv"
    try:
        if chosen.command == "make":
            print(_make(chosen.month, path))
        else:
            print(_score(chosen.month, path))
    except (acquire.AcquireError, prepare.PrepareError, ForecastError) as error:
        print(f"No forecast: {error}" if chosen.command == "make" else f"No score: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["make", "score"])
    parser.add_argument("month", help="YYYY-MM of the list that is forecast")
    parser.add_argument("--out", type=Path, help="another file than data/forecasts/MONTH.csv")
    return parser.parse_args(arguments)


def _make(month: str, path: Path) -> str:
    panel = {m: creators for m, creators in _load().items() if m < month}
    if len(panel) < 2:
        raise ForecastError(f"There are {len(panel)} lists before {month}; at least two are needed.")
    text = render_forecast(make_forecast(panel, month), panel, month)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    if path.exists() and path.read_bytes() != text.encode("utf-8"):
        raise ForecastError(
            f"'{path.name}' is there already and says otherwise (this one: SHA-256 {digest}): a forecast "
            "isn't changed afterwards; name another file with --out, or delete that one."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return f"{path.name}: {len(text.splitlines())} lines, SHA-256 {digest}, from {', '.join(panel)}."


def _score(month: str, path: Path) -> str:
    table = read_forecast(path)
    panel = {m: creators for m, creators in _load().items() if m <= month}
    if month not in panel:
        raise ForecastError(
            f"The list of {month} isn't at hand (python acquire.py --month {month} says how to get it); "
            f"the forecast {table.attrs['file']} (SHA-256 {table.attrs['sha256']}) waits for it."
        )
    scores, gains = check_forecast(table, panel)
    shown = scores[scores["metric"].isin(SHOWN)]
    text = shown["value"].map("{:.2f}".format) + shown["low"].map(" ({:.2f}".format)
    text += shown["high"].map(" to {:.2f})".format)
    wide = shown.assign(text=text).pivot(index=["outcome", "model"], columns="metric", values="text")
    verdict = gains[gains["metric"].isin(("brier_skill", "r2"))]
    lines = [
        f"{'better than' if row.better else 'not shown to be better than'} {row.baseline} ({row.outcome}): "
        f"{row.metric} {row.gain:+.2f} ({row.low:+.2f} to {row.high:+.2f})"
        for row in verdict.itertuples()
    ]
    head = f"{table.attrs['file']}, SHA-256 {table.attrs['sha256']}"
    return "\n".join([head, wide.fillna("").to_string(), *lines])


def _load() -> dict[str, pd.DataFrame]:
    """Get the real lists that are on disk, cleaned."""
    raw = acquire.get_panel(source="local")
    if any(frame.attrs["provenance"]["synthetic"] for frame in raw.values()):
        raise ForecastError("The data folder holds synthetic lists: a forecast is made of real ones.")
    return {month: prepare.clean(frame) for month, frame in raw.items()}


if __name__ == "__main__":
    sys.exit(main())
