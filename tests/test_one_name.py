"""Wherever a list of names is taken, one name is taken too: "views" means ["views"]."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

import acquire
import explore
import model
import prepare
from tiktok.lists.columns import takes_names


@pytest.fixture(scope="module")
def sample():
    creators = prepare.clean(acquire.get_tiktokers("2022-07", source="sample"))
    return {
        "creators": creators.assign(top=creators["engagement"] > 4e6),
        "panel": {"2022-06": creators, "2022-07": creators},
        "split": prepare.label_success(prepare.split_creators(model.add_features(creators))),
    }


@pytest.mark.parametrize(
    ("function", "of", "before", "name"),
    [
        (explore.correlation_tests, "creators", ["shares"], "views"),
        (explore.plot_relationships, "creators", ["shares"], "views"),
        (explore.describe_distributions, "creators", [], "views"),
        (explore.plot_distributions, "creators", [], "views"),
        (explore.compare_groups, "creators", ["top"], "shares"),
        (explore.compare_quartiles, "creators", ["engagement"], "shares"),
        (explore.compare_top_quarters, "panel", [], "shares"),
        (explore.leave_creators_out, "creators", ["shares"], "views"),
        (explore.compare_profiles, "panel", [], "engagement"),
        (explore.compare_targets, "panel", [], "shares"),
        (explore.correlations_by_month, "panel", [], {"shares": "views"}),
        (model.predict_regressors, "split", ["engagement"], "subscribers"),
        (model.compare_regressors, "split", ["engagement"], "subscribers"),
        (model.cross_validate_regressors, "split", ["engagement"], "subscribers"),
        (model.predict_classifiers, "split", [], "subscribers"),
        (model.cross_validate_classifiers, "split", [], "subscribers"),
        (model.predict_intervals, "split", ["engagement"], "subscribers"),
    ],
)
def test_one_name_is_a_list_of_one(sample, function, of, before, name):
    several = {key: [value] for key, value in name.items()} if isinstance(name, dict) else [name]
    one, as_list = (function(sample[of], *before, names) for names in (name, several))
    if isinstance(one, Figure):
        assert one.get_label() == as_list.get_label()
    else:
        pd.testing.assert_frame_equal(one, as_list)


def test_a_function_that_takes_one_name_keeps_its_face_and_its_complaints():
    @takes_names("columns")
    def count(columns, *, twice=False):
        """Count columns."""
        return len(columns) * (1 + twice)

    assert count.__doc__ == "Count columns."
    assert (count("views"), count(["a", "b"], twice=True), count(columns="a")) == (1, 4, 1)
    with pytest.raises(TypeError, match="missing a required argument: 'columns'"):
        count()
