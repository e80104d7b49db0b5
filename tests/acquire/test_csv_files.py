import csv
import gzip
import io
import os
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok.acquire.csv_files import RawCsvError, read_cells, read_file

CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def cells_of(text):
    return read_cells(text.encode(), "list.csv").to_numpy().tolist()


def test_every_cell_stays_the_text_of_the_file():
    raw = read_cells(b"a,b,c,d\n01,1.0,NA, x \n-,null,,=1+1\n", "list.csv")
    assert raw.to_numpy().tolist() == [["01", "1.0", "NA", " x "], ["-", "null", "", "=1+1"]]
    assert all(isinstance(dtype, pd.StringDtype) for dtype in raw.dtypes)


def test_doubled_headers_and_line_breaks_in_them_are_kept_in_order():
    raw = read_cells('\ufeffNo,Views,"\nFollowers",Views\r\n1,3M,4M,3000000\r\n'.encode(), "list.csv")
    assert raw.columns.tolist() == ["No", "Views", "\nFollowers", "Views"]
    assert raw.iloc[0].tolist() == ["1", "3M", "4M", "3000000"]


def test_a_row_wrapped_whole_in_quotation_marks_is_a_row_whose_first_cell_holds_it():
    assert cells_of('a,b,c\n"1,""x, y"",3"\n4,5,6\n') == [['1,"x, y",3', "", ""], ["4", "5", "6"]]


def test_a_row_of_nothing_but_commas_is_kept_and_a_blank_line_is_none():
    assert cells_of("a,b\n,\n\n1,2\n\n") == [["", ""], ["1", "2"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end):
    assert cells_of(f"a,b{end}1,2{end}3,4") == [["1", "2"], ["3", "4"]]


def test_scripts_and_emoji_survive():
    assert cells_of("a,b\nЖ,😀 ไทย\n") == [["Ж", "😀 ไทย"]]


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_whatever_a_csv_holds_is_read_back(rows):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *rows])
    assert read_cells(buffer.getvalue().encode(), "list.csv").to_numpy().tolist() == [list(r) for r in rows]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n \n\n", "is empty"),
        (b"a,b\n", "has a header and no rows"),
        (b"just a note\nto myself\n", "is no CSV of several columns"),
        (
            b"Top creators, 2023\na,b,c,d,e,f\n1,2,3,4,5,6\n",
            "has a title in line 1, 'Top creators, 2023', above",
        ),
        ("a,b\n1,2\n".encode("utf-16-le"), "is text in UTF-16"),
        ("a,b\n1,2\n".encode("utf-16-be"), "is text in UTF-16"),
        (b"\x1f\x8b\x08\x00", "is compressed by gzip"),
        (b"\xd0\xcf\x11\xe0\xa1", "is an old Excel workbook"),
        (b"PAR1,", "is a Parquet table"),
        (b'{"data": [1, 2]}', "is JSON, not a CSV"),
        (b'[{"a": 1}]', "is JSON, not a CSV"),
        (b'"a,b"\n"1,2"\n', "header is wrapped whole in quotation marks"),
        (b"\n<!DOCTYPE html>\n<p>Log in, please</p>\n", "is a web page"),
        (b"\xef\xbb\xbf<html><body>,</body></html>", "is a web page"),
        (b"PK\x03\x04\x14\x00,,", "is a workbook or an archive, and damaged"),
        ("a,b\n1,2\n".encode("utf-16"), "is text in UTF-16"),
        (b"a,b\n1,2\n\xe9,4\n", r"not in UTF-8 \(byte 0xe9 in line 3\)"),
        (b"a,b\n1,\x002\n", "NUL byte in line 2"),
        (b"a,b\n1,2\n3,4,5\n", r"has 3 cells in row 2 \(line 3\), its header 2"),
        (b'"a\n",b\n\n1,"2\n"\n3,4,\n', r"has 3 cells in row 2 \(line 6\), its header 2"),
        (b"a,b\r1,2\r3,4,5\r", r"has 3 cells in row 2 \(line 3\), its header 2"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "a quotation mark that is never closed"),
        (b'a,b\n"' + b"x" * 200_000 + b'",2,3\n', "can't be taken apart near line 2"),
    ],
)
def test_what_is_no_table_gets_one_sentence_with_the_place(data, sentence):
    with pytest.raises(RawCsvError, match=sentence) as caught:
        read_cells(data, "list.csv")
    assert "'list.csv'" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(caught.value.problem + ": ")


def test_a_file_knows_what_was_read(tmp_path):
    (tmp_path / "list.csv").write_bytes(b"a,b\n1,2\n3,4\n")
    assert read_file(tmp_path / "list.csv").attrs["file"] == {
        "file": "list.csv",
        # by sha256sum of GNU coreutils
        "sha256": "b9485148546419a0f6a85e8d708c923557c15d7f3c7d078ef1fa7f7c0f57d5a5",
        "bytes": 12,
        "rows": 2,
        "columns": 2,
        "read_as": "separated by commas",
    }


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path):
    with pytest.raises(RawCsvError, match=r"'.*none\.csv' isn't there"):
        read_file(tmp_path / "none.csv")
    with pytest.raises(RawCsvError, match="is a folder"):
        read_file(tmp_path)
    with pytest.raises(RawCsvError, match="isn't there"):
        read_file(Path(os.devnull))


def test_a_file_that_can_not_be_read_says_why(tmp_path, monkeypatch):
    def deny(_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "list.csv").touch()
    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(RawCsvError, match=r"can't be read \(Permission denied\)"):
        read_file(tmp_path / "list.csv")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("told", [True, False])
def test_columns_are_read_whatever_separates_them(mark, told):
    lines = [mark.join("abcdef"), mark.join("123456")]
    data = "\n".join(([f"sep={mark}"] if told else []) + lines) + "\n"
    assert read_cells(data.encode(), "list.csv").to_dict("records") == [
        dict(zip("abcdef", "123456", strict=True))
    ]


def test_a_separator_that_no_spreadsheet_writes_is_refused_and_named():
    for mark in "№€":
        with pytest.raises(RawCsvError, match=f"says in line 1 that .{mark}. separates its columns"):
            read_cells(f"sep={mark}\n{mark.join('abcdef')}\n{mark.join('123456')}\n".encode(), "list.csv")


def test_a_comma_in_quotation_marks_separates_nothing():
    data = b'"a,1,2,3";"b";"c"\n"x,y,z";2;3\n'
    assert read_cells(data, "list.csv").to_numpy().tolist() == [["x,y,z", "2", "3"]]


def test_between_semicolons_a_comma_before_a_digit_or_two_is_a_decimal_mark():
    data = b"a;b;c;d;e\n13,8M;50,25 k;747,945;one, two;1,546338M\n"
    cells = read_cells(data, "list.csv").iloc[0].tolist()
    assert cells == ["13.8M", "50.25 k", "747,945", "one, two", "1.546338M"]
    commas = b'a,b\n"13,8M",1\n'
    assert read_cells(commas, "list.csv").to_numpy().tolist() == [["13,8M", "1"]]


LIST = [
    ["handle", "subs", "views", "likes", "comments", "shares"],
    ["ada", "1.2M", 13_800_000, 2.5, None, 7.0],
]


def workbook(**sheets):
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for title, rows in sheets.items():
            wide = max(map(len, rows))
            pd.DataFrame([row + [None] * (wide - len(row)) for row in rows]).to_excel(
                writer, sheet_name=title, header=False, index=False
            )
    return buffer.getvalue()


def test_a_title_above_the_headers_is_named_also_where_a_spreadsheet_filled_its_line_up():
    for title in ("Top 1000", "Top 1000,,,,,", "Top 1000\n\nof, 2022"):
        with pytest.raises(RawCsvError, match="has a title in line 1, 'Top 1000"):
            read_cells(f"{title}\na,b,c,d,e,f\n1,2,3,4,5,6\n".encode(), "list.csv")


def test_a_workbook_is_read_as_a_csv_would_be_and_says_its_sheet():
    raw = read_cells(workbook(Notes=[["read me"]], July=LIST), "list.xlsx")
    assert raw.columns.tolist() == LIST[0]
    assert raw.iloc[0].tolist() == ["ada", "1.2M", "13800000", "2.5", "", "7"]
    assert raw.attrs["read_as"] == "sheet 'July'"


def test_a_hidden_sheet_is_passed_over_and_a_creator_called_null_is_none_that_is_missing():
    book = openpyxl.Workbook()
    for title, handle in (("old", "bob"), ("new", "null")):
        sheet = book.create_sheet(title)
        sheet.append(LIST[0])
        sheet.append([handle, *LIST[1][1:]])
    book["old"].sheet_state = "hidden"
    book.save(buffer := io.BytesIO())
    assert read_cells(buffer.getvalue(), "list.xlsx").iloc[0, 0] == "null"


def formatted(form):
    """A workbook whose number of likes has this format."""
    book = openpyxl.Workbook()
    for row in LIST:
        book.active.append(row)
    book.active["D2"].number_format = form
    book.save(buffer := io.BytesIO())
    return buffer.getvalue()


@pytest.mark.parametrize("form", ['0.0"K"', '0.0,"M"', "0.0,", "#,##0,,"])
def test_numbers_that_only_look_like_thousands_are_refused(form):
    with pytest.raises(RawCsvError, match="shows cell D2 in thousands or millions"):
        read_cells(formatted(form), "list.xlsx")


@pytest.mark.parametrize(
    "form", ["General", "0.00", "#,##0", "0.00%", '0" views"', "yyyy-mm-dd", '#,##0.00 "kr"']
)
def test_other_formats_of_numbers_are_no_reason(form):
    assert len(read_cells(formatted(form), "list.xlsx")) == 1


def test_a_table_may_begin_anywhere_on_its_sheet():
    raw = read_cells(workbook(July=[[None] * 6, [None] * 6, *LIST]), "list.xlsx")
    assert raw.columns.tolist() == LIST[0]


def test_what_gzip_has_packed_is_read(tmp_path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n1,5M;2\n"))
    raw = read_file(path)
    assert raw.iloc[0].tolist() == ["1.5M", "2"]
    assert raw.attrs["file"]["read_as"] == "unpacked by gzip"


def str_or_file(value):
    """Name a case by its sentence: bytes that hold the time of day are others for each worker."""
    return value if isinstance(value, str) else "file"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (gzip.compress(b"a,b\n1,2\n")[:-4], "compressed by gzip and damaged"),
        (gzip.compress("a,b".encode("utf-16")), "text in UTF-16"),
        (workbook(July=LIST)[:-40], "is a workbook or an archive, and damaged"),
        (workbook(July=[["a", "b"], [1, 2]]), "a workbook without a sheet of 6 columns"),
        (workbook(July=LIST, June=LIST), "has 2 sheets with a table, 'July', 'June'"),
        (workbook(July=[["Top 1000"], *LIST]), "has a title in line 1, 'Top 1000"),
    ],
    ids=str_or_file,
)
def test_what_is_packed_and_no_list_gets_one_sentence(data, sentence):
    with pytest.raises(RawCsvError, match=sentence):
        read_cells(data, "list.xlsx")


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (zipped(list="a,b\n1,2\n"), "is an archive: unpack it"),
        (zipped(xl__workbook="<workbook/>"), "a workbook that can't be opened"),
        (zipped(xl__workbook="no xml"), "a workbook that can't be opened"),
        (zipped(xl__workbook="x" * 60_000_000), "unpacks to more than 50 MB"),
        (gzip.compress(b"a" * 60_000_000), "unpacks to more than 50 MB"),
    ],
    ids=str_or_file,
)
def test_an_archive_that_is_no_workbook_gets_one_sentence(data, sentence):
    with pytest.raises(RawCsvError, match=sentence):
        read_cells(data, "list.zip")


def test_without_the_extra_a_workbook_is_named_with_what_to_install(monkeypatch):
    data = workbook(July=LIST)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(RawCsvError, match=r"is a workbook: install what reads it \(pip install openpyxl\)"):
        read_cells(data, "list.xlsx")


@given(st.binary(max_size=60), st.sampled_from([b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x8b\x08\x00"]))
def test_whatever_follows_a_signature_is_read_or_refused_in_a_sentence(rest, signature):
    with pytest.raises(RawCsvError, match=r"^'list' is "):
        read_cells(signature + rest, "list")


def test_one_cell_that_proves_a_decimal_comma_proves_it_for_its_column():
    raw = read_cells(b"a;b\n48,5;48,512\n48,512;51,125\n", "list.csv")
    assert raw["a"].tolist() == ["48.5", "48.512"]
    assert raw["b"].tolist() == ["48,512", "51,125"]  # as the lists write thousands
    assert read_cells(b"a;b\n48,5;x\n1,234,567;y\n", "list.csv")["a"].tolist() == ["48.5", "1,234,567"]
