"""Every list, on which no sentence may contradict its own table: sign, significance, order of models."""

import pytest

import acquire
import model
import prepare

LISTS = [("sample", month) for month in ("2022-02", "2022-06", "2022-07", "2022-09", "2022-11")]
REAL_MONTHS = [*(month for _, month in LISTS), "2022-12"]
LISTS += [pytest.param(("local", month), marks=pytest.mark.real_data) for month in REAL_MONTHS]


@pytest.fixture(scope="module", params=LISTS, ids="-".join)
def every_list(request):
    source, month = request.param
    if source == "local":
        request.getfixturevalue("real_data_dir")
    return prepare.clean(acquire.get_tiktokers(month, source=source))


@pytest.fixture(scope="module")
def every_split(every_list):
    return prepare.label_success(prepare.split_creators(model.add_features(every_list)))


@pytest.fixture(scope="module", params=["sample", pytest.param("local", marks=pytest.mark.real_data)])
def every_panel(request):
    if request.param == "local":
        request.getfixturevalue("real_data_dir")
    raw = acquire.get_panel(source=request.param)
    return {month: prepare.clean(rows) for month, rows in raw.items()}
