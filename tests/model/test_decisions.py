import numpy as np
import pandas as pd
import pytest

from tiktok.leakage.audit import ModelError
from tiktok.model.decisions import choose_threshold


def predictions_of(probability, actual, *, sample="validate"):
    frame = pd.DataFrame({"probability": probability, "actual": actual, "model": "m", "sample": sample})
    frame.attrs["provenance"] = {"synthetic": True}
    return frame


@pytest.fixture
def calibrated():
    rng = np.random.default_rng(0)
    probability = rng.uniform(0, 1, 4000)
    return predictions_of(probability, rng.random(4000) < probability)


@pytest.mark.parametrize(("wrong_yes", "wrong_no"), [(1, 1), (1, 3), (4, 1)])
def test_for_true_probabilities_the_threshold_is_what_theory_says(calibrated, wrong_yes, wrong_no):
    table = choose_threshold(calibrated, "m", wrong_yes=wrong_yes, wrong_no=wrong_no)
    chosen = table.loc[table["chosen"], "threshold"].item()
    assert chosen == pytest.approx(wrong_yes / (wrong_yes + wrong_no), abs=0.07)


def test_the_table_runs_from_yes_to_all_to_yes_to_nobody():
    table = choose_threshold(
        predictions_of([0.1, 0.2, 0.2, 0.9], [False, True, False, True]), "m", wrong_yes=1, wrong_no=2
    )
    assert table["threshold"].tolist() == [0.1, 0.2, 0.9, np.inf]
    assert table["yes"].tolist() == [4, 3, 1, 0]
    assert table["wrong_yes"].tolist() == [2, 1, 0, 0]
    assert table["wrong_no"].tolist() == [0, 0, 1, 2]
    assert table["cost"].tolist() == [0.5, 0.25, 0.5, 1.0]
    assert table["chosen"].sum() == 1


@pytest.mark.parametrize("cost", [0, -1, np.nan, np.inf])
def test_a_cost_is_a_positive_number(cost):
    predictions = predictions_of([0.1, 0.9], [False, True])
    with pytest.raises(ModelError, match="cost of a wrong no must be a positive number"):
        choose_threshold(predictions, "m", wrong_yes=1, wrong_no=cost)
    with pytest.raises(ModelError, match="cost of a wrong yes"):
        choose_threshold(predictions, "m", wrong_yes=cost, wrong_no=1)


def test_an_unknown_model_or_sample_is_named():
    predictions = predictions_of([0.1, 0.9], [False, True])
    with pytest.raises(ModelError, match="no model 'forest'; these are known: m"):
        choose_threshold(predictions, "forest", wrong_yes=1, wrong_no=1)
    with pytest.raises(ModelError, match="no predictions for the test creators"):
        choose_threshold(predictions, "m", wrong_yes=1, wrong_no=1, sample="test")
