import csv
import doctest
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

import acquire
import prepare
from data.synthetic import measure_aggregates
from data.synthetic.measure_aggregates import MONTHS, format_aggregates, measure, read_lists, round_digits
from tiktok.explore import list_rule
from tiktok.lists.columns import list_score

DATA = Path(__file__).resolve().parent.parent / "data"
SAMPLE = DATA / "sample"
SYNTHETIC = DATA / "synthetic"
METRICS = ["subscribers", "views", "likes", "comments", "shares"]
PARTS = METRICS[1:]
SUMS = ["engagement", "interactions"]
STEPS = [f"{before}→{after}" for before, after in pairwise(MONTHS)]
HANDLE_COLUMN = {"2022-02": 2, "2022-06": 0, "2022-07": 1, "2022-09": 1, "2022-11": 1}
# where the row's number, and the first text count (and how far it is to the next) stand
NUMBER_COLUMN = {"2022-02": 1, "2022-07": 0, "2022-09": 0, "2022-11": 0}
FIRST_TEXT_COUNT = {"2022-06": (2, 2), "2022-07": (4, 1), "2022-09": (3, 2), "2022-11": (3, 1)}
TEXT_COUNT = re.compile(r"\d{1,3}|\d{1,3}(\.[1-9])?[KM]")

# what the real files hold: rows, creators, surplus rows with the same and with other numbers, blank names,
# creators without comments
ODDITIES = {
    "2022-02": (1000, 999, 1, 0, 2, 7),
    "2022-06": (1007, 990, 15, 2, 2, 1),
    "2022-07": (1000, 997, 3, 0, 2, 2),
    "2022-09": (1000, 996, 2, 2, 1, 1),
    "2022-11": (1001, 983, 14, 3, 0, 1),
}

RANKED = [month for month in MONTHS if month != "2022-06"]
every_month = pytest.mark.parametrize("month", MONTHS)
every_step = pytest.mark.parametrize("step", STEPS)


@pytest.fixture(scope="module")
def raw():
    return {month: acquire.get_tiktokers(month, source="sample") for month in MONTHS}


@pytest.fixture(scope="module")
def lists(raw):
    return {month: prepare.clean(df, month=month) for month, df in raw.items()}


@pytest.fixture(scope="module")
def found(lists):
    return measure(lists)


@pytest.fixture(scope="module")
def wanted():
    return json.loads((SYNTHETIC / "aggregates.json").read_text(encoding="utf-8"))


def read_rows(month):
    """Every row of the sample's file but its header; rows with nothing in them left out."""
    with open(SAMPLE / f"{month}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [row for row in rows if any(row)]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What a fresh run of the script writes, once the examples in its modules have run."""
    folder = tmp_path_factory.mktemp("sample") / "new"
    code = (
        "import doctest, sys, invented_names, make_sample, sample_categories, sample_panel, sample_videos\n"
        "drawn = (sample_categories, sample_panel, sample_videos)\n"
        "tried = [doctest.testmod(m) for m in (invented_names, make_sample, *drawn)]\n"
        "assert all(t.attempted for t in tried) and not any(t.failed for t in tried)\n"
        "make_sample.main()"
    )
    odd = os.environ | {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"}
    subprocess.run([sys.executable, "-c", code, folder], check=True, cwd=SYNTHETIC, env=odd)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_the_script_writes_the_same_bytes_again(written):
    committed = {path.name: path.read_bytes() for path in SAMPLE.iterdir() if path.name != ".gitattributes"}
    assert sorted(written) == sorted(committed)
    assert [name for name in written if written[name] != committed[name]] == []


def test_the_examples_of_measuring_run():
    assert doctest.testmod(measure_aggregates).failed == 0


def test_all_of_it_is_smaller_than_a_megabyte():
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 1_000_000


def test_it_says_that_it_is_synthetic_wherever_it_lies(raw, tmp_path):
    assert all(df.attrs["provenance"]["synthetic"] for df in raw.values())
    assert (SAMPLE / "README.md").read_text(encoding="utf-8").startswith("These lists are synthetic")
    elsewhere = shutil.copy(SAMPLE / "2022-09.csv", tmp_path / "top.csv")
    assert acquire.get_tiktokers(path=elsewhere).attrs["provenance"]["synthetic"]


@every_month
def test_deciles_are_within_a_tenth_of_the_real_ones(month, found, wanted):
    deciles = [wanted["probabilities"].index(tenth / 10) for tenth in range(1, 10)]
    here, there = found["months"][month]["quantiles"], wanted["months"][month]["quantiles"]
    for name in [*METRICS, *SUMS]:
        assert [here[name][d] for d in deciles] == pytest.approx(
            [there[name][d] for d in deciles], rel=0.1
        ), name


@every_month
def test_the_tails_are_as_heavy_as_the_real_ones(month, found, wanted):
    here, there = found["months"][month], wanted["months"][month]
    for metric in METRICS:
        ends = [0, 1, -2, -1] if metric != "comments" else [-2, -1]
        expected = [there["quantiles"][metric][end] for end in ends]
        # subscribers only grow, so that the highest ones of the last lists drift
        close = pytest.approx(expected, rel=0.2 if metric == "subscribers" else 0.15)
        assert [here["quantiles"][metric][end] for end in ends] == close, metric
        assert here["largest"][metric] == pytest.approx(there["largest"][metric], rel=0.5), metric


@every_month
def test_rank_correlations_are_near_the_real_ones(month, found, wanted):
    here = pd.DataFrame(found["months"][month]["spearman"])
    there = pd.DataFrame(wanted["months"][month]["spearman"])
    assert list(here) == list(there)
    assert (here - there).abs().max().max() <= 0.05
    assert (here - there).abs().loc[METRICS, METRICS].max().max() <= 0.02


@pytest.mark.parametrize("month", RANKED)
def test_the_order_is_that_of_the_product_but_for_rounding(month, found, wanted, lists):
    here, there = (months["months"][month]["rule_spearman"] for months in (found, wanted))
    assert here == pytest.approx(there, abs=0.0002)
    order = list_rule.check_list_order(lists[month]).iloc[0]
    assert order["pairs_contradict"] == 0
    assert order["within_rounding"] == 1
    assert order["places_off_median"] <= 3


@every_step
def test_creators_stay_and_leave_as_the_real_ones_do(step, found, wanted):
    here, there = found["steps"][step], wanted["steps"][step]
    assert here["stayed"] == pytest.approx(there["stayed"], abs=0.02)
    assert here["unchanged"] == pytest.approx(there["unchanged"], abs=0.02)
    assert here["stayed_by_subscribers"] == pytest.approx(there["stayed_by_subscribers"], abs=0.15)
    assert here["stayed_by_score"] == pytest.approx(there["stayed_by_score"], abs=0.16)


@every_step
def test_those_who_stay_keep_their_places_as_the_real_ones_do(step, found, wanted):
    assert found["steps"][step]["spearman"] == pytest.approx(wanted["steps"][step]["spearman"], abs=0.03)


@every_step
def test_subscribers_grow_as_the_real_ones_do(step, found, wanted):
    here, there = found["steps"][step]["growth"], wanted["steps"][step]["growth"]
    assert here == pytest.approx(there, rel=0.5, abs=0.02)


@pytest.mark.parametrize(("before", "after"), list(pairwise(MONTHS)))
def test_nobody_loses_subscribers(before, after, lists):
    then, now = (lists[month].set_index("handle")["subscribers"] for month in (before, after))
    both = then.index.intersection(now.index)
    assert len(both) > 300
    assert (now[both] >= then[both]).all()


def test_creators_come_back_as_often_as_the_real_ones(found, wanted):
    assert found["histories"]["returned"] == pytest.approx(wanted["histories"]["returned"], rel=0.15)
    assert found["histories"]["1"] == pytest.approx(wanted["histories"]["1"], rel=0.1)
    assert found["histories"]["5"] >= 0.7 * wanted["histories"]["5"]


def test_a_handle_keeps_its_name(lists):
    names = pd.concat([df[["handle", "name"]] for df in lists.values()]).fillna("")
    assert names.groupby("handle")["name"].nunique().max() == 1


@every_month
def test_surplus_rows_and_gaps_are_as_many_as_in_the_real_file(month, raw, lists):
    rows = read_rows(month)
    handles = pd.Series([row[HANDLE_COLUMN[month]] for row in rows])
    unnumbered = pd.DataFrame(rows).drop(columns=NUMBER_COLUMN.get(month, []))
    same = int(unnumbered.duplicated().sum())
    other = int(handles.duplicated().sum()) - same
    creators = lists[month]
    blank = int((creators["name"].fillna("") == "").sum())
    muted = int((creators["comments"] == 0).sum())
    assert (len(raw[month]), len(creators), same, other, blank, muted) == ODDITIES[month]


def test_july_repeats_three_creators_on_the_next_page_of_the_scrape():
    rows = read_rows("2022-07")
    seen = pd.DataFrame(rows)
    again = seen[seen[1].duplicated(keep=False)]
    assert again[0].tolist() == ["98", "99", "100", "101", "102", "103"]
    assert again.iloc[:3, 1:].to_numpy().tolist() == again.iloc[3:, 1:].to_numpy().tolist()


def test_numbers_of_the_rows_count_up_where_there_are_any():
    for month, column in NUMBER_COLUMN.items():
        assert [int(row[column]) for row in read_rows(month)] == list(range(1, len(read_rows(month)) + 1))


def test_second_scrapes_stand_further_down_with_lower_numbers(lists):
    for month in ("2022-09", "2022-11"):
        rows = pd.DataFrame(read_rows(month))
        again = rows[rows.duplicated(1) & ~rows.duplicated(rows.columns[1:].tolist())]
        kept = lists[month].set_index("handle").loc[again[1]]
        assert (again[0].astype(int).to_numpy() > kept["rank"].to_numpy()).all()
        assert (again.index.to_numpy() - kept["rank"].to_numpy() > 3).all()


def test_second_scrapes_stand_where_their_own_numbers_belong():
    for month in ("2022-09", "2022-11"):
        rows = pd.DataFrame(read_rows(month))
        first, step = FIRST_TEXT_COUNT[month]
        counts = rows[[first + step * k for k in range(5)]].apply(prepare.parse_counts)
        product = list_score(counts.set_axis(METRICS, axis=1))
        again = rows.index[rows.duplicated(1) & ~rows.duplicated(rows.columns[1:].tolist())]
        assert len(again) > 1
        for place in again:
            # a fourth of slack: counts are rounded to as little as two digits
            assert product[:place].min() > 0.75 * product[place]
            assert product[place + 1 :].max() < product[place] / 0.75


@pytest.mark.parametrize("month", list(FIRST_TEXT_COUNT))
def test_text_counts_are_spelled_as_the_lists_do(month):
    first, step = FIRST_TEXT_COUNT[month]
    counts = [row[place] for row in read_rows(month) for place in range(first, first + 5 * step, step)]
    assert [text for text in counts if not TEXT_COUNT.fullmatch(text)] == []
    assert {text[-1] for text in counts if not text[-1].isdigit()} == {"K", "M"}


def test_february_has_plain_numbers_with_the_noise_of_multiplication():
    numbers = [cell for row in read_rows("2022-02") for cell in row[5:10]]
    assert all(re.fullmatch(r"\d+\.\d+", cell) for cell in numbers)
    noisy = [cell for cell in numbers if not cell.endswith(".0")]
    assert 20 < len(noisy) < 500
    assert all(abs(float(cell) - round(float(cell))) < 1e-6 for cell in noisy)


def test_june_has_no_rank_and_is_sorted_by_handle(lists):
    handles = [row[0] for row in read_rows("2022-06")]
    plain = [handle for handle in handles if handle.isalnum()]
    assert plain == sorted(plain)
    assert lists["2022-06"]["rank"].isna().all()


def test_line_ends_are_those_of_the_month():
    files = {month: (SAMPLE / f"{month}.csv").read_bytes() for month in MONTHS}
    assert b"\r" not in files["2022-07"]
    assert files["2022-07"].endswith(b"\n")
    assert files["2022-02"].endswith(b"\r\n")
    assert all(files[month].count(b"\r\n") >= 999 for month in MONTHS if month != "2022-07")
    assert not any(files[month].endswith(b"\n") for month in ("2022-06", "2022-09", "2022-11"))
    assert b'"' not in files["2022-07"]
    assert files["2022-11"].splitlines(keepends=True)[2] == b",,,,,,,\r\n"


@every_month
def test_handles_and_links_look_like_handles(month):
    rows = read_rows(month)
    handles = [row[HANDLE_COLUMN[month]] for row in rows]
    assert [handle for handle in handles if not re.fullmatch(r"[a-z0-9._]{3,24}", handle)] == []
    shares = [
        sum(bool(re.search(kind, handle)) for handle in handles) / len(handles)
        for kind in (r"\.", "_", r"\d")
    ]
    assert all(0.05 < share < 0.25 for share in shares)
    link = {"2022-02": 4, "2022-07": 2}.get(month)
    if link:
        assert [row[link] for row in rows] == [f"https://www.tiktok.com/@{handle}" for handle in handles]


def test_names_come_in_several_scripts_and_with_emoji(lists):
    names = " ".join(lists["2022-07"]["name"].dropna())
    scripts = {unicodedata.name(character).split()[0] for character in names if character.isalpha()}
    assert {"LATIN", "ARABIC", "CYRILLIC", "THAI", "HANGUL", "CJK", "HIRAGANA", "MATHEMATICAL"} <= scripts
    assert {"🌙", "🇧🇷"[0], "\u200d", "’", "@"} <= set(names)
    written = [row[3] for row in read_rows("2022-07")]
    assert "888" in written
    assert sum(name != name.strip() for name in written) == 2


def test_one_july_creator_carries_much_of_views_with_shares(lists):
    july = lists["2022-07"]
    star = july.loc[july["shares"].idxmax()]
    assert (
        star["handle"]
        == july.loc[july["views"].idxmax(), "handle"]
        == july.loc[july["likes"].idxmax(), "handle"]
    )
    without = july[july["handle"] != star["handle"]]
    assert july["comments"].rank(ascending=False)[star.name] == 2
    assert stats.pearsonr(july["views"], july["shares"]).statistic > 0.3
    assert stats.pearsonr(without["views"], without["shares"]).statistic < 0.2
    assert stats.spearmanr(july["views"], july["shares"]).statistic < 0


@every_month
def test_pearson_and_spearman_disagree_on_subscribers_and_shares_as_in_the_real_list(month, lists):
    creators = lists[month]
    assert stats.spearmanr(creators["subscribers"], creators["shares"]).pvalue < 1e-6
    assert stats.pearsonr(creators["subscribers"], creators["shares"]).pvalue > 0.05


def test_february_has_a_creator_with_more_shares_than_views(lists):
    february = lists["2022-02"]
    odd = february[february["shares"] > february["views"]]
    assert len(odd) == 1
    assert odd["shares"].item() > 20 * odd["likes"].item()


def test_the_aggregates_give_nobody_away(wanted):
    assert min(wanted["probabilities"]) >= 0.005
    assert max(wanted["probabilities"]) <= 0.995
    for month in wanted["months"].values():
        outermost = [value for values in month["largest"].values() for value in values]
        assert all(value == round_digits(value, 1) for value in [*outermost, *month["smallest"].values()])
        assert all(q == round_digits(q, 3) for quantiles in month["quantiles"].values() for q in quantiles)


@pytest.mark.real_data
def test_the_aggregates_are_those_of_the_real_lists(real_data_dir):
    fresh = format_aggregates(measure(read_lists(real_data_dir)))
    assert (SYNTHETIC / "aggregates.json").read_text(encoding="utf-8") == fresh


@pytest.mark.real_data
def test_no_real_creator_and_no_real_row_is_in_the_sample(real_data_dir, lists):
    real = pd.concat(read_lists(real_data_dir).values())
    sample = pd.concat(lists.values())
    assert set(sample["handle"]) & set(real["handle"]) == set()
    assert sample[METRICS].merge(real[METRICS], how="inner").empty
    assert sample[PARTS].merge(real[PARTS], how="inner").empty


@pytest.mark.real_data
@every_month
def test_headers_are_those_of_the_real_file(month, real_data_dir):
    real = acquire.get_tiktokers(month, source="local", data_dir=real_data_dir)
    content = (real_data_dir / real.attrs["provenance"]["file"]).read_bytes()
    end = b"\r\n" if b"\r\n" in content else b"\n"
    assert (SAMPLE / f"{month}.csv").read_bytes().startswith(content.split(end)[0] + end)
