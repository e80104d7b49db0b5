import re
from itertools import product

import pandas as pd
import pytest
from real_lists import FILES

import acquire
import model
import prepare
from tiktok import story
from tiktok.model.client import FACTS, FEW_SIMILAR, FEWEST_PEERS
from tiktok.story.client import ANSWERS, FIELD, KINDS, _say_paragraphs, tabulate_clients

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
    [answer] = ask_all(listed, [one])
    return answer


def ask_all(listed, several):
    """What is known of each client, and what is said of it by itself."""
    clients = pd.concat([model.read_clients(one=one) for one in several], ignore_index=True)
    compared = model.compare_clients(clients, listed)
    rows = range(len(compared))
    return [(compared.iloc[row], story.say_client(compared.iloc[[row]], listed).data) for row in rows]


@pytest.fixture(scope="module")
def answers(listed):
    """Of twenty clients of all sizes: with few views, many, as many as anybody, and without."""
    views = [None, 1e3, *listed.creators["views"].quantile([0, 0.2, 0.8, 1]), 3e9]
    several = [{"subscribers": size, "views": seen} for size, seen in product(SIZES, views)]
    several += [{"views": seen, "likes": seen / 9, "comments": seen / 900, "shares": 0} for seen in views[1:]]
    return ask_all(listed, several)


LABELS = ("Size", "Views", "Now", "On the next list")


def paragraph(said, label):
    return next((text for text in said.split("\n\n") if text.startswith(label)), "")


def test_no_answer_contradicts_itself(answers):
    for row, said in answers:
        assert not (pd.notna(row["chance_low"]) and pd.notna(row["views"])), said
        assert ("A model fitted to the whole list" in said) == pd.notna(row["chance_low"])
        assert ("in the list's top quarter by engagement" in said) == pd.notna(row["peers_in_top"])
        assert ("wide guess" in said) == (pd.notna(row["chance_low"]) and row["peers"] < 20)
        assert ("would put it" in said) == (row["of_threshold"] >= 1)
        assert (": in the top quarter" in said) == (row["of_usual_low"] >= 1)
        assert ("still below" in said) == (row["of_usual_high"] <= 0.99)
        assert not ("best quarter of them by views" in said and row["views_to_peers"] < 1)
        assert ("more than ten times that" in said) == (row["views_to_peers"] >= 10)
        assert ("less than a tenth" in said) == (row["views_to_peers"] <= 0.1)
        told = "Size|Views|Now|On the next list" if row["similar_listed"] >= 20 else "Size|Views|Now"
        nearly = " ".join(part for part in said.split("\n\n") if re.match(told, part))
        assert len(NEARLY.findall(re.sub("Likes, [^.]*|Among [^.]*", "", nearly))) <= sum(
            0 < row[fact] < 0.01 or 0.99 < row[fact] < 1 for fact in SHARES
        )
        assert ("far above" in said) == bool(row["far_above"])
        assert ("far below" in said) == bool(row["far_below"])
        assert ("Too few creators on this list" in said) == (row["peers"] < 5)


def test_no_number_stands_beside_the_same_number_as_another(answers):
    for _, said in answers:
        assert not re.search(r"(\d[\d.]*[KMB]?)( %)? to \1\2(?![\d.])", said), said
        assert not re.search(r"comes to (\S+) a video; the list's top quarter begins at \1\.", said), said


def test_a_share_of_the_next_list_says_of_how_many_and_few_are_counted(answers):
    for row, said in answers:
        followed = paragraph(said, "On the next list:")
        assert ("%" in followed) == (row["similar_listed"] >= 20 and row["stayed"] > 0)
        assert ("too few" in followed) == (row["similar_listed"] < 5)
        if row["similar_listed"] >= 5:
            assert f"{row['similar_listed']:,.0f} entries" in followed
            assert ("only" in followed) == (row["similar_listed"] < 20)


def test_every_number_in_an_answer_is_one_of_the_table(answers, listed):
    for row, said in answers:
        facts = {**row, "threshold": listed.threshold, "of_all": listed.creators["success"].mean()}
        written = {
            KINDS[kind](value)
            for value in facts.values()
            for kind in ("count", "share", "factor", "number")
            if isinstance(value, float) and pd.notna(value)
        }
        found = {match[0].rstrip(".,") for match in NUMBER.finditer(NEARLY.sub("", said))}
        assert found <= written, (found - written, said)


def test_no_factor_is_over_ten_and_nothing_is_not_a_number(answers):
    for _, said in answers:
        assert all(float(factor) <= 10 for factor in re.findall(r"([\d.]+) times", said))
        assert not re.search(r"\bnan|\binf\b|e\+|(?<![\d.])2 times", said)


def test_an_answer_is_short_and_says_that_it_is_no_promise(answers):
    for row, said in answers:
        parts = said.split("\n\n")
        promised = parts.pop() if parts[-1] == ANSWERS["promise"] else ""
        assert bool(promised) == bool(set(LABELS) & {part.partition(":")[0] for part in parts})
        assert 1 <= len(parts) <= 5
        for part in parts:
            sentences = part.split(". ")
            assert len(sentences) <= 4, part
            assert all(len([*NUMBER.finditer(sentence)]) <= 2 for sentence in sentences), part
        labels = [label for part in parts if (label := part.partition(":")[0]) in LABELS]
        assert labels == [name for name in LABELS if name in labels]
        assert ("Size" in labels) == pd.notna(row["fewer_subscribers"])


def facts(**known):
    """Facts of a client, of whom nothing else is known."""
    blank = {name: float("nan") if kind is float else "" for name, kind in FACTS.items()}
    return (
        blank | dict.fromkeys(prepare.METRICS, float("nan")) | {"threshold": 4.03e6, "of_all": 0.26} | known
    )


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"similar_listed": 4.0}, "hold too few entries with half to double its views to say"),
        ({"similar_listed": 6.0, "stayed_count": 3.0, "succeeded_count": 0.0},
         "hold only 6 entries with half to double its views; one creator can stand for several. "
         "The list that followed held three of them, none in its top quarter."),
        ({"similar_listed": 6.0, "stayed_count": 0.0, "succeeded_count": 0.0},
         "hold only 6 entries with half to double its views; one creator can stand for several. "
         "None of these was on the list that followed."),
        ({"similar_listed": 1271.0, "stayed_count": 318.0, "succeeded_count": 153.0,
          "stayed": 0.25, "succeeded": 0.12},
         "hold 1,271 entries with half to double its views; one creator can stand for several. "
         "Of these, 25 % were on the list that followed, and 12 % in its top quarter."),
        ({"similar_listed": 20.0, "stayed_count": 5.0, "succeeded_count": 0.0,
          "stayed": 0.25, "succeeded": 0.0},
         "hold 20 entries with half to double its views; one creator can stand for several. "
         "Of these, 25 % were on the list that followed, none in its top quarter."),
    ],
)  # fmt: skip
def test_few_records_are_counted_and_many_are_shares_of_how_many(known, said):
    followed = _say_paragraphs(facts(similar_in="views", **known))
    assert followed[0].startswith(f"On the next list: The lists at hand {said}")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"of_threshold": 0.9926, "engagement": 4e6, "parts_missing": "likes"},
         "Without likes, its engagement comes to 4M a video, just below the list's top quarter."),
        ({"of_threshold": 0.995, "engagement": 4e6},
         "Its engagement of 4M is just below the list's top quarter."),
        ({"of_threshold": 1.002, "engagement": 4.04e6}, "Its engagement of 4.04M would put it just inside"),
        ({"usual_low": 0.09, "usual_high": 0.17, "parts_missing": "likes"},
         "Among creators of its size, likes usually add 9 % to 17 % to the views."),
        ({"usual_low": 0.012, "usual_high": 0.014, "parts_missing": "likes"}, "usually add about 1 % to the"),
        ({"usual_low": 0.001, "usual_high": 0.002, "parts_missing": "likes"},
         "usually add less than 1 % to the"),
        ({"of_usual_low": 1.0, "of_usual_high": 1.1, "with_usual_low": 4.3e6, "with_usual_high": 4.6e6},
         "With that it would come to 4.3M to 4.6M: in the top quarter."),
        ({"of_usual_low": 0.9, "of_usual_high": 0.98, "with_usual_low": 3.6e6, "with_usual_high": 3.9e6},
         "With that it would come to 3.6M to 3.9M: still below."),
        ({"of_usual_low": 0.9, "of_usual_high": 1.02, "with_usual_low": 3.6e6, "with_usual_high": 4.1e6},
         "With that it would come to 3.6M to 4.1M: about where the top quarter begins."),
        ({"of_usual_low": 0.9, "of_usual_high": 0.995, "with_usual_low": 3.6e6, "with_usual_high": 4.01e6},
         "With that it would come to 3.6M to 4.01M: about where the top quarter begins."),
        ({"chance_low": 0.06, "chance_high": 0.3, "peers": 19.0, "peers_in_top": 3.0},
         "Of these 19 creators, 3 are in the list's top quarter by engagement. "
         "Of all creators on the list, 26 % are. "
         "A model fitted to the whole list puts the chance at 6 % to 30 %. "
         "That range is a wide guess, as so few are of its size."),
        ({"views_to_peers": 2.0, "peer_views_median": 1e6}, "your client gets twice that."),
        ({"to_upper_quarter": 2.04}, "Their best quarter begins at twice your client's views."),
        ({"fewer_subscribers": 0.99, "more_subscribers": 0.0, "subscribers": 1.46e8},
         "Size: Nobody on this list has more than 146M subscribers."),
        ({"fewer_views": 1.0, "more_views": 0.0, "views": 2e7},
         "Nobody on this list gets more than 20M views"),
        ({"peers": 271.0}, "Size: 271 creators on the list have half to double its subscribers."),
    ],
)  # fmt: skip
def test_each_sentence_is_said_where_it_fits(known, said):
    assert said in "\n".join(_say_paragraphs(facts(**known)))


def test_what_cannot_be_added_up_is_told_first_and_is_no_promise(listed):
    assert ask(listed, likes="50K", shares="20K")[1] == (
        "Without views a video, its likes and shares say little: please add them."
    )
    said = ask(listed, subscribers="4M", views="3M", likes="5M")[1]
    assert said.startswith("More likes than views: please check the numbers.\n\nSize: ")
    assert "engagement" not in said
    assert "Now:" not in ask(listed, subscribers="4M", shares="20K")[1]


def test_a_bare_small_number_is_asked_about(listed):
    assert ask(listed, subscribers="5")[1].endswith("nothing is said of them. Are 5M subscribers meant?")
    assert "Are 1.2M views meant?" in ask(listed, subscribers="4M", views="1.2")[1]


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
    records = f"{compared['similar_listed'].iloc[0]:,.0f}"
    assert table["of its like on the next list"].iloc[2].endswith(f" % of {records}")
    html = story.show_clients(compared).data
    assert "<b>" not in html
    assert "\u202e" not in html
    assert story.say_client(compared, listed).data.startswith("Your 3 clients")


def test_a_table_counts_where_records_are_few(listed):
    compared = model.compare_clients(model.read_clients(one={"subscribers": "2M"}), listed)
    clients = pd.concat([compared] * 2, ignore_index=True).assign(
        similar_listed=[6.0, 4.0], stayed=[0.5, None], stayed_count=[3.0, None], succeeded=[0.0, None]
    )
    table = tabulate_clients(clients.assign(succeeded_count=[0.0, None]))
    assert table["of its like on the next list"].tolist() == ["3 of 6", "n/a"]
    assert table["in its top quarter"].tolist() == ["0 of 6", "n/a"]


def test_every_fact_of_a_sentence_is_one_that_clients_have():
    known = {"threshold", "of_all", "name", *prepare.METRICS, *FACTS}
    assert list(ANSWERS["answer"])[1:] == list(ANSWERS["labels"])
    for part in (part for paragraph in ANSWERS["answer"].values() for part in paragraph.values()):
        for sentence in part:
            fields = FIELD.findall(sentence["text"])
            named = {fact for low, high, _ in fields for fact in (low, high) if fact}
            assert named | set(sentence.get("when", {})) <= known
            assert {kind for *_, kind in fields} <= set(KINDS)
            assert sentence["text"].count("{") == len(fields)


def test_the_sentences_count_few_as_the_model_does():
    ends = {
        (fact, end)
        for paragraph in ANSWERS["answer"].values()
        for part in paragraph.values()
        for sentence in part
        for fact, between in sentence.get("when", {}).items()
        if fact in ("peers", "similar_listed")
        for end in between
    }
    assert {end for _, end in ends} <= {0, FEWEST_PEERS - 1, FEWEST_PEERS, FEW_SIMILAR - 1, 1e99}
