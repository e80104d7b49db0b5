import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.lists.headers import HeaderError
from tiktok.videos.columns import CANONICAL, find_video_columns

OURS = "video_id handle posted views likes comments shares seconds hashtags original_sound followers country"
# header, and what each of its columns is; "-" for what is left out
DIALECTS = {
    "famous": (
        "id create_time user_name hashtags song video_length n_likes n_shares n_comments n_plays n_followers "
        "n_total_likes n_total_vids",
        "video_id posted handle hashtags song seconds likes shares comments views followers - -",
    ),
    "trending": (
        "id text createTime playCount shareCount commentCount diggCount hashtags videoMeta.height "
        "videoMeta.duration downloaded mentions authorMeta.id authorMeta.name authorMeta.verified "
        "musicMeta.musicId musicMeta.musicOriginal",
        "video_id caption posted views shares comments likes hashtags - seconds - - - handle - - "
        "original_sound",
    ),
    "apify": (
        "authorMeta.nickName authorMeta.name authorMeta.fans authorMeta.friends authorMeta.heart "
        "authorMeta.video authorMeta.region textLanguage createTimeISO id isAd musicMeta.musicName "
        "musicMeta.musicAuthor musicMeta.musicOriginal musicMeta.playUrl webVideoUrl videoMeta.duration "
        "videoMeta.coverUrl diggCount shareCount playCount collectCount commentCount isPinned",
        "- handle followers - - - country - posted video_id - song - original_sound - link seconds - likes "
        "shares views - comments -",
    ),
    "web": (
        "id desc createTime video.duration video.playAddr author.id author.uniqueId author.nickname "
        "author.createTime music.id music.title music.playUrl music.authorName music.original music.duration "
        "stats.diggCount stats.shareCount stats.commentCount stats.playCount stats.collectCount "
        "authorStats.followerCount authorStats.followingCount authorStats.heartCount authorStats.videoCount "
        "challenges itemCommentStatus shareMeta.title duetEnabled",
        "video_id caption posted seconds - - handle - - - song - - original_sound - likes shares comments "
        "views - followers - - - hashtags - - -",
    ),
    "research": (
        "id video_description create_time region_code share_count view_count like_count comment_count "
        "favorites_count music_id hashtag_names username effect_ids playlist_id voice_to_text",
        "video_id caption posted country shares views likes comments - - hashtags handle - - -",
    ),
    "bright": (
        "url post_id description create_time digg_count share_count collect_count comment_count play_count "
        "video_duration hashtags profile_id profile_username profile_url profile_avatar profile_biography "
        "profile_followers",
        "link video_id caption posted likes shares - comments views seconds hashtags - handle - - - "
        "followers",
    ),
    "ours": (OURS, OURS),
}
DIALECTS = {name: (header.split(), roles.split()) for name, (header, roles) in DIALECTS.items()}
DIALECTS["by hand"] = (
    ["Video ID", "Creator", "Post date (UTC)", "Plays", "Hearts", "Nr. of comments", "Shares", "Duration (s)",
     "Hashtags", "Original sound?", "Followers", "Country", "Scraped at"],
    ["video_id", "handle", "posted", "views", "likes", "comments", "shares", "seconds",
     "hashtags", "original_sound", "followers", "country", "scraped"],
)  # fmt: skip


def roles(header, **given):
    """What each column of a header was found to be."""
    found = find_video_columns(header, **given)
    role_of = {position: name for name, positions in found.items() for position in positions}
    return [role_of.get(i, "-") for i in range(len(header))]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_header_is_read_by_its_meaning(dialect):
    header, expected = DIALECTS[dialect]
    assert roles(header) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_neither_the_order_of_the_columns_nor_capitals_nor_slashes_matter(dialect):
    header, expected = DIALECTS[dialect]
    assert roles(header[::-1]) == expected[::-1]
    assert roles([label.replace(".", "/") for label in header]) == expected
    if not any("." in label or label != label.lower() for label in header):
        assert roles([label.upper().replace("_", " ") for label in header]) == expected


NEEDED = ["user_name", "create_time", "n_plays", "n_likes", "n_comments", "n_shares", "id", "video_length"]
TRAPS = (
    "n_total_likes|author.likes|Avg views|view_rate|likes per view|comment_text|share_code|comment_id|"
    "Watch time (s)|Average watch duration|music.duration|music.playCount|hashtag_views|audience country|"
    "creator_created|author.createTime|Account created|posted_hour|post_weekday|day|updated_at|created_day|"
    "author_id|music_id|comment_count_rank|views (M)|favorites|downloads|isPinned|age|Days since post|S.no|"
    "Following|is_liked|language|caption length|thumbnail|has_comments|plays goal"
)


@pytest.mark.parametrize("trap", TRAPS.split("|"))
def test_a_column_about_something_else_is_left_out(trap):
    assert roles([*NEEDED, trap]) == [*roles(NEEDED), "-"]
    assert roles([trap, *NEEDED]) == ["-", *roles(NEEDED)]


@pytest.mark.parametrize("header", ["video_author", "Post author", "video.author.uniqueId"])
def test_who_made_a_video_is_who_posted_it_and_a_number_of_videos_is_nobody(header):
    found = find_video_columns(["created", "views", "authorMeta.video", "author videos", header])
    assert found["handle"] == [4]


def test_a_total_of_a_video_counts_where_nothing_plainer_does():
    header = ["Video title", "Video link", "Post time", "Total views", "Total likes"]
    found = find_video_columns(header)
    assert (found["views"], found["likes"], found["handle"]) == ([3], [4], [1])


def test_a_time_that_speaks_of_the_posting_comes_before_any_other():
    for header in (["date", "create_time"], ["create_time", "posted_at"], ["timestamp", "upload date"]):
        assert find_video_columns(["user", "views", *header])["posted"] == [3]
    assert find_video_columns(["user", "views", "createTime", "createTimeISO"])["posted"] == [2, 3]


@pytest.mark.parametrize(
    "header",
    [
        "Rank,Username,Tiktok Link,Name,Subscribers Count,Views. Avg,Likes. Avg,Comments. Avg,Shares. Avg",
        "Rank,Username,Country,Followers,Views,Likes,Engagement,Brand Account,Genre",
        "handle,followers",
    ],
)
def test_a_list_of_creators_is_called_by_its_name(header):
    with pytest.raises(
        HeaderError, match=r"this is a list of creators.*acquire\.get_tiktokers.*prepare\.clean"
    ):
        find_video_columns(header.split(","))


def test_what_is_missing_is_said_with_what_comes_near_and_how_to_name_it():
    with pytest.raises(HeaderError) as caught:
        find_video_columns(["video_id", "user", "posted_hour", "avg views", "likes"])
    sentence = str(caught.value)
    assert "read as: video_id = 'video_id'; handle = 'user'; likes = 'likes'" in sentence
    assert (
        "missing: posted ('posted_hour' can't be read as just that), views ('avg views' is an average)"
        in sentence
    )
    assert "columns={'posted': 'its header', 'views': 'its header'}" in sentence
    assert caught.value.columns == {"posted": "its header", "views": "its header"}


def test_what_the_caller_names_is_taken():
    header = ["x", "y", "z", "views", "create_time"]
    found = find_video_columns(header, columns={"handle": "x", "posted": 2, "views": "y"})
    assert (found["handle"], found["posted"], found["views"]) == ([0], [2], [1])
    for columns, sentence in (
        ({"posted": "nope"}, "which isn't there"),
        ({"rank": "x"}, f"none of the columns that can be mapped: {', '.join(CANONICAL)}"),
        (["x"], "has to map names to headers"),
    ):
        with pytest.raises(HeaderError, match=sentence):
            find_video_columns(header, columns=columns)


def test_endless_headers_are_refused_at_once():
    with pytest.raises(HeaderError, match="no table of videos"):
        find_video_columns(["x" * 100_000, "y"])


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_headers_are_read_or_refused_in_a_sentence(header):
    try:
        found = find_video_columns([*NEEDED, *header])
    except HeaderError as error:
        found = {"handle": str(error)}
    assert found["handle"]


def test_a_doubled_count_keeps_both_columns():
    assert find_video_columns(["user", "created", "playCount", "likes", "stats.playCount"])["views"] == [2, 4]
