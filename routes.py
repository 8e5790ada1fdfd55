"""The route table: each HTTP operation and the function of schema `api` that it calls.

What PostgreSQL does not check itself is checked by arguments.py on the strength of the kinds named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Route:
    """One HTTP operation and the function it calls; the public name `x` is its argument `p_x`.

    Arguments come from the path, from the query (GET) or the members of a JSON object (PUT, POST), and one from a
    header. A required one that is absent is null, so that the database names it; an optional one is left out.
    """

    method: str
    path: str
    function: str
    required: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None  # the argument that the header Idempotency-Key gives, which is then required
    document: str | None = None  # the jsonb argument that takes the raw body
    answer: str = (
        "row"  # or rows: an array (a batch, NDJSON too), list: data, page: data and next_cursor, metrics, webhook
    )
    status: int | Mapping[str, int] = 200  # or by the row's own status
    page: int = 0  # the function's default limit
    name: str = ""  # of the operation, where another one calls the function, too
    csv: str | None = None  # the function with the same arguments that answers as text/csv
    steps: tuple[str, str] | None = (
        None  # unless dry_run: what starts the work, and what is called until it is finished
    )

    queue: tuple[str, str] | None = None  # what queues it if the caller prefers that, and the path that tells of it

    @property
    def operation(self) -> str:
        return self.name or self.function

    @property
    def select(self) -> str:
        return "status" if isinstance(self.status, Mapping) else self.answer


EVENT = {"processed": 201, "already_processed": 200, "deferred": 202, "conflict": 409, "rejected": 422}
CURRENCY, PAGING = {"currency": "text"}, {"limit": "integer", "cursor": "text"}
RUN, LEAST = CURRENCY | {"as_of": "date"}, {"min_amount": "integer", "restaurant_ids": "texts"}
PAID, QUEUE = LEAST | {"dry_run": "boolean"}, ("queue_payout_run", "/v1/payouts/runs/")
SCHEDULE = dict.fromkeys(("schedule_id", "currency", "cadence", "local_time", "timezone"), "text")
SCHEDULED = dict.fromkeys(("day", "as_of_days", "min_amount"), "integer") | {"is_active": "boolean", "actor": "text"}
SKIPS = {"reason": "text"} | PAGING
RUNS = CURRENCY | {"as_of": "date", "is_finished": "boolean"} | PAGING
ENTRIES = CURRENCY, {"from": "date", "to": "date", "newest_first": "boolean", "payout_id": "text"} | PAGING
FOUND_BY = dict.fromkeys(("restaurant_id", "status", "run_id", "external_id", "submitted_by"), "text")
PAYOUTS = FOUND_BY | CURRENCY | {"as_of": "date", "is_confirmed": "boolean"} | PAGING
ACTOR, REASON, PROVIDER = {"actor": "text"}, {"reason": "text"}, {"provider": "text"}
LIMITS = dict.fromkeys(("min_amount", "max_amount", "payable_unit"), "integer")
NAMED = RUN | {"restaurant_ids": "texts"} | REASON
TOLD = ACTOR | {"bank_told": "boolean"}
BY_HAND = ACTOR | {"min_amount": "integer", "dry_run": "boolean"}
DAYS = {"timezone": "text", "day_close_hour": "integer", "settlement_delay_days": "integer"}
STATES = {"closed": "boolean", "payouts_paused": "boolean"}
MONEY = dict.fromkeys(("restaurant_id", "currency"), "text") | {"amount": "integer"} | REASON
REVERSAL = {"event_id": "text"} | REASON
TEXTS = ("restaurant_id", "currency", "base_currency", "source")
CHECKED = {"check": "text", "everything": "boolean"}
REPORT = dict.fromkeys(TEXTS, "text") | {"from": "date", "to": "date"} | PAGING
OF_PAYMENT = {"restaurant_id": "text"} | PROVIDER
MOMENTS = dict.fromkeys(("recorded_from", "recorded_to"), "timestamp")
OF_STATE = {"restaurant_id": "text", "state": "text"} | CURRENCY | PAGING
OPEN = {"restaurant_id": "text", "is_open": "boolean"} | CURRENCY | PAGING
CHUNKS = ("start_payout_run", "continue_payout_run")
EVENTS, RESTAURANT, PAYOUT = "/v1/processor/events", "/v1/restaurants/<restaurant_id>", "/v1/payouts"
HOLDS, RELEASE = "/v1/holds", "/v1/holds/<any_text:hold_id>/release"
INBOX, OPEN_WITH = "/v1/inbox", dict.fromkeys(("code", "status", "restaurant_id"), "text") | PAGING
ENDPOINTS, ENDPOINT = "/v1/webhook-endpoints", {"event_types": "texts", "settings": "object"} | ACTOR
DELIVERIES = dict.fromkeys(("endpoint_id", "state", "type", "message_id"), "text") | PAGING
SOURCES, SECRET_PERIOD = "/v1/webhook-sources", dict.fromkeys(("valid_from", "valid_until"), "timestamp")
KEPT, RECEIVED = "/v1/kept-webhooks", dict.fromkeys(("headers", "query"), "object")
KEPT_WITH = {"source": "text", "is_open": "boolean"} | PAGING
NEW_KEY = {"restaurant_id": "text", "expires_at": "timestamp"} | ACTOR
ROUTES = (
    Route("POST", EVENTS, "ingest_event", document="event", status=EVENT),
    Route("POST", f"{EVENTS}/batch", "ingest_events", document="events", answer="rows"),
    Route("GET", f"{EVENTS}/<any_text:event_id>", "get_event", optional=PROVIDER),
    Route("GET", "/v1/restaurants", "list_restaurants", optional=STATES | PAGING, answer="page", page=50),
    Route("GET", RESTAURANT, "get_restaurant"),
    Route("PUT", RESTAURANT, "set_restaurant", optional=DAYS | STATES | ACTOR),
    Route("GET", f"{RESTAURANT}/payout-terms", "get_payout_terms", CURRENCY),
    Route("PUT", f"{RESTAURANT}/payout-terms", "set_payout_terms", CURRENCY, LIMITS | REASON | ACTOR),
    Route(
        "GET",
        f"{RESTAURANT}/payout-terms/changes",
        "list_payout_term_changes",
        optional=CURRENCY | PAGING,
        answer="page",
        page=50,
    ),
    Route("POST", f"{RESTAURANT}/payout-terms/pause", "pause_payouts", CURRENCY | REASON, ACTOR),
    Route("POST", f"{RESTAURANT}/payout-terms/resume", "resume_payouts", CURRENCY, REASON | ACTOR),
    Route("GET", f"{RESTAURANT}/balance", "get_balance", CURRENCY, {"at": "timestamp"}),
    Route("GET", f"{RESTAURANT}/balances", "list_balances", optional=PAGING, answer="page", page=50),
    Route(
        "GET", "/v1/balances", "list_balances", {}, CURRENCY | PAGING, answer="page", page=50, name="list_all_balances"
    ),
    Route("GET", f"{RESTAURANT}/entries", "list_entries", *ENTRIES, answer="page", page=100),
    Route("GET", f"{RESTAURANT}/statement", "get_statement", CURRENCY | {"from": "date", "to": "date"}),
    Route("GET", f"{RESTAURANT}/changes", "list_setting_changes", optional=PAGING, answer="page", page=50),
    Route("GET", "/v1/payments", "list_payments", optional=OF_STATE | MOMENTS, answer="page", page=50),
    Route("GET", "/v1/payments/<any_text:payment_id>", "get_payment", optional=OF_PAYMENT),
    Route("GET", "/v1/disputes", "list_disputes", optional=OF_STATE, answer="page", page=50),
    Route("POST", f"{PAYOUT}/run", "run_payouts", RUN, PAID, status=202, steps=CHUNKS, queue=QUEUE),
    Route("POST", f"{PAYOUT}/by-hand", "pay_by_hand", NAMED, BY_HAND, status=202),
    Route("POST", f"{PAYOUT}/claim", "claim_payouts", CURRENCY, {"limit": "integer"} | ACTOR, answer="list"),
    Route("GET", f"{PAYOUT}/preview", "preview_payouts", RUN, LEAST | PAGING, answer="page", page=500),
    Route("GET", f"{PAYOUT}/runs", "list_payout_runs", optional=RUNS, answer="page", page=50),
    Route("GET", f"{PAYOUT}/runs/<run_id>", "get_payout_run"),
    Route("POST", f"{PAYOUT}/runs/<run_id>/retry", "retry_payout_run", status=202),
    Route("GET", f"{PAYOUT}/schedules", "list_payout_schedules", answer="list"),
    Route("PUT", f"{PAYOUT}/schedules", "set_payout_schedule", SCHEDULE, SCHEDULED),
    Route("GET", f"{PAYOUT}/runs/<run_id>/skips", "list_payout_skips", optional=SKIPS, answer="page", page=50),
    Route("GET", PAYOUT, "list_payouts", optional=PAYOUTS, answer="page", page=50),
    Route("GET", f"{PAYOUT}/<payout_id>", "get_payout"),
    Route("GET", f"{PAYOUT}/<payout_id>/entries", "list_payout_entries", optional=PAGING, answer="page", page=100),
    Route("POST", f"{PAYOUT}/<payout_id>/confirm", "confirm_payout", {"external_id": "text"}, ACTOR),
    Route("POST", f"{PAYOUT}/<payout_id>/cancel", "cancel_payout", REASON, TOLD, key="reference", status=EVENT),
    Route("POST", "/v1/adjustments", "post_adjustment", MONEY, ACTOR, key="reference", status=EVENT),
    Route("GET", HOLDS, "list_holds", optional=OPEN, answer="page", page=50),
    Route("POST", HOLDS, "hold_funds", MONEY, ACTOR, key="reference", status=EVENT),
    Route("POST", RELEASE, "release_hold", {"amount": "integer"} | REASON, ACTOR, key="reference", status=EVENT),
    Route("POST", "/v1/write-offs", "write_off_debt", MONEY, ACTOR, key="reference", status=EVENT),
    Route("POST", "/v1/reversals", "reverse_event", REVERSAL, PROVIDER | ACTOR, key="reference", status=EVENT),
    Route("GET", INBOX, "list_inbox", optional=OPEN_WITH, answer="page", page=50),
    Route("POST", f"{INBOX}/replay", "replay_events", {"code": "text"}, {"limit": "integer"}, answer="list"),
    Route("POST", f"{INBOX}/<any_text:event_id>/replay", "replay_event", optional=PROVIDER, status=EVENT),
    Route("POST", f"{INBOX}/<any_text:event_id>/accept", "accept_event", REASON, PROVIDER | ACTOR, status=EVENT),
    Route("POST", f"{INBOX}/<any_text:event_id>/dismiss", "dismiss_event", REASON, PROVIDER | ACTOR),
    Route("POST", "/v1/rejections/<rejection_no>/dismiss", "dismiss_rejection", REASON, ACTOR),
    Route("GET", "/metrics", "get_metrics", answer="metrics"),
    Route("POST", "/v1/webhooks/<source>", "receive_webhook", RECEIVED, document="body", answer="webhook"),
    Route("GET", SOURCES, "list_webhook_sources", answer="list"),
    Route("PUT", SOURCES, "set_webhook_source", {"source": "text", "scheme": "text"}, {"settings": "object"} | ACTOR),
    Route("POST", f"{SOURCES}/<source>/secrets", "add_webhook_secret", {"secret": "text"}, SECRET_PERIOD | ACTOR),
    Route("GET", KEPT, "list_kept_webhooks", optional=KEPT_WITH, answer="page", page=50),
    Route("POST", f"{KEPT}/<webhook_no>/dismiss", "dismiss_webhook", REASON, ACTOR),
    Route("POST", f"{KEPT}/<webhook_no>/replay", "replay_webhook", {}, ACTOR),
    Route("GET", ENDPOINTS, "list_webhook_endpoints", answer="list"),
    Route("PUT", ENDPOINTS, "set_webhook_endpoint", {"url": "text"}, ENDPOINT),
    Route("POST", f"{ENDPOINTS}/<endpoint_id>/rotate", "rotate_webhook_secret", {}, {"keep_hours": "integer"} | ACTOR),
    Route("POST", f"{ENDPOINTS}/<endpoint_id>/disable", "disable_webhook_endpoint", {}, ACTOR),
    Route("POST", f"{ENDPOINTS}/<endpoint_id>/enable", "enable_webhook_endpoint", {}, ACTOR),
    Route("POST", f"{ENDPOINTS}/<endpoint_id>/recover", "recover_endpoint", {"since": "timestamp"}, ACTOR, status=202),
    Route("GET", "/v1/deliveries", "list_deliveries", optional=DELIVERIES, answer="page", page=50),
    Route("POST", "/v1/deliveries/<delivery_id>/resend", "resend_delivery", {}, ACTOR, status=202),
    Route("GET", "/v1/keys", "list_api_keys", optional=PAGING, answer="page", page=50),
    Route("POST", "/v1/keys", "create_api_key", dict.fromkeys(("name", "role"), "text"), NEW_KEY, status=201),
    Route("DELETE", "/v1/keys/<key_id>", "revoke_api_key", {}, ACTOR),
    Route("GET", "/v1/reports", "list_reports", answer="list"),
    Route("GET", "/v1/integrity", "check_integrity", optional=CHECKED, answer="list"),
    Route("GET", "/v1/reports/<name>", "get_report", optional=REPORT, page=100, csv="get_report_csv"),
)
