"""A book in which everything has happened once, made through the public functions only.

What tampers change, and what every check must find sound. Days are counted back from today, at an hour that is the
same day in every time zone used; all ids are fixed, so that a tamper can name what it changes.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
# Thirteen o'clock: the same date from Lima to Tokyo, whatever hour a place closes.
NOON = time(13)


class Book:
    """Tells a database what happens."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.today = datetime.now(UTC).date()

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def call(self, call: str, *arguments: Any) -> Any:
        """The first column of the first row of a function's answer."""
        row = self.connection.execute(f"select c.* from {call} as c".encode(), arguments).fetchone()
        return None if row is None else row[0]

    def event(
        self, event_id: str, kind: str, restaurant: str, currency: str, amount: int, ago: int, **more: Any
    ) -> Any:
        at = datetime.combine(self.day(ago), NOON, UTC) + timedelta(seconds=int(more.pop("seconds", 0)))
        return {
            "event_id": event_id,
            "event_type": kind,
            "occurred_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "restaurant_id": restaurant,
            "currency": currency,
            "amount": amount,
            **more,
        }

    def tell(self, *arguments: Any, expect: str = "processed", **more: Any) -> None:
        event = self.event(*arguments, **more)
        status = self.call("api.ingest_event(%s::jsonb)", json.dumps(event))
        assert status == expect, (event, status)

    def tell_array(self, events: list[Any]) -> None:
        rows = self.connection.execute("select status from api.ingest_events(%s::jsonb)", (json.dumps(events),))
        assert {status for (status,) in rows} == {"processed"}

    def do(self, call: str, *arguments: Any) -> None:
        status = self.call(call, *arguments)
        assert status == "processed", (call, arguments, status)

    def pay(self, currency: str, ago: int, minimum: int = 0, restaurants: list[str] | None = None) -> str:
        """Run the payouts up to a day; answers the run."""
        return str(
            self.call(
                "api.run_payouts(%s, %s, %s, p_restaurant_ids => %s)", currency, self.day(ago), minimum, restaurants
            )
        )

    def payout(self, restaurant: str, currency: str, ago: int) -> tuple[str, int]:
        row = self.connection.execute(
            "select payout_id, amount from reporting.payouts where restaurant_id = %s and currency = %s and as_of = %s",
            (restaurant, currency, self.day(ago)),
        ).fetchone()
        assert row is not None, (restaurant, currency, ago)
        return str(row[0]), int(row[1])

    def outcome(self, event_id: str, kind: str, restaurant: str, currency: str, paid_ago: int, **more: Any) -> None:
        payout_id, amount = self.payout(restaurant, currency, paid_ago)
        self.tell(event_id, kind, restaurant, currency, amount, more.pop("ago", 1), payout_id=payout_id, **more)


def build(connection: Connection) -> None:
    """Make the book. The session is a superuser's in autocommit mode; its database is deployed and empty."""
    book = Book(connection)
    settings = "api.set_restaurant(%s, %s, %s, %s, p_actor => 'ana')"
    book.call(settings, "lima", "America/Lima", 0, 0)
    book.call(settings, "tokyo", "Asia/Tokyo", 0, 0)
    book.call(settings, "madrid", "Europe/Madrid", 3, 2)
    book.call(settings, "closing", "America/Lima", 0, 0)
    book.call("api.set_payout_terms('madrid', 'EUR', p_payable_unit => 100, p_reason => 'cash', p_actor => 'ana')")
    book.call("api.set_payout_terms('madrid', 'EUR', 5000, 90000000, 100, 'agreed', 'ana')")

    # Eight days ago and seven: charges of every kind, in an array and one by one.
    book.tell_array(
        [
            book.event(f"evt_a{n}", "charge_succeeded", where, currency, 10000 + 100 * n, 8, fee=300 + n, seconds=n)
            for n, (where, currency) in enumerate(
                [("lima", "PEN"), ("lima", "PEN"), ("lima", "USD"), ("tokyo", "JPY"), ("madrid", "EUR")] * 4
            )
        ]
    )
    for n in range(6):
        book.tell(
            f"evt_p{n}",
            "charge_succeeded",
            "lima",
            "PEN",
            20000 + n,
            7,
            fee=700,
            seconds=n,
            metadata={"payment_id": f"pay_{n}", "reservation_id": f"rsv_{n}"},
        )
    book.tell("evt_m1", "charge_succeeded", "madrid", "EUR", 55500, 7, fee=555, payment_id="pay_m1", provider="adyen")
    book.tell("evt_m2", "charge_succeeded", "madrid", "EUR", 44400, 6, available_on=book.day(-5).isoformat())
    book.tell("evt_c1", "charge_succeeded", "closing", "PEN", 8000, 8, fee=200, payment_id="pay_c1")
    book.tell("evt_o1", "charge_succeeded", "other", "PEN", 9000, 8, fee=90, payment_id="pay_o1")
    book.tell("evt_o2", "charge_succeeded", "other", "PEN", 9100, 7, fee=91)

    # What is refused, waits, waited, comes again.
    book.tell("evt_x1", "charge_succeeded", "lima", "PEN", -1, 7, expect="rejected")
    book.tell("evt_x2", "charge_succeeded", "lima", "XXX", 100, 7, expect="rejected")
    book.tell("evt_x3", "no_such_type", "lima", "PEN", 100, 7, expect="rejected")
    book.tell("evt_p0", "charge_succeeded", "lima", "PEN", 5, 7, expect="conflict")
    book.tell("evt_x4", "charge_succeeded", "lima", "PEN", 77, 7, payment_id="pay_1", expect="conflict")
    book.tell(
        "evt_w1", "refund_succeeded", "lima", "PEN", 500, 6, payment_id="pay_9", refund_id="rf_9", expect="deferred"
    )
    book.tell("evt_w2", "refund_failed", "lima", "PEN", 500, 6, refund_id="rf_9", seconds=5, expect="deferred")
    book.tell(
        "evt_w3", "refund_succeeded", "lima", "PEN", 600, 6, payment_id="pay_404", refund_id="rf_404", expect="deferred"
    )
    book.tell("evt_w4", "dispute_lost", "lima", "PEN", 700, 6, dispute_id="dp_404", expect="deferred")
    book.tell("evt_w5", "dispute_won", "lima", "PEN", 800, 6, dispute_id="dp_405", expect="deferred")
    book.tell("evt_p9", "charge_succeeded", "lima", "PEN", 30000, 7, fee=900, payment_id="pay_9")
    book.call("api.dismiss_event('evt_x2', 'a currency of nobody', p_actor => 'ana')")
    book.call("api.dismiss_event('evt_w5', 'never comes', p_actor => 'ana')")

    # The first payouts; one is paid, one fails for good, one is canceled by the processor.
    book.pay("PEN", 8)
    book.pay("USD", 8)
    book.pay("JPY", 8)
    book.outcome("evt_out1", "payout_paid", "lima", "PEN", 8, ago=7)
    book.outcome(
        "evt_out2", "payout_failed", "lima", "USD", 8, ago=7, failure_code="account_closed", failure_reason="gone"
    )
    book.call("api.resume_payouts('lima', 'USD', 'a new account', 'ana')")
    book.outcome("evt_out3", "payout_canceled", "tokyo", "JPY", 8, ago=7)

    # Refunds, disputes, fees, holds, corrections, also late and to closed days.
    book.tell("evt_late1", "charge_succeeded", "lima", "PEN", 12345, 8, fee=123, seconds=50)
    book.tell("evt_r1", "refund_succeeded", "lima", "PEN", 4000, 6, payment_id="pay_0", refund_id="rf_0")
    book.tell("evt_r2", "refund_succeeded", "lima", "PEN", 1000, 6, payment_id="pay_0")
    book.tell("evt_r3", "refund_failed", "lima", "PEN", 4000, 5, refund_id="rf_0")
    book.tell("evt_d1", "dispute_opened", "lima", "PEN", 20001, 6, fee=1500, payment_id="pay_1", dispute_id="dp_1")
    book.tell("evt_d2", "dispute_opened", "lima", "PEN", 20002, 6, fee=1500, payment_id="pay_2", dispute_id="dp_2")
    book.tell("evt_d3", "dispute_opened", "lima", "PEN", 20003, 6, payment_id="pay_3", dispute_id="dp_3")
    book.tell("evt_d4", "dispute_lost", "lima", "PEN", 20001, 5, dispute_id="dp_1")
    book.tell("evt_d5", "dispute_won", "lima", "PEN", 20002, 5, dispute_id="dp_2")
    book.tell("evt_d6", "dispute_won", "lima", "PEN", 20001, 4, dispute_id="dp_1")
    book.tell("evt_d7", "dispute_lost", "lima", "PEN", 20001, 5, dispute_id="dp_1", seconds=9)
    book.tell("evt_f1", "fee_charged", "lima", "PEN", 250, 6, payment_id="pay_4")
    book.tell("evt_f2", "fee_refunded", "lima", "PEN", 50, 6)
    book.tell(
        "evt_mr", "refund_succeeded", "madrid", "EUR", 5500, 5, payment_id="pay_m1", refund_id="rf_m", provider="adyen"
    )
    book.do("api.hold_funds('lima', 'PEN', 6000, 'a complaint', 'hold_1', 'ana')")
    book.do("api.hold_funds('lima', 'PEN', 3000, 'another one', 'hold_2', 'ana')")
    book.do("api.release_hold('hold_1', 2500, 'settled in part', 'release_1', 'ana')")
    book.do("api.post_adjustment('lima', 'PEN', 1111, 'goodwill', 'adjust_1', 'ana')")
    book.do("api.post_adjustment('tokyo', 'JPY', -222, 'a cup', 'adjust_2', 'ben')")
    book.do("api.reverse_event('evt_p5', 'a mistake', 'reverse_1', p_actor => 'ana')")
    book.do("api.reverse_event('adjust_1', 'no goodwill', 'reverse_2', 'operator', 'ana')")
    book.tell("evt_owe1", "refund_succeeded", "owing", "PEN", 4444, 6)
    book.do("api.write_off_debt('owing', 'PEN', 4000, 'bankrupt', 'off_1', 'ana')")

    # Settings change in between; a restaurant closes, and a charge is accepted all the same.
    book.call("api.set_restaurant('madrid', p_settlement_delay_days => 1, p_actor => 'ben')")
    book.call("api.set_restaurant('tokyo', p_day_close_hour => 2, p_actor => 'ben')")
    book.call("api.set_restaurant('closing', p_closed => true, p_actor => 'ben')")
    book.call("api.set_platform_settings(p_payouts_waiting_hours => 96, p_actor => 'ben')")
    book.tell("evt_m3", "charge_succeeded", "madrid", "EUR", 33300, 1, fee=333, payment_id="pay_m3", provider="adyen")
    book.tell("evt_m4", "charge_succeeded", "madrid", "EUR", 22200, 1, fee=222, provider="adyen", seconds=30000)
    book.tell("evt_t1", "charge_succeeded", "tokyo", "JPY", 7777, 5, fee=77)
    book.tell("evt_c2", "charge_succeeded", "closing", "PEN", 4100, 5, expect="rejected")
    book.call("api.accept_event('evt_c2', 'the guest paid', p_actor => 'ana')")
    book.tell(
        "evt_r4",
        "refund_succeeded",
        "closing",
        "PEN",
        9000,
        5,
        payment_id="pay_c1",
        refund_id="rf_c",
        expect="rejected",
    )
    book.call("api.accept_event('evt_r4', 'it happened', p_actor => 'ana')")

    # More payouts: carried money, minima, a pause, a list of restaurants, payouts by hand.
    book.pay("PEN", 7)
    book.pay("JPY", 6, 100)
    book.pay("EUR", 4)
    book.pay("PEN", 6, 10**9)
    book.call("api.pause_payouts('other', 'PEN', 'a question', 'ana')")
    book.tell("evt_l2", "charge_succeeded", "lima", "PEN", 41000, 4, fee=410)
    book.tell("evt_o3", "charge_succeeded", "other", "PEN", 9200, 4, fee=92)
    book.pay("PEN", 4)
    book.call("api.resume_payouts('other', 'PEN', 'answered', 'ana')")
    book.call("api.pay_by_hand('PEN', %s, array['other'], 'they asked', 'ana')", book.day(3))
    book.pay("EUR", 2, 0, ["madrid", "lima"])
    book.call("api.claim_payouts('PEN', 1, 'bank')")
    book.outcome("evt_out4", "payout_paid", "lima", "PEN", 7, ago=3)
    book.outcome("evt_out5", "payout_failed", "lima", "PEN", 7, ago=2, failure_code="timeout")
    book.outcome("evt_out6", "payout_paid", "lima", "PEN", 7, ago=3, seconds=-60)
    payout_id, _ = book.payout("lima", "PEN", 7)
    book.tell("evt_pf", "payout_fee_charged", "lima", "PEN", 35, 2, payout_id=payout_id)
    payout_id, _ = book.payout("other", "PEN", 3)
    book.do("api.cancel_payout(%s, 'not theirs', 'cancel_1', 'ana', true)", payout_id)

    # The newest rows: after all payouts, with money that waits.
    book.tell("evt_n1", "charge_succeeded", "lima", "PEN", 51000, 1, fee=510, payment_id="pay_n1")
    book.tell("evt_n2", "charge_succeeded", "lima", "PEN", 52000, 1, fee=520, seconds=1)
    book.tell("evt_n3", "refund_succeeded", "lima", "PEN", 1000, 1, payment_id="pay_n1", refund_id="rf_n", seconds=2)
    book.tell("evt_o4", "charge_succeeded", "other", "PEN", 9300, 1, fee=93)
