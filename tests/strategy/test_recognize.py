"""Books as traders hold them, and the strategies that they are read as."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loose_books import FAR, MIDDLE, NEAR, book, call, future, put, random_book, stock
from optlab.errors import PricingError
from optlab.strategy import STRATEGIES, recognize
from packages_of_shapes import Row

FIRST, SECOND = "2026-10-01T15:00", "2026-10-02T15:00"


def read(*rows: Row, groups: str = "keep") -> pd.DataFrame:
    """Recognise the strategies of a book."""
    return recognize(book(*rows), groups=groups)  # type: ignore[arg-type] # a wrong word is tried too


def written(named: pd.DataFrame) -> list[str]:
    """Write each strategy in one line: its name, and its legs as quantity, strike and kind."""
    lines = []
    for _, legs in named[named["strategy_id"] != ""].groupby("strategy_id", sort=False):
        cells = [
            f"{quantity:+g} {'' if np.isnan(strike) else f'{strike:g}'}{kind[0].upper()}"
            for quantity, strike, kind in zip(legs["quantity"], legs["strike"], legs["kind"], strict=True)
        ]
        lines.append(f"{legs['strategy'].iloc[0]}: {' '.join(cells)}")
    return sorted(lines)


def names(named: pd.DataFrame) -> list[str]:
    """Name the strategies of a book, sorted."""
    return sorted(line.split(":")[0] for line in written(named))


# --- books of facts ----------------------------------------------------------------------------------------


def test_two_overlapping_bull_call_spreads_stay_two_spreads() -> None:
    """No leg is left over, and each low strike goes with the nearest high one that is left."""
    assert written(read(call(1, 598), call(1, 600), call(-1, 603), call(-1, 605))) == [
        "bull call spread: +1 598C -1 603C",
        "bull call spread: +1 600C -1 605C",
    ]


def test_a_condor_with_a_wide_wing_is_one_strategy() -> None:
    named = read(call(1, 500), call(-1, 550), call(-1, 600), call(1, 700))
    assert set(named["strategy_id"]) == {"XYZ-1"}
    assert STRATEGIES[named["strategy"].iloc[0]].family == "condor"


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ((call(1, 90), call(-1, 95), call(-1, 100), call(1, 105)), "long call condor"),
        ((put(1, 90), put(-1, 95), call(-1, 105), call(1, 110)), "iron condor"),
        ((put(1, 95), put(-1, 100), call(-1, 100), call(1, 105)), "iron butterfly"),
        ((call(1, 95), call(-2, 100), call(1, 105)), "long call butterfly"),
        ((call(1, 100), put(-1, 100), call(-1, 110), put(1, 110)), "long box"),
        ((call(1, 100), put(1, 100)), "long straddle"),
        ((call(-1, 100), call(1, 100, MIDDLE)), "long call calendar"),
        ((stock(100), put(1, 90), call(-1, 110)), "collar"),
        ((stock(100), call(-1, 100), put(1, 100)), "conversion"),
        ((stock(-100), call(1, 110)), "protective call"),
        ((call(1, 100), call(-2, 110)), "call ratio spread 1x2"),
    ],
)
@pytest.mark.parametrize("lots", [1, 7])
def test_one_everyday_strategy_is_found_whole(rows: tuple[Row, ...], name: str, lots: int) -> None:
    named = read(*({**row, "quantity": row["quantity"] * lots} for row in rows))
    assert names(named) == [name]


def test_stock_covers_the_short_call_beside_a_short_put_of_another_month() -> None:
    """Whether the put goes with them or not, the call is never naked."""
    named = read(stock(100), call(-1, 110, NEAR), put(-1, 90, MIDDLE))
    by_kind = named.set_index("kind")["strategy_id"]
    assert by_kind["stock"] == by_kind["call"]
    assert "short call" not in names(named)
    assert names(named) in (["covered call", "short put"], ["covered short strangle"])


def test_three_boxes_and_a_leg_come_out_as_boxes() -> None:
    boxes = [
        leg
        for low, high in ((90, 100), (100, 115), (115, 125))
        for leg in (call(1, low), put(-1, low), call(-1, high), put(1, high))
    ]
    named = read(*boxes, call(1, 140))
    assert written(named) == [
        "long box: +1 100C -1 100P -1 115C +1 115P",
        "long box: +1 115C -1 115P -1 125C +1 125P",
        "long box: +1 90C -1 90P -1 100C +1 100P",
        "long call: +1 140C",
    ]
    assert len(named) == 13


def test_boxes_that_share_strikes_lose_nothing() -> None:
    """Two boxes in a row are also one wide box and what nets to nothing; opposite lots are still all there."""
    boxes = [
        leg
        for low, high in ((90, 100), (100, 110), (90, 110))
        for leg in (call(1, low), put(-1, low), call(-1, high), put(1, high))
    ]
    named = read(*boxes, call(1, 120))
    assert named.groupby("source_line")["quantity"].sum().tolist() == [1, -1, -1, 1] * 3 + [1]
    assert "long box" in names(named)
    assert (named["strategy_id"] != "").all()


def test_boxes_traded_one_by_one_come_out_one_by_one() -> None:
    """With times of trade all three boxes of shared strikes are there, and the leg."""
    boxes = [
        {**leg, "traded_at": f"2026-10-01T1{number}:00"}
        for number, (low, high) in enumerate(((90, 100), (100, 110), (90, 110)))
        for leg in (call(1, low), put(-1, low), call(-1, high), put(1, high))
    ]
    assert names(read(*boxes, call(1, 120))) == ["long box"] * 3 + ["long call"]


def test_two_identical_lots_are_not_lost() -> None:
    named = read(call(1, 100), call(1, 100), call(-1, 110), call(-1, 110))
    assert names(named) == ["bull call spread"]
    assert named["quantity"].tolist() == [1, 1, -1, -1]


def test_identical_lots_that_are_too_many_stand_beside() -> None:
    named = read(call(1, 100), call(2, 100), call(-2, 110))
    assert names(named) == ["bull call spread", "long call"]
    assert named.loc[named["strategy"] == "bull call spread", "quantity"].sum() == 0
    assert named.groupby("source_line")["quantity"].sum().tolist() == [1, 2, -2]


@pytest.mark.parametrize("short", [put(-1, 95, MIDDLE), put(-1, 85), put(-1, 97)])
def test_an_iron_condor_and_a_short_put_are_no_jade_lizard(short: Row) -> None:
    named = read(put(1, 90), put(-1, 95), call(-1, 105), call(1, 110), short)
    assert names(named) == ["iron condor", "short put"]


@pytest.mark.parametrize(
    "rows",
    [
        (stock(100), call(-1, 115), call(1, 100), call(-1, 110)),
        (stock(100), call(-1, 110), call(1, 100), call(-1, 110)),
        (stock(100), call(-1, 110), call(1, 100, MIDDLE), call(-1, 110, MIDDLE)),
    ],
)
def test_a_covered_call_and_a_bull_call_spread_are_no_stock_repair(rows: tuple[Row, ...]) -> None:
    """Nor a covered ratio spread, as the catalogue calls it."""
    assert names(read(*rows)) == ["bull call spread", "covered call"]


@pytest.mark.parametrize(
    ("protective", "short", "long"), [(MIDDLE, NEAR, NEAR), (NEAR, MIDDLE, MIDDLE), (MIDDLE, NEAR, FAR)]
)
def test_a_protective_put_with_a_short_put_and_a_long_call_is_no_put_diagonal(
    protective: str, short: str, long: str
) -> None:
    named = read(stock(100), put(1, 95, protective), put(-1, 90, short), call(1, 105, long))
    assert "protective put" in names(named)
    assert not [name for name in names(named) if "put diagonal" in name]


def test_a_bare_book_without_times_is_read() -> None:
    """Nothing but contracts and quantities."""
    legs = book(call(2, 100), call(-2, 110), put(-1, 90))
    assert legs["traded_at"].isna().all()
    named = recognize(legs)
    assert named["reading"].tolist() == ["proven"] * 3
    assert "bull call spread" in names(named)


# --- one row in several strategies -------------------------------------------------------------------------


def test_stock_that_is_more_than_its_calls_is_split() -> None:
    named = read(stock(1000, account="a", exchange="X"), call(-5, 110, account="a"))
    assert written(named) == ["covered call: +500 S -5 110C", "long stock: +500 S"]
    assert named["part"].tolist() == [1, 2, 1]
    assert named["source_line"].tolist() == [1, 1, 2]
    assert named["exchange"].tolist() == ["X", "X", ""]


def test_calls_of_which_one_is_covered_and_two_are_in_spreads() -> None:
    named = read(stock(100), call(-3, 110), call(2, 100))
    assert written(named) == ["bull call spread: -2 110C +2 100C", "covered call: +100 S -1 110C"]
    assert named["part"].tolist() == [1, 1, 2, 1]
    assert named["source_line"].tolist() == [1, 2, 2, 3]


def test_all_other_columns_of_a_split_row_are_kept() -> None:
    legs = book(stock(1000, entry=24.5, exchange="X", symbol="XYZ", trade_id="t1"), call(-5, 110, entry=0.4))
    named = recognize(legs)
    columns = [name for name in legs.columns if name not in ("quantity", "part")]
    for part in range(len(named)):
        row = named["source_line"].iloc[part] - 1
        pd.testing.assert_series_equal(named.iloc[part][columns], legs.iloc[row][columns], check_names=False)


def test_what_is_not_split_has_part_one_and_its_own_quantity() -> None:
    named = read(call(1, 100), call(-1, 110), put(3, 90))
    assert named["part"].tolist() == [1, 1, 1]
    assert named["quantity"].tolist() == [1, -1, 3]
    assert named.index.tolist() == [0, 1, 2]


def test_no_part_of_a_contract_is_covered() -> None:
    """One hundred and fifty shares cover one of two calls or none, never one and a half."""
    named = read(stock(150), call(-2, 110), put(1, 90))
    options = named.loc[named["kind"] != "stock", "quantity"]
    assert (options == options.round()).all()
    covered = named[named["strategy"].isin(["covered call", "protective put", "collar"])]
    assert set(covered.loc[covered["kind"] == "stock", "quantity"]) <= {100.0}


# --- rows that go with no other ----------------------------------------------------------------------------


def test_opposite_lots_of_two_groups_are_not_netted_away() -> None:
    rows = [
        call(1, 100, group="a"),
        call(-1, 110, group="a"),
        call(-1, 100, group="b"),
        call(1, 110, group="b"),
    ]
    named = read(*rows)
    assert names(named) == ["bear call spread", "bull call spread"]
    assert named["quantity"].tolist() == [1, -1, -1, 1]
    assert named["reading"].tolist() == ["group"] * 4


def test_opposite_lots_of_one_contract_stay_two_strategies() -> None:
    assert names(read(call(1, 100), call(-1, 100))) == ["long call", "short call"]


def test_a_group_that_nets_to_nothing_is_closed() -> None:
    named = read(call(1, 100, group="a"), call(-1, 100, group="a"))
    assert names(named) == ["closed"]
    assert named["quantity"].tolist() == [1, -1]


def test_cash_has_no_strategy() -> None:
    named = read({"kind": "cash", "quantity": 50_000.0}, call(1, 100))
    assert named["strategy_id"].tolist() == ["", "XYZ-1"]
    assert named["strategy"].tolist() == ["", "long call"]
    assert named["reading"].tolist() == ["", "proven"]
    assert named["part"].tolist() == [1, 1]


def test_a_quantity_of_zero_stands_alone_as_closed() -> None:
    named = read(call(0, 100), call(1, 100), call(-1, 110))
    assert named["strategy"].tolist() == ["closed", "bull call spread", "bull call spread"]
    assert named["strategy_id"].tolist() == ["XYZ-1", "XYZ-2", "XYZ-2"]
    assert names(read(call(0, 100), put(0, 100))) == ["closed", "closed"]


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [("account", "x", "y"), ("currency", "USD", "HKD"), ("underlying", "ABC", "XYZ")],
)
def test_legs_of_two_accounts_currencies_or_underlyings_are_never_mixed(
    column: str, one: str, other: str
) -> None:
    named = read(call(1, 100, **{column: one}), call(-1, 110, **{column: other}))
    assert names(named) == ["long call", "short call"]


def test_the_same_book_in_two_accounts_is_read_twice() -> None:
    rows = [call(1, 100), call(-1, 110), put(-1, 90)]
    named = read(*(row | {"account": name} for name in "xy" for row in rows))
    one, other = (named[named["account"] == name] for name in "xy")
    assert written(one) == written(other)
    assert not set(one["strategy_id"]) & set(other["strategy_id"])


def test_contracts_of_two_sizes_are_not_put_into_one_strategy() -> None:
    small = call(-1, 110, multiplier=10.0)
    assert names(read(call(1, 100), small)) == ["long call", "short call"]
    assert (
        names(read(call(1, 100), call(-1, 110), small, call(1, 100, multiplier=10.0)))
        == ["bull call spread"] * 2
    )


def test_stock_covers_contracts_of_every_size() -> None:
    assert written(read(stock(110), call(-1, 110), call(-1, 110, multiplier=10.0))) == [
        "covered call: +10 S -1 110C",
        "covered call: +100 S -1 110C",
    ]


# --- units -------------------------------------------------------------------------------------------------


def test_parts_of_contracts_are_read_like_whole_ones() -> None:
    rows = [
        call(0.3, 60_000, multiplier=1.0),
        call(-0.3, 70_000, multiplier=1.0),
        put(-0.1, 40_000, multiplier=1.0),
    ]
    named = read(*rows)
    assert written(named) in (
        ["bull call spread: +0.3 60000C -0.3 70000C", "short put: -0.1 40000P"],
        ["bull call spread: +0.2 60000C -0.2 70000C", "bull seagull: +0.1 60000C -0.1 70000C -0.1 40000P"],
    )
    assert named.groupby("source_line")["quantity"].sum().tolist() == pytest.approx([0.3, -0.3, -0.1])


@pytest.mark.parametrize(("coins", "calls"), [(0.5, 0.5), (1.5, 0.5), (1.0, 0.5), (0.25, 0.1)])
def test_half_a_coin_covers_half_a_call(coins: float, calls: float) -> None:
    named = read(stock(coins), call(-calls, 70_000, multiplier=1.0))
    covered = named[named["strategy"] == "covered call"]
    assert covered["quantity"].tolist() == pytest.approx([calls, -calls])
    assert "short call" not in names(named)


def test_a_future_stands_for_stock_of_its_own_size() -> None:
    sized = {"multiplier": 50.0}
    assert written(read(future(2, 50.0), call(-2, 110) | sized)) == ["covered call: +2 F -2 110C"]
    assert written(read(future(3, 50.0), call(-2, 110) | sized)) == [
        "covered call: +2 F -2 110C",
        "long stock: +1 F",
    ]
    assert written(read(future(-1, 50.0), call(1, 110) | sized)) == ["protective call: -1 F +1 110C"]


def test_a_large_future_covers_many_small_calls_and_small_ones_a_large_call() -> None:
    assert written(read(future(1, 50.0), call(-10, 110, multiplier=5.0))) == ["covered call: +1 F -10 110C"]
    assert written(read(future(10, 5.0), call(-1, 110, multiplier=50.0))) == ["covered call: +10 F -1 110C"]


# --- traded together ---------------------------------------------------------------------------------------


def test_what_was_traded_together_is_one_strategy() -> None:
    """Without times the pairs would be others; each package is told by its own time."""
    rows = [call(1, 598), call(1, 600), call(-1, 603), call(-1, 605)]
    times = [FIRST, SECOND, SECOND, FIRST]
    named = read(*({**row, "traded_at": time} for row, time in zip(rows, times, strict=True)))
    assert named["reading"].tolist() == ["traded together"] * 4
    assert written(named) == ["bull call spread: +1 598C -1 605C", "bull call spread: +1 600C -1 603C"]


def test_packages_traded_together_come_before_what_the_rest_could_make_of_them() -> None:
    """A loose call would make an everyday calendar with one leg of a straddle, which stays whole."""
    straddle = [call(-1, 100, traded_at=FIRST), put(-1, 100, traded_at=FIRST)]
    named = read(*straddle, call(1, 100, MIDDLE, traded_at=SECOND))
    assert written(named) == ["long call: +1 100C", "short straddle: -1 100C -1 100P"]
    assert named["reading"].tolist() == ["traded together"] * 2 + ["proven"]


def test_stock_bought_with_its_call_is_a_covered_call() -> None:
    rows = [stock(100, traded_at=FIRST), call(-1, 110, traded_at=FIRST), call(-1, 105, traded_at=SECOND)]
    assert written(read(*rows)) == ["covered call: +100 S -1 110C", "short call: -1 105C"]


def test_one_leg_at_a_time_of_its_own_goes_with_the_rest() -> None:
    """Legged into: nothing was traded together, and the spread is found all the same."""
    named = read(call(1, 100, traded_at=FIRST), call(-1, 110, traded_at=SECOND))
    assert names(named) == ["bull call spread"]
    assert named["reading"].tolist() == ["proven"] * 2


def test_what_was_traded_together_in_two_accounts_is_not_one_strategy() -> None:
    rows = [call(1, 100, traded_at=FIRST, account="x"), call(-1, 110, traded_at=FIRST, account="y")]
    assert names(read(*rows)) == ["long call", "short call"]


def test_a_package_without_a_name_is_read_leg_by_leg() -> None:
    """Two spreads of two months at once have no name together, and are found apart."""
    rows = [call(1, 100), call(-1, 110), put(-2, 90, FAR), put(2, 80, FAR)]
    named = read(*({**row, "traded_at": FIRST} for row in rows))
    assert names(named) == ["bull call spread", "bull put spread"]
    assert named["reading"].tolist() == ["proven"] * 4


# --- groups ------------------------------------------------------------------------------------------------


def test_groups_are_kept_or_looked_through() -> None:
    rows = [call(1, 100, group="a"), put(1, 90, group="a"), call(-1, 110, group="b"), put(-1, 80, group="b")]
    kept, ignored = read(*rows), read(*rows, groups="ignore")
    assert written(kept) == ["long strangle: +1 100C +1 90P", "short strangle: -1 110C -1 80P"]
    assert kept["reading"].tolist() == ["group"] * 4
    assert ignored["reading"].tolist() == ["proven"] * 4
    assert recognize(book(*rows).assign(group=""))["strategy"].tolist() == ignored["strategy"].tolist()
    assert ignored["group"].tolist() == ["a", "a", "b", "b"], "the file's own column stays"


def test_a_group_that_has_no_name_is_custom() -> None:
    named = read(call(1, 100, group="a"), call(2, 101, group="a"), put(5, 70, FAR, group="a"))
    assert names(named) == ["custom (3 legs)"]


def test_loose_legs_do_not_go_with_those_of_a_group() -> None:
    named = read(call(1, 100, group="a"), call(-1, 110))
    assert names(named) == ["long call", "short call"]
    assert named["reading"].tolist() == ["group", "proven"]


@pytest.mark.parametrize("word", ["other", "", "Keep"])
def test_another_word_than_keep_or_ignore_is_refused(word: str) -> None:
    with pytest.raises(PricingError, match="keep or ignore"):
        read(call(1, 100), groups=word)


# --- ids and order -----------------------------------------------------------------------------------------


def test_ids_are_numbered_in_order_of_appearance() -> None:
    """For each underlying, however the strategies were found."""
    named = read(
        *[put(-1, 70, FAR), call(1, 100, group="g"), call(1, 200, underlying="ABC")],
        *[call(-1, 110, group="g"), call(-1, 210, underlying="ABC"), {"kind": "cash", "quantity": 5.0}],
        stock(7),
    )
    assert named["strategy_id"].tolist() == ["XYZ-1", "XYZ-2", "ABC-1", "XYZ-2", "ABC-1", "", "XYZ-3"]


def test_rows_stay_in_order() -> None:
    for seed in range(8):
        named = recognize(random_book(seed))
        assert named["source_line"].is_monotonic_increasing
        assert named.index.tolist() == list(range(len(named)))
        by_row = named.groupby("source_line")["part"]
        assert (named["part"] == by_row.cumcount() + 1).all()


def test_reading_again_changes_nothing() -> None:
    for seed in range(4):
        legs = random_book(seed)
        pd.testing.assert_frame_equal(recognize(legs), recognize(legs))


def test_an_empty_book_has_no_strategies() -> None:
    named = recognize(book(call(1, 100)).iloc[:0])
    assert named.empty
    assert {"strategy_id", "strategy", "part", "reading"} <= set(named.columns)


def test_the_table_that_is_given_is_left_alone() -> None:
    legs = book(stock(1000), call(-5, 110))
    before = legs.copy(deep=True)
    recognize(legs)
    pd.testing.assert_frame_equal(legs, before)


# --- laws --------------------------------------------------------------------------------------------------

Drawn = tuple[int, str, float, str, str, str | None, str]

LEGS = st.lists(
    st.tuples(
        st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4]),
        st.sampled_from(["call", "put", "stock"]),
        st.sampled_from([90.0, 95.0, 100.0, 110.0]),
        st.sampled_from([NEAR, MIDDLE]),
        st.sampled_from(["", "", "", "g"]),
        st.sampled_from([None, None, FIRST, SECOND]),
        st.sampled_from(["x", "x", "y"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(rows=LEGS, scale=st.sampled_from([1.0, 0.1, 10.0]))
def test_every_row_keeps_its_quantity(rows: list[Drawn], scale: float) -> None:
    """All parts of a row have its sign, and add up to it; nothing is in two strategies or in none."""
    legs = book(*(_row(*row) for row in rows))
    legs["quantity"] *= scale
    named = recognize(legs)
    total = named.groupby("source_line")["quantity"].sum()
    assert total.tolist() == pytest.approx(legs["quantity"].tolist(), rel=1e-9)
    given_sign = np.sign(legs["quantity"].to_numpy())[named["source_line"].to_numpy() - 1]
    assert (np.sign(named["quantity"].to_numpy()) == given_sign).all()
    assert (named["strategy_id"] != "").all()
    assert not named.duplicated(["source_line", "strategy_id"]).any()
    accounts = named.drop_duplicates(["strategy_id", "account"])
    assert not accounts.duplicated("strategy_id").any()


def _row(
    count: int, kind: str, strike: float, expiry: str, group: str, time: str | None, account: str
) -> Row:
    more = {"group": group, "traded_at": time, "account": account}
    if kind == "stock":
        return stock(50 * count) | more
    return (call if kind == "call" else put)(count, strike, expiry) | more
