import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

# files that share what takes long: one worker does all of these, one after the other
TOGETHER = {
    "stories": ("tests/test_notebook.py", "tests/report/test_page.py", "tests/test_story_digest.py"),
    "forecasts": ("tests/forecast/test_overview.py", "tests/story/test_forecast.py"),
}

settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.register_profile("quick", deadline=None)  # how long an example takes says nothing of the code here
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="draw all that is drawn at random, not a share")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--thorough"):
        settings.load_profile("thorough")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Count whoever needs a story, or the forecast of all lists, among what is slow."""
    if any(name.startswith(("told_", "forecast_of")) for name in getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.slow)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put quick tests first, and what tells whole stories before the rest, so that both workers end alike."""

    def rank(item: pytest.Item) -> int:
        told = any(name.startswith("told_") for name in getattr(item, "fixturenames", ()))
        return (item.get_closest_marker("slow") is not None) * (1 if told else 2)

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give what shares a story or a forecast to one worker, else what shares a file."""
    from xdist.scheduler import LoadScopeScheduling

    class Sharing(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((shared for shared, files in TOGETHER.items() if file in files), file)

    return Sharing(config, log)


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config) -> Callable[[int], int]:
    """How many of so many random cases are drawn: a quarter, but all of them by `make test-thorough`."""
    return lambda cases: cases if pytestconfig.getoption("--thorough") else cases // 4


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
def real_lists(real_data_dir):
    """All months of the real lists, cleaned; nobody changes them."""
    import acquire
    import prepare

    raw = acquire.get_panel(data_dir=real_data_dir, source="local")
    return {month: prepare.clean(rows) for month, rows in raw.items()}


@pytest.fixture(scope="session")
def forecast_of_real(real_lists):
    """What is known of the next list from some of the real lists, each selection computed once."""
    from tiktok import forecast

    return cache(lambda *months: forecast.summarise_forecast({month: real_lists[month] for month in months}))


@pytest.fixture(scope="session")
def forecast_of_sample(panel_of_sample):
    """What is known of the next list, from all months of the sample."""
    from tiktok import forecast

    return forecast.summarise_forecast(panel_of_sample)
