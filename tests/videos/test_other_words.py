"""The same three videos in the words of the web, a scraper, the official interface and a spreadsheet."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from acquire import get_videos
from prepare import clean_videos

ID = 6892505037482822918
# handle, posted, views, likes, hashtags, sound
VIDEOS = [
    ("ada", 1604786417, 1_200_000, 300, ["a"], "original sound"),
    ("ada", 1604706644, 7_301, 1500, ["a", "b"], "Lonely"),
    ("bob", 1604601111, 900, 12, [], "sonido original"),
]
PLACES = range(len(VIDEOS))


def of_the_web(place):
    handle, posted, views, likes, tags, sound = VIDEOS[place]
    return {
        "id": f"{ID + place}",
        "desc": "#not #these",
        "createTime": posted,
        "author": {"uniqueId": handle, "nickname": "A B", "gender": "guessed", "createTime": 1},
        "authorStats": {"followerCount": 1_000_000, "heartCount": 10**9, "diggCount": 5, "videoCount": 9},
        "music": {"id": "7", "title": sound, "duration": 60, "authorName": "Somebody"},
        "video": {"id": "awesome", "duration": 15, "height": 1024},
        "stats": {"diggCount": likes, "shareCount": 2, "commentCount": 10, "playCount": views},
        "challenges": [{"id": "1", "title": tag, "desc": ""} for tag in tags],
    }


def of_a_scraper(place):
    handle, posted, views, likes, tags, sound = VIDEOS[place]
    return {
        "id": ID + place,
        "createTimeISO": f"{datetime.fromtimestamp(posted, UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "authorMeta/name": handle,
        "authorMeta/fans": 1_000_000,
        "authorMeta/heart": 10**9,
        "musicMeta/musicName": sound,
        "videoMeta/duration": 15,
        "webVideoUrl": f"https://www.tiktok.com/@{handle}/video/{ID + place}",
        "playCount": views,
        "diggCount": likes,
        "shareCount": 2,
        "commentCount": 10,
        "hashtags/0/name": tags[0] if tags else "",
        "hashtags/1/name": tags[1] if len(tags) > 1 else "",
    }


def of_the_official_interface(place):
    handle, posted, views, likes, tags, sound = VIDEOS[place]
    return {
        "video_id": ID + place,
        "create_time": posted * 1000,
        "username": handle,
        "view_count": views,
        "like_count": likes,
        "comment_count": 10,
        "share_count": 2,
        "video_duration_ms": 15_000,
        "hashtag_names": tags,
        "original_sound": sound,
        "profile_followers": "1M",
        "music_id": 7,
    }


def by_hand(place):
    handle, posted, views, likes, tags, sound = VIDEOS[place]
    return {
        "No.": place + 1,
        "Link": f"https://www.tiktok.com/@{handle.upper()}/video/{ID + place}?lang=en",
        "Posted (UTC)": f"{datetime.fromtimestamp(posted, UTC):%d %b %Y %I:%M:%S %p}",
        "Plays": f"{views:,}",
        "Hearts": f"{likes}.0",
        "Comments": "10",
        "Shares": "2",
        "Length": "0:15",
        "Subs": "1,0 M",
        "Tags": " ".join(f"#{tag}" for tag in tags),
        "Song": sound,
        "Gender": "guessed",
    }


def as_csv(make, separator=","):
    return pd.DataFrame(map(make, PLACES)).to_csv(index=False, sep=separator)


FILES = {
    "web.json": json.dumps({"statusCode": 0, "itemList": list(map(of_the_web, PLACES))}),
    "web.jsonl": "\n".join(json.dumps(of_the_web(place)) for place in PLACES),
    "scraper.csv": as_csv(of_a_scraper),
    "scraper.json": json.dumps(list(map(of_a_scraper, PLACES))),
    "official.csv": as_csv(of_the_official_interface),
    "official.json": json.dumps({"data": {"videos": list(map(of_the_official_interface, PLACES))}}),
    "by hand.csv": as_csv(by_hand, ";"),
    "by hand.tsv": as_csv(by_hand, "\t"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_video_is_the_same_in_other_words_and_units(name, tmp_path):
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    raw = get_videos(path=tmp_path / name)
    assert "guessed" not in raw.to_csv()
    tidy = clean_videos(raw)
    wanted = pd.DataFrame(
        [
            (f"{ID + place}", handle, posted, float(views), float(likes), len(tags), "original" in sound)
            for place, (handle, posted, views, likes, tags, sound) in enumerate(VIDEOS)
        ],
        columns=["video_id", "handle", "posted", "views", "likes", "hashtags", "original_sound"],
    ).sort_values(["handle", "posted"], ignore_index=True)
    posted = pd.to_datetime(wanted["posted"], unit="s", utc=True).astype("datetime64[us, UTC]")
    types = {"hashtags": "Int64", "original_sound": "boolean"}
    pd.testing.assert_frame_equal(tidy[wanted.columns], wanted.assign(posted=posted).astype(types))
    assert tidy[["comments", "shares", "seconds", "followers"]].to_numpy().tolist() == [[10, 2, 15, 1e6]] * 3
