from planted import plant_panel
from scipy.special import logit

from tiktok.forecast.chances import fit_chances, predict_chances
from tiktok.forecast.relative_features import align_lists
from tiktok.forecast.rolling import count_days
from tiktok.prepare.panel import pair_snapshots


def test_a_month_ahead_is_surer_than_half_a_year():
    months = ("2022-01", "2022-03", "2022-07", "2022-08")
    lists = pair_snapshots(plant_panel(400, 200, months=months))
    days = count_days(lists)
    aligned = align_lists(lists, days | {"soon": days["2022-07"] + 10, "late": days["2022-07"] + 400})
    fitted = fit_chances(aligned)
    soon, late = (predict_chances(fitted, aligned, later) for later in ("soon", "late"))
    assert logit(soon["stayed"]).std() > 1.2 * logit(late["stayed"]).std()
    assert soon["level"].std() > 1.2 * late["level"].std()
    assert (soon["level_high"] - soon["level_low"] < late["level_high"] - late["level_low"]).all()
