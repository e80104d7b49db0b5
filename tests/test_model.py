import os
import subprocess
import sys
from pathlib import Path

import pytest

import model

PROJECT = Path(__file__).resolve().parent.parent
FINGERPRINT = """
import hashlib
import sys
sys.path.insert(0, "tests")
from made_lists import make_split
import model
split = make_split(150)
features = ["subscribers", "comments"]
names = ["base rate", "logistic regression", "gradient boosting"]
results = [
    model.predict_regressors(split, "engagement", features, model.log_regressors()),
    model.predict_classifiers(split, features),
    model.cross_validate_classifiers(split, features, names, repeats=1),
    model.list_elasticities(model.fit_elasticities(split.train, "engagement", features)),
    model.score_creators({"subscribers": [1e6, 1e7]}, split),
]
text = "".join(result.to_csv(float_format="%.17g") for result in results)
print(hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize(
    "name",
    [
        "LeakageError",
        "audit_leakage",
        "compare_classifiers",
        "compare_regressors",
        "fit_ols",
        "score_creators",
    ],
)
def test_what_ad_hoc_notebooks_import_is_there(name):
    assert callable(getattr(model, name))


def test_every_function_that_is_offered_says_what_it_does():
    functions = [value for value in vars(model).values() if callable(value)]
    assert len(functions) > 40
    assert all(function.__doc__ for function in functions)


@pytest.mark.slow
def test_one_thread_and_two_give_the_same_bytes():
    found = [
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT],
            cwd=PROJECT,
            env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert found[0] == found[1]
    assert len(found[0].strip()) == 64
