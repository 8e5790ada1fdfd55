"""What a superuser, or a restore gone wrong, can do to the book of tests/rich_book.py, and what finds it.

Each tamper is data: statements that are run with triggers and foreign keys off (session_replication_role = replica),
as consistent as somebody would make them who knows the schema, and what finds it: a check by its name, the comparison
with what was deployed ("drift"), only a seal ("seal"), or nothing ("never", and why).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reliability.md"
MARK = "<!-- tampers -->"

DRIFT, SEAL, NEVER = "drift", "seal", "never"


@dataclass(frozen=True)
class Tamper:
    """name: what was done, in words; found_by: DRIFT, SEAL, NEVER or a check; why: for those that are not found."""

    name: str
    found_by: str
    sql: str
    why: str = ""
    # Whether a seal from before it finds it, too: it stands over entries, events and journals.
    sealed: bool = False
    # What deploy.py --check says of a drift.
    told: str = ""

    @property
    def check(self) -> str:
        """The check that finds it, if one does."""
        if self.found_by == DRIFT:
            return f"{'reference' if self.told.startswith('reference data') else 'catalog'}_differs_from_deploy"
        return self.found_by

    @property
    def statements(self) -> list[str]:
        return [part for part in self.sql.split(";") if part.strip()]


def first(event: str) -> str:
    """The number of an event's first entry."""
    return f"(select e.first_entry_seq from ledger.processor_events as e where e.event_id = '{event}')"


def number(event: str) -> str:
    return f"(select e.event_no from ledger.processor_events as e where e.event_id = '{event}')"


def payout(restaurant: str, ago: int, column: str = "payout_id") -> str:
    """A column of the payout for a day, in the restaurant's first currency."""
    currency = {"tokyo": "JPY", "madrid": "EUR"}.get(restaurant, "PEN")
    return (
        f"(select p.{column} from ledger.payouts as p where p.restaurant_id = '{restaurant}' and p.currency = "
        f"'{currency}' and p.as_of = (select min(a.as_of) + {8 - ago} from ledger.payouts as a))"
    )


def entry(restaurant: str, seq: str, change: str, currency: str = "PEN") -> str:
    """Change one entry."""
    return (
        f"update ledger.ledger_entries set {change} where restaurant_id = '{restaurant}' "
        f"and currency = '{currency}' and entry_seq = {seq};"
    )


def event(event_id: str, change: str) -> str:
    return f"update ledger.processor_events set {change} where event_id = '{event_id}';"


def payload(event_id: str, patch: str) -> str:
    return event(event_id, f"payload = payload || '{patch}'")


def follow(restaurant: str, seq: str, balance: int, reserved: int = 0, held: int = 0, currency: str = "PEN") -> str:
    """Have the balances after an entry, and the account, follow."""
    return (
        f"update ledger.ledger_entries set balance_after = balance_after + {balance}, "
        f"reserved_after = reserved_after + {reserved}, held_after = nullif(coalesce(held_after, 0) + {held}, 0) "
        f"where restaurant_id = '{restaurant}' and currency = '{currency}' and entry_seq >= {seq};"
        f"update ledger.account_balances set balance = balance + {balance}, reserved = reserved + {reserved}, "
        f"held = held + {held} where restaurant_id = '{restaurant}' and currency = '{currency}';"
    )


def item(restaurant: str, ago: int, item_type: str, change: str) -> str:
    return (
        f"update ledger.payout_items set {change} where restaurant_id = '{restaurant}' "
        f"and payout_id = {payout(restaurant, ago)} and item_type = '{item_type}';"
    )


def of_payout(restaurant: str, ago: int, change: str) -> str:
    return f"update ledger.payouts set {change} where payout_id = {payout(restaurant, ago)};"


def of_run(restaurant: str, ago: int, change: str) -> str:
    return f"update ledger.payout_runs set {change} where run_id = {payout(restaurant, ago, 'run_id')};"


def renumber(restaurant: str, since: str, by: int, currency: str = "PEN") -> str:
    """Move the numbers of an account's entries from one on, of its events and of the account."""
    where = f"restaurant_id = '{restaurant}' and currency = '{currency}'"
    return (
        f"update ledger.ledger_entries set entry_seq = -entry_seq where {where} and entry_seq >= {since};"
        f"update ledger.processor_events set first_entry_seq = first_entry_seq + {by} "
        f"where {where} and first_entry_seq >= {since};"
        f"update ledger.ledger_entries set entry_seq = -entry_seq + {by} where {where} and entry_seq < 0;"
        f"update ledger.account_balances set last_entry_seq = last_entry_seq + {by} where {where};"
    )


def move(event_id: str, to: str, change: str = "", source: str = "lima", currency: str = "PEN", total: int = 0) -> str:
    """Make the newest event of one account the newest one of another, with both balances. It has two entries."""
    to_restaurant, to_currency = to.split()
    target = f"restaurant_id = '{to_restaurant}' and currency = '{to_currency}'"
    account = f"(select {{}} from ledger.account_balances as b where b.{target.replace(' and ', ' and b.')})"
    seq, balance = account.format("b.last_entry_seq"), account.format("b.balance")
    reserved, held = account.format("b.reserved"), account.format("b.held")
    no = number(event_id)
    return (
        f"update ledger.ledger_entries as x set restaurant_id = '{to_restaurant}', currency = '{to_currency}', "
        f"entry_seq = {seq} + 1 + x.entry_seq - {first(event_id)}, "
        f"balance_after = {balance} + case when x.entry_seq = {first(event_id)} then x.amount else {total} end, "
        f"reserved_after = {reserved}, held_after = nullif({held}, 0) where x.event_no = {no};"
        f"update ledger.processor_events set restaurant_id = '{to_restaurant}', currency = '{to_currency}', "
        f"first_entry_seq = {seq} + 1{change} where event_id = '{event_id}';"
        f"update ledger.account_balances as a set balance = balance - {total}, last_entry_seq = last_entry_seq - 2, "
        f"last_entry_at = (select max(l.recorded_at) from ledger.ledger_entries as l where l.restaurant_id = "
        f"a.restaurant_id and l.currency = a.currency), last_event_at = (select max(v.occurred_at) from "
        f"ledger.processor_events as v where v.restaurant_id = a.restaurant_id and v.currency = a.currency "
        f"and v.entry_count > 0) where restaurant_id = '{source}' and currency = '{currency}';"
        f"update ledger.account_balances as a set balance = balance + {total}, last_entry_seq = last_entry_seq + 2, "
        f"last_entry_at = (select max(l.recorded_at) from ledger.ledger_entries as l where l.restaurant_id = "
        f"a.restaurant_id and l.currency = a.currency), last_event_at = (select max(v.occurred_at) from "
        f"ledger.processor_events as v where v.restaurant_id = a.restaurant_id and v.currency = a.currency "
        f"and v.entry_count > 0) where {target};"
    )


ALL_TABLES = (
    "event_acceptances event_links holdings payout_items payout_skips pending_days ledger_entries deferred_events "
    "event_deferrals event_rejections event_dismissals payouts processor_events payout_terms payout_term_changes "
    "setting_changes account_balances restaurants"
)


def forget(restaurant: str) -> str:
    """Every row that names a restaurant."""
    return "".join(f"delete from ledger.{table} where restaurant_id = '{restaurant}';" for table in ALL_TABLES.split())


RECEIVED = "what is changed is all that was kept of it: the document, the row and the entries agree"

TAMPERS = [
    # -- amounts
    Tamper(
        "an entry's amount",
        "entry_unlike_rule_of_its_time",
        entry("lima", first("evt_p2"), "amount = amount + 100"),
        sealed=True,
    ),
    Tamper(
        "an entry's amount, with all balances after it",
        "entry_unlike_rule_of_its_time",
        entry("lima", first("evt_n2"), "amount = amount + 100") + follow("lima", first("evt_n2"), 100),
        sealed=True,
    ),
    Tamper(
        "an amount in the entry and the event, with all balances",
        "event_differs_from_document",
        entry("lima", first("evt_n2"), "amount = amount + 100")
        + event("evt_n2", "amount = amount + 100")
        + follow("lima", first("evt_n2"), 100),
        sealed=True,
    ),
    Tamper(
        "an amount in the entry, the event and the document, with all balances",
        SEAL,
        entry("lima", first("evt_n2"), "amount = 52100")
        + event("evt_n2", "amount = 52100")
        + payload("evt_n2", '{"amount": 52100}')
        + follow("lima", first("evt_n2"), 100),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "the same of a charge that a payout has paid",
        "payout_items_differ_from_entries",
        entry("lima", first("evt_p2"), "amount = 20102")
        + event("evt_p2", "amount = 20102")
        + payload("evt_p2", '{"amount": 20102}')
        + follow("lima", first("evt_p2"), 100),
        sealed=True,
    ),
    Tamper(
        "the same, and the payout's item, amount and reserve, and the report of it",
        "payout_run_differs_from_payouts",
        entry("other", first("evt_o1"), "amount = 9100")
        + event("evt_o1", "amount = 9100")
        + payload("evt_o1", '{"amount": 9100}')
        + follow("other", first("evt_o1"), 100)
        + item("other", 8, "gross_sales", "amount = amount + 100")
        + of_payout("other", 8, "amount = amount + 100")
        + entry("other", payout("other", 8, "reserve_entry_seq"), "amount = amount + 100")
        + follow("other", payout("other", 8, "reserve_entry_seq"), -100, 100),
        sealed=True,
    ),
    Tamper(
        "the same, and what the run counts",
        SEAL,
        entry("other", first("evt_o1"), "amount = 9100")
        + event("evt_o1", "amount = 9100")
        + payload("evt_o1", '{"amount": 9100}')
        + follow("other", first("evt_o1"), 100)
        + item("other", 8, "gross_sales", "amount = amount + 100")
        + of_payout("other", 8, "amount = amount + 100")
        + entry("other", payout("other", 8, "reserve_entry_seq"), "amount = amount + 100")
        + follow("other", payout("other", 8, "reserve_entry_seq"), -100, 100)
        + of_run("other", 8, "payouts_amount = payouts_amount + 100"),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "a fee in the entry, with all balances",
        "entry_unlike_rule_of_its_time",
        entry("lima", f"{first('evt_n2')} + 1", "amount = amount - 10") + follow("lima", f"{first('evt_n2')} + 1", 10),
        sealed=True,
    ),
    Tamper(
        "a fee in the entry, the event and the document, with all balances",
        SEAL,
        entry("lima", f"{first('evt_n2')} + 1", "amount = 510")
        + event("evt_n2", "fee = 510")
        + payload("evt_n2", '{"fee": 510}')
        + follow("lima", f"{first('evt_n2')} + 1", 10),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "the newest fee, removed with its entry, its place and its amount",
        "event_differs_from_document",
        f"delete from ledger.ledger_entries where restaurant_id = 'other' and entry_seq = {first('evt_o4')} + 1;"
        + event("evt_o4", "fee = 0, entry_count = 1")
        + "update ledger.account_balances set last_entry_seq = last_entry_seq - 1, balance = balance + 93 "
        "where restaurant_id = 'other';",
        sealed=True,
    ),
    Tamper(
        "two charges' amounts swapped in the entries, with the balances between",
        "entry_unlike_rule_of_its_time",
        entry("lima", first("evt_n1"), "amount = 52000")
        + entry("lima", first("evt_n2"), "amount = 51000")
        + f"update ledger.ledger_entries set balance_after = balance_after + 1000 where restaurant_id = 'lima' "
        f"and currency = 'PEN' and entry_seq >= {first('evt_n1')} and entry_seq < {first('evt_n2')};",
        sealed=True,
    ),
    Tamper(
        "two charges' amounts swapped in entries, events and documents",
        SEAL,
        entry("lima", first("evt_n1"), "amount = 52000")
        + entry("lima", first("evt_n2"), "amount = 51000")
        + event("evt_n1", "amount = 52000")
        + event("evt_n2", "amount = 51000")
        + payload("evt_n1", '{"amount": 52000}')
        + payload("evt_n2", '{"amount": 51000}')
        + f"update ledger.ledger_entries set balance_after = balance_after + 1000 where restaurant_id = 'lima' "
        f"and currency = 'PEN' and entry_seq >= {first('evt_n1')} and entry_seq < {first('evt_n2')};",
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "the balance after an entry in the middle",
        "running_balance_broken",
        entry("lima", first("evt_p4"), "balance_after = balance_after + 1"),
        sealed=True,
    ),
    Tamper(
        "what is reserved after an entry in the middle",
        "running_balance_broken",
        entry("lima", first("evt_late1"), "reserved_after = reserved_after + 1"),
        sealed=True,
    ),
    Tamper(
        "what is held after an entry in the middle",
        "running_balance_broken",
        entry("lima", first("evt_d4"), "held_after = held_after - 1"),
        sealed=True,
    ),
    # -- the document
    Tamper(
        "the amount in the document alone",
        "event_differs_from_document",
        payload("evt_p2", '{"amount": 2}'),
        sealed=True,
    ),
    Tamper(
        "the fee in the document alone", "event_differs_from_document", payload("evt_p2", '{"fee": 2}'), sealed=True
    ),
    Tamper(
        "the payment in the document alone",
        "charge_without_its_payment",
        payload("evt_n1", '{"payment_id": "pay_x"}'),
        sealed=True,
    ),
    Tamper(
        "the reservation in the document",
        SEAL,
        payload("evt_p3", '{"metadata": {"payment_id": "pay_3"}}'),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper("a document emptied", "event_differs_from_document", event("evt_a1", "payload = '{}'"), sealed=True),
    Tamper(
        "who released a hold, in the document",
        SEAL,
        payload("release_1", '{"actor": "ben"}'),
        why=RECEIVED,
        sealed=True,
    ),
    # -- kinds
    Tamper(
        "a charge's entry made an adjustment, which moves the balance alike",
        "entry_unlike_rule_of_its_time",
        entry("lima", first("evt_n2"), "entry_type = 'ADJUSTMENT_CREDIT'"),
        sealed=True,
    ),
    Tamper(
        "a charge made an adjustment of a person, in event, document and entry",
        "event_differs_from_document",
        entry("lima", first("evt_a5"), "entry_type = 'ADJUSTMENT_CREDIT'")
        + event("evt_a5", "event_type = 'adjustment_credited'")
        + payload("evt_a5", '{"event_type": "adjustment_credited"}'),
        sealed=True,
    ),
    Tamper(
        "a refund made a fee, in event, document and entry",
        "payout_items_differ_from_entries",
        entry("lima", first("evt_r2"), "entry_type = 'FEE'")
        + event("evt_r2", "event_type = 'fee_charged'")
        + payload("evt_r2", '{"event_type": "fee_charged"}'),
        sealed=True,
    ),
    Tamper(
        "an event's type alone",
        "event_differs_from_document",
        event("evt_f2", "event_type = 'fee_charged'"),
        sealed=True,
    ),
    Tamper(
        "the state in which a dispute was found, where both states post nothing",
        "subject_state_differs",
        event("evt_d7", "subject_state = 'WON'"),
        sealed=True,
    ),
    Tamper(
        "the state in which a payout was found, where both states post the same",
        "payout_report_differs",
        event("evt_pf", "subject_state = 'PAID'"),
        sealed=True,
    ),
    Tamper(
        "a reversal said to take back another kind, with its entries",
        "subject_state_differs",
        event("reverse_2", "subject_state = 'WRITE_OFF'")
        + entry("lima", first("reverse_2"), "entry_type = 'WRITE_OFF_REVERSAL'"),
        sealed=True,
    ),
    # -- days and times
    Tamper(
        "when an event happened, in the row",
        "event_differs_from_document",
        event("evt_p1", "occurred_at = occurred_at + interval '1 hour'"),
        sealed=True,
    ),
    Tamper(
        "when an event happened, in row and document, by a day",
        "business_day_differs",
        event(
            "evt_p1",
            "occurred_at = occurred_at - interval '1 day', payload = payload || jsonb_build_object('occurred_at', "
            "occurred_at - interval '1 day')",
        ),
        sealed=True,
    ),
    Tamper(
        "when an event happened, in row and document, by a minute",
        SEAL,
        event(
            "evt_p1",
            "occurred_at = occurred_at + interval '1 minute', payload = payload || jsonb_build_object('occurred_at', "
            "occurred_at + interval '1 minute')",
        ),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "when an event was received",
        "recorded_at_differs",
        event("evt_p1", "received_at = received_at - interval '1 day'"),
        sealed=True,
    ),
    Tamper(
        "when an entry was recorded, between its neighbours",
        "recorded_at_differs",
        "update ledger.ledger_entries as x set recorded_at = recorded_at + (select (n.recorded_at - x.recorded_at) / 2 "
        "from ledger.ledger_entries as n where n.restaurant_id = 'lima' and n.currency = 'PEN' "
        f"and n.entry_seq = x.entry_seq + 1) where x.restaurant_id = 'lima' and x.currency = 'PEN' "
        f"and x.entry_seq = {first('evt_p3')} + 1;",
        sealed=True,
    ),
    Tamper(
        "when an event was received and its entries recorded, between their neighbours",
        SEAL,
        event("evt_p3", "received_at = received_at + interval '1 microsecond'")
        + "update ledger.ledger_entries set recorded_at = recorded_at + interval '1 microsecond' "
        f"where event_no = {number('evt_p3')};",
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "an entry's business day",
        "business_day_differs",
        entry("lima", first("evt_p1"), "business_day = business_day + 1"),
        sealed=True,
    ),
    Tamper(
        "the business day of an entry of late in the evening",
        "business_day_near_midnight",
        entry("tokyo", first("evt_a3"), "business_day = business_day + 1", "JPY"),
        sealed=True,
    ),
    Tamper(
        "all three days of an event's entries",
        "business_day_differs",
        "update ledger.ledger_entries set business_day = business_day + 1, available_on = available_on + 1, "
        f"settlement_day = settlement_day + 1 where event_no = {number('evt_n2')};",
        sealed=True,
    ),
    Tamper(
        "the day on which money is available, with what is pending that day",
        "available_day_differs",
        "update ledger.ledger_entries set available_on = available_on + 5, settlement_day = settlement_day + 5 "
        f"where event_no = {number('evt_m3')};"
        "update ledger.pending_days as d set amount = n.amount, first_entry_seq = n.first_seq, last_entry_seq = "
        "n.last_seq from (select available_on, sum(amount * balance_effect) as amount, min(entry_seq) as first_seq, "
        "max(entry_seq) as last_seq from ledger.ledger_entries inner join ledger.entry_types using (entry_type) "
        "where restaurant_id = 'madrid' group by 1) as n "
        "where d.restaurant_id = 'madrid' and d.available_on = n.available_on;",
        sealed=True,
    ),
    Tamper(
        "the day on which a reversal is available",
        "available_day_differs",
        f"update ledger.ledger_entries set available_on = available_on - 1 where event_no = {number('reverse_1')};",
        sealed=True,
    ),
    Tamper(
        "the day under which an entry is paid, to a later open day",
        "settlement_day_differs",
        entry("lima", first("evt_n3"), "settlement_day = settlement_day + 3"),
        sealed=True,
    ),
    Tamper(
        "the day under which a late entry was paid, into a closed day",
        "settlement_day_differs",
        entry("lima", first("evt_late1"), "settlement_day = available_on"),
        sealed=True,
    ),
    Tamper(
        "an open payout's day of booking",
        "business_day_differs",
        entry("lima", payout("lima", 4, "reserve_entry_seq"), "business_day = business_day - 2"),
        sealed=True,
    ),
    # -- ids
    Tamper(
        "an event's id in the row", "event_differs_from_document", event("evt_p2", "event_id = 'evt_q'"), sealed=True
    ),
    Tamper(
        "an event's id in row and document",
        SEAL,
        event("evt_p2", "payload = payload || '{\"event_id\": \"evt_q\"}', event_id = 'evt_q'"),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "the same, of one that a conflict was about",
        "rejection_differs_from_document",
        event("evt_p0", "payload = payload || '{\"event_id\": \"evt_q\"}', event_id = 'evt_q'"),
        sealed=True,
    ),
    Tamper(
        "a payment's id in row and document, where a refund names it",
        "link_differs_from_document",
        event("evt_n1", "subject_id = 'pay_x', payload = payload || '{\"payment_id\": \"pay_x\"}'"),
        sealed=True,
    ),
    Tamper(
        "a payment's id in row and document, where nothing names it",
        SEAL,
        event("evt_m3", "subject_id = 'pay_x', payload = payload || '{\"payment_id\": \"pay_x\"}'"),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "a charge's processor in row and document, where a refund names its payment",
        "link_differs_from_document",
        event("evt_m1", "provider = 'stripe', payload = payload || '{\"provider\": \"stripe\"}'"),
        sealed=True,
    ),
    Tamper("a refund's id in the row", "event_subject_differs", event("evt_r1", "subject_id = null"), sealed=True),
    Tamper(
        "the payout that a fee is for, in event and entry",
        "event_subject_differs",
        event("evt_pf", f"payout_id = {payout('lima', 4)}")
        + entry("lima", first("evt_pf"), f"payout_id = {payout('lima', 4)}"),
        sealed=True,
    ),
    Tamper(
        "a payout's id, wherever it stands",
        "payout_unlike_its_run",
        f"create temporary table old on commit drop as select {payout('other', 8)} as payout_id;"
        + "".join(
            f"update ledger.{table} set payout_id = 'po_forged' where payout_id = (select o.payout_id from old as o);"
            for table in ("payout_items", "ledger_entries", "processor_events", "payouts")
        ),
        sealed=True,
    ),
    # -- links
    Tamper(
        "the payment of a refund, unlinked",
        "link_differs_from_document",
        f"delete from ledger.event_links where event_no = {number('evt_r1')};",
        sealed=True,
    ),
    Tamper(
        "the payment of a refund, linked to another one",
        "link_differs_from_document",
        f"update ledger.event_links set payment_event_no = {number('evt_p4')} where event_no = {number('evt_r2')};",
        sealed=True,
    ),
    Tamper(
        "the dispute that was won, linked to another one",
        "link_differs_from_document",
        f"update ledger.event_links set about_event_no = {number('evt_d3')} where event_no = {number('evt_d5')};",
        sealed=True,
    ),
    Tamper(
        "a reversal that is none any more",
        "link_to_another_kind",
        f"update ledger.event_links set is_reversal = false where event_no = {number('reverse_1')};",
        sealed=True,
    ),
    Tamper(
        "a hold that is not listed",
        "holding_differs_from_event",
        f"delete from ledger.holdings where event_no = {number('hold_1')};",
        sealed=True,
    ),
    # -- order, numbers, rows removed and added
    Tamper(
        "the newest charge moved to another restaurant, with both balances",
        "event_differs_from_document",
        move("evt_o4", "owing PEN", source="other", total=9207),
        sealed=True,
    ),
    Tamper(
        "the newest charge moved to another restaurant, document and all",
        SEAL,
        move(
            "evt_o4",
            "owing PEN",
            source="other",
            total=9207,
            change=', payload = payload || \'{"restaurant_id": "owing"}\'',
        ),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "an older charge moved to another restaurant, document and all",
        "event_order_differs",
        f"delete from ledger.ledger_entries where event_no = {number('evt_n3')};"
        + "update ledger.account_balances as a set last_entry_seq = last_entry_seq - 1, balance = balance + 1000 "
        "where restaurant_id = 'lima' and currency = 'PEN';"
        + move("evt_n2", "other PEN", total=51480, change=', payload = payload || \'{"restaurant_id": "other"}\''),
        sealed=True,
    ),
    Tamper(
        "the newest charge moved to another currency, document and all",
        SEAL,
        move(
            "evt_o4",
            "lima USD",
            source="other",
            total=9207,
            change=', payload = payload || \'{"restaurant_id": "lima", "currency": "USD"}\'',
        ),
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "a charge's currency in the row",
        "event_differs_from_document",
        event("evt_o4", "currency = 'USD'"),
        sealed=True,
    ),
    Tamper(
        "two entries' places swapped, with the balances between",
        "entry_unlike_rule_of_its_time",
        f"update ledger.ledger_entries set event_no = case event_no when {number('evt_n1')} then {number('evt_n2')} "
        f"else {number('evt_n1')} end, amount = case amount when 51000 then 52000 when 52000 then 51000 when 510 "
        f"then 520 else 510 end where event_no in ({number('evt_n1')}, {number('evt_n2')});",
        sealed=True,
    ),
    Tamper(
        "two events and their entries swapped, with balances and times",
        "event_order_differs",
        f"create temporary table two on commit drop as select event_no, received_at, first_entry_seq from "
        f"ledger.processor_events where event_id in ('evt_n1', 'evt_n2');"
        "update ledger.processor_events as v set received_at = o.received_at, first_entry_seq = o.first_entry_seq "
        "from two as t, two as o where t.event_no = v.event_no and o.event_no <> v.event_no;"
        "update ledger.ledger_entries as l set event_no = o.event_no, amount = case l.amount when 51000 then 52000 "
        "when 52000 then 51000 when 510 then 520 else 510 end from two as t, two as o "
        "where t.event_no = l.event_no and o.event_no <> l.event_no;"
        f"update ledger.ledger_entries set balance_after = balance_after + case entry_type when 'FEE' then 990 else "
        f"1000 end where event_no = {number('evt_n2')};",
        sealed=True,
    ),
    Tamper(
        "an entry in the middle removed",
        "entry_seq_gap",
        f"delete from ledger.ledger_entries where restaurant_id = 'lima' and currency = 'PEN' "
        f"and entry_seq = {first('evt_p3')} + 1;",
        sealed=True,
    ),
    Tamper(
        "the newest event removed, with its entries, and the account set back",
        SEAL,
        f"create temporary table gone on commit drop as select {number('evt_o4')} as event_no;"
        "delete from ledger.ledger_entries where event_no = (select g.event_no from gone as g);"
        "delete from ledger.processor_events where event_no = (select g.event_no from gone as g);"
        "update ledger.account_balances as a set balance = balance - 9207, last_entry_seq = last_entry_seq - 2, "
        "last_entry_at = (select max(l.recorded_at) from ledger.ledger_entries as l where l.restaurant_id = 'other'), "
        "last_event_at = (select max(v.occurred_at) from ledger.processor_events as v where v.restaurant_id = 'other' "
        "and v.entry_count > 0) where restaurant_id = 'other';",
        why="a number that is not there is that of an event that was rolled back",
        sealed=True,
    ),
    Tamper(
        "an event between others removed, with its entries, and the rest renumbered",
        SEAL,
        f"create temporary table gone on commit drop as select {number('evt_n2')} as event_no, "
        f"{first('evt_n2')} as seq;"
        + follow("lima", "(select g.seq + 2 from gone as g)", -51480)
        + "delete from ledger.ledger_entries where event_no = (select g.event_no from gone as g);"
        "delete from ledger.processor_events where event_no = (select g.event_no from gone as g);"
        + renumber("lima", "(select g.seq + 2 from gone as g)", -2),
        why="a number that is not there is that of an event that was rolled back",
        sealed=True,
    ),
    Tamper(
        "an event that was never told, written into the middle with a number of its own",
        "event_order_differs",
        "create temporary table here on commit drop as select first_entry_seq as seq, received_at, payload from "
        "ledger.processor_events where event_id = 'evt_n3';"
        + renumber("lima", "(select h.seq from here as h)", 1)
        + "insert into ledger.processor_events (amount, fee, first_entry_seq, occurred_at, received_at, entry_count, "
        "restaurant_id, currency, provider, event_id, event_type, payload) "
        "select 700, 0, h.seq, v.occurred_at, h.received_at - interval '1 microsecond', 1, 'lima', 'PEN', 'default', "
        "'evt_forged', 'charge_succeeded', (v.payload - 'payment_id' - 'fee') || "
        '\'{"event_id": "evt_forged", "amount": 700}\' from here as h, ledger.processor_events as v '
        "where v.event_id = 'evt_n1';"
        "insert into ledger.ledger_entries select h.seq, 700, l.balance_after + 700, l.reserved_after, l.held_after, "
        f"{number('evt_forged')}, h.received_at - interval '1 microsecond', l.business_day, l.available_on, "
        "l.settlement_day, 'lima', 'PEN', 'CHARGE', null from here as h, ledger.ledger_entries as l "
        "where l.restaurant_id = 'lima' and l.currency = 'PEN' and l.entry_seq = h.seq - 1;"
        + follow("lima", "(select h.seq + 1 from here as h)", 700),
        sealed=True,
    ),
    Tamper(
        "an event that was never told, written at the end as posting would write it",
        NEVER,
        "select api.ingest_event(jsonb_build_object('event_id', 'evt_forged', 'event_type', 'charge_succeeded', "
        "'occurred_at', now(), 'restaurant_id', 'lima', 'currency', 'PEN', 'amount', 700));",
        why="whoever may write the book may also tell it an event. Only the processor's own report, compared event by "
        "event, knows what was never told; the seal made next holds what is there then",
    ),
    Tamper(
        "an event written with a number that was not drawn",
        "sequence_behind",
        "insert into ledger.processor_events (event_no, amount, fee, occurred_at, received_at, entry_count, "
        "restaurant_id, currency, provider, event_id, event_type, subject_state, payload) overriding system value "
        "select event_no + 1000, amount, fee, occurred_at, received_at, entry_count, restaurant_id, currency, "
        "provider, 'evt_forged', event_type, subject_state, payload || '{\"event_id\": \"evt_forged\"}' "
        "from ledger.processor_events where event_id = 'evt_d7';",
    ),
    Tamper(
        "the numbers of events set back",
        "sequence_behind",
        "select setval('ledger.processor_events_event_no_seq', 5);",
    ),
    Tamper(
        "the numbers of refusals set back",
        "sequence_behind",
        "select setval('ledger.event_rejections_rejection_no_seq', 1);",
    ),
    Tamper(
        "an id used twice, its key dropped",
        "event_kept_twice",
        "alter table ledger.processor_events drop constraint processor_events_provider_event_id_key;"
        "select api.ingest_event(jsonb_build_object('event_id', 'evt_again', 'event_type', 'charge_succeeded', "
        "'occurred_at', now(), 'restaurant_id', 'lima', 'currency', 'PEN', 'amount', 700));"
        + event("evt_again", "event_id = 'evt_p1', payload = payload || '{\"event_id\": \"evt_p1\"}'"),
    ),
    # -- accounts
    Tamper(
        "an account's balance",
        "balance_unequal_to_entries",
        "update ledger.account_balances set balance = balance + 1 where restaurant_id = 'lima' and currency = 'PEN';",
    ),
    Tamper(
        "an account's balance, and its last entry's",
        "running_balance_broken",
        "update ledger.account_balances set balance = balance + 1 where restaurant_id = 'lima' and currency = 'PEN';"
        + entry("lima", first("evt_n3"), "balance_after = balance_after + 1"),
        sealed=True,
    ),
    Tamper(
        "what two accounts own, one's gain the other's loss",
        "balance_unequal_to_entries",
        "update ledger.account_balances set balance = balance + case restaurant_id when 'lima' then 1 else -1 end "
        "where restaurant_id in ('lima', 'other') and currency = 'PEN';",
    ),
    Tamper(
        "what an account has reserved, taken from its balance",
        "reserved_balance_unequal_to_open_payouts",
        "update ledger.account_balances set balance = balance + 1, reserved = reserved - 1 "
        "where restaurant_id = 'lima' and currency = 'PEN';",
    ),
    Tamper(
        "what an account has held",
        "held_unequal_to_open_holds",
        "update ledger.account_balances set held = held - 1 where restaurant_id = 'lima' and currency = 'PEN';",
    ),
    Tamper(
        "the days an account has closed",
        "closed_day_unequal_to_payouts",
        "update ledger.account_balances set closed_through = closed_through - 1 where restaurant_id = 'other';",
    ),
    Tamper(
        "the last event an account knows",
        "account_differs_from_last_entry",
        "update ledger.account_balances set last_event_at = last_event_at + interval '1 hour' "
        "where restaurant_id = 'other';",
    ),
    Tamper(
        "how many events of an account wait",
        "deferred_count_differs",
        "update ledger.account_balances set deferred_count = 0 where restaurant_id = 'lima' and currency = 'PEN';",
    ),
    Tamper(
        "what becomes available on a day",
        "pending_day_unequal_to_entries",
        "update ledger.pending_days set amount = amount - 100;",
    ),
    Tamper(
        "an account moved to another currency, its entries left",
        "balance_unequal_to_entries",
        "update ledger.account_balances set currency = 'BOB' where restaurant_id = 'tokyo';",
    ),
    Tamper(
        "an account removed, its entries left",
        "account_missing",
        "delete from ledger.account_balances where restaurant_id = 'owing';",
    ),
    # -- settings
    Tamper(
        "an account's time zone",
        "account_differs_from_restaurant",
        "update ledger.account_balances set timezone = 'UTC' where restaurant_id = 'lima' and currency = 'PEN';",
    ),
    Tamper(
        "the time zone of a restaurant and its accounts",
        "settings_differ_from_changes",
        "update ledger.restaurants set timezone = 'America/Bogota' where restaurant_id = 'lima';"
        "update ledger.account_balances set timezone = 'America/Bogota' where restaurant_id = 'lima';",
    ),
    Tamper(
        "the same, of a restaurant whose settings were never changed",
        "business_day_differs",
        "update ledger.restaurants set timezone = 'Pacific/Kiritimati' where restaurant_id = 'other';"
        "update ledger.account_balances set timezone = 'Pacific/Kiritimati' where restaurant_id = 'other';",
    ),
    Tamper(
        "a restaurant's settlement delay, with its accounts",
        "settings_differ_from_changes",
        "update ledger.restaurants set settlement_delay_days = 0 where restaurant_id = 'madrid';"
        "update ledger.account_balances set settlement_delay_days = 0 where restaurant_id = 'madrid';",
    ),
    Tamper(
        "a restaurant opened again, with its accounts",
        "settings_differ_from_changes",
        "update ledger.restaurants set closed_at = null where restaurant_id = 'closing';"
        "update ledger.account_balances set is_closed = false where restaurant_id = 'closing';",
    ),
    Tamper(
        "payouts no longer paused, or so",
        "settings_differ_from_changes",
        "update ledger.restaurants set is_payouts_paused = true where restaurant_id = 'tokyo';",
    ),
    Tamper(
        "a change of settings removed from the journal",
        "settings_differ_from_changes",
        "delete from ledger.setting_changes where restaurant_id = 'madrid' and old_settings <> '{}';",
        sealed=True,
    ),
    Tamper(
        "a change of settings, as it was before",
        "settings_differ_from_changes",
        "update ledger.setting_changes set old_settings = '{\"settlement_delay_days\": 5}' "
        "where restaurant_id = 'madrid' and old_settings <> '{}';",
        sealed=True,
    ),
    Tamper(
        "when settings were changed",
        SEAL,
        "update ledger.setting_changes set changed_at = changed_at - interval '2 days' "
        "where restaurant_id = 'madrid' and old_settings <> '{}';",
        why="clocks are set back: which entries came after it is told by their numbers, which are kept with it",
        sealed=True,
    ),
    Tamper(
        "after which entries settings were changed",
        "available_day_differs",
        "update ledger.setting_changes set entry_seqs = '{\"EUR\": 1}' "
        "where restaurant_id = 'madrid' and old_settings <> '{}';",
        sealed=True,
    ),
    Tamper(
        "who changed settings",
        SEAL,
        "update ledger.setting_changes set changed_by = 'ben' where restaurant_id = 'lima';",
        why="nothing else says who did it",
        sealed=True,
    ),
    Tamper(
        "a setting of the platform that was changed before",
        "settings_differ_from_changes",
        "update ledger.platform_settings set payouts_waiting_hours = 8000;",
    ),
    Tamper(
        "a setting of the platform that was never changed",
        NEVER,
        "update ledger.platform_settings set deferred_warning_hours = 8000;",
        why="settings from before changes were kept have no journal; set once through set_platform_settings, each has",
    ),
    Tamper(
        "since when payments are known",
        "payments_since_moved",
        "update ledger.platform_settings set payments_since_no = 1000000;",
    ),
    Tamper(
        "payout terms",
        "terms_differ_from_changes",
        "update ledger.payout_terms set max_amount = null where restaurant_id = 'madrid';",
    ),
    Tamper(
        "payout terms of a restaurant without any",
        "terms_differ_from_changes",
        "insert into ledger.payout_terms (restaurant_id, currency, min_amount) values ('tokyo', 'JPY', 1000000);",
    ),
    Tamper(
        "payout terms removed, that had a pause resumed",
        "terms_differ_from_changes",
        "delete from ledger.payout_term_changes where restaurant_id = 'other' and new_terms ->> 'is_paused' = 'true';",
        sealed=True,
    ),
    Tamper(
        "why payouts were paused, in the journal",
        SEAL,
        "update ledger.payout_term_changes set reason = 'no reason' where restaurant_id = 'other';",
        why="nothing else says why",
        sealed=True,
    ),
    # -- payouts
    Tamper("a payout's amount", "payout_items_do_not_add_up", of_payout("lima", 4, "amount = amount - 1"), sealed=True),
    Tamper(
        "a payout's amount with its item",
        "payout_items_differ_from_entries",
        of_payout("lima", 4, "amount = amount - 1") + item("lima", 4, "gross_sales", "amount = amount - 1"),
        sealed=True,
    ),
    Tamper(
        "a payout lowered: amount, what it carries out, reserve, balances, run",
        "payout_below_available",
        of_payout("lima", 4, "amount = amount - 100")
        + f"insert into ledger.payout_items select -100, 0, 'lima', {payout('lima', 4)}, 'carried_out' "
        "on conflict (restaurant_id, payout_id, item_type) do update set amount = payout_items.amount - 100;"
        + entry("lima", payout("lima", 4, "reserve_entry_seq"), "amount = amount - 100")
        + follow("lima", payout("lima", 4, "reserve_entry_seq"), 100, -100)
        + of_run("lima", 4, "payouts_amount = payouts_amount - 100"),
        sealed=True,
    ),
    Tamper(
        "a payout raised: amount, what it carries out, reserve, balances, run",
        "payout_above_available",
        of_payout("madrid", 4, "amount = amount + 1000")
        + f"insert into ledger.payout_items select 1000, 0, 'madrid', {payout('madrid', 4)}, 'carried_out' "
        "on conflict (restaurant_id, payout_id, item_type) do update set amount = payout_items.amount + 1000;"
        + entry("madrid", payout("madrid", 4, "reserve_entry_seq"), "amount = amount + 1000", "EUR")
        + follow("madrid", payout("madrid", 4, "reserve_entry_seq"), -1000, 1000, currency="EUR")
        + of_run("madrid", 4, "payouts_amount = payouts_amount + 1000"),
        sealed=True,
    ),
    Tamper(
        "two items of a payout, against each other",
        "payout_items_differ_from_entries",
        item("lima", 8, "gross_sales", "amount = amount + 5") + item("lima", 8, "fees", "amount = amount - 5"),
        sealed=True,
    ),
    Tamper(
        "how many entries an item is of",
        "payout_items_differ_from_entries",
        item("lima", 8, "fees", "entry_count = entry_count - 1"),
        sealed=True,
    ),
    Tamper(
        "an item under another name",
        "payout_items_differ_from_entries",
        item("lima", 8, "fees", "item_type = 'adjustments'"),
        sealed=True,
    ),
    Tamper(
        "two items in one: what is carried in as sales",
        "payout_carried_differs",
        "update ledger.payout_items as i set amount = i.amount + c.amount from ledger.payout_items as c "
        "where c.payout_id = i.payout_id and c.item_type = 'carried_in' and i.item_type = 'gross_sales';"
        "delete from ledger.payout_items where item_type = 'carried_in';",
        sealed=True,
    ),
    Tamper(
        "an item of a payout that there is not",
        "payout_items_do_not_add_up",
        "insert into ledger.payout_items values (100, 1, 'lima', 'po_of_nobody', 'gross_sales');",
        sealed=True,
    ),
    Tamper(
        "a payout said to be paid",
        "payout_outcome_differs",
        of_payout("lima", 4, "status = 'PAID', paid_at = now()"),
    ),
    Tamper(
        "a payout said to be paid, with the entry that releases it",
        "entry_unlike_rule_of_its_time",
        of_payout("other", 7, "status = 'PAID', paid_at = now()")
        + "insert into ledger.ledger_entries select a.last_entry_seq + 1, p.amount, a.balance, a.reserved - p.amount, "
        "null, null, a.last_entry_at, current_date, current_date, current_date, 'other', 'PEN', 'PAYOUT_RELEASE', "
        f"p.payout_id from ledger.account_balances as a, ledger.payouts as p where p.payout_id = {payout('other', 7)} "
        "and a.restaurant_id = 'other';"
        "update ledger.account_balances set last_entry_seq = last_entry_seq + 1, reserved = reserved - 9009 "
        "where restaurant_id = 'other';",
    ),
    Tamper(
        "when a payout was paid", "payout_outcome_differs", of_payout("lima", 8, "paid_at = paid_at - interval '1 day'")
    ),
    Tamper("why a payout failed", "payout_outcome_differs", of_payout("lima", 7, "failure_code = 'account_closed'")),
    Tamper(
        "the day of a payout",
        "payout_unlike_its_run",
        of_payout("lima", 4, "as_of = as_of + 1")
        + "update ledger.account_balances set closed_through = closed_through + 1 where restaurant_id = 'lima' "
        "and currency = 'PEN';",
        sealed=True,
    ),
    Tamper(
        "when a payout was made",
        "recorded_at_differs",
        of_payout("lima", 4, "created_at = created_at - interval '1 minute'"),
        sealed=True,
    ),
    Tamper(
        "the run of a payout",
        "payout_run_differs_from_payouts",
        of_payout("lima", 4, f"run_id = {payout('lima', 8, 'run_id')}"),
        sealed=True,
    ),
    Tamper(
        "a payout removed, with its items",
        "entry_without_event_or_payout",
        f"delete from ledger.payout_items where payout_id = {payout('other', 7)};"
        f"delete from ledger.payouts where payout_id = {payout('other', 7)};",
        sealed=True,
    ),
    Tamper(
        "the bank's id of a payout",
        NEVER,
        of_payout(
            "other",
            8,
            "external_id = 'bank_2', submitted_at = now(), submitted_by = 'bank', "
            "confirmed_at = now(), confirmed_by = 'bank'",
        ),
        why="the hand-over to a bank is told by the disburser alone and moves no money; the bank's statement knows it",
    ),
    # -- runs
    Tamper(
        "how much a run has paid",
        "payout_run_differs_from_payouts",
        of_run("lima", 8, "payouts_amount = payouts_amount - 1"),
    ),
    Tamper("a run's minimum", "payout_unlike_its_run", of_run("lima", 8, "min_amount = 8000000")),
    Tamper(
        "a run's restaurants", "payout_unlike_its_run", of_run("lima", 8, "restaurant_ids = array['closing', 'other']")
    ),
    Tamper(
        "a skip removed",
        "payout_run_differs_from_payouts",
        f"delete from ledger.payout_skips where run_id = {payout('lima', 4, 'run_id')} and restaurant_id = 'owing';",
    ),
    Tamper(
        "a skip removed, and not counted by its run",
        "payout_run_left_out",
        f"delete from ledger.payout_skips where run_id = {payout('lima', 4, 'run_id')} and restaurant_id = 'owing';"
        + of_run(
            "lima",
            4,
            "restaurants_skipped = restaurants_skipped - 1, skipped = skipped || jsonb_build_object('nothing_to_pay', "
            "(skipped ->> 'nothing_to_pay')::int - 1)",
        ),
    ),
    Tamper(
        "why a restaurant was skipped, and how its run counts it",
        "payout_skip_contradicts",
        f"update ledger.payout_skips set reason = 'already_paid' where run_id = {payout('lima', 4, 'run_id')} "
        "and reason = 'payouts_paused';"
        + of_run("lima", 4, "skipped = (skipped - 'payouts_paused') || '{\"already_paid\": 1}'"),
    ),
    Tamper(
        "what a restaurant that was skipped for having nothing had",
        "payout_skip_contradicts",
        "update ledger.payout_skips set amount = 100 where reason = 'nothing_to_pay' and restaurant_id = 'owing';",
    ),
    Tamper(
        "when a run was finished",
        NEVER,
        of_run("lima", 8, "finished_at = finished_at + interval '1 day'"),
        why="a run's times say how it went, and nothing follows from them; what it paid stands in its payouts",
    ),
    # -- the inbox
    Tamper(
        "an event that waits, removed, and not counted",
        "rejection_differs_from_document",
        "select api.ingest_event(payload || '{\"amount\": 601}') from ledger.deferred_events where event_id = 'evt_w3';"
        "delete from ledger.deferred_events where event_id = 'evt_w3';"
        "update ledger.account_balances set deferred_count = deferred_count - 1 where restaurant_id = 'lima' "
        "and currency = 'PEN';",
    ),
    Tamper("all events that wait, truncated", "deferred_count_differs", "truncate ledger.deferred_events;"),
    Tamper(
        "what an event waits for",
        "deferred_event_differs",
        "update ledger.deferred_events set subject_id = 'pay_405' where event_id = 'evt_w3';",
    ),
    Tamper(
        "the amount of an event that waits",
        "deferred_event_differs",
        "update ledger.deferred_events set payload = payload || '{\"amount\": 1}' where event_id = 'evt_w3';",
    ),
    Tamper(
        "what an event that waits says beside, in its document",
        "deferred_event_differs",
        "update ledger.deferred_events set payload = payload || '{\"note\": 1}' where event_id = 'evt_w3';",
    ),
    Tamper(
        "when an event that waits was received",
        "deferred_event_differs",
        "update ledger.deferred_events set received_at = received_at - interval '1 second' where event_id = 'evt_w3';",
    ),
    Tamper(
        "when an event that waits happened, in row and document",
        "deferred_event_differs",
        "update ledger.deferred_events set occurred_at = occurred_at - interval '1 day', payload = payload || "
        "jsonb_build_object('occurred_at', occurred_at - interval '1 day') where event_id = 'evt_w3';",
    ),
    Tamper(
        "the amount of an event that waits, and what was kept of it",
        SEAL,
        "update ledger.deferred_events set payload = payload || '{\"amount\": 1}' where event_id = 'evt_w3';"
        "update ledger.event_deferrals set payload = payload || '{\"amount\": 1}' where event_id = 'evt_w3';",
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "an event that waits, removed, with its count",
        "deferral_without_end",
        "delete from ledger.deferred_events where event_id = 'evt_w4';"
        "update ledger.account_balances set deferred_count = deferred_count - 1 where restaurant_id = 'lima' "
        "and currency = 'PEN';",
    ),
    Tamper(
        "what was kept of an event that waited and is posted",
        SEAL,
        "update ledger.event_deferrals set payload = payload || '{\"amount\": 1}' where event_id = 'evt_w1';",
        why="it is posted, and what was posted is compared with its own document",
        sealed=True,
    ),
    Tamper(
        "an event that waits and is posted",
        "event_kept_twice",
        "insert into ledger.deferred_events (occurred_at, received_at, restaurant_id, currency, provider, event_id, "
        "event_type, first_type, subject_id, code, payload) select occurred_at, received_at, restaurant_id, currency, "
        "provider, event_id, event_type, 'charge_succeeded', 'pay_0', 'WAITS_FOR_PAYMENT', payload "
        "from ledger.processor_events where event_id = 'evt_r1';"
        "update ledger.account_balances set deferred_count = deferred_count + 1 where restaurant_id = 'lima' "
        "and currency = 'PEN';",
    ),
    Tamper(
        "a refusal's document: another event",
        "rejection_differs_from_document",
        'update ledger.event_rejections set payload = payload || \'{"event_id": "evt_y"}\' '
        "where event_id = 'evt_x1';",
        sealed=True,
    ),
    Tamper(
        "a refusal's document: another amount",
        SEAL,
        "update ledger.event_rejections set payload = payload || '{\"amount\": -2}' where event_id = 'evt_x1';",
        why=RECEIVED,
        sealed=True,
    ),
    Tamper(
        "a refusal removed",
        SEAL,
        "delete from ledger.event_rejections where event_id = 'evt_x3';",
        why="a number that is not there is that of a refusal that was rolled back",
        sealed=True,
    ),
    Tamper(
        "a refusal removed that somebody dismissed",
        "dismissal_differs",
        "delete from ledger.event_rejections where event_id = 'evt_x2';",
        sealed=True,
    ),
    Tamper("all refusals, truncated", "acceptance_differs", "truncate ledger.event_rejections;", sealed=True),
    Tamper(
        "what was dismissed while it waited",
        "dismissal_differs",
        'update ledger.event_dismissals set payload = payload || \'{"event_id": "evt_y"}\' '
        "where status = 'deferred';",
        sealed=True,
    ),
    Tamper(
        "a dismissal removed",
        "deferral_without_end",
        "delete from ledger.event_dismissals where status = 'deferred';",
        sealed=True,
    ),
    Tamper(
        "an acceptance removed",
        "payment_overdrawn",
        f"delete from ledger.event_acceptances where event_no = {number('evt_r4')};",
        sealed=True,
    ),
    Tamper(
        "the acceptance of a closed restaurant's charge removed",
        "charge_of_closed_restaurant",
        "update ledger.processor_events as v set received_at = r.closed_at + interval '1 microsecond' "
        "from ledger.restaurants as r where v.event_id = 'evt_c2' and v.restaurant_id = r.restaurant_id;"
        f"delete from ledger.event_acceptances where event_no = {number('evt_c2')};",
        sealed=True,
    ),
    Tamper(
        "an acceptance that nobody gave",
        "acceptance_differs",
        f"insert into ledger.event_acceptances select {number('evt_r1')}, now(), 'lima', 'AMOUNT_EXCEEDS_PAYMENT', "
        "'ana', 'it happened';",
        sealed=True,
    ),
    Tamper(
        "who accepted an event",
        SEAL,
        "update ledger.event_acceptances set actor = 'ben';",
        why="nothing else says who did it",
        sealed=True,
    ),
    # -- whole tables and restaurants
    *[
        Tamper(f"all of ledger.{table}, truncated", check, f"truncate ledger.{table} cascade;", sealed=sealed)
        for table, check, sealed in (
            ("event_links", "link_differs_from_document", True),
            ("holdings", "held_unequal_to_open_holds", True),
            ("pending_days", "pending_day_unequal_to_entries", False),
            ("payout_items", "payout_items_do_not_add_up", True),
            ("payout_skips", "payout_run_differs_from_payouts", False),
            ("ledger_entries", "balance_unequal_to_entries", True),
            ("event_acceptances", "payment_overdrawn", True),
        )
    ],
    Tamper(
        "the newest fifth of all entries lost, as by a restore that was cut short",
        "account_differs_from_last_entry",
        "delete from ledger.ledger_entries where recorded_at > (select percentile_disc(0.8) within group "
        "(order by recorded_at) from ledger.ledger_entries);",
        sealed=True,
    ),
    Tamper(
        "a restaurant removed",
        "account_differs_from_restaurant",
        "delete from ledger.restaurants where restaurant_id = 'other';",
    ),
    Tamper(
        "a restaurant removed with all that names it",
        "payout_run_differs_from_payouts",
        forget("other"),
        sealed=True,
    ),
    Tamper(
        "exchange rates",
        NEVER,
        "insert into ledger.fx_rates select 3.7, now(), date '2025-12-30', 'SBS', 'USD', 'PEN', 'ana';"
        "update ledger.fx_rates set rate = 37;",
        why="they are copied from their source, are in reports only, and nothing that posts or pays reads them; load "
        "them again and another rate is refused",
    ),
    # -- what rules: reference data, and what PostgreSQL holds
    Tamper(
        "a currency's exponent",
        DRIFT,
        "update ledger.currencies set exponent = 0 where currency = 'PEN';",
        told="reference data: currencies PEN differs",
    ),
    Tamper(
        "a currency's payable unit",
        DRIFT,
        "update ledger.currencies set payable_unit = 100 where currency = 'PEN';",
        told="reference data: currencies PEN differs",
    ),
    Tamper(
        "a rule: what a charge posts",
        "entry_unlike_rule_of_its_time",
        "update ledger.posting_rules set fee_entry = 'DISPUTE_FEE' where event_type = 'charge_succeeded';",
    ),
    Tamper(
        "a rule: whether money waits",
        "available_day_differs",
        "update ledger.posting_rules set is_delayed = false where event_type = 'charge_succeeded';",
    ),
    Tamper(
        "a rule that is not in use yet",
        DRIFT,
        "update ledger.posting_rules set amount_entry = null, amount_balance_effect = null, "
        "amount_reserved_effect = null, amount_held_effect = null where event_type = 'payout_failed' "
        "and subject_state = 'PAID';",
        told="reference data: posting_rules",
    ),
    Tamper(
        "a rule's history: another rule in between",
        "rule_history_broken",
        "insert into ledger.posting_rule_history select event_type, subject_state, 'WRITE_OFF', null, false, "
        "'-infinity', valid_from + interval '1 minute' from ledger.posting_rules "
        "where event_type = 'charge_succeeded';",
    ),
    Tamper(
        "the account that a fee is credited to",
        DRIFT,
        "update ledger.entry_types set credit_account = 'platform_losses' where entry_type = 'FEE';",
        told="reference data: entry_types FEE differs",
    ),
    Tamper(
        "the item under which a fee is paid",
        DRIFT,
        "update ledger.entry_types set payout_item = 'adjustments' where entry_type = 'PAYOUT_FEE';",
        told="reference data: entry_types PAYOUT_FEE differs",
    ),
    Tamper(
        "the side of an account",
        DRIFT,
        "update ledger.accounts set normal_side = 'debit' where account = 'processor_fees';",
        told="reference data: accounts processor_fees differs",
    ),
    Tamper(
        "a permanent failure made a passing one",
        DRIFT,
        "update ledger.payout_failure_codes set is_permanent = false where code = 'account_closed';",
        told="reference data: payout_failure_codes account_closed",
    ),
    Tamper(
        "the key of events dropped",
        DRIFT,
        "alter table ledger.processor_events drop constraint processor_events_provider_event_id_key;",
        told="constraint processor_events_provider_event_id_key",
    ),
    Tamper(
        "the key of payments dropped",
        DRIFT,
        "drop index ledger.processor_events_subject_key;",
        told="index ledger.processor_events_subject_key",
    ),
    Tamper(
        "a payout's amount may be nothing",
        DRIFT,
        "alter table ledger.payouts drop constraint payouts_amount_positive_check;",
        told="constraint payouts_amount_positive_check",
    ),
    Tamper(
        "a column that may be null",
        DRIFT,
        "alter table ledger.ledger_entries alter column amount drop not null;",
        told="column ledger.ledger_entries.amount",
    ),
    Tamper(
        "the guard of accounts disabled",
        DRIFT,
        "alter table ledger.account_balances disable trigger account_balances_follow_entries;",
        told="trigger account_balances_follow_entries",
    ),
    Tamper(
        "the guard of entries dropped",
        DRIFT,
        "drop trigger ledger_entries_append_only on ledger.ledger_entries;",
        told="trigger ledger_entries_append_only",
    ),
    Tamper(
        "the guard of payouts for replicas only",
        DRIFT,
        "alter table ledger.payouts enable replica trigger payouts_guard;",
        told="trigger payouts_guard",
    ),
    Tamper(
        "a function replaced: any day is open",
        DRIFT,
        "create or replace function ledger.business_day(p_at timestamptz, p_timezone text, p_day_close_hour smallint) "
        "returns date language sql immutable parallel safe as 'select current_date';",
        told="function ledger.business_day",
    ),
    Tamper(
        "a function of anybody's rights",
        DRIFT,
        "alter function api.ingest_event(jsonb) set search_path = public, pg_catalog;",
        told="function api.ingest_event",
    ),
    Tamper(
        "a check that finds nothing",
        DRIFT,
        "create or replace view reporting.check_entry_seq_gap as select e.restaurant_id, e.currency, "
        "''::text as reference, ''::text as finding from ledger.ledger_entries as e where false;",
        told="view reporting.check_entry_seq_gap",
    ),
    Tamper(
        "entries writable for the service",
        DRIFT,
        "grant insert, update on ledger.ledger_entries to cuenta_app;",
        told="privilege cuenta_app",
    ),
    Tamper(
        "postings for everybody",
        DRIFT,
        "grant execute on function ledger.post_event(jsonb, timestamptz) to public;",
        told="privilege public",
    ),
    Tamper(
        "a table of another owner",
        DRIFT,
        "alter table ledger.payouts owner to current_user;",
        told="table ledger.payouts",
    ),
]


def table() -> str:
    """The tampers as a table of Markdown, each with what finds it."""
    said = {SEAL: "", NEVER: "nothing"}
    rows = [
        f"| {tamper.name} | {said.get(tamper.found_by, f'`{tamper.check}`')} "
        f"| {'yes' if tamper.sealed else ''} | {tamper.why} |"
        for tamper in TAMPERS
    ]
    count = Counter(tamper.found_by if tamper.found_by in {*said, DRIFT} else "check" for tamper in TAMPERS)
    return "\n".join(
        [
            f"{len(TAMPERS)} tampers: {count['check']} are found by a check that computes again what was changed, "
            f"{count[DRIFT]} by the comparison with what was deployed (`python db/deploy.py --check` as well), "
            f"{count[SEAL]} by a seal alone, and "
            f"{count[NEVER]} cannot be known.",
            "",
            "| what was changed | found by | by a seal of before | why no check |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def written(text: str) -> str:
    """The page with the table as it should be."""
    before, _, after = text.split(MARK)
    return f"{before}{MARK}\n{table()}\n{MARK}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
