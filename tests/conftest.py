import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data_dir():
    """The folder with the real monthly lists, which the project doesn't ship."""
    folder = os.environ.get("TIKTOK_DATA_DIR")
    if not folder:
        pytest.skip("TIKTOK_DATA_DIR isn't set: the real lists aren't at hand")
    return Path(folder)


@pytest.fixture(scope="session")
def told_on_sample():
    """The notebook, run once on the sample, and its digest; nobody changes them."""
    import story_digest  # here, so that other tests don't wait for it

    return story_digest.tell("sample")


@pytest.fixture(scope="session")
def told_on_july(real_data_dir):
    """The same on the real July list."""
    import story_digest

    return story_digest.tell("july")


@pytest.fixture(scope="session")
def story_on_sample(told_on_sample):
    return told_on_sample[0]


@pytest.fixture(scope="session")
def panel_of_sample():
    """All months of the sample, cleaned; nobody changes them."""
    import acquire
    import prepare

    return {month: prepare.clean(raw) for month, raw in acquire.get_panel(source="sample").items()}


@pytest.fixture(scope="session")
def forecast_of_sample(panel_of_sample):
    """What is known of the next list, from all months of the sample."""
    from tiktok import forecast

    return forecast.summarise_forecast(panel_of_sample)
