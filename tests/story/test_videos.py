"""What is said of videos holds whatever they show."""

import re

import numpy as np
import pandas as pd
import pytest
from planted_videos import plant_videos

import explore
from tiktok import story

FEATURES = ("length", "sound", "hashtags")
TRIED = "best on one half, tried on the other"


def told(videos):
    compared = explore.compare_posting_times(videos)
    posters, smallest = explore.describe_posters(videos), explore.find_smallest_effect(videos)
    return compared, story.say_posting_times(compared, posters, smallest, videos).data


@pytest.fixture(scope="module")
def sample():
    return story.read_videos(source="sample")


@pytest.fixture(scope="module")
def trap():
    return plant_videos()


def test_the_sample_is_called_invented_in_heading_and_text(sample):
    _, said = told(sample)
    assert said.startswith("## On invented videos: that the hour of posting matters within")
    assert "These videos are synthetic" in said


def test_an_hour_that_hardly_matters_is_said_so_with_what_it_looks_like(trap):
    trap.attrs["scraped"] = pd.Timestamp("2022-07-16", tz="UTC")
    compared, said = told(trap)
    rows = compared.set_index("approach")
    assert said.startswith("## That the hour of posting matters within creators isn't shown")
    assert f"{rows.loc['all videos', 'value']:.2g} times the views of one at the worst" in said
    assert "come from Westland" in said
    assert "from Eastland" in said
    assert "the others isn't shown" in said
    assert "nine times in ten" in said


def test_that_the_hour_hardly_matters_takes_a_small_share_a_small_gain_and_enough_videos(trap):
    compared = explore.compare_posting_times(trap)
    within, tried = (compared.index[compared["approach"] == name] for name in ("within creators", TRIED))
    little = compared.copy()
    little.loc[within, "high"], little.loc[tried, "high"] = 0.01, 0.1
    wide = little.copy()
    wide.loc[tried, "high"] = 0.3
    posters, smallest = explore.describe_posters(trap), explore.find_smallest_effect(trap)
    for table, factor, hardly in ((little, 1.2, True), (wide, 1.2, False), (little, 1.6, False)):
        said = story.say_posting_times(table, posters, smallest._replace(factor=factor), trap).data
        assert ("much better for all creators" in said) == hardly


def test_an_hour_that_matters_is_said_to(trap):
    _, said = told(plant_videos(factor=3.0))
    assert said.startswith("## The hour of posting matters within creators, too")
    assert "the others had more views, too" in said


def test_videos_that_cannot_tell_are_said_not_to(trap):
    _, said = told(plant_videos(200, 2).assign(age=30.0).pipe(scraped))
    assert said.startswith("## These videos can't tell whether the hour of posting matters")
    assert "can't be told apart here" in said
    assert "nine times" not in said


def scraped(videos):
    videos.attrs["scraped"] = pd.Timestamp("2022-07-16", tz="UTC")
    return videos


def test_creators_of_one_country_are_not_said_to_live_elsewhere(trap):
    _, said = told(trap.assign(country="Westland").pipe(scraped))
    assert "come from" not in said
    _, said = told(trap.assign(country="").pipe(scraped))
    assert "come from" not in said


@pytest.mark.parametrize("factor", [1.0, 1.5, 3.0])
def test_sentences_hold_two_numbers_at_most_and_none_that_is_none(factor):
    _, said = told(plant_videos(factor=factor))
    features = {by: explore.compare_video_features(plant_videos(factor=factor), by) for by in FEATURES}
    tried = explore.try_posting_specifications(plant_videos(factor=factor), FEATURES)
    said += "\n\n" + story.say_features(features, tried).data
    for sentence in re.split(r"(?<=[.?!])\s", said):
        assert len(re.findall(r"\b(?!20\d\d\b)\d[\d,.]*", sentence)) <= 2, sentence
    assert not re.search(r"\b(nan|inf|None)\b", said)


def test_a_feature_is_said_to_count_where_every_way_shows_it(trap):
    shown = trap.assign(views=trap["views"] * np.exp(-trap["seconds"] / 12))
    features = {by: explore.compare_video_features(shown, by) for by in FEATURES}
    said = story.say_features(features, explore.try_posting_specifications(shown, FEATURES)).data
    assert "Length goes with views." in said
    assert "up to 10 s did best on average, those with over 30 s worst" in said
    assert said.endswith("For sound and number of hashtags nothing is certain.")
    kept = {by: features[by] for by in ("sound", "hashtags")}
    said = story.say_features(kept, explore.try_posting_specifications(shown, kept)).data
    assert said == "No firm link with sound and number of hashtags is shown."


def test_features_that_cannot_be_asked_are_said_not_to():
    few = plant_videos(200, 2).assign(age=30.0)
    features = {by: explore.compare_video_features(few, by) for by in FEATURES}
    tried = explore.try_posting_specifications(few, FEATURES)
    assert "can't be asked of these videos" in story.say_features(features, tried).data
    assert story.say_posting_specifications(tried).data.startswith("No other way can be asked")
    assert "can&#39;t be asked" in story.show_posting_specifications(tried).data
    assert "nan" not in story.show_posting_specifications(tried).data


def test_unknown_countries_at_the_best_hours_are_not_replaced_by_others(trap):
    evening = trap["posted"].dt.hour >= 20
    _, said = told(
        trap.assign(country=trap["country"].mask(evening | (trap["posted"].dt.hour < 4), "")).pipe(scraped)
    )
    assert "come from" not in said


def test_views_that_do_not_differ_tell_nothing(trap):
    _, said = told(trap.assign(views=1000.0).pipe(scraped))
    assert "no creator's views differ" in said
    assert "differences in views" not in said


def test_every_way_stands_in_its_table(trap):
    tried = explore.try_posting_specifications(trap)
    page = story.show_posting_specifications(tried).data
    assert page.count("<tr>") == 1 + 8
    assert "day of the week" in page
    assert "only Westland" in page
    said = story.say_posting_specifications(tried).data
    assert said.count("of eight ways") + said.count("of seven ways") == 3


def test_tables_show_text_from_the_data_as_text(trap):
    hostile = trap.assign(country="<b>x</b>").pipe(scraped)
    posters = explore.describe_posters(hostile)
    assert "<b>x" not in story.show_posters(posters).data
    assert "<b>x" not in told(hostile)[1]
    tried = explore.try_posting_specifications(hostile, "weekday")
    assert "<b>x" not in story.show_posting_specifications(tried).data


def test_the_figure_says_what_it_shows(sample):
    figure = explore.plot_posting_times(explore.compare_posting_times(sample))
    assert figure.get_label().startswith("SYNTHETIC SAMPLE")
    assert "the same creator's" in figure.get_label()
    [ax] = figure.axes
    assert [text.get_text() for text in ax.texts] == [
        "all videos together",
        "the same creator's videos (band: 95 %)",
    ]


@pytest.mark.real_data
def test_of_the_real_videos_the_main_text_says_what_was_found(real_data_dir):
    videos = story.read_videos(source="local")
    assert (videos["country"] != "").mean() > 0.99
    _, said = told(videos)
    assert said.startswith("## No hour of posting is shown to be much better for all creators")
    assert "12,559 videos of 254 creators" in said
    assert "3 times the views" in said


def test_a_table_of_one_s_own_is_read_and_needs_no_country(tmp_path, trap):
    path = tmp_path / "mine.csv"
    mine = trap.drop(columns=["country", "age"]).rename(columns={"posted": "posted (UTC)"})
    mine.to_csv(path, index=False)
    videos = story.read_videos(path)
    assert len(videos) == len(trap)
    assert told(videos)[1].startswith("## ")
