"""Small raw lists as they are before cleaning, and what their quality record says."""

import pandas as pd

from prepare import quality_table

HEADER = ["Rank", "Username", "Name", "Followers", "Views avg", "Likes avg", "Comments avg", "Shares avg"]
ADA = ["1", "ada", "Ada", "2M", "3M", "300K", "1K", "2K"]
BOB = ["2", "bob", "Bob B", "888", "1,000", "50", "5", "7"]
CYD = ["3", "cyd_", "Cyd", "1.2M", "5M", "20K", "10", "9"]


def raw_list(*rows, header=HEADER, **provenance):
    raw = pd.DataFrame(list(rows), columns=header)
    raw.attrs["provenance"] = {"file": "list.csv", "month": "2022-07", "synthetic": True} | provenance
    return raw


def changed(row, **cells):
    """A row with some cells changed, by header."""
    return [cells.get(label.split()[0], cell) for label, cell in zip(HEADER, row, strict=True)]


def checks(df):
    """Rows concerned by each check that found something."""
    table = quality_table(df).query("rows > 0")
    return dict(zip(table["check"], table["rows"], strict=True))


def detail(df, check):
    return quality_table(df).set_index("check").loc[check, "detail"]


def as_the_lists_write(count):
    """A count as in the lists, and by how much that may be off."""
    for suffix, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + suffix, 0.05 * size
    return str(count), 0
