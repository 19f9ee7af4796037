"""How each column is written on a terminal: its heading, decimals, sign and percent. Once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """How a column is written on a terminal.

    Parameters
    ----------
    label : str
        The heading.
    digits : int or None
        Decimals; None lets the largest number in the column decide, for five significant digits.
    most : int
        The most decimals that None may choose.
    sign : bool
        Write a plus sign too, and colour by sign.
    percent : bool
        A fraction, written as a percentage.
    """

    label: str
    digits: int | None = None
    sign: bool = False
    percent: bool = False
    most: int = 4


CENTS = 2

STYLES: dict[str, Style] = {
    "quantity": Style("qty", 0, sign=True),
    "lots": Style("lots"),
    "strike": Style("strike"),
    "vol": Style("vol", 1, percent=True),
    "value": Style("value", sign=True, most=CENTS),
    "cost": Style("cost", sign=True, most=CENTS),
    "profit": Style("profit", sign=True, most=CENTS),
    "profit_percent": Style("profit %", 1, sign=True),
    "delta": Style("delta", sign=True),
    "gamma": Style("gamma", sign=True),
    "vega": Style("vega", sign=True, most=CENTS),
    "theta": Style("theta", sign=True, most=CENTS),
    "rho": Style("rho", sign=True, most=CENTS),
    "delta_cash": Style("delta cash", 0, sign=True),
    "gamma_cash": Style("gamma cash", 0, sign=True),
    "beta_delta": Style("beta delta", 1, sign=True),
    "delta_ratio": Style("ratio", 2, sign=True),
    "scenario_lean": Style("scen.", 2, sign=True),
    "vega_ratio": Style("vega ratio", 2, sign=True),
    "volatility_view": Style("vol"),
    "gross_delta_cash": Style("gross", 0),
    "net_to_gross": Style("net/gross", 2, sign=True),
    "share": Style("share", 0, percent=True),
    "change": Style("change", 0, sign=True, percent=True),
    "p_value": Style("p", 2),
    "nearest": Style("horizon"),
    "first_day": Style("from"),
    "delta_per_lot": Style("delta/lot", 3, sign=True),
    "premium": Style("premium", sign=True),
    "premium_percent": Style("prem %", 1, sign=True, percent=True),
    "days_nearest": Style("days", 0),
    "textbook_direction": Style("textbook"),
    "moneyness": Style("moneyness", 1, sign=True, percent=True),
    "exercise_premium": Style("early", 3),
    "exercise_boundary": Style("exercise at", 2),
    "days": Style("days", 0),
    "leg_count": Style("legs", 0),
    "rank": Style("rank", 1),
    "venue_name": Style("venue's name"),
    "low": Style("95% low", 0, percent=True),
    "high": Style("95% high", 0, percent=True),
    **{name: Style(name, 0, percent=True) for name in ("bullish", "bearish", "neutral", "unclassified")},
    "strategy_id": Style("id"),
    "underlying": Style("underlying"),
    "atm_vol": Style("ATM vol", 1, percent=True),
    "call_vol": Style("25d call", 1, percent=True),
    "put_vol": Style("25d put", 1, percent=True),
    "risk_reversal": Style("25d RR", 1, sign=True, percent=True),
    "butterfly": Style("25d fly", 1, sign=True, percent=True),
    "open_interest": Style("OI", 0),
    "open_interest_calls": Style("OI calls", 0),
    "open_interest_puts": Style("OI puts", 0),
    "open_interest_change": Style("OI change", 0, sign=True),
    "put_call_ratio": Style("put/call", 2),
    "volume_calls": Style("calls traded", 0),
    "volume_puts": Style("puts traded", 0),
    "wing_days": Style("25d days", 0),
    "tenor_source": Style("from"),
    "wing_source": Style("25d from"),
    "call_delta": Style("call delta", 2),
    "log_moneyness": Style("ln(K/F)", 3, sign=True),
    "realised": Style("realised", 1, percent=True),
    "minimum": Style("lowest", 1, percent=True),
    "lower_quartile": Style("25%", 1, percent=True),
    "median": Style("median", 1, percent=True),
    "upper_quartile": Style("75%", 1, percent=True),
    "maximum": Style("highest", 1, percent=True),
    "iv_less_realised": Style("IV less it", 1, sign=True, percent=True),
    "one_month_vol": Style("1m IV", 1, percent=True),
    "three_month_vol": Style("3m IV", 1, percent=True),
    "slope": Style("slope", 1, sign=True, percent=True),
    "percentile": Style("percentile", 0, percent=True),
    "iv_rank": Style("IV rank", 0, percent=True),
    "history_days": Style("days known", 0),
    "why_missing": Style("why not"),
    **{name: Style(name, sign=True, most=CENTS) for name in ("worst", "best")},
    "horizon_day": Style("on"),
    "entry_cost": Style("cost", sign=True, most=CENTS),
    "max_profit": Style("max profit", sign=True, most=CENTS),
    "max_loss": Style("max loss", sign=True, most=CENTS),
    "probability_of_profit": Style("P>0", 0, percent=True),
    "expected_profit": Style("expected", sign=True, most=CENTS),
    "expected_shortfall": Style("worst 5%", sign=True, most=CENTS),
    "percentile_5": Style("5%", sign=True, most=CENTS),
    "percentile_50": Style("50%", sign=True, most=CENTS),
    "percentile_95": Style("95%", sign=True, most=CENTS),
    "exactness": Style("exact"),
    "level": Style("level", 2),
    "level_of": Style("of"),
    "probability_of_touch": Style("P(touch)", 1, percent=True),
    "probability_beyond": Style("P(beyond)", 1, percent=True),
}
