"""Make the page that nbconvert writes one that anybody can read: contents, folds, tables with headers.

nbconvert's page comes in, a page comes out. What it looks like, and what it does, stands in template/.
"""

import base64
import hashlib
import re

from bs4 import BeautifulSoup, Tag

from tiktok.report.calculator import Calculator

# Nothing is fetched, and no script runs but the page's own: whatever a list smuggles in stays dead text.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{}'; "
POLICY += "base-uri 'none'; form-action 'none'"
STATISTICIAN = "For the statistician"  # the section whose parts are folded
ON_ONE_LINE = 34  # characters: room for a claim, or a coefficient with its interval
MANY_COLUMNS, BRIEF = 6, 14  # so many have no room for more characters on one line
DENSE = 8  # columns from which a table is set smaller
PROSE = 60  # characters: cells as long are read like a text
# 5, -0.3, 89 %, 1.2M, <0.0001, alone, with an interval behind it, or with another: 3 of 6, 0.1 to 0.4
ONE_NUMBER = r"[<>≈]? ?[-−+]?\d[\d,.]*(e[-+]?\d+)? ?[KMB%×]?"
NUMBER = re.compile(rf"{ONE_NUMBER}( \(.*\d.*\)| (to|of) {ONE_NUMBER}|\*)?")
NO_NUMBER = ("", "n/a")
SOURCE = re.compile("SHA-256 starts with")  # in the sentence that names the file
END = r"[-−+]?\d[\d.,]*[KMB]?(?:\s%)?"
# a month, a step from one to the next, and an interval, in brackets or not: split, they are hard to read
WHOLE = re.compile(rf"(\b\d{{4}}-\d\d(?![\d-]|\.\w)(?:→\d{{4}}-\d\d)?|\({END} to {END}\)|{END} to {END})")
BEFORE_PER_CENT = re.compile(r"(?<=\d) %")
UNSAFE = re.compile("[^A-Za-z0-9 .,:()-]")  # in a string of a style sheet


def finish_page(page: str, calculator: Calculator | None = None) -> str:
    """Complete a page: code behind its output, folds, contents, headers and boxes, a strict policy."""
    soup = BeautifulSoup(page, "html.parser")
    _put_code_behind(soup)
    _fold_parts(soup)
    _list_contents(soup)
    _link_headings(soup)
    for table in soup.select("main table"):
        _name_headers(soup, table)
        _align_numbers(table)
        _box(soup, table, "table", table.caption.get_text() if table.caption else "Table")
    for picture in soup.select("main img"):
        _box(soup, picture, "figure", "Figure")
    if calculator:
        _add_calculator(soup, calculator)
    for style in soup.select("main style"):  # the table's own, by an id that all tables share
        style.decompose()
    _keep_signs(soup)
    _keep_whole(soup)
    _sign_prints(soup)
    script = soup.select_one("script:not([type])").string
    own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = {"http-equiv": "Content-Security-Policy", "content": POLICY.format(own)}
    soup.head.meta.insert_after(soup.new_tag("meta", attrs=policy))
    return str(soup)


def _id_of(heading: str) -> str:
    return heading.replace(" ", "-")


def _put_code_behind(soup: BeautifulSoup) -> None:
    """Let the code of a section stand behind all that the section shows, in one fold."""
    waiting, begun = [], False
    for thing in soup.main.find_all(True, recursive=False):
        is_cell = "cell" in thing.get_attribute_list("class")
        code = thing.find("details", class_="code").extract() if is_cell else None
        heading = thing.find(["h2", "h3"]) if is_cell else thing
        if heading and heading.name in ("h2", "h3"):
            if begun:  # what comes before the first section stands behind that one, not above the answer
                heading.insert_before(*_join(waiting))
                waiting = []
            begun = True
        if code:
            waiting.append(code)
            thing.unwrap()
    soup.main.extend(_join(waiting))


def _join(folds: list[Tag]) -> list[Tag]:
    """Put the code of several folds into the first."""
    for fold in folds[1:]:
        folds[0].extend(fold.find_all("div", recursive=False))
    return folds[:1]


def _fold_parts(soup: BeautifulSoup) -> None:
    """Fold what stands under each heading for the statistician."""
    section, part = soup.find(id=_id_of(STATISTICIAN)), None
    for thing in list(section.next_siblings) if section else []:
        if thing.name in ("h1", "h2"):
            break
        if thing.name == "h3":
            part = thing.wrap(soup.new_tag("summary")).wrap(soup.new_tag("details", attrs={"class": "fold"}))
        elif part:
            part.append(thing.extract())


def _list_contents(soup: BeautifulSoup) -> None:
    """Link every section, and the folded parts of the last; a link within the notebook names the same ids."""
    contents = soup.new_tag("ol")
    parts = soup.new_tag("ol")
    for anchor in soup.select(".anchor-link"):
        anchor.decompose()
    for heading in soup.select("main h2[id], main .fold > summary > [id]"):
        link = soup.new_tag("a", href=f"#{heading['id']}")
        link.string = heading.get_text()
        item = soup.new_tag("li")
        item.append(link)
        (contents if heading.name == "h2" else parts).append(item)
        if heading["id"] == _id_of(STATISTICIAN):
            item.append(parts)
    soup.nav.append(contents)


def _link_headings(soup: BeautifulSoup) -> None:
    """Give each heading a link to itself, to be copied from there."""
    for heading in soup.select("main :is(h2, h3, h4)[id]"):
        name = f"Link to {heading.get_text()}"
        link = soup.new_tag(
            "a", attrs={"class": "anchor", "href": f"#{heading['id']}", "aria-label": name, "title": "Link"}
        )
        link.string = "#"
        if heading.parent.name == "summary":  # which is a button already
            heading.parent.insert_after(link)
        else:
            heading.append(link)


def _keep_signs(soup: BeautifulSoup) -> None:
    """Keep each per cent sign on the line of its number."""
    for text in soup.body.find_all(string=BEFORE_PER_CENT):
        if not text.find_parent(["pre", "script"]):
            text.replace_with(BEFORE_PER_CENT.sub("\N{NO-BREAK SPACE}%", text))


def _keep_whole(soup: BeautifulSoup) -> None:
    """Keep months, steps and intervals on one line."""
    for text in soup.main.find_all(string=WHOLE):
        if not text.find_parent(["h1", "h2", "h3", "h4", "pre", "script", "style"]):
            for number, part in enumerate(WHOLE.split(text)):
                if number % 2:
                    whole = soup.new_tag("span", attrs={"class": "whole"})
                    whole.string = part
                    text.insert_before(whole)
                else:
                    text.insert_before(part)
            text.extract()


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
        cells = row.find_all(["th", "td"])
        for cell in cells:
            if len(cell.get_text()) <= (ON_ONE_LINE if len(cells) < MANY_COLUMNS else BRIEF):
                cell["class"] = ["short"]
    columns = list(zip(*(row.find_all(["th", "td"]) for row in table.select("tbody tr")), strict=False))
    for header, column in zip(table.select("thead tr:last-child th"), columns, strict=False):
        lengths = sorted(len(cell.get_text()) for cell in column)
        if lengths[len(lengths) // 2] > PROSE:
            header["class"] = ["prose"]
        elif column is columns[0] and lengths[-1] > ON_ONE_LINE:
            header["class"] = ["phrase"]
    if len(columns) >= DENSE:
        table["class"] = [*table.get("class", []), "dense"]


def _align_numbers(table: Tag) -> None:
    """Mark the columns that hold numbers, with or without an interval."""
    rows = [row.find_all(["th", "td"]) for row in table.select("tbody tr")]
    headers = table.select("thead tr:last-child th")
    for header, *cells in zip(headers, *rows, strict=False):
        texts = {cell.get_text(strip=True) for cell in cells}.difference(NO_NUMBER)
        if texts and all(NUMBER.fullmatch(text) for text in texts):
            for cell in (header, *cells):
                cell["class"] = [*cell.get("class", []), "number"]


def _add_calculator(soup: BeautifulSoup, calculator: Calculator) -> None:
    """Put the calculator under its picture, and its data, which are no script, before the script."""
    if picture := soup.select_one(f'main img[alt*="{calculator.picture}"]'):
        picture.find_parent(class_="frame").insert_after(BeautifulSoup(calculator.form, "html.parser"))
        data = soup.new_tag("script", attrs={"type": "application/json", "id": "listed"})
        data.string = calculator.data
        soup.script.insert_before(data)


def _sign_prints(soup: BeautifulSoup) -> None:
    """Let every printed page name the report and the file that it is made from."""
    sentences = (text.get_text() for text in soup.select("main p"))
    signature = soup.title.get_text()
    if named := next(filter(SOURCE.search, sentences), None):
        signature += f" · {named}"
    style = soup.new_tag("style")
    style.string = f'@page {{ @bottom-left {{ content: "{UNSAFE.sub(_escape_for_css, signature)}" }} }}'
    soup.head.append(style)


def _escape_for_css(found: re.Match[str]) -> str:
    return f"\\{ord(found[0]):x} "


def _box(soup: BeautifulSoup, thing: Tag, kind: str, label: str) -> None:
    """Put a thing that may be wider than the screen into a box that scrolls, by keyboard as well."""
    box = {"class": kind, "role": "group", "tabindex": "0", "aria-label": label}
    thing.wrap(soup.new_tag("div", attrs=box)).wrap(soup.new_tag("div", attrs={"class": "frame"}))
