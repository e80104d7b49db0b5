"""What the summary claims of every month, read off its text, held against the headline table."""

import re

import pandas as pd
from bs4 import BeautifulSoup

from tiktok.story import headlines

# how the summary sounds where a finding holds in every list, by whichever definition
EVERYWHERE = {
    headlines.BIGGER: r"\*\*Bigger accounts on the list .* rises from size to size in (each|this)",
    headlines.PERFECT: r"had been handed the answer",
    headlines.TELLS: r"subscribers alone tells [\w ]+ of engagement\*\* in (each|this)",
    headlines.BENT: r"The relation is bent throughout",
    headlines.CURVE: r"a curve predicts better than a straight line is shown throughout",
    headlines.SUCCESS: r"tells success better than one chance for everybody is shown throughout",
    headlines.ORDERED: r"isn't in the formula",
    headlines.AHEAD: r"though far from surely: in (each|this)",
}
MORE = "the top quarter has more "


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
    return [finding for finding, holds in what_holds(table).items() if is_claimed(finding, text) != holds]


def is_claimed(finding, text):
    """Tell whether the text claims a finding of every list."""
    if finding.startswith(MORE):
        named = re.search(r"the top quarter has more ([\w, ]+) than the rest", text)
        return bool(named) and finding.removeprefix(MORE) in re.split(r", | and ", named[1])
    if "related to" in finding:
        named = re.search(r"by both definitions: ([\w, ]+)\.", text)
        return bool(named) and finding in re.split(r", | and ", named[1])
    return bool(re.search(EVERYWHERE[finding], text))
