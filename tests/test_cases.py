"""Small lists as people really have them, in `cases` beside the real lists: what becomes of each."""

import pytest

from acquire import AcquireError, get_tiktokers
from prepare import PrepareError, clean
from tiktok.report import run

READ = {
    "month-not-july.csv": 8,
    "likes-lifetime-apify.csv": 8,
    "avg-beats-plain.csv": 8,
    "semicolon-decimal-comma.csv": 8,
    "sep-line.csv": 8,
    "no-display-names.csv": 300,
    "total-row.csv": 8,
    "account-flag.csv": 8,
    "followees.csv": 8,
    "fifty.csv": 50,
}
REFUSED = {
    "log-columns.csv": "'log_views' is a logarithm",
    "unit-in-header.csv": "'Followers (millions)' is in a unit",
    "title-line.csv": "has a title in line 1",
    "instagram.csv": "'Instagram username' is of another platform",
    "dot-thousands-one-cell.csv": "data row 4: '180.000' would be a fraction",
    "utf16-no-bom.csv": "is text in UTF-16: save it as CSV in UTF-8",
}


@pytest.fixture
def cases(real_data_dir):
    folder = real_data_dir.parent / "cases"
    if not folder.is_dir():
        pytest.skip("the folder of cases isn't beside the real lists")
    return folder


@pytest.mark.real_data
def test_every_case_is_known(cases):
    assert {path.name for path in cases.glob("*.csv")} <= set(READ) | set(REFUSED)


@pytest.mark.real_data
@pytest.mark.parametrize("name", READ)
def test_a_case_that_can_be_read_is(cases, name):
    creators = clean(get_tiktokers(path=cases / name))
    assert len(creators) == READ[name]
    assert (creators["likes"] < creators["views"]).all()
    if name == "month-not-july.csv":
        assert set(creators["month"]) == {"2023-04"}


@pytest.mark.real_data
@pytest.mark.parametrize("name", REFUSED)
def test_a_case_that_cannot_be_read_is_refused_with_its_cause(cases, name):
    with pytest.raises((AcquireError, PrepareError)) as refused:
        clean(get_tiktokers(path=cases / name))
    assert REFUSED[name] in str(refused.value)
    assert len(str(refused.value)) < 900


@pytest.mark.real_data
def test_a_handful_of_creators_is_told_to_be_too_few_before_anything_runs(cases, capsys, monkeypatch):
    monkeypatch.setattr(run, "run_notebook", lambda *_: pytest.fail("the story was begun"))
    assert run.main(["--csv", str(cases / "followees.csv")]) == 1
    said = capsys.readouterr().err
    assert "'followees.csv' has 8 creators, too few for the story" in said
    assert said.count("\n") == 1
