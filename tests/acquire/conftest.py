from contextlib import contextmanager

import pytest
from lists_on_disk import OFFLINE

from tiktok.acquire import get, kaggle


@pytest.fixture
def asked(monkeypatch):
    """The datasets that Kaggle was asked for; it is always away with this (test_kaggle.py is about it)."""

    @contextmanager
    def away(dataset, _folder):
        datasets.append(dataset)
        raise kaggle.DownloadError(OFFLINE)
        yield

    datasets = []
    monkeypatch.setattr(kaggle, "fetched_archive", away)
    return datasets


@pytest.fixture
def data(monkeypatch, tmp_path):
    """The default data folder, empty."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.delenv("TIKTOK_DATA_DIR", raising=False)
    monkeypatch.setattr(get, "DATA_DIR", folder)
    return folder
