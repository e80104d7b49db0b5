"""A Gaussian process of how creators move from one list to a later one: what lasts, what fades, and how fast.

A quantity of a creator (how far above the cut it stands, how much engagement it has) is taken for the sum of
the level of such creators, a part of its own that lasts, a part that fades as the days go by, and a part that
belongs to one list alone. So the same model speaks of lists that lie a month or four months apart, and uses
all earlier lists of a creator, however many there are.

Whoever isn't in a list isn't seen. Where the list decides by the quantity itself, that is knowledge: it was
below the cut. Then the model is told so, of the past and of what is to be forecast alike (`censored`).
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import special

ROUNDS = 2
PENALTY = 0.3
LEAST_WEIGHT = 1e-3
LEAST_VARIANCE = 1e-6
LEAST_SCALE = 1e-3  # of logs, where everybody is alike
NEWTON_STEPS = 50
DAMPED = 1.0  # added to the bends, which are about as many as creators
SETTLED = 1e-9  # of a log likelihood
HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


class Kernel(NamedTuple):
    """How a creator's deviations hang together: shares of their variance, and days until 1/e of the rest."""

    lasting: float
    days: float
    passing: float


KERNELS = tuple(Kernel(*parts) for parts in product((0.3, 0.5, 0.7), (30.0, 60.0, 120.0), (0.1,)))


class Observations(NamedTuple):
    """What is known of all creators of one list, and what came of them in a later one.

    `past` (creators, lists): the quantity in this list, then in the lists before it; missing where the
    creator wasn't listed. `days` (lists + 1): when these lists were made, and last the later one. `design`
    (creators, terms): what the level depends on, ones first. `target` (creators,): the quantity in the later
    list, missing where gone; all missing where it is to be forecast.
    """

    past: np.ndarray
    days: np.ndarray
    design: np.ndarray
    target: np.ndarray


class FittedGP(NamedTuple):
    """A fitted model: kernels, how much each is believed, their coefficients and standard deviations.

    `residuals`: what was observed of the targets, standardised, by the kernel believed most.
    """

    censored: bool
    kernels: tuple[Kernel, ...]
    weights: np.ndarray
    coefficients: np.ndarray
    scales: np.ndarray
    residuals: np.ndarray


def correlate_deviations(days: np.ndarray, kernel: Kernel) -> np.ndarray:
    """Give the correlation of a creator's deviations between lists of these days."""
    apart = np.abs(days[:, None] - days)
    fading = (1 - kernel.passing) * np.exp(-apart / kernel.days) + kernel.passing * (apart == 0)
    return kernel.lasting + (1 - kernel.lasting) * fading


def fit_gp(
    observations: Sequence[Observations], *, censored: bool, kernels: Sequence[Kernel] = KERNELS
) -> FittedGP:
    """Fit each kernel on lists of the past; what the past can't tell apart is averaged by its likelihood."""
    # Gaussian process regression (Rasmussen & Williams 2006, chapter 2), one draw a creator, with a Tobit
    # likelihood (Tobin 1958, Econometrica 26:24-36) where censored, under a small ridge penalty
    if not censored:  # nothing is known of who isn't in a list, so it is learnt from stayers
        observations = [
            Observations(observed.past[stay], observed.days, observed.design[stay], observed.target[stay])
            for observed in observations
            for stay in [~np.isnan(observed.target)]
        ]
    target = np.concatenate([observed.target for observed in observations])
    seen = ~np.isnan(target)
    target = np.where(seen, target, 0.0)
    design = np.vstack([observed.design for observed in observations])
    found = np.append(np.zeros(design.shape[1]), np.log(max(np.std(target[seen]), LEAST_SCALE)))
    fits = []
    for kernel in kernels:
        for _ in range(ROUNDS if censored else 1):
            scale = np.exp(found[-1])
            expected = [
                expect(observed, observed.design @ found[:-1], scale, kernel, censored)
                for observed in observations
            ]
            offset, share, variance = map(np.concatenate, zip(*expected, strict=True))
            spread = np.sqrt(variance)
            found, likelihood = _maximise(share[:, None] * design, target - offset, seen, spread, found)
        residuals = (target - offset - share * (design @ found[:-1])) / (np.exp(found[-1]) * spread)
        fits.append((kernel, likelihood, found, residuals[seen]))
    return _weigh_kernels(fits, censored)


def _weigh_kernels(fits: Sequence[tuple[Kernel, float, np.ndarray, np.ndarray]], censored: bool) -> FittedGP:
    kernels, likelihoods, found, residuals = zip(*fits, strict=True)
    weights = special.softmax(np.array(likelihoods))
    kept = np.flatnonzero(weights > LEAST_WEIGHT)
    found = np.array(found)[kept]
    return FittedGP(
        censored=censored,
        kernels=tuple(kernels[number] for number in kept),
        weights=weights[kept] / weights[kept].sum(),
        coefficients=found[:, :-1],
        scales=np.exp(found[:, -1]),
        residuals=residuals[int(np.argmax(weights))],
    )


def predict_gp(gp: FittedGP, observed: Observations) -> tuple[np.ndarray, np.ndarray]:
    """Forecast the quantity in the later list, without its target: mean and standard deviation a creator."""
    # from a censored model, of the quantity whether seen or not; else of creators who will be seen
    means, variances = [], []
    for kernel, coefficients, scale in zip(gp.kernels, gp.coefficients, gp.scales, strict=True):
        level = observed.design @ coefficients
        offset, share, variance = expect(observed, level, scale, kernel, gp.censored)
        means.append(offset + share * level)
        variances.append(scale**2 * variance)
    mean = gp.weights @ np.array(means)
    variance = gp.weights @ (np.array(variances) + (np.array(means) - mean) ** 2)
    return mean, np.sqrt(variance)


def expect(
    observed: Observations, level: np.ndarray, scale: float, kernel: Kernel, censored: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expect offset + share · level of the later list, with variance · scale², by the values up to now."""
    lists = observed.past.shape[1]
    correlation = correlate_deviations(observed.days, kernel)
    among, with_later = correlation[:lists, :lists], correlation[:lists, lists]
    if not censored:
        return _expect_from_seen(observed.past, among, with_later)
    values, noise = _impute_unseen(observed.past, level, scale, among[0])
    noisy = among + noise[:, :, None] * np.eye(lists)
    weights = np.linalg.solve(noisy, np.broadcast_to(with_later, values.shape)[..., None])[..., 0]
    return (weights * values).sum(axis=1), 1 - weights.sum(axis=1), 1 - weights @ with_later


def _expect_from_seen(
    values: np.ndarray, among: np.ndarray, with_later: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Solve one small system for all creators who were seen in the same lists."""
    offset, share, variance = (np.empty(len(values)) for _ in range(3))
    seen = ~np.isnan(values)
    for pattern in np.unique(seen, axis=0):
        rows = (seen == pattern).all(axis=1)
        weights = np.linalg.solve(among[np.ix_(pattern, pattern)], with_later[pattern])
        offset[rows] = values[rows][:, pattern] @ weights
        share[rows] = 1 - weights.sum()
        variance[rows] = 1 - weights @ with_later[pattern]
    return offset, share, variance


def _impute_unseen(
    values: np.ndarray, level: np.ndarray, scale: float, with_now: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Put a noisy value for each unseen one: what its being below 0 adds to what the value now says of it."""
    # the Gaussian with the moments of the truncated distribution: one pass of assumed density filtering
    # (Rasmussen & Williams 2006, 3.6)
    values, noise = values.copy(), np.zeros_like(values)
    for number in range(1, values.shape[1]):
        out = np.isnan(values[:, number])
        mean = level[out] + with_now[number] * (values[out, 0] - level[out])
        variance = scale**2 * (1 - with_now[number] ** 2)
        edge = -mean / np.sqrt(variance)
        pull = _hazard(edge)
        mean_below = mean - np.sqrt(variance) * pull
        variance_below = variance * np.clip(1 - pull * (pull + edge), LEAST_VARIANCE, 1 - LEAST_VARIANCE)
        precision = 1 / variance_below - 1 / variance
        values[out, number] = (mean_below / variance_below - mean / variance) / precision
        noise[out, number] = 1 / precision / scale**2
    return values, noise


def _hazard(x: np.ndarray) -> np.ndarray:
    """Give the normal density at x over the probability below x."""
    return np.exp(-0.5 * x * x - HALF_LOG_2PI - special.log_ndtr(x))


def _maximise(
    design: np.ndarray, target: np.ndarray, seen: np.ndarray, spread: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, float]:
    """Fit coefficients and log scale by penalised likelihood, targets that aren't seen being below theirs."""
    # Newton's method, damped (Levenberg 1944, Quarterly of Applied Mathematics 2:164-168) where it goes wrong
    found, damping = start, 0.0
    loss, slopes, bends = _lose(design, target, seen, spread, found)
    for _ in range(NEWTON_STEPS):
        step = np.linalg.solve(bends + damping * np.eye(len(found)), slopes)
        tried = found - step
        tried[-1] = max(tried[-1], np.log(LEAST_SCALE))
        then = _lose(design, target, seen, spread, tried)
        if then[0] > loss + SETTLED:
            damping = max(DAMPED, 10 * damping)
            continue
        settled = loss - then[0] < SETTLED
        found, damping = tried, damping / 10
        loss, slopes, bends = then
        if settled:
            break
    return found, -loss


def _lose(
    design: np.ndarray, target: np.ndarray, seen: np.ndarray, spread: np.ndarray, parameters: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Give minus the penalised log likelihood, its slopes and its bends, by coefficients and log scale."""
    coefficients, log_scale = parameters[:-1], parameters[-1]
    penalty = np.append(0.0, np.full(len(coefficients) - 1, PENALTY))
    rate = np.exp(-log_scale) / spread
    z = (target - design @ coefficients) * rate
    losses, slope, bend = HALF_LOG_2PI + np.log(spread) + log_scale + 0.5 * z * z, z.copy(), np.ones_like(z)
    below = z[~seen]
    losses[~seen] = -special.log_ndtr(below)
    slope[~seen] = -_hazard(below)
    bend[~seen] = slope[~seen] * (slope[~seen] - below)
    slopes = np.append(penalty * coefficients - design.T @ (slope * rate), seen.sum() - slope @ z)
    bends = np.empty((len(parameters), len(parameters)))
    bends[:-1, :-1] = design.T @ (design * (bend * rate**2)[:, None]) + np.diag(penalty)
    bends[-1, :-1] = bends[:-1, -1] = design.T @ ((bend * z + slope) * rate)
    bends[-1, -1] = (bend * z + slope) @ z
    return losses.sum() + 0.5 * penalty @ coefficients**2, slopes, bends
