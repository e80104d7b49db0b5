import numpy as np
import pandas as pd
import pytest

from explore import ExploreError, correlation_tests
from tiktok.explore import earlier_claims, specification_curve
from tiktok.explore.earlier_claims import Claim
from tiktok.figures import SYNTHETIC_MARK
from tiktok.lists.columns import METRICS

N = 300
RELATED = Claim("shares", "views", True)
UNRELATED = Claim("shares", "subscribers", False)
SUM = Claim("engagement", "likes", True)


def unrelated_list(seed=1, n=N, **columns):
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({metric: np.exp(rng.normal(8, 1, n)).round() for metric in METRICS} | columns)
    df["interactions"] = df[["likes", "comments", "shares"]].sum(axis=1)
    return df.assign(engagement=df["interactions"] + df["views"])


def related_list(seed=1):
    views = np.exp(np.random.default_rng(seed).normal(8, 1, N))
    return unrelated_list(
        seed, views=views, shares=views * np.exp(np.random.default_rng(9).normal(0, 0.3, N))
    )


def estimates(specs, **choices):
    rows = specs
    for choice, level in choices.items():
        rows = rows[rows[choice] == level]
    return rows


def test_each_claim_is_tried_in_every_way():
    specs = specification_curve.try_specifications(
        {"a": unrelated_list(), "b": unrelated_list(2)}, [RELATED, SUM]
    )
    per_claim = specs.groupby("claim", sort=False).size()
    assert per_claim.to_dict() == {
        "views related to shares": 2 * 3 * 5,
        "likes related to engagement": 2 * 3 * 5 * 2,
    }
    assert not specs.duplicated(["claim", *specification_curve.CHOICES]).any()


def test_with_all_creators_the_answers_are_those_of_the_claim_table():
    df = unrelated_list(3)
    specs = specification_curve.try_specifications({"a": df}, rules=["all creators"])
    specs = specs[specs["definition"] != "interactions"].reset_index(drop=True)
    tried = earlier_claims.try_correlation_claims(df, halves=2)
    columns = ["claim", "n", "p", "p_holm"]
    pd.testing.assert_frame_equal(specs[columns], tried[columns], rtol=1e-9)
    np.testing.assert_allclose(specs["estimate"], tried["statistic"], rtol=1e-9)
    assert specs["holds"].tolist() == tried["holds"].tolist()


@pytest.mark.parametrize("rule", ["without the top 1 %", "inside log fences", "winsorised"])
def test_a_rule_about_outliers_is_what_it_says(rule):
    df = unrelated_list(4)
    df.loc[0, "comments"] = 1e9
    if rule == "without the top 1 %":
        kept = df[(df[list(METRICS)] <= df[list(METRICS)].quantile(0.99)).all(axis=1)]
    elif rule == "inside log fences":
        logs = np.log1p(df[list(METRICS)])
        q1, q3 = logs.quantile(0.25), logs.quantile(0.75)
        inside = (logs >= q1 - 1.5 * (q3 - q1)) & (logs <= q3 + 1.5 * (q3 - q1))
        kept = df[inside.all(axis=1)]
    else:
        kept = df.clip(df.quantile(0.01), df.quantile(0.99), axis=1)
    asked = [Claim("engagement", feature, True) for feature in METRICS]
    specs = specification_curve.try_specifications({"a": df}, asked, rules=[rule])
    specs = estimates(specs, definition="engagement")
    tests = correlation_tests(kept, "engagement", list(METRICS))
    for coefficient in ("pearson", "spearman", "pearson_log"):
        tried = estimates(specs, coefficient=coefficient)
        assert tried["n"].tolist() == tests["n"].tolist()
        for column, suffix in {
            "estimate": "",
            "low": "_low",
            "high": "_high",
            "p": "_p",
            "p_holm": "_p_holm",
        }.items():
            np.testing.assert_allclose(tried[column], tests[f"{coefficient}{suffix}"], rtol=1e-9)


def test_one_star_is_left_out_by_the_rule_about_influence():
    df = unrelated_list()
    df.loc[0, ["views", "shares"]] = 2e6
    specs = specification_curve.try_specifications({"a": df}, [RELATED]).query("coefficient == 'pearson'")
    by_rule = specs.set_index("outliers")
    assert by_rule.loc["all creators", "estimate"] > 0.9
    assert abs(by_rule.loc["without 5 influential", "estimate"]) < 0.2
    assert by_rule.loc["without 5 influential", "n"] == N - 5


def test_a_relation_that_everybody_shows_holds_in_all_specifications():
    specs = specification_curve.try_specifications({"a": related_list()}, [RELATED])
    summary = specification_curve.summarise_specifications(specs).iloc[0]
    assert (summary["holds"], summary["specifications"], summary["verdict"]) == (15, 15, "in all")
    assert (summary["positive"], summary["negative"], summary["none"]) == (15, 0, 0)
    assert summary["turns_on"] == summary["most_with"] == ""


def test_a_relation_of_one_star_turns_on_the_choice_that_sees_it():
    df = unrelated_list()
    df.loc[0, ["views", "shares"]] = 2e5
    specs = specification_curve.try_specifications({"a": df}, [RELATED], rules=["all creators"])
    summary = specification_curve.summarise_specifications(specs).iloc[0]
    assert (summary["holds"], summary["verdict"]) == (1, "in some")
    assert (summary["turns_on"], summary["most_with"]) == ("coefficient", "pearson")
    assert summary["exceptions"] == ""


def test_what_a_few_exceptions_have_in_common_is_named():
    df = related_list()
    df.loc[0, ["views", "shares"]] = [10, 1e9]  # hides the relation from Pearson's coefficient on counts
    specs = specification_curve.try_specifications({"a": df, "b": related_list(2)}, [RELATED])
    summary = specification_curve.summarise_specifications(specs).iloc[0]
    assert (summary["holds"], summary["specifications"], summary["verdict"]) == (29, 30, "in most")
    assert summary["exceptions"] == "Pearson, all creators, a"
    against = specs.assign(holds=~specs["holds"])
    assert (
        specification_curve.summarise_specifications(against).loc[0, "exceptions"]
        == "Pearson, all creators, a"
    )
    twice = specification_curve.try_specifications({"a": df, "b": df}, [RELATED])
    assert specification_curve.summarise_specifications(twice).loc[0, "exceptions"] == "Pearson, all creators"
    everywhere = specs[specs["holds"]]
    assert specification_curve.summarise_specifications(everywhere).loc[0, "exceptions"] == ""


def test_a_claim_of_no_relation_holds_where_nothing_is_significant():
    specs = specification_curve.try_specifications({"a": unrelated_list()}, [UNRELATED])
    assert specs["holds"].all()
    assert specs["sign"].eq("none").all()
    against = specification_curve.try_specifications({"a": related_list()}, [Claim("shares", "views", False)])
    assert not against["holds"].any()
    assert specification_curve.summarise_specifications(against).loc[0, "verdict"] == "in none"


def test_a_significant_relation_of_the_other_sign_is_not_what_was_claimed():
    """More with more was meant: more with less speaks against it as much as nothing does."""
    df = related_list().assign(shares=lambda df: 1e6 / df["shares"])
    specs = specification_curve.try_specifications({"a": df}, [RELATED])
    spearman = estimates(specs, coefficient="spearman")
    assert not spearman["holds"].any()
    assert spearman["sign"].eq("negative").all()


def test_a_part_of_the_sum_is_marked_by_the_definition_in_use():
    asked = [Claim("engagement", "views", True), Claim("engagement", "subscribers", True)]
    specs = specification_curve.try_specifications({"a": unrelated_list()}, asked, rules=["all creators"])
    marked = specs.groupby(["feature", "definition"])["part_of_target"].first()
    assert marked.to_dict() == {
        ("subscribers", "engagement"): False,
        ("subscribers", "interactions"): False,
        ("views", "engagement"): True,
        ("views", "interactions"): False,
    }
    summary = specification_curve.summarise_specifications(specs).set_index("feature")
    assert summary["part_of_target"].to_dict() == {"views": 3, "subscribers": 0}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"views": 7.0}, "views is constant"),
        ({"views": [np.nan] + [1.0, 2] * 149 + [3]}, "views has 1 missing or infinite values"),
    ],
)
def test_a_question_that_cannot_be_asked_is_neither_held_nor_refuted(spoil, reason):
    df = unrelated_list().assign(**spoil)
    specs = specification_curve.try_specifications({"a": df}, [RELATED, UNRELATED])
    unasked = estimates(specs, feature="views")
    assert unasked["reason"].eq(reason).all()
    assert unasked["holds"].isna().all()
    assert unasked["sign"].eq("").all()
    assert unasked["estimate"].isna().all()
    alone = specification_curve.try_specifications({"a": df}, [UNRELATED])
    pd.testing.assert_series_equal(
        estimates(specs, feature="subscribers")["p_holm"].reset_index(drop=True), alone["p_holm"]
    )
    assert specification_curve.summarise_specifications(specs)["feature"].tolist() == ["subscribers"]


def test_a_column_that_a_rule_makes_constant_gets_a_reason_under_this_rule_only():
    df = unrelated_list().assign(views=0.0)
    df.loc[0, "views"] = 5
    specs = specification_curve.try_specifications({"a": df}, [RELATED])
    reasons = specs.groupby("outliers")["reason"].first()
    assert reasons["all creators"] == ""
    assert reasons["winsorised"] == "a column is constant by the rule: winsorised"


def test_too_few_creators_get_a_reason_and_no_figure():
    specs = specification_curve.try_specifications({"a": unrelated_list(n=9)}, [RELATED])
    assert specs["reason"].eq("only 9 rows; at least 10 are needed").all()
    assert specification_curve.summarise_specifications(specs).empty
    with pytest.raises(ExploreError, match="no specification has an estimate"):
        specification_curve.plot_specifications(specs)


def test_a_rule_may_leave_too_few():
    specs = specification_curve.try_specifications({"a": unrelated_list(n=11)}, [RELATED])
    by_rule = specs.groupby("outliers")["reason"].first()
    assert by_rule["without the top 1 %"].endswith("creators left by the rule: without the top 1 %")
    assert by_rule["without 5 influential"] == ""


def test_wrong_questions_are_refused_in_a_sentence():
    with pytest.raises(ExploreError, match="holds no month"):
        specification_curve.try_specifications({})
    with pytest.raises(ExploreError, match="No outlier rule at random; there are all creators"):
        specification_curve.try_specifications({"a": unrelated_list()}, rules=["at random"])
    with pytest.raises(ExploreError, match="no column 'interactions'"):
        specification_curve.try_specifications({"a": unrelated_list().drop(columns="interactions")})


def test_shuffled_rows_and_new_names_change_no_estimate():
    df = unrelated_list(6).round(-3)  # rounded, so that there are ties
    other = df.sample(frac=1, random_state=1).reset_index(drop=True).assign(handle=range(N))
    plain, shuffled = (specification_curve.try_specifications({"a": one}) for one in (df, other))
    pd.testing.assert_frame_equal(plain, shuffled, rtol=1e-8, atol=1e-12)


def test_another_unit_of_a_metric_changes_no_rank_and_no_pearson():
    df = unrelated_list(6)
    other = df.assign(views=df["views"] * 1000)
    asked = [RELATED]
    plain, scaled = (
        specification_curve.try_specifications(
            {"a": one}, asked, rules=["all creators", "winsorised", "without 5 influential"]
        )
        for one in (df, other)
    )
    unscaled = plain["coefficient"] != "pearson_log"
    pd.testing.assert_frame_equal(plain[unscaled], scaled[unscaled], rtol=1e-8)


def test_perfectly_related_columns_have_an_interval_and_no_warning():
    df = unrelated_list().assign(shares=lambda df: df["views"])
    specs = specification_curve.try_specifications({"a": df}, [RELATED], rules=["all creators"])
    np.testing.assert_allclose(specs[["estimate", "low", "high"]], 1)


def test_the_figure_has_a_curve_and_a_row_of_cells_for_each_claim_and_counts_in_its_titles():
    panel = {"a": related_list(), "b": unrelated_list()}
    specs = specification_curve.try_specifications(panel, [RELATED, SUM])
    fig = specification_curve.plot_specifications(specs)
    assert len(fig.axes) == 3
    assert len(fig.axes[-1].images) == 2
    titles = [ax.get_title() or ax.get_title(loc="left") for ax in fig.axes]
    counts = specification_curve.summarise_specifications(specs).iloc[0]
    assert f"views related to shares: {counts['holds']} of 30" in titles
    assert f"views related to shares: holds in {counts['holds']} of 30" in fig.get_label()
    assert "(part of the sum in 60)" in fig.get_label()
    drawn = sum(len(line.get_xdata()) for line in fig.axes[0].lines[:-1])
    assert drawn == 30


def test_the_figure_of_one_claim_has_no_column_for_a_choice_it_lacks():
    specs = specification_curve.try_specifications({"a": related_list()}, [RELATED])
    fig = specification_curve.plot_specifications(specs)
    levels = [label.get_text() for label in fig.axes[-1].get_xticklabels()]
    assert levels == [
        "Pearson",
        "Spearman",
        "Pearson on logs",
        "",
        *specification_curve.OUTLIER_RULES,
        "",
        "a",
    ]


def test_a_synthetic_list_stays_marked():
    df = related_list()
    df.attrs["provenance"] = {"synthetic": True}
    specs = specification_curve.try_specifications({"a": df}, [RELATED])
    assert specification_curve.plot_specifications(specs).get_label().startswith(SYNTHETIC_MARK)
    assert specification_curve.summarise_specifications(specs).attrs == df.attrs


@pytest.mark.real_data
def test_on_the_real_months_the_exceptions_are_those_that_pearson_makes(real_data_dir):
    acquire = pytest.importorskip("acquire")
    import prepare

    panel = {
        month: prepare.clean(raw, month=month)
        for month, raw in acquire.get_panel(source="local", data_dir=real_data_dir).items()
    }
    specs = specification_curve.try_specifications(panel)
    claim = estimates(specs, claim="subscribers not related to shares")
    assert set(claim.loc[claim["holds"], "coefficient"]) == {"pearson"}
    comments = estimates(specs, claim="comments related to shares")
    assert comments.loc[~comments["holds"], ["month", "outliers"]].to_numpy().tolist() == [
        ["2022-02", "all creators"]
    ]
