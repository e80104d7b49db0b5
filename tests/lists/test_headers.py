import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiktok.lists.columns import METRICS
from tiktok.lists.headers import CANONICAL, HeaderError, find_columns

METRIC_HEADERS = ["Subscribers", "Views avg.", "Likes avg.", "Comments avg.", "Shares avg."]

METRIC_ROLES = "subscribers views likes comments shares"

# header, and what each of its columns is
DIALECTS = {
    "2022-02": (
        "Country|Rank|Account|Title|Link|Subscribers count|Views avg.|Likes avg.|Comments avg.|Shares avg.|"
        "Scraped",
        f"country rank handle name link {METRIC_ROLES} scraped",
    ),
    "2022-06": (
        "Tiktoker|influencer name|Subscribers count|Subscribers count|Views avg.|Views avg.|Likes avg|"
        "Likes avg|Comments avg.|Comments avg.|Shares avg|Shares avg",
        "handle name subscribers subscribers views views likes likes comments comments shares shares",
    ),
    "2022-07": (
        "Rank|Username|Tiktok Link|Name|Subscribers Count|Views. Avg|Likes. Avg|Comments. Avg|Shares. Avg",
        f"rank handle link name {METRIC_ROLES}",
    ),
    "2022-09": (
        "S.no,Tiktoker name,Tiktok name,Subscribers,Subscribers,Views avg.,Views avg.,Likes avg.,Likes avg.,"
        "Comments avg.,Comments avg.,Shares avg.,Shares avg.".replace(",", "|"),
        "rank handle name subscribers subscribers views views likes likes comments comments shares shares",
    ),
    "2022-11": (
        "row-cell|Tiktoker name|Tiktok name|\nFollowers|Views (Avg.)|Likes (Avg.)|Comments (Avg.)|"
        "Shares (Avg.)",
        f"rank handle name {METRIC_ROLES}",
    ),
    "run together": (
        "S.no|tiktokername|TiktokName|FollowerCount|viewsavg|AvgLikes|avgcomments|SHARESAVG",
        f"rank handle name {METRIC_ROLES}",
    ),
    "wordy": (
        "#|Name of tiktoker|Display name|No. of fans|Average views per video|Mean likes|"
        "Average number of comments|Average\nshare count",
        f"rank handle name {METRIC_ROLES}",
    ),
    "ugly": (
        "\ufeffSr. No|USER NAME |\u00a0Title|Subs...|views_avg|Likes(avg)|Avg. Comment\n|Ｓｈａｒｅ average",
        f"rank handle name {METRIC_ROLES}",
    ),
    "misspelt": (
        "Tiktoker name|Tiktok name|Folowers|Views avg|Likes avg|Coments avg|Shares avrage",
        f"handle name {METRIC_ROLES}",
    ),
    "renamed by pandas": (
        "Tiktoker|Name|Subs|Subs.1|Views avg.|Views avg..1|Likes|Likes.1|Comments|Shares",
        "handle name subscribers subscribers views views likes likes comments shares",
    ),
    "bare": (
        "handle|name|subscribers|views|likes|comments|shares|month|engagement|success",
        f"handle name {METRIC_ROLES} - - -",
    ),
}


def roles(header):
    """What each column of a header was found to be."""
    found = find_columns(header)
    role_of = {position: canonical for canonical, positions in found.items() for position in positions}
    return " ".join(role_of.get(i, "-") for i in range(len(header)))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_header_is_read_by_its_meaning(dialect):
    header, expected = DIALECTS[dialect]
    assert roles(header.split("|")) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_depends_on_the_order_of_the_columns(dialect):
    header, expected = DIALECTS[dialect]
    assert roles(header.split("|")[::-1]) == " ".join(expected.split()[::-1])


@pytest.mark.parametrize(
    ("identity", "handle", "name"),
    [
        (["Username", "Tiktok Link"], "Username", []),
        (["Tiktok name", "Tiktoker name"], "Tiktoker name", ["Tiktok name"]),
        (["Name", "Creator"], "Creator", ["Name"]),
        (["Creator", "Username"], "Username", ["Creator"]),
        (["Account link", "Account name", "Account title"], "Account name", ["Account title"]),
        (["Influencer name", "Handle", "Nickname"], "Handle", ["Influencer name", "Nickname"]),
        (["Channel name"], "Channel name", []),
        (["Creator", "TikTok influencer"], "Creator", ["TikTok influencer"]),
        (["Name", "Tiktok name"], "Tiktok name", ["Name"]),
        (["Profile", "@", "Name"], "@", ["Name"]),
        (["authorMeta.video", "authorMeta.name", "nickName"], "authorMeta.name", ["nickName"]),
    ],
)
def test_handle_and_display_name_are_told_apart(identity, handle, name):
    found = find_columns(identity + METRIC_HEADERS)
    assert [identity[i] for i in found["handle"]] == [handle]
    assert [identity[i] for i in found.get("name", [])] == name


TRAPS = (
    "Following|Following count|Engagement rate|Avg. engagement|Likes/views|Like rate|Views rank|Total likes|"
    "Followers growth|New followers|Number of videos|Category|Unnamed: 0||Shares %|Likes + comments|"
    "Likes link|Liked videos|account_created|Account age|authorMeta.video|Joined|"
    "Median views|Max likes|views_std|sqrt_views|predicted_views|Views last 7 days|cumulative views|"
    "Fake followers|"
    "Unfollowers|IG followers|Telegram subscribers|Avg story views|Audience share|has comments|Avg £/like|"
    "Followers on X|Likers|z_views|share code|"
    "Followers (000)|Avg likes x1000|Views (crores)|creator_email|authorMeta.avatar"
)


@pytest.mark.parametrize("trap", TRAPS.split("|"))
def test_a_column_about_something_else_is_left_out(trap):
    assert roles(["Username", *METRIC_HEADERS, trap]) == f"handle {METRIC_ROLES} -"
    assert roles(["Username", *METRIC_ROLES.split(), trap]) == f"handle {METRIC_ROLES} -"


def test_the_average_is_taken_where_the_total_is_there_too():
    header = ["Username", "Likes", *METRIC_HEADERS]
    assert find_columns(header)["likes"] == [header.index("Likes avg.")]


def test_a_rank_is_taken_before_a_row_number():
    assert find_columns(["S.no", "Rank", "Username", *METRIC_HEADERS])["rank"] == [1]


def test_what_is_missing_is_said_beside_what_was_found():
    header = ["Rank", "Username", "Followers", "Views avg", "Total likes", "Comments + shares"]
    with pytest.raises(HeaderError) as caught:
        find_columns(header)
    sentence = str(caught.value)
    assert all(repr(label) in sentence for label in header)
    assert "handle = 'Username'; subscribers = 'Followers'; views = 'Views avg'; rank = 'Rank'" in sentence
    _, missing = sentence.split("missing: ")
    assert missing.startswith(
        "likes ('Total likes' is a total), comments ('Comments + shares' can't be read as just that)"
    )
    assert "columns=" in missing


@pytest.mark.parametrize("header", [[], [""], ["a", "b"], ["Date", "Open", "High", "Low", "Close"]])
def test_a_table_of_something_else_is_refused(header):
    with pytest.raises(HeaderError, match="missing: handle"):
        find_columns(header)


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=6))
def test_any_header_is_read_or_refused(labels):
    assert roles([*labels, "Username", *METRIC_HEADERS]).split()[-5:] == METRIC_ROLES.split()
    with pytest.raises(HeaderError):
        find_columns([*labels, "views" * 10_000])


def test_a_list_without_any_name_is_refused():
    with pytest.raises(HeaderError, match="missing: handle"):
        find_columns(METRIC_HEADERS)


def test_the_caller_can_map_by_hand():
    header = ["Username", "Who", "Followers", "Reach", "Likes", "Comments", "Shares", "Reach"]
    found = find_columns(header, columns={"handle": "Who", "views": "Reach", "likes": 4})
    assert (found["handle"], found["views"], found["likes"]) == ([1], [3, 7], [4])
    assert found["subscribers"] == [2]


@pytest.mark.parametrize(
    "columns", [{"viewz": "Views avg."}, {"views": "Views"}, {"views": 9}, {"views": -1}]
)
def test_a_wrong_mapping_by_hand_is_refused(columns):
    with pytest.raises(HeaderError):
        find_columns(["Username", *METRIC_HEADERS], columns=columns)


def test_a_column_mapped_by_hand_is_taken_from_what_it_looked_like():
    with pytest.raises(HeaderError, match=r"views = 'Likes avg\.'; .*missing: likes"):
        find_columns(["Username", *METRIC_HEADERS], columns={"views": "Likes avg."})


def test_canonical_names_hold_the_metrics():
    assert set(METRICS) < set(CANONICAL)


def test_an_endless_header_is_refused_in_a_sentence_and_at_once():
    with pytest.raises(HeaderError, match="no list of creators"):
        find_columns(["x" * 65_000, "views"])


OTHERS = ["Username", "Followers", "Views avg", "Likes avg", "Comments avg", "Shares avg"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("authorMeta/name|authorMeta/fans|authorMeta/heart|diggCount|playCount|commentCount|shareCount",
         "handle subscribers - likes views comments shares"),
        ("authorMeta.name|authorMeta.fans|authorMeta.digg|diggCount|playCount|commentCount|shareCount",
         "handle subscribers - likes views comments shares"),
        ("username|followers|views|avg cost per view|likes|comments|avg_comment_length|shares",
         "handle subscribers views - likes comments - shares"),
        ("username|followers|avg views|avg watch duration|avg likes|likes per hour|avg comments|avg shares",
         "handle subscribers views - likes - comments shares"),
        ("Username|Brand Account|Followers|Views|Likes|Comments|Shares",
         "handle - subscribers views likes comments shares"),
        ("Username|Verified|Is private account|Followers|Views|Likes|Comments|Shares",
         "handle - - subscribers views likes comments shares"),
        ("Username|#Followers|#Followees|avg_views|avg_likes|avg_comments|avg_shares",
         "handle subscribers - views likes comments shares"),
        ("Username|Followers|Profile visits|Views avg|Likes avg|Profile likes|Comments avg|Shares avg",
         "handle subscribers - views likes - comments shares"),
        ("Username|Followers|Views|log_views|Likes|ln likes|Comments|Shares",
         "handle subscribers views - likes - comments shares"),
        ("Username|Followers|Follower growth %|Views avg|Like rate|Likes avg|Comments avg|Shares avg",
         "handle subscribers - views - likes comments shares"),
        ("Creator|Influencer avg views|Followers|Likes avg|Comments avg|Shares avg",
         "handle views subscribers likes comments shares"),
    ],
)  # fmt: skip
def test_what_is_counted_per_video_is_taken_and_nothing_else(header, expected):
    assert roles(header.split("|")) == expected


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("log_views", "'log_views' is a logarithm"),
        ("ln(views)", "is a logarithm"),
        ("Views (millions)", "is in a unit"),
        ("Views avg (M)", "is in a unit"),
        ("views in K", "is in a unit"),
        ("Total views", "is a total"),
        ("channel views", "is a total of the creator"),
        ("profile views", "is a total of the profile"),
        ("cost per view", "is a cost"),
        ("view duration", "is a time"),
        ("YouTube views", "is of another platform"),
        ("view rate", "is a rate or a difference"),
    ],
)
def test_a_column_that_is_no_count_a_video_is_refused_with_the_reason(header, reason):
    with pytest.raises(HeaderError) as refused:
        find_columns([header if label.startswith("Views") else label for label in OTHERS])
    said = str(refused.value)
    assert reason in said
    assert "columns={'views': 'its header'}" in said


def test_a_list_of_another_platform_says_so():
    with pytest.raises(HeaderError, match="'Instagram username' is of another platform"):
        find_columns(["Instagram username", *OTHERS[1:]])


THINGS = {"views": ["view", "views", "plays"], "likes": ["like", "likes", "hearts"], "comments": ["comments"],
          "shares": ["shares", "share"]}  # fmt: skip
SPOILERS = ["rate", "total", "log", "cost per", "duration of", "length of", "millions", "YouTube", "author"]
AVERAGES = ["avg", "average", "mean"]


@st.composite
def grammatical(draw):
    """A header of a metric from the grammar, perhaps with what spoils it, and whether it is fit."""
    metric = draw(st.sampled_from(sorted(THINGS)))
    words = [draw(st.sampled_from(THINGS[metric]))]
    words += [draw(st.sampled_from(AVERAGES))] if draw(st.booleans()) else []
    spoiler = draw(st.sampled_from([None, *SPOILERS]))
    fit = spoiler is None or (spoiler == "author" and len(words) > 1)  # whose videos, doesn't matter
    words += [] if spoiler is None else [spoiler]
    words = draw(st.permutations(words))
    text = draw(st.sampled_from([" ", "_", ". ", "-", " / "])).join(words)
    return metric, draw(st.sampled_from([str.lower, str.upper, str.title]))(text), fit


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_headers_from_the_grammar_are_read_right_or_refused(data):
    metric, label, fit = data.draw(grammatical())
    header = [label if h.lower().startswith(metric) else h for h in OTHERS]
    order = data.draw(st.permutations(range(len(header))))
    header = [header[i] for i in order]
    if fit:
        assert find_columns(header)[metric] == [header.index(label)]
    else:
        with pytest.raises(HeaderError, match=metric):
            find_columns(header)


@pytest.mark.parametrize("strange", ["Avg. shares of clips", "average snippet comments"])
def test_an_average_of_something_strange_and_the_plain_column_are_both_named(strange):
    header = ["Username", "subscribers", "views", "likes", "comments", "shares", strange]
    metric = "shares" if "shares" in strange else "comments"
    assert find_columns(header)[metric] == [header.index(metric), 6]
