"""What the main text claims of every month, read off it, held against the headline table."""

import re

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup

import explore
import model
from tiktok import story
from tiktok.story import headlines

JULY = "2022-07"
MONTHS = ["2022-06", JULY, "2022-09"]
WHOLES = ["engagement", "interactions"]
CLAIMS = ["views related to shares", "subscribers not related to shares", "likes related to engagement"]

# how the main text sounds where a finding holds in every list, by whichever definition
EVERYWHERE = {
    headlines.BIGGER: r"In (each of \w+ months|this list) the biggest are ahead of the smallest",
    headlines.PERFECT: r"had been handed the answer",
    headlines.SUCCESS: r"beat a blind guess (in every comparison|here)",
    headlines.ORDERED: r"[Aa]ll \w+ lists with ranks|The one list with|not one contradicts it\.(?! \w+ of )",
}


def read_headlines(page):
    """Read the headline table back from what the story shows: finding, definition, month and verdict."""
    cells = [
        [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
        for row in BeautifulSoup(page, "html.parser").find_all("tr")
    ]
    names = ["finding", "definition", *cells[0][2:]]
    long = pd.DataFrame(cells[1:], columns=names).melt(["finding", "definition"], var_name="month")
    known = long[long["value"] != ""]
    verdicts = known.assign(verdict=known["value"].str.split(":").str[0]).drop(columns="value")
    return verdicts.sort_values(list(verdicts.columns), ignore_index=True)


def what_holds(table):
    """Say of each finding of the table whether it holds wherever it can be asked; none, where it can't."""
    asked = table[table["verdict"] != headlines.UNASKED]
    return (asked["verdict"] == headlines.YES).groupby(asked["finding"], sort=False).all().to_dict()


def contradictions(text, table):
    """Name the findings of which the text claims more, or less, than the table holds."""
    return [
        finding
        for finding, holds in what_holds(table).items()
        if (finding in EVERYWHERE or read_claims(finding)) and is_claimed(finding, text) != holds
    ]


def read_claims(finding):
    """Give how the text names findings of a kind that it lists one after the other; None of another kind."""
    if finding.startswith(headlines.MORE):
        return [r"the top quarter has more ([\w, ]+) than the rest", headlines.MORE]
    if "related to" in finding:
        return [r"hold by each of three tests in (?:each of \w+ months|this list): ([\w, ]+)\.", ""]
    return None


def is_claimed(finding, text):
    """Tell whether the text claims a finding of every list."""
    if finding in EVERYWHERE:
        return bool(re.search(EVERYWHERE[finding], text))
    pattern, start = read_claims(finding)
    named = re.search(pattern, text)
    return bool(named) and finding.removeprefix(start) in re.split(r", | and ", named[1])


def made(months=MONTHS):
    """A table in which everything holds everywhere."""
    lists = pd.DataFrame([(d, m) for d in WHOLES for m in months], columns=["definition", "month"])
    of_list = [
        lists.assign(finding=f"the top quarter has more {feature}", value=0.6, low=0.55, high=0.65)
        for feature in ("subscribers", "shares")
    ]
    of_list += [
        lists.assign(finding=finding, value=value, low=value / 2, high=value * 2)
        for finding, value in (
            (headlines.BIGGER, 0.4),
            (headlines.PERFECT, 1.0),
            (headlines.TELLS, 0.12),
            (headlines.BENT, 0.001),
            (headlines.CURVE, 0.03),
            (headlines.SUCCESS, 0.04),
            (headlines.AHEAD, 0.05),
        )
    ]
    once = lists[lists["definition"] == "engagement"].assign(definition="", low=np.nan, high=np.nan)
    of_list += [once.assign(finding=headlines.ORDERED, value=1.0)]
    of_list += [
        (lists.assign(low=np.nan, high=np.nan) if "engagement" in claim else once).assign(
            finding=claim, value=3.0
        )
        for claim in CLAIMS
    ]
    return pd.concat(of_list, ignore_index=True).assign(verdict="yes")[headlines.COLUMNS]


def tabulate(panel):
    """Make the headline table of a panel."""
    return story.tabulate_headlines(
        explore.compare_top_quarters(panel),
        explore.share_by_size(panel),
        model.recover_sums(panel),
        model.tell_from_subscribers(panel),
        explore.explain_orders(panel),
        explore.try_specifications(panel, rules=["all creators"]),
    )
