"""Make the page that nbconvert writes one that anybody can read: contents, folded code, tables with headers.

nbconvert's page comes in, a page comes out. What it looks like stands in template/.
"""

import base64
import hashlib

from bs4 import BeautifulSoup, Tag

# Nothing is fetched, and no script runs but the page's own: whatever a list smuggles in stays dead text.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{}'"
ON_ONE_LINE = 34  # characters: room for a claim, or a coefficient with its interval


def finish_page(page: str) -> str:
    """Complete a page: contents, code behind its output, headers and boxes of tables, a strict policy."""
    soup = BeautifulSoup(page, "html.parser")
    _list_contents(soup)
    _put_code_behind(soup)
    for table in soup.select("main table"):
        _name_headers(soup, table)
        _box(soup, table, "table", table.caption.get_text() if table.caption else "Table")
    for picture in soup.select("main img"):
        _box(soup, picture, "figure", "Figure")
    for style in soup.select("main style"):  # the table's own, by an id that all tables share
        style.decompose()
    own = base64.b64encode(hashlib.sha256(soup.script.string.encode()).digest()).decode()
    policy = {"http-equiv": "Content-Security-Policy", "content": POLICY.format(own)}
    soup.head.meta.insert_after(soup.new_tag("meta", attrs=policy))
    return str(soup)


def _list_contents(soup: BeautifulSoup) -> None:
    """Link every section; what nbconvert gives as an id is what a link within the notebook names as well."""
    contents = soup.new_tag("ol")
    for heading in soup.select("main h2[id]"):
        link = soup.new_tag("a", href=f"#{heading['id']}")
        link.string = heading.get_text().removesuffix("¶")
        item = soup.new_tag("li")
        item.append(link)
        contents.append(item)
    for anchor in soup.select(".anchor-link"):
        anchor.decompose()
    soup.nav.append(contents)


def _put_code_behind(soup: BeautifulSoup) -> None:
    """Let a cell's output come first, and the code of cells that show nothing join that of the next one."""
    # so imports and parameters don't stand between the title and the summary
    waiting, last = None, None
    for cell in soup.select("main .code_cell"):
        fold = cell.find("details").extract()
        if waiting:
            fold.summary.insert_after(*waiting.find_all("div", recursive=False))
        waiting = None if cell.select_one(".output") else fold
        last = cell
        if not waiting:
            cell.append(fold)
    if waiting:
        last.append(waiting)


def _name_headers(soup: BeautifulSoup, table: Tag) -> None:
    """Say which cells are headers: the first row's of their columns, the first cell of its row."""
    del table["id"]
    if table.caption:
        table.caption.string.wrap(soup.new_tag("span"))  # stays in view when the table is scrolled
    for header in table.select("thead th"):
        header["scope"] = "col"
    for row in table.select("tbody tr"):
        first = row.find(["th", "td"])
        if first.get_text(strip=True):  # blank where the row belongs to the one above
            first.name = "th"
            first["scope"] = "row"
        for cell in row.find_all(["th", "td"]):
            if len(cell.get_text()) <= ON_ONE_LINE:
                cell["class"] = "short"


def _box(soup: BeautifulSoup, thing: Tag, kind: str, label: str) -> None:
    """Put a thing that may be wider than the screen into a box that scrolls, by keyboard as well."""
    box = {"class": kind, "role": "group", "tabindex": "0", "aria-label": label}
    thing.wrap(soup.new_tag("div", attrs=box))
