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
def story_on_sample():
    """The notebook, run once on the sample; nobody changes it."""
    import report  # here, so that other tests don't wait for it

    return report.run_notebook(report.NOTEBOOK, report.parameters("2022-07", None, "sample"))
