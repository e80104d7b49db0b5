import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from made_lists import make_list

from tiktok.leakage.audit import LeakageError, ModelError
from tiktok.lists.columns import ENGAGEMENT_PARTS
from tiktok.model.elasticities import (
    diagnose_ols,
    fit_elasticities,
    fit_ols,
    list_elasticities,
    measure_influence,
    measure_vif,
)

N = 400


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def clean(rng):
    return pd.DataFrame({"x": rng.normal(size=N), "z": rng.normal(size=N)})


def verdicts(X, y):
    return diagnose_ols(fit_ols(X, y)).set_index("check")


def test_a_model_that_keeps_its_promises_passes_every_check(clean, rng):
    diagnosed = verdicts(clean, clean["x"] + rng.normal(size=N))
    assert diagnosed["passed"].all()
    assert diagnosed["reading"].str.endswith(".").all()


@pytest.mark.parametrize(
    ("check", "target", "said"),
    [
        ("constant variance", lambda X, e: X["x"] + e * np.exp(X["x"]), "only HC3"),
        ("straight lines", lambda X, e: X["x"] ** 2 + e, "Something bends"),
        ("normal residuals", lambda X, e: X["x"] + np.exp(1.2 * e), "long tail above"),
        ("normal residuals", lambda X, e: X["x"] - np.exp(1.2 * e), "long tail below"),
    ],
)
def test_a_broken_promise_is_found_and_read(clean, rng, check, target, said):
    row = verdicts(clean, target(clean, pd.Series(rng.normal(size=N)))).loc[check]
    assert not row["passed"]
    assert row["p"] < 0.05
    assert said in row["reading"]


def test_bends_are_tested_with_errors_that_bear_unequal_variance(clean, rng):
    results = fit_ols(clean, clean["x"] + rng.normal(size=N) * np.exp(clean["x"]))
    fitted = results.fittedvalues
    wider = sm.add_constant(clean).assign(squares=fitted**2, cubes=fitted**3)
    test = sm.OLS(results.model.endog, wider).fit(cov_type="HC3").f_test("squares = cubes = 0")
    row = diagnose_ols(results).set_index("method").loc["RESET"]
    assert row["statistic"] == pytest.approx(float(test.fvalue))
    assert row["p"] == pytest.approx(float(test.pvalue))


def test_features_that_say_the_same_cannot_be_told_apart(clean, rng):
    row = verdicts(clean.assign(copy=clean["x"] + rng.normal(size=N) / 10), clean["x"] + rng.normal(size=N))
    row = row.loc["separable features"]
    assert not row["passed"]
    assert row["statistic"] > 50
    assert "nearly made up of the other features" in row["reading"]


def test_a_few_creators_that_turn_a_coefficient_round_are_named_as_the_reason(clean, rng):
    X, y = clean.copy(), 0.1 * clean["x"] + rng.normal(size=N) / 2
    X.loc[:4, "x"], y[:5] = 12.0, -12.0
    row = verdicts(X, y).loc["influential creators"]
    assert not row["passed"]
    assert "x changes its sign" in row["reading"]


def test_a_coefficient_that_moves_far_is_not_to_be_quoted(clean, rng):
    X, y = clean.copy(), clean["x"] + rng.normal(size=N) / 2
    X.loc[:9, "x"], y[:10] = 4.0, 8.0
    row = verdicts(X, y).loc["influential creators"]
    assert not row["passed"]
    assert row["statistic"] >= 2
    assert "x moves by" in row["reading"]


def test_influence_is_cooks(clean, rng):
    y = clean["x"] + rng.normal(size=N)
    results = sm.OLS(y, sm.add_constant(clean)).fit()
    points = measure_influence(results)
    without = sm.OLS(y[1:], sm.add_constant(clean)[1:]).fit()
    shift = results.fittedvalues - without.predict(sm.add_constant(clean))
    assert points.loc[0, "cook"] == pytest.approx((shift**2).sum() / (3 * results.mse_resid))
    assert points["leverage"].sum() == pytest.approx(3)
    assert (points["influential"] == (points["cook"] > 4 / N)).all()


def test_vif_is_one_over_what_the_others_leave(clean):
    X = clean.assign(mix=clean["x"] + clean["z"] * 2 + np.sin(np.arange(N)))
    vif = measure_vif(sm.OLS(clean["x"], sm.add_constant(X)).fit()).set_index("feature")["vif"]
    r2 = sm.OLS(X["mix"], sm.add_constant(clean)).fit().rsquared
    assert vif["mix"] == pytest.approx(1 / (1 - r2))


def test_logged_features_are_called_by_their_names_and_the_source_is_handed_on():
    results = fit_elasticities(make_list(), "interactions", ["subscribers", "views"])
    assert measure_vif(results)["feature"].tolist() == ["subscribers", "views"]
    assert diagnose_ols(results).attrs["provenance"]["synthetic"]
    assert measure_influence(results).attrs["provenance"]["synthetic"]


def test_without_a_constant_in_front_there_is_no_diagnosis(clean):
    for X in (clean, sm.add_constant(clean)[["const"]], sm.add_constant(clean, prepend=False)):
        with pytest.raises(ModelError, match="constant, in first place"):
            diagnose_ols(sm.OLS(clean["x"] + np.arange(N), X).fit())


def test_ols_puts_its_constant_first_and_finds_the_line():
    X = pd.DataFrame({"x": np.arange(60.0)})
    results = fit_ols(X, 3 * X["x"] + 5 + np.sin(X["x"]) * 4)
    assert results.params.index.tolist() == ["const", "x"]
    assert results.params["x"] == pytest.approx(3, abs=0.1)


def test_ols_errors_are_hc3():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=80)})
    results = fit_ols(X, X["x"] + rng.normal(size=80) * (1 + X["x"] ** 2))
    design = np.column_stack([np.ones(80), X["x"]])
    inverse = np.linalg.inv(design.T @ design)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    meat = design.T @ (design * ((results.resid / (1 - leverage)) ** 2).to_numpy()[:, None])
    np.testing.assert_allclose(results.bse, np.sqrt(np.diag(inverse @ meat @ inverse)), rtol=1e-10)


def test_elasticities_are_those_that_were_planted():
    rng = np.random.default_rng(1)
    creators = make_list(500)
    creators["shares"] = (
        creators["subscribers"] ** 0.3
        * np.where(creators["handle"].str.contains("_"), 2, 1)
        * rng.lognormal(0, 0.1, 500)
    )
    creators["has_underscore"] = creators["handle"].str.contains("_")
    table = list_elasticities(
        fit_elasticities(creators, "shares", ["subscribers", "has_underscore"])
    ).set_index("feature")
    assert table["kind"].to_dict() == {"subscribers": "elasticity", "has_underscore": "difference"}
    assert table.loc["subscribers", "low"] < 0.3 < table.loc["subscribers", "high"]
    assert table.loc["subscribers", "percent"] == pytest.approx(100 * (2**0.3 - 1), abs=2)
    assert table.loc["has_underscore", "percent"] == pytest.approx(100, abs=6)
    assert (table["percent_low"] < table["percent"]).all()
    assert (table["percent"] < table["percent_high"]).all()
    assert table.attrs["provenance"]["synthetic"]


def test_what_hardly_anybody_has_is_left_out_of_the_elasticities():
    creators = make_list(100)
    creators["rare"], creators["same"], creators["common"] = (
        [True] * 9 + [False] * 91,
        5.0,
        [True] * 10 + [False] * 90,
    )
    results = fit_elasticities(creators, "engagement", ["subscribers", "rare", "same", "common"])
    assert results.params.index.tolist() == ["const", "log_subscribers", "common"]
    with pytest.raises(ModelError, match="None of rare, same differs"):
        fit_elasticities(creators, "engagement", ["rare", "same"])


def test_elasticities_do_not_hang_on_the_order_of_rows():
    creators = make_list(200)
    mixed = creators.sample(frac=1, random_state=2)
    one, other = (
        list_elasticities(fit_elasticities(c, "engagement", ["subscribers"])) for c in (creators, mixed)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_what_the_target_was_computed_from_is_refused_by_name():
    creators, parts = make_list(), list(ENGAGEMENT_PARTS)
    with pytest.raises(LeakageError, match="views"):
        fit_ols(creators[parts], creators["engagement"])
    with pytest.raises(LeakageError):
        fit_elasticities(creators, "engagement", parts)
