from math import nan

import pytest

from tiktok import wording

HOSTILE = ["<script>alert(1)</script>", "=HYPERLINK(1)", "**bold** $x$ [a](b)", "‮right to left", "x" * 10_000]


def test_escaped_text_still_reads_as_it_was():
    assert wording.escape("<b>*hi*</b> $x$") == "&lt;b&gt;&#42;hi&#42;&lt;/b&gt; &#36;x&#36;"


def test_a_name_is_shortened_to_what_a_line_has_room_for_and_cannot_turn_it():
    assert wording.shorten("\u202emr") == "mr"
    assert wording.shorten("\u202e") == "?"
    assert wording.shorten("x" * 1000) == "x" * 39 + "…"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_the_data_is_never_markup_in_a_sentence(text):
    escaped = wording.escape(text)
    assert not set(escaped) & set("<>*$[]=")


@pytest.mark.parametrize(
    ("words", "joined"),
    [(["views", "likes", "comments"], "views, likes and comments"), (["views"], "views"), ([], "none")],
)
def test_words_are_joined_as_a_sentence_does(words, joined):
    assert wording.join_words(words) == joined


@pytest.mark.parametrize(
    ("say", "value", "said"),
    [
        (wording.say_number, 3, "three"),
        (wording.say_number, 10, "ten"),
        (wording.say_number, 997, "997"),
        (wording.say_percent, 0.8842, "88 %"),
        (wording.say_percent, 1.0, "100 %"),
        (wording.say_percent, 1.1, "110 %"),
        (wording.say_percent, 1.304, "130 %"),
        (wording.say_percent, 0.0996, "10 %"),
        (wording.say_percent, 0.00123, "0.12 %"),
        (wording.say_percent, 0.000052, "below 0.1 %"),
        (wording.say_percent, 0.0, "0 %"),
        (wording.say_percent, nan, "n/a"),
        (wording.say_p, 0.0421, "0.042"),
        (wording.say_p, 3e-44, "<0.0001"),
        (wording.say_p, nan, "n/a"),
        (wording.say_decimal, -0.2395, "−0.24"),
        (wording.say_decimal, nan, "n/a"),
        (wording.say_statistic, -0.0004, "0.00"),
        (wording.say_statistic, 5.9e-9, "<1e-7"),
        (wording.say_statistic, nan, "n/a"),
    ],
)
def test_a_number_is_written_with_the_digits_that_a_reader_can_use(say, value, said):
    assert say(value) == said


@pytest.mark.parametrize("value", [0.0, -0.0, -0.004, 0.004])
def test_nothing_is_ever_written_as_minus_zero(value):
    assert wording.say_decimal(value) == "0.00"


def test_an_interval_is_written_in_the_words_of_its_value():
    assert wording.say_interval(-0.3, 0.05) == "−0.30 to 0.05"
    assert wording.say_range(0.614, 0.53, 0.68) == "0.61 (0.53 to 0.68)"
    assert wording.say_range(0.614, 0.53, 0.68, wording.say_percent) == "61 % (53 % to 68 %)"
    assert wording.say_range(nan, nan, nan) == "n/a"


def test_a_path_is_shown_short_where_it_can_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert wording.say_path(tmp_path / "data") == "data"
    assert wording.say_path(tmp_path.parent) == str(tmp_path.parent)


def test_of_many_names_some_are_said_and_none_can_break_a_sentence():
    assert wording.say_some(["a\n\x1b[31m.csv"]) == r"'a\n\x1b[31m.csv'"
    assert wording.say_some([f"{i}.csv" for i in range(8)]).endswith("'5.csv' and 2 more")
    assert wording.say_some([]) == "none"
