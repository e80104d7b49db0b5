import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acquire import get_tiktokers
from prepare import clean, label_success, split_creators
from tiktok.leakage.audit import LeakageError, ModelError, audit_leakage, audit_split, require_no_leakage
from tiktok.lists import columns

METRICS, PARTS = list(columns.METRICS), list(columns.ENGAGEMENT_PARTS)
INTERACTIONS = list(columns.INTERACTION_PARTS)
COLUMNS = ["check", "features", "evidence", "verdict", "formula", "coefficients", "score"]


def made_up(n=300, seed=0):
    """Counts as in a list: five orders of magnitude between the columns, heavy tails, three digits each."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, 1))
    logs = 0.5 * shared + rng.normal(size=(n, 5))
    counts = np.exp(logs * [1.2, 0.8, 0.9, 1.3, 1.3] + [15, 14.8, 12.6, 7.6, 5.0])
    df = pd.DataFrame(counts, columns=METRICS).map(lambda v: float(f"{v:.3g}")).round()
    return df.assign(
        engagement=df[PARTS].sum(axis=1),
        interactions=df[INTERACTIONS].sum(axis=1),
        engagement_rate=df[INTERACTIONS].sum(axis=1) / df["views"],
        likes_per_view=df["likes"] / df["views"],
    )


def found(audit, verdicts=("leak",)):
    return audit[audit["verdict"].isin(verdicts)]


def finding(audit, check):
    (row,) = audit[audit["check"] == check].to_dict("records")
    return row


def published_analyses(df):
    """Five analyses as people publish them, rebuilt: features and a target."""
    return {
        "success from its parts": (df[PARTS], df["engagement"] >= df["engagement"].quantile(0.75)),
        "many subscribers from subscribers": (df[METRICS], df["subscribers"] > 10_000_000),
        "liked from likes per view": (df[["likes_per_view", "views"]], df["likes"] > df["likes"].median()),
        "engaged audience": (
            df[[*INTERACTIONS, "subscribers"]],
            df["interactions"] / df["subscribers"] > df["interactions"].sum() / df["subscribers"].sum(),
        ),
        "rank from the metrics": (df[METRICS], df["rank"]),
    }


PUBLISHED = [
    "success from its parts",
    "many subscribers from subscribers",
    "liked from likes per view",
    "engaged audience",
    "rank from the metrics",
]


@pytest.fixture(scope="module")
def sample():
    df = clean(get_tiktokers("2022-07", source="sample"))
    return df.assign(likes_per_view=df["likes"] / df["views"])


@pytest.fixture(scope="module")
def july(real_data_dir):
    df = clean(get_tiktokers("2022-07", data_dir=real_data_dir, source="local"))
    return df.assign(likes_per_view=df["likes"] / df["views"])


@pytest.mark.parametrize("creators", ["sample", pytest.param("july", marks=pytest.mark.real_data)])
@pytest.mark.parametrize("analysis", PUBLISHED)
def test_published_analyses_are_flagged(request, creators, analysis):
    X, y = published_analyses(request.getfixturevalue(creators))[analysis]
    verdicts = ("leak", "suspect") if analysis == "rank from the metrics" else ("leak",)
    assert len(found(audit_leakage(X, y.rename("target")), verdicts))


@pytest.mark.real_data
def test_engagement_on_the_real_list_is_an_addition_and_seven_per_cent_a_cut(july):
    sum_ = finding(audit_leakage(july[METRICS], july["engagement"]), "sum")
    assert sum_["formula"] == "engagement = 1·views + 1·likes + 1·comments + 1·shares"
    hot = (july["interactions"] / july["subscribers"] > 0.07).rename("hot")
    cut = finding(audit_leakage(july[[*INTERACTIONS, "subscribers"]], hot), "threshold of a combination")
    assert cut["formula"] == "hot = [(likes + comments + shares) / subscribers > 0.07]"
    assert finding(audit_leakage(july[["views"]], july["engagement"]), "one feature carries nearly all")[
        "score"
    ] == pytest.approx(0.996**2, abs=0.001)


def test_engagement_is_recovered_as_the_sum_of_its_four_parts(sample):
    row = finding(audit_leakage(sample[METRICS], sample["engagement"]), "sum")
    assert row["verdict"] == "leak"
    assert row["features"] == tuple(PARTS)
    assert row["formula"] == "engagement = 1·views + 1·likes + 1·comments + 1·shares"
    assert row["coefficients"] == pytest.approx({**dict.fromkeys(PARTS, 1.0), "const": 0.0}, abs=1e-6)


@pytest.mark.slow
def test_planted_relations_of_every_kind_are_leaks_and_are_written_down():
    df = made_up()
    logs = np.log1p(df[METRICS]).add_prefix("log_")
    two = df["views"] + df["likes"]
    planted = {
        "y = 2·views - 0.5·likes + 1,000": (df[METRICS], 2 * df["views"] - df["likes"] / 2 + 1000),
        "y = log(1·views + 1·likes)": (df[METRICS], np.log(two)),
        "y = log10(1·views + 1·likes + 1)": (df[METRICS], np.log10(two + 1)),
        "y = sqrt(1·views + 1·likes)": (df[METRICS], np.sqrt(two)),
        "y = log(1·exp(log_views) + 1·exp(log_likes) - 1)": (logs, np.log1p(two)),
        "y = engagement_rate·views": (df[["engagement_rate", "views"]], df["interactions"]),
        "y = 1,000·likes / views": (df[METRICS], 1000 * df["likes"] / df["views"]),
        "y = views^0.5·likes / shares^2": (df[METRICS], df["views"] ** 0.5 * df["likes"] / df["shares"] ** 2),
        "y = (1·likes + 1·comments + 1·shares) / views": (df[METRICS], df["engagement_rate"]),
        "y = views · (1·engagement_rate + 1)": (df[["engagement_rate", "views"]], df["engagement"]),
        "y rises with views + likes + comments + shares": (df[METRICS], df["engagement"].rank()),
        "y falls with views + likes": (df[METRICS], two.rank(ascending=False)),
        "y = [subscribers > 10,000,000]": (df[METRICS], df["subscribers"] > 1e7),
        "y = [likes < 100,000]": (df[METRICS], df["likes"] < 1e5),
        "y = [subscribers + views > 8,000,000]": (df[METRICS], df["views"] + df["subscribers"] > 8e6),
        "y = [(views + likes) / subscribers > 0.8]": (df[METRICS], two / df["subscribers"] > 0.8),
        "y = [likes_per_view·views > 300,000]": (df[["likes_per_view", "views"]], df["likes"] > 300_000),
    }
    for formula, (X, y) in planted.items():
        leaks = found(audit_leakage(X, y.rename("y")))
        assert formula in leaks["formula"].tolist()
        assert (leaks["score"] > 0.98).all()


def test_a_rank_all_but_determined_is_suspect():
    df = made_up(1000)
    score = df["views"] * df["likes"] * (df["comments"] + df["shares"])
    row = finding(audit_leakage(df[METRICS], score.rank(ascending=False)), "few features carry nearly all")
    assert row["verdict"] == "suspect"
    assert set(row["features"]) <= set(PARTS)
    assert row["score"] > 0.9


def test_a_small_part_is_not_taken_for_noise():
    df = made_up()
    small = df.assign(shares=df["shares"] * 1e-5)
    row = finding(audit_leakage(small, (small["views"] + 3 * small["shares"]).rename("y")), "sum")
    assert row["coefficients"] == pytest.approx({"views": 1.0, "shares": 3.0, "const": 0.0}, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.floats(0.1, 10) | st.floats(-10, -0.1), min_size=2, max_size=2),
    st.lists(st.integers(-2, 4), min_size=3, max_size=3),
    st.floats(-100, 100),
)
def test_any_combination_is_recovered_at_any_scale(weights, powers, constant):
    X = pd.DataFrame(np.random.default_rng(0).lognormal(sigma=1.5, size=(80, 3)) * 10.0 ** np.array(powers))
    X.columns = ["a", "b", "c"]
    y = weights[0] * X["a"] + weights[1] * X["c"] + constant
    row = finding(audit_leakage(X, y.rename("y")), "sum")
    assert row["features"] == ("a", "c")
    assert [row["coefficients"][name] for name in "ac"] == pytest.approx(weights, rel=1e-6)


def test_the_smallest_set_is_named_among_copies_and_constants():
    df = made_up()
    X = pd.concat([df[METRICS], df[PARTS].add_suffix("_again"), df[["interactions"]]], axis=1).assign(one=1.0)
    assert finding(audit_leakage(X, df["engagement"]), "sum")["features"] in [
        ("views", "interactions"),
        ("views_again", "interactions"),
    ]


def test_a_part_that_carries_nearly_all_is_a_leak_with_its_share():
    df = made_up()
    y = (df["views"] + 0.1 * df["interactions"]).rename("reach")
    row = finding(audit_leakage(df[["subscribers", "views"]], y), "one feature carries nearly all")
    share = (df["views"] / y).median()
    assert (row["verdict"], row["features"]) == ("leak", ("views",))
    assert f"{share:.0%} of reach" in row["evidence"]


def test_a_noisy_copy_is_suspect_and_bounds_can_be_moved():
    df = made_up()
    y = (df["views"] * np.exp(0.2 * np.random.default_rng(1).normal(size=len(df)))).rename("y")
    one = "one feature carries nearly all"
    assert finding(audit_leakage(df[METRICS], y), one)["verdict"] == "suspect"
    assert finding(audit_leakage(df[METRICS], y, r2_bound=0.99), one)["verdict"] == "clear"


def test_a_label_all_but_given_by_one_feature_is_a_leak():
    df = made_up(1000)
    noise = np.exp(0.05 * np.random.default_rng(1).normal(size=len(df)))
    audit = audit_leakage(df[METRICS], df["likes"] * noise > df["likes"].median())
    row = finding(audit, "one feature carries nearly all")
    assert (row["verdict"], row["features"]) == ("leak", ("likes",))
    assert 0.995 < row["score"] < 0.9999


@pytest.mark.parametrize(
    ("features", "target"),
    [
        (["subscribers"], "engagement"),
        (["subscribers", "views"], "interactions"),
        (["subscribers", "views", "likes", "comments"], "shares"),
        (["subscribers", "name_length", "has_digit"], "success"),
        (["subscribers", "likes_per_1000_views", "shares_per_1000_views"], "success"),
    ],
)
def test_honest_sets_are_clear(sample, features, target):
    df = sample.assign(
        name_length=sample["handle"].str.len(),
        has_digit=sample["handle"].str.contains(r"\d"),
        likes_per_1000_views=1000 * sample["likes"] / sample["views"],
        shares_per_1000_views=1000 * sample["shares"] / sample["views"],
        success=sample["engagement"] >= sample["engagement"].quantile(0.75),
    )
    audit = require_no_leakage(df[features], df[target])
    assert set(audit["verdict"]) == {"clear"}
    assert audit.columns.tolist() == COLUMNS


@pytest.mark.real_data
def test_honest_sets_are_clear_on_the_real_list(july):
    success = (july["engagement"] >= july["engagement"].quantile(0.75)).rename("success")
    for features, y in (
        (["subscribers"], july["engagement"]),
        (["subscribers", "views"], july["interactions"]),
        (["subscribers", "views", "likes", "comments"], july["shares"]),
        (["subscribers"], success),
        (["subscribers", "engagement_rate"], success),
    ):
        assert set(audit_leakage(july[features], y)["verdict"]) == {"clear"}, (features, y.name)


def random_case(rng):
    """Features and a target that know nothing of each other."""
    n, p = int(rng.choice([50, 60, 100, 200])), int(rng.integers(1, 13))
    X = rng.normal(size=(n, p)) @ (np.eye(p) + rng.normal(size=(p, p)) * rng.integers(0, 2))
    tail = rng.integers(0, 4)
    X = [X, np.exp(X), np.round(np.exp(X + 5)), rng.standard_cauchy((n, p))][tail]
    y = [
        lambda: rng.permutation(n) < n // 4,
        lambda: rng.random(n) < 0.5,
        lambda: np.exp(2 * rng.normal(size=n)),
        lambda: rng.standard_cauchy(n),
    ][rng.integers(0, 4)]()
    return pd.DataFrame(X).add_prefix("x"), pd.Series(y, name="y")


@pytest.mark.slow
def test_random_data_raise_no_more_than_one_alarm_in_a_hundred(share):
    rng = np.random.default_rng(5)
    audits = [audit_leakage(*random_case(rng)) for _ in range(share(100))]
    assert sum((audit["verdict"] != "clear").any() for audit in audits) <= 1


def test_good_but_honest_predictors_raise_no_alarm():
    rng = np.random.default_rng(3)
    for n in (60, 120, 400):
        X = pd.DataFrame(rng.normal(size=(n, 6))).add_prefix("x")
        score = X["x0"] + X["x1"] + 0.7 * rng.normal(size=n)
        for y in (score > score.quantile(0.75), np.exp(score)):
            assert set(audit_leakage(np.exp(X), y.rename("y"))["verdict"]) == {"clear"}


def test_few_rows_parted_by_many_weights_are_no_leak():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(60, 55))).add_prefix("x")
    y = pd.Series(rng.permutation(60) < 20, name="y")
    assert set(audit_leakage(X, y)["verdict"]) == {"clear"}
    numbers = pd.Series(rng.normal(size=60), name="y")
    assert set(audit_leakage(X, numbers)["verdict"]) == {"clear"}


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["engagement", "shares", "success", "place"]))
def test_the_order_of_the_rows_changes_nothing(random, target):
    df = made_up(120).assign(handle=[f"h{i}" for i in range(120)])
    df = df.assign(success=df["engagement"] > 5e6, place=df["engagement"].rank())
    rows = random.sample(range(120), 120)
    audits = [audit_leakage(part[METRICS], part[target]) for part in (df, df.iloc[rows])]
    pd.testing.assert_frame_equal(*audits, check_exact=True)


def test_the_same_seed_gives_the_same_bytes_and_arguments_stay_as_they_were():
    df = made_up(120)
    X, y = df[METRICS].copy(), df["interactions"].copy()
    first = audit_leakage(X, y).to_json()
    assert first == audit_leakage(X, y).to_json()
    pd.testing.assert_frame_equal(X, df[METRICS])
    pd.testing.assert_series_equal(y, df["interactions"])


def test_numbers_may_come_in_any_numeric_dtype():
    df = made_up()
    flag = (df["views"] > 3e6).rename("flag")
    X = df[METRICS].astype({"views": "Int64", "likes": "int64", "shares": "float32"}).assign(flag=flag)
    assert finding(audit_leakage(X, df["engagement"]), "sum")["features"] == tuple(PARTS)
    label = (df["engagement"] > df["engagement"].median()).rename("y")
    as_numbers = audit_leakage(X[PARTS], label.astype(int))
    pd.testing.assert_frame_equal(as_numbers, audit_leakage(X[PARTS], label))
    pd.testing.assert_frame_equal(as_numbers, audit_leakage(X[PARTS], label.astype("boolean")))


def test_the_refusal_names_features_and_formula_in_one_sentence():
    df = made_up()
    with pytest.raises(LeakageError) as refused:
        require_no_leakage(df[METRICS], df["engagement"])
    assert str(refused.value) == (
        "views, likes, comments and shares rebuild engagement: engagement = 1·views + 1·likes + 1·comments + "
        "1·shares; leave one of them out, or pass allow_leakage=True to see what happens."
    )
    with pytest.raises(LeakageError, match=r"^likes carries nearly all of interactions: R² 0\.9\d\d in"):
        require_no_leakage(df[["likes"]], df["interactions"])


def test_who_allows_leakage_gets_the_audit_and_no_refusal():
    df = made_up()
    audit = require_no_leakage(df[METRICS], df["engagement"], allow_leakage=True)
    assert len(found(audit))
    with pytest.raises(ModelError, match="too few"):
        require_no_leakage(df[METRICS].head(20), df["engagement"].head(20), allow_leakage=True)


def test_the_target_inside_is_a_leak_under_any_name():
    df = made_up()
    for inside in ("engagement", "total"):
        X = df[["subscribers"]].assign(**{inside: df["engagement"]})
        row = finding(audit_leakage(X, df["engagement"]), "target among the features")
        assert (row["verdict"], row["features"]) == ("leak", (inside,))
    with pytest.raises(LeakageError, match="engagement among the features is the target engagement itself"):
        require_no_leakage(df[["engagement"]], df["engagement"])


def test_a_wide_target_of_both_signs_with_a_zero_is_audited():
    X = made_up(100)[METRICS]
    change = pd.Series(np.random.default_rng(1).normal(size=100).round(1) * 1000, name="change")
    change[0] = 0.0
    assert set(audit_leakage(X, change)["verdict"]) == {"clear"}


def test_names_with_braces_are_written_as_they_are():
    X = made_up(60)[["views", "likes", "shares"]].set_axis(["{a}", "b{", "c"], axis=1)
    row = finding(audit_leakage(X, ((X["{a}"] + X["c"]) * X["b{"]).rename("{y}")), "product or ratio")
    assert row["formula"] == "{y} = b{ · (1·{a} + 1·c)"


def test_columns_may_be_named_by_numbers():
    X = pd.DataFrame(np.random.default_rng(0).lognormal(size=(60, 2)))
    with pytest.raises(LeakageError, match=r"^0 and 1 rebuild 7: 7 = 1·0 \+ 1·1; "):
        require_no_leakage(X, (X[0] + X[1]).rename(7))
    with pytest.raises(LeakageError, match=r"^1 among the features is the target 7 itself; "):
        require_no_leakage(X, X[1].rename(7))


def test_the_targets_name_on_other_values_is_suspect_and_still_looked_into():
    df = made_up()
    audit = audit_leakage(df[["views"]], df["views"] > 3e6)
    assert finding(audit, "target among the features")["verdict"] == "suspect"
    assert finding(audit, "threshold of one feature")["formula"] == "views = [views > 3,000,000]"


def bad_inputs():
    df = made_up(60)
    X, y = df[METRICS], df["engagement"]
    holed = X.assign(views=X["views"].where(X.index != 7))
    return {
        r"^The feature views has 1 missing value, first in row 7: ": (holed, y),
        r"^The feature likes has 60 infinite values, first in row 0: ": (X.assign(likes=-np.inf), y),
        r"^The target engagement has 1 missing value, first in row 3: ": (X, y.where(y.index != 3)),
        r"^The target engagement has 1 infinite value, first in row 3: ": (X, y.where(y.index != 3, np.inf)),
        r"^The target engagement is 5\.0 in all 60 rows, a constant: ": (X, y * 0 + 5),
        r"^The target engagement is False in all 60 rows, one class only: ": (X, y < 0),
        r"^The rarer class of the target engagement has 4 of 60 rows: at least 5 ": (X, y.rank() > 56),
        r"^There are 49 rows, too few to model: at least 50 are needed\.$": (X.head(49), y.head(49)),
        r"^The feature views holds str, not numbers: ": (X.assign(views="many"), y),
        r"^X \(60 rows\) and y \(59\) carry different row labels: ": (X, y.tail(59)),
        r"^X has no columns: ": (X[[]], y),
        r"^X has two columns named views: ": (X[["views", "views"]], y),
        r"^X must be a DataFrame of features and y a Series, not ndarray and Series\.$": (X.to_numpy(), y),
    }


@pytest.mark.parametrize("message", bad_inputs())
def test_bad_input_gets_one_sentence(message):
    X, y = bad_inputs()[message]
    with pytest.raises(ModelError, match=message) as refused:
        audit_leakage(X, y)
    assert str(refused.value).count(". ") == 0
    assert str(refused.value).endswith(".")


def test_a_split_by_creator_is_clear(sample):
    split = label_success(split_creators(sample))
    audit = audit_leakage(split.train[["subscribers"]], split.train["success"], split=split)
    checks = ["same creator on both sides", "same row on both sides"]
    assert audit["check"].tolist()[-2:] == checks
    assert set(audit["verdict"]) == {"clear"}


def test_a_creator_on_both_sides_is_a_leak(sample):
    split = split_creators(sample)
    handle = split.train["handle"].iloc[0]
    stranger = split.train.head(1).assign(views=1.0, handle=handle.upper())
    mixed = split._replace(test=pd.concat([split.test, stranger]))
    row = finding(audit_split(mixed), "same creator on both sides")
    assert row["verdict"] == "leak"
    assert row["evidence"] == f"1 creator stands in train and in test, such as {handle!r}"
    with pytest.raises(LeakageError, match=r"^The split leaks: 1 creator stands in train and in test"):
        require_no_leakage(split.train[["subscribers"]], split.train["engagement"], split=mixed)


def test_a_row_on_both_sides_is_a_leak_under_another_handle_and_rank(sample):
    split = split_creators(sample)
    renamed = split.train.head(2).assign(handle=["one_more", "two_more"], rank=[998.0, 999.0])
    audit = audit_split({"train": split.train, "test": pd.concat([split.test, renamed])})
    assert finding(audit, "same creator on both sides")["verdict"] == "clear"
    row = finding(audit, "same row on both sides")
    assert row["verdict"] == "leak"
    assert row["evidence"].startswith("2 rows stand in train and in test")


def test_rows_that_agree_by_chance_are_no_leak():
    rng = np.random.default_rng(0)
    parts = [pd.DataFrame({"stars": rng.integers(1, 6, size=100)}) for _ in range(2)]
    (row,) = audit_split(parts).to_dict("records")
    assert (row["check"], row["verdict"]) == ("same row on both sides", "clear")


def test_only_numbers_that_all_parts_have_are_compared():
    train, test = pd.DataFrame({"handle": ["a"], "views": [1.0]}), pd.DataFrame({"handle": ["b"]})
    assert audit_split([train, test])["check"].tolist() == ["same creator on both sides"]
    assert audit_split([train[["views"]], test[[]]]).columns.tolist() == COLUMNS


def test_what_is_no_split_gets_one_sentence(sample):
    for no_split in ([sample], 3, ["train", "test"], {}):
        with pytest.raises(ModelError, match=r"^A split must be two or more DataFrames"):
            audit_split(no_split)
    with pytest.raises(ModelError, match=r"^In the split part 2 has no column handle: add it"):
        audit_split([sample, sample.drop(columns="handle")])
