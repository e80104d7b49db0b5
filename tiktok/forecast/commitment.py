"""A forecast that can be caught out: written down before the list is opened, scored when it is at hand.

python -m tiktok.report forecast 2022-12    writes data/forecasts/2022-12.csv from the real lists before
python -m tiktok.report score 2022-12       scores it, once that list is at hand

The file names creators by the SHA-256 of their handles only, so that no list of accounts is published again.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tiktok.acquire.get import get_panel
from tiktok.forecast.calibration import check_calibration
from tiktok.forecast.learners import BASELINES
from tiktok.forecast.rolling import ForecastError, forecast_creators, predict_baselines
from tiktok.forecast.scores import AVERAGE, ENGAGEMENT, POOLED, compare_forecasts, score_forecasts
from tiktok.forecast.screening import screen_creators
from tiktok.lists.files import PROJECT, write_whole
from tiktok.lists.provenance import hand_on, is_synthetic
from tiktok.prepare.clean import clean
from tiktok.prepare.panel import days_of_lists, pair_snapshots
from tiktok.wording import say_percent, say_range

FORECASTS = PROJECT / "data" / "forecasts"
RANGE = ["engagement_low", "engagement_high"]
OUTCOME_COLUMNS = {"stayed": "p_stay", "success_next": "p_success", ENGAGEMENT: "engagement"}
COLUMNS = ["handle_sha256", *OUTCOME_COLUMNS.values(), *RANGE]
COMMITTED = "committed forecast"
PHRASES = {
    "stayed": "who stays on the list",
    "success_next": "who is in its top quarter",
    ENGAGEMENT: "engagement of those who stay",
}
WHERE = {"stayed": "on the list", "success_next": "in its top quarter"}
SHOWN = {
    "auc": "AUC",
    "brier_skill": "Brier skill",
    "r2": "R² of logs",
    "typical_factor": "typically off by a factor of",
    "coverage_90": "inside the 90 % interval",
}
PRECISION = 4  # decimals of chances, significant digits of counts: the same bytes on other machines
# kept as the first forecast has it, whatever the command is called by now: made again, it is to be the same
MADE_BY = "Made by `python forecast_file.py make` from these lists and nothing else (month, SHA-256):"

SOURCE = re.compile(r"^# (\d{4}-\d\d) ([0-9a-f]{64})$", re.MULTILINE)


class Check(NamedTuple):
    """What came of a forecast, of its step alone, as the functions of these names give it."""

    scores: pd.DataFrame
    gains: pd.DataFrame
    calibration: pd.DataFrame
    screening: pd.DataFrame


def make_forecast(panel: Mapping[str, pd.DataFrame], month: str) -> pd.DataFrame:
    """Forecast the list of a month, taken to be of its first day, from the ones before it.

    A row a creator of the last list, under the hash of the handle; columns as in `COLUMNS`.
    """
    last = max(panel)
    if last >= month:
        raise ForecastError(f"The panel holds {last}: a forecast of {month} is made of the lists before it.")
    days_ahead = (pd.Timestamp(f"{month}-01") - days_of_lists(panel)[last]).days
    given = forecast_creators(panel, days_ahead=days_ahead)
    table = given.assign(handle_sha256=hash_handles(given["handle"]))
    return table.sort_values("handle_sha256", ignore_index=True)[COLUMNS]


def hash_handles(handles: pd.Series) -> pd.Series:
    """Give the SHA-256 of each handle, in lower case and UTF-8, as hexadecimal digits."""
    return handles.map(lambda handle: hashlib.sha256(handle.encode("utf-8")).hexdigest())


def render_forecast(table: pd.DataFrame, panel: Mapping[str, pd.DataFrame], month: str) -> str:
    """Write a forecast as CSV, with lines before it, begun by `#`, that say what it was made from."""
    sources = [creators.attrs["provenance"] for creators in panel.values()]
    notes = [
        f"Forecast of the list of {month} for the {len(table)} creators of the list of {max(panel)}.",
        MADE_BY,
        *(f"{source['month']} {source['sha256']}" for source in sources),
        "p_stay: probability to be in the list; p_success: to be in its top quarter by engagement.",
        "engagement: expected if the creator stays (median, per video), low and high: 90 % interval.",
    ]
    chances = table[["p_stay", "p_success"]].map(f"{{:.{PRECISION}f}}".format)
    counts = table[["engagement", *RANGE]].map(lambda value: f"{float(f'{value:.{PRECISION}g}'):.0f}")
    written = pd.concat([table["handle_sha256"], chances, counts], axis=1)
    return "".join(f"# {note}\n" for note in notes) + written.to_csv(index=False, lineterminator="\n")


def read_forecast(path: Path) -> pd.DataFrame:
    """Read a forecast that was written down.

    `attrs` hold the name of its `file`, the file's `sha256`, and of its `sources` the SHA-256 by month.
    """
    try:
        data = path.read_bytes()
        table = pd.read_csv(path, comment="#")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ForecastError(f"No forecast can be read from '{path.name}': {reason}.") from None
    if list(table.columns) != COLUMNS:
        raise ForecastError(f"'{path.name}' is no forecast: its columns are {', '.join(table.columns)}.")
    sources = dict(SOURCE.findall(data.decode("utf-8")))
    table.attrs = {"file": path.name, "sha256": hashlib.sha256(data).hexdigest(), "sources": sources}
    return table


def check_forecast(table: pd.DataFrame, panel: Mapping[str, pd.DataFrame]) -> Check:
    """Score a forecast of the last of these lists, as the model "committed forecast", beside the baselines.

    What they know is learnt from the lists before. What the Gaussian process says today is left out: it is no
    test of it once this list has been seen.
    """
    step = predict_baselines(pair_snapshots(panel))
    base = step[step["model"] == BASELINES[0]]
    committed = table.set_index("handle_sha256")
    hashed = hash_handles(base["handle"])
    if others := set(hashed) ^ set(committed.index):
        raise ForecastError(
            f"The forecast and the list of {base['month'].iloc[0]} differ in {len(others)} creators: "
            "it was made from another file."
        )
    rows = base.assign(model=COMMITTED)
    for outcome, column in OUTCOME_COLUMNS.items():
        of_outcome = rows["outcome"] == outcome
        predicted = committed.loc[hashed[of_outcome]]
        rows.loc[of_outcome, ["predicted", "ordering"]] = predicted[[column, column]].to_numpy(float)
        if outcome == ENGAGEMENT:
            rows.loc[of_outcome, ["low", "high"]] = predicted[RANGE].to_numpy(float)
    step = hand_on(step, pd.concat([rows, step], ignore_index=True).assign(chosen=False))
    told = step.assign(chosen=step["model"] == COMMITTED)
    found = (
        score_forecasts(step),
        compare_forecasts(step, BASELINES, model=COMMITTED),
        check_calibration(told),
        screen_creators(told),
    )
    return Check(*(part[~part["step"].isin([POOLED, AVERAGE])].reset_index(drop=True) for part in found))


def commit_forecast(month: str, path: Path | None = None) -> str:
    """Write the forecast of a month from the real lists before it, and say what was written.

    A forecast that is there already is never changed.
    """
    path = path or FORECASTS / f"{month}.csv"
    panel = {m: creators for m, creators in load_lists().items() if m < month}
    if len(panel) < 2:
        raise ForecastError(f"There are {len(panel)} lists before {month}; at least two are needed.")
    text = render_forecast(make_forecast(panel, month), panel, month)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    if path.exists() and path.read_bytes() != text.encode("utf-8"):
        raise ForecastError(
            f"'{path.name}' is there already and says otherwise (this one: SHA-256 {digest}): a forecast "
            "isn't changed afterwards; name another file with --out, or delete that one."
        )
    write_whole(path, text)
    return f"{path.name}: {len(text.splitlines())} lines, SHA-256 {digest}, from {', '.join(panel)}."


def score_commitment(month: str, path: Path | None = None) -> str:
    """Score the forecast that was written of a month on its real list, baselines beside it."""
    table = read_forecast(path or FORECASTS / f"{month}.csv")
    panel = {m: creators for m, creators in load_lists().items() if m <= month}
    if month not in panel:
        raise ForecastError(
            f"The list of {month} isn't at hand (python acquire.py --month {month} says how to get it); "
            f"the forecast {table.attrs['file']} (SHA-256 {table.attrs['sha256']}) waits for it."
        )
    scores, gains, calibration, screening = check_forecast(table, panel)
    told = [
        f"{table.attrs['file']} (SHA-256 {table.attrs['sha256']}), scored on the list of {month}.",
        "\n".join(map(_say_kept, calibration.itertuples())),
        "\n".join(map(_say_named, screening.itertuples())),
        "\n".join(_say_gain(gain) for gain in gains.itertuples() if gain.metric in ("brier_skill", "r2")),
        *(_tabulate(scores, outcome) for outcome in PHRASES),
        "In brackets: 95 % intervals over creators.",
    ]
    return "\n\n".join(told)


def _tabulate(scores: pd.DataFrame, outcome: str) -> str:
    """Write what a forecast of one outcome was worth as a table, the committed one first."""
    shown = scores[(scores["outcome"] == outcome) & scores["metric"].isin(SHOWN)]
    text = [say_range(row.value, row.low, row.high) for row in shown.itertuples()]
    wide = shown.assign(text=text).pivot(index="model", columns="metric", values="text")
    wide = wide.sort_index(key=lambda models: models != COMMITTED, kind="stable")
    wide = wide.rename(columns=SHOWN).rename_axis(index=None, columns=None)
    return f"{PHRASES[outcome].capitalize()}:\n{wide.to_string()}"


def _say_gain(row: tuple) -> str:
    verdict = "better than" if row.better else "not clearly better than"
    gain = say_range(row.gain, row.low, row.high)
    return f"{PHRASES[row.outcome].capitalize()}: {verdict} {row.baseline}, {gain} in {SHOWN[row.metric]}."


def _say_kept(row: tuple) -> str:
    came = say_range(row.came, row.low, row.high, say_percent)
    if row.outcome == ENGAGEMENT:
        return f"{say_percent(row.said)} were to lie inside their intervals, {came} did: {row.verdict}."
    return f"{say_percent(row.said)} were to be {WHERE[row.outcome]}, {came} were: {row.verdict}."


def _say_named(row: tuple) -> str:
    verdict = "a clear difference" if row.better else "no clear difference"
    return (
        f"Of the {row.named} creators named for the top quarter, {say_percent(row.forecast)} came; of the "
        f"{row.named} with the most engagement before, {say_percent(row.now)}: {verdict}."
    )


def load_lists() -> dict[str, pd.DataFrame]:
    """Get the real lists that are on disk, cleaned."""
    raw = get_panel(source="local")
    if any(map(is_synthetic, raw.values())):
        raise ForecastError("The data folder holds synthetic lists: a forecast is made of real ones.")
    return {month: clean(frame) for month, frame in raw.items()}
