"""Several stories told in one kernel, which imports what they need once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pandas as pd
from nbclient import NotebookClient

from tiktok.beside import begin
from tiktok.report import run

# what is asked of all months is computed once for the stories of one folder of lists
ASK_ONCE = "import sys; sys.path.insert(0, 'tests'); from stories import begin_once as begin"


def tell(stories):
    """Run the story with each cell of parameters, and give the executed notebooks by the same names."""
    with ThreadPoolExecutor(max_workers=1) as aside:  # pytest's own thread may have an event loop
        return aside.submit(asyncio.run, _tell(stories)).result()


def tell_months(months):
    """Tell the story of each month of one folder of lists, which all ask the same of the other months."""
    return tell({month: f"{run.parameters(month, None, 'local')}\n{ASK_ONCE}" for month in months})


async def _tell(stories):
    kernel = run.new_kernel()
    await kernel.start_kernel(cwd=str(run.PROJECT))
    told = {}
    try:
        for name, parameters in stories.items():
            story = nbformat.read(run.NOTEBOOK, as_version=4)
            for cell in story.cells:
                if "parameters" in cell.metadata.get("tags", []):
                    cell.source = parameters
            client = NotebookClient(story, km=kernel, timeout=run.CELL_TIMEOUT, record_timing=False)
            told[name] = await client.async_execute(cleanup_kc=False)
            client.kc.stop_channels()
    finally:
        await kernel.shutdown_kernel(now=True)
    return told


known = {}


def begin_once(function, asked_of, *args, **kwargs):
    """Let what is begun of a panel be what was begun of the same panel before; of a list it is begun anew."""
    if not isinstance(asked_of, dict):
        return begin(function, asked_of, *args, **kwargs)
    asked = (function.__module__, function.__name__, repr(args), repr(kwargs))
    if asked not in known:
        known[asked] = asked_of, begin(function, asked_of, *args, **kwargs)
    before, begun = known[asked]
    assert list(before) == list(asked_of)
    for month, creators in asked_of.items():
        pd.testing.assert_frame_equal(before[month], creators)
    return begun
