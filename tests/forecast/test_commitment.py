import hashlib
import re

import numpy as np
import pytest

import acquire
import prepare
from tiktok.forecast import commitment
from tiktok.forecast.commitment import (
    COLUMNS,
    FORECASTS,
    check_forecast,
    hash_handles,
    make_forecast,
    read_forecast,
    render_forecast,
)
from tiktok.forecast.learners import BASELINES
from tiktok.forecast.rolling import ForecastError, forecast_creators, predict_steps
from tiktok.forecast.scores import score_forecasts
from tiktok.report.run import main

MONTHS = ("2022-06", "2022-07", "2022-09")


@pytest.fixture(scope="module")
def panel():
    return {
        month: prepare.clean(raw)
        for month, raw in acquire.get_panel(["2022-02", *MONTHS], source="sample").items()
    }


@pytest.fixture(scope="module")
def before(panel):
    return {month: panel[month] for month in ("2022-02", "2022-06", "2022-07")}


@pytest.fixture(scope="module")
def table(before):
    return make_forecast(before, "2022-09")


@pytest.fixture
def at_hand(monkeypatch, panel):
    """Let the command find these lists, as if they were real."""
    raw = acquire.get_panel(["2022-02", *MONTHS], source="sample")
    for frame in raw.values():
        frame.attrs["provenance"]["synthetic"] = False
    monkeypatch.setattr(commitment, "get_panel", lambda source: raw)
    return raw


def test_handles_are_there_as_hashes_only(table, before):
    text = render_forecast(table, before, "2022-09")
    listed = before["2022-07"]["handle"]
    assert set(table["handle_sha256"]) == {hashlib.sha256(handle.encode()).hexdigest() for handle in listed}
    assert table["handle_sha256"].is_monotonic_increasing, "the order of the list isn't given away"
    words = set(re.findall(r"[\w.]+", text))
    assert not [handle for handle in listed if handle in words and len(handle) > 3]
    assert list(table) == COLUMNS


def test_it_says_what_forecast_creators_says(table, before):
    ahead = forecast_creators(before, days_ahead=62)
    ahead = ahead.set_index(hash_handles(ahead["handle"])).loc[table["handle_sha256"]]
    for column in COLUMNS[1:]:
        assert np.array_equal(table[column], ahead[column])


def test_the_notes_say_what_it_was_made_from(table, before):
    text = render_forecast(table, before, "2022-09")
    for month, creators in before.items():
        assert f"# {month} {creators.attrs['provenance']['sha256']}\n" in text


def test_the_command_is_named_as_the_committed_forecast_names_it(table, before):
    """Made again, it is to be the same, whatever the command is called by now."""
    committed = (FORECASTS / "2022-12.csv").read_text(encoding="utf-8").splitlines()
    assert render_forecast(table, before, "2022-09").splitlines()[1] == committed[1]


def test_what_is_written_is_what_is_read(table, before, tmp_path):
    path = tmp_path / "2022-09.csv"
    path.write_text(render_forecast(table, before, "2022-09"), encoding="utf-8", newline="\n")
    read = read_forecast(path)
    assert np.allclose(read[["p_stay", "p_success"]], table[["p_stay", "p_success"]], atol=6e-5)
    assert np.allclose(read[COLUMNS[3:]], table[COLUMNS[3:]], rtol=6e-4)
    assert read.attrs["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert list(read.attrs["sources"]) == list(before)


def test_the_month_itself_is_not_looked_at(panel, before):
    with pytest.raises(ForecastError, match="The panel holds 2022-09"):
        make_forecast(panel, "2022-09")


def test_the_score_is_that_of_the_forecast_of_the_step(table, panel):
    scores, gains, calibration, screening = check_forecast(table, panel)
    assert scores["step"].unique().tolist() == ["2022-07→2022-09"]
    wide = scores.pivot(index=["outcome", "metric"], columns="model", values="value")
    # the same models, fitted on the same lists
    rolled = predict_steps(prepare.pair_snapshots(panel), learners=(), months=["2022-07"])
    again = score_forecasts(rolled).query("step == '2022-07→2022-09'")
    again = again.pivot(index=["outcome", "metric"], columns="model", values="value")
    assert np.allclose(wide["committed forecast"], again["drift"], equal_nan=True)
    assert wide[list(BASELINES)].equals(again[list(BASELINES)])
    assert {"base rate", "persistence", "shrunk persistence", "current rank"} == set(gains["baseline"])
    assert (gains["model"] == "committed forecast").all()
    assert {*calibration["step"], *screening["step"]} == {"2022-07→2022-09"}
    assert calibration.set_index("outcome").loc["stayed", "said"] == pytest.approx(table["p_stay"].mean())
    inside = calibration.set_index("outcome").loc["engagement_next", "came"]
    assert inside == wide.loc[("engagement_next", "coverage_90"), "committed forecast"]


def test_a_worse_forecast_scores_worse(table, panel):
    blind = table.assign(p_stay=0.4, p_success=table["p_success"].to_numpy()[::-1])
    scores = check_forecast(blind, panel).scores
    wide = scores.pivot(index=["outcome", "metric"], columns="model", values="value")
    assert wide.loc[("stayed", "auc"), "committed forecast"] == 0.5
    assert wide.loc[("success_next", "auc"), "committed forecast"] < 0.65


def test_a_forecast_of_other_creators_is_refused(table, panel):
    with pytest.raises(ForecastError, match="differ in 1 creators: it was made from another file"):
        check_forecast(table.iloc[1:], panel)


def test_the_command_writes_once_and_never_changes_it(at_hand, tmp_path, capsys):
    path = tmp_path / "deep" / "2022-09.csv"
    assert main(["forecast", "2022-09", "--out", str(path)]) == 0
    said = capsys.readouterr().out
    assert hashlib.sha256(path.read_bytes()).hexdigest() in said
    assert main(["forecast", "2022-09", "--out", str(path)]) == 0, "the same again is no change"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    altered = path.read_bytes()
    assert main(["forecast", "2022-09", "--out", str(path)]) == 1
    assert "isn't changed afterwards" in capsys.readouterr().err
    assert path.read_bytes() == altered


def test_the_command_scores_with_baselines_beside_it(at_hand, tmp_path, capsys):
    path = tmp_path / "2022-09.csv"
    main(["forecast", "2022-09", "--out", str(path)])
    assert main(["score", "2022-09", "--out", str(path)]) == 0
    said = capsys.readouterr().out
    for name in ("committed forecast", "persistence", "base rate"):
        assert name in said
    assert re.search(
        r"\d\d % were to be on the list, \d\d % \(\d\d % to \d\d %\) were: \w+ (than )?said\.", said
    )
    assert re.search(r"90 % were to lie inside their intervals, \d\d % \(", said)
    assert re.search(
        r"Of the 100 creators named for the top quarter, \d\d % came; of the 100 with the most", said
    )
    assert re.search(
        r"Who stays on the list: better than base rate, 0\.\d\d \(0\.\d\d to 0\.\d\d\) in Brier", said
    )


def test_a_forecast_waits_for_its_list(at_hand, tmp_path, capsys):
    path = tmp_path / "2022-12.csv"
    assert main(["forecast", "2022-12", "--out", str(path)]) == 0
    assert main(["score", "2022-12", "--out", str(path)]) == 1
    said = capsys.readouterr().err
    assert "The list of 2022-12 isn't at hand" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No forecast can be read from"), ("a,b\n1,2\n", "is no forecast: its columns are a, b")],
)
def test_what_is_no_forecast_is_refused(at_hand, tmp_path, capsys, content, message):
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert main(["score", "2022-09", "--out", str(path)]) == 1
    assert message in capsys.readouterr().err


def test_made_up_lists_make_no_forecast(monkeypatch, tmp_path, capsys):
    raw = acquire.get_panel(["2022-02", "2022-06"], source="sample")
    monkeypatch.setattr(commitment, "get_panel", lambda source: raw)
    assert main(["forecast", "2022-12", "--out", str(tmp_path / "x.csv")]) == 1
    assert "synthetic" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()


def test_the_committed_forecast_is_whole():
    table = read_forecast(FORECASTS / "2022-12.csv")
    assert table["handle_sha256"].str.fullmatch(r"[0-9a-f]{64}").all()
    assert table["handle_sha256"].is_unique
    assert ((table[["p_stay", "p_success"]] > 0) & (table[["p_stay", "p_success"]] < 1)).all(axis=None)
    assert (table["p_success"] <= table["p_stay"]).all()
    assert (table["engagement_low"] < table["engagement"]).all()
    assert (table["engagement"] < table["engagement_high"]).all()
    assert list(table.attrs["sources"]) == [
        "2022-02",
        "2022-06",
        "2022-07",
        "2022-09",
        "2022-11",
    ]


@pytest.mark.real_data
def test_the_committed_forecast_can_be_made_again(real_data_dir, monkeypatch):
    monkeypatch.setenv("TIKTOK_DATA_DIR", str(real_data_dir))
    committed = read_forecast(FORECASTS / "2022-12.csv")
    sources = committed.attrs["sources"]
    panel = {month: df for month, df in commitment.load_lists().items() if month in sources}
    again = make_forecast(panel, "2022-12")
    assert sources == {m: df.attrs["provenance"]["sha256"] for m, df in panel.items()}
    assert again["handle_sha256"].equals(committed["handle_sha256"])
    assert np.allclose(again[["p_stay", "p_success"]], committed[["p_stay", "p_success"]], atol=1e-3)
    assert np.allclose(again["engagement"], committed["engagement"], rtol=1e-2)
    # the intervals were mended since, and reach farther; the file stays as it was written
    assert (again["engagement_low"] < committed["engagement_low"]).all()
    assert (again["engagement_high"] > committed["engagement_high"]).all()


@pytest.mark.real_data
def test_the_command_tells_what_came_of_the_committed_forecast(real_data_dir, monkeypatch, capsys):
    monkeypatch.setenv("TIKTOK_DATA_DIR", str(real_data_dir))
    assert main(["score", "2022-12"]) == 0
    said = capsys.readouterr().out
    assert "54 % were to be on the list, 47 % (44 % to 50 %) were: fewer than said." in said
    assert "90 % were to lie inside their intervals, 83 % (79 % to 86 %) did: fewer than said." in said
    assert "named for the top quarter, 90 % came; of the 20 with the most engagement before, 70 %: no" in said
    assert "before, 52 %: a clear difference." in said
    assert "Who is in its top quarter: not clearly better than shrunk persistence, 0.05" in said


@pytest.mark.real_data
def test_the_committed_forecast_is_scored_as_it_was_written(real_data_dir, monkeypatch):
    monkeypatch.setenv("TIKTOK_DATA_DIR", str(real_data_dir))
    committed = read_forecast(FORECASTS / "2022-12.csv")
    assert committed.attrs["sha256"] == "cf2e439c2d52a9fa4f760556c7f055cbe2e32f17d3b4f383dbbae296347afcd9"
    checked = check_forecast(committed, commitment.load_lists())
    told = checked.calibration.set_index("outcome")
    expected = {"stayed": (0.542, 0.467), "success_next": (0.169, 0.141), "engagement_next": (0.9, 0.826)}
    for outcome, shares in expected.items():
        assert told.loc[outcome, ["said", "came"]].tolist() == pytest.approx(shares, abs=5e-4)
    assert (told["verdict"] == "fewer than said").all()
    named = checked.screening.set_index("named")[["forecast", "now"]]
    assert named.to_numpy().tolist() == [[0.9, 0.7], [0.59, 0.52]]
    assert checked.screening["better"].tolist() == [False, True]
