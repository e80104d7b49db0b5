import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acquire import get_panel
from model import add_features, audit_leakage, regression_questions, success_questions
from prepare import clean
from tiktok.leakage.conjunctions import find_conjunction
from tiktok.leakage.formulas import Columns
from tiktok.lists.columns import INTERACTION_PARTS

COUNTS = np.random.default_rng(0).lognormal(size=(400, 4))
X = Columns(COUNTS, ("a", "b", "c", "d"))
A, B, C, D = COUNTS.T
HOT = [*INTERACTION_PARTS, "subscribers"]


def found(audit, verdicts=("leak",)):
    return audit[audit["verdict"].isin(verdicts)]


@pytest.mark.parametrize(
    ("label", "formula"),
    [
        ((A > 1) & (B > 1), "= [a > 1 and b > 1]"),
        ((A > 1) & (B <= 2), "= [a > 1 and b < 2]"),
        ((A > 1) | (B > 2), "= [a > 1 or b > 2]"),
        (~((A > 1) & (B > 1)), "= [a < 1 or b < 1]"),
        ((A / B > 1) & (C > 0.5), "= [c > 0.5 and b / a < 1]"),
        ((A + C > 2) & (D < 2), "= [d < 2 and a + c > 2]"),
        ((A > 0.6) & (B > 0.7) & (C < 2), "= [a > 0.6 and b > 0.7 and c < 2]"),
        ((A > 1) & (A < 3), "= [a > 1 and a < 3]"),
    ],
)
def test_cuts_that_are_the_answer_together_are_found_and_written_as_they_were_made(label, formula):
    cuts = find_conjunction(X, label)
    assert loosened(cuts.formula) == loosened(formula)


def loosened(formula):
    """A formula without equality signs and to one digit, since the data leave room for both."""
    return " ".join(
        f"{float(word.strip('[]')):.1f}" if word.strip("[]").replace(".", "").isdigit() else word
        for word in formula.replace("≥", ">").replace("≤", "<").split()
    )


@pytest.mark.slow
@given(
    seed=st.integers(0, 10_000),
    features=st.integers(3, 6),
    cuts=st.integers(2, 3),
    either=st.booleans(),
    rows=st.sampled_from([300, 800]),
)
@settings(max_examples=40, deadline=None)
def test_an_and_or_an_or_of_random_cuts_is_a_leak(seed, features, cuts, either, rows):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.lognormal(size=(rows, features)), columns=list("abcdef")[:features])
    label = np.ones(rows, bool)
    for column in rng.choice(table.columns, cuts, replace=False):
        values = table[column] if rng.random() < 0.5 else -table[column]
        label &= (values > values.quantile(rng.uniform(0.15, 0.4))).to_numpy()
    label = pd.Series(~label if either else label, name="hot")
    audit = audit_leakage(table, label)
    assert len(found(audit)), audit
    formula = found(audit)["formula"].iloc[0]
    assert (" or " if either else " and ") in formula or "a + b" in formula or cuts == 2


def test_what_is_written_is_the_label():
    cuts = find_conjunction(X, (A / B > 0.7) & (C + D > 1.5))
    said = cuts.formula.removeprefix("= [").removesuffix("]").replace("≥", ">=").replace("≤", "<=")
    frame = pd.DataFrame(COUNTS, columns=list(X.labels))
    assert (frame.eval(said) == (A / B > 0.7) & (C + D > 1.5)).all()


def test_the_audit_names_the_cuts_and_the_features_and_needs_no_more():
    df = pd.DataFrame(COUNTS, columns=["likes", "shares", "views", "subscribers"])
    hot = (((df["likes"] + df["shares"]) / df["subscribers"] > 1.5) & (df["views"] > 0.8)).rename("hot")
    leaks = found(audit_leakage(df, hot))
    assert leaks["check"].tolist() == ["and, or"]
    assert leaks["formula"].iloc[0].startswith("hot = [")
    assert {"subscribers", "views"} <= set(leaks["features"].iloc[0])


def test_a_few_rows_can_be_boxed_in_by_chance_and_prove_nothing():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.normal(size=(50, 12))).add_prefix("x")
    label = pd.Series(np.arange(50) < 5, name="rare")
    assert found(audit_leakage(table, label), ("leak",)).empty


@pytest.mark.parametrize("either", [False, True])
def test_a_cut_that_only_mends_a_few_rows_is_no_proof(either):
    """An honest, nearly clean threshold, whose last two rows a second cut mends by luck."""
    label = A > 1
    label[np.flatnonzero(label)[np.argsort(B[label])[-2:]]] = False
    assert find_conjunction(X, ~label if either else label) is None


def random_set(seed):
    """Features and a target that isn't made of them: noise, or a strong but honest relation."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.choice([60, 150, 400, 1000])), int(rng.integers(1, 8))
    shared = rng.normal(size=(n, 1)) * rng.uniform(0, 1.5)
    features = shared + rng.standard_t(rng.choice([2, 5, 30]), size=(n, k))
    if rng.random() < 0.4:
        features = np.round(features)  # ties
    if rng.random() < 0.4:
        features = np.exp(np.clip(features, -8, 8))
    table = pd.DataFrame(features).add_prefix("x")
    table.iloc[0] += 1e-3  # no feature is constant
    signal = np.log(np.abs(features[:, 0]) + 1) * rng.choice([0, 0.5, 1]) + rng.normal(size=n)
    if rng.random() < 0.5:
        return table, pd.Series(signal, name="y")
    bound = np.quantile(signal, rng.uniform(0.1, 0.9))
    return table, pd.Series(signal > bound, name="y")


@pytest.mark.slow
def test_no_alarm_on_two_hundred_random_sets(share):
    alarms = []
    for seed in range(share(200)):
        table, y = random_set(seed)
        if y.dtype == bool and min(y.sum(), (~y).sum()) < 5:
            continue
        alarms += found(audit_leakage(table, y), ("leak", "suspect")).to_dict("records")
    assert alarms == []


@pytest.fixture(scope="module", params=["sample", pytest.param("local", marks=pytest.mark.real_data)])
def lists(request):
    if request.param == "local":
        request.getfixturevalue("real_data_dir")
    return {m: add_features(clean(raw)) for m, raw in get_panel(source=request.param).items()}


def test_the_issue_s_label_is_a_leak_in_every_month(lists):
    for df in lists.values():
        hot = df["interactions"] / df["subscribers"] > 0.07
        hot &= df["subscribers"] > 0.02 * df["subscribers"].max()
        leaks = found(audit_leakage(df[HOT], hot.rename("hot")))
        assert leaks["check"].tolist() == ["and, or"]
        assert " and " in leaks["formula"].iloc[0]


@pytest.mark.slow
def test_no_alarm_on_honest_questions_in_any_month(lists):
    for df in lists.values():
        success = (df["engagement"] >= df["engagement"].quantile(0.75)).rename("success")
        noise = pd.Series(np.random.default_rng(0).random(len(df)) < 0.25, name="noise")
        honest = [(df[list(ask.features)], success) for ask in success_questions()]
        honest += [(df[list(ask.features)], df[ask.target]) for ask in regression_questions()]
        honest += [
            (np.log(df[["subscribers"]]), np.log(df["engagement"])),
            (df[["subscribers"]], success),
            (df[HOT], noise),
        ]
        for features, y in honest:
            assert found(audit_leakage(features, y), ("leak", "suspect")).empty, (list(features), y.name)


def test_what_only_trees_can_tell_is_suspect_and_the_number_is_said():
    table = pd.DataFrame(np.random.default_rng(0).uniform(size=(600, 3)), columns=list("abc"))
    board = (np.floor(2 * table["a"]) + np.floor(2 * table["b"])) % 2 > 0  # neither an and nor an or
    (row,) = found(audit_leakage(table, board.rename("board")), ("leak", "suspect")).to_dict("records")
    assert (row["check"], row["verdict"]) == ("trees tell nearly all", "suspect")
    assert f"{row['score']:.3f}" in row["evidence"]
    waves = np.where(table["a"] > 0.5, table["b"] + 1, -table["b"])
    rows = found(audit_leakage(table, pd.Series(waves, name="waves")), ("leak", "suspect"))
    assert len(rows)
