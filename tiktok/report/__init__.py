"""The story as one HTML page, README's results, and the forecast that can be caught out.

report.main(["--csv", "my.csv"])          what `python -m tiktok.report --csv my.csv` does; --help says more
report.run_notebook(path, parameters)     a notebook, run top to bottom in a fresh kernel
report.to_html(notebook)                  an executed notebook as a page that asks for nothing
"""

from tiktok.report.run import main as main
from tiktok.report.run import run_notebook as run_notebook
from tiktok.report.run import to_html as to_html
