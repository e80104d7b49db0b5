"""The next list: who stays on it, who is in its top quarter, what engagement to expect.

    pairs = prepare.pair_snapshots(panel)
    forecast.forecast(pairs)                        each list forecast from the ones before it, scored
    forecast.predict_steps(pairs)                   the forecasts themselves, creator by creator
    forecast.forecast_creators(panel)               of the list that comes after the last
    forecast.compare_definitions(panel)             by engagement and by interactions, against "same as now"
    forecast.count_transitions(panel)               from which quarter of a list to which of the next, or out
    forecast.check_commitment(panel)                the forecast that was written down beforehand, scored

A forecast knows the past alone. What is too little to learn from raises ForecastError.
"""

from tiktok.forecast.overview import check_commitment as check_commitment
from tiktok.forecast.overview import compare_definitions as compare_definitions
from tiktok.forecast.overview import summarise_forecast as summarise_forecast
from tiktok.forecast.rolling import ForecastError as ForecastError
from tiktok.forecast.rolling import forecast as forecast
from tiktok.forecast.rolling import forecast_creators as forecast_creators
from tiktok.forecast.rolling import predict_steps as predict_steps
from tiktok.forecast.scores import compare_forecasts as compare_forecasts
from tiktok.forecast.scores import score_forecasts as score_forecasts
from tiktok.forecast.transitions import count_transitions as count_transitions
