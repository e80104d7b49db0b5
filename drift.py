"""How creators move from one list to a later one: what lasts of a quantity, what fades, and how fast.

A quantity of a creator (how far above the cut it stands, how much engagement it has) is taken for the sum of
the level of such creators, a part of its own that lasts, a part that fades as the days go by, and a part that
belongs to one list alone. So the same model speaks of lists that lie a month or four months apart, and uses
all earlier lists of a creator, however many there are.

Whoever isn't in a list isn't seen. Where the list decides by the quantity itself, that is knowledge: it was
below the cut. Then the model is told so, of the past and of what is to be forecast alike.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

ROUNDS = 2
PENALTY = 0.3
LEAST_WEIGHT = 1e-3
LEAST_VARIANCE = 1e-6
LEAST_SCALE = 1e-3  # of logs, where everybody is alike
HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


class Shape(NamedTuple):
    """How a creator's deviations hang together: shares of their variance, and days until 1/e of the rest."""

    lasting: float
    days: float
    passing: float


SHAPES = tuple(Shape(*parts) for parts in product((0.3, 0.5, 0.7), (30.0, 60.0, 120.0), (0.1,)))


class Passage(NamedTuple):
    """All creators of one list, on their way to a later one.

    `states` (creators, lists): the quantity in this list, then in the lists before it; missing where the
    creator wasn't listed. `days` (lists + 1): when these lists were made, and last the later one. `design`
    (creators, terms): what the level depends on, ones first. `target` (creators,): the quantity in the later
    list, missing where gone; all missing where it is to be forecast.
    """

    states: np.ndarray
    days: np.ndarray
    design: np.ndarray
    target: np.ndarray


class Drift(NamedTuple):
    """A fitted model: shapes, how much each is believed, their coefficients and standard deviations.

    `residuals`: what was observed of the targets, standardised, by the shape believed most.
    """

    censored: bool
    shapes: tuple[Shape, ...]
    weights: np.ndarray
    coefficients: np.ndarray
    scales: np.ndarray
    residuals: np.ndarray


def correlate(days: np.ndarray, shape: Shape) -> np.ndarray:
    """Give the correlation of a creator's deviations between lists of these days.

    >>> correlate(np.array([0.0, 60.0]), Shape(lasting=0.5, days=60.0, passing=0.0)).round(2).tolist()
    [[1.0, 0.68], [0.68, 1.0]]
    """
    apart = np.abs(days[:, None] - days)
    fading = (1 - shape.passing) * np.exp(-apart / shape.days) + shape.passing * (apart == 0)
    return shape.lasting + (1 - shape.lasting) * fading


def fit_drift(passages: Sequence[Passage], *, censored: bool, shapes: Sequence[Shape] = SHAPES) -> Drift:
    """Fit the model on passages between lists of the past.

    Parameters
    ----------
    passages : sequence of Passage
        Every list on its way to every later one makes the most of few lists.
    censored : bool
        Whether who isn't in a list was below 0, in the past lists as in the target. Otherwise nothing is
        known of them, and only the creators who stay are learnt from.
    shapes : sequence of Shape
        Each is fitted. What the past can't tell apart is averaged.

    Returns
    -------
    Drift

    Source: Gaussian process regression (Rasmussen & Williams 2006, chapter 2), one draw a creator, with a
    Tobit likelihood (Tobin 1958, Econometrica 26:24–36) under a small ridge penalty; an unseen past state is
    replaced by the Gaussian with the moments of its truncated distribution given the state now (one pass of
    assumed density filtering, ibid. 3.6). Shapes are weighted by their likelihood.

    >>> rng = np.random.default_rng(0)
    >>> now = rng.normal(size=500)
    >>> later = 0.8 * now + 0.6 * rng.normal(size=500)
    >>> passage = Passage(now[:, None], np.array([0.0, 30.0]), np.ones((500, 1)), later)
    >>> mean, spread = predict_drift(fit_drift([passage], censored=False), passage)
    >>> float(np.polyfit(now, mean, 1)[0].round(1)), float(spread.mean().round(1))
    (0.8, 0.6)
    """
    if not censored:
        passages = [_only_stayers(passage) for passage in passages]
    target = np.concatenate([passage.target for passage in passages])
    seen = ~np.isnan(target)
    target = np.where(seen, target, 0.0)
    design = np.vstack([passage.design for passage in passages])
    start = np.append(np.zeros(design.shape[1]), np.log(max(np.std(target[seen]), LEAST_SCALE)))
    fits = []
    for shape in shapes:
        for _ in range(ROUNDS if censored else 1):
            offset, share, spread = _expect_all(passages, start, shape, censored)
            start, likelihood = _maximise(
                share[:, None] * design, target - offset, seen, np.sqrt(spread), start
            )
        residuals = (target - offset - share * (design @ start[:-1])) / (np.exp(start[-1]) * np.sqrt(spread))
        fits.append((shape, likelihood, start, residuals[seen]))
    return _weigh_shapes(fits, censored)


def _only_stayers(passage: Passage) -> Passage:
    stay = ~np.isnan(passage.target)
    return passage._replace(
        states=passage.states[stay], design=passage.design[stay], target=passage.target[stay]
    )


def _weigh_shapes(fits: list[tuple[Shape, float, np.ndarray, np.ndarray]], censored: bool) -> Drift:
    shapes, likelihoods, parameters, residuals = zip(*fits, strict=True)
    weights = special.softmax(np.array(likelihoods))
    kept = np.flatnonzero(weights > LEAST_WEIGHT)
    parameters = np.array(parameters)[kept]
    return Drift(
        censored=censored,
        shapes=tuple(shapes[number] for number in kept),
        weights=weights[kept] / weights[kept].sum(),
        coefficients=parameters[:, :-1],
        scales=np.exp(parameters[:, -1]),
        residuals=residuals[int(np.argmax(weights))],
    )


def predict_drift(drift: Drift, passage: Passage) -> tuple[np.ndarray, np.ndarray]:
    """Forecast the quantity in the later list.

    Parameters
    ----------
    drift : Drift
    passage : Passage
        Its target is not looked at.

    Returns
    -------
    (mean, spread), each of shape (creators,)
        Expected value and standard deviation. From a censored model, of the quantity whether seen or not;
        else of creators who will be seen.
    """
    means, variances = [], []
    for shape, coefficients, scale in zip(drift.shapes, drift.coefficients, drift.scales, strict=True):
        level = passage.design @ coefficients
        offset, share, spread = expect(passage, level, scale, shape, drift.censored)
        means.append(offset + share * level)
        variances.append(scale**2 * spread)
    mean = drift.weights @ np.array(means)
    spread = drift.weights @ (np.array(variances) + (np.array(means) - mean) ** 2)
    return mean, np.sqrt(spread)


def expect(
    passage: Passage, level: np.ndarray, scale: float, shape: Shape, censored: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Say what the states up to now make one expect of the later list.

    Parameters
    ----------
    passage : Passage
    level : array of shape (creators,)
        Of such creators; matters only for what is unseen.
    scale : float
        Standard deviation around it.
    shape : Shape
    censored : bool
        Whether an unseen state was below 0.

    Returns
    -------
    (offset, share, spread), each of shape (creators,)
        The expected quantity is offset + share · level, its variance spread · scale².
    """
    lists = passage.states.shape[1]
    correlation = correlate(passage.days, shape)
    among, ahead = correlation[:lists, :lists], correlation[:lists, lists]
    if not censored:
        return _expect_from_seen(passage.states, among, ahead)
    states, noise = _imagine_unseen(passage.states, level, scale, among[0])
    noisy = among + noise[:, :, None] * np.eye(lists)
    weights = np.linalg.solve(noisy, np.broadcast_to(ahead, states.shape)[..., None])[..., 0]
    return (weights * states).sum(axis=1), 1 - weights.sum(axis=1), 1 - weights @ ahead


def _expect_from_seen(
    states: np.ndarray, among: np.ndarray, ahead: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One small system for all creators who were seen in the same lists."""
    offset, share, spread = (np.empty(len(states)) for _ in range(3))
    seen = ~np.isnan(states)
    for pattern in np.unique(seen, axis=0):
        rows = (seen == pattern).all(axis=1)
        weights = np.linalg.solve(among[np.ix_(pattern, pattern)], ahead[pattern])
        offset[rows] = states[rows][:, pattern] @ weights
        share[rows] = 1 - weights.sum()
        spread[rows] = 1 - weights @ ahead[pattern]
    return offset, share, spread


def _imagine_unseen(
    states: np.ndarray, level: np.ndarray, scale: float, with_now: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Put a noisy state for each unseen one: what its being below 0 adds to what the state now says of it."""
    states, noise = states.copy(), np.zeros_like(states)
    for past in range(1, states.shape[1]):
        out = np.isnan(states[:, past])
        mean = level[out] + with_now[past] * (states[out, 0] - level[out])
        variance = scale**2 * (1 - with_now[past] ** 2)
        edge = -mean / np.sqrt(variance)
        pull = _hazard(edge)
        mean_below = mean - np.sqrt(variance) * pull
        variance_below = variance * np.clip(1 - pull * (pull + edge), LEAST_VARIANCE, 1 - LEAST_VARIANCE)
        precision = 1 / variance_below - 1 / variance
        states[out, past] = (mean_below / variance_below - mean / variance) / precision
        noise[out, past] = 1 / precision / scale**2
    return states, noise


def _hazard(x: np.ndarray) -> np.ndarray:
    """Give the normal density at x over the probability below x."""
    return np.exp(-0.5 * x * x - HALF_LOG_2PI - special.log_ndtr(x))


def _expect_all(
    passages: Sequence[Passage], parameters: np.ndarray, shape: Shape, censored: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scale = np.exp(parameters[-1])
    parts = [
        expect(passage, passage.design @ parameters[:-1], scale, shape, censored) for passage in passages
    ]
    offset, share, spread = map(np.concatenate, zip(*parts, strict=True))
    return offset, share, spread


def _maximise(
    design: np.ndarray, target: np.ndarray, seen: np.ndarray, spread: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, float]:
    """Fit coefficients and log scale by penalised likelihood, targets that aren't seen being below theirs."""
    penalty = np.append(0.0, np.full(design.shape[1] - 1, PENALTY))
    constant = -HALF_LOG_2PI - np.log(spread)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        coefficients, log_scale = parameters[:-1], parameters[-1]
        scale = np.exp(log_scale) * spread
        z = (target - design @ coefficients) / scale
        logs = np.where(seen, constant - log_scale - 0.5 * z * z, special.log_ndtr(z))
        slope = np.where(seen, -z, _hazard(z))
        gradient = np.append(
            design.T @ (slope / scale) + penalty * coefficients, (slope * z).sum() + seen.sum()
        )
        return 0.5 * penalty @ coefficients**2 - logs.sum(), gradient

    bounds = [(None, None)] * (len(start) - 1) + [(np.log(LEAST_SCALE), None)]
    found = optimize.minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return found.x, -float(found.fun)
