"""The story as one HTML page, README's results, and the forecast that can be caught out.

report.run.main(["--csv", "my.csv"])          what `python -m tiktok.report --csv my.csv` does
report.run.run_notebook(path, parameters)     a notebook, run top to bottom in a fresh kernel
report.run.to_html(notebook)                  an executed notebook as a page that asks for nothing
"""
