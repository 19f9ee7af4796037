"""Which short options are covered, and by what: the strategy itself, the rest of the account, cash, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from loose_books import FAR, MIDDLE, NEAR, book, call, future, put, random_book, stock
from optlab.strategy import assign
from optlab.strategy.coverage import BY_ACCOUNT, CASH_SECURED, COVERED, NAKED, coverage
from packages_of_shapes import Row, leg

NOTHING_SHORT = ""


def cash(amount: float, currency: str = "USD", **more: object) -> Row:
    """Make a balance."""
    return leg(amount, "cash") | {"underlying": currency, "currency": currency, **more}


def grouped(group: str, *rows: Row) -> list[Row]:
    """Put rows together as one strategy."""
    return [{**row, "group": group} for row in rows]


def covers(*rows: Row, said: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Say how the strategies of a book are covered; a row without a group is a strategy of its own."""
    alone = [
        {"group": "" if row["kind"] == "cash" else f"row {number}", **row} for number, row in enumerate(rows)
    ]
    return coverage(assign(book(*alone)), cash=said)


def words(*rows: Row, said: Mapping[str, float] | None = None) -> list[str]:
    """Name the cover of each strategy in order of appearance."""
    return covers(*rows, said=said)["cover"].tolist()


# --- inside its own strategy --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "legs",
    [
        (call(1, 100), call(-1, 110)),
        (call(-1, 100), call(1, 110)),
        (put(-1, 100), put(1, 90)),
        (stock(100), call(-1, 110)),
        (stock(-100), put(-1, 90)),
        (call(-1, 100, NEAR), call(1, 100, FAR)),
        (put(-1, 100, NEAR), put(1, 90, FAR)),
        (put(1, 90), put(-1, 95), call(-1, 105), call(1, 110)),
        (call(1, 95), call(-2, 100), call(1, 105)),
        (call(-1, 100, NEAR), call(-1, 100, MIDDLE), call(1, 100, MIDDLE), call(1, 100, FAR)),
    ],
)
def test_a_strategy_covers_its_own_short_options(legs: tuple[Row, ...]) -> None:
    """At any strike, by stock or by an option that lives at least as long."""
    table = covers(*grouped("a", *legs))
    assert table["cover"].tolist() == [COVERED]
    assert table[["naked_calls", "naked_puts"]].to_numpy().tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(
    ("legs", "calls", "puts"),
    [
        ((call(1, 100, NEAR), call(-1, 100, FAR)), 100, 0),
        ((put(1, 100, NEAR), put(-1, 100, FAR)), 0, 100),
        ((call(1, 100), call(-3, 110)), 200, 0),
        ((put(-1, 90), call(-1, 110)), 100, 100),
        ((stock(100), call(-1, 110), put(-1, 90)), 0, 100),
        ((stock(-100), call(-1, 110), put(-1, 90)), 100, 0),
        ((stock(60), call(-1, 110)), 40, 0),
        ((call(-1, 110), put(1, 90)), 100, 0),
        ((call(-2, 100, NEAR), call(-1, 100, FAR), call(2, 100, MIDDLE)), 100, 0),
    ],
)
def test_what_a_strategy_leaves_uncovered_is_counted_in_units(
    legs: tuple[Row, ...], calls: float, puts: float
) -> None:
    """The long option of a short calendar is gone before the short one; a put covers no call."""
    table = covers(*grouped("a", *legs))
    assert table["cover"].tolist() == [NAKED]
    assert table[["naked_calls", "naked_puts"]].to_numpy()[0].tolist() == [calls, puts]


@pytest.mark.parametrize(
    "legs", [(call(1, 100), put(1, 100)), (stock(100),), (stock(-100),), (future(-1, 50),)]
)
def test_where_no_option_is_short_there_is_nothing_to_cover(legs: tuple[Row, ...]) -> None:
    table = covers(*grouped("a", *legs))
    assert table["cover"].tolist() == [NOTHING_SHORT]


def test_what_nets_to_nothing_or_is_long_in_the_end_is_not_short() -> None:
    assert words(*grouped("a", call(2, 100), call(-2, 100))) == [NOTHING_SHORT]
    assert words(*grouped("a", call(3, 100), call(-2, 100))) == [NOTHING_SHORT]


def test_fills_of_fractions_cover_to_the_last_bit() -> None:
    """Three times 33.3 and a tenth are a hundred, whatever their sum in binary."""
    held = [stock(33.3), stock(33.3), stock(33.3), stock(0.1)]
    assert words(*grouped("a", *held, call(-1, 110))) == [COVERED]
    assert words(*grouped("a", call(-0.1, 100), call(-0.2, 110), call(0.3, 120))) == [COVERED]


# --- by the rest of the account -----------------------------------------------------------------------------


@pytest.mark.parametrize("cover", [stock(100), call(1, 130), call(1, 90, FAR), future(2, 50)])
def test_a_short_strangle_beside_what_covers_its_call(cover: Row) -> None:
    """The call is covered by the account, the put is left."""
    strangle = grouped("a", call(-1, 110), put(-1, 90))
    table = covers(*strangle, cover)
    assert table["cover"].tolist() == [NAKED, NOTHING_SHORT]
    assert table[["naked_calls", "naked_puts"]].to_numpy()[0].tolist() == [0, 100]
    assert covers(*strangle, cover, put(1, 85))["cover"].tolist()[0] == BY_ACCOUNT


@pytest.mark.parametrize("cover", [stock(-100), put(1, 80), put(1, 120, FAR), future(-2, 50)])
def test_short_stock_and_long_puts_cover_short_puts(cover: Row) -> None:
    assert words(put(-1, 90), cover) == [BY_ACCOUNT, NOTHING_SHORT]


@pytest.mark.parametrize("other", [stock(-100), put(1, 90), call(-1, 130)])
def test_what_covers_no_call(other: Row) -> None:
    assert words(call(-1, 110), other)[0] == NAKED


def test_an_option_that_expires_earlier_covers_nothing() -> None:
    assert words(call(-1, 110, FAR), call(1, 100, NEAR)) == [NAKED, NOTHING_SHORT]
    assert words(call(-1, 110, NEAR), call(1, 100, NEAR)) == [BY_ACCOUNT, NOTHING_SHORT]


@pytest.mark.parametrize("elsewhere", [{"account": "b"}, {"underlying": "ABC"}])
def test_nothing_covers_over_accounts_or_underlyings(elsewhere: Row) -> None:
    rows = [call(-1, 110, account="a"), {**stock(100, account="a"), **elsewhere}]
    assert words(*rows) == [NAKED, NOTHING_SHORT]


def test_the_files_of_one_account_are_one_account() -> None:
    assert words(call(-1, 110, source_file="one.csv"), stock(100, source_file="two.csv")) == [
        BY_ACCOUNT,
        NOTHING_SHORT,
    ]


def test_each_unit_covers_once_in_order_of_appearance() -> None:
    """Of three short calls beside 250 shares the third is half naked."""
    table = covers(stock(250), call(-1, 110), call(-1, 105), call(-1, 100))
    assert table["cover"].tolist() == [NOTHING_SHORT, BY_ACCOUNT, BY_ACCOUNT, NAKED]
    assert table["naked_calls"].tolist() == [0, 0, 0, 50]


def test_a_strategy_keeps_its_own_cover_though_another_came_before_it() -> None:
    covered = grouped("a", stock(100), call(-1, 110))
    assert words(call(-1, 105), *covered) == [NAKED, COVERED]


def test_the_stock_that_one_strategy_needs_is_not_lent_to_another() -> None:
    """A covered call over 300 shares has 200 to spare."""
    table = covers(*grouped("a", stock(300), call(-1, 110)), call(-3, 105))
    assert table["cover"].tolist() == [COVERED, NAKED]
    assert table["naked_calls"].tolist() == [0, 100]


def test_a_long_call_covers_the_farthest_that_it_can_and_stock_the_rest() -> None:
    """The far short call can't use the near long one, so the near short call leaves it the stock."""
    rows = [call(-1, 110, NEAR), call(-1, 110, FAR), call(1, 120, NEAR), stock(100)]
    assert words(*rows)[:2] == [BY_ACCOUNT, BY_ACCOUNT]


@pytest.mark.parametrize(("shares", "naked"), [(1000, 0), (400, 600), (0, 1000)])
def test_options_of_two_sizes_are_compared_in_units(shares: float, naked: float) -> None:
    """Ten calls on a hundred units cover one on a thousand, as a thousand shares do."""
    sold = call(-1, 110, multiplier=1000)
    rows = [sold, stock(shares)] if shares else [sold]
    assert covers(*rows)["naked_calls"].tolist()[0] == naked
    assert words(sold, call(10, 120, multiplier=100)) == [BY_ACCOUNT, NOTHING_SHORT]


# --- by cash ------------------------------------------------------------------------------------------------


def test_a_short_put_is_secured_by_cash_for_its_strike() -> None:
    assert words(put(-2, 90), cash(18_000)) == [CASH_SECURED]
    assert words(put(-2, 90), cash(17_999)) == [NAKED]
    assert words(put(-2, 90), cash(10_000), cash(8_000)) == [CASH_SECURED], "balances add up"


def test_a_secured_put_is_still_counted_as_naked() -> None:
    """Cash pays for the assignment, it does not cover the put."""
    assert covers(put(-2, 90), cash(18_000))["naked_puts"].tolist() == [200]


@pytest.mark.parametrize("balance", [cash(9_000, account="b"), cash(9_000, "HKD"), cash(-9_000)])
def test_cash_of_another_account_or_currency_and_debt_secure_nothing(balance: Row) -> None:
    assert words(put(-1, 90, account="a"), {"account": "a", **balance}) == [NAKED]


def test_cash_that_is_said_secures_in_any_account() -> None:
    assert words(put(-1, 90, account="a"), said={"USD": 9_000}) == [CASH_SECURED]
    assert words(put(-1, 90, account="a"), said={"HKD": 9_000}) == [NAKED]


def test_cash_that_is_said_adds_to_the_account_s_own() -> None:
    rows = [put(-1, 90), cash(5_000)]
    assert words(*rows, said={"USD": 4_000}) == [CASH_SECURED]
    assert words(*rows, said={"USD": 3_999}) == [NAKED]


def test_cash_is_used_once_in_order_of_appearance() -> None:
    assert words(put(-1, 90), put(-1, 95), cash(18_499)) == [CASH_SECURED, NAKED]
    assert words(put(-1, 90), put(-1, 95), cash(18_500)) == [CASH_SECURED] * 2
    assert words(put(-1, 95), put(-1, 90), cash(9_400)) == [NAKED, CASH_SECURED], "the first finds too little"
    accounts = [put(-1, 90, account="a"), put(-1, 90, account="b")]
    assert words(*accounts, said={"USD": 9_000}) == [CASH_SECURED, NAKED]
    assert words(*accounts, said={"USD": 18_000}) == [CASH_SECURED] * 2


def test_each_account_uses_its_own_cash_before_the_common() -> None:
    rows = [put(-1, 90, account="a"), put(-1, 90, account="b"), cash(9_000, account="a")]
    assert words(*rows, said={"USD": 9_000}) == [CASH_SECURED] * 2


def test_currencies_are_kept_apart() -> None:
    rows = [put(-1, 90), put(-1, 80, underlying="ABC", currency="HKD")]
    assert words(*rows, cash(9_000), cash(8_000, "HKD")) == [CASH_SECURED] * 2
    assert words(*rows, cash(17_000)) == [CASH_SECURED, NAKED]


@pytest.mark.parametrize(
    "legs",
    [
        (put(-1, 90), call(-1, 105), call(1, 110)),
        (put(-1, 100), call(-1, 100), call(1, 110)),
        (stock(100), call(-1, 110), put(-1, 90)),
        (put(-1, 90), call(1, 110)),
        (put(1, 110), put(-2, 100)),
    ],
)
def test_the_put_of_a_package_can_be_secured(legs: tuple[Row, ...]) -> None:
    """A jade lizard, a big lizard, a covered strangle, a risk reversal and a ratio leave one put each."""
    rows = grouped("a", *legs)
    assert words(*rows) == [NAKED]
    assert words(*rows, cash(10_000)) == [CASH_SECURED]


def test_a_naked_call_is_not_mended_by_cash_for_the_put() -> None:
    assert words(*grouped("a", put(-1, 90), call(-1, 110)), cash(1e6)) == [NAKED]
    assert words(call(-1, 110), cash(1e6)) == [NAKED]


def test_a_put_that_is_covered_needs_no_cash() -> None:
    """Cash for one put secures the second strategy, as the first is a spread."""
    spread = grouped("a", put(-1, 90), put(1, 85))
    assert words(*spread, put(-1, 80), cash(8_000)) == [COVERED, CASH_SECURED]


# --- the table ----------------------------------------------------------------------------------------------


def test_a_book_without_strategies_has_no_rows() -> None:
    for named in (assign(book(cash(1_000))), assign(book(stock(100)).head(0))):
        table = coverage(named)
        assert table.columns.tolist() == ["naked_calls", "naked_puts", "cover"]
        assert table.empty


def test_the_rows_are_in_order_of_appearance() -> None:
    table = covers(put(-1, 90, underlying="Z"), stock(100, underlying="A"), put(-1, 95, underlying="Z"))
    assert table.index.tolist() == ["Z-1", "A-1", "Z-2"]
    assert table.index.name == "strategy_id"


def test_the_order_of_the_rows_changes_no_total() -> None:
    for seed in range(10):
        named = random_strategies(seed)
        mixed = named.sample(frac=1.0, random_state=seed).reset_index(drop=True)
        sums = [coverage(table)[["naked_calls", "naked_puts"]].sum().tolist() for table in (named, mixed)]
        assert sums[0] == pytest.approx(sums[1])


# --- against a maximum matching -----------------------------------------------------------------------------

UNIT = 10.0
"""All amounts of the random books are multiples of so many units of the underlying."""


def random_strategies(seed: int) -> pd.DataFrame:
    """Draw a book of two accounts with stock on either side, its legs shared out among strategies at random."""
    random = Random(seed)  # noqa: S311 - drawn, not guarded
    more = [
        stock(random.choice([-1, 1]) * random.choice([50, 100, 200])) for _ in range(random.randint(0, 3))
    ]
    legs = pd.concat(
        [random_book(seed, largest=12, contracts=20), book(*more)] if more else [random_book(seed)]
    )
    count, accounts = random.randint(1, 6), random.choice([("",), ("a", "b")])
    return assign(
        legs.assign(
            group=[f"group {random.randint(1, count)}" for _ in range(len(legs))],
            account=[random.choice(accounts) for _ in range(len(legs))],
        ).reset_index(drop=True)
    )


def contracts(legs: pd.DataFrame) -> pd.DataFrame:
    """Net each strategy's contracts, stock and futures together."""
    table = legs.assign(
        units=legs["quantity"] * legs["multiplier"],
        kind=legs["kind"].replace({"future": "stock"}),
        expiry=legs["expiry"].where(legs["kind"].isin(["call", "put"])),
    )
    keys = ["strategy_id", "kind", "strike", "expiry"]
    return table.groupby(keys, dropna=False)["units"].sum().reset_index()


def bare(netted: pd.DataFrame, kind: str) -> float:
    """Return how many short units of a kind no one-to-one assignment can cover."""
    side = 1 if kind == "call" else -1
    options, shares = netted[netted["kind"] == kind], netted[netted["kind"] == "stock"]
    ends = options["expiry"].dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype("float64")
    pieces = np.round(options["units"].to_numpy() / UNIT).astype("int64")
    short, long = np.repeat(ends, np.maximum(-pieces, 0)), np.repeat(ends, np.maximum(pieces, 0))
    stocks = int(np.round((side * shares["units"]).clip(lower=0.0) / UNIT).sum())
    ever = np.append(long, np.full(stocks, np.inf))
    if not len(short) or not len(ever):
        return len(short) * UNIT
    graph = csr_array((ever[None, :] >= short[:, None]).astype("int8"))
    return float((maximum_bipartite_matching(graph, perm_type="column") < 0).sum()) * UNIT


@pytest.mark.parametrize("seed", range(60))
def test_no_more_is_naked_than_the_account_leaves(seed: int) -> None:
    """Over all strategies of an account it is what a maximum matching of short to long contracts leaves."""
    named = random_strategies(seed)
    table = coverage(named)
    for account, legs in named.groupby("account"):
        for kind in ("call", "put"):
            found = table.loc[legs["strategy_id"].unique(), f"naked_{kind}s"].sum()
            assert found == pytest.approx(bare(contracts(legs), kind)), (account, kind)


@pytest.mark.parametrize("seed", range(60))
def test_the_word_says_where_the_cover_is(seed: int) -> None:
    """Covered is what a matching inside the strategy covers; by the account, what is no longer naked."""
    named = random_strategies(seed)
    for strategy, row in coverage(named).iterrows():
        legs = contracts(named[named["strategy_id"] == strategy])
        own = {kind: bare(legs, kind) for kind in ("call", "put")}
        is_short = (legs["kind"].isin(["call", "put"]) & (legs["units"] < 0)).any()
        assert row["naked_calls"] <= own["call"] + 1e-9
        assert row["naked_puts"] <= own["put"] + 1e-9
        naked = row["naked_calls"] + row["naked_puts"]
        inside = COVERED if not sum(own.values()) else BY_ACCOUNT if not naked else NAKED
        assert row["cover"] == (inside if is_short else NOTHING_SHORT)
