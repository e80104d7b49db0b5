"""Ands and ors: is a label several cuts at once, each of which leaves doubt while together they are it?

Every cut of an *and* is passed by each yes. So the tightest cut that all of them pass is known for each sum
and ratio, and what is left to find is two or three of these that together shut out every no: a set cover.
An *or* is an *and* of what isn't.
"""

from collections.abc import Iterator
from math import comb
from typing import NamedTuple

import numpy as np

from tiktok.leakage.formulas import Columns, write_number
from tiktok.leakage.thresholds import (
    MIRRORED,
    combine,
    is_beyond_chance,
    plain_choices,
    roundest,
    write_plain,
)

MAX_SUMS = 3000  # sums and ratios to cut through
MOST_CUTS = 3
FIRST_CUTS = 200  # of three, the one that shuts out most is looked for among so many
OPPOSITE = str.maketrans(">≥<≤", "≤<≥>")


class Conjunction(NamedTuple):
    """Cuts that a label is the and, or the or, of: its features, and how it is written."""

    positions: tuple[int, ...]
    formula: str


class _Cuts(NamedTuple):
    """The tightest cuts that every yes passes: (cuts, nos) where they shut a no out, and what each cuts."""

    shut_out: np.ndarray
    scores: np.ndarray  # (cuts, rows): from a yes down to a no, whichever way the cut goes
    names: list[tuple[tuple[int, ...], str, int]]  # features, text, 1 where a yes lies above


def find_conjunction(columns: Columns, y: np.ndarray) -> Conjunction | None:
    """Find two or three cuts through features, sums and ratios that a label is the and, or the or, of."""
    for label, joined, signs in ((y, " and ", {}), (~y, " or ", OPPOSITE)):
        cuts = _cut_tightly(columns, label)
        chosen = _cover(cuts.shut_out)
        if not chosen:
            continue
        boxes = comb(len(cuts.names), len(chosen)) * len(y) ** len(chosen)
        needed = all(_is_needed(cuts.shut_out, i, chosen, int(label.sum())) for i in chosen)
        if not needed or not is_beyond_chance(y, boxes):
            continue
        parts = [_write_cut(cuts, i, chosen, label).translate(signs) for i in chosen]
        positions = {j for i in chosen for j in cuts.names[i][0]}
        return Conjunction(tuple(sorted(positions)), f"= [{joined.join(parts)}]")
    return None


def _cut_tightly(columns: Columns, label: np.ndarray) -> _Cuts:
    shut_out, scores, names = [], [], []
    for positions, text, score in _plain_scores(columns):
        for sign in (1, -1):
            directed = sign * score
            out = directed[~label] < directed[label].min()
            if out.any():
                shut_out.append(out)
                scores.append(directed)
                names.append((positions, text, sign))
    nos = int((~label).sum())
    return _Cuts(
        np.array(shut_out, dtype=bool).reshape(-1, nos), np.array(scores).reshape(-1, len(label)), names
    )


def _plain_scores(columns: Columns) -> Iterator[tuple[tuple[int, ...], str, np.ndarray]]:
    """Give sums, alone and over one feature, from the smallest: features, text and values."""
    told = 0
    for chosen, sign, other in plain_choices(columns.values):
        if sign == "-":
            continue
        for row, score in zip(chosen, combine(columns.values, chosen, sign, other).T, strict=True):
            yield (*write_plain(row, sign, other, columns.labels), score)
            told += 1
            if told == MAX_SUMS:
                return


def _cover(shut_out: np.ndarray) -> tuple[int, ...]:
    """Find two cuts, else three, of the simplest sums that shut out every no together; none where none do."""
    if not len(shut_out) or not shut_out.any(axis=0).all():
        return ()
    passed = ~shut_out
    if pair := _cover_by_two(passed):
        return pair
    counts = passed.sum(axis=1)
    for i in np.argsort(counts, kind="stable")[:FIRST_CUTS]:
        if counts[i] <= passed.shape[1] * (1 - 1 / MOST_CUTS) and (
            pair := _cover_by_two(passed[:, passed[i]])
        ):
            return tuple(sorted({int(i), *pair}))
    return ()


def _cover_by_two(passed: np.ndarray) -> tuple[int, ...]:
    """Find the first two cuts that no no passes both of."""
    halves = np.flatnonzero(passed.sum(axis=1) <= passed.shape[1] / 2)  # one of two shuts out half at least
    both = passed[halves].astype(np.float32) @ passed.T.astype(np.float32)
    i, j = np.nonzero(both == 0)
    if not len(i):
        return ()
    simplest = np.argmin(halves[i] + j)
    return tuple(sorted({int(halves[i[simplest]]), int(j[simplest])}))


def _is_needed(shut_out: np.ndarray, i: int, chosen: tuple[int, ...], yes: int) -> bool:
    """Say whether a cut alone shuts out more nos than the end of some sum or ratio would by chance."""
    alone = int((~shut_out[[j for j in chosen if j != i]].any(axis=0)).sum())
    return is_beyond_chance(np.arange(yes + alone) < alone, len(shut_out))


def _write_cut(cuts: _Cuts, i: int, chosen: tuple[int, ...], label: np.ndarray) -> str:
    """Write a cut, as round as there is room between the lowest yes and the nos that it alone shuts out."""
    others = [j for j in chosen if j != i]
    alone = ~cuts.shut_out[others].any(axis=0)
    score, (_, text, sign) = cuts.scores[i], cuts.names[i]
    cut, how = roundest(score[~label][alone].max(), score[label].min())
    if sign < 0:
        cut, how = -cut, how.translate(MIRRORED)
    return f"{text} {how} {write_number(cut, 15)}"
