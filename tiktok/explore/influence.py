"""How much of a Pearson coefficient hangs on a few creators: leave them out, one by one, and ask again."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tiktok.explore.correlations import (
    COEFFICIENT_NAMES,
    MINIMUM_ROWS,
    ExploreError,
    correlate,
    why_untestable,
)
from tiktok.figures import GREY, PALETTE, WIDEST, finish, new_figure
from tiktok.lists.columns import require_columns, takes_names
from tiktok.lists.provenance import hand_on
from tiktok.resampling import percentile_interval
from tiktok.wording import name_creator, say_decimal

STEPS = (0, 1, 2, 5, 10, 20)
DRAWS = 40
SAME = 1e-9  # two changes of a coefficient that differ by less count as equal
CANCELLED = 1e-6  # the closed form loses digits where one row holds all but this share of the variation
NAMED = 2
VISIBLE = 0.05  # a coefficient that moves by less isn't worth a word
LONGEST_DRAWN = 15


def _in_order(df: pd.DataFrame, target: str, feature: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give x, y and the names in an order that the frame's own order has no say in."""
    x, y = df[feature].to_numpy(float), df[target].to_numpy(float)
    names = df["handle"].astype(str).to_numpy()
    order = np.lexsort((names, y, x))
    return x[order], y[order], names[order]


def _without_each(x: np.ndarray, y: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give Pearson's r of the kept creators of each list, and r without each one of them."""
    # All arrays are of shape (lists, n). One pass in place of n refits: without row i, the sum of products
    # loses c·dx·dy and the sums of squares lose c·dx² and c·dy², where d is the distance from the mean and
    # c = n / (n - 1) (Devlin, Gnanadesikan & Kettenring 1975, Biometrika 62:531–545).
    n = kept.sum(axis=1, keepdims=True)
    dx, dy = (np.where(kept, v - v.mean(axis=1, keepdims=True, where=kept), 0) for v in (x, y))
    sxx, syy = (dx**2).sum(axis=1, keepdims=True), (dy**2).sum(axis=1, keepdims=True)
    sxy = (dx * dy).sum(axis=1, keepdims=True)
    c = n / (n - 1)
    left_x, left_y = sxx - c * dx**2, syy - c * dy**2
    exact = kept & ((left_x < CANCELLED * sxx) | (left_y < CANCELLED * syy))
    with np.errstate(divide="ignore", invalid="ignore"):
        without = np.clip((sxy - c * dx * dy) / np.sqrt(left_x * left_y), -1, 1)
        pearson = np.clip(sxy / np.sqrt(sxx * syy), -1, 1)[:, 0]
    for one, i in np.argwhere(exact):
        rest = kept[one] & (np.arange(kept.shape[1]) != i)
        without[one, i] = correlate(x[one, rest], y[one, rest], "pearson")[0]
    return pearson, without


def most_influential(x: np.ndarray, y: np.ndarray, most: int) -> np.ndarray:
    """Find up to `most` creators on whom a Pearson coefficient hangs, the most influential first; 10 stay."""
    order = np.lexsort((y, x))  # so that the list's own order has no say where two matter equally
    return order[_greedy(x[None, order].astype(float), y[None, order].astype(float), most)[0][0]]


def _greedy(x: np.ndarray, y: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Leave out up to `most` creators from each list: who (lists, steps), and r then (lists, steps + 1)."""
    lists = np.arange(len(x))
    kept = np.ones(x.shape, bool)
    order, path = [], []
    for _ in range(max(0, min(most, x.shape[1] - MINIMUM_ROWS))):
        pearson, without = _without_each(x, y, kept)
        path.append(pearson)
        change = np.where(kept, np.nan_to_num(np.abs(without - pearson[:, None]), nan=np.inf), -1)
        nearly_most = change >= change.max(axis=1, keepdims=True) - SAME
        order.append(nearly_most.argmax(axis=1))
        kept[lists, order[-1]] = False
    path.append(_without_each(x, y, kept)[0])
    return np.array(order, int).reshape(-1, len(x)).T, np.array(path).T


@takes_names("features")
def leave_creators_out(
    df: pd.DataFrame,
    target: str,
    features: Sequence[str],
    *,
    most: int = STEPS[-1],
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Leave out the creators with the most influence on each Pearson coefficient, one after the other.

    Parameters
    ----------
    df : DataFrame of shape (creators, …)
        Each creator known by `handle`.
    target : name of a numeric column
    features : names of numeric columns
    most : how many creators to leave out; never so many that fewer than 10 are left
    draws : how many normal lists to compare with
    seed : seed of these lists

    Returns
    -------
    DataFrame, a row a feature and step
        `feature`, `target`; `left_out`: how many are left out, from 0; `creator`: who has just been; `n`: how
        many remain; `pearson` of them with `low`, `high` (95 %), and their `spearman`. `normal_low`,
        `normal_high`: where 95 % of normally distributed lists of the same size and the same coefficient end
        up when the same is done to them. `reason` why a row is empty. The intervals describe: they are no
        tests, since nobody drew lots over who was left out.

    Raises
    ------
    ExploreError
        If a column isn't there.

    Notes
    -----
    Greedy: the next is the one without whom the coefficient of those still there changes most, up or down.
    Judging all of them on the whole list at once would miss whom the first one hides ("masking"). It isn't
    a hunt for zero: a creator who hides a relation is found like one who carries it. The best set of k may
    do a little more than the greedy one (Kuschnig, Zens & Crespo Cuaresma 2021, "Hidden in plain sight:
    influential sets in linear regression"). Whatever leaves out the most extreme rows moves a coefficient,
    even a sound one. So each path comes with what the same procedure does to lists without heavy tails.

    >>> df = pd.DataFrame({"views": [*range(39), 999], "likes": [1, 2] * 20})
    >>> df["handle"] = [f"c{row}" for row in range(40)]
    >>> paths = leave_creators_out(df, "likes", ["views"], most=1)
    >>> paths[["left_out", "creator", "n", "pearson"]].round(2).values.tolist()
    [[0, '', 40, 0.16], [1, 'c39', 39, 0.0]]
    """
    require_columns(df, [target, "handle", *features], ExploreError)
    noise = _independent_normals(len(df), draws, seed) if len(df) >= MINIMUM_ROWS else None
    paths = [_leave_out(df, target, feature, most, noise) for feature in features]
    return hand_on(df, pd.concat(paths, ignore_index=True))


def _leave_out(
    df: pd.DataFrame, target: str, feature: str, most: int, noise: np.ndarray | None
) -> pd.DataFrame:
    first = {"feature": feature, "target": target, "left_out": 0, "creator": "", "n": len(df)}
    columns = ["pearson", "low", "high", "spearman", "normal_low", "normal_high"]
    if reason := why_untestable(df[feature], df[target]):
        return pd.DataFrame([first | dict.fromkeys(columns, np.nan) | {"reason": reason}])
    x, y, names = _in_order(df, target, feature)
    (order,), path = _greedy(x[None], y[None], most)
    correlated = path[0, 0] * noise[0] + np.sqrt(1 - path[0, 0] ** 2) * noise[1]
    low, high = percentile_interval(_greedy(noise[0], correlated, len(order))[1])
    rows = []
    for left_out in range(len(order) + 1):
        x_left, y_left = (np.delete(values, order[:left_out]) for values in (x, y))
        creator = names[order[left_out - 1]] if left_out else ""
        step = {"left_out": left_out, "creator": creator, "n": len(x_left)}
        rows.append(first | step | _coefficients(x_left, y_left))
    return pd.DataFrame(rows).assign(normal_low=low, normal_high=high)[[*first, *columns, "reason"]]


def _coefficients(x: np.ndarray, y: np.ndarray) -> dict[str, object]:
    pearson, low, high, _ = correlate(x, y, "pearson")
    spearman = correlate(x, y, "spearman")[0]
    reason = "a column is constant without these creators" if np.isnan(pearson) else ""
    return {"pearson": pearson, "low": low, "high": high, "spearman": spearman, "reason": reason}


def _independent_normals(n: int, draws: int, seed: int) -> np.ndarray:
    """Draw pairs of columns, shape (2, draws, n), of variance 1 and of a sample correlation of exactly 0."""
    z = np.random.default_rng(seed).standard_normal((2, draws, n))
    z -= z.mean(axis=2, keepdims=True)
    z[1] -= z[0] * ((z[0] * z[1]).sum(axis=1) / (z[0] ** 2).sum(axis=1))[:, None]
    return z / z.std(axis=2, keepdims=True)


def summarise_influence(paths: pd.DataFrame) -> pd.DataFrame:
    """Put each feature's path into one row: the coefficient without so many creators, and what one does.

    Parameters
    ----------
    paths : DataFrame
        What `leave_creators_out` returns.

    Returns
    -------
    DataFrame, a row a feature
        `feature`, `target`, `n`; `creator`: the most influential one; `effect` of this one: "carries"
        (without this creator the coefficient is nearer 0, or there is none), "hides" (it is further from 0),
        "turns" (it is, on the other side, and was significant on this one), "none" (it moves by less than
        0.05, or no more than in normal lists), "" where nobody was left out; `without_0`, `without_1`, …:
        Pearson's coefficient without 0, 1, 2, 5, 10 and 20; `spearman_0`, …: Spearman's; `reason`.

    >>> df = pd.DataFrame({"views": [*range(39), 999], "likes": [1, 2] * 20})
    >>> df["handle"] = [f"c{row}" for row in range(40)]
    >>> paths = leave_creators_out(df, "likes", ["views"], most=1)
    >>> summarise_influence(paths)[["creator", "effect"]].values.tolist()
    [['c39', 'carries']]
    """
    by_feature = paths.groupby(["target", "feature"], sort=False)
    return hand_on(paths, pd.DataFrame([_summarise(path.set_index("left_out")) for _, path in by_feature]))


def _summarise(path: pd.DataFrame) -> dict[str, object]:
    pearson, spearman = path["pearson"].reindex(STEPS), path["spearman"].reindex(STEPS)
    return (
        path.loc[0, ["feature", "target", "n"]].to_dict()
        | {"creator": path["creator"].get(1, ""), "effect": _effect(path)}
        | {f"without_{k}": value for k, value in pearson.items()}
        | {f"spearman_{k}": value for k, value in spearman.items()}
        | {"reason": path["reason"].iloc[0]}
    )


def _effect(path: pd.DataFrame) -> str:
    if 1 not in path.index:
        return ""
    every, without = path.loc[[0, 1], "pearson"]
    as_normal = path.at[1, "normal_low"] <= without <= path.at[1, "normal_high"]
    if as_normal or abs(without - every) < VISIBLE:
        return "none"
    if abs(without) > abs(every):
        was_sure = path.at[0, "low"] > 0 or path.at[0, "high"] < 0
        return "turns" if was_sure and every * without < 0 else "hides"
    return "carries"


def plot_influence(paths: pd.DataFrame) -> Figure:
    """Draw how each Pearson coefficient moves as the most influential creators are left out, by name.

    Parameters
    ----------
    paths : DataFrame
        What `leave_creators_out` returns.

    Returns
    -------
    Figure
        One panel a feature, with Spearman's coefficient and the band of normal lists to compare with.

    >>> df = pd.DataFrame({"views": [*range(39), 999], "likes": [1, 2] * 20})
    >>> df["handle"] = [f"c{row}" for row in range(40)]
    >>> plot_influence(leave_creators_out(df, "likes", ["views"], most=1)).get_label()
    'Correlation with likes as creators are left out. views: 0.16, without c39 0.00.'
    """
    of_features = [path.reset_index(drop=True) for _, path in paths.groupby("feature", sort=False)]
    fig = new_figure(min(max(2.5 * len(of_features), 5), WIDEST), 3.9)
    grid = fig.subplots(1, len(of_features), sharey=True, squeeze=False)[0]
    for ax, path in zip(grid, of_features, strict=True):
        _draw_path(ax, path)
    target = paths["target"].iloc[0]
    grid[0].set_ylabel(f"correlation with {target}")
    title = f"Correlation with {target} as the most influential creators are left out"
    fig.suptitle(title, x=0.01, ha="left", fontsize=11, weight="bold")
    legend = max((ax.get_legend_handles_labels() for ax in grid), key=lambda handles: len(handles[0]))
    fig.legend(*legend, loc="outside lower right", ncols=3, fontsize=9)
    said = "; ".join(map(_say_path, of_features))
    return finish(fig, f"Correlation with {target} as creators are left out. {said}.", paths)


def _draw_path(ax: Axes, path: pd.DataFrame) -> None:
    ax.set_title(path.at[0, "feature"], pad=12 + 13 * (NAMED + 1))
    ax.set_xlabel("creators left out")
    ax.axhline(0, color=GREY, linewidth=1)
    if path.at[0, "reason"]:
        ax.text(0.5, 0.5, path.at[0, "reason"], ha="center", va="center", wrap=True, transform=ax.transAxes)
        return
    band = ax.fill_between(path["left_out"], path["normal_low"], path["normal_high"], color=GREY, alpha=0.25)
    band.set(linewidth=0, label="Pearson, if the data were normal")
    for name, color, line in (("spearman", PALETTE[1], "--"), ("pearson", PALETTE[0], "-")):
        ax.plot(path["left_out"], path[name], line, color=color, linewidth=2, label=COEFFICIENT_NAMES[name])
    named = path.head(NAMED + 1)
    ax.plot(named["left_out"], named["pearson"], "o", color=PALETTE[0], markersize=5)
    said = "\n".join(_name_steps(named))
    ax.text(0, 1.03, said, transform=ax.transAxes, fontsize=8, va="bottom", parse_math=False)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))


def _name_steps(path: pd.DataFrame) -> list[str]:
    words = ["without", *["and"] * len(path)]
    creators = [f"{word} {_plain(name)}" for word, name in zip(words, path["creator"].iloc[1:], strict=False)]
    values = zip(["all creators", *creators], path["pearson"], strict=True)
    return [f"{step}: {say_decimal(value)}" for step, value in values]


def _plain(name: str) -> str:
    """Make a handle drawable by any font, on one line, and not longer than a panel."""
    drawable = "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in name_creator(name))
    return drawable if len(drawable) <= LONGEST_DRAWN else f"{drawable[: LONGEST_DRAWN - 1]}…"


def _say_path(path: pd.DataFrame) -> str:
    said = f"{path.at[0, 'feature']}: {path.at[0, 'reason'] or say_decimal(path.at[0, 'pearson'])}"
    if len(path) == 1:
        return said
    return f"{said}, without {_plain(path.at[1, 'creator'])} {say_decimal(path.at[1, 'pearson'])}"
