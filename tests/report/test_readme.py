import hashlib
import re

import pytest

import acquire
import prepare
from tiktok.lists.files import PROJECT
from tiktok.report import readme

TEXT = readme.README.read_text(encoding="utf-8")


@pytest.mark.real_data
def test_the_results_are_those_of_the_real_list(real_data_dir):
    creators = prepare.clean(acquire.get_tiktokers("2022-07", data_dir=real_data_dir, source="local"))
    assert readme.with_results(TEXT, creators) == TEXT, "README.md is stale: make readme"


def test_results_are_shown_of_real_data_only(monkeypatch):
    sample = acquire.get_tiktokers("2022-07", source="sample")
    monkeypatch.setattr(readme, "get_tiktokers", lambda *_, **__: sample)
    with pytest.raises(acquire.AcquireError, match="real list only"):
        readme.write_results()
    assert readme.README.read_text(encoding="utf-8") == TEXT


def test_a_story_that_was_not_told_has_no_findings(tmp_path):
    path = tmp_path / "untold.ipynb"
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"untold\.ipynb holds no outputs: tell the story first"):
        readme.read_findings(path)


def test_the_findings_have_no_link_into_a_page_that_is_not_there():
    findings = readme.read_findings()
    assert "](#" not in findings
    assert findings in TEXT
    assert findings.startswith("**This list shows how top creators differ")
    assert findings.count("\n- **") >= 4


def test_what_videos_say_of_the_hour_stands_there_with_its_numbers():
    said = readme.read_section(readme.OF_VIDEOS)
    assert said in TEXT
    assert "Another collection, of November 2020, says when 12,559 videos of 254 creators" in said
    assert "of the differences in views" in said
    assert "](#" not in said
    with pytest.raises(ValueError, match="says nothing with a link to"):
        readme.read_section("(#Nowhere)")


def test_a_readme_without_its_marks_is_refused():
    with pytest.raises(ValueError, match=r"README\.md has lost the comments"):
        readme.with_results("no block here", None)


def test_the_forecast_is_the_one_whose_hash_it_states():
    for path in (PROJECT / "data" / "forecasts").glob("*.csv"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in TEXT


def test_every_file_that_it_names_is_there():
    named = re.findall(r"`([\w/]+\.(?:py|toml|ipynb|in|txt)|\w+/)`", TEXT) + re.findall(
        r"\]\(([^)#:]+)\)", TEXT
    )
    missing = [name for name in named if not (PROJECT / name).exists() and name != "reports/"]
    assert named
    assert missing == []
