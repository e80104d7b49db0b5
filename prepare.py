"""From a raw list to tidy rows: one creator a row, split, labelled, and followed from month to month.

    creators = prepare.clean(raw)               canonical names, counts as numbers, each creator once
    prepare.quality_table(creators)             what cleaning found, and what it did about it
    prepare.parse_counts(["13.8M", "729.4K"])   counts as the lists print them, as numbers
    split = prepare.split_creators(creators)    train, validate, test, by a hash of the handle
    prepare.label_success(split)                adds `success`: the top quarter by engagement of train
    prepare.pair_snapshots(panel)               each list beside the next: who stayed, what came
    prepare.describe_history(panel)             what was known of a creator at each month
    prepare.clean_videos(raw_videos)            one video a row: time in UTC, plays, length, hashtags, age
    prepare.match_categories(creators, raw)     adds the genre of those who stand on a list with categories
    prepare.drop_copied(panel)                  the lists without rows carried over from the list before

What can't be read raises PrepareError, one sentence with file, column, row and value.
"""

from tiktok.lists.columns import ENGAGEMENT_PARTS as ENGAGEMENT_PARTS
from tiktok.lists.columns import METRICS as METRICS
from tiktok.prepare.clean import clean as clean
from tiktok.prepare.clean import quality_table as quality_table
from tiktok.prepare.counts import PrepareError as PrepareError
from tiktok.prepare.counts import parse_counts as parse_counts
from tiktok.prepare.panel import describe_history as describe_history
from tiktok.prepare.panel import drop_copied as drop_copied
from tiktok.prepare.panel import pair_snapshots as pair_snapshots
from tiktok.prepare.split import Split as Split
from tiktok.prepare.split import label_success as label_success
from tiktok.prepare.split import split_creators as split_creators
from tiktok.videos.clean import clean_videos as clean_videos
from tiktok.videos.matching import match_categories as match_categories
