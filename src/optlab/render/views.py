"""Which columns a terminal shows for each verb, the most wanted first. Once."""

from __future__ import annotations

VIEWS: dict[str, tuple[str, ...]] = {
    "price": (
        *("underlying", "contract", "quantity", "status", "price", "vol", "value", "delta", "vega", "theta"),
        *(
            "profit",
            "gamma",
            "rho",
            "days",
            "extrinsic",
            "moneyness",
            "exercise_premium",
            "exercise_boundary",
        ),
    ),
    "greeks": (
        *(
            "currency",
            "unpriced",
            "value",
            "profit",
            "delta_cash",
            "beta_delta",
            "gamma_cash",
            "vega",
            "theta",
        ),
        *("rho", "leg_count", "delta", "cost", "gamma"),
    ),
    "bias": (
        *("strategy_id", "strategy", "lots", "direction", "delta_ratio", "scenario_lean", "volatility_view"),
        *("legs", "delta_per_lot", "delta_cash", "premium_percent", "nearest", "day", "group"),
    ),
    "families": ("family", "n", "share", "bullish", "bearish", "neutral", "unclassified"),
    "totals": (
        *(
            "scope",
            "currency",
            "delta_cash",
            "gross_delta_cash",
            "net_to_gross",
            "vega",
            "theta",
            "gamma_cash",
        ),
        "beta_delta",
    ),
    "trend": (
        *(
            "scope",
            "first_day",
            "day",
            "bullish",
            "bearish",
            "neutral",
            "unclassified",
            "n",
            "change",
            "p_value",
        ),
        *("reversal", "low", "high"),
    ),
    "strategies": (
        *("strategy_id", "strategy", "legs", "lots", "cover", "premium_percent", "profit", "days_nearest"),
        *("account", "status", "textbook_direction", "tag", "reading", "premium", "expiries", "group"),
    ),
    "explain": ("reading", "cost", "strategy", "lots", "legs", "naked"),
    "shares": ("scope", "bullish", "bearish", "neutral", "unclassified", "n", "low", "high"),
    "verify": ("judge", "number", "legs", "largest_difference", "tolerance", "agrees"),
    "check": ("file", "problems", "rows", "imported", "ignored", "dialect"),
    "columns": ("column", "unit", "meaning", "stage", "type"),
    "catalog": ("name", "legs", "direction", "volatility", "rank", "family", "mirror", "aliases"),
    "meanings": ("name", "legs", "direction", "said_at", "volatility", "family"),
    "venue": ("venue_name", "structure", "legs", "direction", "volatility", "family"),
    "context": (
        *(
            "underlying",
            "spot",
            "one_month_vol",
            "percentile",
            "risk_reversal",
            "butterfly",
            "slope",
            "shape",
        ),
        *("put_call_ratio", "realised", "iv_less_realised", "three_month_vol", "iv_rank", "history_days"),
    ),
    "term": (
        *("expiry", "days", "forward", "atm_vol", "risk_reversal", "butterfly", "open_interest_calls"),
        *("open_interest_puts", "put_call_ratio", "call_vol", "put_vol", "volume_calls", "volume_puts"),
    ),
    "tenors": ("tenor", "days", "atm_vol", "tenor_source", "risk_reversal", "butterfly", "wing_source"),
    "cone": (
        *("window", "realised", "minimum", "lower_quartile", "median", "upper_quartile", "maximum"),
        *("iv_less_realised", "windows"),
    ),
    "payoff": (
        *("strategy", "status", "max_profit", "max_loss", "probability_of_profit", "breakevens"),
        "horizon_day",
        *("entry_cost", "expected_profit", "exactness", "expected_shortfall", "right_tail"),
        *("percentile_5", "percentile_50", "percentile_95", "law", "currency"),
    ),
    "touched": ("level", "level_of", "probability_of_touch", "probability_beyond"),
    "stress": ("scenario", "currency", "profit", "unpriced", "about", "causes"),
    "convert": ("underlying", "contract", "quantity", "multiplier", "currency", "entry", "group", "account"),
}
"""The columns a terminal shows for each verb, the most wanted first: what does not fit is left out from the end."""
