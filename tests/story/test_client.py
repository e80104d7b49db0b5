import re
from itertools import product

import pandas as pd
import pytest
from real_lists import FILES

import acquire
import model
import prepare
from tiktok import story
from tiktok.model.client import FACTS
from tiktok.story.client import ANSWERS, FIELD, KINDS, tabulate_clients

SIZES = [10_000 * 10 ** (4 * i / 19) for i in range(20)]  # from 10K to 100M
NUMBER = re.compile(r"\d[\d.,]*[KMB]?( %)?")
SHARES = ["fewer_subscribers", "fewer_views", "chance_low", "chance_high", "stayed", "succeeded"]
NEARLY = re.compile("less than 1 %|more than 99 %")


@pytest.fixture(
    scope="module", params=["sample", *[pytest.param(m, marks=pytest.mark.real_data) for m in FILES]]
)
def listed(request, panel_of_sample):
    if request.param == "sample":
        return model.describe_listed(panel_of_sample["2022-07"], panel_of_sample)
    folder = request.getfixturevalue("real_data_dir")
    panel = {m: prepare.clean(raw) for m, raw in acquire.get_panel(list(FILES), data_dir=folder).items()}
    return model.describe_listed(panel[request.param], panel)


def ask(listed, **one):
    compared = model.compare_clients(model.read_clients(one=one), listed)
    return compared.iloc[0], story.say_client(compared, listed).data


@pytest.fixture(scope="module")
def answers(listed):
    """Of twenty clients of all sizes: with few views, many, as many as anybody, and without."""
    views = [None, 1e3, *listed.creators["views"].quantile([0, 0.2, 0.8, 1]), 3e9]
    several = [{"subscribers": size, "views": seen} for size, seen in product(SIZES, views)]
    several += [{"views": seen, "likes": seen / 9, "comments": seen / 900, "shares": 0} for seen in views[1:]]
    return [ask(listed, **one) for one in several]


def test_no_answer_contradicts_itself(answers):
    for row, said in answers:
        assert not (pd.notna(row["chance_low"]) and pd.notna(row["views"])), said
        assert ("in the top quarter by engagement" in said) == pd.notna(row["chance_low"])
        assert ("would put it in" in said) == (row["of_threshold"] >= 1)
        assert not ("best quarter of them by views" in said and row["views_to_peers"] < 1)
        assert ("more than ten times that" in said) == (row["views_to_peers"] >= 10)
        assert ("less than a tenth" in said) == (row["views_to_peers"] <= 0.1)
        assert len(NEARLY.findall(said)) == sum(
            0 < row[fact] < 0.01 or 0.99 < row[fact] < 1 for fact in SHARES
        )
        assert ("far above" in said) == bool(row["far_above"])
        assert ("far below" in said) == bool(row["far_below"])
        assert ("Too few creators on this list" in said) == (row["peers"] < 5)


def test_every_number_in_an_answer_is_one_of_the_table(answers, listed):
    for row, said in answers:
        facts = {**row, "threshold": listed.threshold}
        written = {
            say(value)
            for value in facts.values()
            for say in list(KINDS.values())[:4]
            if isinstance(value, float) and pd.notna(value)
        }
        found = {match[0].rstrip(".,") for match in NUMBER.finditer(NEARLY.sub("", said))}
        assert found <= written, (found - written, said)


def test_no_factor_is_over_ten_and_nothing_is_not_a_number(answers):
    for _, said in answers:
        assert all(float(factor) <= 10 for factor in re.findall(r"([\d.]+) times", said))
        assert not re.search(r"nan|inf|none|e\+", said)


def test_an_answer_is_short_and_says_that_it_is_no_promise(answers):
    for _, said in answers:
        answer, _, note = said.partition("\n\n")
        sentences = answer.split(". ")
        assert 2 <= len(sentences) <= 7
        assert sentences[-1].endswith("no promise.")
        for sentence in sentences + note.split(". "):
            assert len([*NUMBER.finditer(sentence)]) <= 2, sentence


def test_nobody_named_is_told_how_and_sees_no_table(listed):
    compared = model.compare_clients(model.read_clients(), listed)
    assert "make report SUBSCRIBERS=1.2M VIEWS=800K" in story.say_client(compared, listed).data
    assert "CLIENTS=clients.csv" in story.say_client(compared, listed).data
    assert story.show_clients(compared) is None


def test_several_clients_are_a_ranked_table_in_which_names_do_no_harm(listed):
    names = ["<b>x</b>", "=HYPERLINK(1)", "\u202egnp"]
    clients = pd.concat(model.read_clients(one={"subscribers": size}) for size in ("1M", "9M", "2M"))
    compared = model.compare_clients(clients.assign(name=names).reset_index(drop=True), listed)
    table = tabulate_clients(compared)
    assert table["place"].tolist() == ["1", "2", "3"]
    assert table["subscribers"].tolist() == ["9M", "2M", "1M"]
    html = story.show_clients(compared).data
    assert "<b>" not in html
    assert "\u202e" not in html
    assert story.say_client(compared, listed).data.startswith("Of your 3 clients")


def test_every_fact_of_a_sentence_is_one_that_clients_have():
    known = {"threshold", "name", *prepare.METRICS, *FACTS}
    for part in (*ANSWERS["answer"].values(), *ANSWERS["note"].values()):
        for sentence in part:
            fields = FIELD.findall(sentence["text"])
            assert {fact for fact, _ in fields} | set(sentence.get("when", {})) <= known
            assert {kind for _, kind in fields} <= set(KINDS)
            assert sentence["text"].count("{") == len(fields)
