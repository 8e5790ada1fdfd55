-- Written by `python db/deploy.py --dump-schema`. Not to be edited.

CREATE SCHEMA access;

COMMENT ON SCHEMA access IS 'Tables and internal functions of the keys that callers of the service show.';

CREATE SCHEMA api;

COMMENT ON SCHEMA api IS 'Public functions: the only door for writing, and the one the HTTP service uses.';

CREATE SCHEMA inbound;

COMMENT ON SCHEMA inbound IS 'Tables and internal functions of signed webhooks: sources, their secrets, and how each is read.';

CREATE SCHEMA ledger;

COMMENT ON SCHEMA ledger IS 'Tables and internal functions of the ledger. Nobody but the owner works here; others call schema api.';

CREATE SCHEMA outbound;

COMMENT ON SCHEMA outbound IS 'Tables and internal functions of webhooks that are sent: endpoints and deliveries.';

CREATE SCHEMA reporting;

COMMENT ON SCHEMA reporting IS 'Read-only views for people and reporting tools.';

CREATE TYPE inbound.reading AS (
	outcome text COLLATE pg_catalog."C",
	kind text COLLATE pg_catalog."C",
	event jsonb,
	code text COLLATE pg_catalog."C",
	field text COLLATE pg_catalog."C",
	message text
);

COMMENT ON TYPE inbound.reading IS 'What one thing that a processor tells is to cuenta. A document may tell several.';

COMMENT ON COLUMN inbound.reading.outcome IS 'event: an event of ours; ignored: it moves nothing, or is told by another kind of webhook, too; unknown: of a kind that no adapter knows; refused: it should be an event, and cannot be one.';

COMMENT ON COLUMN inbound.reading.kind IS 'What the processor calls it; null: it does not say.';

COMMENT ON COLUMN inbound.reading.event IS 'The event, without provider, and without restaurant_id where the document names no restaurant: inbound.complete_reading adds them. Null: it is none.';

COMMENT ON COLUMN inbound.reading.code IS 'Why it is no event; null: it is one.';

COMMENT ON COLUMN inbound.reading.field IS 'The field of the event that is at fault, if one is.';

COMMENT ON COLUMN inbound.reading.message IS 'The reason in words.';

CREATE TYPE inbound.webhook_kind AS (
	kind text COLLATE pg_catalog."C",
	outcome text COLLATE pg_catalog."C",
	becomes text COLLATE pg_catalog."C",
	says text
);

COMMENT ON TYPE inbound.webhook_kind IS 'A kind of webhook that an adapter knows: a row of the tables of docs/webhooks-in.md.';

COMMENT ON COLUMN inbound.webhook_kind.kind IS 'What the processor calls it.';

COMMENT ON COLUMN inbound.webhook_kind.outcome IS 'event: it may become one; ignored or refused: it never does.';

COMMENT ON COLUMN inbound.webhook_kind.becomes IS 'The types of event it may become, with commas between; null: none.';

COMMENT ON COLUMN inbound.webhook_kind.says IS 'When it becomes that, or why it does not.';

CREATE TYPE ledger.event_answer AS (
	status text,
	event_id text,
	provider text,
	restaurant_id text,
	currency text,
	event_type text,
	entries integer,
	code text,
	message text,
	details jsonb,
	received_at timestamp with time zone
);

COMMENT ON TYPE ledger.event_answer IS 'The answer to one event; the columns of api.ingest_event.';

CREATE TYPE ledger.event_decision AS (
	subject_state text COLLATE pg_catalog."C",
	payout_id text COLLATE pg_catalog."C",
	code text COLLATE pg_catalog."C",
	details jsonb,
	subject_id text COLLATE pg_catalog."C",
	about_event_no bigint,
	payment_event_no bigint,
	available_on date,
	first_type text COLLATE pg_catalog."C"
);

COMMENT ON TYPE ledger.event_decision IS 'What was decided about an event: the state of its subject, which names the posting rule, or the code and details of why it posts nothing.';

COMMENT ON COLUMN ledger.event_decision.subject_state IS 'The state of its subject before it; NEW if it is about none.';

COMMENT ON COLUMN ledger.event_decision.payout_id IS 'The payout it is about, if it is about one.';

COMMENT ON COLUMN ledger.event_decision.code IS 'Why it is refused; null: it is not.';

COMMENT ON COLUMN ledger.event_decision.details IS 'What more there is to say about that.';

COMMENT ON COLUMN ledger.event_decision.subject_id IS 'The id of what it is the first to tell of; or, if first_type is set, of what it waits for.';

COMMENT ON COLUMN ledger.event_decision.about_event_no IS 'The event that first told of what this one is about.';

COMMENT ON COLUMN ledger.event_decision.payment_event_no IS 'The charge of the payment it belongs to.';

COMMENT ON COLUMN ledger.event_decision.available_on IS 'From this day its money counts; null: as the rule says.';

COMMENT ON COLUMN ledger.event_decision.first_type IS 'The type of the event it waits for; null: it does not wait.';

CREATE TYPE ledger.event_fields AS (
	provider text COLLATE pg_catalog."C",
	event_id text COLLATE pg_catalog."C",
	event_type text COLLATE pg_catalog."C",
	restaurant_id text COLLATE pg_catalog."C",
	currency text COLLATE pg_catalog."C",
	amount bigint,
	fee bigint,
	occurred_at timestamp with time zone,
	available_on date,
	payment_id text COLLATE pg_catalog."C",
	refund_id text COLLATE pg_catalog."C",
	dispute_id text COLLATE pg_catalog."C"
);

COMMENT ON TYPE ledger.event_fields IS 'The fields that every event has, named as in the document.';

CREATE TYPE ledger.run_answer AS (
	run_id text,
	currency text,
	as_of date,
	min_amount bigint,
	restaurant_ids text[],
	overrides_terms boolean,
	started_by text,
	reason text,
	started_at timestamp with time zone,
	finished_at timestamp with time zone,
	is_finished boolean,
	last_restaurant_id text,
	payouts_created integer,
	payouts_amount numeric(38,0),
	restaurants_skipped integer,
	skipped jsonb,
	state text,
	is_queued boolean,
	attempts integer,
	next_attempt_at timestamp with time zone,
	failed_at timestamp with time zone,
	died_at timestamp with time zone,
	error text,
	schedule_id text,
	due_at timestamp with time zone
);

COMMENT ON TYPE ledger.run_answer IS 'A payout run; the columns of api.get_payout_run.';

CREATE TYPE ledger.schedule_answer AS (
	schedule_id text,
	currency text,
	cadence text,
	day integer,
	local_time time without time zone,
	timezone text,
	as_of_days integer,
	min_amount bigint,
	is_active boolean,
	next_due_at timestamp with time zone,
	last_due_at timestamp with time zone,
	last_started_at timestamp with time zone,
	last_run_id text,
	error text,
	updated_at timestamp with time zone,
	updated_by text
);

COMMENT ON TYPE ledger.schedule_answer IS 'A schedule of payout runs; the columns of api.list_payout_schedules.';

CREATE TYPE outbound.endpoint_state AS (
	endpoint_id text,
	url text,
	is_enabled boolean,
	disabled_at timestamp with time zone,
	disabled_reason text,
	disabled_by text
);

COMMENT ON TYPE outbound.endpoint_state IS 'Whether an endpoint is sent to; the columns of api.enable_webhook_endpoint.';

CREATE TABLE access.api_keys (
    key_id text NOT NULL COLLATE pg_catalog."C",
    key_no bigint NOT NULL,
    key_digest bytea NOT NULL,
    name text NOT NULL,
    role text NOT NULL COLLATE pg_catalog."C",
    bound_to text COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by text,
    CONSTRAINT api_keys_bound_key_reads_check CHECK (((bound_to IS NULL) OR (role = 'reader'::text))),
    CONSTRAINT api_keys_digest_length_check CHECK ((octet_length(key_digest) = 32)),
    CONSTRAINT api_keys_revoked_by_check CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
    CONSTRAINT api_keys_role_check CHECK ((role = ANY (ARRAY['processor'::text, 'app'::text, 'operator'::text, 'reader'::text])))
);

COMMENT ON TABLE access.api_keys IS 'Keys that callers of the service show, those that are revoked or have expired included: once there was one, the service wants one.';

COMMENT ON COLUMN access.api_keys.key_id IS 'The part of the key that is no secret.';

COMMENT ON COLUMN access.api_keys.key_no IS 'In the order in which they were made.';

COMMENT ON COLUMN access.api_keys.key_digest IS 'SHA-256 of the whole key; the key itself is nowhere.';

COMMENT ON COLUMN access.api_keys.name IS 'Whose it is: the actor of what is done with it, and what stands in the log.';

COMMENT ON COLUMN access.api_keys.role IS 'What it may do: as cuenta_processor, cuenta_app, cuenta_operator or cuenta_reader.';

COMMENT ON COLUMN access.api_keys.bound_to IS 'The one restaurant that it may see; null: it is not bound to one.';

COMMENT ON COLUMN access.api_keys.created_at IS 'When it was made.';

COMMENT ON COLUMN access.api_keys.created_by IS 'Who made it.';

COMMENT ON COLUMN access.api_keys.expires_at IS 'From when on it is not valid; null: no end.';

COMMENT ON COLUMN access.api_keys.last_used_at IS 'When it was last used, to ten minutes or so; null: never.';

COMMENT ON COLUMN access.api_keys.revoked_at IS 'When it was revoked; null: it was not.';

COMMENT ON COLUMN access.api_keys.revoked_by IS 'Who revoked it.';

CREATE FUNCTION access.find_key(p_key_digest bytea, p_now timestamp with time zone) RETURNS access.api_keys
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION access.find_key(p_key_digest bytea, p_now timestamp with time zone) IS 'The key that somebody shows, if it is valid.';

CREATE FUNCTION access.list_parameters(p_function text) RETURNS TABLE(name text, type_name text, has_default boolean)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION access.list_parameters(p_function text) IS 'What a function of schema api takes.';

CREATE FUNCTION access.read_own(p_function text, p_arguments jsonb) RETURNS TABLE(answer json, cursor text)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION access.read_own(p_function text, p_arguments jsonb) IS 'Calls a function of schema api.';

CREATE FUNCTION access.require_key_facts(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION access.require_key_facts(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_now timestamp with time zone) IS 'Checks what is said of a new key.';

CREATE FUNCTION access.require_own_arguments(p_restaurant_id text, p_function text, p_arguments jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION access.require_own_arguments(p_restaurant_id text, p_function text, p_arguments jsonb) IS 'What a restaurant''s own key may ask.';

CREATE FUNCTION access.require_own_key(p_key_digest bytea, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION access.require_own_key(p_key_digest bytea, p_now timestamp with time zone) IS 'The restaurant that a key is bound to.';

CREATE FUNCTION api.accept_event(p_event_id text, p_reason text, p_provider text DEFAULT 'default'::text, p_actor text DEFAULT NULL::text) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.accept_event(p_event_id text, p_reason text, p_provider text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.accept_event(p_event_id text, p_reason text, p_provider text, p_actor text) IS 'Posts a fact that a cap refused, because it happened, once.';

CREATE FUNCTION api.add_webhook_secret(p_source text, p_secret text, p_valid_from timestamp with time zone DEFAULT NULL::timestamp with time zone, p_valid_until timestamp with time zone DEFAULT NULL::timestamp with time zone, p_actor text DEFAULT NULL::text) RETURNS TABLE(source text, secret_no bigint, valid_from timestamp with time zone, valid_until timestamp with time zone, created_at timestamp with time zone, created_by text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.add_webhook_secret(p_source text, p_secret text, p_valid_from timestamp with time zone, p_valid_until timestamp with time zone, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.add_webhook_secret(p_source text, p_secret text, p_valid_from timestamp with time zone, p_valid_until timestamp with time zone, p_actor text) IS 'Gives a source a secret beside those it has, or a secret that it has another period.';

CREATE FUNCTION api.audit_integrity(p_check text DEFAULT NULL::text, p_everything boolean DEFAULT false) RETURNS TABLE(check_name text, severity text, findings bigint, sample jsonb, audited_at timestamp with time zone, duration_ms bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.audit_integrity(p_check text, p_everything boolean) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.audit_integrity(p_check text, p_everything boolean) IS 'Runs the checks and keeps what they find.';

CREATE FUNCTION api.cancel_payout(p_payout_id text, p_reason text, p_reference text, p_actor text DEFAULT NULL::text, p_bank_told boolean DEFAULT false) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.cancel_payout(p_payout_id text, p_reason text, p_reference text, p_actor text, p_bank_told boolean) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.cancel_payout(p_payout_id text, p_reason text, p_reference text, p_actor text, p_bank_told boolean) IS 'Cancels a payout that is under way: its money is available again.';

CREATE FUNCTION api.check_integrity(p_check text DEFAULT NULL::text, p_everything boolean DEFAULT false) RETURNS TABLE(check_name text, severity text, findings bigint, sample jsonb, title text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.check_integrity(p_check text, p_everything boolean) IS 'Audits the book since its last audited seal, or all of it: every check with what it found.';

CREATE FUNCTION api.claim_deliveries(p_limit integer DEFAULT 64, p_lease_seconds integer DEFAULT 60) RETURNS TABLE(delivery_id bigint, lease_id uuid, endpoint_id text, url text, settings jsonb, secrets text[], message_id text, payload text, attempt integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

ALTER FUNCTION api.claim_deliveries(p_limit integer, p_lease_seconds integer) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.claim_deliveries(p_limit integer, p_lease_seconds integer) IS 'What is to be sent now, for whoever sends it.';

CREATE FUNCTION api.claim_payout_run(p_is_counted boolean DEFAULT false) RETURNS TABLE(run_id text, currency text, as_of date, attempts integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.claim_payout_run(p_is_counted boolean) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.claim_payout_run(p_is_counted boolean) IS 'For workers: the run whose turn it is.';

CREATE FUNCTION api.claim_payouts(p_currency text, p_limit integer DEFAULT 100, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(payout_id text, restaurant_id text, currency text, as_of date, amount bigint, created_at timestamp with time zone, submitted_at timestamp with time zone, submitted_by text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.claim_payouts(p_currency text, p_limit integer, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.claim_payouts(p_currency text, p_limit integer, p_actor text) IS 'Gives payouts that nobody has yet to a disburser.';

CREATE FUNCTION api.confirm_payout(p_payout_id text, p_external_id text, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text, submitted_at timestamp with time zone, submitted_by text, external_id text, confirmed_at timestamp with time zone, confirmed_by text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.confirm_payout(p_payout_id text, p_external_id text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.confirm_payout(p_payout_id text, p_external_id text, p_actor text) IS 'Keeps that the bank or the processor has a payout, and under which id of its own.';

CREATE FUNCTION api.continue_payout_run(p_run_id text, p_limit integer DEFAULT 200) RETURNS TABLE(status text, message text, run_id text, currency text, as_of date, min_amount bigint, is_dry_run boolean, payouts_created integer, payouts_amount numeric, restaurants_skipped integer, skipped jsonb, is_finished boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.continue_payout_run(p_run_id text, p_limit integer) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.continue_payout_run(p_run_id text, p_limit integer) IS 'Pays the next restaurants of a run.';

CREATE FUNCTION api.create_api_key(p_name text, p_role text, p_restaurant_id text DEFAULT NULL::text, p_expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(key_id text, name text, role text, restaurant_id text, created_at timestamp with time zone, created_by text, expires_at timestamp with time zone, key text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.create_api_key(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.create_api_key(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_actor text) IS 'Makes a key for somebody who calls the service; shows it once.';

CREATE FUNCTION api.disable_webhook_endpoint(p_endpoint_id text, p_actor text DEFAULT NULL::text) RETURNS outbound.endpoint_state
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.disable_webhook_endpoint(p_endpoint_id text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.disable_webhook_endpoint(p_endpoint_id text, p_actor text) IS 'Stops sending to an endpoint.';

CREATE FUNCTION api.dismiss_event(p_event_id text, p_reason text, p_provider text DEFAULT 'default'::text, p_actor text DEFAULT NULL::text) RETURNS TABLE(event_id text, provider text, status text, code text, actor text, reason text, dismissed_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.dismiss_event(p_event_id text, p_reason text, p_provider text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.dismiss_event(p_event_id text, p_reason text, p_provider text, p_actor text) IS 'Closes an event in the inbox: nothing is to be done about it.';

CREATE FUNCTION api.dismiss_rejection(p_rejection_no bigint, p_reason text, p_actor text DEFAULT NULL::text) RETURNS TABLE(rejection_no bigint, event_id text, provider text, status text, code text, actor text, reason text, dismissed_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.dismiss_rejection(p_rejection_no bigint, p_reason text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.dismiss_rejection(p_rejection_no bigint, p_reason text, p_actor text) IS 'Closes a delivery in the inbox whose event_id or provider could not be read.';

CREATE FUNCTION api.dismiss_webhook(p_webhook_no bigint, p_reason text, p_actor text DEFAULT NULL::text) RETURNS TABLE(webhook_no bigint, source text, outcome text, code text, dismissed_at timestamp with time zone, dismissed_by text, reason text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.dismiss_webhook(p_webhook_no bigint, p_reason text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.dismiss_webhook(p_webhook_no bigint, p_reason text, p_actor text) IS 'Closes a webhook that became no event: a person has seen to it.';

CREATE FUNCTION api.enable_webhook_endpoint(p_endpoint_id text, p_actor text DEFAULT NULL::text) RETURNS outbound.endpoint_state
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.enable_webhook_endpoint(p_endpoint_id text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.enable_webhook_endpoint(p_endpoint_id text, p_actor text) IS 'Sends to an endpoint again.';

CREATE FUNCTION api.fail_payout_run(p_run_id text, p_error text) RETURNS TABLE(run_id text, state text, attempts integer, next_attempt_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.fail_payout_run(p_run_id text, p_error text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.fail_payout_run(p_run_id text, p_error text) IS 'For workers: says that an attempt to go on with a run failed.';

CREATE FUNCTION api.find_events(p_key text, p_value text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(event_id text, provider text, event_type text, restaurant_id text, currency text, amount bigint, fee bigint, occurred_at timestamp with time zone, received_at timestamp with time zone, entries smallint, metadata jsonb, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.find_events(p_key text, p_value text, p_limit integer, p_cursor text) IS 'The events whose metadata name something, by an index.';

CREATE FUNCTION api.get_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS TABLE(restaurant_id text, currency text, available numeric, pending numeric, reserved bigint, held bigint, total numeric, last_event_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan';

COMMENT ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone) IS 'What a restaurant owns in one currency, now or at an earlier moment.';

CREATE FUNCTION api.get_event(p_event_id text, p_provider text DEFAULT 'default'::text) RETURNS TABLE(event_id text, provider text, status text, event_type text, restaurant_id text, currency text, amount bigint, fee bigint, occurred_at timestamp with time zone, received_at timestamp with time zone, entries jsonb, follows jsonb, waits_for jsonb, acceptance jsonb, rejections jsonb, dismissals jsonb, actor text, reason text, payload jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_event(p_event_id text, p_provider text) IS 'What became of an event: its entries, every delivery that was refused, and who decided what.';

CREATE FUNCTION api.get_metrics() RETURNS TABLE(metrics text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_metrics() IS 'What the database knows about itself and the ledger, for Prometheus.';

CREATE FUNCTION api.get_own(p_key_digest bytea, p_function text, p_arguments jsonb DEFAULT '{}'::jsonb) RETURNS TABLE(answer json, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_own(p_key_digest bytea, p_function text, p_arguments jsonb) IS 'What a restaurant''s own key reads: for the service.';

CREATE FUNCTION api.get_payment(p_payment_id text, p_restaurant_id text DEFAULT NULL::text, p_provider text DEFAULT NULL::text) RETURNS TABLE(payment_id text, restaurant_id text, provider text, currency text, state text, charged bigint, refunded numeric, disputed numeric, reversed numeric, refundable numeric, held numeric, fee numeric, reservation_id text, event_id text, occurred_at timestamp with time zone, received_at timestamp with time zone, recorded_at timestamp with time zone, business_day date, available_on date, settlement_day date, payout_id text, events jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_payment(p_payment_id text, p_restaurant_id text, p_provider text) IS 'One payment: what became of it, and everything that was told of it.';

CREATE FUNCTION api.get_payout(p_payout_id text) RETURNS TABLE(payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text, run_id text, created_at timestamp with time zone, paid_at timestamp with time zone, failed_at timestamp with time zone, canceled_at timestamp with time zone, failure_code text, failure_reason text, submitted_at timestamp with time zone, submitted_by text, external_id text, confirmed_at timestamp with time zone, confirmed_by text, items jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_payout(p_payout_id text) IS 'One payout with what it consists of.';

CREATE FUNCTION api.get_payout_run(p_run_id text) RETURNS ledger.run_answer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_payout_run(p_run_id text) IS 'How far a payout run has come, and with what result.';

CREATE FUNCTION api.get_payout_terms(p_restaurant_id text, p_currency text) RETURNS TABLE(restaurant_id text, currency text, min_amount bigint, max_amount bigint, payable_unit bigint, is_paused boolean, paused_at timestamp with time zone, paused_by text, paused_reason text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_payout_terms(p_restaurant_id text, p_currency text) IS 'What holds for the payouts of a restaurant in a currency, and why they are paused.';

CREATE FUNCTION api.get_report(p_name text, p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_from date DEFAULT NULL::date, p_to date DEFAULT NULL::date, p_base_currency text DEFAULT NULL::text, p_source text DEFAULT NULL::text, p_limit integer DEFAULT 100, p_cursor text DEFAULT NULL::text) RETURNS TABLE(data json, next_cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_report(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) IS 'A page of a report.';

CREATE FUNCTION api.get_report_csv(p_name text, p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_from date DEFAULT NULL::date, p_to date DEFAULT NULL::date, p_base_currency text DEFAULT NULL::text, p_source text DEFAULT NULL::text, p_limit integer DEFAULT 100000, p_cursor text DEFAULT NULL::text) RETURNS TABLE(csv text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_report_csv(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) IS 'A report as CSV, all of it or an error.';

CREATE FUNCTION api.get_restaurant(p_restaurant_id text) RETURNS TABLE(restaurant_id text, timezone text, day_close_hour smallint, settlement_delay_days smallint, payouts_paused boolean, closed boolean, closed_at timestamp with time zone, created_at timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_restaurant(p_restaurant_id text) IS 'A restaurant with its settings.';

CREATE FUNCTION api.get_seal_lines(p_seal_no bigint) RETURNS TABLE(line text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

COMMENT ON FUNCTION api.get_seal_lines(p_seal_no bigint) IS 'Everything that a seal holds, as the lines that were hashed.';

CREATE FUNCTION api.get_service_status() RETURNS TABLE(is_writable boolean, collation_warning text, last_migration text, deployed_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_service_status() IS 'Whether this database can be written, and what was deployed last.';

CREATE FUNCTION api.get_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) RETURNS TABLE(restaurant_id text, currency text, "from" date, "to" date, is_final boolean, opening numeric, activity jsonb, payouts jsonb, closing numeric, days jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.get_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) IS 'A restaurant''s statement in one currency, by settlement days.';

CREATE FUNCTION api.hold_funds(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text DEFAULT NULL::text) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.hold_funds(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.hold_funds(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) IS 'Holds a restaurant''s money back.';

CREATE FUNCTION api.ingest_event(p_event jsonb) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.ingest_event(p_event jsonb) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.ingest_event(p_event jsonb) IS 'Takes one event of the payment processor and posts it, at most once for ever.';

CREATE FUNCTION api.ingest_events(p_events jsonb) RETURNS TABLE(item integer, status text, event_id text, provider text, restaurant_id text, currency text, event_type text, entries integer, code text, message text, details jsonb, received_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.ingest_events(p_events jsonb) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.ingest_events(p_events jsonb) IS 'Takes an array of events in one transaction; one answer an item.';

CREATE FUNCTION api.list_api_keys(p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(key_id text, name text, role text, restaurant_id text, status text, created_at timestamp with time zone, created_by text, expires_at timestamp with time zone, last_used_at timestamp with time zone, revoked_at timestamp with time zone, revoked_by text, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_api_keys(p_limit integer, p_cursor text) IS 'The keys that there are and were, the newest first.';

CREATE FUNCTION api.list_balances(p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(restaurant_id text, currency text, available numeric, pending numeric, reserved bigint, held bigint, total numeric, last_event_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.list_balances(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) IS 'What restaurants own now, by restaurant and currency.';

CREATE FUNCTION api.list_deliveries(p_endpoint_id text DEFAULT NULL::text, p_state text DEFAULT NULL::text, p_type text DEFAULT NULL::text, p_message_id text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(delivery_id bigint, endpoint_id text, message_id text, type text, state text, is_sending boolean, attempts integer, next_attempt_at timestamp with time zone, last_attempt_at timestamp with time zone, last_status integer, last_error text, last_answer text, last_duration_ms integer, delivered_at timestamp with time zone, renewed_at timestamp with time zone, renewed_by text, created_at timestamp with time zone, payload jsonb, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.list_deliveries(p_endpoint_id text, p_state text, p_type text, p_message_id text, p_limit integer, p_cursor text) IS 'What endpoints were told, or will be, the newest first.';

CREATE FUNCTION api.list_disputes(p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_state text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(dispute_id text, restaurant_id text, provider text, currency text, state text, amount bigint, fee bigint, held bigint, payment_id text, event_id text, opened_at timestamp with time zone, decided_at timestamp with time zone, received_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.list_disputes(p_restaurant_id text, p_currency text, p_state text, p_limit integer, p_cursor text) IS 'Disputes, the newest first.';

CREATE FUNCTION api.list_drift(p_kind text DEFAULT NULL::text) RETURNS TABLE(kind text, name text, finding text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "TimeZone" TO 'UTC'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET quote_all_identifiers TO 'off';

COMMENT ON FUNCTION api.list_drift(p_kind text) IS 'Where the database is not what its last deploy left.';

CREATE FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date DEFAULT NULL::date, p_to date DEFAULT NULL::date, p_limit integer DEFAULT 100, p_cursor text DEFAULT NULL::text, p_newest_first boolean DEFAULT false, p_payout_id text DEFAULT NULL::text, p_recorded_from timestamp with time zone DEFAULT NULL::timestamp with time zone, p_recorded_to timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS TABLE(entry_seq bigint, entry_type text, amount bigint, balance_change bigint, balance_after bigint, reserved_after bigint, held_after bigint, event_id text, payout_id text, business_day date, available_on date, settlement_day date, occurred_at timestamp with time zone, recorded_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text, p_newest_first boolean, p_payout_id text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone) IS 'The statement of a restaurant in one currency, with the running balance.';

CREATE FUNCTION api.list_holds(p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_is_open boolean DEFAULT NULL::boolean, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(hold_id text, restaurant_id text, currency text, amount bigint, released numeric, remaining numeric, is_open boolean, reason text, actor text, held_at timestamp with time zone, released_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.list_holds(p_restaurant_id text, p_currency text, p_is_open boolean, p_limit integer, p_cursor text) IS 'What people hold back, the newest first.';

CREATE FUNCTION api.list_inbox(p_code text DEFAULT NULL::text, p_status text DEFAULT NULL::text, p_restaurant_id text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(event_id text, provider text, status text, code text, message text, details jsonb, event_type text, restaurant_id text, currency text, amount bigint, first_seen_at timestamp with time zone, last_seen_at timestamp with time zone, deliveries bigint, age_seconds bigint, decided_at timestamp with time zone, actor text, reason text, rejection_no bigint, payload jsonb, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

COMMENT ON FUNCTION api.list_inbox(p_code text, p_status text, p_restaurant_id text, p_limit integer, p_cursor text) IS 'What was refused, contradicts what is known or waits, an event a row.';

CREATE FUNCTION api.list_kept_webhooks(p_source text DEFAULT NULL::text, p_is_open boolean DEFAULT true, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(webhook_no bigint, source text, item_no integer, outcome text, kind text, code text, message text, body text, deliveries integer, received_at timestamp with time zone, last_received_at timestamp with time zone, is_open boolean, dismissed_at timestamp with time zone, dismissed_by text, reason text, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.list_kept_webhooks(p_source text, p_is_open boolean, p_limit integer, p_cursor text) IS 'Signed webhooks that became no event, the newest first.';

CREATE FUNCTION api.list_payments(p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_state text DEFAULT NULL::text, p_recorded_from timestamp with time zone DEFAULT NULL::timestamp with time zone, p_recorded_to timestamp with time zone DEFAULT NULL::timestamp with time zone, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(payment_id text, restaurant_id text, provider text, currency text, state text, charged bigint, refunded numeric, disputed numeric, reversed numeric, refundable numeric, held numeric, fee numeric, reservation_id text, event_id text, occurred_at timestamp with time zone, received_at timestamp with time zone, recorded_at timestamp with time zone, business_day date, available_on date, settlement_day date, payout_id text, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_limit integer, p_cursor text) IS 'Payments, the newest first.';

CREATE FUNCTION api.list_payout_entries(p_payout_id text, p_limit integer DEFAULT 100, p_cursor text DEFAULT NULL::text) RETURNS TABLE(item_type text, amount bigint, entry_seq bigint, entry_type text, provider text, event_id text, business_day date, settlement_day date, occurred_at timestamp with time zone, recorded_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_payout_entries(p_payout_id text, p_limit integer, p_cursor text) IS 'The entries that a payout pays, which add up to it.';

CREATE FUNCTION api.list_payout_runs(p_currency text DEFAULT NULL::text, p_as_of date DEFAULT NULL::date, p_is_finished boolean DEFAULT NULL::boolean, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(run_id text, currency text, as_of date, min_amount bigint, restaurant_ids text[], overrides_terms boolean, started_by text, reason text, started_at timestamp with time zone, finished_at timestamp with time zone, is_finished boolean, last_restaurant_id text, payouts_created integer, payouts_amount numeric, restaurants_skipped integer, skipped jsonb, state text, is_queued boolean, attempts integer, next_attempt_at timestamp with time zone, failed_at timestamp with time zone, died_at timestamp with time zone, error text, schedule_id text, due_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_payout_runs(p_currency text, p_as_of date, p_is_finished boolean, p_limit integer, p_cursor text) IS 'Payout runs, the newest first.';

CREATE FUNCTION api.list_payout_schedules() RETURNS SETOF ledger.schedule_answer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_payout_schedules() IS 'When payout runs begin by themselves, and what became of the last time.';

CREATE FUNCTION api.list_payout_skips(p_run_id text, p_reason text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(run_id text, restaurant_id text, currency text, as_of date, reason text, amount numeric, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_payout_skips(p_run_id text, p_reason text, p_limit integer, p_cursor text) IS 'Whom a payout run has passed over, and why.';

CREATE FUNCTION api.list_payout_term_changes(p_restaurant_id text, p_currency text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(currency text, changed_at timestamp with time zone, changed_by text, reason text, old_terms jsonb, new_terms jsonb, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_payout_term_changes(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) IS 'Who changed a restaurant''s payout terms, when, why, and from what to what.';

CREATE FUNCTION api.list_payouts(p_restaurant_id text DEFAULT NULL::text, p_currency text DEFAULT NULL::text, p_status text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text, p_run_id text DEFAULT NULL::text, p_as_of date DEFAULT NULL::date, p_newest_first boolean DEFAULT true, p_external_id text DEFAULT NULL::text, p_submitted_by text DEFAULT NULL::text, p_is_confirmed boolean DEFAULT NULL::boolean) RETURNS TABLE(payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text, run_id text, created_at timestamp with time zone, paid_at timestamp with time zone, failed_at timestamp with time zone, canceled_at timestamp with time zone, failure_code text, failure_reason text, submitted_at timestamp with time zone, submitted_by text, external_id text, confirmed_at timestamp with time zone, confirmed_by text, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text, p_run_id text, p_as_of date, p_newest_first boolean, p_external_id text, p_submitted_by text, p_is_confirmed boolean) IS 'Payouts, the newest as_of first.';

CREATE FUNCTION api.list_reports() RETURNS TABLE(name text, title text, columns text[], day_column text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_reports() IS 'The reports that api.get_report gives.';

CREATE FUNCTION api.list_restaurants(p_closed boolean DEFAULT NULL::boolean, p_payouts_paused boolean DEFAULT NULL::boolean, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(restaurant_id text, timezone text, day_close_hour smallint, settlement_delay_days smallint, payouts_paused boolean, closed boolean, closed_at timestamp with time zone, created_at timestamp with time zone, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION api.list_restaurants(p_closed boolean, p_payouts_paused boolean, p_limit integer, p_cursor text) IS 'Restaurants with their settings, by their ids.';

CREATE FUNCTION api.list_setting_changes(p_restaurant_id text DEFAULT NULL::text, p_limit integer DEFAULT 50, p_cursor text DEFAULT NULL::text) RETURNS TABLE(changed_at timestamp with time zone, changed_by text, old_settings jsonb, new_settings jsonb, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_setting_changes(p_restaurant_id text, p_limit integer, p_cursor text) IS 'Who changed a restaurant''s settings, when, and from what to what.';

CREATE FUNCTION api.list_webhook_endpoints() RETURNS TABLE(endpoint_id text, url text, event_types text[], settings jsonb, is_enabled boolean, disabled_at timestamp with time zone, disabled_reason text, disabled_by text, failing_since timestamp with time zone, old_secret_until timestamp with time zone, created_at timestamp with time zone, changed_at timestamp with time zone, changed_by text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_webhook_endpoints() IS 'Who is told what happens, and who is not any more.';

CREATE FUNCTION api.list_webhook_sources() RETURNS TABLE(source text, scheme text, adapter text, settings jsonb, secrets jsonb, created_at timestamp with time zone, changed_at timestamp with time zone, changed_by text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

COMMENT ON FUNCTION api.list_webhook_sources() IS 'The sources of signed webhooks, with the periods of their secrets.';

CREATE FUNCTION api.load_fx_rates(p_rates jsonb, p_source text, p_actor text DEFAULT NULL::text) RETURNS TABLE(source text, received integer, loaded integer, known integer, first_date date, last_date date)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.load_fx_rates(p_rates jsonb, p_source text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.load_fx_rates(p_rates jsonb, p_source text, p_actor text) IS 'Keeps exchange rates that one source has published, for reports.';

CREATE FUNCTION api.pause_payouts(p_restaurant_id text, p_currency text, p_reason text, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(restaurant_id text, currency text, min_amount bigint, max_amount bigint, payable_unit bigint, is_paused boolean, paused_at timestamp with time zone, paused_by text, paused_reason text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.pause_payouts(p_restaurant_id text, p_currency text, p_reason text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.pause_payouts(p_restaurant_id text, p_currency text, p_reason text, p_actor text) IS 'Has payout runs and disbursers pass over a restaurant in a currency.';

CREATE FUNCTION api.pay_by_hand(p_currency text, p_as_of date, p_restaurant_ids text[], p_reason text, p_actor text DEFAULT SESSION_USER, p_min_amount bigint DEFAULT 1, p_dry_run boolean DEFAULT false) RETURNS TABLE(status text, message text, run_id text, currency text, as_of date, min_amount bigint, is_dry_run boolean, payouts_created integer, payouts_amount numeric, restaurants_skipped integer, skipped jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.pay_by_hand(p_currency text, p_as_of date, p_restaurant_ids text[], p_reason text, p_actor text, p_min_amount bigint, p_dry_run boolean) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.pay_by_hand(p_currency text, p_as_of date, p_restaurant_ids text[], p_reason text, p_actor text, p_min_amount bigint, p_dry_run boolean) IS 'Pays some restaurants on purpose, whatever minimum and maximum their terms say.';

CREATE PROCEDURE api.pay_due_restaurants()
    LANGUAGE plpgsql;

COMMENT ON PROCEDURE api.pay_due_restaurants() IS 'Queues the payout runs that are due, and carries out all that are queued.';

CREATE PROCEDURE api.pay_restaurants(IN p_currency text DEFAULT NULL::text, IN p_as_of date DEFAULT NULL::date, IN p_min_amount bigint DEFAULT 1, IN p_restaurant_ids text[] DEFAULT NULL::text[], INOUT p_run_id text DEFAULT NULL::text)
    LANGUAGE plpgsql;

COMMENT ON PROCEDURE api.pay_restaurants(IN p_currency text, IN p_as_of date, IN p_min_amount bigint, IN p_restaurant_ids text[], INOUT p_run_id text) IS 'Pays every restaurant what has settled up to a day, and commits every few hundred of them.';

CREATE FUNCTION api.post_adjustment(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text DEFAULT NULL::text) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.post_adjustment(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.post_adjustment(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) IS 'Gives a restaurant money of the platform, or takes some.';

CREATE FUNCTION api.preview_payouts(p_currency text, p_as_of date, p_min_amount bigint DEFAULT 1, p_restaurant_ids text[] DEFAULT NULL::text[], p_limit integer DEFAULT 500, p_cursor text DEFAULT NULL::text) RETURNS TABLE(restaurant_id text, payout_id text, amount numeric, reason text, items jsonb, cursor text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off';

COMMENT ON FUNCTION api.preview_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_limit integer, p_cursor text) IS 'What a payout run would pay each restaurant, of what that consists, or why not.';

CREATE FUNCTION api.queue_payout_run(p_currency text, p_as_of date, p_min_amount bigint DEFAULT 1, p_restaurant_ids text[] DEFAULT NULL::text[]) RETURNS TABLE(status text, message text, run_id text, currency text, as_of date, min_amount bigint, is_dry_run boolean, payouts_created integer, payouts_amount numeric, restaurants_skipped integer, skipped jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.queue_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.queue_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) IS 'Has workers carry out a payout run.';

CREATE FUNCTION api.receive_webhook(p_source text, p_headers jsonb, p_query jsonb, p_body bytea) RETURNS TABLE(status text, content_type text, answer text, results jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.receive_webhook(p_source text, p_headers jsonb, p_query jsonb, p_body bytea) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.receive_webhook(p_source text, p_headers jsonb, p_query jsonb, p_body bytea) IS 'Takes a signed webhook of a source, and posts its events.';

CREATE FUNCTION api.record_delivery(p_delivery_id bigint, p_lease_id uuid, p_status integer DEFAULT NULL::integer, p_error text DEFAULT NULL::text, p_answer text DEFAULT NULL::text, p_retry_after integer DEFAULT NULL::integer, p_duration_ms integer DEFAULT NULL::integer) RETURNS TABLE(delivery_id bigint, is_recorded boolean, state text, attempts integer, next_attempt_at timestamp with time zone, is_enabled boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.record_delivery(p_delivery_id bigint, p_lease_id uuid, p_status integer, p_error text, p_answer text, p_retry_after integer, p_duration_ms integer) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.record_delivery(p_delivery_id bigint, p_lease_id uuid, p_status integer, p_error text, p_answer text, p_retry_after integer, p_duration_ms integer) IS 'What came of an attempt to deliver a message.';

CREATE FUNCTION api.recover_endpoint(p_endpoint_id text, p_since timestamp with time zone, p_actor text DEFAULT NULL::text) RETURNS TABLE(endpoint_id text, since timestamp with time zone, deliveries bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan';

ALTER FUNCTION api.recover_endpoint(p_endpoint_id text, p_since timestamp with time zone, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.recover_endpoint(p_endpoint_id text, p_since timestamp with time zone, p_actor text) IS 'Has everything sent again that an endpoint has not got since a moment.';

CREATE FUNCTION api.release_hold(p_hold_id text, p_amount bigint, p_reason text, p_reference text, p_actor text DEFAULT NULL::text) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.release_hold(p_hold_id text, p_amount bigint, p_reason text, p_reference text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.release_hold(p_hold_id text, p_amount bigint, p_reason text, p_reference text, p_actor text) IS 'Releases money that was held back.';

CREATE FUNCTION api.replay_event(p_event_id text, p_provider text DEFAULT 'default'::text) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.replay_event(p_event_id text, p_provider text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.replay_event(p_event_id text, p_provider text) IS 'Has an event that was refused, dismissed or waits evaluated again.';

CREATE FUNCTION api.replay_events(p_code text, p_limit integer DEFAULT 100) RETURNS TABLE(item integer, status text, event_id text, provider text, restaurant_id text, currency text, event_type text, entries integer, code text, message text, details jsonb, received_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.replay_events(p_code text, p_limit integer) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.replay_events(p_code text, p_limit integer) IS 'Replays the events that are open in the inbox with one code.';

CREATE FUNCTION api.replay_webhook(p_webhook_no bigint, p_actor text DEFAULT NULL::text) RETURNS TABLE(webhook_no bigint, source text, is_open boolean, results jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.replay_webhook(p_webhook_no bigint, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.replay_webhook(p_webhook_no bigint, p_actor text) IS 'Has the body of a webhook that became no event read again, and posts what it says.';

CREATE FUNCTION api.resend_delivery(p_delivery_id bigint, p_actor text DEFAULT NULL::text) RETURNS TABLE(delivery_id bigint, endpoint_id text, message_id text, type text, state text, next_attempt_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.resend_delivery(p_delivery_id bigint, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.resend_delivery(p_delivery_id bigint, p_actor text) IS 'Has a message sent to its endpoint now, whatever became of it.';

CREATE FUNCTION api.resume_payouts(p_restaurant_id text, p_currency text, p_actor text DEFAULT SESSION_USER, p_reason text DEFAULT NULL::text) RETURNS TABLE(restaurant_id text, currency text, min_amount bigint, max_amount bigint, payable_unit bigint, is_paused boolean, paused_at timestamp with time zone, paused_by text, paused_reason text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.resume_payouts(p_restaurant_id text, p_currency text, p_actor text, p_reason text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.resume_payouts(p_restaurant_id text, p_currency text, p_actor text, p_reason text) IS 'Ends a pause of a restaurant''s payouts in a currency.';

CREATE FUNCTION api.retry_payout_run(p_run_id text) RETURNS ledger.run_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.retry_payout_run(p_run_id text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.retry_payout_run(p_run_id text) IS 'Has workers go on with a payout run now.';

CREATE FUNCTION api.reverse_event(p_event_id text, p_reason text, p_reference text, p_provider text DEFAULT 'default'::text, p_actor text DEFAULT NULL::text) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.reverse_event(p_event_id text, p_reason text, p_reference text, p_provider text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.reverse_event(p_event_id text, p_reason text, p_reference text, p_provider text, p_actor text) IS 'Takes back an event that was a mistake.';

CREATE FUNCTION api.revoke_api_key(p_key_id text, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(key_id text, name text, role text, restaurant_id text, created_at timestamp with time zone, created_by text, expires_at timestamp with time zone, revoked_at timestamp with time zone, revoked_by text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.revoke_api_key(p_key_id text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.revoke_api_key(p_key_id text, p_actor text) IS 'Takes a key back, for good.';

CREATE FUNCTION api.rotate_webhook_secret(p_endpoint_id text, p_keep_hours integer DEFAULT 24, p_actor text DEFAULT NULL::text) RETURNS TABLE(endpoint_id text, secret text, old_secret_until timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.rotate_webhook_secret(p_endpoint_id text, p_keep_hours integer, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.rotate_webhook_secret(p_endpoint_id text, p_keep_hours integer, p_actor text) IS 'Gives an endpoint a new secret; the one of before signs beside it for a while.';

CREATE FUNCTION api.run_due_payouts() RETURNS TABLE(schedule_id text, due_at timestamp with time zone, run_id text, currency text, as_of date, error text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.run_due_payouts() OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.run_due_payouts() IS 'Queues the payout runs that are due by their schedules, each once.';

CREATE FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint DEFAULT 1, p_dry_run boolean DEFAULT false, p_restaurant_ids text[] DEFAULT NULL::text[]) RETURNS TABLE(status text, message text, run_id text, currency text, as_of date, min_amount bigint, is_dry_run boolean, payouts_created integer, payouts_amount numeric, restaurants_skipped integer, skipped jsonb)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_restaurant_ids text[]) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_restaurant_ids text[]) IS 'Pays every restaurant what has settled up to a day in one currency, in one transaction.';

CREATE FUNCTION api.seal_due_ledger() RETURNS TABLE(seal_no bigint, sealed_at timestamp with time zone, entry_count bigint, event_count bigint, root text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.seal_due_ledger() OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.seal_due_ledger() IS 'Seals the book if that is due by the platform''s settings.';

CREATE FUNCTION api.seal_ledger(p_actor text DEFAULT SESSION_USER) RETURNS TABLE(seal_no bigint, sealed_at timestamp with time zone, sealed_by text, account_count bigint, entry_count bigint, event_count bigint, root text, previous_root text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.seal_ledger(p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.seal_ledger(p_actor text) IS 'Seals the book: everything that is committed now and was not sealed before.';

CREATE FUNCTION api.set_payout_schedule(p_schedule_id text, p_currency text, p_cadence text, p_local_time text, p_timezone text, p_day integer DEFAULT NULL::integer, p_as_of_days integer DEFAULT 1, p_min_amount bigint DEFAULT 1, p_is_active boolean DEFAULT true, p_actor text DEFAULT NULL::text) RETURNS ledger.schedule_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.set_payout_schedule(p_schedule_id text, p_currency text, p_cadence text, p_local_time text, p_timezone text, p_day integer, p_as_of_days integer, p_min_amount bigint, p_is_active boolean, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.set_payout_schedule(p_schedule_id text, p_currency text, p_cadence text, p_local_time text, p_timezone text, p_day integer, p_as_of_days integer, p_min_amount bigint, p_is_active boolean, p_actor text) IS 'Makes a schedule by which payout runs begin, or makes it what it is to be.';

CREATE FUNCTION api.set_payout_terms(p_restaurant_id text, p_currency text, p_min_amount bigint DEFAULT NULL::bigint, p_max_amount bigint DEFAULT NULL::bigint, p_payable_unit bigint DEFAULT NULL::bigint, p_reason text DEFAULT NULL::text, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(restaurant_id text, currency text, min_amount bigint, max_amount bigint, payable_unit bigint, is_paused boolean, paused_at timestamp with time zone, paused_by text, paused_reason text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.set_payout_terms(p_restaurant_id text, p_currency text, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint, p_reason text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.set_payout_terms(p_restaurant_id text, p_currency text, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint, p_reason text, p_actor text) IS 'Changes what holds for the payouts of a restaurant in a currency.';

CREATE FUNCTION api.set_platform_settings(p_unknown_restaurants text DEFAULT NULL::text, p_default_timezone text DEFAULT NULL::text, p_payouts_waiting_hours integer DEFAULT NULL::integer, p_deferred_warning_hours integer DEFAULT NULL::integer, p_takes_test_events boolean DEFAULT NULL::boolean, p_seal_hours integer DEFAULT NULL::integer, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(unknown_restaurants text, default_timezone text, payouts_waiting_hours integer, deferred_warning_hours integer, takes_test_events boolean, seal_hours integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.set_platform_settings(p_unknown_restaurants text, p_default_timezone text, p_payouts_waiting_hours integer, p_deferred_warning_hours integer, p_takes_test_events boolean, p_seal_hours integer, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.set_platform_settings(p_unknown_restaurants text, p_default_timezone text, p_payouts_waiting_hours integer, p_deferred_warning_hours integer, p_takes_test_events boolean, p_seal_hours integer, p_actor text) IS 'Changes the platform''s own settings.';

CREATE FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text DEFAULT NULL::text, p_day_close_hour integer DEFAULT NULL::integer, p_settlement_delay_days integer DEFAULT NULL::integer, p_payouts_paused boolean DEFAULT NULL::boolean, p_closed boolean DEFAULT NULL::boolean, p_actor text DEFAULT SESSION_USER) RETURNS TABLE(restaurant_id text, timezone text, day_close_hour smallint, settlement_delay_days smallint, payouts_paused boolean, closed boolean, closed_at timestamp with time zone, created_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean, p_closed boolean, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean, p_closed boolean, p_actor text) IS 'Registers a restaurant or changes its settings.';

CREATE FUNCTION api.set_webhook_endpoint(p_url text, p_event_types text[] DEFAULT NULL::text[], p_settings jsonb DEFAULT NULL::jsonb, p_actor text DEFAULT NULL::text) RETURNS TABLE(endpoint_id text, url text, event_types text[], settings jsonb, is_enabled boolean, created_at timestamp with time zone, changed_at timestamp with time zone, changed_by text, secret text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.set_webhook_endpoint(p_url text, p_event_types text[], p_settings jsonb, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.set_webhook_endpoint(p_url text, p_event_types text[], p_settings jsonb, p_actor text) IS 'Makes an endpoint that is told what happens, or changes it.';

CREATE FUNCTION api.set_webhook_source(p_source text, p_scheme text, p_settings jsonb DEFAULT '{}'::jsonb, p_actor text DEFAULT NULL::text) RETURNS TABLE(source text, scheme text, adapter text, settings jsonb, created_at timestamp with time zone, changed_at timestamp with time zone, changed_by text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.set_webhook_source(p_source text, p_scheme text, p_settings jsonb, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.set_webhook_source(p_source text, p_scheme text, p_settings jsonb, p_actor text) IS 'Makes a source of signed webhooks, or changes it.';

CREATE FUNCTION api.start_payout_run(p_currency text, p_as_of date, p_min_amount bigint DEFAULT 1, p_restaurant_ids text[] DEFAULT NULL::text[]) RETURNS TABLE(run_id text, currency text, as_of date, min_amount bigint, restaurant_ids text[], started_at timestamp with time zone, is_finished boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.start_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.start_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) IS 'Begins a payout run that continue_payout_run carries out.';

CREATE FUNCTION api.tell_overdue_events(p_limit integer DEFAULT 500) RETURNS TABLE(told integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.tell_overdue_events(p_limit integer) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.tell_overdue_events(p_limit integer) IS 'Has told which events wait for longer than the platform allows.';

CREATE FUNCTION api.use_api_key(p_key_digest bytea) RETURNS TABLE(has_keys boolean, key_id text, name text, role text, restaurant_id text, seconds_left double precision, is_servable boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp';

ALTER FUNCTION api.use_api_key(p_key_digest bytea) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.use_api_key(p_key_digest bytea) IS 'Who shows this key: for the service.';

CREATE FUNCTION api.verify_seals(p_from bigint DEFAULT NULL::bigint, p_to bigint DEFAULT NULL::bigint, p_root text DEFAULT NULL::text) RETURNS TABLE(seal_no bigint, restaurant_id text, currency text, reference text, finding text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

COMMENT ON FUNCTION api.verify_seals(p_from bigint, p_to bigint, p_root text) IS 'Compares the book with its seals: no row when nothing sealed was changed.';

CREATE FUNCTION api.write_off_debt(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text DEFAULT NULL::text) RETURNS ledger.event_answer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off';

ALTER FUNCTION api.write_off_debt(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) OWNER TO cuenta_writer;

COMMENT ON FUNCTION api.write_off_debt(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) IS 'Gives up what a restaurant owes, or a part of it.';

CREATE FUNCTION inbound.complete_reading(p_source text, p_reading inbound.reading) RETURNS inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.complete_reading(p_source text, p_reading inbound.reading) IS 'Adds the provider to an event, and the restaurant where the document does not name it.';

CREATE FUNCTION inbound.find_adapter_settings_fault(p_adapter text, p_settings jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.find_adapter_settings_fault(p_adapter text, p_settings jsonb) IS 'What is wrong with those settings of a source that its adapter reads.';

CREATE FUNCTION inbound.find_source_fault(p_scheme text, p_settings jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.find_source_fault(p_scheme text, p_settings jsonb) IS 'What is wrong with the settings of a source.';

CREATE FUNCTION inbound.hash_bytes(p_algorithm text, p_data bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.hash_bytes(p_algorithm text, p_data bytea) IS 'A hash by the name of its algorithm.';

CREATE FUNCTION inbound.is_ambiguous(p_document json) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_ambiguous(p_document json) IS 'Whether an object of a document has a member twice, or is nested too deeply.';

CREATE FUNCTION inbound.is_in_time(p_seconds text, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_in_time(p_seconds text, p_now timestamp with time zone) IS 'Whether a signature was made now: within 300 seconds either way.';

CREATE FUNCTION inbound.is_payout_id(p_value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_payout_id(p_value jsonb) IS 'Whether a processor''s reference is the id of a payout of ours.';

CREATE TABLE inbound.source_secrets (
    secret_no bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    source text NOT NULL COLLATE pg_catalog."C",
    scheme text NOT NULL COLLATE pg_catalog."C",
    algorithm text NOT NULL COLLATE pg_catalog."C",
    created_by text NOT NULL,
    digest bytea NOT NULL,
    inner_key bytea,
    outer_key bytea,
    CONSTRAINT source_secrets_key_has_halves_check CHECK ((num_nonnulls(inner_key, outer_key) = ANY (ARRAY[0, 2]))),
    CONSTRAINT source_secrets_period_check CHECK ((valid_until > valid_from))
);

COMMENT ON TABLE inbound.source_secrets IS 'The secrets of sources. What is kept is what verifying needs, not the text that was given: of a key the two blocks that HMAC begins with, of a password its digest. Both are as secret.';

COMMENT ON COLUMN inbound.source_secrets.secret_no IS 'Internal number.';

COMMENT ON COLUMN inbound.source_secrets.created_at IS 'When it was given.';

COMMENT ON COLUMN inbound.source_secrets.valid_from IS 'Since when it verifies.';

COMMENT ON COLUMN inbound.source_secrets.valid_until IS 'Until when, that moment not included; null: for ever. Rotation is two that overlap.';

COMMENT ON COLUMN inbound.source_secrets.source IS 'Whose it is.';

COMMENT ON COLUMN inbound.source_secrets.scheme IS 'The scheme it was read for; it verifies nothing for another one.';

COMMENT ON COLUMN inbound.source_secrets.algorithm IS 'The hash of the HMAC it was read for.';

COMMENT ON COLUMN inbound.source_secrets.created_by IS 'Who gave it.';

COMMENT ON COLUMN inbound.source_secrets.digest IS 'SHA-256 of its bytes: one is not kept twice.';

COMMENT ON COLUMN inbound.source_secrets.inner_key IS 'The first block of the inner hash; null: it is a password, of which the digest is enough.';

COMMENT ON COLUMN inbound.source_secrets.outer_key IS 'The first block of the outer hash.';

CREATE FUNCTION inbound.is_signed(p_content bytea, p_signatures bytea[], p_keys inbound.source_secrets[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_signed(p_content bytea, p_signatures bytea[], p_keys inbound.source_secrets[]) IS 'Whether one of the signatures is the HMAC of the content with one of the keys.';

CREATE FUNCTION inbound.is_signed_adyen(p_document jsonb, p_keys inbound.source_secrets[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_signed_adyen(p_document jsonb, p_keys inbound.source_secrets[]) IS 'Verifies a webhook of Adyen, item by item.';

CREATE FUNCTION inbound.is_signed_basic(p_headers jsonb, p_keys inbound.source_secrets[]) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_signed_basic(p_headers jsonb, p_keys inbound.source_secrets[]) IS 'Verifies the name and the password of a request.';

CREATE FUNCTION inbound.is_signed_hmac(p_settings jsonb, p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_signed_hmac(p_settings jsonb, p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) IS 'Verifies a webhook whose header is the HMAC of its body.';

CREATE FUNCTION inbound.is_signed_mercadopago(p_headers jsonb, p_query jsonb, p_keys inbound.source_secrets[], p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_signed_mercadopago(p_headers jsonb, p_query jsonb, p_keys inbound.source_secrets[], p_now timestamp with time zone) IS 'Verifies a webhook of Mercado Pago, whose body is not signed.';

CREATE FUNCTION inbound.is_signed_standard(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_signed_standard(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) IS 'Verifies a webhook by the specification Standard Webhooks.';

CREATE FUNCTION inbound.is_signed_stripe(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.is_signed_stripe(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) IS 'Verifies a webhook of Stripe.';

CREATE FUNCTION inbound.keep_webhook(p_source text, p_body bytea, p_item_no integer, p_reading inbound.reading, p_now timestamp with time zone) RETURNS void
    LANGUAGE sql;

COMMENT ON FUNCTION inbound.keep_webhook(p_source text, p_body bytea, p_item_no integer, p_reading inbound.reading, p_now timestamp with time zone) IS 'Keeps for a person what became no event.';

CREATE FUNCTION inbound.list_adyen_kinds() RETURNS SETOF inbound.webhook_kind
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.list_adyen_kinds() IS 'The kinds of webhooks of Adyen that its adapter knows.';

CREATE FUNCTION inbound.list_mercadopago_kinds() RETURNS SETOF inbound.webhook_kind
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.list_mercadopago_kinds() IS 'The kinds of webhooks of Mercado Pago that its adapter knows.';

CREATE FUNCTION inbound.list_stripe_kinds() RETURNS SETOF inbound.webhook_kind
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.list_stripe_kinds() IS 'The kinds of webhooks of Stripe that its adapter knows.';

CREATE FUNCTION inbound.make_reading(p_outcome text, p_kind text, p_code text, p_message text, p_field text DEFAULT NULL::text) RETURNS inbound.reading
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.make_reading(p_outcome text, p_kind text, p_code text, p_message text, p_field text) IS 'A reading that is no event.';

CREATE FUNCTION inbound.name_adapter(p_source text, p_scheme text, p_settings jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.name_adapter(p_source text, p_scheme text, p_settings jsonb) IS 'Which adapter reads a source''s documents.';

CREATE FUNCTION inbound.name_restaurant(p_account jsonb, p_object jsonb, p_settings jsonb, p_path text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.name_restaurant(p_account jsonb, p_object jsonb, p_settings jsonb, p_path text[]) IS 'Which restaurant a document is about, by its account or by a path.';

CREATE FUNCTION inbound.pad_key(p_key bytea, p_algorithm text, p_mask integer) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.pad_key(p_key bytea, p_algorithm text, p_mask integer) IS 'A key as HMAC puts it before what it hashes.';

CREATE FUNCTION inbound.pass_over_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_settings jsonb) RETURNS inbound.reading
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.pass_over_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_settings jsonb) IS 'Why an item of Adyen becomes no event.';

CREATE FUNCTION inbound.pick_metadata(p_metadata jsonb, p_prefix text, p_settings jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.pick_metadata(p_metadata jsonb, p_prefix text, p_settings jsonb) IS 'The members of a processor''s metadata that an event takes along.';

CREATE FUNCTION inbound.post_read_events(p_readings inbound.reading[], p_now timestamp with time zone) RETURNS jsonb
    LANGUAGE plpgsql;

COMMENT ON FUNCTION inbound.post_read_events(p_readings inbound.reading[], p_now timestamp with time zone) IS 'Posts those readings that are events.';

CREATE TABLE inbound.sources (
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    scheme text NOT NULL COLLATE pg_catalog."C",
    changed_by text NOT NULL,
    settings jsonb NOT NULL,
    CONSTRAINT sources_scheme_known_check CHECK ((scheme = ANY (ARRAY['standard'::text, 'stripe'::text, 'adyen'::text, 'mercadopago'::text, 'hmac'::text, 'basic'::text])))
);

COMMENT ON TABLE inbound.sources IS 'Who sends signed webhooks: a processor, or one account at it. None is ever removed: one that sends no more is disabled by a setting.';

COMMENT ON COLUMN inbound.sources.created_at IS 'When it was made.';

COMMENT ON COLUMN inbound.sources.changed_at IS 'When it was changed last.';

COMMENT ON COLUMN inbound.sources.source IS 'Its name: the end of the path it posts to.';

COMMENT ON COLUMN inbound.sources.scheme IS 'How it signs; see docs/webhooks-in.md.';

COMMENT ON COLUMN inbound.sources.changed_by IS 'Who did.';

COMMENT ON COLUMN inbound.sources.settings IS 'How its signature and its documents are read; see docs/webhooks-in.md.';

CREATE FUNCTION inbound.post_readings(p_source inbound.sources, p_readings inbound.reading[], p_now timestamp with time zone, OUT readings inbound.reading[], OUT answers jsonb) RETURNS record
    LANGUAGE plpgsql;

COMMENT ON FUNCTION inbound.post_readings(p_source inbound.sources, p_readings inbound.reading[], p_now timestamp with time zone, OUT readings inbound.reading[], OUT answers jsonb) IS 'Posts what a webhook tells.';

CREATE FUNCTION inbound.read_adyen(p_document jsonb, p_settings jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_adyen(p_document jsonb, p_settings jsonb) IS 'What a webhook of Adyen tells.';

CREATE FUNCTION inbound.read_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_live jsonb, p_settings jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_live jsonb, p_settings jsonb) IS 'One item of a standard webhook of Adyen.';

CREATE FUNCTION inbound.read_adyen_transfer(p_kind text, p_document jsonb, p_settings jsonb) RETURNS inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_adyen_transfer(p_kind text, p_document jsonb, p_settings jsonb) IS 'A transfer of Adyen''s platforms.';

CREATE FUNCTION inbound.read_amount(p_adapter text, p_currency text, p_value jsonb) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_amount(p_adapter text, p_currency text, p_value jsonb) IS 'An amount of a processor in minor units of ISO 4217, exactly.';

CREATE FUNCTION inbound.read_body(p_body bytea) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_body(p_body bytea) IS 'The document that a body is.';

CREATE FUNCTION inbound.read_exponent(p_adapter text, p_currency text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_exponent(p_adapter text, p_currency text) IS 'How many decimals a processor gives a currency, where ISO 4217 gives it others.';

CREATE FUNCTION inbound.read_flag(p_value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_flag(p_value jsonb) IS 'What a processor says of yes and no; null if it says neither.';

CREATE FUNCTION inbound.read_header(p_headers jsonb, p_name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_header(p_headers jsonb, p_name text) IS 'A header of a request.';

CREATE FUNCTION inbound.read_id(p_value jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_id(p_value jsonb) IS 'An id of a processor as text; null if it is none.';

CREATE FUNCTION inbound.read_mercadopago(p_document jsonb, p_settings jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_mercadopago(p_document jsonb, p_settings jsonb) IS 'What a document of Mercado Pago tells.';

CREATE FUNCTION inbound.read_mercadopago_chargeback(p_chargeback jsonb, p_payment jsonb, p_settings jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_mercadopago_chargeback(p_chargeback jsonb, p_payment jsonb, p_settings jsonb) IS 'A chargeback of Mercado Pago in the state in which it was fetched.';

CREATE FUNCTION inbound.read_mercadopago_fee(p_details jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_mercadopago_fee(p_details jsonb) IS 'What Mercado Pago keeps of a payment.';

CREATE FUNCTION inbound.read_mercadopago_payment(p_payment jsonb, p_has_chargeback boolean, p_settings jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_mercadopago_payment(p_payment jsonb, p_has_chargeback boolean, p_settings jsonb) IS 'A payment of Mercado Pago in the state in which it was fetched.';

CREATE FUNCTION inbound.read_mercadopago_payout(p_payout jsonb, p_settings jsonb) RETURNS inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_mercadopago_payout(p_payout jsonb, p_settings jsonb) IS 'A transaction of a payout of Mercado Pago.';

CREATE FUNCTION inbound.read_mercadopago_refunds(p_kind text, p_refunds jsonb, p_payment jsonb, p_optional jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_mercadopago_refunds(p_kind text, p_refunds jsonb, p_payment jsonb, p_optional jsonb) IS 'The refunds that a payment of Mercado Pago shows.';

CREATE FUNCTION inbound.read_moment(p_value jsonb) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_moment(p_value jsonb) IS 'When it happened, as an event gives it; null if it does not say.';

CREATE FUNCTION inbound.read_own_events(p_document jsonb, p_provider text) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_own_events(p_document jsonb, p_provider text) IS 'What a webhook tells whose source has no adapter.';

CREATE FUNCTION inbound.read_secret(p_scheme text, p_settings jsonb, p_secret text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_secret(p_scheme text, p_settings jsonb, p_secret text) IS 'The bytes of the key that a secret stands for.';

CREATE FUNCTION inbound.read_signature_list(p_header text, p_time_name text, OUT made_at text, OUT signatures bytea[]) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_signature_list(p_header text, p_time_name text, OUT made_at text, OUT signatures bytea[]) IS 'Reads a header as Stripe and Mercado Pago write it.';

CREATE FUNCTION inbound.read_stripe(p_document jsonb, p_settings jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_stripe(p_document jsonb, p_settings jsonb) IS 'What a webhook of Stripe tells.';

CREATE FUNCTION inbound.read_stripe_charge(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb, p_settings jsonb) RETURNS inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_stripe_charge(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb, p_settings jsonb) IS 'A charge of Stripe.';

CREATE FUNCTION inbound.read_stripe_dispute(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_stripe_dispute(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) IS 'A dispute of Stripe.';

CREATE FUNCTION inbound.read_stripe_payout(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) RETURNS inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_stripe_payout(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) IS 'A payout of Stripe.';

CREATE FUNCTION inbound.read_stripe_refund(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) RETURNS inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_stripe_refund(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) IS 'A refund of Stripe.';

CREATE FUNCTION inbound.read_text(p_value jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.read_text(p_value jsonb) IS 'A short text of a document; null if it is none.';

CREATE FUNCTION inbound.read_webhook(p_source inbound.sources, p_query jsonb, p_body bytea) RETURNS SETOF inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.read_webhook(p_source inbound.sources, p_query jsonb, p_body bytea) IS 'What a webhook tells, read by the adapter of its source.';

CREATE FUNCTION inbound.require_authentic(p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_now timestamp with time zone) RETURNS inbound.sources
    LANGUAGE plpgsql;

COMMENT ON FUNCTION inbound.require_authentic(p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_now timestamp with time zone) IS 'The source of a webhook, if it is signed as the source signs.';

CREATE TABLE inbound.kept_webhooks (
    webhook_no bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    last_received_at timestamp with time zone NOT NULL,
    dismissed_at timestamp with time zone,
    deliveries integer DEFAULT 1 NOT NULL,
    item_no integer NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    kind text COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    message text NOT NULL,
    dismissed_by text,
    reason text,
    body_digest bytea NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT kept_webhooks_dismissed_is_explained_check CHECK ((num_nonnulls(dismissed_at, dismissed_by, reason) = ANY (ARRAY[0, 3]))),
    CONSTRAINT kept_webhooks_outcome_known_check CHECK ((outcome = ANY (ARRAY['unknown'::text, 'refused'::text])))
);

COMMENT ON TABLE inbound.kept_webhooks IS 'What was signed rightly, answered with success, and became no event: for a person. One row an item of a body, however often it is sent.';

COMMENT ON COLUMN inbound.kept_webhooks.webhook_no IS 'Its number: later ones are greater.';

COMMENT ON COLUMN inbound.kept_webhooks.received_at IS 'When it was received first.';

COMMENT ON COLUMN inbound.kept_webhooks.last_received_at IS 'When it was received last.';

COMMENT ON COLUMN inbound.kept_webhooks.dismissed_at IS 'When a person had seen to it; null: it is open. Received again later, it is open again.';

COMMENT ON COLUMN inbound.kept_webhooks.deliveries IS 'How often it was received.';

COMMENT ON COLUMN inbound.kept_webhooks.item_no IS 'Which of the things that the body tells, from 1.';

COMMENT ON COLUMN inbound.kept_webhooks.source IS 'Who sent it.';

COMMENT ON COLUMN inbound.kept_webhooks.outcome IS 'unknown: of a kind that nothing here knows. refused: it should be an event, and cannot be one.';

COMMENT ON COLUMN inbound.kept_webhooks.kind IS 'What the processor calls it; null: it does not say.';

COMMENT ON COLUMN inbound.kept_webhooks.code IS 'Why it is no event.';

COMMENT ON COLUMN inbound.kept_webhooks.message IS 'The reason in words.';

COMMENT ON COLUMN inbound.kept_webhooks.dismissed_by IS 'Who had.';

COMMENT ON COLUMN inbound.kept_webhooks.reason IS 'What the person says.';

COMMENT ON COLUMN inbound.kept_webhooks.body_digest IS 'SHA-256 of the body.';

COMMENT ON COLUMN inbound.kept_webhooks.body IS 'The body, byte by byte.';

CREATE FUNCTION inbound.require_kept_webhook(p_webhook_no bigint) RETURNS inbound.kept_webhooks
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.require_kept_webhook(p_webhook_no bigint) IS 'The kept webhook that an argument names.';

CREATE FUNCTION inbound.require_source(p_source text) RETURNS inbound.sources
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.require_source(p_source text) IS 'A source of webhooks by its name.';

CREATE FUNCTION inbound.settle_webhook(p_kept inbound.kept_webhooks, p_readings inbound.reading[], p_actor text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION inbound.settle_webhook(p_kept inbound.kept_webhooks, p_readings inbound.reading[], p_actor text, p_now timestamp with time zone) IS 'Closes what is kept of a body that was read again, but for what is refused still.';

CREATE FUNCTION inbound.write_reading(p_adapter text, p_kind text, p_event jsonb, p_optional jsonb) RETURNS inbound.reading
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION inbound.write_reading(p_adapter text, p_kind text, p_event jsonb, p_optional jsonb) IS 'Writes an event from a processor''s own values, or refuses what cannot be read.';

CREATE FUNCTION inbound.write_results(p_readings inbound.reading[], p_answers jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION inbound.write_results(p_readings inbound.reading[], p_answers jsonb) IS 'What became of each thing that a webhook tells.';

CREATE FUNCTION ledger.add_pending(p_event ledger.event_fields, p_event_no bigint, p_available_on date) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.add_pending(p_event ledger.event_fields, p_event_no bigint, p_available_on date) IS 'Adds an event''s entries to what becomes available on their day.';

CREATE FUNCTION ledger.answer_known_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.answer_known_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) IS 'Answers an event that is in the book: the same again, or a conflict.';

CREATE FUNCTION ledger.answer_known_subject(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.answer_known_subject(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) IS 'Answers an event whose payment, refund or dispute is in the book under another id.';

CREATE TABLE ledger.payout_runs (
    run_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    as_of date NOT NULL,
    min_amount bigint NOT NULL,
    restaurant_ids text[] COLLATE pg_catalog."C",
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    last_restaurant_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    payouts_created integer DEFAULT 0 NOT NULL,
    payouts_amount numeric(38,0) DEFAULT 0 NOT NULL,
    restaurants_skipped integer DEFAULT 0 NOT NULL,
    skipped jsonb DEFAULT '{}'::jsonb NOT NULL,
    overrides_terms boolean DEFAULT false NOT NULL,
    started_by text,
    reason text,
    is_queued boolean DEFAULT false NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    failed_at timestamp with time zone,
    died_at timestamp with time zone,
    due_at timestamp with time zone,
    schedule_id text COLLATE pg_catalog."C",
    error text,
    CONSTRAINT payout_runs_attempts_not_negative_check CHECK ((attempts >= 0)),
    CONSTRAINT payout_runs_min_amount_not_negative_check CHECK ((min_amount >= 0)),
    CONSTRAINT payout_runs_over_is_not_next_check CHECK (((next_attempt_at IS NULL) OR ((finished_at IS NULL) AND (died_at IS NULL)))),
    CONSTRAINT payout_runs_schedule_is_due_check CHECK (((schedule_id IS NULL) = (due_at IS NULL)))
);

COMMENT ON TABLE ledger.payout_runs IS 'Calls of run_payouts that were not dry, with their outcome.';

COMMENT ON COLUMN ledger.payout_runs.run_id IS 'The runs id.';

COMMENT ON COLUMN ledger.payout_runs.currency IS 'The currency in which it pays.';

COMMENT ON COLUMN ledger.payout_runs.as_of IS 'The last settlement day that it pays.';

COMMENT ON COLUMN ledger.payout_runs.min_amount IS 'Minor units; who has less is skipped.';

COMMENT ON COLUMN ledger.payout_runs.restaurant_ids IS 'The restaurants that it was started for; null: all.';

COMMENT ON COLUMN ledger.payout_runs.started_at IS 'When it was started.';

COMMENT ON COLUMN ledger.payout_runs.finished_at IS 'When it had passed the last restaurant; null: not yet.';

COMMENT ON COLUMN ledger.payout_runs.last_restaurant_id IS 'It has passed all restaurants up to this one; empty: none yet.';

COMMENT ON COLUMN ledger.payout_runs.payouts_created IS 'Payouts created so far.';

COMMENT ON COLUMN ledger.payout_runs.payouts_amount IS 'What they come to, in minor units.';

COMMENT ON COLUMN ledger.payout_runs.restaurants_skipped IS 'Restaurants passed over so far.';

COMMENT ON COLUMN ledger.payout_runs.skipped IS 'How many of them for which reason.';

COMMENT ON COLUMN ledger.payout_runs.overrides_terms IS 'Whether an operator paid by hand, whatever minimum and maximum the restaurants'' terms say.';

COMMENT ON COLUMN ledger.payout_runs.started_by IS 'Who did, if it was by hand.';

COMMENT ON COLUMN ledger.payout_runs.reason IS 'Why, if it was by hand.';

COMMENT ON COLUMN ledger.payout_runs.is_queued IS 'Whether a worker carries it out from the start, or since nobody else went on with it.';

COMMENT ON COLUMN ledger.payout_runs.attempts IS 'How often in a row its next restaurants could not be paid, because of an error.';

COMMENT ON COLUMN ledger.payout_runs.next_attempt_at IS 'When a worker may go on with it; null: it is finished or dead, or from before there were workers.';

COMMENT ON COLUMN ledger.payout_runs.failed_at IS 'When the last attempt failed.';

COMMENT ON COLUMN ledger.payout_runs.died_at IS 'When it was given up after too many attempts; null: it was not, or somebody went on with it.';

COMMENT ON COLUMN ledger.payout_runs.due_at IS 'When it was due by that schedule.';

COMMENT ON COLUMN ledger.payout_runs.schedule_id IS 'The schedule that started it.';

COMMENT ON COLUMN ledger.payout_runs.error IS 'Why the last attempt failed.';

CREATE FUNCTION ledger.answer_payout_run(p_run ledger.payout_runs) RETURNS TABLE(status text, message text, run_id text, currency text, as_of date, min_amount bigint, is_dry_run boolean, payouts_created integer, payouts_amount numeric, restaurants_skipped integer, skipped jsonb)
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION ledger.answer_payout_run(p_run ledger.payout_runs) IS 'What a run answers to whoever wants it.';

CREATE TABLE ledger.payout_schedules (
    min_amount bigint NOT NULL,
    next_due_at timestamp with time zone,
    last_due_at timestamp with time zone,
    last_started_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    local_time time(0) without time zone NOT NULL,
    day integer,
    as_of_days integer NOT NULL,
    is_active boolean NOT NULL,
    schedule_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    cadence text NOT NULL COLLATE pg_catalog."C",
    timezone text NOT NULL,
    updated_by text NOT NULL,
    last_run_id text COLLATE pg_catalog."C",
    error text,
    CONSTRAINT payout_schedules_active_is_due_check CHECK ((is_active = (next_due_at IS NOT NULL))),
    CONSTRAINT payout_schedules_as_of_days_range_check CHECK (((as_of_days >= 0) AND (as_of_days <= 366))),
    CONSTRAINT payout_schedules_cadence_known_check CHECK ((cadence = ANY (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text]))),
    CONSTRAINT payout_schedules_day_fits_cadence_check CHECK (
CASE cadence
    WHEN 'daily'::text THEN (day IS NULL)
    WHEN 'weekly'::text THEN COALESCE(((day >= 1) AND (day <= 7)), false)
    ELSE COALESCE(((day >= 1) AND (day <= 31)), false)
END),
    CONSTRAINT payout_schedules_min_amount_not_negative_check CHECK ((min_amount >= 0)),
    CONSTRAINT payout_schedules_schedule_id_format_check CHECK ((schedule_id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'::text))
);

COMMENT ON TABLE ledger.payout_schedules IS 'When payout runs begin by themselves. What is due is started once, however many look.';

COMMENT ON COLUMN ledger.payout_schedules.min_amount IS 'Minor units of the currency; who has less is skipped.';

COMMENT ON COLUMN ledger.payout_schedules.next_due_at IS 'When it is due the next time, or has been since; null: it is not active.';

COMMENT ON COLUMN ledger.payout_schedules.last_due_at IS 'When it was due the last time that it started a run.';

COMMENT ON COLUMN ledger.payout_schedules.last_started_at IS 'When that run was started, which is later if nobody was there to do it.';

COMMENT ON COLUMN ledger.payout_schedules.updated_at IS 'When it was set the last time.';

COMMENT ON COLUMN ledger.payout_schedules.local_time IS 'The time of day in its time zone. One that a day has twice is the second one, one that it has not is so much later as the clocks were put forward.';

COMMENT ON COLUMN ledger.payout_schedules.day IS 'Of a week (1 is Monday, 7 Sunday) or of a month; in a month without that day: the last. Null: every day.';

COMMENT ON COLUMN ledger.payout_schedules.as_of_days IS 'Its runs pay up to so many days before the day on which they are due.';

COMMENT ON COLUMN ledger.payout_schedules.is_active IS 'Whether it starts anything.';

COMMENT ON COLUMN ledger.payout_schedules.schedule_id IS 'The platform''s name of it.';

COMMENT ON COLUMN ledger.payout_schedules.currency IS 'The currency in which its runs pay.';

COMMENT ON COLUMN ledger.payout_schedules.cadence IS 'daily, weekly or monthly.';

COMMENT ON COLUMN ledger.payout_schedules.timezone IS 'The IANA name of its time zone.';

COMMENT ON COLUMN ledger.payout_schedules.updated_by IS 'Who did.';

COMMENT ON COLUMN ledger.payout_schedules.last_run_id IS 'That run.';

COMMENT ON COLUMN ledger.payout_schedules.error IS 'Why it cannot start what is due; null: it can. Others go on.';

CREATE FUNCTION ledger.answer_schedule(p_schedule ledger.payout_schedules) RETURNS ledger.schedule_answer
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION ledger.answer_schedule(p_schedule ledger.payout_schedules) IS 'A schedule as callers see it.';

CREATE FUNCTION ledger.answer_terms(p_restaurant_id text, p_currency text) RETURNS TABLE(restaurant_id text, currency text, min_amount bigint, max_amount bigint, payable_unit bigint, is_paused boolean, paused_at timestamp with time zone, paused_by text, paused_reason text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.answer_terms(p_restaurant_id text, p_currency text) IS 'A restaurant''s payout terms, as they are answered to whoever wants them.';

CREATE FUNCTION ledger.answer_waiting_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.answer_waiting_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) IS 'Keeps an event as a conflict if its id waits with other content.';

CREATE FUNCTION ledger.audits_everything() RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.audits_everything() IS 'Whether the views ledger.audited_* are the whole book.';

CREATE FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) IS 'The restaurant''s business day to which a moment belongs.';

CREATE FUNCTION ledger.convert_amount(p_amount numeric, p_numerator numeric, p_denominator numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.convert_amount(p_amount numeric, p_numerator numeric, p_denominator numeric) IS 'An amount times a fraction, rounded half away from zero, for reports.';

CREATE FUNCTION ledger.count_open_refusals(p_newest integer) RETURNS TABLE(status text, items bigint, oldest_at timestamp with time zone)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.count_open_refusals(p_newest integer) IS 'How many of the newest refusals are open in the inbox.';

CREATE FUNCTION ledger.decide_event(p_event ledger.event_fields, p_document jsonb, p_has_account boolean, p_now timestamp with time zone, p_accepted text) RETURNS ledger.event_decision
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.decide_event(p_event ledger.event_fields, p_document jsonb, p_has_account boolean, p_now timestamp with time zone, p_accepted text) IS 'Decides on an event that is about a subject, opens an account, or is to be refused.';

CREATE TABLE ledger.account_balances (
    balance bigint DEFAULT 0 NOT NULL,
    reserved bigint DEFAULT 0 NOT NULL,
    held bigint DEFAULT 0 NOT NULL,
    last_entry_seq bigint DEFAULT 0 NOT NULL,
    last_entry_at timestamp with time zone,
    last_event_at timestamp with time zone,
    closed_through date DEFAULT '-infinity'::date NOT NULL,
    settlement_delay_days smallint NOT NULL,
    day_close_hour smallint NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    timezone text NOT NULL,
    deferred_count integer DEFAULT 0 NOT NULL,
    is_closed boolean DEFAULT false NOT NULL
)
WITH (fillfactor='50');

COMMENT ON TABLE ledger.account_balances IS 'What a restaurant owns in one currency, in minor units. Moved together with its entries and by nothing else; its row lock orders the entries of the account.';

COMMENT ON COLUMN ledger.account_balances.balance IS 'Balance of restaurant_available, matured or not; may be negative (a debt).';

COMMENT ON COLUMN ledger.account_balances.reserved IS 'In payouts under way.';

COMMENT ON COLUMN ledger.account_balances.held IS 'Held back for disputes.';

COMMENT ON COLUMN ledger.account_balances.last_entry_seq IS 'Number of the newest entry; 0: none yet.';

COMMENT ON COLUMN ledger.account_balances.last_entry_at IS 'recorded_at of the newest entry; the next one is never recorded earlier.';

COMMENT ON COLUMN ledger.account_balances.last_event_at IS 'The latest occurred_at of a posted event.';

COMMENT ON COLUMN ledger.account_balances.closed_through IS 'The last day a payout has closed: no entry settles on it or earlier any more.';

COMMENT ON COLUMN ledger.account_balances.settlement_delay_days IS 'As the restaurant''s.';

COMMENT ON COLUMN ledger.account_balances.day_close_hour IS 'As the restaurant''s.';

COMMENT ON COLUMN ledger.account_balances.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.account_balances.currency IS 'The currency.';

COMMENT ON COLUMN ledger.account_balances.timezone IS 'As the restaurant''s; settings that posting needs are copied here by the functions that set them.';

COMMENT ON COLUMN ledger.account_balances.deferred_count IS 'Events of this account that wait for another, so that posting need not look for them.';

COMMENT ON COLUMN ledger.account_balances.is_closed IS 'Whether the restaurant is closed.';

CREATE FUNCTION ledger.decide_payout(p_restaurant_id text, p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_timezones text[], p_now timestamp with time zone) RETURNS TABLE(amount numeric, reason text, items jsonb, today date, account ledger.account_balances)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.decide_payout(p_restaurant_id text, p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_timezones text[], p_now timestamp with time zone) IS 'The payout of one restaurant, or why there is none.';

CREATE TABLE ledger.event_types (
    event_type text NOT NULL COLLATE pg_catalog."C",
    origin text NOT NULL COLLATE pg_catalog."C",
    subject text COLLATE pg_catalog."C",
    subject_field text COLLATE pg_catalog."C",
    reported_state text COLLATE pg_catalog."C",
    description text NOT NULL,
    first_type text COLLATE pg_catalog."C",
    is_subject_optional boolean DEFAULT false NOT NULL,
    is_amount_free boolean DEFAULT false NOT NULL,
    is_new_business boolean DEFAULT false NOT NULL,
    state_rank smallint DEFAULT 0 NOT NULL,
    CONSTRAINT event_types_origin_known_check CHECK ((origin = ANY (ARRAY['processor'::text, 'operator'::text]))),
    CONSTRAINT event_types_subject_is_named_check CHECK (((subject IS NULL) = (subject_field IS NULL))),
    CONSTRAINT event_types_subject_known_check CHECK ((subject = ANY (ARRAY['payment'::text, 'refund'::text, 'dispute'::text, 'hold'::text, 'event'::text, 'debt'::text, 'payout'::text])))
);

COMMENT ON TABLE ledger.event_types IS 'Kinds of events that cuenta understands.';

COMMENT ON COLUMN ledger.event_types.event_type IS 'The type''s name, as events bear it.';

COMMENT ON COLUMN ledger.event_types.origin IS 'Whose events they are: processor, reported to ingest_event; operator, made by functions for people.';

COMMENT ON COLUMN ledger.event_types.subject IS 'The kind of thing such an event is about, whose state decides what it posts; null: about none. ledger.decide_event has one deciding function a subject.';

COMMENT ON COLUMN ledger.event_types.subject_field IS 'The field that names it, at the top of the document or in metadata.';

COMMENT ON COLUMN ledger.event_types.reported_state IS 'The state of the subject that the event reports; null: it reports none.';

COMMENT ON COLUMN ledger.event_types.description IS 'What it says, in a sentence.';

COMMENT ON COLUMN ledger.event_types.first_type IS 'The type that first tells of such a subject; null: cuenta itself makes it, or it is any event.';

COMMENT ON COLUMN ledger.event_types.is_subject_optional IS 'Whether such an event may leave its subject unnamed; then it is one of its own.';

COMMENT ON COLUMN ledger.event_types.is_amount_free IS 'Whether its amount may differ from that of the event that first told of its subject.';

COMMENT ON COLUMN ledger.event_types.is_new_business IS 'Whether it is new business, which a closed restaurant does not do.';

COMMENT ON COLUMN ledger.event_types.state_rank IS 'Of two reports of one instant about one subject the higher counts, whichever comes first.';

CREATE FUNCTION ledger.decide_payout_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types) RETURNS ledger.event_decision
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.decide_payout_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types) IS 'The state of the payout that an event is about, as far as the event is concerned.';

CREATE FUNCTION ledger.decide_reversal(p_event ledger.event_fields, p_document jsonb) RETURNS ledger.event_decision
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.decide_reversal(p_event ledger.event_fields, p_document jsonb) IS 'Decides whether an event may be taken back.';

CREATE FUNCTION ledger.decide_share(p_event ledger.event_fields, p_type ledger.event_types, p_decision ledger.event_decision, p_accepted text) RETURNS ledger.event_decision
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.decide_share(p_event ledger.event_fields, p_type ledger.event_types, p_decision ledger.event_decision, p_accepted text) IS 'Decides whether an event may take its amount from its payment or hold.';

CREATE FUNCTION ledger.decide_subject_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types, p_accepted text) RETURNS ledger.event_decision
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.decide_subject_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types, p_accepted text) IS 'Decides on an event about a payment, a refund, a dispute, a hold or nothing.';

CREATE FUNCTION ledger.decide_write_off(p_event ledger.event_fields, p_now timestamp with time zone) RETURNS ledger.event_decision
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.decide_write_off(p_event ledger.event_fields, p_now timestamp with time zone) IS 'Decides whether the platform may give up what a restaurant owes.';

CREATE FUNCTION ledger.defer_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.defer_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) IS 'Keeps an event that waits for what it refers to.';

CREATE FUNCTION ledger.derive_payout_id(p_restaurant_id text, p_currency text, p_as_of date) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.derive_payout_id(p_restaurant_id text, p_currency text, p_as_of date) IS 'The id of the payout of a restaurant for a day in a currency.';

CREATE FUNCTION ledger.describe_run(p_run ledger.payout_runs) RETURNS ledger.run_answer
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION ledger.describe_run(p_run ledger.payout_runs) IS 'A payout run as callers see it.';

CREATE FUNCTION ledger.digest_account(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint, p_after_no bigint, p_through_no bigint) RETURNS TABLE(entry_count bigint, event_count bigint, entry_seq bigint, event_no bigint, digests bytea, marks bytea)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.digest_account(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint, p_after_no bigint, p_through_no bigint) IS 'What there is of an account between two places, for a batch of a seal.';

CREATE FUNCTION ledger.digest_journal(p_journal text, p_numbers int8multirange) RETURNS TABLE(row_count bigint, numbers int8multirange, digests bytea, marks bytea)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.digest_journal(p_journal text, p_numbers int8multirange) IS 'What there is of a journal under some numbers, for a batch of a seal.';

CREATE FUNCTION ledger.draw_uuid() RETURNS uuid
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.draw_uuid() IS 'A random UUID, the same in every database that draws from one seed.';

CREATE FUNCTION ledger.due_day(p_due_at timestamp with time zone, p_local_time time without time zone, p_timezone text) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.due_day(p_due_at timestamp with time zone, p_local_time time without time zone, p_timezone text) IS 'The day for which a schedule is due at a moment.';

CREATE FUNCTION ledger.fail_run(p_run ledger.payout_runs, p_error text, p_now timestamp with time zone) RETURNS ledger.payout_runs
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.fail_run(p_run ledger.payout_runs, p_error text, p_now timestamp with time zone) IS 'Counts an attempt to go on with a run that failed.';

CREATE TABLE ledger.account_seals (
    seal_no bigint NOT NULL,
    entry_seq bigint NOT NULL,
    event_no bigint NOT NULL,
    entry_count bigint NOT NULL,
    event_count bigint NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    hash bytea NOT NULL,
    marks bytea NOT NULL,
    CONSTRAINT account_seals_hash_length_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT account_seals_marks_length_check CHECK ((octet_length(marks) = (4 * (entry_count + event_count))))
);
ALTER TABLE ONLY ledger.account_seals ALTER COLUMN marks SET STORAGE EXTERNAL;

COMMENT ON TABLE ledger.account_seals IS 'What a seal added to an account: all its entries and events that were committed and not sealed.';

COMMENT ON COLUMN ledger.account_seals.seal_no IS 'The seal.';

COMMENT ON COLUMN ledger.account_seals.entry_seq IS 'The last entry of the account that is sealed; 0: none yet.';

COMMENT ON COLUMN ledger.account_seals.event_no IS 'The last event of the account that is sealed; 0: none yet.';

COMMENT ON COLUMN ledger.account_seals.entry_count IS 'Entries that it added.';

COMMENT ON COLUMN ledger.account_seals.event_count IS 'Events that it added.';

COMMENT ON COLUMN ledger.account_seals.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.account_seals.currency IS 'The currency.';

COMMENT ON COLUMN ledger.account_seals.hash IS 'The account''s head: SHA-256 over the hash before and the digests of what was added, in order.';

COMMENT ON COLUMN ledger.account_seals.marks IS 'The first four bytes of each of these digests, entries first: they name the row that is not as it was.';

CREATE FUNCTION ledger.find_broken_batches(p_from bigint, p_to bigint) RETURNS TABLE(batch ledger.account_seals, after_seq bigint, after_no bigint)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.find_broken_batches(p_from bigint, p_to bigint) IS 'The accounts'' batches whose hash is not that of what is in the book.';

CREATE FUNCTION ledger.find_decided_keys(p_code text, p_status text, p_restaurant_id text, p_at timestamp with time zone, p_number bigint, p_limit integer) RETURNS TABLE(at timestamp with time zone, rejection_no bigint, number bigint, event_id text, provider text)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.find_decided_keys(p_code text, p_status text, p_restaurant_id text, p_at timestamp with time zone, p_number bigint, p_limit integer) IS 'A page of the keys of what people have accepted or dismissed, the newest first.';

CREATE FUNCTION ledger.find_event_fault(p_event jsonb, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.find_event_fault(p_event jsonb, p_now timestamp with time zone) IS 'What is wrong with an event, as far as it can be told without the book.';

CREATE FUNCTION ledger.find_fx_fault(p_rate jsonb, p_today date) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.find_fx_fault(p_rate jsonb, p_today date) IS 'What is wrong with an exchange rate as a caller gives it.';

CREATE FUNCTION ledger.find_inbox_keys(p_code text, p_status text, p_restaurant_id text, p_until timestamp with time zone, p_at timestamp with time zone, p_rejection_no bigint, p_deferred_no bigint, p_limit integer) RETURNS TABLE(at timestamp with time zone, rejection_no bigint, number bigint, event_id text, provider text)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.find_inbox_keys(p_code text, p_status text, p_restaurant_id text, p_until timestamp with time zone, p_at timestamp with time zone, p_rejection_no bigint, p_deferred_no bigint, p_limit integer) IS 'A page of the keys of what is open in the inbox, the newest state first.';

CREATE FUNCTION ledger.find_kept_event(p_event_id text, p_provider text) RETURNS TABLE(kind text, code text, details jsonb, received_at timestamp with time zone, payload jsonb)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.find_kept_event(p_event_id text, p_provider text) IS 'The latest document that is kept of an event, and what became of it.';

CREATE FUNCTION ledger.find_latest_day(p_now timestamp with time zone) RETURNS date
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.find_latest_day(p_now timestamp with time zone) IS 'The latest day that has come: in UTC, or for a restaurant.';

CREATE FUNCTION ledger.find_merkle_root(p_leaves bytea[]) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.find_merkle_root(p_leaves bytea[]) IS 'The root of a Merkle tree as RFC 6962 has it.';

CREATE FUNCTION ledger.find_reference_fault(p_event jsonb) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.find_reference_fault(p_event jsonb) IS 'What is wrong with what an event names besides its fields.';

CREATE FUNCTION ledger.find_replays(p_code text, p_limit integer) RETURNS TABLE(event_id text, provider text)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.find_replays(p_code text, p_limit integer) IS 'Events of the inbox that are open with one code, those that were evaluated longest ago.';

CREATE FUNCTION ledger.find_reversed_day(p_event ledger.event_fields, p_event_no bigint) RETURNS date
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.find_reversed_day(p_event ledger.event_fields, p_event_no bigint) IS 'The day before which a reversal is not booked.';

CREATE FUNCTION ledger.find_unsealed_rows() RETURNS TABLE(restaurant_id text, currency text, reference text, finding text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.find_unsealed_rows() IS 'Rows that stand beside what is sealed and that no entry or event of it has.';

CREATE FUNCTION ledger.find_wild_number(p_document jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.find_wild_number(p_document jsonb) IS 'A number in a document that would be very long as text.';

CREATE FUNCTION ledger.first_entry_since(p_restaurant_id text, p_currency text, p_at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.first_entry_since(p_restaurant_id text, p_currency text, p_at timestamp with time zone) IS 'The number of an account''s first entry recorded at a moment or later.';

CREATE FUNCTION ledger.hash_heads(p_seal_no bigint) RETURNS TABLE(heads bytea, account_count bigint)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.hash_heads(p_seal_no bigint) IS 'The Merkle root over the heads at a seal.';

CREATE FUNCTION ledger.hash_restaurant(p_restaurant_id text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.hash_restaurant(p_restaurant_id text) IS 'The number that says in which of several databases a restaurant lives.';

CREATE FUNCTION ledger.is_day_of_month(p_text text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.is_day_of_month(p_text text) IS 'Whether the month has such a day.';

CREATE FUNCTION ledger.is_plain_event(p_event jsonb) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.is_plain_event(p_event jsonb) IS 'Whether an event is written the usual way, so that a closer look is not needed.';

CREATE FUNCTION ledger.keep_told_event(p_event ledger.event_fields, p_document jsonb, p_answer ledger.event_answer, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.keep_told_event(p_event ledger.event_fields, p_document jsonb, p_answer ledger.event_answer, p_now timestamp with time zone) IS 'Keeps an event that waited, if what it tells was told under another id meanwhile.';

CREATE FUNCTION ledger.known_timezones(p_timezones text[]) RETURNS text[]
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.known_timezones(p_timezones text[]) IS 'Which of some time zones this server knows.';

CREATE FUNCTION ledger.last_due(p_schedule ledger.payout_schedules, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.last_due(p_schedule ledger.payout_schedules, p_now timestamp with time zone) IS 'When a schedule was due the last time until now.';

CREATE FUNCTION ledger.leave_deferred(p_restaurant_id text, p_currency text, p_deferred_no bigint) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.leave_deferred(p_restaurant_id text, p_currency text, p_deferred_no bigint) IS 'Lets an event wait no longer, and has its account know.';

CREATE FUNCTION ledger.link_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_event_no bigint) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.link_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_event_no bigint) IS 'Writes what an event follows and whether it holds money back, and moves its payout.';

CREATE FUNCTION ledger.list_day_settings(p_restaurant_id text) RETURNS TABLE(since timestamp with time zone, until timestamp with time zone, timezone text, day_close_hour smallint)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_day_settings(p_restaurant_id text) IS 'Which settings said to which day a moment belongs, from when until when.';

CREATE FUNCTION ledger.list_differences(p_known jsonb, p_document jsonb, p_provider text) RETURNS jsonb
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_differences(p_known jsonb, p_document jsonb, p_provider text) IS 'The fields in which two documents of one event id differ.';

CREATE FUNCTION ledger.list_entry_lines(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint) RETURNS TABLE(entry_seq bigint, line text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_entry_lines(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint) IS 'The lines of an account''s entries, of which seals are made.';

CREATE FUNCTION ledger.list_event_lines(p_restaurant_id text, p_currency text, p_after_no bigint, p_through_no bigint) RETURNS TABLE(event_no bigint, event_id text, line text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_event_lines(p_restaurant_id text, p_currency text, p_after_no bigint, p_through_no bigint) IS 'The lines of an account''s events, of which seals are made.';

CREATE FUNCTION ledger.list_followed(p_restaurant_id text, p_event_no bigint) RETURNS jsonb
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_followed(p_restaurant_id text, p_event_no bigint) IS 'What an event follows: the events that it is about.';

CREATE FUNCTION ledger.list_heads(p_seal_no bigint) RETURNS TABLE(head_no bigint, restaurant_id text, line text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_heads(p_seal_no bigint) IS 'The heads at a seal: the last batch of each account and journal, up to it.';

CREATE FUNCTION ledger.list_journal_lines(p_journal text, p_numbers int8multirange) RETURNS TABLE(journal_no bigint, restaurant_id text, line text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_journal_lines(p_journal text, p_numbers int8multirange) IS 'The lines of a journal''s rows, of which seals are made.';

CREATE FUNCTION ledger.list_journals() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.list_journals() IS 'The tables that are sealed row by row and belong to no account.';

CREATE FUNCTION ledger.list_refusals(p_event_id text, p_provider text) RETURNS TABLE(rejections jsonb, dismissals jsonb)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.list_refusals(p_event_id text, p_provider text) IS 'Every delivery of an event that was refused, and what people have dismissed of it.';

CREATE TABLE ledger.restaurants (
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    timezone text NOT NULL,
    day_close_hour smallint DEFAULT 0 NOT NULL,
    settlement_delay_days smallint DEFAULT 0 NOT NULL,
    is_payouts_paused boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT restaurants_day_close_hour_range_check CHECK (((day_close_hour >= 0) AND (day_close_hour <= 7))),
    CONSTRAINT restaurants_restaurant_id_format_check CHECK ((restaurant_id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'::text)),
    CONSTRAINT restaurants_settlement_delay_range_check CHECK (((settlement_delay_days >= 0) AND (settlement_delay_days <= 60)))
);

COMMENT ON TABLE ledger.restaurants IS 'Restaurants the platform collects for. One that an event names first is registered with the platform''s defaults, as platform_settings say.';

COMMENT ON COLUMN ledger.restaurants.restaurant_id IS 'The platform''s id of it.';

COMMENT ON COLUMN ledger.restaurants.timezone IS 'IANA name; says to which day an event belongs.';

COMMENT ON COLUMN ledger.restaurants.day_close_hour IS 'Local hour at which the business day ends: 3 books what happens at 2 a.m. to the evening before.';

COMMENT ON COLUMN ledger.restaurants.settlement_delay_days IS 'Days between the business day of money in and the day on which it is available.';

COMMENT ON COLUMN ledger.restaurants.is_payouts_paused IS 'Whether payout runs pass it over.';

COMMENT ON COLUMN ledger.restaurants.created_at IS 'When it was registered.';

COMMENT ON COLUMN ledger.restaurants.closed_at IS 'Since when it is closed: paid out, but charged no more; null: it is not.';

CREATE FUNCTION ledger.list_settings(p_restaurant ledger.restaurants) RETURNS jsonb
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION ledger.list_settings(p_restaurant ledger.restaurants) IS 'The settings of a restaurant, by name.';

CREATE FUNCTION ledger.lock_account(p_restaurant_id text, p_currency text) RETURNS boolean
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.lock_account(p_restaurant_id text, p_currency text) IS 'Locks a restaurant''s account until the end of the transaction.';

CREATE FUNCTION ledger.lock_accounts(p_events ledger.event_fields[], p_now timestamp with time zone) RETURNS text[]
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.lock_accounts(p_events ledger.event_fields[], p_now timestamp with time zone) IS 'Locks the accounts of an array''s events in key order; opens those that are missing.';

CREATE FUNCTION ledger.lock_payees(p_restaurant_ids text[], p_currency text, p_is_alone boolean) RETURNS text[]
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off';

COMMENT ON FUNCTION ledger.lock_payees(p_restaurant_ids text[], p_currency text, p_is_alone boolean) IS 'Locks the accounts of the next restaurants of a run.';

CREATE TABLE ledger.payout_terms (
    min_amount bigint,
    max_amount bigint,
    payable_unit bigint,
    is_paused boolean DEFAULT false NOT NULL,
    paused_at timestamp with time zone,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    paused_by text,
    paused_reason text,
    CONSTRAINT payout_terms_max_amount_range_check CHECK (((max_amount >= 1) AND (max_amount <= '9007199254740991'::bigint))),
    CONSTRAINT payout_terms_min_amount_range_check CHECK (((min_amount >= 1) AND (min_amount <= '9007199254740991'::bigint))),
    CONSTRAINT payout_terms_min_not_above_max_check CHECK ((min_amount <= max_amount)),
    CONSTRAINT payout_terms_pause_is_explained_check CHECK ((num_nonnulls(paused_at, paused_by, paused_reason) =
CASE
    WHEN is_paused THEN 3
    ELSE 0
END)),
    CONSTRAINT payout_terms_payable_unit_range_check CHECK (((payable_unit >= 1) AND (payable_unit <= 1000000000)))
);

COMMENT ON TABLE ledger.payout_terms IS 'What holds for the payouts of a restaurant in a currency. No row: nothing but the platform''s rules. Changed under the account''s lock, so that a payout run sees it before it pays.';

COMMENT ON COLUMN ledger.payout_terms.min_amount IS 'Minor units; a run pays no less than this nor than its own minimum. Null: the run''s alone.';

COMMENT ON COLUMN ledger.payout_terms.max_amount IS 'Minor units; a payout that would be above is skipped, for a person to look at. Null: none.';

COMMENT ON COLUMN ledger.payout_terms.payable_unit IS 'Minor units of which every payout is a multiple. Null: the currency''s.';

COMMENT ON COLUMN ledger.payout_terms.is_paused IS 'Whether payout runs pass it over.';

COMMENT ON COLUMN ledger.payout_terms.paused_at IS 'Since when; null: it is not paused.';

COMMENT ON COLUMN ledger.payout_terms.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.payout_terms.currency IS 'The currency.';

COMMENT ON COLUMN ledger.payout_terms.paused_by IS 'Who paused it: a person, or the processor whose report of a failure did.';

COMMENT ON COLUMN ledger.payout_terms.paused_reason IS 'Why it is paused.';

CREATE FUNCTION ledger.lock_terms(p_restaurant_id text, p_currency text) RETURNS ledger.payout_terms
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.lock_terms(p_restaurant_id text, p_currency text) IS 'A restaurant''s payout terms in a currency, to be changed.';

CREATE FUNCTION ledger.make_answer(p_event ledger.event_fields, p_status text, p_entries integer, p_received_at timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION ledger.make_answer(p_event ledger.event_fields, p_status text, p_entries integer, p_received_at timestamp with time zone) IS 'The answer to an event that is in the book.';

CREATE FUNCTION ledger.measure_deliveries(p_now timestamp with time zone) RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_deliveries(p_now timestamp with time zone) IS 'Metrics of webhooks, in and out.';

CREATE FUNCTION ledger.measure_events(p_now timestamp with time zone) RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_events(p_now timestamp with time zone) IS 'Metrics of events and of the inbox.';

CREATE FUNCTION ledger.measure_integrity() RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_integrity() IS 'Metrics of the last audits of each check and of the seals; makes none.';

CREATE FUNCTION ledger.measure_payouts(p_now timestamp with time zone) RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_payouts(p_now timestamp with time zone) IS 'Metrics of payouts that are under way, or that lately came to nothing.';

CREATE FUNCTION ledger.measure_replication(p_now timestamp with time zone) RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_replication(p_now timestamp with time zone) IS 'Metrics of the servers that follow this one, or of how far this one follows another.';

CREATE FUNCTION ledger.measure_runs(p_now timestamp with time zone) RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_runs(p_now timestamp with time zone) IS 'Metrics of payout runs, their queue and their schedules.';

CREATE FUNCTION ledger.measure_server(p_now timestamp with time zone) RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_server(p_now timestamp with time zone) IS 'Metrics of this database, as the server counts them.';

CREATE FUNCTION ledger.measure_tables() RETURNS TABLE(name text, labels jsonb, value numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.measure_tables() IS 'Metrics of our tables, by name. Never waits for whoever has a table to himself.';

CREATE FUNCTION ledger.move_accounts(p_events ledger.event_fields[], p_posted integer[]) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.move_accounts(p_events ledger.event_fields[], p_posted integer[]) IS 'Moves the accounts of an array''s events, each to what its last entry says.';

CREATE FUNCTION ledger.move_payout(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.move_payout(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision) IS 'Gives a payout the state that an event reports.';

CREATE FUNCTION ledger.name_changed_entry(p_batch ledger.account_seals, p_after_seq bigint) RETURNS TABLE(reference text, finding text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.name_changed_entry(p_batch ledger.account_seals, p_after_seq bigint) IS 'The first entry of a batch that is not as it was sealed.';

CREATE FUNCTION ledger.name_changed_event(p_batch ledger.account_seals, p_after_no bigint) RETURNS TABLE(reference text, finding text)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.name_changed_event(p_batch ledger.account_seals, p_after_no bigint) IS 'The first event of a batch that is not as it was sealed.';

CREATE FUNCTION ledger.name_subject(p_event ledger.event_fields, p_document jsonb, p_field text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.name_subject(p_event ledger.event_fields, p_document jsonb, p_field text) IS 'What an event is about, as far as it says so.';

CREATE FUNCTION ledger.next_due(p_cadence text, p_day integer, p_local_time time without time zone, p_timezone text, p_after timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.next_due(p_cadence text, p_day integer, p_local_time time without time zone, p_timezone text, p_after timestamp with time zone) IS 'When a schedule is due the next time.';

CREATE FUNCTION ledger.open_account(p_restaurant_id text, p_currency text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.open_account(p_restaurant_id text, p_currency text, p_now timestamp with time zone) IS 'Opens a restaurant''s account in a currency, if it is not there yet.';

CREATE FUNCTION ledger.open_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_now timestamp with time zone, p_overridden_by text DEFAULT NULL::text, p_reason text DEFAULT NULL::text, p_is_dry boolean DEFAULT false, p_is_queued boolean DEFAULT false, p_schedule_id text DEFAULT NULL::text, p_due_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS ledger.payout_runs
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.open_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_now timestamp with time zone, p_overridden_by text, p_reason text, p_is_dry boolean, p_is_queued boolean, p_schedule_id text, p_due_at timestamp with time zone) IS 'Writes down that a run begins.';

CREATE FUNCTION ledger.pause_failed_payee(p_event ledger.event_fields, p_payout_id text, p_code text) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.pause_failed_payee(p_event ledger.event_fields, p_payout_id text, p_code text) IS 'Pauses a restaurant''s payouts after one has failed for a reason that stays.';

CREATE FUNCTION ledger.pay_accounts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone, p_overrides_terms boolean DEFAULT false) RETURNS TABLE(reason text, restaurants integer, amount numeric)
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan';

COMMENT ON FUNCTION ledger.pay_accounts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone, p_overrides_terms boolean) IS 'The payouts of some restaurants in a run.';

CREATE FUNCTION ledger.pay_chunk(p_run ledger.payout_runs, p_limit integer, p_is_alone boolean, p_now timestamp with time zone) RETURNS ledger.payout_runs
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.pay_chunk(p_run ledger.payout_runs, p_limit integer, p_is_alone boolean, p_now timestamp with time zone) IS 'Pays the next restaurants of a run.';

CREATE FUNCTION ledger.pick_account_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) RETURNS TABLE(restaurant_id text, event_no bigint)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.pick_account_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) IS 'One page of the payments of an account, from its entries.';

CREATE TABLE ledger.ledger_entries (
    entry_seq bigint NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    reserved_after bigint NOT NULL,
    held_after bigint,
    event_no bigint,
    recorded_at timestamp with time zone NOT NULL,
    business_day date NOT NULL,
    available_on date NOT NULL,
    settlement_day date NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    entry_type text NOT NULL COLLATE pg_catalog."C",
    payout_id text COLLATE pg_catalog."C"
);

COMMENT ON TABLE ledger.ledger_entries IS 'The book: each row moves one positive amount from the account its entry type debits to the one it credits. Append-only; numbered without gaps per restaurant and currency.';

COMMENT ON COLUMN ledger.ledger_entries.entry_seq IS 'Dense number per restaurant and currency, from 1.';

COMMENT ON COLUMN ledger.ledger_entries.amount IS 'Minor units of the currency, always positive.';

COMMENT ON COLUMN ledger.ledger_entries.balance_after IS 'The account''s balance after this entry.';

COMMENT ON COLUMN ledger.ledger_entries.reserved_after IS 'The money reserved for payouts after this entry.';

COMMENT ON COLUMN ledger.ledger_entries.held_after IS 'The money held back after this entry; null: none.';

COMMENT ON COLUMN ledger.ledger_entries.event_no IS 'The event that caused the entry, if one did.';

COMMENT ON COLUMN ledger.ledger_entries.recorded_at IS 'When it was written here; never before an earlier entry.';

COMMENT ON COLUMN ledger.ledger_entries.business_day IS 'The restaurant''s local date of occurred_at less its closing hour, fixed when posted.';

COMMENT ON COLUMN ledger.ledger_entries.available_on IS 'From this day the money counts as available.';

COMMENT ON COLUMN ledger.ledger_entries.settlement_day IS 'available_on, or the first open day if that one was closed by a payout.';

COMMENT ON COLUMN ledger.ledger_entries.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.ledger_entries.currency IS 'The currency.';

COMMENT ON COLUMN ledger.ledger_entries.entry_type IS 'What was moved; see ledger.entry_types.';

COMMENT ON COLUMN ledger.ledger_entries.payout_id IS 'The payout that the entry reserves, releases or gives back.';

CREATE FUNCTION ledger.pick_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_first bigint, p_last bigint, p_payout_id text, p_after_day date, p_after_seq bigint, p_is_by_day boolean, p_newest_first boolean, p_limit integer) RETURNS SETOF ledger.ledger_entries
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.pick_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_first bigint, p_last bigint, p_payout_id text, p_after_day date, p_after_seq bigint, p_is_by_day boolean, p_newest_first boolean, p_limit integer) IS 'One page of an account''s entries, from an index.';

CREATE FUNCTION ledger.pick_followed_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_after bigint, p_before bigint, p_limit integer) RETURNS TABLE(restaurant_id text, event_no bigint)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.pick_followed_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_after bigint, p_before bigint, p_limit integer) IS 'One page of the payments that something has followed.';

CREATE FUNCTION ledger.pick_payees(p_currency text, p_restaurant_ids text[], p_after text, p_limit integer) RETURNS text[]
    LANGUAGE plpgsql STABLE
    SET enable_seqscan TO 'off';

COMMENT ON FUNCTION ledger.pick_payees(p_currency text, p_restaurant_ids text[], p_after text, p_limit integer) IS 'The next restaurants of a run.';

CREATE FUNCTION ledger.pick_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) RETURNS TABLE(restaurant_id text, event_no bigint)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.pick_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) IS 'One page of payments, by the shortest way that there is.';

CREATE TABLE ledger.payouts (
    amount bigint NOT NULL,
    reserve_entry_seq bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    paid_at timestamp with time zone,
    failed_at timestamp with time zone,
    canceled_at timestamp with time zone,
    as_of date NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    payout_id text NOT NULL COLLATE pg_catalog."C",
    run_id text NOT NULL COLLATE pg_catalog."C",
    failure_reason text,
    submitted_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    external_id text COLLATE pg_catalog."C",
    failure_code text COLLATE pg_catalog."C",
    submitted_by text,
    confirmed_by text,
    CONSTRAINT payouts_amount_positive_check CHECK ((amount > 0)),
    CONSTRAINT payouts_status_known_check CHECK ((status = ANY (ARRAY['CREATED'::text, 'PAID'::text, 'FAILED'::text, 'CANCELED'::text])))
);

COMMENT ON TABLE ledger.payouts IS 'Payouts: reserved when CREATED, released when PAID, given back when FAILED or CANCELED.';

COMMENT ON COLUMN ledger.payouts.amount IS 'Minor units of the currency.';

COMMENT ON COLUMN ledger.payouts.reserve_entry_seq IS 'entry_seq of the entry that reserved the amount.';

COMMENT ON COLUMN ledger.payouts.created_at IS 'When it was created.';

COMMENT ON COLUMN ledger.payouts.paid_at IS 'occurred_at of the event that reported it paid.';

COMMENT ON COLUMN ledger.payouts.failed_at IS 'occurred_at of the event that reported it failed or sent back.';

COMMENT ON COLUMN ledger.payouts.canceled_at IS 'When it was canceled.';

COMMENT ON COLUMN ledger.payouts.as_of IS 'The last settlement day the payout pays; it closes all days up to it.';

COMMENT ON COLUMN ledger.payouts.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN ledger.payouts.currency IS 'The currency.';

COMMENT ON COLUMN ledger.payouts.status IS 'CREATED, PAID, FAILED or CANCELED.';

COMMENT ON COLUMN ledger.payouts.payout_id IS 'Derived from restaurant, currency and as_of.';

COMMENT ON COLUMN ledger.payouts.run_id IS 'The run that created it.';

COMMENT ON COLUMN ledger.payouts.failure_reason IS 'Why it failed, as the processor says.';

COMMENT ON COLUMN ledger.payouts.submitted_at IS 'When a disburser took it to hand it to the bank or the processor; null: nobody has yet.';

COMMENT ON COLUMN ledger.payouts.confirmed_at IS 'When the disburser confirmed that the bank or the processor has it.';

COMMENT ON COLUMN ledger.payouts.external_id IS 'The bank''s or the processor''s own id of it, told with the confirmation and never changed.';

COMMENT ON COLUMN ledger.payouts.failure_code IS 'The code of its failure, as the processor says; see ledger.payout_failure_codes.';

COMMENT ON COLUMN ledger.payouts.submitted_by IS 'Who took it.';

COMMENT ON COLUMN ledger.payouts.confirmed_by IS 'Who confirmed it.';

CREATE FUNCTION ledger.pick_payout_entries(p_payout ledger.payouts, p_after_place integer, p_after_day date, p_after_seq bigint, p_limit integer) RETURNS TABLE(place integer, item_type text, amount bigint, restaurant_id text, entry_seq bigint, entry_type text, event_no bigint, business_day date, settlement_day date, recorded_at timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.pick_payout_entries(p_payout ledger.payouts, p_after_place integer, p_after_day date, p_after_seq bigint, p_limit integer) IS 'One page of what a payout pays.';

CREATE FUNCTION ledger.pick_recent_payments(p_restaurant_id text, p_currency text, p_state text, p_after bigint, p_before bigint, p_limit integer) RETURNS TABLE(restaurant_id text, event_no bigint)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.pick_recent_payments(p_restaurant_id text, p_currency text, p_state text, p_after bigint, p_before bigint, p_limit integer) IS 'One page of payments, from the last events of each restaurant.';

CREATE FUNCTION ledger.post_deferred(p_event ledger.event_fields, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.post_deferred(p_event ledger.event_fields, p_now timestamp with time zone) IS 'Posts the events that waited for one that is written now.';

CREATE FUNCTION ledger.post_event(p_event jsonb, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.post_event(p_event jsonb, p_now timestamp with time zone) IS 'The path of one event: reads it, answers what is known, has the rest decided and written.';

CREATE FUNCTION ledger.post_events(p_events ledger.event_fields[], p_documents jsonb, p_timezones text[], p_now timestamp with time zone) RETURNS integer[]
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.post_events(p_events ledger.event_fields[], p_documents jsonb, p_timezones text[], p_now timestamp with time zone) IS 'Posts what needs no decision of an array''s events, in a handful of statements.';

CREATE FUNCTION ledger.post_operator_event(p_event jsonb, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.post_operator_event(p_event jsonb, p_now timestamp with time zone) IS 'The path of what people do: an event of provider operator.';

CREATE FUNCTION ledger.read_audit_scope(p_column text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.read_audit_scope(p_column text) IS 'A column of the accounts or payouts that an audit looks at.';

CREATE FUNCTION ledger.read_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone, p_now timestamp with time zone) RETURNS TABLE(available numeric, pending numeric, reserved bigint, held bigint, total numeric, last_event_at timestamp with time zone)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.read_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone, p_now timestamp with time zone) IS 'What an account was at an earlier moment.';

CREATE FUNCTION ledger.read_cursor(p_cursor text, p_pattern text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.read_cursor(p_cursor text, p_pattern text) IS 'Reads the cursor of a list.';

CREATE FUNCTION ledger.read_event(p_event jsonb, p_now timestamp with time zone) RETURNS ledger.event_fields
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.read_event(p_event jsonb, p_now timestamp with time zone) IS 'Reads an event: its fields, typed; all null if it has a fault.';

CREATE FUNCTION ledger.read_events(p_events jsonb, p_now timestamp with time zone) RETURNS ledger.event_fields[]
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.read_events(p_events jsonb, p_now timestamp with time zone) IS 'Reads the events of an array.';

CREATE FUNCTION ledger.read_fx_rates(p_rates jsonb, p_today date) RETURNS TABLE(item integer, rate_date date, base text, quote text, rate numeric)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.read_fx_rates(p_rates jsonb, p_today date) IS 'The exchange rates of an array, if every one of them is valid.';

CREATE FUNCTION ledger.read_inbox_item(p_event_id text, p_provider text, p_rejection_no bigint) RETURNS TABLE(event_id text, provider text, status text, is_open boolean, code text, message text, details jsonb, event_type text, restaurant_id text, currency text, amount bigint, first_seen_at timestamp with time zone, last_seen_at timestamp with time zone, deliveries bigint, age interval, decided_at timestamp with time zone, actor text, reason text, rejection_no bigint, payload jsonb)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.read_inbox_item(p_event_id text, p_provider text, p_rejection_no bigint) IS 'A row of the inbox, as it is now.';

CREATE FUNCTION ledger.read_inbox_items(p_event_ids text[], p_rejection_nos bigint[]) RETURNS TABLE(event_id text, provider text, status text, is_open boolean, code text, message text, details jsonb, event_type text, restaurant_id text, currency text, amount bigint, first_seen_at timestamp with time zone, last_seen_at timestamp with time zone, deliveries bigint, age interval, decided_at timestamp with time zone, actor text, reason text, rejection_no bigint, payload jsonb)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.read_inbox_items(p_event_ids text[], p_rejection_nos bigint[]) IS 'Rows of the inbox, as they are now.';

CREATE FUNCTION ledger.read_note(p_document jsonb, p_field text, p_length integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.read_note(p_document jsonb, p_field text, p_length integer) IS 'A text that a document may have at the top or in metadata.';

CREATE FUNCTION ledger.read_opening(p_restaurant_id text, p_currency text, p_day date) RETURNS numeric
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.read_opening(p_restaurant_id text, p_currency text, p_day date) IS 'With what a settlement day begins: the sum of all days before it.';

CREATE FUNCTION ledger.read_subject_state(p_event ledger.event_fields, p_type ledger.event_types, p_first_event_no bigint) RETURNS text
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.read_subject_state(p_event ledger.event_fields, p_type ledger.event_types, p_first_event_no bigint) IS 'The state of a refund, dispute or hold, as far as an event about it is concerned.';

CREATE FUNCTION ledger.read_time(p_text text) RETURNS timestamp with time zone
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.read_time(p_text text) IS 'A moment of ISO 8601; fractions of a second are cut, never rounded.';

CREATE FUNCTION ledger.record_changes(p_restaurant_id text, p_before jsonb, p_after jsonb, p_actor text, p_now timestamp with time zone) RETURNS void
    LANGUAGE sql;

COMMENT ON FUNCTION ledger.record_changes(p_restaurant_id text, p_before jsonb, p_after jsonb, p_actor text, p_now timestamp with time zone) IS 'Records what of some settings has changed.';

CREATE FUNCTION ledger.refuse_apart(p_event jsonb, p_is_of_unknown_timezone boolean, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.refuse_apart(p_event jsonb, p_is_of_unknown_timezone boolean, p_now timestamp with time zone) IS 'Answers an item of an array that must not take the usual path.';

CREATE FUNCTION ledger.refuse_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.refuse_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) IS 'Answers a valid event that was decided against: it waits, or is refused.';

CREATE FUNCTION ledger.reject_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_status text, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.reject_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_status text, p_now timestamp with time zone) IS 'Keeps an event that posts nothing, with its reason, and answers so.';

CREATE FUNCTION ledger.reject_invalid_event(p_event jsonb, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.reject_invalid_event(p_event jsonb, p_now timestamp with time zone) IS 'Keeps an event that is not valid, with what is wrong with it.';

CREATE FUNCTION ledger.replay_apart(p_event_id text, p_provider text, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.replay_apart(p_event_id text, p_provider text, p_now timestamp with time zone) IS 'Replays one event of many: what fails with it does not stop the others.';

CREATE FUNCTION ledger.replay_deferred(p_event_id text, p_provider text, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.replay_deferred(p_event_id text, p_provider text, p_now timestamp with time zone) IS 'Decides again on an event that waits, and on those that wait for it.';

CREATE FUNCTION ledger.replay_kept_event(p_event_id text, p_provider text, p_now timestamp with time zone) RETURNS ledger.event_answer
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.replay_kept_event(p_event_id text, p_provider text, p_now timestamp with time zone) IS 'Has the latest document of an event evaluated again, as if it were told now.';

CREATE FUNCTION ledger.require_actor(p_actor text) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_actor(p_actor text) IS 'Who does something by hand, as an argument says.';

CREATE FUNCTION ledger.require_check(p_check text) RETURNS void
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_check(p_check text) IS 'The check that an argument names must be there.';

CREATE FUNCTION ledger.require_currency(p_currency text) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_currency(p_currency text) IS 'The currency that an argument names, in upper case.';

CREATE FUNCTION ledger.require_event_named(p_event_id text, p_provider text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_event_named(p_event_id text, p_provider text) IS 'Checks that a call names an event.';

CREATE FUNCTION ledger.require_fx_source(p_source text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_fx_source(p_source text) IS 'The source of exchange rates that an argument names, in upper case.';

CREATE FUNCTION ledger.require_inbox_status(p_status text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_inbox_status(p_status text) IS 'Checks the status by which the inbox is asked.';

CREATE FUNCTION ledger.require_limit(p_limit integer) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_limit(p_limit integer) IS 'Checks how many rows a list may return.';

CREATE FUNCTION ledger.require_payees(p_restaurant_ids text[]) RETURNS text[]
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_payees(p_restaurant_ids text[]) IS 'Checks for whom a run is to be.';

CREATE TABLE ledger.processor_events (
    event_no bigint NOT NULL,
    amount bigint NOT NULL,
    fee bigint NOT NULL,
    first_entry_seq bigint,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    entry_count smallint NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL COLLATE pg_catalog."C",
    subject_state text COLLATE pg_catalog."C",
    payout_id text COLLATE pg_catalog."C",
    payload jsonb NOT NULL,
    subject_id text COLLATE pg_catalog."C"
);

COMMENT ON TABLE ledger.processor_events IS 'Events that became effective, once and for ever. What was refused is in event_rejections.';

COMMENT ON COLUMN ledger.processor_events.event_no IS 'Internal number, referenced by entries.';

COMMENT ON COLUMN ledger.processor_events.amount IS 'As the event says, in minor units.';

COMMENT ON COLUMN ledger.processor_events.fee IS 'As the event says, in minor units; 0: none.';

COMMENT ON COLUMN ledger.processor_events.first_entry_seq IS 'entry_seq of the first of entry_count entries posted; null when the event needed none.';

COMMENT ON COLUMN ledger.processor_events.occurred_at IS 'When it happened, as the event says.';

COMMENT ON COLUMN ledger.processor_events.received_at IS 'When it was received here.';

COMMENT ON COLUMN ledger.processor_events.entry_count IS 'How many entries it posted.';

COMMENT ON COLUMN ledger.processor_events.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.processor_events.currency IS 'The currency.';

COMMENT ON COLUMN ledger.processor_events.provider IS 'The processor that sent it.';

COMMENT ON COLUMN ledger.processor_events.event_id IS 'The processor''s id of it.';

COMMENT ON COLUMN ledger.processor_events.event_type IS 'What it says; see ledger.event_types.';

COMMENT ON COLUMN ledger.processor_events.subject_state IS 'The state of its subject before it, which decided what it posts; null: NEW.';

COMMENT ON COLUMN ledger.processor_events.payout_id IS 'The payout it is about, if it is about one.';

COMMENT ON COLUMN ledger.processor_events.payload IS 'The document as received, unknown fields included.';

COMMENT ON COLUMN ledger.processor_events.subject_id IS 'The payment, refund, dispute or hold that the event is the first to tell of; null: of none that has a name. Once per restaurant and provider.';

CREATE FUNCTION ledger.require_payment(p_payment_id text, p_restaurant_id text, p_provider text) RETURNS ledger.processor_events
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_payment(p_payment_id text, p_restaurant_id text, p_provider text) IS 'Finds the charge of a payment.';

CREATE FUNCTION ledger.require_payout(p_payout_id text) RETURNS ledger.payouts
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_payout(p_payout_id text) IS 'The payout that an argument names.';

CREATE FUNCTION ledger.require_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_now timestamp with time zone) IS 'Checks the arguments of a payout run.';

CREATE FUNCTION ledger.require_period(p_from date, p_to date) RETURNS void
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_period(p_from date, p_to date) IS 'Checks the days of a statement.';

CREATE FUNCTION ledger.require_reason(p_reason text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_reason(p_reason text) IS 'Why a person does something that has to be explained.';

CREATE FUNCTION ledger.require_reason_code(p_code text) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_reason_code(p_code text) IS 'Checks the code by which events are looked for.';

CREATE TABLE ledger.reports (
    report text NOT NULL COLLATE pg_catalog."C",
    view_name text NOT NULL COLLATE pg_catalog."C",
    key_columns text NOT NULL COLLATE pg_catalog."C",
    day_column text COLLATE pg_catalog."C"
);

COMMENT ON TABLE ledger.reports IS 'The reports that api.get_report gives: rows of a file, each a view of schema reporting.';

COMMENT ON COLUMN ledger.reports.report IS 'Its name, as a caller says it.';

COMMENT ON COLUMN ledger.reports.view_name IS 'The view of schema reporting; its comment is the report''s title.';

COMMENT ON COLUMN ledger.reports.key_columns IS 'The columns that tell its rows apart and order them, with commas between: texts and days.';

COMMENT ON COLUMN ledger.reports.day_column IS 'The column that from and to are about; null: it has no such day.';

CREATE FUNCTION ledger.require_report(p_name text) RETURNS ledger.reports
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_report(p_name text) IS 'The report that an argument names.';

CREATE FUNCTION ledger.require_restaurant(p_restaurant_id text) RETURNS ledger.restaurants
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_restaurant(p_restaurant_id text) IS 'The restaurant that an argument names.';

CREATE FUNCTION ledger.require_run(p_run_id text) RETURNS ledger.payout_runs
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_run(p_run_id text) IS 'The payout run that an argument names.';

CREATE FUNCTION ledger.require_schedule(p_schedule_id text, p_cadence text, p_day integer, p_local_time text, p_timezone text, p_as_of_days integer, p_min_amount bigint, p_is_active boolean) RETURNS void
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_schedule(p_schedule_id text, p_cadence text, p_day integer, p_local_time text, p_timezone text, p_as_of_days integer, p_min_amount bigint, p_is_active boolean) IS 'Checks what a schedule is to be.';

CREATE FUNCTION ledger.require_settings(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer) RETURNS void
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_settings(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer) IS 'Checks the arguments of api.set_restaurant.';

CREATE FUNCTION ledger.require_state(p_state text, p_known text[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_state(p_state text, p_known text[]) IS 'Checks the state that a list is asked for.';

CREATE FUNCTION ledger.require_terms(p_terms ledger.payout_terms, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint) RETURNS ledger.payout_terms
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION ledger.require_terms(p_terms ledger.payout_terms, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint) IS 'Payout terms with some of them changed.';

CREATE FUNCTION ledger.require_timezone(p_timezone text) RETURNS void
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.require_timezone(p_timezone text) IS 'Checks a time zone that an argument names.';

CREATE FUNCTION ledger.run_check(p_check text, p_everything boolean) RETURNS TABLE(findings bigint, sample jsonb)
    LANGUAGE plpgsql STABLE
    SET work_mem TO '64MB';

COMMENT ON FUNCTION ledger.run_check(p_check text, p_everything boolean) IS 'Runs one check.';

CREATE FUNCTION ledger.run_report(p_report ledger.reports, p_line text, p_filter text, p_after text, p_limit integer) RETURNS TABLE(place bigint, key text, line text)
    LANGUAGE plpgsql STABLE
    SET "DateStyle" TO 'ISO, YMD'
    SET "TimeZone" TO 'UTC';

COMMENT ON FUNCTION ledger.run_report(p_report ledger.reports, p_line text, p_filter text, p_after text, p_limit integer) IS 'The rows of a report, in the order of its key.';

CREATE FUNCTION ledger.seal_accounts(p_seal_no bigint, p_settled_event_no bigint) RETURNS void
    LANGUAGE sql;

COMMENT ON FUNCTION ledger.seal_accounts(p_seal_no bigint, p_settled_event_no bigint) IS 'Writes a batch of a seal for each account that has moved.';

CREATE FUNCTION ledger.seal_journals(p_seal_no bigint) RETURNS void
    LANGUAGE sql;

COMMENT ON FUNCTION ledger.seal_journals(p_seal_no bigint) IS 'Writes a batch of a seal for each journal that has grown.';

CREATE FUNCTION ledger.set_audit_scope(p_everything boolean) RETURNS void
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.set_audit_scope(p_everything boolean) IS 'Says what an audit looks at.';

CREATE FUNCTION ledger.set_external_id(p_payout_id text, p_external_id text, p_actor text, p_now timestamp with time zone) RETURNS ledger.payouts
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.set_external_id(p_payout_id text, p_external_id text, p_actor text, p_now timestamp with time zone) IS 'Gives a payout the bank''s or the processor''s id, once.';

CREATE FUNCTION ledger.sort_events(p_events ledger.event_fields[], p_timezones text[], p_now timestamp with time zone) RETURNS TABLE(item_no bigint, provider text, event_id text, event_type text, restaurant_id text, currency text, amount bigint, fee bigint, occurred_at timestamp with time zone, amount_entry text, fee_entry text, entries integer, first_entry_seq bigint, change bigint, fee_change bigint, balance bigint, reserved bigint, held bigint, recorded_at timestamp with time zone, business_day date, available_on date, closed_through date, is_pending boolean, subject_id text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.sort_events(p_events ledger.event_fields[], p_timezones text[], p_now timestamp with time zone) IS 'Which of an array''s events need no decision, with what they post.';

CREATE FUNCTION ledger.start_scheduled_run(p_schedule ledger.payout_schedules, p_now timestamp with time zone) RETURNS ledger.payout_schedules
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.start_scheduled_run(p_schedule ledger.payout_schedules, p_now timestamp with time zone) IS 'Queues the run for which a schedule is due, once, and says when it is due again.';

CREATE FUNCTION ledger.sum_effects(p_restaurant_id text, p_event_no bigint) RETURNS TABLE(payment numeric, held numeric)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.sum_effects(p_restaurant_id text, p_event_no bigint) IS 'What is left of a payment or a hold.';

CREATE FUNCTION ledger.sum_payable(p_account ledger.account_balances, p_as_of date, p_today date, p_payable_unit bigint) RETURNS TABLE(amount numeric, is_below_unit boolean, settled numeric, entries numeric, largest numeric, items jsonb)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.sum_payable(p_account ledger.account_balances, p_as_of date, p_today date, p_payable_unit bigint) IS 'What an account can be paid for the days up to as_of.';

CREATE FUNCTION ledger.sum_payout(p_restaurant_id text, p_currency text, p_first_day date, p_as_of date) RETURNS TABLE(amount numeric, later numeric, largest numeric, items jsonb)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.sum_payout(p_restaurant_id text, p_currency text, p_first_day date, p_as_of date) IS 'What the entries of one account that are not closed yet come to.';

CREATE FUNCTION ledger.tg_account_balances__follow_entries() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_account_balances__follow_entries() IS 'Lets an account move to what its last entry says, and nowhere else.';

CREATE FUNCTION ledger.tg_any__posting_only() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_any__posting_only() IS 'Refuses what no posting function does; the trigger''s condition says what.';

CREATE FUNCTION ledger.tg_any__refuse() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_any__refuse() IS 'Refuses to update, delete or truncate recorded facts.';

CREATE FUNCTION ledger.tg_any__replay_only() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_any__replay_only() IS 'Refuses to change reference data but by the replay of db/reference.';

CREATE FUNCTION ledger.tg_currencies__keep() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_currencies__keep() IS 'Keeps a currency''s code and exponent what they are.';

CREATE FUNCTION ledger.tg_entry_types__keep() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_entry_types__keep() IS 'Keeps the accounts of an entry type that entries bear.';

CREATE FUNCTION ledger.tg_event_types__keep() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_event_types__keep() IS 'Keeps an event type that is in the book.';

CREATE FUNCTION ledger.tg_payout_items__complete() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_payout_items__complete() IS 'Holds the items of a payout equal to its amount, when they are inserted.';

CREATE FUNCTION ledger.tg_payouts__complete() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_payouts__complete() IS 'Holds a payout equal to the sum of its items and to its reserve, when it is inserted.';

CREATE FUNCTION ledger.tg_payouts__guard() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_payouts__guard() IS 'Lets a payout change its status along the allowed ways only.';

CREATE FUNCTION ledger.tg_payouts__hand_over() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_payouts__hand_over() IS 'Lets a payout be taken and confirmed once.';

CREATE FUNCTION ledger.tg_posting_rules__effects() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_posting_rules__effects() IS 'Gives a rule the effects of its entry types.';

CREATE FUNCTION ledger.tg_posting_rules__keep() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_posting_rules__keep() IS 'Keeps a rule that is replaced or removed, with its validity.';

CREATE FUNCTION ledger.tg_restaurants__keep_id() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_restaurants__keep_id() IS 'Keeps a restaurant''s id.';

CREATE FUNCTION ledger.tg_restaurants__own_cell() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.tg_restaurants__own_cell() IS 'Refuses a restaurant that lives in another of several databases.';

CREATE FUNCTION ledger.verify_accounts(p_from bigint, p_to bigint) RETURNS TABLE(seal_no bigint, restaurant_id text, currency text, reference text, finding text)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.verify_accounts(p_from bigint, p_to bigint) IS 'Compares the entries and events with the accounts'' batches of some seals.';

CREATE FUNCTION ledger.verify_journals(p_from bigint, p_to bigint) RETURNS TABLE(seal_no bigint, restaurant_id text, reference text, finding text)
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.verify_journals(p_from bigint, p_to bigint) IS 'Compares the journals'' rows with their batches of some seals.';

CREATE FUNCTION ledger.verify_roots(p_from bigint, p_to bigint) RETURNS TABLE(seal_no bigint, finding text)
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.verify_roots(p_from bigint, p_to bigint) IS 'Compares some seals with their batches and with each other.';

CREATE FUNCTION ledger.without_wild_numbers(p_document jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.without_wild_numbers(p_document jsonb) IS 'What can be kept of a document, so that reading it is never expensive.';

CREATE FUNCTION ledger.write_batch_line(p_batch ledger.account_seals, p_previous_hash bytea) RETURNS text
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.write_batch_line(p_batch ledger.account_seals, p_previous_hash bytea) IS 'The line that begins an account''s batch.';

CREATE FUNCTION ledger.write_carried_item(p_item_type text, p_amount numeric) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.write_carried_item(p_item_type text, p_amount numeric) IS 'Money that a payout has from earlier ones, or leaves to later ones, as an item.';

CREATE FUNCTION ledger.write_csv_cell(p_text text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ledger.write_csv_cell(p_text text) IS 'A text as a cell of RFC 4180, which no spreadsheet takes for a formula.';

CREATE FUNCTION ledger.write_csv_row(p_view regclass) RETURNS text[]
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.write_csv_row(p_view regclass) IS 'How the rows of a view become lines of a CSV.';

CREATE FUNCTION ledger.write_cursor(p_key text) RETURNS text
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION ledger.write_cursor(p_key text) IS 'The cursor of a row of a list.';

CREATE FUNCTION ledger.write_dismissal(p_event_id text, p_provider text, p_rejection_no bigint, p_actor text, p_reason text, p_now timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.write_dismissal(p_event_id text, p_provider text, p_rejection_no bigint, p_actor text, p_reason text, p_now timestamp with time zone) IS 'Writes that a person has dismissed a delivery that was refused, or an event that waits.';

CREATE FUNCTION ledger.write_event(p_event ledger.event_fields, p_document jsonb, p_received_at timestamp with time zone, p_now timestamp with time zone, p_accepted text DEFAULT NULL::text, OUT answer ledger.event_answer, OUT are_waiting boolean) RETURNS record
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.write_event(p_event ledger.event_fields, p_document jsonb, p_received_at timestamp with time zone, p_now timestamp with time zone, p_accepted text, OUT answer ledger.event_answer, OUT are_waiting boolean) IS 'Decides on a valid event under its account''s lock, and writes it.';

CREATE TABLE ledger.journal_seals (
    seal_no bigint NOT NULL,
    row_count bigint NOT NULL,
    journal text NOT NULL COLLATE pg_catalog."C",
    numbers int8multirange NOT NULL,
    hash bytea NOT NULL,
    marks bytea NOT NULL,
    CONSTRAINT journal_seals_hash_length_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT journal_seals_marks_length_check CHECK ((octet_length(marks) = (4 * row_count)))
);
ALTER TABLE ONLY ledger.journal_seals ALTER COLUMN marks SET STORAGE EXTERNAL;

COMMENT ON TABLE ledger.journal_seals IS 'What a seal added to a journal: a table of facts whose numbers may be committed in any order, so that a batch names those it holds and who is late is in a later one.';

COMMENT ON COLUMN ledger.journal_seals.seal_no IS 'The seal.';

COMMENT ON COLUMN ledger.journal_seals.row_count IS 'Rows that it added.';

COMMENT ON COLUMN ledger.journal_seals.journal IS 'The table.';

COMMENT ON COLUMN ledger.journal_seals.numbers IS 'Their numbers.';

COMMENT ON COLUMN ledger.journal_seals.hash IS 'The journal''s head: SHA-256 over the hash before and the digests of these rows, by number.';

COMMENT ON COLUMN ledger.journal_seals.marks IS 'The first four bytes of each of these digests.';

CREATE FUNCTION ledger.write_journal_line(p_batch ledger.journal_seals, p_previous_hash bytea) RETURNS text
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.write_journal_line(p_batch ledger.journal_seals, p_previous_hash bytea) IS 'The line that begins a journal''s batch.';

CREATE FUNCTION ledger.write_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_run_id text, p_timezones text[], p_now timestamp with time zone) RETURNS TABLE(reason text, restaurants integer, amount numeric)
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.write_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_run_id text, p_timezones text[], p_now timestamp with time zone) IS 'Writes the payouts of some restaurants in a run.';

CREATE FUNCTION ledger.write_report_filter(p_report ledger.reports, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text) RETURNS text
    LANGUAGE plpgsql STABLE;

COMMENT ON FUNCTION ledger.write_report_filter(p_report ledger.reports, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text) IS 'What the rows of a report are asked for, as a condition on its view.';

CREATE FUNCTION ledger.write_schedule(p_schedule ledger.payout_schedules, p_now timestamp with time zone) RETURNS ledger.payout_schedules
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.write_schedule(p_schedule ledger.payout_schedules, p_now timestamp with time zone) IS 'Makes a schedule, or makes it what it is to be.';

CREATE TABLE ledger.seals (
    seal_no bigint NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    account_count bigint NOT NULL,
    entry_count bigint NOT NULL,
    event_count bigint NOT NULL,
    last_event_no bigint NOT NULL,
    settled_event_no bigint NOT NULL,
    xact_id xid8,
    audited_at timestamp with time zone,
    sealed_by text NOT NULL,
    heads bytea NOT NULL,
    root bytea NOT NULL,
    previous_root bytea,
    CONSTRAINT seals_counts_not_negative_check CHECK ((LEAST(account_count, entry_count, event_count) >= 0)),
    CONSTRAINT seals_first_has_no_previous_check CHECK (((seal_no = 1) = (previous_root IS NULL))),
    CONSTRAINT seals_heads_length_check CHECK ((octet_length(heads) = 32)),
    CONSTRAINT seals_previous_root_length_check CHECK ((octet_length(previous_root) = 32)),
    CONSTRAINT seals_root_length_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT seals_seal_no_positive_check CHECK ((seal_no > 0)),
    CONSTRAINT seals_settled_is_drawn_check CHECK (((settled_event_no >= 0) AND (settled_event_no <= last_event_no)))
);

COMMENT ON TABLE ledger.seals IS 'Seals of the book, without gaps. Each commits, by its root, to every row sealed so far.';

COMMENT ON COLUMN ledger.seals.seal_no IS 'Its number; the first is 1.';

COMMENT ON COLUMN ledger.seals.sealed_at IS 'When it was begun.';

COMMENT ON COLUMN ledger.seals.account_count IS 'Accounts that are sealed, by it or before.';

COMMENT ON COLUMN ledger.seals.entry_count IS 'Entries that are sealed, by it or before.';

COMMENT ON COLUMN ledger.seals.event_count IS 'Events that are sealed, by it or before.';

COMMENT ON COLUMN ledger.seals.last_event_no IS 'The highest event_no that had been drawn when it was begun, by what was not yet committed too.';

COMMENT ON COLUMN ledger.seals.settled_event_no IS 'All events up to this number are sealed, and no transaction can add one any more: whoever looks for what came later in an account begins here or at the account''s own number, the higher.';

COMMENT ON COLUMN ledger.seals.xact_id IS 'Its transaction, begun after last_event_no was read: once all before it have ended, all of these are settled. Null: it had begun before.';

COMMENT ON COLUMN ledger.seals.audited_at IS 'When a whole audit of what was in the book at this seal found no error; null: none has yet.';

COMMENT ON COLUMN ledger.seals.sealed_by IS 'Who did it.';

COMMENT ON COLUMN ledger.seals.heads IS 'Root of the Merkle tree of the last batch of every account and journal.';

COMMENT ON COLUMN ledger.seals.root IS 'SHA-256 of its text, which names heads and previous_root: all that has to be kept elsewhere.';

COMMENT ON COLUMN ledger.seals.previous_root IS 'root of the seal before; null: it is the first.';

CREATE FUNCTION ledger.write_seal(p_actor text, p_hours integer, p_now timestamp with time zone) RETURNS ledger.seals
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.write_seal(p_actor text, p_hours integer, p_now timestamp with time zone) IS 'Seals every row that is committed and not sealed.';

CREATE FUNCTION ledger.write_seal_line(p_seal ledger.seals) RETURNS text
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION ledger.write_seal_line(p_seal ledger.seals) IS 'The text of a seal: its root is the SHA-256 of it.';

CREATE FUNCTION ledger.write_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) RETURNS TABLE(currency text, is_final boolean, opening numeric, activity jsonb, payouts jsonb, closing numeric, days jsonb)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION ledger.write_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) IS 'The figures of a statement.';

CREATE FUNCTION ledger.write_terms(p_terms ledger.payout_terms, p_reason text, p_actor text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION ledger.write_terms(p_terms ledger.payout_terms, p_reason text, p_actor text, p_now timestamp with time zone) IS 'Makes payout terms what they are to be, and keeps what was changed.';

CREATE FUNCTION outbound.close_endpoint(p_endpoint_id text, p_reason text, p_actor text, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.close_endpoint(p_endpoint_id text, p_reason text, p_actor text, p_now timestamp with time zone) IS 'Disables an endpoint.';

CREATE FUNCTION outbound.describe_dispute(p_restaurant_id text, p_event_no bigint, p_state text) RETURNS jsonb
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION outbound.describe_dispute(p_restaurant_id text, p_event_no bigint, p_state text) IS 'What a message about a dispute carries.';

CREATE TABLE outbound.endpoints (
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    failing_since timestamp with time zone,
    endpoint_id text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL COLLATE pg_catalog."C",
    disabled_reason text COLLATE pg_catalog."C",
    disabled_by text,
    changed_by text NOT NULL,
    event_types text[] NOT NULL COLLATE pg_catalog."C",
    settings jsonb NOT NULL,
    CONSTRAINT endpoints_disabled_is_explained_check CHECK ((num_nonnulls(disabled_reason, disabled_by) =
CASE
    WHEN (disabled_at IS NULL) THEN 0
    ELSE 2
END)),
    CONSTRAINT endpoints_disabled_reason_known_check CHECK ((disabled_reason = ANY (ARRAY['gone'::text, 'failing'::text, 'by_hand'::text])))
);

COMMENT ON TABLE outbound.endpoints IS 'Receivers of webhooks, each with what it wants to hear. None is ever removed: one that wants no more is disabled, or wants no type.';

COMMENT ON COLUMN outbound.endpoints.created_at IS 'When it was made.';

COMMENT ON COLUMN outbound.endpoints.changed_at IS 'When a person changed it last, its secret included.';

COMMENT ON COLUMN outbound.endpoints.disabled_at IS 'Since when nothing is sent to it; what it would be told is kept. Null: it is enabled.';

COMMENT ON COLUMN outbound.endpoints.failing_since IS 'Its first failure since anything was delivered; null: the last delivery was one.';

COMMENT ON COLUMN outbound.endpoints.endpoint_id IS 'Our id of it.';

COMMENT ON COLUMN outbound.endpoints.url IS 'Where messages are posted to; once.';

COMMENT ON COLUMN outbound.endpoints.disabled_reason IS 'gone: it answered 410. failing: nothing but failures for five days. by_hand: a person did.';

COMMENT ON COLUMN outbound.endpoints.disabled_by IS 'Who disabled it; the worker, or a person.';

COMMENT ON COLUMN outbound.endpoints.changed_by IS 'Who did.';

COMMENT ON COLUMN outbound.endpoints.event_types IS 'The types of message it wants; one of * stands for all.';

COMMENT ON COLUMN outbound.endpoints.settings IS 'allow_http, allowed_hosts, description, max_in_flight; see docs/webhooks-out.md.';

CREATE FUNCTION outbound.describe_endpoint(p_endpoint outbound.endpoints) RETURNS outbound.endpoint_state
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION outbound.describe_endpoint(p_endpoint outbound.endpoints) IS 'Whether an endpoint is sent to, as callers see it.';

CREATE FUNCTION outbound.find_deliveries(p_endpoint_id text, p_state text, p_types text[], p_message_id text, p_before bigint, p_limit integer) RETURNS TABLE(delivery_no bigint)
    LANGUAGE plpgsql STABLE
    SET plan_cache_mode TO 'force_custom_plan';

COMMENT ON FUNCTION outbound.find_deliveries(p_endpoint_id text, p_state text, p_types text[], p_message_id text, p_before bigint, p_limit integer) IS 'Which deliveries are a page of the list.';

CREATE FUNCTION outbound.find_next_attempt(p_attempts integer, p_retry_after integer, p_now timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql;

COMMENT ON FUNCTION outbound.find_next_attempt(p_attempts integer, p_retry_after integer, p_now timestamp with time zone) IS 'When to try again.';

CREATE FUNCTION outbound.list_message_types() RETURNS text[]
    LANGUAGE sql IMMUTABLE;

COMMENT ON FUNCTION outbound.list_message_types() IS 'The types of message that can be told.';

CREATE FUNCTION outbound.pick_endpoints(p_type text) RETURNS text[]
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION outbound.pick_endpoints(p_type text) IS 'Who wants to hear of something.';

CREATE TABLE outbound.deliveries (
    delivery_no bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone,
    last_attempt_at timestamp with time zone,
    delivered_at timestamp with time zone,
    renewed_at timestamp with time zone,
    lease_id uuid,
    attempts smallint DEFAULT 0 NOT NULL,
    last_status smallint,
    last_duration_ms integer,
    endpoint_id text NOT NULL COLLATE pg_catalog."C",
    message_id text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    state text DEFAULT 'pending'::text NOT NULL COLLATE pg_catalog."C",
    last_error text,
    last_answer text,
    renewed_by text,
    payload jsonb NOT NULL,
    CONSTRAINT deliveries_pending_has_next_check CHECK (((state = 'pending'::text) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT deliveries_state_known_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])))
)
WITH (fillfactor='80');

COMMENT ON TABLE outbound.deliveries IS 'Messages, one row an endpoint that wants it; written in the transaction that makes true what it tells. At least once: a worker that dies before it records an answer has it sent again.';

COMMENT ON COLUMN outbound.deliveries.delivery_no IS 'Its number: later ones are greater.';

COMMENT ON COLUMN outbound.deliveries.created_at IS 'When what it tells became true.';

COMMENT ON COLUMN outbound.deliveries.next_attempt_at IS 'When it is due; while it is being sent, until when nobody else takes it. Null: it is not pending.';

COMMENT ON COLUMN outbound.deliveries.last_attempt_at IS 'When the last outcome was recorded.';

COMMENT ON COLUMN outbound.deliveries.delivered_at IS 'When it was delivered the last time.';

COMMENT ON COLUMN outbound.deliveries.renewed_at IS 'When a person had it sent again, the last time; null: nobody has.';

COMMENT ON COLUMN outbound.deliveries.lease_id IS 'Of whoever sends it now, who alone may record the outcome; null: nobody does.';

COMMENT ON COLUMN outbound.deliveries.attempts IS 'Attempts whose outcome is known, since it was made or begun anew.';

COMMENT ON COLUMN outbound.deliveries.last_status IS 'The status of the last answer; null: there was none.';

COMMENT ON COLUMN outbound.deliveries.last_duration_ms IS 'How long the last attempt took.';

COMMENT ON COLUMN outbound.deliveries.endpoint_id IS 'Who is told; see outbound.endpoints.';

COMMENT ON COLUMN outbound.deliveries.message_id IS 'The header webhook-id: the same in every attempt and for every endpoint.';

COMMENT ON COLUMN outbound.deliveries.type IS 'What it tells; see docs/webhooks-out.md.';

COMMENT ON COLUMN outbound.deliveries.state IS 'pending: it will be sent, or is being sent. delivered: the endpoint answered 2xx. failed: given up after the last attempt; resend_delivery and recover_endpoint begin anew.';

COMMENT ON COLUMN outbound.deliveries.last_error IS 'Why the last attempt failed, in words.';

COMMENT ON COLUMN outbound.deliveries.last_answer IS 'The beginning of the last answer''s body.';

COMMENT ON COLUMN outbound.deliveries.renewed_by IS 'Who did.';

COMMENT ON COLUMN outbound.deliveries.payload IS 'The message: type, timestamp, data.';

CREATE FUNCTION outbound.require_delivery(p_delivery_id bigint) RETURNS outbound.deliveries
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.require_delivery(p_delivery_id bigint) IS 'A delivery that must be there, locked.';

CREATE FUNCTION outbound.require_endpoint(p_endpoint_id text) RETURNS outbound.endpoints
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.require_endpoint(p_endpoint_id text) IS 'An endpoint that must be there, locked.';

CREATE FUNCTION outbound.require_endpoint_settings(p_settings jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION outbound.require_endpoint_settings(p_settings jsonb) IS 'Checks the settings of an endpoint.';

CREATE FUNCTION outbound.require_endpoint_url(p_url text, p_allows_http boolean) RETURNS text
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION outbound.require_endpoint_url(p_url text, p_allows_http boolean) IS 'Checks where webhooks are to be sent.';

CREATE FUNCTION outbound.require_message_types(p_event_types text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION outbound.require_message_types(p_event_types text[]) IS 'Checks which types of message an endpoint wants.';

CREATE FUNCTION outbound.tell_debt(p_before ledger.account_balances, p_after ledger.account_balances, p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tell_debt(p_before ledger.account_balances, p_after ledger.account_balances, p_now timestamp with time zone) IS 'Has told that a restaurant owes the platform, and did not before.';

CREATE FUNCTION outbound.tg_endpoints__tell_disabled() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_endpoints__tell_disabled() IS 'Tells the other endpoints that one was disabled.';

CREATE FUNCTION outbound.tg_event_links__tell_dispute() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_event_links__tell_dispute() IS 'Tells that a dispute was won or lost.';

CREATE FUNCTION outbound.tg_event_rejections__tell() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_event_rejections__tell() IS 'Tells that an event was refused, or contradicts what is known.';

CREATE FUNCTION outbound.tg_holdings__tell_dispute() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_holdings__tell_dispute() IS 'Tells that a dispute was opened.';

CREATE FUNCTION outbound.tg_payout_runs__tell() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_payout_runs__tell() IS 'Tells that a payout run has passed everybody.';

CREATE FUNCTION outbound.tg_payout_skips__tell() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_payout_skips__tell() IS 'Tells whom a payout run has passed over.';

CREATE FUNCTION outbound.tg_payouts__tell_created() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_payouts__tell_created() IS 'Tells that payouts were created.';

CREATE FUNCTION outbound.tg_payouts__tell_status() RETURNS trigger
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.tg_payouts__tell_status() IS 'Tells what has become of a payout.';

CREATE FUNCTION outbound.write_messages(p_type text, p_data jsonb[], p_endpoint_ids text[], p_now timestamp with time zone) RETURNS void
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.write_messages(p_type text, p_data jsonb[], p_endpoint_ids text[], p_now timestamp with time zone) IS 'Has facts told, in the transaction that makes them true.';

CREATE FUNCTION outbound.write_moment(p_at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE;

COMMENT ON FUNCTION outbound.write_moment(p_at timestamp with time zone) IS 'A moment as messages have it: ISO 8601 in UTC.';

CREATE FUNCTION outbound.write_secret(p_endpoint_id text, p_now timestamp with time zone) RETURNS text
    LANGUAGE plpgsql;

COMMENT ON FUNCTION outbound.write_secret(p_endpoint_id text, p_now timestamp with time zone) IS 'Gives an endpoint a new secret.';

ALTER TABLE access.api_keys ALTER COLUMN key_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME access.api_keys_key_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE inbound.kept_webhooks ALTER COLUMN webhook_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME inbound.kept_webhooks_webhook_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE inbound.refused_webhooks_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

COMMENT ON SEQUENCE inbound.refused_webhooks_seq IS 'How many webhooks were not signed as they must be. No row, no lock: a flood leaves nothing behind. After a crash it may be up to 32 ahead.';

ALTER TABLE inbound.source_secrets ALTER COLUMN secret_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME inbound.source_secrets_secret_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.accounts (
    account text NOT NULL COLLATE pg_catalog."C",
    account_class text NOT NULL,
    normal_side text NOT NULL,
    is_of_restaurant boolean NOT NULL,
    description text NOT NULL,
    CONSTRAINT accounts_class_known_check CHECK ((account_class = ANY (ARRAY['asset'::text, 'liability'::text, 'revenue'::text, 'expense'::text]))),
    CONSTRAINT accounts_normal_side_known_check CHECK ((normal_side = ANY (ARRAY['debit'::text, 'credit'::text])))
);

COMMENT ON TABLE ledger.accounts IS 'Chart of accounts. An account of restaurants exists once per restaurant and currency, one of the platform once per currency.';

COMMENT ON COLUMN ledger.accounts.account IS 'The account''s name.';

COMMENT ON COLUMN ledger.accounts.account_class IS 'asset, liability, revenue or expense.';

COMMENT ON COLUMN ledger.accounts.normal_side IS 'The side on which the account grows; its balance is shown positive on that side.';

COMMENT ON COLUMN ledger.accounts.is_of_restaurant IS 'Whether it exists once per restaurant, or once for the platform.';

COMMENT ON COLUMN ledger.accounts.description IS 'What stands on it, in a sentence.';

CREATE VIEW ledger.audited_accounts AS
 SELECT b.restaurant_id,
    b.currency,
    (0)::bigint AS after_seq,
    (0)::bigint AS after_event_no,
    (0)::bigint AS balance_before,
    (0)::bigint AS reserved_before,
    (0)::bigint AS held_before,
    NULL::timestamp with time zone AS recorded_before
   FROM ledger.account_balances b
  WHERE ledger.audits_everything()
UNION ALL
 SELECT a.restaurant_id,
    a.currency,
    a.after_seq,
    a.after_event_no,
    COALESCE(x.balance_after, (0)::bigint) AS balance_before,
    COALESCE(x.reserved_after, (0)::bigint) AS reserved_before,
    COALESCE(x.held_after, (0)::bigint) AS held_before,
    x.recorded_at AS recorded_before
   FROM (UNNEST(ledger.read_audit_scope('restaurant_id'::text), ledger.read_audit_scope('currency'::text), (ledger.read_audit_scope('after_seq'::text))::bigint[], (ledger.read_audit_scope('after_event_no'::text))::bigint[]) a(restaurant_id, currency, after_seq, after_event_no)
     LEFT JOIN ledger.ledger_entries x ON (((a.restaurant_id = x.restaurant_id) AND (a.currency = x.currency) AND (a.after_seq = x.entry_seq))))
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_accounts IS 'Every account, with where an audit of it begins: after its last entry and event of the last audited seal, as ledger.set_audit_scope has found it, or at the beginning where everything is looked at (ledger.audits_everything). Checks read the views audited_* and never the tables where a row may be old: so they are the same in both scopes, and in the smaller one as fast whatever the book holds. What such a row refers to is read from the tables, by its key. Checks of present state (a balance that is negative, a payout that waits) read the tables of that state.';

COMMENT ON COLUMN ledger.audited_accounts.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_accounts.currency IS 'The currency.';

COMMENT ON COLUMN ledger.audited_accounts.after_seq IS 'Its entries after this one are audited; 0: all of them.';

COMMENT ON COLUMN ledger.audited_accounts.after_event_no IS 'Its events after this one are audited; 0: all of them.';

COMMENT ON COLUMN ledger.audited_accounts.balance_before IS 'The balance after that entry.';

COMMENT ON COLUMN ledger.audited_accounts.reserved_before IS 'What was reserved after it.';

COMMENT ON COLUMN ledger.audited_accounts.held_before IS 'What was held after it.';

COMMENT ON COLUMN ledger.audited_accounts.recorded_before IS 'When it was recorded; null: there is none.';

CREATE VIEW ledger.audited_entries AS
 SELECT e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.balance_after,
    e.reserved_after,
    e.held_after,
    e.event_no,
    e.payout_id,
    e.recorded_at,
    e.business_day,
    e.available_on,
    e.settlement_day
   FROM ledger.ledger_entries e
  WHERE ledger.audits_everything()
UNION ALL
 SELECT e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.balance_after,
    e.reserved_after,
    e.held_after,
    e.event_no,
    e.payout_id,
    e.recorded_at,
    e.business_day,
    e.available_on,
    e.settlement_day
   FROM (ledger.audited_accounts a
     CROSS JOIN LATERAL ( SELECT x.entry_seq,
            x.amount,
            x.balance_after,
            x.reserved_after,
            x.held_after,
            x.event_no,
            x.recorded_at,
            x.business_day,
            x.available_on,
            x.settlement_day,
            x.restaurant_id,
            x.currency,
            x.entry_type,
            x.payout_id
           FROM ledger.ledger_entries x
          WHERE ((x.restaurant_id = a.restaurant_id) AND (x.currency = a.currency) AND (x.entry_seq > a.after_seq) AND (x.entry_seq <= '9223372036854775807'::bigint))
         OFFSET 0) e)
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_entries IS 'The entries that an audit looks at: of each account those after its last audited seal, or all. Entries of an account that is not there are found by a check of its own (reporting.check_account_missing).';

COMMENT ON COLUMN ledger.audited_entries.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_entries.currency IS 'The currency.';

COMMENT ON COLUMN ledger.audited_entries.entry_seq IS 'The entrys number within the account.';

COMMENT ON COLUMN ledger.audited_entries.entry_type IS 'See ledger.entry_types.';

COMMENT ON COLUMN ledger.audited_entries.amount IS 'Minor units.';

COMMENT ON COLUMN ledger.audited_entries.balance_after IS 'The balance after it.';

COMMENT ON COLUMN ledger.audited_entries.reserved_after IS 'What is reserved after it.';

COMMENT ON COLUMN ledger.audited_entries.held_after IS 'What is held after it; null: 0.';

COMMENT ON COLUMN ledger.audited_entries.event_no IS 'The event that caused it; null: a payout run did.';

COMMENT ON COLUMN ledger.audited_entries.payout_id IS 'The payout it belongs to, if it does.';

COMMENT ON COLUMN ledger.audited_entries.recorded_at IS 'When it was recorded.';

COMMENT ON COLUMN ledger.audited_entries.business_day IS 'The day of its event.';

COMMENT ON COLUMN ledger.audited_entries.available_on IS 'From this day it counts.';

COMMENT ON COLUMN ledger.audited_entries.settlement_day IS 'The day under which it is paid.';

CREATE VIEW ledger.audited_events AS
 SELECT v.restaurant_id,
    v.event_no,
    v.currency,
    v.provider,
    v.event_id,
    v.event_type,
    v.amount,
    v.fee,
    v.occurred_at,
    v.received_at,
    v.first_entry_seq,
    v.entry_count,
    v.subject_state,
    v.subject_id,
    v.payout_id,
    v.payload
   FROM ledger.processor_events v
  WHERE ledger.audits_everything()
UNION ALL
 SELECT v.restaurant_id,
    v.event_no,
    v.currency,
    v.provider,
    v.event_id,
    v.event_type,
    v.amount,
    v.fee,
    v.occurred_at,
    v.received_at,
    v.first_entry_seq,
    v.entry_count,
    v.subject_state,
    v.subject_id,
    v.payout_id,
    v.payload
   FROM (ledger.audited_accounts a
     CROSS JOIN LATERAL ( SELECT x.event_no,
            x.amount,
            x.fee,
            x.first_entry_seq,
            x.occurred_at,
            x.received_at,
            x.entry_count,
            x.restaurant_id,
            x.currency,
            x.provider,
            x.event_id,
            x.event_type,
            x.subject_state,
            x.payout_id,
            x.payload,
            x.subject_id
           FROM ledger.processor_events x
          WHERE ((x.restaurant_id = a.restaurant_id) AND (x.event_no > a.after_event_no) AND (x.event_no <= '9223372036854775807'::bigint) AND (x.currency = a.currency))
         OFFSET 0) v)
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_events IS 'The events that an audit looks at: of each account those after its last audited seal, or all. Events of an account that is not there are found by a check of its own (reporting.check_account_missing).';

COMMENT ON COLUMN ledger.audited_events.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_events.event_no IS 'Internal number.';

COMMENT ON COLUMN ledger.audited_events.currency IS 'The currency.';

COMMENT ON COLUMN ledger.audited_events.provider IS 'Who sent it.';

COMMENT ON COLUMN ledger.audited_events.event_id IS 'Its id there.';

COMMENT ON COLUMN ledger.audited_events.event_type IS 'See ledger.event_types.';

COMMENT ON COLUMN ledger.audited_events.amount IS 'As it says, in minor units.';

COMMENT ON COLUMN ledger.audited_events.fee IS 'As it says, in minor units.';

COMMENT ON COLUMN ledger.audited_events.occurred_at IS 'When it happened.';

COMMENT ON COLUMN ledger.audited_events.received_at IS 'When it was received.';

COMMENT ON COLUMN ledger.audited_events.first_entry_seq IS 'The first of its entries; null: it has none.';

COMMENT ON COLUMN ledger.audited_events.entry_count IS 'How many entries it posted.';

COMMENT ON COLUMN ledger.audited_events.subject_state IS 'The state of its subject before it; null: NEW.';

COMMENT ON COLUMN ledger.audited_events.subject_id IS 'What it is the first to tell of.';

COMMENT ON COLUMN ledger.audited_events.payout_id IS 'The payout it is about.';

COMMENT ON COLUMN ledger.audited_events.payload IS 'The document.';

CREATE TABLE ledger.holdings (
    event_no bigint NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL COLLATE pg_catalog."C"
);

COMMENT ON TABLE ledger.holdings IS 'The events that held money back: openings of disputes, and what people hold.';

COMMENT ON COLUMN ledger.holdings.event_no IS 'The event.';

COMMENT ON COLUMN ledger.holdings.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.holdings.event_type IS 'Its type: a dispute or a hold.';

CREATE VIEW ledger.audited_holdings AS
 SELECT k.restaurant_id,
    k.event_no,
    k.event_type
   FROM ledger.holdings k
  WHERE ledger.audits_everything()
UNION ALL
 SELECT k.restaurant_id,
    k.event_no,
    k.event_type
   FROM (( SELECT x.restaurant_id,
            min(x.after_event_no) AS after_event_no
           FROM ledger.audited_accounts x
          GROUP BY x.restaurant_id) a
     CROSS JOIN LATERAL ( SELECT x.event_no,
            x.restaurant_id,
            x.event_type
           FROM ledger.holdings x
          WHERE ((x.restaurant_id = a.restaurant_id) AND (x.event_no > a.after_event_no) AND (x.event_no <= '9223372036854775807'::bigint))
         OFFSET 0) k)
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_holdings IS 'Disputes and holds that an audit looks at: of the events since the last audited seal of their restaurant, some sealed ones included, or all.';

COMMENT ON COLUMN ledger.audited_holdings.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_holdings.event_no IS 'The event.';

COMMENT ON COLUMN ledger.audited_holdings.event_type IS 'Its type.';

CREATE TABLE ledger.event_links (
    event_no bigint NOT NULL,
    about_event_no bigint,
    payment_event_no bigint,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    is_reversal boolean NOT NULL,
    CONSTRAINT event_links_link_something_check CHECK (((about_event_no IS NOT NULL) OR (payment_event_no IS NOT NULL)))
);

COMMENT ON TABLE ledger.event_links IS 'What an event follows: what it is about, and the payment it belongs to.';

COMMENT ON COLUMN ledger.event_links.event_no IS 'The event.';

COMMENT ON COLUMN ledger.event_links.about_event_no IS 'The event that first told of its refund, dispute or hold, or that it reverses; null: none.';

COMMENT ON COLUMN ledger.event_links.payment_event_no IS 'The charge of the payment that it belongs to; null: none.';

COMMENT ON COLUMN ledger.event_links.restaurant_id IS 'The restaurant of all of them.';

COMMENT ON COLUMN ledger.event_links.is_reversal IS 'Whether it takes back what it is about.';

CREATE VIEW ledger.audited_links AS
 SELECT k.restaurant_id,
    k.event_no,
    k.about_event_no,
    k.payment_event_no,
    k.is_reversal
   FROM ledger.event_links k
  WHERE ledger.audits_everything()
UNION ALL
 SELECT k.restaurant_id,
    k.event_no,
    k.about_event_no,
    k.payment_event_no,
    k.is_reversal
   FROM (( SELECT x.restaurant_id,
            min(x.after_event_no) AS after_event_no
           FROM ledger.audited_accounts x
          GROUP BY x.restaurant_id) a
     CROSS JOIN LATERAL ( SELECT x.event_no,
            x.about_event_no,
            x.payment_event_no,
            x.restaurant_id,
            x.is_reversal
           FROM ledger.event_links x
          WHERE ((x.restaurant_id = a.restaurant_id) AND (x.event_no > a.after_event_no) AND (x.event_no <= '9223372036854775807'::bigint))
         OFFSET 0) k)
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_links IS 'What events are about, as far as an audit looks at it: of the events since the last audited seal of their restaurant, some sealed ones included, or all.';

COMMENT ON COLUMN ledger.audited_links.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_links.event_no IS 'The event.';

COMMENT ON COLUMN ledger.audited_links.about_event_no IS 'The event that it is about; null: none.';

COMMENT ON COLUMN ledger.audited_links.payment_event_no IS 'The charge of its payment; null: none.';

COMMENT ON COLUMN ledger.audited_links.is_reversal IS 'Whether it takes back what it is about.';

CREATE VIEW ledger.audited_steps AS
 SELECT s.restaurant_id,
    s.currency,
    s.entry_seq,
    s.entry_type,
    s.amount,
    s.balance_after,
    s.reserved_after,
    s.held_after,
    s.recorded_at,
    s.business_day,
    s.available_on,
    s.settlement_day,
    s.event_no,
    s.payout_id,
    s.previous_seq,
    s.balance_before,
    s.reserved_before,
    s.held_before,
    s.recorded_before,
    s.closed_through,
    s.is_last
   FROM ( SELECT e.restaurant_id,
            e.currency,
            e.entry_seq,
            e.entry_type,
            e.amount,
            e.balance_after,
            e.reserved_after,
            COALESCE(e.held_after, (0)::bigint) AS held_after,
            e.recorded_at,
            e.business_day,
            e.available_on,
            e.settlement_day,
            e.event_no,
            e.payout_id,
            lag(e.entry_seq, 1, (0)::bigint) OVER account AS previous_seq,
            lag(e.balance_after, 1, (0)::bigint) OVER account AS balance_before,
            lag(e.reserved_after, 1, (0)::bigint) OVER account AS reserved_before,
            lag(COALESCE(e.held_after, (0)::bigint), 1, (0)::bigint) OVER account AS held_before,
            lag(e.recorded_at) OVER account AS recorded_before,
            max(e.settlement_day) FILTER (WHERE (e.entry_type = 'PAYOUT_RESERVE'::text)) OVER (account ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS closed_through,
            (lead(e.entry_seq) OVER account IS NULL) AS is_last
           FROM ledger.ledger_entries e
          WHERE ledger.audits_everything()
          WINDOW account AS (PARTITION BY e.restaurant_id, e.currency ORDER BY e.entry_seq)) s
UNION ALL
 SELECT a.restaurant_id,
    a.currency,
    s.entry_seq,
    s.entry_type,
    s.amount,
    s.balance_after,
    s.reserved_after,
    s.held_after,
    s.recorded_at,
    s.business_day,
    s.available_on,
    s.settlement_day,
    s.event_no,
    s.payout_id,
    s.previous_seq,
    s.balance_before,
    s.reserved_before,
    s.held_before,
    s.recorded_before,
    s.closed_through,
    s.is_last
   FROM (( SELECT x.restaurant_id,
            x.currency,
            x.after_seq,
            x.after_event_no,
            x.balance_before,
            x.reserved_before,
            x.held_before,
            x.recorded_before,
            ( SELECT p.as_of
                   FROM ledger.payouts p
                  WHERE ((p.restaurant_id = x.restaurant_id) AND (p.currency = x.currency) AND (p.reserve_entry_seq <= x.after_seq))
                  ORDER BY p.as_of DESC
                 LIMIT 1) AS closed_through
           FROM ledger.audited_accounts x
         OFFSET 0) a
     CROSS JOIN LATERAL ( SELECT e.entry_seq,
            e.entry_type,
            e.amount,
            e.balance_after,
            e.reserved_after,
            COALESCE(e.held_after, (0)::bigint) AS held_after,
            e.recorded_at,
            e.business_day,
            e.available_on,
            e.settlement_day,
            e.event_no,
            e.payout_id,
            lag(e.entry_seq, 1, a.after_seq) OVER account AS previous_seq,
            lag(e.balance_after, 1, a.balance_before) OVER account AS balance_before,
            lag(e.reserved_after, 1, a.reserved_before) OVER account AS reserved_before,
            lag(COALESCE(e.held_after, (0)::bigint), 1, a.held_before) OVER account AS held_before,
            lag(e.recorded_at, 1, a.recorded_before) OVER account AS recorded_before,
            GREATEST(max(e.settlement_day) FILTER (WHERE (e.entry_type = 'PAYOUT_RESERVE'::text)) OVER (account ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), a.closed_through) AS closed_through,
            (lead(e.entry_seq) OVER account IS NULL) AS is_last
           FROM ledger.ledger_entries e
          WHERE ((e.restaurant_id = a.restaurant_id) AND (e.currency = a.currency) AND (e.entry_seq > a.after_seq) AND (e.entry_seq <= '9223372036854775807'::bigint))
          WINDOW account AS (ORDER BY e.entry_seq)) s)
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_steps IS 'The entries that an audit looks at, each with what the one before it left, also where that one is in the audited seal.';

COMMENT ON COLUMN ledger.audited_steps.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_steps.currency IS 'The currency.';

COMMENT ON COLUMN ledger.audited_steps.entry_seq IS 'The entrys number within the account.';

COMMENT ON COLUMN ledger.audited_steps.entry_type IS 'See ledger.entry_types.';

COMMENT ON COLUMN ledger.audited_steps.amount IS 'Minor units.';

COMMENT ON COLUMN ledger.audited_steps.balance_after IS 'The balance after it.';

COMMENT ON COLUMN ledger.audited_steps.reserved_after IS 'What is reserved after it.';

COMMENT ON COLUMN ledger.audited_steps.held_after IS 'What is held after it.';

COMMENT ON COLUMN ledger.audited_steps.recorded_at IS 'When it was recorded.';

COMMENT ON COLUMN ledger.audited_steps.business_day IS 'The day of its event.';

COMMENT ON COLUMN ledger.audited_steps.available_on IS 'From this day it counts.';

COMMENT ON COLUMN ledger.audited_steps.settlement_day IS 'The day under which it is paid.';

COMMENT ON COLUMN ledger.audited_steps.event_no IS 'The event that caused it; null: a payout run did.';

COMMENT ON COLUMN ledger.audited_steps.payout_id IS 'The payout it belongs to, if it does.';

COMMENT ON COLUMN ledger.audited_steps.previous_seq IS 'The number of the entry before it; 0: there is none.';

COMMENT ON COLUMN ledger.audited_steps.balance_before IS 'The balance that entry left.';

COMMENT ON COLUMN ledger.audited_steps.reserved_before IS 'What it left reserved.';

COMMENT ON COLUMN ledger.audited_steps.held_before IS 'What it left held.';

COMMENT ON COLUMN ledger.audited_steps.recorded_before IS 'When it was recorded; null: there is none.';

COMMENT ON COLUMN ledger.audited_steps.closed_through IS 'The last day that payouts before it had closed; null: none.';

COMMENT ON COLUMN ledger.audited_steps.is_last IS 'Whether the account has no later entry.';

CREATE VIEW ledger.audited_postings AS
 SELECT e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.recorded_at,
    e.recorded_before,
    e.business_day,
    e.available_on,
    e.settlement_day,
    e.event_no,
    e.payout_id,
    (v.event_no IS NOT NULL) AS is_there,
    v.currency AS event_currency,
    v.provider,
    v.event_id,
    v.event_type,
    v.amount AS event_amount,
    v.fee,
    v.occurred_at,
    v.received_at,
    v.first_entry_seq,
    v.entry_count,
    COALESCE(v.subject_state, 'NEW'::text) AS subject_state,
    v.payout_id AS event_payout_id,
    (v.payload ->> 'available_on'::text) AS told_available_on
   FROM (ledger.audited_steps e
     LEFT JOIN ledger.processor_events v ON (((e.restaurant_id = v.restaurant_id) AND (e.event_no = v.event_no))))
  WHERE ledger.audits_everything()
UNION ALL
 SELECT e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.recorded_at,
    e.recorded_before,
    e.business_day,
    e.available_on,
    e.settlement_day,
    e.event_no,
    e.payout_id,
    (COALESCE(e.new_event_no, o.event_no) IS NOT NULL) AS is_there,
    COALESCE(e.event_currency, o.currency) AS event_currency,
    COALESCE(e.provider, o.provider) AS provider,
    COALESCE(e.event_id, o.event_id) AS event_id,
    COALESCE(e.event_type, o.event_type) AS event_type,
    COALESCE(e.event_amount, o.amount) AS event_amount,
    COALESCE(e.fee, o.fee) AS fee,
    COALESCE(e.occurred_at, o.occurred_at) AS occurred_at,
    COALESCE(e.received_at, o.received_at) AS received_at,
    COALESCE(e.first_entry_seq, o.first_entry_seq) AS first_entry_seq,
    COALESCE(e.entry_count, o.entry_count) AS entry_count,
    COALESCE(e.subject_state, o.subject_state, 'NEW'::text) AS subject_state,
    COALESCE(e.event_payout_id, o.payout_id) AS event_payout_id,
    COALESCE(e.told_available_on, (o.payload ->> 'available_on'::text)) AS told_available_on
   FROM (( SELECT x.restaurant_id,
            x.currency,
            x.entry_seq,
            x.entry_type,
            x.amount,
            x.recorded_at,
            x.recorded_before,
            x.business_day,
            x.available_on,
            x.settlement_day,
            x.event_no,
            x.payout_id,
            v.event_no AS new_event_no,
            v.currency AS event_currency,
            v.provider,
            v.event_id,
            v.event_type,
            v.amount AS event_amount,
            v.fee,
            v.occurred_at,
            v.received_at,
            v.first_entry_seq,
            v.entry_count,
            v.subject_state,
            v.payout_id AS event_payout_id,
            (v.payload ->> 'available_on'::text) AS told_available_on
           FROM (( SELECT s.restaurant_id,
                    s.currency,
                    s.entry_seq,
                    s.entry_type,
                    s.amount,
                    s.balance_after,
                    s.reserved_after,
                    s.held_after,
                    s.recorded_at,
                    s.business_day,
                    s.available_on,
                    s.settlement_day,
                    s.event_no,
                    s.payout_id,
                    s.previous_seq,
                    s.balance_before,
                    s.reserved_before,
                    s.held_before,
                    s.recorded_before,
                    s.closed_through,
                    s.is_last,
                    true AS is_entry
                   FROM ledger.audited_steps s) x
             FULL JOIN ledger.audited_events v ON (((x.restaurant_id = v.restaurant_id) AND (x.event_no = v.event_no))))
          WHERE COALESCE(x.is_entry, false)
         OFFSET 0) e
     LEFT JOIN LATERAL ( SELECT v.event_no,
            v.amount,
            v.fee,
            v.first_entry_seq,
            v.occurred_at,
            v.received_at,
            v.entry_count,
            v.restaurant_id,
            v.currency,
            v.provider,
            v.event_id,
            v.event_type,
            v.subject_state,
            v.payout_id,
            v.payload,
            v.subject_id
           FROM ledger.processor_events v
          WHERE ((v.restaurant_id = e.restaurant_id) AND (v.event_no = e.event_no) AND (e.new_event_no IS NULL))
         OFFSET 0) o ON (true))
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_postings IS 'The entries that an audit looks at, each with the event that caused it, new or old, if there is one.';

COMMENT ON COLUMN ledger.audited_postings.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_postings.currency IS 'The currency.';

COMMENT ON COLUMN ledger.audited_postings.entry_seq IS 'The entrys number within the account.';

COMMENT ON COLUMN ledger.audited_postings.entry_type IS 'See ledger.entry_types.';

COMMENT ON COLUMN ledger.audited_postings.amount IS 'Minor units.';

COMMENT ON COLUMN ledger.audited_postings.recorded_at IS 'When it was recorded.';

COMMENT ON COLUMN ledger.audited_postings.recorded_before IS 'When the entry before it was recorded; null: there is none.';

COMMENT ON COLUMN ledger.audited_postings.business_day IS 'The day of its event.';

COMMENT ON COLUMN ledger.audited_postings.available_on IS 'From this day it counts.';

COMMENT ON COLUMN ledger.audited_postings.settlement_day IS 'The day under which it is paid.';

COMMENT ON COLUMN ledger.audited_postings.event_no IS 'The event that it names; null: a payout run made it.';

COMMENT ON COLUMN ledger.audited_postings.payout_id IS 'The payout it belongs to, if it does.';

COMMENT ON COLUMN ledger.audited_postings.is_there IS 'Whether that event is there.';

COMMENT ON COLUMN ledger.audited_postings.event_currency IS 'The events currency.';

COMMENT ON COLUMN ledger.audited_postings.provider IS 'Who sent the event.';

COMMENT ON COLUMN ledger.audited_postings.event_id IS 'Its id there.';

COMMENT ON COLUMN ledger.audited_postings.event_type IS 'See ledger.event_types.';

COMMENT ON COLUMN ledger.audited_postings.event_amount IS 'As the event says, in minor units.';

COMMENT ON COLUMN ledger.audited_postings.fee IS 'As the event says, in minor units.';

COMMENT ON COLUMN ledger.audited_postings.occurred_at IS 'When the event happened.';

COMMENT ON COLUMN ledger.audited_postings.received_at IS 'When the event was received.';

COMMENT ON COLUMN ledger.audited_postings.first_entry_seq IS 'The first of the events entries; null: it has none.';

COMMENT ON COLUMN ledger.audited_postings.entry_count IS 'How many entries the event posted.';

COMMENT ON COLUMN ledger.audited_postings.subject_state IS 'The state of the events subject before it.';

COMMENT ON COLUMN ledger.audited_postings.event_payout_id IS 'The payout that the event is about.';

COMMENT ON COLUMN ledger.audited_postings.told_available_on IS 'The day that the event brought, as text.';

CREATE VIEW ledger.audited_moments AS
 SELECT x.restaurant_id,
    x.currency,
    x.entry_seq,
    x.business_day,
    x.recorded_at,
    COALESCE(x.occurred_at, p.created_at) AS happened_at,
    o.business_day AS not_before
   FROM ((ledger.audited_postings x
     LEFT JOIN LATERAL ( SELECT y.amount,
            y.reserve_entry_seq,
            y.created_at,
            y.paid_at,
            y.failed_at,
            y.canceled_at,
            y.as_of,
            y.restaurant_id,
            y.currency,
            y.status,
            y.payout_id,
            y.run_id,
            y.failure_reason,
            y.submitted_at,
            y.confirmed_at,
            y.external_id,
            y.failure_code,
            y.submitted_by,
            y.confirmed_by
           FROM ledger.payouts y
          WHERE ((y.restaurant_id = x.restaurant_id) AND (y.payout_id = x.payout_id) AND (x.event_no IS NULL))
         OFFSET 0) p ON (true))
     LEFT JOIN LATERAL ( SELECT y.business_day
           FROM ((ledger.event_links k
             JOIN ledger.processor_events a ON (((k.restaurant_id = a.restaurant_id) AND (k.about_event_no = a.event_no))))
             JOIN ledger.ledger_entries y ON (((a.restaurant_id = y.restaurant_id) AND (a.currency = y.currency) AND (a.first_entry_seq = y.entry_seq) AND (a.occurred_at <= y.recorded_at))))
          WHERE ((k.restaurant_id = x.restaurant_id) AND (k.event_no = x.event_no) AND (x.event_type = 'event_reversed'::text))
         OFFSET 0) o ON (true))
  WHERE (COALESCE(x.occurred_at, p.created_at) IS NOT NULL);

COMMENT ON VIEW ledger.audited_moments IS 'When the entries that an audit looks at happened: an event when it occurred, a payout when it was made. An entry of neither is found by a check of its own (reporting.check_entry_without_event_or_payout).';

COMMENT ON COLUMN ledger.audited_moments.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.audited_moments.currency IS 'The currency.';

COMMENT ON COLUMN ledger.audited_moments.entry_seq IS 'The entrys number within the account.';

COMMENT ON COLUMN ledger.audited_moments.business_day IS 'The day to which it is booked.';

COMMENT ON COLUMN ledger.audited_moments.recorded_at IS 'When it was recorded.';

COMMENT ON COLUMN ledger.audited_moments.happened_at IS 'When its event occurred or its payout was made.';

COMMENT ON COLUMN ledger.audited_moments.not_before IS 'The day of what it takes back, unless that was told ahead of the clock; null: of nothing.';

CREATE VIEW ledger.audited_payouts AS
 SELECT p.restaurant_id,
    p.payout_id,
    p.currency,
    p.as_of,
    p.status,
    p.amount,
    p.reserve_entry_seq,
    p.run_id,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.canceled_at,
    p.submitted_at,
    p.submitted_by,
    p.confirmed_at,
    p.confirmed_by,
    p.external_id,
    p.failure_code,
    p.failure_reason
   FROM ledger.payouts p
  WHERE ledger.audits_everything()
UNION ALL
 SELECT p.restaurant_id,
    p.payout_id,
    p.currency,
    p.as_of,
    p.status,
    p.amount,
    p.reserve_entry_seq,
    p.run_id,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.canceled_at,
    p.submitted_at,
    p.submitted_by,
    p.confirmed_at,
    p.confirmed_by,
    p.external_id,
    p.failure_code,
    p.failure_reason
   FROM (UNNEST(ledger.read_audit_scope('payout_restaurant_id'::text), ledger.read_audit_scope('payout_id'::text)) k(restaurant_id, payout_id)
     CROSS JOIN LATERAL ( SELECT x.amount,
            x.reserve_entry_seq,
            x.created_at,
            x.paid_at,
            x.failed_at,
            x.canceled_at,
            x.as_of,
            x.restaurant_id,
            x.currency,
            x.status,
            x.payout_id,
            x.run_id,
            x.failure_reason,
            x.submitted_at,
            x.confirmed_at,
            x.external_id,
            x.failure_code,
            x.submitted_by,
            x.confirmed_by
           FROM ledger.payouts x
          WHERE ((x.restaurant_id = k.restaurant_id) AND (x.payout_id = k.payout_id))
         OFFSET 0) p)
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW ledger.audited_payouts IS 'The payouts that an audit looks at: of each account those made since its last audited seal, those under way, and those that an entry since has moved; or all.';

COMMENT ON COLUMN ledger.audited_payouts.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN ledger.audited_payouts.payout_id IS 'The payout.';

COMMENT ON COLUMN ledger.audited_payouts.currency IS 'The currency.';

COMMENT ON COLUMN ledger.audited_payouts.as_of IS 'The last day that it pays.';

COMMENT ON COLUMN ledger.audited_payouts.status IS 'CREATED, PAID, FAILED or CANCELED.';

COMMENT ON COLUMN ledger.audited_payouts.amount IS 'Minor units.';

COMMENT ON COLUMN ledger.audited_payouts.reserve_entry_seq IS 'The entry that reserved it.';

COMMENT ON COLUMN ledger.audited_payouts.run_id IS 'The run that made it.';

COMMENT ON COLUMN ledger.audited_payouts.created_at IS 'When it was made.';

COMMENT ON COLUMN ledger.audited_payouts.paid_at IS 'When it was paid.';

COMMENT ON COLUMN ledger.audited_payouts.failed_at IS 'When it failed.';

COMMENT ON COLUMN ledger.audited_payouts.canceled_at IS 'When it was canceled.';

COMMENT ON COLUMN ledger.audited_payouts.submitted_at IS 'When it was handed over.';

COMMENT ON COLUMN ledger.audited_payouts.submitted_by IS 'To whom.';

COMMENT ON COLUMN ledger.audited_payouts.confirmed_at IS 'When that was confirmed.';

COMMENT ON COLUMN ledger.audited_payouts.confirmed_by IS 'By whom.';

COMMENT ON COLUMN ledger.audited_payouts.external_id IS 'The banks id.';

COMMENT ON COLUMN ledger.audited_payouts.failure_code IS 'Why it failed, as a code.';

COMMENT ON COLUMN ledger.audited_payouts.failure_reason IS 'Why, in words.';

CREATE VIEW ledger.catalog_objects AS
 WITH place AS (
         SELECT concat_ws('.'::text, s.system_identifier, d.oid) AS place
           FROM (pg_control_system() s(pg_control_version, catalog_version_no, system_identifier, pg_control_last_modified)
             CROSS JOIN pg_database d)
          WHERE (d.datname = current_database())
        ), schemas AS (
         SELECT n.oid,
            n.nspname,
            n.nspowner,
            n.nspacl
           FROM pg_namespace n
          WHERE (n.nspname = ANY (ARRAY['ledger'::name, 'access'::name, 'inbound'::name, 'outbound'::name, 'api'::name, 'reporting'::name, 'deployment'::name]))
        ), relations AS (
         SELECT c.oid,
            c.xmin,
            c.relkind,
            c.relowner,
            c.relacl,
            c.reloptions,
            c.reltype,
            ((c.oid)::regclass)::text AS name,
            (n.nspname <> 'deployment'::name) AS is_ours,
            obj_description(c.oid, 'pg_class'::name) AS description
           FROM (pg_class c
             JOIN schemas n ON ((c.relnamespace = n.oid)))
          WHERE (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'v'::"char", 'm'::"char", 'f'::"char", 'S'::"char", 'c'::"char", 'i'::"char", 'I'::"char"]))
        ), roles AS (
         SELECT o.rolname,
            o.rolsuper,
            o.rolinherit,
            o.rolcreaterole,
            o.rolcreatedb,
            o.rolcanlogin,
            o.rolreplication,
            o.rolconnlimit,
            o.rolpassword,
            o.rolvaliduntil,
            o.rolbypassrls,
            o.rolconfig,
            o.oid
           FROM pg_roles o
          WHERE (o.rolname = ANY (ARRAY['cuenta_owner'::name, 'cuenta_writer'::name, 'cuenta_processor'::name, 'cuenta_app'::name, 'cuenta_operator'::name, 'cuenta_reader'::name, 'cuenta_door'::name, 'cuenta_restaurant'::name, 'cuenta_worker'::name]))
        ), routines AS (
         SELECT p.oid,
            p.proname,
            p.pronamespace,
            p.proowner,
            p.prolang,
            p.procost,
            p.prorows,
            p.provariadic,
            p.prosupport,
            p.prokind,
            p.prosecdef,
            p.proleakproof,
            p.proisstrict,
            p.proretset,
            p.provolatile,
            p.proparallel,
            p.pronargs,
            p.pronargdefaults,
            p.prorettype,
            p.proargtypes,
            p.proallargtypes,
            p.proargmodes,
            p.proargnames,
            p.proargdefaults,
            p.protrftypes,
            p.prosrc,
            p.probin,
            p.prosqlbody,
            p.proconfig,
            p.proacl,
            p.xmin,
            ((p.oid)::regprocedure)::text AS name,
                CASE
                    WHEN ((n.nspname = 'api'::name) AND p.prosecdef AND (p.provolatile = 'v'::"char")) THEN 'cuenta_writer'::text
                    ELSE 'cuenta_owner'::text
                END AS right_owner
           FROM (pg_proc p
             JOIN schemas n ON ((p.pronamespace = n.oid)))
        ), grants AS (
         SELECT ('schema '::text || ((n.oid)::regnamespace)::text) AS object,
            ''::text AS columns,
            n.nspowner AS owner,
            COALESCE(n.nspacl, acldefault('n'::"char", n.nspowner)) AS acl
           FROM schemas n
        UNION ALL
         SELECT (
                CASE r.relkind
                    WHEN 'S'::"char" THEN 'sequence '::text
                    ELSE 'table '::text
                END || r.name),
            ''::text,
            r.relowner,
            COALESCE(r.relacl, acldefault((
                CASE r.relkind
                    WHEN 'S'::"char" THEN 's'::text
                    ELSE 'r'::text
                END)::"char", r.relowner)) AS "coalesce"
           FROM relations r
          WHERE (r.relkind <> ALL (ARRAY['c'::"char", 'i'::"char", 'I'::"char"]))
        UNION ALL
         SELECT ('table '::text || r.name),
            format(' (%I)'::text, a.attname) AS format,
            r.relowner,
            a.attacl
           FROM (relations r
             JOIN pg_attribute a ON ((r.oid = a.attrelid)))
          WHERE ((a.attacl IS NOT NULL) AND (NOT a.attisdropped))
        UNION ALL
         SELECT ('routine '::text || f.name),
            ''::text,
            f.proowner,
            COALESCE(f.proacl, acldefault('f'::"char", f.proowner)) AS "coalesce"
           FROM routines f
        ), objects AS (
         SELECT 'schema'::text AS kind,
            ((n.oid)::regnamespace)::text AS name,
            n.nspowner AS owner,
            'cuenta_owner'::text AS right_owner,
            '0'::xid AS xmin,
            COALESCE(obj_description(n.oid, 'pg_namespace'::name), ''::text) AS plain,
            NULL::text AS written
           FROM schemas n
        UNION ALL
         SELECT
                CASE
                    WHEN (r.relkind = 'v'::"char") THEN 'view'::text
                    WHEN (r.relkind = 'S'::"char") THEN 'sequence'::text
                    ELSE 'table'::text
                END AS "case",
            r.name,
            r.relowner,
                CASE
                    WHEN (r.relkind = 'S'::"char") THEN ((r.relowner)::regrole)::text
                    ELSE 'cuenta_owner'::text
                END AS "case",
            r.xmin,
            concat_ws('
'::text, r.reloptions, r.description,
                CASE
                    WHEN (r.relkind = 'v'::"char") THEN ( SELECT string_agg(concat_ws(' '::text, a.attname, format_type(a.atttypid, a.atttypmod), col_description(r.oid, (a.attnum)::integer)), '
'::text ORDER BY a.attnum) AS string_agg
                       FROM pg_attribute a
                      WHERE ((a.attrelid = r.oid) AND (a.attnum > 0)))
                    ELSE NULL::text
                END) AS concat_ws,
                CASE
                    WHEN (r.relkind = 'v'::"char") THEN pg_get_viewdef(r.oid)
                    ELSE NULL::text
                END AS "case"
           FROM relations r
          WHERE (r.relkind = ANY (ARRAY['r'::"char", 'p'::"char", 'm'::"char", 'f'::"char", 'v'::"char", 'S'::"char"]))
        UNION ALL
         SELECT 'column'::text,
            format('%s.%I'::text, r.name, a.attname) AS format,
            r.relowner,
            'cuenta_owner'::text,
            '0'::xid AS xid,
            concat_ws('
'::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, (NULLIF(a.attcollation, (0)::oid))::regcollation, col_description(r.oid, (a.attnum)::integer)) AS concat_ws,
            pg_get_expr(d.adbin, d.adrelid) AS pg_get_expr
           FROM ((relations r
             JOIN pg_attribute a ON ((r.oid = a.attrelid)))
             LEFT JOIN pg_attrdef d ON (((a.attrelid = d.adrelid) AND (a.attnum = d.adnum))))
          WHERE (r.is_ours AND (r.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) AND (a.attnum > 0) AND (NOT a.attisdropped))
        UNION ALL
         SELECT 'constraint'::text,
            format('%I on %s'::text, k.conname, COALESCE(r.name, format_type(k.contypid, NULL::integer))) AS format,
            r.relowner,
            'cuenta_owner'::text,
            '0'::xid AS xid,
            concat_ws('
'::text, k.contype, k.convalidated, k.condeferrable, k.condeferred) AS concat_ws,
            pg_get_constraintdef(k.oid) AS pg_get_constraintdef
           FROM ((pg_constraint k
             JOIN schemas n ON ((k.connamespace = n.oid)))
             LEFT JOIN relations r ON ((k.conrelid = r.oid)))
          WHERE ((k.contype = ANY (ARRAY['c'::"char", 'f'::"char", 'p'::"char", 'u'::"char", 'x'::"char"])) AND (n.nspname <> 'deployment'::name))
        UNION ALL
         SELECT 'index'::text,
            ((i.indexrelid)::regclass)::text AS indexrelid,
            r.relowner,
            'cuenta_owner'::text,
            '0'::xid AS xid,
            concat_ws('
'::text, i.indisvalid, i.indisunique, r.name) AS concat_ws,
            pg_get_indexdef(i.indexrelid) AS pg_get_indexdef
           FROM (pg_index i
             JOIN relations r ON ((i.indrelid = r.oid)))
          WHERE r.is_ours
        UNION ALL
         SELECT 'type'::text,
            format_type(t.oid, NULL::integer) AS format_type,
            t.typowner,
            'cuenta_owner'::text,
            '0'::xid AS xid,
            concat_ws('
'::text, t.typtype,
                CASE
                    WHEN (t.typbasetype <> (0)::oid) THEN format_type(t.typbasetype, t.typtypmod)
                    ELSE NULL::text
                END, t.typnotnull, t.typdefault, obj_description(t.oid, 'pg_type'::name), ( SELECT string_agg(concat_ws(' '::text, a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, (a.attnum)::integer)), '
'::text ORDER BY a.attnum) AS string_agg
                   FROM pg_attribute a
                  WHERE ((a.attrelid = t.typrelid) AND (a.attnum > 0) AND (NOT a.attisdropped))), ( SELECT string_agg((e.enumlabel)::text, '
'::text ORDER BY e.enumsortorder) AS string_agg
                   FROM pg_enum e
                  WHERE (e.enumtypid = t.oid))) AS concat_ws,
            NULL::text
           FROM ((pg_type t
             JOIN schemas n ON ((t.typnamespace = n.oid)))
             LEFT JOIN relations r ON ((t.typrelid = r.oid)))
          WHERE ((n.nspname <> 'deployment'::name) AND ((t.typtype = ANY (ARRAY['d'::"char", 'e'::"char", 'r'::"char"])) OR ((t.typtype = 'c'::"char") AND (r.relkind = 'c'::"char"))))
        UNION ALL
         SELECT 'trigger'::text,
            format('%I on %s'::text, t.tgname, r.name) AS format,
            r.relowner,
            'cuenta_owner'::text,
            t.xmin,
            concat_ws('
'::text, t.tgenabled, t.tgtype, (t.tgfoid)::regproc) AS concat_ws,
            pg_get_triggerdef(t.oid) AS pg_get_triggerdef
           FROM (pg_trigger t
             JOIN relations r ON ((t.tgrelid = r.oid)))
          WHERE (NOT t.tgisinternal)
        UNION ALL
         SELECT 'function'::text,
            f.name,
            f.proowner,
            f.right_owner,
            f.xmin,
            concat_ws('
'::text, f.prokind, ( SELECT l.lanname
                   FROM pg_language l
                  WHERE (l.oid = f.prolang)), f.prosrc, f.procost, f.prorows, f.prosecdef, f.proleakproof, f.proisstrict, f.provolatile, f.proparallel, f.proconfig, pg_get_function_result(f.oid), pg_get_function_identity_arguments(f.oid), obj_description(f.oid, 'pg_proc'::name)) AS concat_ws,
                CASE
                    WHEN (f.prosqlbody IS NOT NULL) THEN pg_get_functiondef(f.oid)
                    WHEN (f.pronargdefaults > 0) THEN pg_get_function_arguments(f.oid)
                    ELSE NULL::text
                END AS "case"
           FROM routines f
        ), strange AS (
         SELECT 'policy'::text AS kind,
            format('%I on %s'::text, y.polname, r.name) AS name,
            r.relowner AS owner
           FROM (pg_policy y
             JOIN relations r ON ((y.polrelid = r.oid)))
        UNION ALL
         SELECT 'rule'::text,
            format('%I on %s'::text, w.rulename, r.name) AS format,
            r.relowner
           FROM (pg_rewrite w
             JOIN relations r ON ((w.ev_class = r.oid)))
          WHERE (w.rulename <> '_RETURN'::name)
        UNION ALL
         SELECT 'property'::text,
            format('%s of table %s'::text, k.what, r.name) AS format,
            r.relowner
           FROM ((relations r
             JOIN pg_class c ON ((r.oid = c.oid)))
             CROSS JOIN LATERAL ( VALUES ('row security'::text,(c.relrowsecurity OR c.relforcerowsecurity)), ('unlogged storage'::text,(c.relpersistence <> 'p'::"char")), ('a child'::text,(EXISTS ( SELECT
                           FROM pg_inherits i
                          WHERE ((i.inhparent = r.oid) AND (c.relkind = 'r'::"char"))))), ('a trigger of a foreign key that is off'::text,(EXISTS ( SELECT
                           FROM pg_trigger t
                          WHERE ((t.tgrelid = r.oid) AND t.tgisinternal AND (t.tgenabled <> 'O'::"char")))))) k(what, is_so))
          WHERE (r.is_ours AND (r.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])) AND k.is_so)
        UNION ALL
         SELECT 'property'::text,
            format('its own way of numbering of sequence %s'::text, r.name) AS format,
            r.relowner
           FROM (relations r
             JOIN pg_sequence q ON ((r.oid = q.seqrelid)))
          WHERE (r.is_ours AND ((q.seqincrement <> 1) OR (q.seqmin <> 1) OR (q.seqcache <> 1) OR (q.seqcycle <> false)))
        UNION ALL
         SELECT 'property'::text,
            format('%s of role %I'::text, k.what, o.rolname) AS format,
            ('cuenta_owner'::text)::regrole AS regrole
           FROM (roles o
             CROSS JOIN LATERAL ( VALUES ('superuser'::text,o.rolsuper), ('createrole'::text,o.rolcreaterole), ('replication'::text,o.rolreplication), ('bypassrls'::text,o.rolbypassrls)) k(what, is_so))
          WHERE k.is_so
        UNION ALL
         SELECT 'property'::text,
            format('membership in %I of role %I'::text, o.rolname, p.rolname) AS format,
            ('cuenta_owner'::text)::regrole AS regrole
           FROM ((pg_auth_members m
             JOIN roles o ON ((m.roleid = o.oid)))
             JOIN roles p ON ((m.member = p.oid)))
          WHERE (o.rolname <> 'cuenta_writer'::name)
        UNION ALL
         SELECT 'setting'::text,
            format('%s of %s'::text, split_part(k.text, '='::text, 1), concat_ws(' in '::text, (NULLIF(s.setrole, (0)::oid))::regrole, d.datname)) AS format,
            ('cuenta_owner'::text)::regrole AS regrole
           FROM ((pg_db_role_setting s
             LEFT JOIN pg_database d ON ((s.setdatabase = d.oid)))
             CROSS JOIN LATERAL unnest(s.setconfig) k(text))
          WHERE ((((k.text ~~ 'session_replication_role=%'::text) AND (k.text <> 'session_replication_role=origin'::text)) OR (k.text ~~ 'cuenta.audit\_%'::text)) AND ((d.datname IS NULL) OR (d.datname = current_database())))
        )
 SELECT o.kind,
    o.name,
    COALESCE(((o.owner)::regrole)::text, 'cuenta_owner'::text) AS owner,
    o.right_owner,
    COALESCE((o.xmin = (pg_current_xact_id_if_assigned())::xid), false) AS is_new,
    concat_ws(' '::text, md5(o.plain),
        CASE
            WHEN (o.written IS NOT NULL) THEN p.place
            ELSE NULL::text
        END, md5(o.written)) AS fingerprint
   FROM (objects o
     CROSS JOIN place p)
UNION ALL
 SELECT s.kind,
    s.name,
    ((s.owner)::regrole)::text AS owner,
    ((s.owner)::regrole)::text AS right_owner,
    false AS is_new,
    ''::text AS fingerprint
   FROM strange s
UNION ALL
 SELECT 'privilege'::text AS kind,
    format('%s: %s%s on %s'::text,
        CASE e.grantee
            WHEN 0 THEN 'public'::text
            ELSE ((e.grantee)::regrole)::text
        END, e.privilege_type, g.columns, g.object) AS name,
    ((g.owner)::regrole)::text AS owner,
    ((g.owner)::regrole)::text AS right_owner,
    false AS is_new,
        CASE
            WHEN bool_or(e.is_grantable) THEN 'with grant option'::text
            ELSE ''::text
        END AS fingerprint
   FROM (grants g
     CROSS JOIN LATERAL aclexplode(g.acl) e(grantor, grantee, privilege_type, is_grantable))
  WHERE ((g.owner = ANY (ARRAY[(('cuenta_owner'::text)::regrole)::oid, (('cuenta_writer'::text)::regrole)::oid])) AND (NOT ((e.grantee = g.owner) AND ((e.privilege_type = 'MAINTAIN'::text) OR (g.object ~~ 'table deployment.%'::text)))))
  GROUP BY g.object, g.columns, g.owner, e.grantee, e.privilege_type
UNION ALL
 SELECT 'default'::text AS kind,
    format('privileges on objects of kind %s%s'::text, d.defaclobjtype, (' in '::text || (n.nspname)::text)) AS name,
    ((d.defaclrole)::regrole)::text AS owner,
    'cuenta_owner'::text AS right_owner,
    false AS is_new,
    md5((d.defaclacl)::text) AS fingerprint
   FROM (pg_default_acl d
     LEFT JOIN pg_namespace n ON ((d.defaclnamespace = n.oid)))
  WHERE (d.defaclrole = ANY (ARRAY[(('cuenta_owner'::text)::regrole)::oid, (('cuenta_writer'::text)::regrole)::oid]))
UNION ALL
 SELECT 'membership'::text AS kind,
    format('%s of %s'::text, (m.member)::regrole, (m.roleid)::regrole) AS name,
    ((m.grantor)::regrole)::text AS owner,
    ((m.grantor)::regrole)::text AS right_owner,
    false AS is_new,
    ''::text AS fingerprint
   FROM pg_auth_members m
  WHERE ((m.roleid = (('cuenta_writer'::text)::regrole)::oid) AND (COALESCE(((to_jsonb(m.*) ->> 'set_option'::text))::boolean, (NOT m.admin_option)) OR COALESCE(((to_jsonb(m.*) ->> 'inherit_option'::text))::boolean, false)));

COMMENT ON VIEW ledger.catalog_objects IS 'What db/deploy.py answers for, as it stands in the catalog: db/catalog.sql. To be read with the search_path of api.list_drift, so that names come out qualified.';

COMMENT ON COLUMN ledger.catalog_objects.kind IS 'What it is.';

COMMENT ON COLUMN ledger.catalog_objects.name IS 'Its name.';

COMMENT ON COLUMN ledger.catalog_objects.owner IS 'Whose it is.';

COMMENT ON COLUMN ledger.catalog_objects.right_owner IS 'Whose it has to be.';

COMMENT ON COLUMN ledger.catalog_objects.is_new IS 'Whether this transaction made it.';

COMMENT ON COLUMN ledger.catalog_objects.fingerprint IS 'Of what it is, to be compared with deployment.records.';

CREATE TABLE ledger.cell (
    is_singleton boolean DEFAULT true NOT NULL,
    number integer NOT NULL,
    cells integer NOT NULL,
    CONSTRAINT cell_cells_power_of_two_check CHECK ((((cells >= 1) AND (cells <= 4096)) AND ((cells & (cells - 1)) = 0))),
    CONSTRAINT cell_number_range_check CHECK (((number >= 0) AND (number <= (cells - 1)))),
    CONSTRAINT cell_one_row_check CHECK (is_singleton)
);

COMMENT ON TABLE ledger.cell IS 'Which of several databases this one is (docs/scaling.md); no row where it is the only one.';

COMMENT ON COLUMN ledger.cell.is_singleton IS 'Always true: there is one row at most.';

COMMENT ON COLUMN ledger.cell.number IS 'Its number, from 0.';

COMMENT ON COLUMN ledger.cell.cells IS 'How many there are, a power of two: a restaurant lives here if its hash, masked by that less one, is the number.';

CREATE TABLE ledger.currencies (
    currency text NOT NULL COLLATE pg_catalog."C",
    numeric_code text NOT NULL COLLATE pg_catalog."C",
    exponent smallint NOT NULL,
    name text NOT NULL,
    payable_unit bigint DEFAULT 1 NOT NULL,
    CONSTRAINT currencies_currency_format_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT currencies_exponent_range_check CHECK (((exponent >= 0) AND (exponent <= 4))),
    CONSTRAINT currencies_numeric_code_format_check CHECK ((numeric_code ~ '^[0-9]{3}$'::text)),
    CONSTRAINT currencies_payable_unit_range_check CHECK (((payable_unit >= 1) AND (payable_unit <= 1000000000)))
);

COMMENT ON TABLE ledger.currencies IS 'Currencies of ISO 4217 in which money can be taken. Amounts everywhere are integers in minor units.';

COMMENT ON COLUMN ledger.currencies.currency IS 'The three letters of ISO 4217.';

COMMENT ON COLUMN ledger.currencies.numeric_code IS 'The three digits of ISO 4217.';

COMMENT ON COLUMN ledger.currencies.exponent IS 'Decimal places of the minor unit: 2 means that 100 minor units are one major unit.';

COMMENT ON COLUMN ledger.currencies.name IS 'Its English name.';

COMMENT ON COLUMN ledger.currencies.payable_unit IS 'Minor units of which a payout is a multiple, unless the restaurant''s terms say otherwise: banks move no less.';

CREATE TABLE ledger.deferred_events (
    deferred_no bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    event_id text NOT NULL COLLATE pg_catalog."C",
    event_type text NOT NULL COLLATE pg_catalog."C",
    first_type text NOT NULL COLLATE pg_catalog."C",
    subject_id text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    payload jsonb NOT NULL,
    deliveries integer DEFAULT 1 NOT NULL,
    last_received_at timestamp with time zone,
    overdue_told_at timestamp with time zone
);

COMMENT ON TABLE ledger.deferred_events IS 'Events that wait for what they refer to. Posted in the transaction of the event that tells of it, and gone from here then: each is here or in processor_events or event_rejections.';

COMMENT ON COLUMN ledger.deferred_events.deferred_no IS 'Internal number.';

COMMENT ON COLUMN ledger.deferred_events.occurred_at IS 'When it happened, as the event says.';

COMMENT ON COLUMN ledger.deferred_events.received_at IS 'When it was first received here.';

COMMENT ON COLUMN ledger.deferred_events.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.deferred_events.currency IS 'The currency.';

COMMENT ON COLUMN ledger.deferred_events.provider IS 'The processor that sent it.';

COMMENT ON COLUMN ledger.deferred_events.event_id IS 'The processor''s id of it.';

COMMENT ON COLUMN ledger.deferred_events.event_type IS 'What it says; see ledger.event_types.';

COMMENT ON COLUMN ledger.deferred_events.first_type IS 'The type of the event it waits for, of the same restaurant and provider.';

COMMENT ON COLUMN ledger.deferred_events.subject_id IS 'The payment, refund or dispute that the event it waits for tells of.';

COMMENT ON COLUMN ledger.deferred_events.code IS 'Why it waits, as in ledger.rejection_reasons.';

COMMENT ON COLUMN ledger.deferred_events.payload IS 'The document as received.';

COMMENT ON COLUMN ledger.deferred_events.deliveries IS 'How often it was told.';

COMMENT ON COLUMN ledger.deferred_events.last_received_at IS 'When it was told again the last time; null: it was told once.';

COMMENT ON COLUMN ledger.deferred_events.overdue_told_at IS 'When webhooks told that it waits for too long; null: they have not.';

ALTER TABLE ledger.deferred_events ALTER COLUMN deferred_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.deferred_events_deferred_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.entry_types (
    entry_type text NOT NULL COLLATE pg_catalog."C",
    debit_account text NOT NULL COLLATE pg_catalog."C",
    credit_account text NOT NULL COLLATE pg_catalog."C",
    balance_effect smallint GENERATED ALWAYS AS (
CASE 'restaurant_available'::text
    WHEN credit_account THEN 1
    WHEN debit_account THEN '-1'::integer
    ELSE 0
END) STORED NOT NULL,
    reserved_effect smallint GENERATED ALWAYS AS (
CASE 'restaurant_reserved'::text
    WHEN credit_account THEN 1
    WHEN debit_account THEN '-1'::integer
    ELSE 0
END) STORED NOT NULL,
    held_effect smallint GENERATED ALWAYS AS (
CASE 'restaurant_held'::text
    WHEN credit_account THEN 1
    WHEN debit_account THEN '-1'::integer
    ELSE 0
END) STORED NOT NULL,
    payout_item text COLLATE pg_catalog."C",
    may_be_pending boolean NOT NULL,
    description text NOT NULL,
    payment_effect smallint DEFAULT 0 NOT NULL,
    CONSTRAINT entry_types_payment_effect_known_check CHECK ((payment_effect = ANY (ARRAY['-1'::integer, 0, 1]))),
    CONSTRAINT entry_types_two_accounts_check CHECK ((debit_account <> credit_account))
);

COMMENT ON TABLE ledger.entry_types IS 'Chart of movements: which account an entry of this type debits and which it credits.';

COMMENT ON COLUMN ledger.entry_types.entry_type IS 'The type''s name, as entries bear it.';

COMMENT ON COLUMN ledger.entry_types.debit_account IS 'The account it debits.';

COMMENT ON COLUMN ledger.entry_types.credit_account IS 'The account it credits.';

COMMENT ON COLUMN ledger.entry_types.balance_effect IS 'What one minor unit does to the restaurant''s balance (restaurant_available): 1, -1 or 0.';

COMMENT ON COLUMN ledger.entry_types.reserved_effect IS 'What one minor unit does to the money reserved for payouts: 1, -1 or 0.';

COMMENT ON COLUMN ledger.entry_types.held_effect IS 'What one minor unit does to the money held back for disputes: 1, -1 or 0.';

COMMENT ON COLUMN ledger.entry_types.payout_item IS 'The payout item under which entries of this type are summed; null: never inside a payout''s days.';

COMMENT ON COLUMN ledger.entry_types.may_be_pending IS 'Whether entries of this type wait for their available_on: money in and its fee. Money out never does, whatever the clock or the restaurant''s time zone say later.';

COMMENT ON COLUMN ledger.entry_types.description IS 'What it stands for, in a sentence.';

COMMENT ON COLUMN ledger.entry_types.payment_effect IS 'What one minor unit does to what is left of its payment, which never is less than nothing: 1, -1 or 0.';

CREATE TABLE ledger.event_acceptances (
    event_no bigint NOT NULL,
    accepted_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    actor text NOT NULL,
    reason text NOT NULL
);

COMMENT ON TABLE ledger.event_acceptances IS 'Events that a rule refused and that a person had posted all the same, because they happened.';

COMMENT ON COLUMN ledger.event_acceptances.event_no IS 'The event.';

COMMENT ON COLUMN ledger.event_acceptances.accepted_at IS 'When it was accepted.';

COMMENT ON COLUMN ledger.event_acceptances.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.event_acceptances.code IS 'Why it had been refused.';

COMMENT ON COLUMN ledger.event_acceptances.actor IS 'Who accepted it.';

COMMENT ON COLUMN ledger.event_acceptances.reason IS 'Why, in words.';

CREATE SEQUENCE ledger.event_conflict_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

COMMENT ON SEQUENCE ledger.event_conflict_no_seq IS 'Counts the events that were in conflict with what is known; see cuenta_events_total.';

CREATE TABLE ledger.event_deferrals (
    deferred_no bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    event_id text NOT NULL COLLATE pg_catalog."C",
    payload jsonb NOT NULL
);

COMMENT ON TABLE ledger.event_deferrals IS 'Every event that ever waited, as it was when it began to: ledger.deferred_events has those that still do, and is compared with this.';

COMMENT ON COLUMN ledger.event_deferrals.deferred_no IS 'Its number in ledger.deferred_events.';

COMMENT ON COLUMN ledger.event_deferrals.received_at IS 'When it was first received here.';

COMMENT ON COLUMN ledger.event_deferrals.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.event_deferrals.provider IS 'The processor that sent it.';

COMMENT ON COLUMN ledger.event_deferrals.event_id IS 'The processor''s id of it.';

COMMENT ON COLUMN ledger.event_deferrals.payload IS 'The document as received.';

CREATE TABLE ledger.event_dismissals (
    dismissal_no bigint NOT NULL,
    rejection_no bigint,
    dismissed_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    provider text COLLATE pg_catalog."C",
    event_id text COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    actor text NOT NULL,
    reason text NOT NULL,
    payload jsonb,
    CONSTRAINT event_dismissals_one_document_check CHECK ((num_nonnulls(rejection_no, payload) = 1))
);

COMMENT ON TABLE ledger.event_dismissals IS 'What a person has looked at and wants no more to be done about: deliveries that were refused, and events that waited. Told again later, they are open again.';

COMMENT ON COLUMN ledger.event_dismissals.dismissal_no IS 'Internal number.';

COMMENT ON COLUMN ledger.event_dismissals.rejection_no IS 'The delivery; those of the same event before it are dismissed with it. Null: the event waited.';

COMMENT ON COLUMN ledger.event_dismissals.dismissed_at IS 'When it was dismissed.';

COMMENT ON COLUMN ledger.event_dismissals.received_at IS 'When it was received.';

COMMENT ON COLUMN ledger.event_dismissals.restaurant_id IS 'As the event said it; empty when it named no valid one.';

COMMENT ON COLUMN ledger.event_dismissals.provider IS 'The processor, as far as it could be read.';

COMMENT ON COLUMN ledger.event_dismissals.event_id IS 'The processor''s id, as far as it could be read.';

COMMENT ON COLUMN ledger.event_dismissals.status IS 'What it was: rejected, conflict or deferred.';

COMMENT ON COLUMN ledger.event_dismissals.code IS 'Why it was refused or waited, as in ledger.rejection_reasons.';

COMMENT ON COLUMN ledger.event_dismissals.actor IS 'Who dismissed it.';

COMMENT ON COLUMN ledger.event_dismissals.reason IS 'Why, in words.';

COMMENT ON COLUMN ledger.event_dismissals.payload IS 'The document of an event that waited; null: it is in ledger.event_rejections.';

ALTER TABLE ledger.event_dismissals ALTER COLUMN dismissal_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.event_dismissals_dismissal_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.event_rejections (
    rejection_no bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    provider text COLLATE pg_catalog."C",
    event_id text COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    message text NOT NULL,
    details jsonb,
    payload jsonb NOT NULL,
    CONSTRAINT event_rejections_status_known_check CHECK ((status = ANY (ARRAY['rejected'::text, 'conflict'::text])))
);

COMMENT ON TABLE ledger.event_rejections IS 'Every delivery that posted nothing because it was not valid, not allowed, or reused an id: the evidence, and what a replay starts from.';

COMMENT ON COLUMN ledger.event_rejections.rejection_no IS 'Internal number.';

COMMENT ON COLUMN ledger.event_rejections.received_at IS 'When it was received here.';

COMMENT ON COLUMN ledger.event_rejections.restaurant_id IS 'As the event said it; empty when it named no valid one.';

COMMENT ON COLUMN ledger.event_rejections.provider IS 'The processor, as far as it could be read.';

COMMENT ON COLUMN ledger.event_rejections.event_id IS 'The processors id, as far as it could be read.';

COMMENT ON COLUMN ledger.event_rejections.status IS 'rejected or conflict.';

COMMENT ON COLUMN ledger.event_rejections.code IS 'Why, as in ledger.rejection_reasons.';

COMMENT ON COLUMN ledger.event_rejections.message IS 'What was said.';

COMMENT ON COLUMN ledger.event_rejections.details IS 'The facts that go with it.';

COMMENT ON COLUMN ledger.event_rejections.payload IS 'The document as received.';

ALTER TABLE ledger.event_rejections ALTER COLUMN rejection_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.event_rejections_rejection_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.fx_rates (
    rate numeric NOT NULL,
    loaded_at timestamp with time zone NOT NULL,
    rate_date date NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    base text NOT NULL COLLATE pg_catalog."C",
    quote text NOT NULL COLLATE pg_catalog."C",
    loaded_by text NOT NULL,
    CONSTRAINT fx_rates_rate_range_check CHECK (((rate > (0)::numeric) AND (rate < ('1000000000000'::bigint)::numeric) AND (scale(rate) <= 20))),
    CONSTRAINT fx_rates_source_format_check CHECK ((source ~ '^[A-Z][A-Z0-9._-]{0,31}$'::text)),
    CONSTRAINT fx_rates_two_currencies_check CHECK ((base <> quote))
);

COMMENT ON TABLE ledger.fx_rates IS 'Exchange rates as their sources published them, for reports only: nothing that posts or pays reads them. Append-only: another rate for the same day and pair of a source is refused.';

COMMENT ON COLUMN ledger.fx_rates.rate IS 'What one unit of base costs in units of quote: whole units, not minor ones.';

COMMENT ON COLUMN ledger.fx_rates.loaded_at IS 'When it was loaded here.';

COMMENT ON COLUMN ledger.fx_rates.rate_date IS 'The day for which the source published it.';

COMMENT ON COLUMN ledger.fx_rates.source IS 'Who published it, in upper case: ECB, SBS. Rates of two sources are never combined.';

COMMENT ON COLUMN ledger.fx_rates.base IS 'The currency of which one unit is priced.';

COMMENT ON COLUMN ledger.fx_rates.quote IS 'The currency in which the price is told.';

COMMENT ON COLUMN ledger.fx_rates.loaded_by IS 'Who loaded it.';

CREATE TABLE ledger.integrity_audits (
    audit_no bigint NOT NULL,
    audited_at timestamp with time zone NOT NULL,
    findings bigint NOT NULL,
    duration_ms bigint NOT NULL,
    check_name text NOT NULL COLLATE pg_catalog."C",
    severity text NOT NULL COLLATE pg_catalog."C",
    sample jsonb,
    is_everything boolean DEFAULT true NOT NULL,
    CONSTRAINT integrity_audits_findings_not_negative_check CHECK ((findings >= 0))
);

COMMENT ON TABLE ledger.integrity_audits IS 'What each check found, each time that api.audit_integrity ran it.';

COMMENT ON COLUMN ledger.integrity_audits.audit_no IS 'Internal number.';

COMMENT ON COLUMN ledger.integrity_audits.audited_at IS 'When the check was begun.';

COMMENT ON COLUMN ledger.integrity_audits.findings IS 'How many it found; 0 on a sound book.';

COMMENT ON COLUMN ledger.integrity_audits.duration_ms IS 'How long it took.';

COMMENT ON COLUMN ledger.integrity_audits.check_name IS 'The check.';

COMMENT ON COLUMN ledger.integrity_audits.severity IS 'error or warning, as the check''s was then.';

COMMENT ON COLUMN ledger.integrity_audits.sample IS 'Up to five of them; null: none.';

COMMENT ON COLUMN ledger.integrity_audits.is_everything IS 'Whether it looked at the whole book; else at what came since the last audited seal.';

ALTER TABLE ledger.integrity_audits ALTER COLUMN audit_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.integrity_audits_audit_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.metrics (
    name text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    help text NOT NULL,
    CONSTRAINT metrics_counter_is_total_check CHECK (((type = 'counter'::text) = (name ~~ like_escape('%!_total'::text, '!'::text)))),
    CONSTRAINT metrics_name_format_check CHECK ((name ~ '^cuenta_[a-z]+(_[a-z]+)*$'::text)),
    CONSTRAINT metrics_type_known_check CHECK ((type = ANY (ARRAY['counter'::text, 'gauge'::text])))
);

COMMENT ON TABLE ledger.metrics IS 'What api.get_metrics tells about: rows of a file.';

COMMENT ON COLUMN ledger.metrics.name IS 'The metric, with its unit as the last word.';

COMMENT ON COLUMN ledger.metrics.type IS 'counter: it only grows, unless the database is made anew; gauge: it goes up and down.';

COMMENT ON COLUMN ledger.metrics.help IS 'What it says in one line, and where it is an estimate or is counted up to a bound only.';

CREATE VIEW ledger.payout_chain AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id,
    p.as_of,
    p.amount,
    p.reserve_entry_seq,
    p.run_id,
    b.payout_id AS previous_payout_id,
    b.as_of AS previous_as_of,
    b.reserve_entry_seq AS previous_reserve_seq
   FROM (ledger.audited_payouts p
     LEFT JOIN LATERAL ( SELECT x.payout_id,
            x.as_of,
            x.reserve_entry_seq
           FROM ledger.payouts x
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.currency = p.currency) AND (x.as_of < p.as_of))
          ORDER BY x.as_of DESC
         LIMIT 1) b ON (true));

COMMENT ON VIEW ledger.payout_chain IS 'The payouts that an audit looks at, each with the one before it of its account, also where that one is old. A payout pays the days from the one after the payout before it up to its own.';

COMMENT ON COLUMN ledger.payout_chain.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN ledger.payout_chain.currency IS 'The currency.';

COMMENT ON COLUMN ledger.payout_chain.payout_id IS 'The payout.';

COMMENT ON COLUMN ledger.payout_chain.as_of IS 'The last day that it pays.';

COMMENT ON COLUMN ledger.payout_chain.amount IS 'Minor units.';

COMMENT ON COLUMN ledger.payout_chain.reserve_entry_seq IS 'The entry that reserved it.';

COMMENT ON COLUMN ledger.payout_chain.run_id IS 'The run that made it.';

COMMENT ON COLUMN ledger.payout_chain.previous_payout_id IS 'The payout before it; null: it is the first.';

COMMENT ON COLUMN ledger.payout_chain.previous_as_of IS 'The last day that the one before it pays.';

COMMENT ON COLUMN ledger.payout_chain.previous_reserve_seq IS 'The entry that reserved the one before it.';

CREATE TABLE ledger.payout_failure_codes (
    code text NOT NULL COLLATE pg_catalog."C",
    is_permanent boolean NOT NULL,
    description text NOT NULL,
    what_to_do text NOT NULL,
    CONSTRAINT payout_failure_codes_code_format_check CHECK ((code ~ '^[A-Za-z0-9_.-]{1,64}$'::text))
);

COMMENT ON TABLE ledger.payout_failure_codes IS 'Why payouts fail, as processors and banks call it. A code that is not here is taken for a transient one.';

COMMENT ON COLUMN ledger.payout_failure_codes.code IS 'The code, compared without regard to case.';

COMMENT ON COLUMN ledger.payout_failure_codes.is_permanent IS 'Whether the next payout would fail, too: then the restaurant''s payouts in that currency are paused until somebody resumes them.';

COMMENT ON COLUMN ledger.payout_failure_codes.description IS 'What it means, in a sentence.';

COMMENT ON COLUMN ledger.payout_failure_codes.what_to_do IS 'What a person does then.';

CREATE TABLE ledger.payout_items (
    amount bigint NOT NULL,
    entry_count bigint NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    payout_id text NOT NULL COLLATE pg_catalog."C",
    item_type text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT payout_items_amount_not_zero_check CHECK ((amount <> 0))
);

COMMENT ON TABLE ledger.payout_items IS 'What a payout consists of, signed; the items of a payout add up to its amount.';

COMMENT ON COLUMN ledger.payout_items.amount IS 'Minor units, signed; never zero.';

COMMENT ON COLUMN ledger.payout_items.entry_count IS 'How many entries were summed.';

COMMENT ON COLUMN ledger.payout_items.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.payout_items.payout_id IS 'The payout.';

COMMENT ON COLUMN ledger.payout_items.item_type IS 'entry_types.payout_item of the entries summed, or carried_in / carried_out: the money that earlier payouts held back, and what this one holds back because it was spent since.';

CREATE TABLE ledger.pending_days (
    amount numeric(38,0) NOT NULL,
    available_on date NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    first_entry_seq bigint,
    last_entry_seq bigint
)
WITH (fillfactor='70');

COMMENT ON TABLE ledger.pending_days IS 'What becomes available to a restaurant on a day, of money that came with a delay: what is pending is the sum of the days to come. Written under the account''s lock.';

COMMENT ON COLUMN ledger.pending_days.amount IS 'The charges of the day less their fees, in minor units. Refunds, which do not wait, keep the balance in its range, but not this sum.';

COMMENT ON COLUMN ledger.pending_days.available_on IS 'The day, in the restaurant''s time zone.';

COMMENT ON COLUMN ledger.pending_days.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.pending_days.currency IS 'The currency.';

COMMENT ON COLUMN ledger.pending_days.first_entry_seq IS 'The first entry that was added: before it the day had nothing. Null: not known, an older row.';

COMMENT ON COLUMN ledger.pending_days.last_entry_seq IS 'The last entry that was added: since then the day has all of its amount. Null: not known.';

CREATE VIEW ledger.payout_rooms AS
 SELECT x.restaurant_id,
    x.currency,
    x.payout_id,
    x.amount,
    e.business_day AS today,
    b.balance_after AS balance,
    LEAST(((b.balance_after)::numeric - d.amount), ((x.amount - COALESCE(o.amount, (0)::bigint)))::numeric, (('9007199254740991'::bigint - b.reserved_after))::numeric) AS room
   FROM ((((ledger.audited_payouts x
     JOIN ledger.ledger_entries e ON (((x.restaurant_id = e.restaurant_id) AND (x.currency = e.currency) AND (x.reserve_entry_seq = e.entry_seq))))
     JOIN ledger.ledger_entries b ON (((x.restaurant_id = b.restaurant_id) AND (x.currency = b.currency) AND ((x.reserve_entry_seq - 1) = b.entry_seq))))
     LEFT JOIN ledger.payout_items o ON (((x.restaurant_id = o.restaurant_id) AND (x.payout_id = o.payout_id) AND (o.item_type = 'carried_out'::text))))
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(
                CASE
                    WHEN (g.last_entry_seq < x.reserve_entry_seq) THEN g.amount
                    ELSE ( SELECT sum(((t.balance_effect)::numeric * (l.amount)::numeric)) AS sum
                       FROM ((ledger.ledger_entries l
                         JOIN ledger.entry_types t ON ((l.entry_type = t.entry_type)))
                         LEFT JOIN ledger.processor_events v ON (((l.restaurant_id = v.restaurant_id) AND (l.event_no = v.event_no))))
                      WHERE ((l.restaurant_id = x.restaurant_id) AND (l.currency = x.currency) AND (l.settlement_day = g.available_on) AND (l.available_on = g.available_on) AND (l.entry_seq < x.reserve_entry_seq) AND t.may_be_pending AND ((l.available_on > l.business_day) OR (v.occurred_at > l.recorded_at))))
                END), (0)::numeric) AS amount,
            count(*) FILTER (WHERE (g.last_entry_seq IS NULL)) AS unknown
           FROM ledger.pending_days g
          WHERE ((g.restaurant_id = x.restaurant_id) AND (g.currency = x.currency) AND (g.available_on > e.business_day) AND (g.available_on < (e.business_day + 430)) AND (COALESCE(g.first_entry_seq, (0)::bigint) < x.reserve_entry_seq))) d)
  WHERE (d.unknown = 0);

COMMENT ON VIEW ledger.payout_rooms IS 'What the payouts that an audit looks at could have been: what was available when each was made, computed anew. Those with a day that does not know its entries are left out.';

COMMENT ON COLUMN ledger.payout_rooms.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN ledger.payout_rooms.currency IS 'The currency.';

COMMENT ON COLUMN ledger.payout_rooms.payout_id IS 'The payout.';

COMMENT ON COLUMN ledger.payout_rooms.amount IS 'What it pays.';

COMMENT ON COLUMN ledger.payout_rooms.today IS 'The business day on which it was made.';

COMMENT ON COLUMN ledger.payout_rooms.balance IS 'The balance before it was reserved.';

COMMENT ON COLUMN ledger.payout_rooms.room IS 'What could be paid of it.';

CREATE TABLE ledger.payout_skips (
    amount numeric(38,0) NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    run_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL COLLATE pg_catalog."C"
);

COMMENT ON TABLE ledger.payout_skips IS 'Restaurants that a payout run passed over, and why.';

COMMENT ON COLUMN ledger.payout_skips.amount IS 'What could have been paid, in minor units.';

COMMENT ON COLUMN ledger.payout_skips.restaurant_id IS 'Who was passed over.';

COMMENT ON COLUMN ledger.payout_skips.run_id IS 'The run.';

COMMENT ON COLUMN ledger.payout_skips.currency IS 'The currency in which it paid.';

COMMENT ON COLUMN ledger.payout_skips.reason IS 'Why; see reporting.payout_skips.';

CREATE TABLE ledger.payout_term_changes (
    change_no bigint NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    changed_by text NOT NULL,
    reason text,
    old_terms jsonb NOT NULL,
    new_terms jsonb NOT NULL
);

COMMENT ON TABLE ledger.payout_term_changes IS 'Every change of payout terms: when, by whom, why, from what to what.';

COMMENT ON COLUMN ledger.payout_term_changes.change_no IS 'Internal number.';

COMMENT ON COLUMN ledger.payout_term_changes.changed_at IS 'When it was changed.';

COMMENT ON COLUMN ledger.payout_term_changes.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.payout_term_changes.currency IS 'The currency.';

COMMENT ON COLUMN ledger.payout_term_changes.changed_by IS 'Who changed it: a person, or the processor whose report of a failure did.';

COMMENT ON COLUMN ledger.payout_term_changes.reason IS 'Why, if it was said.';

COMMENT ON COLUMN ledger.payout_term_changes.old_terms IS 'What was changed, as it was before.';

COMMENT ON COLUMN ledger.payout_term_changes.new_terms IS 'The same as it was after.';

ALTER TABLE ledger.payout_term_changes ALTER COLUMN change_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.payout_term_changes_change_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.platform_settings (
    is_singleton boolean DEFAULT true NOT NULL,
    unknown_restaurants text DEFAULT 'register'::text NOT NULL COLLATE pg_catalog."C",
    default_timezone text DEFAULT 'America/Lima'::text NOT NULL,
    takes_test_events boolean DEFAULT false NOT NULL,
    deferred_warning_hours integer DEFAULT 24 NOT NULL,
    payouts_waiting_hours integer DEFAULT 72 NOT NULL,
    payments_since timestamp with time zone DEFAULT now() NOT NULL,
    seal_hours integer DEFAULT 24 NOT NULL,
    payments_since_no bigint DEFAULT 0 NOT NULL,
    CONSTRAINT platform_settings_deferred_warning_hours_range_check CHECK (((deferred_warning_hours >= 0) AND (deferred_warning_hours <= 8760))),
    CONSTRAINT platform_settings_one_row_check CHECK (is_singleton),
    CONSTRAINT platform_settings_payouts_waiting_hours_range_check CHECK (((payouts_waiting_hours >= 1) AND (payouts_waiting_hours <= 8760))),
    CONSTRAINT platform_settings_seal_hours_range_check CHECK (((seal_hours >= 0) AND (seal_hours <= 8760))),
    CONSTRAINT platform_settings_unknown_restaurants_known_check CHECK ((unknown_restaurants = ANY (ARRAY['register'::text, 'hold_payouts'::text, 'refuse'::text])))
);

COMMENT ON TABLE ledger.platform_settings IS 'The platform''s own settings, one row; set_platform_settings changes it.';

COMMENT ON COLUMN ledger.platform_settings.is_singleton IS 'Always true: there is one row.';

COMMENT ON COLUMN ledger.platform_settings.unknown_restaurants IS 'What happens when an event names a restaurant that is not registered: register it; register it with its payouts paused (hold_payouts); refuse the event.';

COMMENT ON COLUMN ledger.platform_settings.default_timezone IS 'IANA name; the time zone of restaurants that are registered without one.';

COMMENT ON COLUMN ledger.platform_settings.takes_test_events IS 'Whether events of a test mode ("livemode": false) are taken; else they are refused.';

COMMENT ON COLUMN ledger.platform_settings.deferred_warning_hours IS 'After so many hours an event that still waits for another is a finding.';

COMMENT ON COLUMN ledger.platform_settings.payouts_waiting_hours IS 'Hours that a payout may be CREATED before somebody should ask where it is.';

COMMENT ON COLUMN ledger.platform_settings.payments_since IS 'Since when a charge keeps the payment that it names: those from before do not.';

COMMENT ON COLUMN ledger.platform_settings.seal_hours IS 'A worker audits and seals the book once in so many hours; 0: never.';

COMMENT ON COLUMN ledger.platform_settings.payments_since_no IS 'The last event of before that: what is checked of events depends on it, and on no clock.';

CREATE TABLE ledger.posting_rule_history (
    event_type text NOT NULL COLLATE pg_catalog."C",
    subject_state text NOT NULL COLLATE pg_catalog."C",
    amount_entry text COLLATE pg_catalog."C",
    fee_entry text COLLATE pg_catalog."C",
    is_delayed boolean NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone NOT NULL,
    last_event_no bigint
);

COMMENT ON TABLE ledger.posting_rule_history IS 'Rules that were replaced or removed, so that an old event can be read by the rules of its time.';

COMMENT ON COLUMN ledger.posting_rule_history.event_type IS 'As in ledger.posting_rules.';

COMMENT ON COLUMN ledger.posting_rule_history.subject_state IS 'As in ledger.posting_rules.';

COMMENT ON COLUMN ledger.posting_rule_history.amount_entry IS 'As in ledger.posting_rules.';

COMMENT ON COLUMN ledger.posting_rule_history.fee_entry IS 'As in ledger.posting_rules.';

COMMENT ON COLUMN ledger.posting_rule_history.is_delayed IS 'As in ledger.posting_rules.';

COMMENT ON COLUMN ledger.posting_rule_history.valid_from IS 'Since when the rule was so.';

COMMENT ON COLUMN ledger.posting_rule_history.valid_until IS 'Until when the rule was so.';

COMMENT ON COLUMN ledger.posting_rule_history.last_event_no IS 'The highest event_no that had been drawn when it was replaced: none up to it follows the next rule. Null: it was not kept then.';

CREATE TABLE ledger.posting_rules (
    event_type text NOT NULL COLLATE pg_catalog."C",
    subject_state text NOT NULL COLLATE pg_catalog."C",
    amount_entry text COLLATE pg_catalog."C",
    amount_balance_effect smallint,
    amount_reserved_effect smallint,
    amount_held_effect smallint,
    fee_entry text COLLATE pg_catalog."C",
    fee_balance_effect smallint,
    fee_reserved_effect smallint,
    fee_held_effect smallint,
    is_delayed boolean NOT NULL,
    valid_from timestamp with time zone DEFAULT now() NOT NULL,
    decided text DEFAULT 'always'::text NOT NULL COLLATE pg_catalog."C",
    may_be_pending boolean DEFAULT false NOT NULL,
    CONSTRAINT posting_rules_amount_effects_check CHECK ((num_nulls(amount_entry, amount_balance_effect, amount_reserved_effect, amount_held_effect) = ANY (ARRAY[0, 4]))),
    CONSTRAINT posting_rules_decided_known_check CHECK ((decided = ANY (ARRAY['never'::text, 'if_named'::text, 'always'::text]))),
    CONSTRAINT posting_rules_delay_may_be_pending_check CHECK ((may_be_pending OR (NOT is_delayed))),
    CONSTRAINT posting_rules_fee_after_amount_check CHECK (((fee_entry IS NULL) OR (amount_entry IS NOT NULL))),
    CONSTRAINT posting_rules_fee_effects_check CHECK ((num_nulls(fee_entry, fee_balance_effect, fee_reserved_effect, fee_held_effect) = ANY (ARRAY[0, 4]))),
    CONSTRAINT posting_rules_fee_of_balance_check CHECK (((fee_reserved_effect = 0) AND (fee_held_effect = 0))),
    CONSTRAINT posting_rules_new_posts_check CHECK (((subject_state <> 'NEW'::text) OR (amount_entry IS NOT NULL)))
);

COMMENT ON TABLE ledger.posting_rules IS 'What an event posts: one row per event type and state of its subject, so that the posting path reads a rule with one index look-up. No row for a pair: the event is refused.';

COMMENT ON COLUMN ledger.posting_rules.event_type IS 'The event''s type.';

COMMENT ON COLUMN ledger.posting_rules.subject_state IS 'The subject''s state before the event. NEW: nothing was told of it before, or the event is about none. OVERTAKEN: a later report has settled it.';

COMMENT ON COLUMN ledger.posting_rules.amount_entry IS 'The entry type posted with the event''s amount; null: the event is recorded without effect.';

COMMENT ON COLUMN ledger.posting_rules.amount_balance_effect IS 'The entry type''s effect on the balance; effects are filled in by a trigger and held equal by the foreign keys, here to spare a join.';

COMMENT ON COLUMN ledger.posting_rules.amount_reserved_effect IS 'The entry type''s effect on the reserved money.';

COMMENT ON COLUMN ledger.posting_rules.amount_held_effect IS 'The entry type''s effect on the held money.';

COMMENT ON COLUMN ledger.posting_rules.fee_entry IS 'The entry type posted with its fee, after the other; null: the event may have no fee.';

COMMENT ON COLUMN ledger.posting_rules.fee_balance_effect IS 'The fee''s entry type''s effect on the balance.';

COMMENT ON COLUMN ledger.posting_rules.fee_reserved_effect IS 'The fee''s entry type''s effect on the reserved money.';

COMMENT ON COLUMN ledger.posting_rules.fee_held_effect IS 'The fee''s entry type''s effect on the held money.';

COMMENT ON COLUMN ledger.posting_rules.is_delayed IS 'Whether the restaurant''s settlement delay applies: true for money in and the fee that goes with it.';

COMMENT ON COLUMN ledger.posting_rules.valid_from IS 'Since when the rule is as it is.';

COMMENT ON COLUMN ledger.posting_rules.decided IS 'Whether ledger.decide_event must look at the subject first: always; if_named: if the event names a payment, refund or dispute; never.';

COMMENT ON COLUMN ledger.posting_rules.may_be_pending IS 'The entry types'' may_be_pending, filled in by a trigger.';

ALTER TABLE ledger.processor_events ALTER COLUMN event_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.processor_events_event_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE ledger.rejection_reasons (
    code text NOT NULL COLLATE pg_catalog."C",
    field text COLLATE pg_catalog."C",
    message text NOT NULL
);

COMMENT ON TABLE ledger.rejection_reasons IS 'Why an event may post nothing: what is said with each code (%s: the field that is missing), and the field that is wrong.';

COMMENT ON COLUMN ledger.rejection_reasons.code IS 'The code, as answers bear it.';

COMMENT ON COLUMN ledger.rejection_reasons.field IS 'The field that is wrong, if it is always one.';

COMMENT ON COLUMN ledger.rejection_reasons.message IS 'What is said; %s stands for the field that details name.';

CREATE VIEW ledger.reference_rows AS
 SELECT ((table_name || ' '::text) || key) AS name,
    md5(concat_ws(' '::text, (((facts - 'valid_from'::text) - 'valid_until'::text))::text, EXTRACT(epoch FROM ((facts ->> 'valid_from'::text))::timestamp with time zone), EXTRACT(epoch FROM ((facts ->> 'valid_until'::text))::timestamp with time zone))) AS fingerprint
   FROM ( SELECT 'currencies'::text AS table_name,
            concat_ws(' '::text, x.currency) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.currencies x
        UNION ALL
         SELECT 'accounts'::text AS table_name,
            concat_ws(' '::text, x.account) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.accounts x
        UNION ALL
         SELECT 'entry_types'::text AS table_name,
            concat_ws(' '::text, x.entry_type) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.entry_types x
        UNION ALL
         SELECT 'event_types'::text AS table_name,
            concat_ws(' '::text, x.event_type) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.event_types x
        UNION ALL
         SELECT 'posting_rules'::text AS table_name,
            concat_ws(' '::text, x.event_type, x.subject_state) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.posting_rules x
        UNION ALL
         SELECT 'posting_rule_history'::text AS table_name,
            concat_ws(' '::text, x.event_type, x.subject_state, EXTRACT(epoch FROM x.valid_until)) AS key,
                CASE
                    WHEN (x.last_event_no IS NULL) THEN (to_jsonb(x.*) - 'last_event_no'::text)
                    ELSE to_jsonb(x.*)
                END AS facts
           FROM ledger.posting_rule_history x
        UNION ALL
         SELECT 'rejection_reasons'::text AS table_name,
            concat_ws(' '::text, x.code) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.rejection_reasons x
        UNION ALL
         SELECT 'payout_failure_codes'::text AS table_name,
            concat_ws(' '::text, x.code) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.payout_failure_codes x
        UNION ALL
         SELECT 'reports'::text AS table_name,
            concat_ws(' '::text, x.report) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.reports x
        UNION ALL
         SELECT 'metrics'::text AS table_name,
            concat_ws(' '::text, x.name) AS key,
            to_jsonb(x.*) AS facts
           FROM ledger.metrics x) r;

COMMENT ON VIEW ledger.reference_rows IS 'The rows that are rules (db/reference, and the history of posting rules) with fingerprints, to be compared with those that the last deploy recorded.';

COMMENT ON COLUMN ledger.reference_rows.name IS 'The table and the key.';

COMMENT ON COLUMN ledger.reference_rows.fingerprint IS 'Of all columns.';

CREATE VIEW ledger.rule_periods AS
 SELECT event_type,
    subject_state,
    amount_entry,
    fee_entry,
    is_delayed,
    COALESCE(after_event_no, (0)::bigint) AS after_event_no,
        CASE
            WHEN ((after_event_no IS NULL) AND (ended_at IS NOT NULL)) THEN (ended_at - '01:00:00'::interval)
            ELSE '-infinity'::timestamp with time zone
        END AS since,
    COALESCE(last_event_no, (0)::bigint) AS last_event_no,
    (valid_until + '01:00:00'::interval) AS until
   FROM ( SELECT x.event_type,
            x.subject_state,
            x.amount_entry,
            x.fee_entry,
            x.is_delayed,
            x.valid_until,
            x.last_event_no,
            lag(x.valid_until) OVER version AS ended_at,
            lag(x.last_event_no) OVER version AS after_event_no
           FROM ( SELECT n.event_type,
                    n.subject_state,
                    n.amount_entry,
                    n.fee_entry,
                    n.is_delayed,
                    'infinity'::timestamp with time zone AS valid_until,
                    NULL::bigint AS last_event_no
                   FROM ledger.posting_rules n
                UNION ALL
                 SELECT h.event_type,
                    h.subject_state,
                    h.amount_entry,
                    h.fee_entry,
                    h.is_delayed,
                    h.valid_until,
                    h.last_event_no
                   FROM ledger.posting_rule_history h) x
          WINDOW version AS (PARTITION BY x.event_type, x.subject_state ORDER BY x.valid_until)) y;

COMMENT ON VIEW ledger.rule_periods IS 'Which versions of a posting rule an event may be of: none before the version before it was replaced, which its number tells, whatever the clock has done since; of a replaced one, what had its number then, or was under way: a deploy takes a while, an hour at most.';

COMMENT ON COLUMN ledger.rule_periods.event_type IS 'The event type.';

COMMENT ON COLUMN ledger.rule_periods.subject_state IS 'The state of its subject before it, or NEW.';

COMMENT ON COLUMN ledger.rule_periods.amount_entry IS 'The entry with the amount; null: it posts nothing.';

COMMENT ON COLUMN ledger.rule_periods.fee_entry IS 'The entry with the fee; null: none.';

COMMENT ON COLUMN ledger.rule_periods.is_delayed IS 'Whether the settlement delay applies.';

COMMENT ON COLUMN ledger.rule_periods.after_event_no IS 'Its events have higher numbers; 0: it is the first, or that was not kept.';

COMMENT ON COLUMN ledger.rule_periods.since IS 'Where that was not kept: when the version before it ended, less an hour; else -infinity.';

COMMENT ON COLUMN ledger.rule_periods.last_event_no IS 'Events up to this one may be of it at any time; 0: it holds, or that was not kept.';

COMMENT ON COLUMN ledger.rule_periods.until IS 'Until when other events may be of it: an hour after it was replaced; infinity: it holds.';

CREATE TABLE ledger.setting_changes (
    change_no bigint NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    restaurant_id text NOT NULL COLLATE pg_catalog."C",
    changed_by text NOT NULL,
    old_settings jsonb NOT NULL,
    new_settings jsonb NOT NULL,
    entry_seqs jsonb
);

COMMENT ON TABLE ledger.setting_changes IS 'Every change of a restaurant''s settings, and of the platform''s own: when, by whom, from what to what. Written under the lock of what is changed, so that numbers and moments are in its order.';

COMMENT ON COLUMN ledger.setting_changes.change_no IS 'Internal number.';

COMMENT ON COLUMN ledger.setting_changes.changed_at IS 'When it was changed.';

COMMENT ON COLUMN ledger.setting_changes.restaurant_id IS 'The restaurant; empty: the platform''s own settings.';

COMMENT ON COLUMN ledger.setting_changes.changed_by IS 'Who changed it.';

COMMENT ON COLUMN ledger.setting_changes.old_settings IS 'What was changed, as it was before; empty: the restaurant was registered by this.';

COMMENT ON COLUMN ledger.setting_changes.new_settings IS 'The same as it was after.';

COMMENT ON COLUMN ledger.setting_changes.entry_seqs IS 'The last entry of each account of the restaurant that was posted under the settings of before, by currency; an account that is not named had none. Null: it was not kept then, or these are the platform''s own settings.';

ALTER TABLE ledger.setting_changes ALTER COLUMN change_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.setting_changes_change_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW ledger.setting_periods AS
 WITH change AS (
         SELECT c.restaurant_id,
            c.change_no,
            c.changed_at,
            c.entry_seqs
           FROM ledger.setting_changes c
          WHERE ((c.restaurant_id <> ''::text) AND (c.old_settings ?| ARRAY['timezone'::text, 'day_close_hour'::text, 'settlement_delay_days'::text]))
        ), known AS MATERIALIZED (
         SELECT ledger.known_timezones(ARRAY( SELECT x.timezone
                   FROM ledger.restaurants x
                UNION
                 SELECT (c.old_settings ->> 'timezone'::text)
                   FROM ledger.setting_changes c
                  WHERE (c.old_settings ? 'timezone'::text))) AS timezones
        )
 SELECT p.restaurant_id,
    b.currency,
    COALESCE(((p.since_seqs ->> b.currency))::bigint, (0)::bigint) AS after_seq,
        CASE
            WHEN (p.until_seqs IS NULL) THEN '9223372036854775807'::bigint
            ELSE COALESCE(((p.until_seqs ->> b.currency))::bigint, (0)::bigint)
        END AS last_seq,
        CASE
            WHEN (p.since_seqs IS NULL) THEN (p.since - '01:00:00'::interval)
            ELSE '-infinity'::timestamp with time zone
        END AS since,
        CASE
            WHEN (p.until_seqs IS NULL) THEN (p.until + '01:00:00'::interval)
            ELSE 'infinity'::timestamp with time zone
        END AS until,
    z.timezone,
    COALESCE(((o.settings ->> 'day_close_hour'::text))::smallint, r.day_close_hour) AS day_close_hour,
    COALESCE(((o.settings ->> 'settlement_delay_days'::text))::smallint, r.settlement_delay_days) AS settlement_delay_days,
    (z.timezone = ANY (k.timezones)) AS is_known
   FROM (((((( SELECT c.restaurant_id,
            c.change_no,
            lag(c.changed_at, 1, '-infinity'::timestamp with time zone) OVER steps AS since,
            lag(c.entry_seqs) OVER steps AS since_seqs,
            c.changed_at AS until,
            c.entry_seqs AS until_seqs
           FROM ( SELECT x.restaurant_id,
                    x.change_no,
                    x.changed_at,
                    x.entry_seqs
                   FROM change x
                UNION ALL
                 SELECT r_1.restaurant_id,
                    '9223372036854775807'::bigint AS change_no,
                    'infinity'::timestamp with time zone AS changed_at,
                    NULL::jsonb AS entry_seqs
                   FROM ledger.restaurants r_1) c
          WINDOW steps AS (PARTITION BY c.restaurant_id ORDER BY c.change_no)) p
     JOIN ledger.restaurants r ON ((p.restaurant_id = r.restaurant_id)))
     JOIN ledger.account_balances b ON ((p.restaurant_id = b.restaurant_id)))
     CROSS JOIN LATERAL ( SELECT jsonb_object_agg(n.name, c.old_value) AS settings
           FROM (unnest(ARRAY['timezone'::text, 'day_close_hour'::text, 'settlement_delay_days'::text]) n(name)
             CROSS JOIN LATERAL ( SELECT (x.old_settings -> n.name) AS old_value
                   FROM ledger.setting_changes x
                  WHERE ((x.restaurant_id = p.restaurant_id) AND (x.change_no >= p.change_no) AND (x.old_settings ? n.name))
                  ORDER BY x.change_no
                 LIMIT 1) c)) o)
     CROSS JOIN LATERAL ( SELECT COALESCE((o.settings ->> 'timezone'::text), r.timezone) AS timezone) z)
     CROSS JOIN known k);

COMMENT ON VIEW ledger.setting_periods IS 'Which settings held for which entries of an account, by what is known of their changes; for the checks that compute days anew.';

COMMENT ON COLUMN ledger.setting_periods.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN ledger.setting_periods.currency IS 'The currency.';

COMMENT ON COLUMN ledger.setting_periods.after_seq IS 'They held for entries after this one; 0: from the first, or that was not kept.';

COMMENT ON COLUMN ledger.setting_periods.last_seq IS 'Up to this one; the highest number there is: they hold, or that was not kept.';

COMMENT ON COLUMN ledger.setting_periods.since IS 'Where that was not kept: from when they may have held, an hour before they were set; else -infinity.';

COMMENT ON COLUMN ledger.setting_periods.until IS 'The same of when they were changed, an hour after it; else infinity.';

COMMENT ON COLUMN ledger.setting_periods.timezone IS 'IANA name of its time zone.';

COMMENT ON COLUMN ledger.setting_periods.day_close_hour IS 'Local hour at which its business day ended.';

COMMENT ON COLUMN ledger.setting_periods.settlement_delay_days IS 'Days until money in was available.';

COMMENT ON COLUMN ledger.setting_periods.is_known IS 'Whether this server knows the time zone.';

ALTER TABLE outbound.deliveries ALTER COLUMN delivery_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME outbound.deliveries_delivery_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE outbound.endpoint_secrets (
    secret_no bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    endpoint_id text NOT NULL COLLATE pg_catalog."C",
    secret text NOT NULL COLLATE pg_catalog."C"
);

COMMENT ON TABLE outbound.endpoint_secrets IS 'What messages are signed with: every secret that is valid when one is sent.';

COMMENT ON COLUMN outbound.endpoint_secrets.secret_no IS 'Internal number.';

COMMENT ON COLUMN outbound.endpoint_secrets.created_at IS 'When it was made.';

COMMENT ON COLUMN outbound.endpoint_secrets.valid_until IS 'Until then it signs beside its successor; null: it is the current one.';

COMMENT ON COLUMN outbound.endpoint_secrets.endpoint_id IS 'Whose it is.';

COMMENT ON COLUMN outbound.endpoint_secrets.secret IS 'whsec_ and 32 bytes in base64.';

ALTER TABLE outbound.endpoint_secrets ALTER COLUMN secret_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME outbound.endpoint_secrets_secret_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW reporting.fx_conversions WITH (security_barrier='true') AS
 SELECT source,
    currency,
    base_currency,
    rate_date,
    method,
    numerator,
    denominator,
        CASE
            WHEN (method = 'direct'::text) THEN numerator
            ELSE (numerator / denominator)
        END AS rate
   FROM ( SELECT r.source,
            r.base AS currency,
            r.quote AS base_currency,
            r.rate_date,
            'direct'::text AS method,
            r.rate AS numerator,
            (1)::numeric AS denominator
           FROM ledger.fx_rates r
        UNION ALL
         SELECT r.source,
            r.quote AS currency,
            r.base AS base_currency,
            r.rate_date,
            'inverse'::text AS method,
            (1)::numeric AS numerator,
            r.rate AS denominator
           FROM ledger.fx_rates r
        UNION ALL
         SELECT f.source,
            f.quote AS currency,
            t.quote AS base_currency,
            f.rate_date,
            ('cross over '::text || f.base) AS method,
            t.rate AS numerator,
            f.rate AS denominator
           FROM (ledger.fx_rates f
             JOIN ledger.fx_rates t ON (((f.source = t.source) AND (f.base = t.base) AND (f.rate_date = t.rate_date))))
          WHERE (f.quote <> t.quote)
        UNION ALL
         SELECT f.source,
            f.base AS currency,
            t.base AS base_currency,
            f.rate_date,
            ('cross over '::text || f.quote) AS method,
            f.rate AS numerator,
            t.rate AS denominator
           FROM (ledger.fx_rates f
             JOIN ledger.fx_rates t ON (((f.source = t.source) AND (f.quote = t.quote) AND (f.rate_date = t.rate_date))))
          WHERE (f.base <> t.base)) c;

COMMENT ON VIEW reporting.fx_conversions IS 'Every conversion that the rates of one source on one day give: a rate as published, one turned round, or two that share a currency. Give source, both currencies and days: all of it is much.';

COMMENT ON COLUMN reporting.fx_conversions.source IS 'Who published the rates. Those of two sources are never combined.';

COMMENT ON COLUMN reporting.fx_conversions.currency IS 'The currency to convert from.';

COMMENT ON COLUMN reporting.fx_conversions.base_currency IS 'The currency to convert to.';

COMMENT ON COLUMN reporting.fx_conversions.rate_date IS 'The day for which the source published the rate; both of a cross are of this day.';

COMMENT ON COLUMN reporting.fx_conversions.method IS 'direct: as published; inverse: the source prices the other way round; cross over EUR: by two rates against the euro.';

COMMENT ON COLUMN reporting.fx_conversions.numerator IS 'The rate is numerator / denominator, which are published figures or 1.';

COMMENT ON COLUMN reporting.fx_conversions.denominator IS 'See numerator.';

COMMENT ON COLUMN reporting.fx_conversions.rate IS 'What one unit of currency is in units of base_currency. Only a direct one is exact here; figures are converted by numerator and denominator.';

CREATE VIEW reporting.fx_currencies WITH (security_barrier='true') AS
 WITH RECURSIVE bases AS (
        ( SELECT r.source,
            r.base AS currency
           FROM ledger.fx_rates r
          ORDER BY r.source, r.base
         LIMIT 1)
        UNION ALL
         SELECT n.source,
            n.currency
           FROM (bases b
             CROSS JOIN LATERAL ( SELECT r.source,
                    r.base AS currency
                   FROM ledger.fx_rates r
                  WHERE (ROW(r.source, r.base) > ROW(b.source, b.currency))
                  ORDER BY r.source, r.base
                 LIMIT 1) n)
        ), quotes AS (
        ( SELECT r.source,
            r.quote AS currency
           FROM ledger.fx_rates r
          ORDER BY r.source, r.quote
         LIMIT 1)
        UNION ALL
         SELECT n.source,
            n.currency
           FROM (quotes q
             CROSS JOIN LATERAL ( SELECT r.source,
                    r.quote AS currency
                   FROM ledger.fx_rates r
                  WHERE (ROW(r.source, r.quote) > ROW(q.source, q.currency))
                  ORDER BY r.source, r.quote
                 LIMIT 1) n)
        ), currencies AS (
         SELECT b.source,
            b.currency
           FROM bases b
        UNION
         SELECT q.source,
            q.currency
           FROM quotes q
        )
 SELECT source,
    currency,
    GREATEST(( SELECT max(r.rate_date) AS max
           FROM ledger.fx_rates r
          WHERE ((r.source = c.source) AND (r.base = c.currency))), ( SELECT max(r.rate_date) AS max
           FROM ledger.fx_rates r
          WHERE ((r.source = c.source) AND (r.quote = c.currency)))) AS last_rate_date
   FROM currencies c;

COMMENT ON VIEW reporting.fx_currencies IS 'The currencies that each source of exchange rates has published rates of.';

COMMENT ON COLUMN reporting.fx_currencies.source IS 'Who published them.';

COMMENT ON COLUMN reporting.fx_currencies.currency IS 'The currency.';

COMMENT ON COLUMN reporting.fx_currencies.last_rate_date IS 'The day of the last rate that has this currency in it.';

CREATE VIEW reporting.restaurant_balances WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    ((b.balance)::numeric - p.pending) AS available,
    p.pending,
    b.reserved,
    b.held,
    (((b.balance)::numeric + (b.reserved)::numeric) + (b.held)::numeric) AS total,
    b.last_event_at,
    d.business_day
   FROM (((ledger.account_balances b
     JOIN ledger.restaurants r ON ((b.restaurant_id = r.restaurant_id)))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (cardinality(ledger.known_timezones(ARRAY[r.timezone])) = 1) THEN (((now() AT TIME ZONE r.timezone) - make_interval(hours => (r.day_close_hour)::integer)))::date
                    ELSE NULL::date
                END AS business_day) d)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (d.business_day IS NOT NULL) THEN COALESCE(sum(q.amount), (0)::numeric)
                    ELSE NULL::numeric
                END AS pending
           FROM ledger.pending_days q
          WHERE ((q.restaurant_id = b.restaurant_id) AND (q.currency = b.currency) AND (q.available_on > d.business_day))) p);

COMMENT ON VIEW reporting.restaurant_balances IS 'What each restaurant owns in each currency, now: the figures of api.get_balance, in minor units. Where the server does not know a restaurant''s time zone, what depends on its day is null.';

COMMENT ON COLUMN reporting.restaurant_balances.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.restaurant_balances.currency IS 'The currency.';

COMMENT ON COLUMN reporting.restaurant_balances.available IS 'Can be paid out; negative: a debt, which later sales make good.';

COMMENT ON COLUMN reporting.restaurant_balances.pending IS 'Taken, but not available before a later day.';

COMMENT ON COLUMN reporting.restaurant_balances.reserved IS 'In payouts under way.';

COMMENT ON COLUMN reporting.restaurant_balances.held IS 'Held back for disputes.';

COMMENT ON COLUMN reporting.restaurant_balances.total IS 'available + pending + reserved + held.';

COMMENT ON COLUMN reporting.restaurant_balances.last_event_at IS 'The latest occurred_at of an event that was posted.';

COMMENT ON COLUMN reporting.restaurant_balances.business_day IS 'The restaurant''s business day at this moment: what is available by then counts.';

CREATE VIEW reporting.balances_in_base WITH (security_barrier='true') AS
 SELECT k.source,
    k.currency AS base_currency,
    b.restaurant_id,
    b.currency,
    b.available,
    b.pending,
    b.reserved,
    b.held,
    b.total,
    b.business_day,
        CASE
            WHEN (b.currency = k.currency) THEN (1)::numeric
            ELSE q.rate
        END AS rate,
    q.rate_date,
        CASE
            WHEN (b.currency = k.currency) THEN 'identity'::text
            ELSE q.method
        END AS method,
        CASE
            WHEN ((b.currency = k.currency) OR (q.rate IS NOT NULL)) THEN NULL::text
            WHEN (o.currency IS NULL) THEN 'currency_not_in_source'::text
            ELSE 'no_rate_in_7_days'::text
        END AS no_rate_reason,
    ledger.convert_amount(b.available, n.numerator, n.denominator) AS available_in_base,
    ledger.convert_amount(b.pending, n.numerator, n.denominator) AS pending_in_base,
    ledger.convert_amount((b.reserved)::numeric, n.numerator, n.denominator) AS reserved_in_base,
    ledger.convert_amount((b.held)::numeric, n.numerator, n.denominator) AS held_in_base,
    ledger.convert_amount(b.total, n.numerator, n.denominator) AS total_in_base
   FROM ((((((reporting.fx_currencies k
     JOIN ledger.currencies t ON ((k.currency = t.currency)))
     CROSS JOIN reporting.restaurant_balances b)
     JOIN ledger.currencies f ON ((b.currency = f.currency)))
     LEFT JOIN reporting.fx_currencies o ON (((k.source = o.source) AND (b.currency = o.currency))))
     LEFT JOIN ( SELECT y.source,
            y.currency,
            z.currency AS base_currency,
            d.day,
            c.rate,
            c.rate_date,
            c.method,
            c.numerator,
            c.denominator
           FROM (((reporting.fx_currencies y
             JOIN reporting.fx_currencies z ON (((y.source = z.source) AND (y.currency <> z.currency))))
             CROSS JOIN LATERAL ( SELECT (((now() AT TIME ZONE 'UTC'::text))::date + n_1.number) AS day
                   FROM generate_series('-1'::integer, 1) n_1(number)
                  ORDER BY n_1.number
                 LIMIT 3) d)
             CROSS JOIN LATERAL ( SELECT v.rate,
                    v.rate_date,
                    v.method,
                    v.numerator,
                    v.denominator
                   FROM reporting.fx_conversions v
                  WHERE ((v.source = y.source) AND (v.currency = y.currency) AND (v.base_currency = z.currency) AND ((v.rate_date >= (d.day - 7)) AND (v.rate_date <= d.day)))
                  ORDER BY v.rate_date DESC, (v.method ~~ 'cross %'::text), v.method
                 LIMIT 1) c)) q ON (((k.source = q.source) AND (k.currency = q.base_currency) AND (b.currency = q.currency) AND (COALESCE(b.business_day, ((now() AT TIME ZONE 'UTC'::text))::date) = q.day))))
     CROSS JOIN LATERAL ( SELECT (
                CASE
                    WHEN (b.currency = k.currency) THEN (1)::numeric
                    ELSE q.numerator
                END * power((10)::numeric, (t.exponent)::numeric)) AS numerator,
            (
                CASE
                    WHEN (b.currency = k.currency) THEN (1)::numeric
                    ELSE q.denominator
                END * power((10)::numeric, (f.exponent)::numeric)) AS denominator) n);

COMMENT ON VIEW reporting.balances_in_base IS 'What each restaurant owns now, shown in a base currency by the last published rate: for reports only, nothing is owed or paid in it. One row for each source and base currency: give both.';

COMMENT ON COLUMN reporting.balances_in_base.source IS 'Who published the rates: those of one source only, never combined with another''s.';

COMMENT ON COLUMN reporting.balances_in_base.base_currency IS 'The currency in which the figures are shown: each that the source has rates of.';

COMMENT ON COLUMN reporting.balances_in_base.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.balances_in_base.currency IS 'The currency that it owns.';

COMMENT ON COLUMN reporting.balances_in_base.available IS 'As in reporting.restaurant_balances, in minor units of currency.';

COMMENT ON COLUMN reporting.balances_in_base.pending IS 'As there.';

COMMENT ON COLUMN reporting.balances_in_base.reserved IS 'As there.';

COMMENT ON COLUMN reporting.balances_in_base.held IS 'As there.';

COMMENT ON COLUMN reporting.balances_in_base.total IS 'As there.';

COMMENT ON COLUMN reporting.balances_in_base.business_day IS 'The restaurant''s business day at this moment: rates of it and the 7 days before count. Null: the server does not know its time zone, and the day in UTC is taken.';

COMMENT ON COLUMN reporting.balances_in_base.rate IS 'What one unit of currency is in units of base_currency; 1 if they are the same, by identity; null: there is none, see no_rate_reason.';

COMMENT ON COLUMN reporting.balances_in_base.rate_date IS 'The day for which the source published it: the last one, at most 7 days before the figure''s own day; null where no rate is used.';

COMMENT ON COLUMN reporting.balances_in_base.method IS 'identity: both currencies are the same; else as in reporting.fx_conversions: direct, inverse, cross over a third.';

COMMENT ON COLUMN reporting.balances_in_base.no_rate_reason IS 'Why there is no rate: currency_not_in_source, or no_rate_in_7_days (see the currency''s last_rate_date in reporting.fx_currencies); null: there is one.';

COMMENT ON COLUMN reporting.balances_in_base.available_in_base IS 'available in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.balances_in_base.pending_in_base IS 'pending in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.balances_in_base.reserved_in_base IS 'reserved in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.balances_in_base.held_in_base IS 'held in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.balances_in_base.total_in_base IS 'total in minor units of base_currency, rounded half away from zero as the last step, so it may differ by a unit from what the others come to; null: there is no rate.';

CREATE VIEW reporting.check_acceptance_differs WITH (security_barrier='true') AS
 SELECT a.restaurant_id,
    e.currency,
    COALESCE(e.event_id, format('event %s'::text, a.event_no)) AS reference,
    format('%s accepted it at %s against %s; it was received at %s and posted at %s'::text, a.actor, a.accepted_at, a.code, e.received_at, l.recorded_at) AS finding
   FROM ((((ledger.event_acceptances a
     LEFT JOIN ledger.processor_events e ON (((a.restaurant_id = e.restaurant_id) AND (a.event_no = e.event_no))))
     LEFT JOIN ledger.event_types t ON ((e.event_type = t.event_type)))
     LEFT JOIN ledger.ledger_entries l ON (((e.restaurant_id = l.restaurant_id) AND (e.currency = l.currency) AND (e.first_entry_seq = l.entry_seq))))
     LEFT JOIN ledger.ledger_entries b ON (((l.restaurant_id = b.restaurant_id) AND (l.currency = b.currency) AND ((l.entry_seq - 1) = b.entry_seq))))
  WHERE ((e.event_no IS NULL) OR (a.code <> ALL (ARRAY['AMOUNT_EXCEEDS_PAYMENT'::text, 'RESTAURANT_CLOSED'::text])) OR ((a.code = 'RESTAURANT_CLOSED'::text) AND (NOT t.is_new_business)) OR ((a.code = 'AMOUNT_EXCEEDS_PAYMENT'::text) AND t.is_new_business) OR (l.recorded_at <> GREATEST(a.accepted_at, b.recorded_at)) OR (NOT (EXISTS ( SELECT 1
           FROM ledger.event_rejections r
          WHERE ((r.event_id = e.event_id) AND (r.provider = e.provider) AND (r.code = a.code) AND (r.received_at = e.received_at))))));

COMMENT ON VIEW reporting.check_acceptance_differs IS 'error: An event was accepted that was not refused so, or not then. Reason: A person accepts what a rule refused: the event was received when it was refused, is of the kind that such a rule is for, and is posted when it is accepted, though not before the entry before it. By the clock of the refusal that may be earlier: clocks are set back. Remedy: Ask the person who accepted it, and compare with a backup.';

COMMENT ON COLUMN reporting.check_acceptance_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_acceptance_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_acceptance_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_acceptance_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_acceptance_without_refusal WITH (security_barrier='true') AS
 SELECT a.restaurant_id,
    e.currency,
    COALESCE(e.event_id, format('event %s'::text, a.event_no)) AS reference,
    format('%s accepted it against %s'::text, a.actor, a.code) AS finding
   FROM (ledger.event_acceptances a
     LEFT JOIN ledger.processor_events e ON (((a.restaurant_id = e.restaurant_id) AND (a.event_no = e.event_no))))
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.event_rejections r
          WHERE ((r.event_id = e.event_id) AND (r.provider = e.provider) AND (r.code = a.code)))));

COMMENT ON VIEW reporting.check_acceptance_without_refusal IS 'warning: An event was accepted against a rule that never refused it. Reason: A person has an event posted that a rule refused, and the refusal is kept as the evidence. Remedy: Ask the person who accepted it, and find what wrote the acceptance around the functions.';

COMMENT ON COLUMN reporting.check_acceptance_without_refusal.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_acceptance_without_refusal.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_acceptance_without_refusal.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_acceptance_without_refusal.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_account_differs_from_last_entry WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    'account'::text AS reference,
    format('knows entry %s of %s and an event of %s; the book has %s, %s, %s'::text, b.last_entry_seq, b.last_entry_at, b.last_event_at, COALESCE(e.last_entry_seq, (0)::bigint), e.last_entry_at, v.last_event_at) AS finding
   FROM (((ledger.account_balances b
     LEFT JOIN LATERAL ( SELECT x.entry_seq AS last_entry_seq,
            x.recorded_at AS last_entry_at
           FROM ledger.ledger_entries x
          WHERE ((x.restaurant_id = b.restaurant_id) AND (x.currency = b.currency))
          ORDER BY x.entry_seq DESC
         LIMIT 1) e ON (true))
     LEFT JOIN ( SELECT x.restaurant_id,
            x.currency,
            max(x.occurred_at) AS last_event_at
           FROM ledger.audited_events x
          WHERE (x.entry_count > 0)
          GROUP BY x.restaurant_id, x.currency) v ON (((b.restaurant_id = v.restaurant_id) AND (b.currency = v.currency))))
     LEFT JOIN ledger.audited_accounts a ON (((b.restaurant_id = a.restaurant_id) AND (b.currency = a.currency))))
  WHERE ((b.last_entry_seq <> COALESCE(e.last_entry_seq, (0)::bigint)) OR (b.last_entry_at IS DISTINCT FROM e.last_entry_at) OR ((b.last_event_at IS DISTINCT FROM v.last_event_at) AND (a.after_event_no = 0)) OR (COALESCE(b.last_event_at, '-infinity'::timestamp with time zone) < v.last_event_at) OR (b.last_event_at > (b.last_entry_at + '31 days'::interval)));

COMMENT ON VIEW reporting.check_account_differs_from_last_entry IS 'error: The last entry or event that an account knows is not that of the book. Reason: The number of its last entry is where the next posting goes on, the time of it what the next entry is not recorded before, and the time of its last event is shown with the balance. Remedy: Pause payouts of the restaurant. Somebody changed the account by hand; the entries and events are the truth.';

COMMENT ON COLUMN reporting.check_account_differs_from_last_entry.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_account_differs_from_last_entry.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_account_differs_from_last_entry.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_account_differs_from_last_entry.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_account_differs_from_restaurant WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    'account'::text AS reference,
    format('has %s, %s, %s, closed: %s; the restaurant has %s, %s, %s, closed: %s'::text, b.timezone, b.day_close_hour, b.settlement_delay_days, b.is_closed, r.timezone, r.day_close_hour, r.settlement_delay_days, (r.closed_at IS NOT NULL)) AS finding
   FROM (ledger.account_balances b
     LEFT JOIN ledger.restaurants r ON ((b.restaurant_id = r.restaurant_id)))
  WHERE ((((b.timezone IS DISTINCT FROM r.timezone) OR (b.day_close_hour IS DISTINCT FROM r.day_close_hour)) OR (b.settlement_delay_days IS DISTINCT FROM r.settlement_delay_days)) OR (b.is_closed IS DISTINCT FROM (r.closed_at IS NOT NULL)));

COMMENT ON VIEW reporting.check_account_differs_from_restaurant IS 'error: An account has other settings than its restaurant. Reason: The settings that posting needs are copied into the restaurant''s accounts by the functions that set them. Remedy: Set the restaurant''s settings again (set_restaurant).';

COMMENT ON COLUMN reporting.check_account_differs_from_restaurant.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_account_differs_from_restaurant.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_account_differs_from_restaurant.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_account_differs_from_restaurant.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_account_missing WITH (security_barrier='true') AS
 WITH accounts AS (
         SELECT k.restaurant_id,
            k.currency,
            lead(k.restaurant_id) OVER (ORDER BY k.restaurant_id, k.currency) AS next_restaurant_id,
            lead(k.currency) OVER (ORDER BY k.restaurant_id, k.currency) AS next_currency
           FROM ( SELECT b.restaurant_id,
                    b.currency
                   FROM ledger.account_balances b
                UNION ALL
                 SELECT (''::text COLLATE "C") AS restaurant_id,
                    (''::text COLLATE "C") AS currency) k
        )
 SELECT n.restaurant_id,
    n.currency,
    n.reference,
    format('it has %s, and there is no such account'::text, n.reference) AS finding
   FROM (accounts k
     CROSS JOIN LATERAL (( SELECT x.restaurant_id,
            x.currency,
            format('entry %s'::text, x.entry_seq) AS reference
           FROM ledger.ledger_entries x
          WHERE (ROW(x.restaurant_id, x.currency) > ROW(k.restaurant_id, k.currency))
          ORDER BY x.restaurant_id, x.currency, x.entry_seq
         LIMIT 1)
        UNION ALL
        ( SELECT x.restaurant_id,
            x.currency,
            format('payout %s'::text, x.payout_id) AS reference
           FROM ledger.payouts x
          WHERE (ROW(x.restaurant_id, x.currency) > ROW(k.restaurant_id, k.currency))
          ORDER BY x.restaurant_id, x.currency, x.as_of
         LIMIT 1)
        UNION ALL
        ( SELECT x.restaurant_id,
            x.currency,
            format('pending day %s'::text, x.available_on) AS reference
           FROM ledger.pending_days x
          WHERE (ROW(x.restaurant_id, x.currency) > ROW(k.restaurant_id, k.currency))
          ORDER BY x.restaurant_id, x.currency, x.available_on
         LIMIT 1)) n)
  WHERE ((k.next_restaurant_id IS NULL) OR (ROW(n.restaurant_id, n.currency) < ROW(k.next_restaurant_id, k.next_currency)))
UNION ALL
 SELECT n.restaurant_id,
    n.currency,
    n.event_id AS reference,
    format('it has event %s, and there is no such account'::text, n.event_id) AS finding
   FROM (accounts k
     CROSS JOIN LATERAL ( SELECT x.restaurant_id,
            x.currency,
            x.event_id
           FROM ledger.processor_events x
          WHERE (x.restaurant_id > k.restaurant_id)
          ORDER BY x.restaurant_id, x.event_no
         LIMIT 1) n)
  WHERE ((k.restaurant_id IS DISTINCT FROM k.next_restaurant_id) AND ((k.next_restaurant_id IS NULL) OR (n.restaurant_id < k.next_restaurant_id)))
UNION ALL
 SELECT n.restaurant_id,
    n.currency,
    n.event_id AS reference,
    format('it has event %s, and there is no such account'::text, n.event_id) AS finding
   FROM (( SELECT a_1.restaurant_id,
            min(a_1.after_event_no) AS after_event_no
           FROM ledger.audited_accounts a_1
          GROUP BY a_1.restaurant_id) a
     CROSS JOIN LATERAL ( SELECT x.event_no,
            x.amount,
            x.fee,
            x.first_entry_seq,
            x.occurred_at,
            x.received_at,
            x.entry_count,
            x.restaurant_id,
            x.currency,
            x.provider,
            x.event_id,
            x.event_type,
            x.subject_state,
            x.payout_id,
            x.payload,
            x.subject_id
           FROM ledger.processor_events x
          WHERE ((x.restaurant_id = a.restaurant_id) AND (x.event_no > a.after_event_no) AND (x.event_no <= '9223372036854775807'::bigint))
         OFFSET 0) n)
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.account_balances b
          WHERE ((b.restaurant_id = n.restaurant_id) AND (b.currency = n.currency)))));

COMMENT ON VIEW reporting.check_account_missing IS 'error: Something belongs to an account that is not there. Reason: Entries, events, payouts and pending days are of an account, and what is of none is in no balance and in no other check. Remedy: Compare with a backup. Somebody removed the account, or wrote the row around the functions.';

COMMENT ON COLUMN reporting.check_account_missing.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_account_missing.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_account_missing.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_account_missing.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_account_out_of_range WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    'balance'::text AS reference,
    format('balance %s, reserved %s, held %s'::text, balance, reserved, held) AS finding
   FROM ledger.account_balances b
  WHERE (((balance < '-9007199254740991'::bigint) OR (balance > '9007199254740991'::bigint)) OR (reserved > '9007199254740991'::bigint) OR (held > '9007199254740991'::bigint));

COMMENT ON VIEW reporting.check_account_out_of_range IS 'error: A balance is past what can be written exactly. Reason: Every JSON reader holds integers up to 2^53 - 1, and what would go past it is refused. Remedy: Pause payouts of the restaurant, and find what moved the account around the functions.';

COMMENT ON COLUMN reporting.check_account_out_of_range.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_account_out_of_range.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_account_out_of_range.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_account_out_of_range.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_amount_out_of_range WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s'::text, e.entry_type, e.amount) AS finding
   FROM ledger.audited_entries e
  WHERE ((e.amount < 1) OR (e.amount > '9007199254740991'::bigint))
UNION ALL
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('%s of %s with fee %s'::text, v.event_type, v.amount, v.fee) AS finding
   FROM ledger.audited_events v
  WHERE (((v.amount < 1) OR (v.amount > '9007199254740991'::bigint)) OR ((v.fee < 0) OR (v.fee > '9007199254740991'::bigint)));

COMMENT ON VIEW reporting.check_amount_out_of_range IS 'error: An entry or an event has an amount that cannot be. Reason: Amounts are positive and at most 2^53 - 1, fees are not negative. The one validator holds that, no constraint. Remedy: Find what wrote the row around the functions. An entry''s event keeps the document as received.';

COMMENT ON COLUMN reporting.check_amount_out_of_range.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_amount_out_of_range.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_amount_out_of_range.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_amount_out_of_range.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_available_day_differs WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s is available on %s'::text, e.entry_type, e.business_day, e.available_on) AS finding
   FROM (ledger.audited_postings e
     CROSS JOIN ledger.platform_settings p)
  WHERE ((e.event_type <> 'event_reversed'::text) AND (NOT (EXISTS ( SELECT 1
           FROM (ledger.rule_periods r
             CROSS JOIN ledger.setting_periods s)
          WHERE ((r.event_type = e.event_type) AND (r.subject_state = e.subject_state) AND (r.after_event_no < e.event_no) AND (r.since <= e.recorded_at) AND ((r.last_event_no >= e.event_no) OR (r.until > e.recorded_at)) AND (s.restaurant_id = e.restaurant_id) AND (s.currency = e.currency) AND (s.after_seq < e.entry_seq) AND (s.last_seq >= e.entry_seq) AND (s.since <= e.recorded_at) AND (s.until > e.recorded_at) AND ((e.available_on =
                CASE
                    WHEN (NOT r.is_delayed) THEN e.business_day
                    WHEN (e.told_available_on IS NULL) THEN (e.business_day + (s.settlement_delay_days)::integer)
                    ELSE GREATEST(e.business_day, (e.told_available_on)::date)
                END) OR ((e.event_no <= p.payments_since_no) AND (e.available_on = (e.business_day + (s.settlement_delay_days)::integer)))))))))
UNION ALL
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s is available on %s, and %s'::text, e.entry_type, e.available_on, COALESCE(('the payout is as of '::text || p.as_of), ('what it takes back on '::text || o.available_on))) AS finding
   FROM ((((ledger.audited_postings e
     LEFT JOIN LATERAL ( SELECT y.amount,
            y.reserve_entry_seq,
            y.created_at,
            y.paid_at,
            y.failed_at,
            y.canceled_at,
            y.as_of,
            y.restaurant_id,
            y.currency,
            y.status,
            y.payout_id,
            y.run_id,
            y.failure_reason,
            y.submitted_at,
            y.confirmed_at,
            y.external_id,
            y.failure_code,
            y.submitted_by,
            y.confirmed_by
           FROM ledger.payouts y
          WHERE ((y.restaurant_id = e.restaurant_id) AND (y.payout_id = e.payout_id) AND (e.event_no IS NULL))
         OFFSET 0) p ON (true))
     LEFT JOIN LATERAL ( SELECT y.event_no,
            y.about_event_no,
            y.payment_event_no,
            y.restaurant_id,
            y.is_reversal
           FROM ledger.event_links y
          WHERE ((y.restaurant_id = e.restaurant_id) AND (y.event_no = e.event_no) AND (e.event_type = 'event_reversed'::text))
         OFFSET 0) k ON (true))
     LEFT JOIN ledger.processor_events a ON (((k.restaurant_id = a.restaurant_id) AND (k.about_event_no = a.event_no))))
     LEFT JOIN ledger.ledger_entries o ON (((a.restaurant_id = o.restaurant_id) AND (a.currency = o.currency) AND (a.first_entry_seq = o.entry_seq))))
  WHERE (COALESCE(p.as_of, o.available_on) <> e.available_on);

COMMENT ON VIEW reporting.check_available_day_differs IS 'error: An entry is available on another day than it should be. Reason: Money in and its fee are available after the restaurant''s settlement delay of their time (setting_changes), or on the day that the event brings; a reversal when what it takes back is; everything else on its business day, a payout on its as_of. Remedy: Pause payouts of the restaurant, and compare the entry with a backup.';

COMMENT ON COLUMN reporting.check_available_day_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_available_day_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_available_day_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_available_day_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_balance_unequal_to_entries WITH (security_barrier='true') AS
 SELECT COALESCE(b.restaurant_id, e.restaurant_id) AS restaurant_id,
    COALESCE(b.currency, e.currency) AS currency,
    'balance'::text AS reference,
    format('stored balance %s, reserved %s, held %s; the entries give %s, %s, %s'::text, COALESCE((b.balance)::text, 'missing'::text), COALESCE((b.reserved)::text, 'missing'::text), COALESCE((b.held)::text, 'missing'::text), ((COALESCE(b.balance_before, (0)::bigint))::numeric + COALESCE(e.balance, (0)::numeric)), ((COALESCE(b.reserved_before, (0)::bigint))::numeric + COALESCE(e.reserved, (0)::numeric)), ((COALESCE(b.held_before, (0)::bigint))::numeric + COALESCE(e.held, (0)::numeric))) AS finding
   FROM (( SELECT a.restaurant_id,
            a.currency,
            a.balance_before,
            a.reserved_before,
            a.held_before,
            x.balance,
            x.reserved,
            x.held
           FROM (ledger.audited_accounts a
             JOIN ledger.account_balances x ON (((a.restaurant_id = x.restaurant_id) AND (a.currency = x.currency))))) b
     FULL JOIN ( SELECT x.restaurant_id,
            x.currency,
            sum(((x.amount)::numeric * (t.balance_effect)::numeric)) AS balance,
            sum(((x.amount)::numeric * (t.reserved_effect)::numeric)) AS reserved,
            sum(((x.amount)::numeric * (t.held_effect)::numeric)) AS held
           FROM (ledger.audited_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          GROUP BY x.restaurant_id, x.currency) e ON (((b.restaurant_id = e.restaurant_id) AND (b.currency = e.currency))))
  WHERE (((b.balance)::numeric IS DISTINCT FROM ((COALESCE(b.balance_before, (0)::bigint))::numeric + COALESCE(e.balance, (0)::numeric))) OR ((b.reserved)::numeric IS DISTINCT FROM ((COALESCE(b.reserved_before, (0)::bigint))::numeric + COALESCE(e.reserved, (0)::numeric))) OR ((b.held)::numeric IS DISTINCT FROM ((COALESCE(b.held_before, (0)::bigint))::numeric + COALESCE(e.held, (0)::numeric))));

COMMENT ON VIEW reporting.check_balance_unequal_to_entries IS 'error: A stored balance is not the sum of its entries. Reason: Balance rows are moved by the insertion of entries and by nothing else, so that reading them is as good as summing up. Remedy: Pause payouts of the restaurant. running_balance_broken and entry_seq_gap tell whether an entry or the balance row was changed; the entries are the truth.';

COMMENT ON COLUMN reporting.check_balance_unequal_to_entries.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_balance_unequal_to_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_balance_unequal_to_entries.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_balance_unequal_to_entries.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_business_day_differs WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    format('entry %s'::text, entry_seq) AS reference,
    format('is booked to %s and happened at %s'::text, business_day, happened_at) AS finding
   FROM ledger.audited_moments e
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.setting_periods s
          WHERE ((s.restaurant_id = e.restaurant_id) AND (s.currency = e.currency) AND (s.after_seq < e.entry_seq) AND (s.last_seq >= e.entry_seq) AND (s.since <= e.recorded_at) AND (s.until > e.recorded_at) AND ((NOT s.is_known) OR ((e.business_day >= ledger.business_day((e.happened_at - '03:00:00'::interval), s.timezone, s.day_close_hour)) AND (e.business_day <= GREATEST(ledger.business_day((e.happened_at + '03:00:00'::interval), s.timezone, s.day_close_hour), e.not_before))))))));

COMMENT ON VIEW reporting.check_business_day_differs IS 'error: An entry is booked to a day on which it did not happen. Reason: The business day is the restaurant''s local date of the event, less its closing hour, by the settings of its time (setting_changes); a reversal is booked no earlier than what it takes back. More than three hours off is no change of the time zone data. Remedy: Pause payouts of the restaurant, and compare the entry with a backup; the event says when it happened.';

COMMENT ON COLUMN reporting.check_business_day_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_business_day_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_business_day_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_business_day_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_business_day_near_midnight WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    format('entry %s'::text, entry_seq) AS reference,
    format('is booked to %s and happened at %s'::text, business_day, happened_at) AS finding
   FROM ledger.audited_moments e
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.setting_periods s
          WHERE ((s.restaurant_id = e.restaurant_id) AND (s.currency = e.currency) AND (s.after_seq < e.entry_seq) AND (s.last_seq >= e.entry_seq) AND (s.since <= e.recorded_at) AND (s.until > e.recorded_at) AND ((NOT s.is_known) OR (e.business_day = GREATEST(ledger.business_day(e.happened_at, s.timezone, s.day_close_hour), e.not_before)))))));

COMMENT ON VIEW reporting.check_business_day_near_midnight IS 'warning: An entry that happened near the end of a day is booked to the other day. Reason: The business day is the restaurant''s local date of the event, less its closing hour; a reversal is booked no earlier than what it takes back. Time zone data that has changed since moves what happened within an hour or so of a day''s end, and nothing else does. Remedy: If the server''s time zone data is newer than the entry and that country changed its time, nothing. Else compare the entry with a backup.';

COMMENT ON COLUMN reporting.check_business_day_near_midnight.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_business_day_near_midnight.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_business_day_near_midnight.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_business_day_near_midnight.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_catalog_differs_from_deploy WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    NULL::text AS currency,
    format('%s %s'::text, kind, name) AS reference,
    finding
   FROM api.list_drift() d(kind, name, finding)
  WHERE (kind <> 'row'::text);

COMMENT ON VIEW reporting.check_catalog_differs_from_deploy IS 'error: The database is not what its last deploy left. Reason: Constraints, triggers, functions, policies and grants hold the rules of the book; whoever drops or changes one by hand may write what must not be. Remedy: Look who did it, and run python db/deploy.py: it restores functions, triggers, views and rights, and says of the rest what is to be restored by hand';

COMMENT ON COLUMN reporting.check_catalog_differs_from_deploy.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_catalog_differs_from_deploy.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_catalog_differs_from_deploy.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_catalog_differs_from_deploy.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_charge_of_closed_restaurant WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('was received at %s; the restaurant was closed at %s'::text, v.received_at, r.closed_at) AS finding
   FROM (((ledger.audited_events v
     JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
     JOIN ledger.restaurants r ON ((v.restaurant_id = r.restaurant_id)))
     LEFT JOIN LATERAL ( SELECT c.entry_seqs
           FROM ledger.setting_changes c
          WHERE ((c.restaurant_id = r.restaurant_id) AND ((c.new_settings ->> 'closed'::text) = 'true'::text))
          ORDER BY c.change_no DESC
         LIMIT 1) k ON (true))
  WHERE (t.is_new_business AND (r.closed_at IS NOT NULL) AND
        CASE
            WHEN (k.entry_seqs IS NULL) THEN (v.received_at > r.closed_at)
            ELSE (v.first_entry_seq > COALESCE(((k.entry_seqs ->> v.currency))::bigint, (0)::bigint))
        END AND (NOT (EXISTS ( SELECT 1
           FROM ledger.event_acceptances a
          WHERE ((a.restaurant_id = v.restaurant_id) AND (a.event_no = v.event_no) AND (a.code = 'RESTAURANT_CLOSED'::text))))));

COMMENT ON VIEW reporting.check_charge_of_closed_restaurant IS 'warning: A restaurant was charged while it was closed. Reason: A closed restaurant takes no new charge, unless a person accepts it; what came before is told by the numbers of its entries that setting_changes keeps. Remedy: Ask who accepted it, and accept it so or reverse it. If it was closed before these were kept, and the server''s clock was set back between the two, nothing.';

COMMENT ON COLUMN reporting.check_charge_of_closed_restaurant.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_charge_of_closed_restaurant.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_charge_of_closed_restaurant.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_charge_of_closed_restaurant.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_charge_without_its_payment WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    e.event_id AS reference,
    format('charge of %s names payment %s and is known by %s'::text, e.amount, p.payment_id, COALESCE(e.subject_id, 'none'::text)) AS finding
   FROM ((ledger.audited_events e
     CROSS JOIN ledger.platform_settings s)
     CROSS JOIN LATERAL ( SELECT COALESCE((e.payload ->> 'payment_id'::text), ((e.payload -> 'metadata'::text) ->> 'payment_id'::text)) AS payment_id) p)
  WHERE ((e.event_type = 'charge_succeeded'::text) AND (e.subject_id IS DISTINCT FROM p.payment_id) AND ((e.subject_id IS NOT NULL) OR (e.event_no > s.payments_since_no)));

COMMENT ON VIEW reporting.check_charge_without_its_payment IS 'error: A charge is not known by the payment that it names. Reason: A payment is charged once, and found, by what its charge keeps as its subject. Without it, the same payment told again is charged again, and its refunds wait for ever. Remedy: Compare with a backup. Charges that were posted before payments were known (platform_settings.payments_since) have none and are no findings.';

COMMENT ON COLUMN reporting.check_charge_without_its_payment.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_charge_without_its_payment.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_charge_without_its_payment.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_charge_without_its_payment.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_clearing_unequal_to_owed WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    COALESCE(e.currency, b.currency) AS currency,
    'processor_clearing'::text AS reference,
    format('the processor holds %s; restaurants own %s, fees and the like are %s%s'::text, COALESCE(e.clearing, (0)::numeric), COALESCE(b.owed, (0)::numeric), COALESCE(e.others, (0)::numeric),
        CASE
            WHEN (NOT ledger.audits_everything()) THEN ', since the last audited seal'::text
            ELSE NULL::text
        END) AS finding
   FROM (( SELECT m.currency,
            sum((m.amount * (
                CASE 'processor_clearing'::text
                    WHEN t.debit_account THEN 1
                    WHEN t.credit_account THEN '-1'::integer
                    ELSE 0
                END)::numeric)) AS clearing,
            sum((m.amount * ((
                CASE
                    WHEN (c.is_of_restaurant OR (c.account = 'processor_clearing'::text)) THEN 0
                    ELSE 1
                END -
                CASE
                    WHEN (d.is_of_restaurant OR (d.account = 'processor_clearing'::text)) THEN 0
                    ELSE 1
                END))::numeric)) AS others
           FROM (((( SELECT x.currency,
                    x.entry_type,
                    sum(x.amount) AS amount
                   FROM ledger.audited_entries x
                  GROUP BY x.currency, x.entry_type) m
             JOIN ledger.entry_types t ON ((m.entry_type = t.entry_type)))
             JOIN ledger.accounts c ON ((t.credit_account = c.account)))
             JOIN ledger.accounts d ON ((t.debit_account = d.account)))
          GROUP BY m.currency) e
     FULL JOIN ( SELECT x.currency,
            sum(((((((x.balance)::numeric + (x.reserved)::numeric) + (x.held)::numeric) - (a.balance_before)::numeric) - (a.reserved_before)::numeric) - (a.held_before)::numeric)) AS owed
           FROM (ledger.account_balances x
             JOIN ledger.audited_accounts a ON (((x.restaurant_id = a.restaurant_id) AND (x.currency = a.currency))))
          GROUP BY x.currency) b ON ((e.currency = b.currency)))
  WHERE (COALESCE(e.clearing, (0)::numeric) <> (COALESCE(b.owed, (0)::numeric) + COALESCE(e.others, (0)::numeric)));

COMMENT ON VIEW reporting.check_clearing_unequal_to_owed IS 'error: What the processor holds is not what restaurants own plus fees. Reason: Every entry moves money between two accounts, so in each currency clearing equals the stored balances of all restaurants plus the platform''s accounts. This compares the book with the balance rows as a whole. Remedy: balance_unequal_to_entries names the restaurant. If it finds nothing, compare reporting.trial_balance with the processor''s own report.';

COMMENT ON COLUMN reporting.check_clearing_unequal_to_owed.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_clearing_unequal_to_owed.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_clearing_unequal_to_owed.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_clearing_unequal_to_owed.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_closed_day_unequal_to_payouts WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    'balance'::text AS reference,
    format('days are closed up to %s, the last payout was for %s'::text, b.closed_through, COALESCE((p.as_of)::text, 'none'::text)) AS finding
   FROM (ledger.account_balances b
     LEFT JOIN LATERAL ( SELECT x.as_of
           FROM ledger.payouts x
          WHERE ((x.restaurant_id = b.restaurant_id) AND (x.currency = b.currency))
          ORDER BY x.as_of DESC
         LIMIT 1) p ON (true))
  WHERE (b.closed_through <> COALESCE(p.as_of, '-infinity'::date));

COMMENT ON VIEW reporting.check_closed_day_unequal_to_payouts IS 'error: The days closed are not those that payouts closed. Reason: closed_through is the as_of of the account''s last payout. Too early: entries may fall into days already paid. Too late: payouts are refused that should be made. Remedy: Pause payouts of the restaurant until closed_through is right again.';

COMMENT ON COLUMN reporting.check_closed_day_unequal_to_payouts.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_closed_day_unequal_to_payouts.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_closed_day_unequal_to_payouts.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_closed_day_unequal_to_payouts.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_deferral_without_end WITH (security_barrier='true') AS
 SELECT restaurant_id,
    NULL::text AS currency,
    event_id AS reference,
    format('waited since %s, and is nowhere: %s'::text, received_at, "left"((payload)::text, 300)) AS finding
   FROM ledger.event_deferrals w
  WHERE ((ledger.audits_everything() OR (deferred_no >= ( SELECT COALESCE(max(upper(j.numbers)), (0)::bigint) AS "coalesce"
           FROM (ledger.journal_seals j
             JOIN ledger.seals s ON ((j.seal_no = s.seal_no)))
          WHERE ((j.journal = 'event_deferrals'::text) AND (s.audited_at IS NOT NULL))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.deferred_events d
          WHERE ((d.provider = w.provider) AND (d.event_id = w.event_id))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.processor_events v
          WHERE ((v.provider = w.provider) AND (v.event_id = w.event_id))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.event_rejections r
          WHERE ((r.event_id = w.event_id) AND (r.provider = w.provider) AND ((r.status = 'rejected'::text) OR (r.payload = w.payload)))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.event_dismissals x
          WHERE ((x.event_id = w.event_id) AND (x.provider = w.provider) AND (x.status = 'deferred'::text))))));

COMMENT ON VIEW reporting.check_deferral_without_end IS 'error: An event that waited is gone. Reason: What waits does so until it is posted, refused or dismissed, and stands there then. Remedy: Have the processor send it again, and compare with a backup: whoever removed it from what waits may have removed more.';

COMMENT ON COLUMN reporting.check_deferral_without_end.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_deferral_without_end.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_deferral_without_end.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_deferral_without_end.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_deferred_count_differs WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    'account'::text AS reference,
    format('counts %s, %s wait'::text, b.deferred_count, COALESCE(d.events, (0)::bigint)) AS finding
   FROM (ledger.account_balances b
     LEFT JOIN ( SELECT x.restaurant_id,
            x.currency,
            count(*) AS events
           FROM ledger.deferred_events x
          GROUP BY x.restaurant_id, x.currency) d ON (((b.restaurant_id = d.restaurant_id) AND (b.currency = d.currency))))
  WHERE (b.deferred_count <> COALESCE(d.events, (0)::bigint));

COMMENT ON VIEW reporting.check_deferred_count_differs IS 'error: An account counts other events that wait than there are. Reason: Posting looks for events that wait only where the count says that there are some. Too low: they wait for ever. Remedy: Replay the events of the account that wait, and find what wrote them around the functions.';

COMMENT ON COLUMN reporting.check_deferred_count_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_deferred_count_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_deferred_count_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_deferred_count_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_deferred_event_differs WITH (security_barrier='true') AS
 SELECT d.restaurant_id,
    d.currency,
    d.event_id AS reference,
    format('%s waits for %s %s since %s; its document says %s, and said %s at %s'::text, d.event_type, d.first_type, d.subject_id, d.received_at, "left"(((d.payload - 'metadata'::text))::text, 300), COALESCE("left"(((w.payload - 'metadata'::text))::text, 300), 'nothing'::text), COALESCE((w.received_at)::text, 'no time'::text)) AS finding
   FROM ((ledger.deferred_events d
     LEFT JOIN ledger.event_deferrals w ON (((d.restaurant_id = w.restaurant_id) AND (d.deferred_no = w.deferred_no))))
     CROSS JOIN LATERAL ( SELECT upper(((d.payload ->> 'currency'::text) COLLATE "C")) AS currency) u)
  WHERE ((((((d.provider IS DISTINCT FROM COALESCE((d.payload ->> 'provider'::text), 'default'::text)) OR (d.event_id IS DISTINCT FROM (d.payload ->> 'event_id'::text))) OR (d.event_type IS DISTINCT FROM (d.payload ->> 'event_type'::text))) OR (d.restaurant_id IS DISTINCT FROM (d.payload ->> 'restaurant_id'::text))) OR (d.currency IS DISTINCT FROM u.currency)) OR (d.occurred_at IS DISTINCT FROM
        CASE
            WHEN ((d.payload ->> 'occurred_at'::text) ~~ '____-__-__%__:__%'::text) THEN ledger.read_time((d.payload ->> 'occurred_at'::text))
            ELSE NULL::timestamp with time zone
        END) OR ((((d.code <> 'WAITS_FOR_PAYMENT'::text) OR (d.first_type <> 'charge_succeeded'::text) OR (d.subject_id <> COALESCE((d.payload ->> 'payment_id'::text), ((d.payload -> 'metadata'::text) ->> 'payment_id'::text), ''::text))) AND ((d.code <> 'WAITS_FOR_REFUND'::text) OR (d.first_type <> 'refund_succeeded'::text) OR (d.subject_id <> COALESCE((d.payload ->> 'refund_id'::text), ((d.payload -> 'metadata'::text) ->> 'refund_id'::text), ''::text)))) AND ((d.code <> 'WAITS_FOR_DISPUTE'::text) OR (d.first_type <> 'dispute_opened'::text) OR (d.subject_id <> COALESCE((d.payload ->> 'dispute_id'::text), ((d.payload -> 'metadata'::text) ->> 'dispute_id'::text), ''::text)))) OR ((((d.received_at IS DISTINCT FROM w.received_at) OR (d.provider IS DISTINCT FROM w.provider)) OR (d.event_id IS DISTINCT FROM w.event_id)) OR (d.payload IS DISTINCT FROM w.payload)) OR (d.deliveries < 1) OR ((d.last_received_at IS NULL) <> (d.deliveries = 1)));

COMMENT ON VIEW reporting.check_deferred_event_differs IS 'error: An event that waits is not what its document says, not what was received, or waits for something else. Reason: The columns of an event that waits are read from its document, it waits for the payment, refund or dispute that the document names, by which it is found when that comes, and document and time are kept a second time (event_deferrals), which is sealed. Remedy: Look which of the two the seals know, compare with a backup, and have the processor send it again.';

COMMENT ON COLUMN reporting.check_deferred_event_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_deferred_event_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_deferred_event_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_deferred_event_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_dismissal_differs WITH (security_barrier='true') AS
 SELECT d.restaurant_id,
    NULL::text AS currency,
    COALESCE(d.event_id, format('dismissal %s'::text, d.dismissal_no)) AS reference,
    format('%s %s, dismissed by %s: %s'::text, d.status, d.code, d.actor, d.reason) AS finding
   FROM (ledger.event_dismissals d
     LEFT JOIN ledger.event_rejections r ON (((d.restaurant_id = r.restaurant_id) AND (d.rejection_no = r.rejection_no))))
  WHERE
        CASE
            WHEN (d.rejection_no IS NOT NULL) THEN (((((r.received_at IS DISTINCT FROM d.received_at) OR (r.provider IS DISTINCT FROM d.provider)) OR (r.event_id IS DISTINCT FROM d.event_id)) OR (r.status IS DISTINCT FROM d.status)) OR (r.code IS DISTINCT FROM d.code))
            ELSE ((d.status <> 'deferred'::text) OR (d.code !~~ 'WAITS_FOR_%'::text) OR (((d.restaurant_id IS DISTINCT FROM (d.payload ->> 'restaurant_id'::text)) OR (d.provider IS DISTINCT FROM COALESCE((d.payload ->> 'provider'::text), 'default'::text))) OR (d.event_id IS DISTINCT FROM (d.payload ->> 'event_id'::text))))
        END;

COMMENT ON VIEW reporting.check_dismissal_differs IS 'error: What was dismissed is not what was refused or waited. Reason: A dismissal names the refusal and repeats whose it was, or keeps the document of what waited. Remedy: Compare with a backup. replay_event decides again on what was dismissed.';

COMMENT ON COLUMN reporting.check_dismissal_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_dismissal_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_dismissal_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_dismissal_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_duplicate_business_content WITH (security_barrier='true') AS
 SELECT restaurant_id,
    min(currency) AS currency,
    min(event_id) AS reference,
    format('%s events with the same content: %s'::text, count(*), "left"(string_agg(event_id, ', '::text ORDER BY event_no), 200)) AS finding
   FROM ledger.audited_events v
  GROUP BY restaurant_id, currency, event_type, amount, fee, occurred_at, (payload ->> 'payout_id'::text), (payload ->> 'payment_id'::text), (payload ->> 'refund_id'::text), (payload ->> 'dispute_id'::text), (payload ->> 'hold_id'::text), (payload ->> 'reversed_event_id'::text), COALESCE((payload -> 'metadata'::text), '{}'::jsonb)
 HAVING (count(*) > 1);

COMMENT ON VIEW reporting.check_duplicate_business_content IS 'warning: Two events differ in nothing but their id. Reason: A guest may have been charged twice, or a processor has sent one charge under two ids. Remedy: Ask the processor whether both are real. If not, it refunds one; the events stay.';

COMMENT ON COLUMN reporting.check_duplicate_business_content.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_duplicate_business_content.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_duplicate_business_content.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_duplicate_business_content.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_entry_after_closed_day WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s settles on %s, but an earlier payout had closed the days up to %s'::text, e.entry_type, e.amount, e.settlement_day, p.as_of) AS finding
   FROM (( SELECT d.restaurant_id,
            d.currency,
            d.settlement_day,
            p_1.as_of,
            p_1.reserve_entry_seq
           FROM (( SELECT x.restaurant_id,
                    x.currency,
                    x.settlement_day,
                    max(x.entry_seq) AS last_entry_seq
                   FROM ledger.audited_entries x
                  GROUP BY x.restaurant_id, x.currency, x.settlement_day) d
             CROSS JOIN LATERAL ( SELECT x.as_of,
                    x.reserve_entry_seq
                   FROM ledger.payouts x
                  WHERE ((x.restaurant_id = d.restaurant_id) AND (x.currency = d.currency) AND (x.as_of >= d.settlement_day))
                  ORDER BY x.as_of
                 LIMIT 1) p_1)
          WHERE (d.last_entry_seq > p_1.reserve_entry_seq)
         OFFSET 0) p
     JOIN ledger.audited_entries e ON (((p.restaurant_id = e.restaurant_id) AND (p.currency = e.currency) AND (p.settlement_day = e.settlement_day))))
  WHERE (e.entry_seq > p.reserve_entry_seq);

COMMENT ON VIEW reporting.check_entry_after_closed_day IS 'error: An entry settles on a day that a payout had closed. Reason: A payout closes all days up to its as_of; later entries settle on the first open day. Else the entry belongs to a payout that was made without it, and no payout ever pays it or takes it back. Remedy: The money is still in the balance. Explain the entry to the restaurant; find what wrote it around the functions.';

COMMENT ON COLUMN reporting.check_entry_after_closed_day.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_entry_after_closed_day.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_entry_after_closed_day.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_entry_after_closed_day.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_entry_differs_from_event WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s %s, but %s is %s with amount %s, fee %s %s'::text, e.entry_type, e.amount, e.currency, e.event_id, e.event_type, e.event_amount, e.fee, e.event_currency) AS finding
   FROM (ledger.audited_postings e
     LEFT JOIN ( SELECT DISTINCT y.event_type,
            y.subject_state,
            f.entry_type,
            f.amount_field
           FROM (( SELECT n.event_type,
                    n.subject_state,
                    n.amount_entry,
                    n.fee_entry
                   FROM ledger.posting_rules n
                UNION ALL
                 SELECT h.event_type,
                    h.subject_state,
                    h.amount_entry,
                    h.fee_entry
                   FROM ledger.posting_rule_history h) y
             CROSS JOIN LATERAL ( VALUES (y.amount_entry,'amount'::text), (y.fee_entry,'fee'::text)) f(entry_type, amount_field))) r ON (((e.event_type = r.event_type) AND (e.subject_state = r.subject_state) AND (e.entry_type = r.entry_type))))
  WHERE (e.is_there AND ((e.currency <> e.event_currency) OR (e.payout_id IS DISTINCT FROM e.event_payout_id) OR ((((e.entry_seq - e.first_entry_seq) >= 0) AND ((e.entry_seq - e.first_entry_seq) <= (e.entry_count - 1))) IS NOT TRUE) OR (e.amount IS DISTINCT FROM
        CASE r.amount_field
            WHEN 'amount'::text THEN e.event_amount
            WHEN 'fee'::text THEN e.fee
            ELSE NULL::bigint
        END)));

COMMENT ON VIEW reporting.check_entry_differs_from_event IS 'error: An entry is not what its event says. Reason: An entry takes its amount, currency and payout from the event by ledger.posting_rules. A difference means that one of them, or a rule that was in use, was changed afterwards. Remedy: Events keep the document as received: compare its amount with the entry, then look at what was deployed since.';

COMMENT ON COLUMN reporting.check_entry_differs_from_event.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_entry_differs_from_event.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_entry_differs_from_event.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_entry_differs_from_event.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_entry_seq_gap WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
        CASE
            WHEN (e.entry_seq <> (e.previous_seq + 1)) THEN format('entry %s is followed by entry %s'::text, e.previous_seq, e.entry_seq)
            ELSE format('is the last one, but the balance row says that %s is'::text, COALESCE((b.last_entry_seq)::text, 'none'::text))
        END AS finding
   FROM (ledger.audited_steps e
     LEFT JOIN ledger.account_balances b ON (((e.restaurant_id = b.restaurant_id) AND (e.currency = b.currency))))
  WHERE ((e.entry_seq <> (e.previous_seq + 1)) OR (e.is_last AND (b.last_entry_seq IS DISTINCT FROM e.entry_seq)));

COMMENT ON VIEW reporting.check_entry_seq_gap IS 'error: The entries of an account are not numbered without gaps. Reason: Numbers are given one by one under the account''s lock, so a missing number is a missing entry, and a balance row with another last number is behind or ahead of the book. Remedy: Compare with a backup which entry is missing.';

COMMENT ON COLUMN reporting.check_entry_seq_gap.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_entry_seq_gap.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_entry_seq_gap.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_entry_seq_gap.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_entry_type_unknown WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    format('entry %s'::text, entry_seq) AS reference,
    format('%s of %s'::text, entry_type, amount) AS finding
   FROM ledger.audited_entries e
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.entry_types t
          WHERE (t.entry_type = e.entry_type))));

COMMENT ON VIEW reporting.check_entry_type_unknown IS 'error: An entry has a type that is not in the chart. Reason: The type names the accounts that are debited and credited. No foreign key holds that for each entry, because all entries would lock one row. Remedy: Find what wrote the entry around the functions, or which deploy took the type away.';

COMMENT ON COLUMN reporting.check_entry_type_unknown.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_entry_type_unknown.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_entry_type_unknown.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_entry_type_unknown.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_entry_unlike_rule_of_its_time WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s is entry %s of %s: %s with amount %s and fee %s, its subject %s'::text, e.entry_type, e.amount, ((e.entry_seq - e.first_entry_seq) + 1), COALESCE(e.event_id, 'no event'::text), e.event_type, e.event_amount, e.fee, e.subject_state) AS finding
   FROM (ledger.audited_postings e
     LEFT JOIN ledger.rule_periods r ON (((e.event_type = r.event_type) AND (e.subject_state = r.subject_state) AND (e.event_no > r.after_event_no) AND (e.recorded_at >= r.since) AND ((e.event_no <= r.last_event_no) OR (e.recorded_at < r.until)) AND (e.entry_type =
        CASE (e.entry_seq - e.first_entry_seq)
            WHEN 0 THEN r.amount_entry
            WHEN 1 THEN r.fee_entry
            ELSE NULL::text
        END) AND (e.amount =
        CASE (e.entry_seq - e.first_entry_seq)
            WHEN 0 THEN e.event_amount
            ELSE e.fee
        END))))
  WHERE
        CASE
            WHEN (e.event_no IS NULL) THEN ((e.entry_type <> 'PAYOUT_RESERVE'::text) OR (e.payout_id IS NULL))
            ELSE (e.is_there AND (r.event_type IS NULL))
        END;

COMMENT ON VIEW reporting.check_entry_unlike_rule_of_its_time IS 'error: An entry is not what the rule of its time posts for its event. Reason: The rule for the event''s type and its subject''s state says which entry comes first, with the amount, and which second, with the fee; the entry after the event''s place, an entry of an event without one, or of a payout that is no reserve, is none of them. Rules that were replaced are kept (posting_rule_history). Remedy: Pause payouts of the restaurant, and compare the entry and its event with a backup.';

COMMENT ON COLUMN reporting.check_entry_unlike_rule_of_its_time.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_entry_unlike_rule_of_its_time.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_entry_unlike_rule_of_its_time.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_entry_unlike_rule_of_its_time.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_entry_without_event_or_payout WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
        CASE
            WHEN ((e.event_no IS NULL) AND (e.payout_id IS NULL)) THEN format('%s of %s names no event and no payout'::text, e.entry_type, e.amount)
            WHEN ((e.event_no IS NOT NULL) AND (NOT e.is_there)) THEN format('%s of %s names missing event %s'::text, e.entry_type, e.amount, e.event_no)
            ELSE format('%s of %s names missing payout %s'::text, e.entry_type, e.amount, e.payout_id)
        END AS finding
   FROM (ledger.audited_postings e
     LEFT JOIN LATERAL ( SELECT y.amount,
            y.reserve_entry_seq,
            y.created_at,
            y.paid_at,
            y.failed_at,
            y.canceled_at,
            y.as_of,
            y.restaurant_id,
            y.currency,
            y.status,
            y.payout_id,
            y.run_id,
            y.failure_reason,
            y.submitted_at,
            y.confirmed_at,
            y.external_id,
            y.failure_code,
            y.submitted_by,
            y.confirmed_by
           FROM ledger.payouts y
          WHERE ((y.restaurant_id = e.restaurant_id) AND (y.payout_id = e.payout_id) AND (e.payout_id IS NOT NULL))
         OFFSET 0) p ON (true))
  WHERE (((e.event_no IS NULL) AND (e.payout_id IS NULL)) OR ((e.event_no IS NOT NULL) AND (NOT e.is_there)) OR ((e.payout_id IS NOT NULL) AND (p.payout_id IS NULL)));

COMMENT ON VIEW reporting.check_entry_without_event_or_payout IS 'error: An entry has no cause. Reason: Each entry names the event or the payout that made it. Money that moved without a cause cannot be explained to anyone. Remedy: Entries cannot be deleted, so the cause was, or the entry was written around the functions. Compare with a backup taken before its recorded_at.';

COMMENT ON COLUMN reporting.check_entry_without_event_or_payout.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_entry_without_event_or_payout.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_entry_without_event_or_payout.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_entry_without_event_or_payout.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_deferred_long WITH (security_barrier='true') AS
 SELECT d.restaurant_id,
    d.currency,
    d.event_id AS reference,
    format('%s of %s has waited for %s %s since %s, %s hours'::text, d.event_type, COALESCE((d.payload ->> 'amount'::text), '?'::text), d.first_type, d.subject_id, d.received_at, floor((EXTRACT(epoch FROM (now() - d.received_at)) / (3600)::numeric))) AS finding
   FROM (ledger.deferred_events d
     CROSS JOIN ledger.platform_settings s)
  WHERE (d.received_at <= (now() - make_interval(hours => s.deferred_warning_hours)));

COMMENT ON VIEW reporting.check_event_deferred_long IS 'warning: An event has waited for another for longer than the platform allows. Reason: It is in no balance until what it refers to is here. The processor should have told of that long ago. Remedy: Ask the processor for the missing event and send it. The setting is deferred_warning_hours.';

COMMENT ON COLUMN reporting.check_event_deferred_long.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_deferred_long.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_deferred_long.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_deferred_long.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_differs_from_document WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('differs in %s from its document, which says %s'::text, concat_ws(', '::text,
        CASE
            WHEN (v.provider <> d.provider) THEN 'provider'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (v.event_id IS DISTINCT FROM d.event_id) THEN 'event_id'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (v.event_type IS DISTINCT FROM d.event_type) THEN 'event_type'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (v.restaurant_id IS DISTINCT FROM d.restaurant_id) THEN 'restaurant_id'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (v.currency IS DISTINCT FROM d.currency) THEN 'currency'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (to_jsonb(v.amount) IS DISTINCT FROM d.amount) THEN 'amount'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (to_jsonb(v.fee) <> d.fee) THEN 'fee'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (v.occurred_at IS DISTINCT FROM d.occurred_at) THEN 'occurred_at'::text
            ELSE NULL::text
        END,
        CASE
            WHEN (d.is_of_operator <> (t.origin = 'operator'::text)) THEN 'origin'::text
            ELSE NULL::text
        END), "left"(((v.payload - 'metadata'::text))::text, 300)) AS finding
   FROM (((ledger.audited_events v
     CROSS JOIN ledger.platform_settings s)
     LEFT JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
     CROSS JOIN LATERAL ( SELECT COALESCE((v.payload ->> 'provider'::text), 'default'::text) AS provider,
            (v.payload ->> 'event_id'::text) AS event_id,
            (v.payload ->> 'event_type'::text) AS event_type,
            (v.payload ->> 'restaurant_id'::text) AS restaurant_id,
            upper(((v.payload ->> 'currency'::text) COLLATE "C")) AS currency,
            (v.payload -> 'amount'::text) AS amount,
            COALESCE((v.payload -> 'fee'::text), '0'::jsonb) AS fee,
                CASE
                    WHEN ((v.payload ->> 'occurred_at'::text) ~~ '____-__-__%__:__%'::text) THEN ledger.read_time((v.payload ->> 'occurred_at'::text))
                    ELSE NULL::timestamp with time zone
                END AS occurred_at,
            ((v.provider = 'operator'::text) AND (v.event_no > s.payments_since_no)) AS is_of_operator) d)
  WHERE ((((((v.provider IS DISTINCT FROM d.provider) OR (v.event_id IS DISTINCT FROM d.event_id)) OR (v.event_type IS DISTINCT FROM d.event_type)) OR (v.restaurant_id IS DISTINCT FROM d.restaurant_id)) OR (v.currency IS DISTINCT FROM d.currency)) OR (to_jsonb(v.amount) IS DISTINCT FROM d.amount) OR (to_jsonb(v.fee) <> d.fee) OR (v.occurred_at IS DISTINCT FROM d.occurred_at) OR ((d.is_of_operator <> (t.origin = 'operator'::text)) AND (v.event_no > s.payments_since_no)));

COMMENT ON VIEW reporting.check_event_differs_from_document IS 'error: An event is not what its document says. Reason: The columns of an event are read from the document as it was received, and both are kept: whoever changes one of them changes the other, too, or is found. Remedy: Compare with a backup and with what the processor says. The document is what was received; the entries follow the columns.';

COMMENT ON COLUMN reporting.check_event_differs_from_document.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_differs_from_document.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_differs_from_document.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_differs_from_document.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_differs_from_rule WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    event_id AS reference,
    format('%s with amount %s and fee %s posted %s entries'::text, event_type, amount, fee, entry_count) AS finding
   FROM ledger.audited_events v
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.rule_periods r
          WHERE ((r.event_type = v.event_type) AND (r.subject_state = COALESCE(v.subject_state, 'NEW'::text)) AND (r.after_event_no < v.event_no) AND (r.since <= v.received_at) AND ((r.last_event_no >= v.event_no) OR (r.until > v.received_at)) AND (v.entry_count =
                CASE
                    WHEN (r.amount_entry IS NULL) THEN 0
                    WHEN (v.fee = 0) THEN 1
                    ELSE 2
                END)))));

COMMENT ON VIEW reporting.check_event_differs_from_rule IS 'error: An event posted something else than its rule says. Reason: A rule says how many entries an event posts. An event without them would answer every later delivery as known, and its money would be lost. Remedy: Compare with a backup, and with the processor''s report: the money of an event without entries is not in any balance.';

COMMENT ON COLUMN reporting.check_event_differs_from_rule.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_differs_from_rule.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_differs_from_rule.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_differs_from_rule.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_kept_twice WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('event %s has the same id, or tells first of the same, as event %s of %s'::text, v.event_no, o.event_no, o.restaurant_id) AS finding
   FROM (ledger.audited_events v
     JOIN ledger.processor_events o ON (((v.provider = o.provider) AND (v.event_id = o.event_id))))
  WHERE ((v.restaurant_id <> o.restaurant_id) OR (v.event_no <> o.event_no))
UNION ALL
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('tells first of %s %s, as does %s'::text, v.event_type, v.subject_id, o.event_id) AS finding
   FROM (ledger.audited_events v
     JOIN ledger.processor_events o ON (((v.subject_id = o.subject_id) AND (v.event_type = o.event_type) AND (v.provider = o.provider) AND (v.restaurant_id = o.restaurant_id))))
  WHERE (v.event_no <> o.event_no)
UNION ALL
 SELECT d.restaurant_id,
    d.currency,
    d.event_id AS reference,
    format('waits, and is posted as event %s'::text, o.event_no) AS finding
   FROM (ledger.deferred_events d
     JOIN ledger.processor_events o ON (((d.provider = o.provider) AND (d.event_id = o.event_id))));

COMMENT ON VIEW reporting.check_event_kept_twice IS 'error: One event is in the book twice, or posted and waiting. Reason: An event takes effect once: its provider and id, and the payment, refund or dispute that it is the first to tell of, are unique, and what waits is not posted. Remedy: Look whether the unique keys are there (deploy.py --check), and reverse the entries of the later one.';

COMMENT ON COLUMN reporting.check_event_kept_twice.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_kept_twice.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_kept_twice.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_kept_twice.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_order_differs WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    event_id AS reference,
    format('event %s has entry %s, an earlier event up to entry %s'::text, event_no, first_entry_seq, previous_seq) AS finding
   FROM ( SELECT x.restaurant_id,
            x.currency,
            x.event_no,
            x.event_id,
            x.first_entry_seq,
            x.received_at,
            lag(((x.first_entry_seq + x.entry_count) - 1)) OVER account AS previous_seq,
            lag(x.received_at) OVER account AS received_before
           FROM ledger.audited_events x
          WHERE (x.entry_count > 0)
          WINDOW account AS (PARTITION BY x.restaurant_id, x.currency ORDER BY x.event_no)) v
  WHERE ((first_entry_seq <= previous_seq) AND (received_at <> received_before));

COMMENT ON VIEW reporting.check_event_order_differs IS 'error: Events have their entries in another order than they were written. Reason: The events of an account are written one after the other under its lock, numbers and entries alike; only those of one array may be numbered in another order. Remedy: Compare the event named, and the one before it, with a backup.';

COMMENT ON COLUMN reporting.check_event_order_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_order_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_order_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_order_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_reversed_twice WITH (security_barrier='true') AS
 SELECT k.restaurant_id,
    a.currency,
    COALESCE(a.event_id, format('event %s'::text, k.about_event_no)) AS reference,
    format('was taken back by the events %s'::text, string_agg((k.event_no)::text, ', '::text)) AS finding
   FROM (ledger.event_links k
     LEFT JOIN ledger.processor_events a ON (((k.restaurant_id = a.restaurant_id) AND (k.about_event_no = a.event_no))))
  WHERE k.is_reversal
  GROUP BY k.restaurant_id, k.about_event_no, a.currency, a.event_id
 HAVING (count(*) > 1);

COMMENT ON VIEW reporting.check_event_reversed_twice IS 'error: An event was taken back more than once. Reason: A reversal takes all of it back, so the second one takes what was never there. Remedy: Correct the second with an adjustment, and find what wrote it around the functions.';

COMMENT ON COLUMN reporting.check_event_reversed_twice.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_reversed_twice.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_reversed_twice.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_reversed_twice.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_subject_differs WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('is of %s %s and payout %s; its document names %s and %s'::text, COALESCE(t.subject, 'nothing'::text), COALESCE(v.subject_id, 'none'::text), COALESCE(v.payout_id, 'none'::text), COALESCE(d.subject_id, 'none'::text), COALESCE(d.payout_id, 'none'::text)) AS finding
   FROM ((((((ledger.audited_events v
     JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
     CROSS JOIN ledger.platform_settings s)
     LEFT JOIN ledger.event_links k ON (((v.restaurant_id = k.restaurant_id) AND (v.event_no = k.event_no) AND k.is_reversal)))
     LEFT JOIN ledger.processor_events a ON (((k.restaurant_id = a.restaurant_id) AND (k.about_event_no = a.event_no))))
     CROSS JOIN LATERAL ( SELECT COALESCE((v.payload ->> t.subject_field), ((v.payload -> 'metadata'::text) ->> t.subject_field)) AS named) n)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (t.first_type = v.event_type) THEN n.named
                    ELSE NULL::text
                END AS subject_id,
                CASE t.subject
                    WHEN 'payout'::text THEN n.named
                    WHEN 'event'::text THEN a.payout_id
                    ELSE NULL::text
                END AS payout_id) d)
  WHERE ((v.event_type <> 'charge_succeeded'::text) AND ((v.payout_id IS DISTINCT FROM d.payout_id) OR ((v.subject_id IS DISTINCT FROM d.subject_id) AND ((v.subject_id IS NOT NULL) OR (v.event_no > s.payments_since_no)))));

COMMENT ON VIEW reporting.check_event_subject_differs IS 'error: An event is kept under another refund, dispute, hold or payout than its document names. Reason: What an event is the first to tell of, and the payout it is about, are found by these columns: without them the same thing told again is posted again. Remedy: Compare with a backup. Charges have a check of their own (charge_without_its_payment).';

COMMENT ON COLUMN reporting.check_event_subject_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_subject_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_subject_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_subject_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_type_unknown WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    event_id AS reference,
    format('%s of %s'::text, event_type, amount) AS finding
   FROM ledger.audited_events v
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.event_types t
          WHERE (t.event_type = v.event_type))));

COMMENT ON VIEW reporting.check_event_type_unknown IS 'error: An event has a type that cuenta does not know. Reason: What is not known is refused, so such an event was never received. Remedy: Find what wrote the event around the functions, or which deploy took the type away.';

COMMENT ON COLUMN reporting.check_event_type_unknown.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_type_unknown.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_type_unknown.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_type_unknown.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_waits_in_vain WITH (security_barrier='true') AS
 SELECT d.restaurant_id,
    d.currency,
    d.event_id AS reference,
    format('%s in %s waits for %s %s, which is here as %s in %s'::text, d.event_type, d.currency, d.first_type, d.subject_id, e.event_id, e.currency) AS finding
   FROM (ledger.deferred_events d
     JOIN ledger.processor_events e ON (((d.subject_id = e.subject_id) AND (d.first_type = e.event_type) AND (d.provider = e.provider) AND (d.restaurant_id = e.restaurant_id))));

COMMENT ON VIEW reporting.check_event_waits_in_vain IS 'warning: An event waits for something that is in the book. Reason: What comes posts the events of its account that wait for it. This one is of another account, in another currency mostly, and no later event posts it. Remedy: Replay it: it is posted, or refused with the reason. Then ask the sender.';

COMMENT ON COLUMN reporting.check_event_waits_in_vain.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_waits_in_vain.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_waits_in_vain.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_waits_in_vain.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_without_its_entries WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('%s of %s entries are there, the first is %s instead of %s'::text, COALESCE(e.entry_count, (0)::bigint), v.entry_count, COALESCE((e.first_entry_seq)::text, 'none'::text), COALESCE((v.first_entry_seq)::text, 'none'::text)) AS finding
   FROM (ledger.audited_events v
     LEFT JOIN ( SELECT x.restaurant_id,
            x.event_no,
            count(*) AS entry_count,
            min(x.entry_seq) AS first_entry_seq
           FROM ledger.audited_entries x
          WHERE (x.event_no IS NOT NULL)
          GROUP BY x.restaurant_id, x.event_no) e ON (((v.restaurant_id = e.restaurant_id) AND (v.event_no = e.event_no))))
  WHERE ((v.entry_count <> COALESCE(e.entry_count, (0)::bigint)) OR (v.first_entry_seq IS DISTINCT FROM e.first_entry_seq));

COMMENT ON VIEW reporting.check_event_without_its_entries IS 'error: An event lacks entries it posted. Reason: An event keeps the number of its entries and the first one''s; both are written in one transaction with the entries. Remedy: Compare with a backup. Do not send the event again: it is known and would post nothing.';

COMMENT ON COLUMN reporting.check_event_without_its_entries.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_without_its_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_without_its_entries.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_without_its_entries.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_event_without_rule WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    event_id AS reference,
    format('no rule for %s of a subject that is %s'::text, event_type, COALESCE(subject_state, 'NEW'::text)) AS finding
   FROM ledger.audited_events v
  WHERE ((NOT (EXISTS ( SELECT 1
           FROM ledger.posting_rules n
          WHERE ((n.event_type = v.event_type) AND (n.subject_state = COALESCE(v.subject_state, 'NEW'::text)))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.posting_rule_history h
          WHERE ((h.event_type = v.event_type) AND (h.subject_state = COALESCE(v.subject_state, 'NEW'::text)))))));

COMMENT ON VIEW reporting.check_event_without_rule IS 'error: An event has a type or a state that no rule knows. Reason: Every event was posted by a rule for its type and its subject''s state. No foreign key holds that for each event, because all events would lock one row. Remedy: Find what wrote the event around the functions, or which deploy took the rule away.';

COMMENT ON COLUMN reporting.check_event_without_rule.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_event_without_rule.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_event_without_rule.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_event_without_rule.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.disputes WITH (security_barrier='true') AS
 SELECT e.subject_id AS dispute_id,
    e.restaurant_id,
    e.provider,
    e.currency,
    COALESCE(d.reported_state, t.reported_state) AS state,
    e.amount,
    e.fee,
        CASE
            WHEN (d.event_no IS NULL) THEN e.amount
            ELSE (0)::bigint
        END AS held,
    c.subject_id AS payment_id,
    e.event_id,
    e.event_no,
    e.occurred_at AS opened_at,
    d.occurred_at AS decided_at,
    e.received_at
   FROM (((((ledger.holdings h
     JOIN ledger.processor_events e ON (((h.restaurant_id = e.restaurant_id) AND (h.event_no = e.event_no))))
     JOIN ledger.event_types t ON ((e.event_type = t.event_type)))
     LEFT JOIN ledger.event_links k ON (((e.restaurant_id = k.restaurant_id) AND (e.event_no = k.event_no))))
     LEFT JOIN ledger.processor_events c ON (((k.restaurant_id = c.restaurant_id) AND (k.payment_event_no = c.event_no))))
     LEFT JOIN LATERAL ( SELECT v.event_no,
            v.occurred_at,
            u.reported_state
           FROM ((ledger.event_links a
             JOIN ledger.processor_events v ON (((a.restaurant_id = v.restaurant_id) AND (a.event_no = v.event_no))))
             JOIN ledger.event_types u ON ((v.event_type = u.event_type)))
          WHERE ((a.restaurant_id = h.restaurant_id) AND (a.about_event_no = h.event_no) AND (u.reported_state IS NOT NULL))
          ORDER BY v.occurred_at DESC, u.state_rank DESC
         LIMIT 1) d ON (true))
  WHERE (h.event_type = 'dispute_opened'::text);

COMMENT ON VIEW reporting.disputes IS 'Payments that guests dispute, and what became of the disputes. Amounts are in minor units of the currency.';

COMMENT ON COLUMN reporting.disputes.dispute_id IS 'The processor''s id of it; once per restaurant and provider.';

COMMENT ON COLUMN reporting.disputes.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.disputes.provider IS 'The processor.';

COMMENT ON COLUMN reporting.disputes.currency IS 'The currency.';

COMMENT ON COLUMN reporting.disputes.state IS 'OPEN: its amount is held back; LOST: it is gone; WON: it is available again.';

COMMENT ON COLUMN reporting.disputes.amount IS 'What the guest disputes.';

COMMENT ON COLUMN reporting.disputes.fee IS 'What the processor takes for it.';

COMMENT ON COLUMN reporting.disputes.held IS 'What is held back for it now.';

COMMENT ON COLUMN reporting.disputes.payment_id IS 'The payment that is disputed; null: the processor has not said.';

COMMENT ON COLUMN reporting.disputes.event_id IS 'The event that first told of it.';

COMMENT ON COLUMN reporting.disputes.event_no IS 'Internal number of that event: later ones have greater ones.';

COMMENT ON COLUMN reporting.disputes.opened_at IS 'When it was opened.';

COMMENT ON COLUMN reporting.disputes.decided_at IS 'When it was won or lost, the last time; null: it is open.';

COMMENT ON COLUMN reporting.disputes.received_at IS 'When it was first received here.';

CREATE VIEW reporting.holds WITH (security_barrier='true') AS
 SELECT e.event_id AS hold_id,
    e.restaurant_id,
    e.currency,
    e.amount,
    ((e.amount)::numeric - COALESCE(r.remaining, (e.amount)::numeric)) AS released,
    COALESCE(r.remaining, (e.amount)::numeric) AS remaining,
    (COALESCE(r.remaining, (e.amount)::numeric) > (0)::numeric) AS is_open,
    (e.payload ->> 'reason'::text) AS reason,
    (e.payload ->> 'actor'::text) AS actor,
    e.event_no,
    e.occurred_at AS held_at,
    r.released_at
   FROM ((ledger.holdings h
     JOIN ledger.processor_events e ON (((h.restaurant_id = e.restaurant_id) AND (h.event_no = e.event_no))))
     LEFT JOIN LATERAL ( SELECT ((e.amount)::numeric + sum(((t.held_effect)::numeric * (l.amount)::numeric))) AS remaining,
            max(v.occurred_at) AS released_at
           FROM (((ledger.event_links a
             JOIN ledger.processor_events v ON (((a.restaurant_id = v.restaurant_id) AND (a.event_no = v.event_no))))
             JOIN ledger.ledger_entries l ON (((v.restaurant_id = l.restaurant_id) AND (v.currency = l.currency) AND (v.first_entry_seq <= l.entry_seq) AND ((v.first_entry_seq + v.entry_count) > l.entry_seq))))
             JOIN ledger.entry_types t ON ((l.entry_type = t.entry_type)))
          WHERE ((a.restaurant_id = h.restaurant_id) AND (a.about_event_no = h.event_no))) r ON (true))
  WHERE (h.event_type = 'funds_held'::text);

COMMENT ON VIEW reporting.holds IS 'Money that people hold back, and what they have released of it. Amounts are in minor units of the currency.';

COMMENT ON COLUMN reporting.holds.hold_id IS 'The reference under which it was held.';

COMMENT ON COLUMN reporting.holds.restaurant_id IS 'Whose money it is.';

COMMENT ON COLUMN reporting.holds.currency IS 'The currency.';

COMMENT ON COLUMN reporting.holds.amount IS 'What was held back.';

COMMENT ON COLUMN reporting.holds.released IS 'What was released of it.';

COMMENT ON COLUMN reporting.holds.remaining IS 'What is still held back.';

COMMENT ON COLUMN reporting.holds.is_open IS 'Whether anything is.';

COMMENT ON COLUMN reporting.holds.reason IS 'Why, in words.';

COMMENT ON COLUMN reporting.holds.actor IS 'Who holds it.';

COMMENT ON COLUMN reporting.holds.event_no IS 'Internal number of its event: later ones have greater ones.';

COMMENT ON COLUMN reporting.holds.held_at IS 'Since when.';

COMMENT ON COLUMN reporting.holds.released_at IS 'When something of it was released last; null: never.';

CREATE VIEW reporting.check_held_unequal_to_open_holds WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    'balance'::text AS reference,
    format('held is %s, open disputes and holds are %s'::text, b.held, h.held) AS finding
   FROM (((ledger.account_balances b
     JOIN ledger.audited_accounts a ON (((b.restaurant_id = a.restaurant_id) AND (b.currency = a.currency))))
     LEFT JOIN ( SELECT DISTINCT x.restaurant_id,
            x.currency
           FROM (ledger.audited_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          WHERE (t.held_effect <> 0)) m ON (((b.restaurant_id = m.restaurant_id) AND (b.currency = m.currency))))
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(x.held), (0)::numeric) AS held
           FROM ( SELECT (d.held)::numeric AS held
                   FROM reporting.disputes d
                  WHERE ((d.restaurant_id = b.restaurant_id) AND (d.currency = b.currency))
                UNION ALL
                 SELECT o.remaining
                   FROM reporting.holds o
                  WHERE ((o.restaurant_id = b.restaurant_id) AND (o.currency = b.currency))) x) h)
  WHERE (((b.held <> 0) OR (a.held_before <> 0) OR (m.restaurant_id IS NOT NULL) OR ledger.audits_everything()) AND ((b.held)::numeric <> h.held));

COMMENT ON VIEW reporting.check_held_unequal_to_open_holds IS 'error: The held balance is not the sum of what is held back. Reason: Money is held back for disputes that are open and by people, and each of it is one of reporting.disputes or reporting.holds. Else nobody can say for what it is held, or release it. Remedy: Compare the two with the entries that move held money; running_balance_broken tells whether an entry or the account was changed.';

COMMENT ON COLUMN reporting.check_held_unequal_to_open_holds.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_held_unequal_to_open_holds.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_held_unequal_to_open_holds.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_held_unequal_to_open_holds.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_hold_overdrawn WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    hold_id AS reference,
    format('%s was held, %s was released'::text, amount, released) AS finding
   FROM reporting.holds h
  WHERE (remaining < (0)::numeric);

COMMENT ON VIEW reporting.check_hold_overdrawn IS 'error: More was released of a hold than was held. Reason: A release takes from its hold, and what would take more than is left is refused. Remedy: Compare with reporting.holds and the events about it. Hold the difference again, and find what wrote the release around the functions.';

COMMENT ON COLUMN reporting.check_hold_overdrawn.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_hold_overdrawn.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_hold_overdrawn.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_hold_overdrawn.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_holding_differs_from_event WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('%s of %s is listed as %s'::text, v.event_type, v.amount, COALESCE(h.event_type, 'nothing'::text)) AS finding
   FROM ((ledger.audited_events v
     JOIN ledger.posting_rules r ON ((v.event_type = r.event_type)))
     LEFT JOIN ledger.holdings h ON (((v.restaurant_id = h.restaurant_id) AND (v.event_no = h.event_no))))
  WHERE ((v.entry_count > 0) AND (v.subject_state IS NULL) AND (r.subject_state = 'NEW'::text) AND (r.amount_held_effect > 0) AND (h.event_type IS DISTINCT FROM v.event_type))
UNION ALL
 SELECT h.restaurant_id,
    v.currency,
    COALESCE(v.event_id, format('event %s'::text, h.event_no)) AS reference,
    format('%s of %s is listed as %s'::text, COALESCE(v.event_type, 'nothing'::text), COALESCE(v.amount, (0)::bigint), h.event_type) AS finding
   FROM (ledger.audited_holdings h
     LEFT JOIN ledger.processor_events v ON (((h.restaurant_id = v.restaurant_id) AND (h.event_no = v.event_no))))
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.posting_rules r
          WHERE ((r.event_type = v.event_type) AND (r.subject_state = 'NEW'::text) AND (r.amount_held_effect > 0) AND (v.entry_count > 0) AND (v.subject_state IS NULL)))));

COMMENT ON VIEW reporting.check_holding_differs_from_event IS 'error: What is listed as held back is not what events held back. Reason: Disputes and holds are found by a list of their own, which is written with them. One that is missing there is shown to nobody. Remedy: Compare with a backup, and find what wrote the event or the list around the functions.';

COMMENT ON COLUMN reporting.check_holding_differs_from_event.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_holding_differs_from_event.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_holding_differs_from_event.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_holding_differs_from_event.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_link_differs_from_document WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('is about event %s and of the payment of event %s; its document names %s and %s'::text, COALESCE((k.about_event_no)::text, 'none'::text), COALESCE((k.payment_event_no)::text, 'none'::text), COALESCE((d.about_event_no)::text, 'none'::text), COALESCE((d.payment_event_no)::text, 'none'::text)) AS finding
   FROM ((((((((ledger.audited_events v
     JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
     CROSS JOIN ledger.platform_settings s)
     LEFT JOIN ledger.audited_links k ON (((v.restaurant_id = k.restaurant_id) AND (v.event_no = k.event_no))))
     LEFT JOIN ledger.processor_events a ON (((v.event_type <> t.first_type) AND (COALESCE((v.payload ->> t.subject_field), ((v.payload -> 'metadata'::text) ->> t.subject_field)) = a.subject_id) AND (t.first_type = a.event_type) AND (v.provider = a.provider) AND (v.restaurant_id = a.restaurant_id))))
     LEFT JOIN ledger.processor_events r ON (((t.subject = 'event'::text) AND ((v.payload ->> 'reversed_provider'::text) = r.provider) AND ((v.payload ->> 'reversed_event_id'::text) = r.event_id) AND (v.restaurant_id = r.restaurant_id))))
     LEFT JOIN ledger.event_links f ON (((v.restaurant_id = f.restaurant_id) AND (COALESCE(a.event_no, r.event_no) = f.event_no))))
     LEFT JOIN ledger.processor_events c ON ((((t.subject IS NULL) OR (v.event_type = t.first_type)) AND (COALESCE((v.payload ->> 'payment_id'::text), ((v.payload -> 'metadata'::text) ->> 'payment_id'::text)) = c.subject_id) AND (c.event_type = 'charge_succeeded'::text) AND (v.provider = c.provider) AND (v.restaurant_id = c.restaurant_id))))
     CROSS JOIN LATERAL ( SELECT COALESCE(a.event_no, r.event_no) AS about_event_no,
                CASE
                    WHEN (r.event_type = 'charge_succeeded'::text) THEN r.event_no
                    WHEN ((a.event_no IS NOT NULL) OR (r.event_no IS NOT NULL)) THEN f.payment_event_no
                    ELSE c.event_no
                END AS payment_event_no) d)
  WHERE ((v.event_type <> 'charge_succeeded'::text) AND ((k.about_event_no IS DISTINCT FROM d.about_event_no) OR (k.payment_event_no IS DISTINCT FROM d.payment_event_no)) AND ((k.event_no IS NOT NULL) OR (v.event_no > s.payments_since_no)));

COMMENT ON VIEW reporting.check_link_differs_from_document IS 'error: An event follows another one than its document names. Reason: A refund, a dispute or a fee belongs to the payment it names, what follows a refund, dispute or hold to the event that first told of it, a reversal to the event it takes back. What is left of a payment and what is held are told by these links. Remedy: Compare with a backup; the document is what was received.';

COMMENT ON COLUMN reporting.check_link_differs_from_document.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_link_differs_from_document.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_link_differs_from_document.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_link_differs_from_document.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_link_to_another_kind WITH (security_barrier='true') AS
 SELECT k.restaurant_id,
    v.currency,
    COALESCE(v.event_id, format('event %s'::text, k.event_no)) AS reference,
    format('%s in %s is about %s in %s and belongs to %s in %s'::text, COALESCE(v.event_type, 'nothing'::text), COALESCE(v.currency, '-'::text), COALESCE(a.event_type, 'nothing'::text), COALESCE(a.currency, '-'::text), COALESCE(p.event_type, 'nothing'::text), COALESCE(p.currency, '-'::text)) AS finding
   FROM ((((ledger.audited_links k
     LEFT JOIN ledger.processor_events v ON (((k.restaurant_id = v.restaurant_id) AND (k.event_no = v.event_no))))
     LEFT JOIN ledger.processor_events a ON (((k.restaurant_id = a.restaurant_id) AND (k.about_event_no = a.event_no))))
     LEFT JOIN ledger.processor_events p ON (((k.restaurant_id = p.restaurant_id) AND (k.payment_event_no = p.event_no))))
     LEFT JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
  WHERE ((k.is_reversal IS DISTINCT FROM (v.event_type = 'event_reversed'::text)) OR ((k.payment_event_no IS NOT NULL) AND ((p.event_type IS DISTINCT FROM 'charge_succeeded'::text) OR (p.currency IS DISTINCT FROM v.currency))) OR ((k.about_event_no IS NOT NULL) AND ((a.event_type IS DISTINCT FROM
        CASE
            WHEN k.is_reversal THEN a.event_type
            ELSE t.first_type
        END) OR (a.currency IS DISTINCT FROM v.currency))));

COMMENT ON VIEW reporting.check_link_to_another_kind IS 'error: An event follows one that it cannot follow. Reason: What belongs to a payment points to its charge, what is about a refund, dispute or hold to the event that first told of it, in the same currency, and only reversals take something back. The sums of payments and holds rest on that. Remedy: Compare the documents of both events, and find what wrote the link around the functions.';

COMMENT ON COLUMN reporting.check_link_to_another_kind.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_link_to_another_kind.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_link_to_another_kind.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_link_to_another_kind.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_negative_available WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    'balance'::text AS reference,
    format('available is %s'::text, available) AS finding
   FROM reporting.restaurant_balances b
  WHERE (available < (0)::numeric);

COMMENT ON VIEW reporting.check_negative_available IS 'warning: A restaurant owes money. Reason: Refunds and returns exceed what the restaurant has. Later sales make it good, and payouts skip it until then. Remedy: Look whether the restaurant still sells. If not, claim the money from it.';

COMMENT ON COLUMN reporting.check_negative_available.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_negative_available.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_negative_available.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_negative_available.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_negative_reserved_or_held WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    'balance'::text AS reference,
    format('reserved is %s, held is %s'::text, reserved, held) AS finding
   FROM ledger.account_balances b
  WHERE ((reserved < 0) OR (held < 0));

COMMENT ON VIEW reporting.check_negative_reserved_or_held IS 'error: Reserved or held money is negative. Reason: More was released than had been set aside. Only the available balance may be negative: that is a debt. Remedy: Look for two releases of one payout in the statement of the restaurant, and for findings of the other payout checks.';

COMMENT ON COLUMN reporting.check_negative_reserved_or_held.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_negative_reserved_or_held.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_negative_reserved_or_held.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_negative_reserved_or_held.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payment_of_another_restaurant WITH (security_barrier='true') AS
 SELECT d.restaurant_id,
    d.currency,
    d.event_id AS reference,
    format('%s of restaurant %s waits for payment %s, which restaurant %s has'::text, d.event_type, d.restaurant_id, d.subject_id, c.restaurant_id) AS finding
   FROM (ledger.deferred_events d
     JOIN ledger.processor_events c ON (((d.subject_id = c.subject_id) AND (d.first_type = c.event_type) AND (d.provider = c.provider))))
  WHERE ((d.first_type = 'charge_succeeded'::text) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.processor_events o
          WHERE ((o.subject_id = d.subject_id) AND (o.event_type = d.first_type) AND (o.provider = d.provider) AND (o.restaurant_id = d.restaurant_id))))));

COMMENT ON VIEW reporting.check_payment_of_another_restaurant IS 'warning: An event waits for a payment that another restaurant has. Reason: A payment belongs to one restaurant. The event names the wrong one, or the charge did. Remedy: Ask the sender which is right. A charge at the wrong restaurant is taken back (reverse_event) and sent again for the right one; a wrong event is dismissed.';

COMMENT ON COLUMN reporting.check_payment_of_another_restaurant.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payment_of_another_restaurant.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payment_of_another_restaurant.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payment_of_another_restaurant.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payment_overdrawn WITH (security_barrier='true') AS
 SELECT c.restaurant_id,
    c.currency,
    c.event_id AS reference,
    format('payment %s of %s: refunds and disputes take %s'::text, c.subject_id, c.amount, s.taken) AS finding
   FROM (( SELECT k.restaurant_id,
            k.payment_event_no,
            (- sum(((t.payment_effect)::numeric * (l.amount)::numeric))) AS taken
           FROM (((ledger.event_links k
             JOIN ledger.processor_events v ON (((k.restaurant_id = v.restaurant_id) AND (k.event_no = v.event_no))))
             JOIN ledger.ledger_entries l ON (((v.restaurant_id = l.restaurant_id) AND (v.currency = l.currency) AND (v.first_entry_seq <= l.entry_seq) AND ((v.first_entry_seq + v.entry_count) > l.entry_seq))))
             JOIN ledger.entry_types t ON ((l.entry_type = t.entry_type)))
          WHERE ((k.restaurant_id, k.payment_event_no) IN ( SELECT n.restaurant_id,
                    n.payment_event_no
                   FROM ledger.audited_links n))
          GROUP BY k.restaurant_id, k.payment_event_no) s
     JOIN ledger.processor_events c ON (((s.restaurant_id = c.restaurant_id) AND (s.payment_event_no = c.event_no))))
  WHERE ((s.taken > (c.amount)::numeric) AND (NOT (EXISTS ( SELECT 1
           FROM (ledger.event_links k
             JOIN ledger.event_acceptances a ON (((k.restaurant_id = a.restaurant_id) AND (k.event_no = a.event_no))))
          WHERE ((k.restaurant_id = s.restaurant_id) AND (k.payment_event_no = s.payment_event_no) AND (a.code = 'AMOUNT_EXCEEDS_PAYMENT'::text))))));

COMMENT ON VIEW reporting.check_payment_overdrawn IS 'error: More was refunded and disputed than a payment was charged. Reason: Refunds and disputes that are open or lost take from their payment, and what would take more than is left is refused, unless a person has it posted all the same. Remedy: api.get_payment shows everything that was told of it. Ask the processor which of it is real, and find what wrote the rest around the functions.';

COMMENT ON COLUMN reporting.check_payment_overdrawn.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payment_overdrawn.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payment_overdrawn.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payment_overdrawn.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payments_since_moved WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('event %s has its payment; known after event %s'::text, v.event_no, s.payments_since_no) AS finding
   FROM (ledger.platform_settings s
     CROSS JOIN LATERAL ( SELECT x.restaurant_id,
            x.event_no,
            x.currency,
            x.provider,
            x.event_id,
            x.event_type,
            x.amount,
            x.fee,
            x.occurred_at,
            x.received_at,
            x.first_entry_seq,
            x.entry_count,
            x.subject_state,
            x.subject_id,
            x.payout_id,
            x.payload
           FROM ledger.audited_events x
          WHERE ((x.event_type = 'charge_succeeded'::text) AND (x.subject_id IS NOT NULL) AND (x.event_no <= s.payments_since_no))
          ORDER BY x.event_no
         LIMIT 1) v);

COMMENT ON VIEW reporting.check_payments_since_moved IS 'error: The event since which payments are known lies after one that has its own. Reason: Charges keep the payment that they name after event platform_settings.payments_since_no; checks look away from what is older. Moved forward, it would hide what was changed. Remedy: Set it back to before the charge named, and look at the checks again.';

COMMENT ON COLUMN reporting.check_payments_since_moved.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payments_since_moved.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payments_since_moved.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payments_since_moved.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_above_available WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    payout_id AS reference,
    format('pays %s of a balance of %s, of which %s could be paid on %s'::text, amount, balance, room, today) AS finding
   FROM ledger.payout_rooms p
  WHERE ((amount)::numeric > room);

COMMENT ON VIEW reporting.check_payout_above_available IS 'error: A payout pays more than was available. Reason: A payout is never more than what had settled, nor than the balance less what still waited for its day when it was made; that is computed anew here. Remedy: Pause payouts of the restaurant. If the payout is under way, ask the bank to stop it and cancel it.';

COMMENT ON COLUMN reporting.check_payout_above_available.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_above_available.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_above_available.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_above_available.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_amount_not_positive WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    payout_id AS reference,
    format('amount is %s'::text, amount) AS finding
   FROM ledger.audited_payouts p
  WHERE (amount <= 0);

COMMENT ON VIEW reporting.check_payout_amount_not_positive IS 'error: A payout pays nothing or takes money. Reason: A payout is money that leaves: run_payouts creates none of zero or less, and a constraint holds that. A finding means that the constraint was taken away. Remedy: Do not send the payout. Find who changed ledger.payouts, put the constraint back with a deploy to a restored copy, and compare.';

COMMENT ON COLUMN reporting.check_payout_amount_not_positive.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_amount_not_positive.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_amount_not_positive.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_amount_not_positive.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_below_available WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('pays %s of a balance of %s, of which %s could be paid on %s'::text, p.amount, p.balance, p.room, p.today) AS finding
   FROM (ledger.payout_rooms p
     JOIN ledger.currencies c ON ((p.currency = c.currency)))
  WHERE (((p.amount)::numeric <= (p.room - (c.payable_unit)::numeric)) AND ((p.amount)::numeric <= (p.room - (COALESCE(( SELECT GREATEST(max(((k.old_terms ->> 'payable_unit'::text))::bigint), max(((k.new_terms ->> 'payable_unit'::text))::bigint)) AS "greatest"
           FROM ledger.payout_term_changes k
          WHERE ((k.restaurant_id = p.restaurant_id) AND (k.currency = p.currency))), (0)::bigint))::numeric)));

COMMENT ON VIEW reporting.check_payout_below_available IS 'warning: A payout pays less than was available. Reason: A payout is all that had settled and was available when it was made, up to the payable unit of the restaurant''s terms or the currency. Remedy: If the currency''s payable unit was larger then, nothing; the rest is in a later payout. Else compare the payout with a backup.';

COMMENT ON COLUMN reporting.check_payout_below_available.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_below_available.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_below_available.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_below_available.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_carried_differs WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('carries in %s of %s entries; the payout before it carries out %s of %s'::text, COALESCE(i.amount, (0)::bigint), COALESCE(i.entry_count, (0)::bigint), COALESCE((- o.amount), (0)::bigint), COALESCE(o.entry_count, (0)::bigint)) AS finding
   FROM ((ledger.payout_chain p
     LEFT JOIN ledger.payout_items i ON (((p.restaurant_id = i.restaurant_id) AND (p.payout_id = i.payout_id) AND (i.item_type = 'carried_in'::text))))
     LEFT JOIN ledger.payout_items o ON (((p.restaurant_id = o.restaurant_id) AND (p.previous_payout_id = o.payout_id) AND (o.item_type = 'carried_out'::text))))
  WHERE ((COALESCE(i.amount, (0)::bigint) <> COALESCE((- o.amount), (0)::bigint)) OR (i.amount < 0) OR (i.entry_count <> 0) OR (o.entry_count <> 0));

COMMENT ON VIEW reporting.check_payout_carried_differs IS 'error: A payout does not begin with what the one before it left. Reason: What a payout carries out, because it was not available yet, the next one of the restaurant and currency carries in, to the last minor unit; the first one carries nothing in. Remedy: Pause payouts of the restaurant, and compare the items of both payouts with a backup.';

COMMENT ON COLUMN reporting.check_payout_carried_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_carried_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_carried_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_carried_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_items_differ_from_entries WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('item %s is %s of %s entries; the entries after %s up to %s come to %s of %s'::text, d.item_type, COALESCE(d.item_amount, (0)::bigint), COALESCE(d.item_count, (0)::bigint), COALESCE((p.previous_as_of)::text, 'the beginning'::text), p.as_of, COALESCE(d.amount, (0)::numeric), COALESCE(d.entry_count, (0)::bigint)) AS finding
   FROM (ledger.payout_chain p
     CROSS JOIN LATERAL ( SELECT COALESCE(i.item_type, k.payout_item) AS item_type,
            i.amount AS item_amount,
            i.entry_count AS item_count,
            k.amount,
            k.entry_count
           FROM (( SELECT y.item_type,
                    y.amount,
                    y.entry_count
                   FROM ledger.payout_items y
                  WHERE ((y.restaurant_id = p.restaurant_id) AND (y.payout_id = p.payout_id) AND (y.item_type <> ALL (ARRAY['carried_in'::text, 'carried_out'::text])))) i
             FULL JOIN ( SELECT t.payout_item,
                    sum(((t.balance_effect)::numeric * (e.amount)::numeric)) AS amount,
                    count(*) AS entry_count
                   FROM (ledger.ledger_entries e
                     JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
                  WHERE ((e.restaurant_id = p.restaurant_id) AND (e.currency = p.currency) AND (e.settlement_day > COALESCE(p.previous_as_of, '-infinity'::date)) AND (e.settlement_day <= p.as_of) AND (e.entry_seq < p.reserve_entry_seq) AND (t.balance_effect <> 0) AND (e.entry_type <> 'PAYOUT_RESERVE'::text))
                  GROUP BY t.payout_item
                 HAVING (sum(((t.balance_effect)::numeric * (e.amount)::numeric)) <> (0)::numeric)) k ON ((i.item_type = k.payout_item)))
          WHERE (((i.amount)::numeric IS DISTINCT FROM k.amount) OR (i.entry_count IS DISTINCT FROM k.entry_count))) d);

COMMENT ON VIEW reporting.check_payout_items_differ_from_entries IS 'error: An item of a payout is not what the entries of its days come to. Reason: A payout''s items are the sums by kind, with their numbers, of the entries of the days that it closes, made before it; they are computed anew here. Remedy: Pause payouts of the restaurant. The entries are what the balance followed; the items are what the restaurant was told.';

COMMENT ON COLUMN reporting.check_payout_items_differ_from_entries.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_items_differ_from_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_items_differ_from_entries.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_items_differ_from_entries.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_items_do_not_add_up WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('items add up to %s, amount is %s'::text, COALESCE(i.amount, (0)::numeric), p.amount) AS finding
   FROM (ledger.audited_payouts p
     CROSS JOIN LATERAL ( SELECT sum(x.amount) AS amount
           FROM ledger.payout_items x
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.payout_id = p.payout_id))) i)
  WHERE ((p.amount)::numeric <> COALESCE(i.amount, (0)::numeric))
UNION ALL
 SELECT y.restaurant_id,
    NULL::text AS currency,
    y.payout_id AS reference,
    format('item %s of %s is of no payout'::text, y.item_type, y.amount) AS finding
   FROM ledger.payout_items y
  WHERE ((NOT (EXISTS ( SELECT
           FROM ledger.payouts x
          WHERE ((x.restaurant_id = y.restaurant_id) AND (x.payout_id = y.payout_id))))) AND ledger.audits_everything())
UNION ALL
 SELECT a.restaurant_id,
    NULL::text AS currency,
    y.payout_id AS reference,
    format('item %s of %s is of no payout'::text, y.item_type, y.amount) AS finding
   FROM (( SELECT b.restaurant_id
           FROM ledger.audited_accounts b
          GROUP BY b.restaurant_id
         HAVING (max(b.after_seq) = 0)) a
     CROSS JOIN LATERAL ( SELECT i.amount,
            i.entry_count,
            i.restaurant_id,
            i.payout_id,
            i.item_type
           FROM ledger.payout_items i
          WHERE ((i.restaurant_id = a.restaurant_id) AND (NOT (EXISTS ( SELECT
                   FROM ledger.payouts x
                  WHERE ((x.restaurant_id = i.restaurant_id) AND (x.payout_id = i.payout_id))))))
         OFFSET 0) y)
  WHERE (NOT ledger.audits_everything());

COMMENT ON VIEW reporting.check_payout_items_do_not_add_up IS 'error: The items of a payout do not add up to its amount, or there is no such payout. Reason: The items are what the restaurant is shown as the reason of the amount; they are written with it in one transaction and never change. Remedy: Stop payout runs for the restaurant (set_restaurant, p_payouts_paused). Sum the entries of the payout''s days to see which side is right.';

COMMENT ON COLUMN reporting.check_payout_items_do_not_add_up.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_items_do_not_add_up.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_items_do_not_add_up.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_items_do_not_add_up.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_outcome_differs WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('is %s, paid %s, failed %s, canceled %s, for %s; the reports say %s, %s, %s, %s, for %s'::text, p.status, COALESCE((p.paid_at)::text, '-'::text), COALESCE((p.failed_at)::text, '-'::text), COALESCE((p.canceled_at)::text, '-'::text), COALESCE(p.failure_code, 'no code'::text), COALESCE(e.status, 'CREATED'::text), COALESCE((e.paid_at)::text, '-'::text), COALESCE((e.failed_at)::text, '-'::text), COALESCE((e.canceled_at)::text, '-'::text), COALESCE(array_to_string(e.failure_codes, ' or '::text), 'no code'::text)) AS finding
   FROM (((ledger.audited_payouts p
     JOIN ledger.audited_accounts a ON (((p.restaurant_id = a.restaurant_id) AND (p.currency = a.currency))))
     CROSS JOIN ledger.platform_settings s)
     LEFT JOIN ( SELECT v.restaurant_id,
            v.payout_id,
            (array_agg(t.reported_state ORDER BY v.event_no DESC))[1] AS status,
            max(v.occurred_at) FILTER (WHERE (t.reported_state = 'PAID'::text)) AS paid_at,
            max(v.occurred_at) FILTER (WHERE (t.reported_state = 'FAILED'::text)) AS failed_at,
            max(v.occurred_at) FILTER (WHERE (t.reported_state = 'CANCELED'::text)) AS canceled_at,
            array_agg(DISTINCT f.code) FILTER (WHERE (f.code IS NOT NULL)) AS failure_codes,
            array_agg(f.reason) FILTER (WHERE (f.reason IS NOT NULL)) AS failure_reasons,
            min(v.event_no) AS event_no
           FROM ((ledger.audited_events v
             JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
             CROSS JOIN LATERAL ( SELECT
                        CASE t.reported_state
                            WHEN 'FAILED'::text THEN ledger.read_note(v.payload, 'failure_code'::text, 64)
                            ELSE NULL::text
                        END AS code,
                        CASE t.reported_state
                            WHEN 'FAILED'::text THEN COALESCE(ledger.read_note(v.payload, 'failure_reason'::text, 500), ledger.read_note(v.payload, 'failure_message'::text, 500))
                            ELSE NULL::text
                        END AS reason) f)
          WHERE ((t.subject = 'payout'::text) AND (t.reported_state IS NOT NULL) AND (v.subject_state IS DISTINCT FROM 'OVERTAKEN'::text))
          GROUP BY v.restaurant_id, v.payout_id) e ON (((p.restaurant_id = e.restaurant_id) AND (p.payout_id = e.payout_id))))
  WHERE ((p.reserve_entry_seq > a.after_seq) AND (((((p.status IS DISTINCT FROM COALESCE(e.status, 'CREATED'::text)) OR (p.paid_at IS DISTINCT FROM e.paid_at)) OR (p.failed_at IS DISTINCT FROM e.failed_at)) OR (p.canceled_at IS DISTINCT FROM e.canceled_at)) OR (((p.failure_code IS NOT NULL) OR (e.event_no > s.payments_since_no)) AND ((p.failure_code IS NULL) IS DISTINCT FROM (e.failure_codes IS NULL))) OR (p.failure_code <> ALL (e.failure_codes)) OR (((p.failure_reason IS NOT NULL) OR (e.event_no > s.payments_since_no)) AND ((p.failure_reason IS NULL) IS DISTINCT FROM (e.failure_reasons IS NULL))) OR (p.failure_reason <> ALL (e.failure_reasons))));

COMMENT ON VIEW reporting.check_payout_outcome_differs IS 'error: A payout''s outcome is not what was reported of it. Reason: Its state, when it came to it and why it failed are told by the reports about it, and by nothing else. Remedy: Compare the payout''s events with the row; the events are what was received. A payout shown PAID that is not is money the restaurant still waits for.';

COMMENT ON COLUMN reporting.check_payout_outcome_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_outcome_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_outcome_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_outcome_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_report_differs WITH (security_barrier='true') AS
 WITH told AS (
         SELECT v.restaurant_id,
            v.currency,
            v.event_no,
            v.event_id,
            v.event_type,
            v.payout_id,
            v.occurred_at,
            COALESCE(v.subject_state, 'NEW'::text) AS subject_state,
            t.reported_state,
            t.state_rank
           FROM ((((ledger.audited_events v
             JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
             JOIN ledger.payouts p ON (((v.restaurant_id = p.restaurant_id) AND (v.payout_id = p.payout_id))))
             JOIN ledger.audited_accounts a ON (((p.restaurant_id = a.restaurant_id) AND (p.currency = a.currency))))
             CROSS JOIN ledger.platform_settings s)
          WHERE ((t.subject = 'payout'::text) AND (p.reserve_entry_seq > a.after_seq) AND (v.event_no > s.payments_since_no))
        )
 SELECT d.restaurant_id,
    d.currency,
    d.event_id AS reference,
    format('%s found payout %s %s; the reports before it leave it %s'::text, d.event_type, d.payout_id, d.subject_state, d.status) AS finding
   FROM (( SELECT v.restaurant_id,
            v.currency,
            v.event_no,
            v.event_id,
            v.event_type,
            v.payout_id,
            v.occurred_at,
            v.subject_state,
            v.reported_state,
            v.state_rank,
            v.states,
            v.paid_at,
            v.failed_at,
            v.canceled_at,
            COALESCE(v.states[cardinality(v.states)], 'CREATED'::text) AS status
           FROM ( SELECT x.restaurant_id,
                    x.currency,
                    x.event_no,
                    x.event_id,
                    x.event_type,
                    x.payout_id,
                    x.occurred_at,
                    x.subject_state,
                    x.reported_state,
                    x.state_rank,
                    array_agg(x.reported_state) FILTER (WHERE ((x.reported_state IS NOT NULL) AND (x.subject_state <> 'OVERTAKEN'::text))) OVER payout AS states,
                    max(x.occurred_at) FILTER (WHERE ((x.reported_state = 'PAID'::text) AND (x.subject_state <> 'OVERTAKEN'::text))) OVER payout AS paid_at,
                    max(x.occurred_at) FILTER (WHERE ((x.reported_state = 'FAILED'::text) AND (x.subject_state <> 'OVERTAKEN'::text))) OVER payout AS failed_at,
                    max(x.occurred_at) FILTER (WHERE ((x.reported_state = 'CANCELED'::text) AND (x.subject_state <> 'OVERTAKEN'::text))) OVER payout AS canceled_at
                   FROM told x
                  WINDOW payout AS (PARTITION BY x.restaurant_id, x.payout_id ORDER BY x.event_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) v) d
     LEFT JOIN ( SELECT u.reported_state,
            max(u.state_rank) AS state_rank
           FROM ledger.event_types u
          WHERE (u.subject = 'payout'::text)
          GROUP BY u.reported_state) r ON ((d.status = r.reported_state)))
  WHERE (d.subject_state <>
        CASE
            WHEN ((d.status <> d.reported_state) AND (ROW(d.occurred_at, d.state_rank) < ROW(
            CASE d.status
                WHEN 'PAID'::text THEN d.paid_at
                WHEN 'FAILED'::text THEN d.failed_at
                WHEN 'CANCELED'::text THEN d.canceled_at
                ELSE NULL::timestamp with time zone
            END, r.state_rank))) THEN 'OVERTAKEN'::text
            ELSE d.status
        END);

COMMENT ON VIEW reporting.check_payout_report_differs IS 'error: A report about a payout was decided in another state than the reports before it leave. Reason: A payout goes from CREATED to what is reported of it, told apart by when it happened; what a report posts depends on that. It is decided again here, from the reports. Remedy: Compare the payout''s events with a backup; the rule that was followed is that of the state kept.';

COMMENT ON COLUMN reporting.check_payout_report_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_report_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_report_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_report_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.payout_runs WITH (security_barrier='true') AS
 SELECT run_id,
    currency,
    as_of,
    min_amount,
    restaurant_ids,
    started_at,
    finished_at,
    last_restaurant_id,
    payouts_created,
    payouts_amount,
    restaurants_skipped,
    skipped,
    overrides_terms,
    started_by,
    reason,
        CASE
            WHEN (finished_at IS NOT NULL) THEN 'finished'::text
            WHEN (died_at IS NOT NULL) THEN 'dead'::text
            WHEN (attempts > 0) THEN 'retrying'::text
            WHEN (is_queued AND (last_restaurant_id = ''::text)) THEN 'queued'::text
            ELSE 'running'::text
        END AS state,
    is_queued,
    attempts,
    next_attempt_at,
    failed_at,
    died_at,
    error,
    schedule_id,
    due_at
   FROM ledger.payout_runs r;

COMMENT ON VIEW reporting.payout_runs IS 'Payout runs that were not dry, how far they have come and with what result.';

COMMENT ON COLUMN reporting.payout_runs.run_id IS 'The run; payouts and skips name it.';

COMMENT ON COLUMN reporting.payout_runs.currency IS 'The currency in which it pays.';

COMMENT ON COLUMN reporting.payout_runs.as_of IS 'The last settlement day that it pays.';

COMMENT ON COLUMN reporting.payout_runs.min_amount IS 'Minor units of the currency; who has less is skipped.';

COMMENT ON COLUMN reporting.payout_runs.restaurant_ids IS 'The restaurants that it was started for; null: all.';

COMMENT ON COLUMN reporting.payout_runs.started_at IS 'When it was started.';

COMMENT ON COLUMN reporting.payout_runs.finished_at IS 'When it had passed the last restaurant; null: it goes on, or waits for somebody to continue it.';

COMMENT ON COLUMN reporting.payout_runs.last_restaurant_id IS 'It has passed all restaurants up to this one; empty: none yet.';

COMMENT ON COLUMN reporting.payout_runs.payouts_created IS 'Payouts created so far.';

COMMENT ON COLUMN reporting.payout_runs.payouts_amount IS 'What they come to, in minor units of the currency.';

COMMENT ON COLUMN reporting.payout_runs.restaurants_skipped IS 'Restaurants passed over so far.';

COMMENT ON COLUMN reporting.payout_runs.skipped IS 'How many of them for which reason; see reporting.payout_skips.';

COMMENT ON COLUMN reporting.payout_runs.overrides_terms IS 'Whether an operator paid by hand, whatever minimum and maximum the restaurants'' terms say.';

COMMENT ON COLUMN reporting.payout_runs.started_by IS 'Who did, if it was by hand.';

COMMENT ON COLUMN reporting.payout_runs.reason IS 'Why, if it was by hand.';

COMMENT ON COLUMN reporting.payout_runs.state IS 'queued, running, retrying, dead or finished.';

COMMENT ON COLUMN reporting.payout_runs.is_queued IS 'Whether a worker carries it out from the start, or since nobody else went on with it.';

COMMENT ON COLUMN reporting.payout_runs.attempts IS 'How often in a row its next restaurants could not be paid, because of an error.';

COMMENT ON COLUMN reporting.payout_runs.next_attempt_at IS 'When a worker may go on with it; null: it is finished or dead, or from before there were workers.';

COMMENT ON COLUMN reporting.payout_runs.failed_at IS 'When the last attempt failed.';

COMMENT ON COLUMN reporting.payout_runs.died_at IS 'When it was given up after too many attempts; null: it was not, or somebody went on with it.';

COMMENT ON COLUMN reporting.payout_runs.error IS 'Why the last attempt failed.';

COMMENT ON COLUMN reporting.payout_runs.schedule_id IS 'The schedule that started it.';

COMMENT ON COLUMN reporting.payout_runs.due_at IS 'When it was due by that schedule.';

CREATE VIEW reporting.check_payout_run_dead WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    currency,
    run_id AS reference,
    format('it was given up at %s after %s attempts: %s'::text, died_at, attempts, error) AS finding
   FROM reporting.payout_runs r
  WHERE (died_at IS NOT NULL);

COMMENT ON VIEW reporting.check_payout_run_dead IS 'warning: A payout run was given up. Reason: Its next restaurants could not be paid, because of an error that came back with every attempt; those behind them wait. Remedy: Remove the cause that the finding names, then retry_payout_run. Who was paid stays paid, and is not paid twice.';

COMMENT ON COLUMN reporting.check_payout_run_dead.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_run_dead.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_run_dead.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_run_dead.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_run_differs_from_payouts WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    r.currency,
    r.run_id AS reference,
    format('counts %s payouts of %s and the skips %s; it has %s of %s and %s'::text, r.payouts_created, r.payouts_amount, r.skipped, COALESCE(p.payouts, (0)::bigint), COALESCE(p.amount, (0)::numeric), COALESCE(s.skipped, '{}'::jsonb)) AS finding
   FROM ((ledger.payout_runs r
     LEFT JOIN ( SELECT x.run_id,
            count(*) AS payouts,
            sum(x.amount) AS amount
           FROM ledger.payouts x
          GROUP BY x.run_id) p ON ((r.run_id = p.run_id)))
     LEFT JOIN ( SELECT y.run_id,
            sum(y.skips) AS skips,
            jsonb_object_agg(y.reason, y.skips) AS skipped
           FROM ( SELECT x.run_id,
                    x.reason,
                    count(*) AS skips
                   FROM ledger.payout_skips x
                  GROUP BY x.run_id, x.reason) y
          GROUP BY y.run_id) s ON ((r.run_id = s.run_id)))
  WHERE ((r.payouts_created <> COALESCE(p.payouts, (0)::bigint)) OR (r.payouts_amount <> COALESCE(p.amount, (0)::numeric)) OR ((r.restaurants_skipped)::numeric <> COALESCE(s.skips, (0)::numeric)) OR (r.skipped <> COALESCE(s.skipped, '{}'::jsonb)));

COMMENT ON VIEW reporting.check_payout_run_differs_from_payouts IS 'error: A payout run counts other payouts or skips than it has. Reason: How many restaurants a run has paid, what that comes to, and how many it has passed over for which reason is counted in the transaction that writes them. Remedy: Compare the run''s payouts and skips with a backup: one of them is missing, or one too many.';

COMMENT ON COLUMN reporting.check_payout_run_differs_from_payouts.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_run_differs_from_payouts.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_run_differs_from_payouts.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_run_differs_from_payouts.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_run_left_out WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    currency,
    run_id AS reference,
    format('has told of %s restaurants; %s had entries when it began'::text, (payouts_created + restaurants_skipped), accounts) AS finding
   FROM ( SELECT x.run_id,
            x.currency,
            x.at_moment,
            x.payouts_created,
            x.restaurants_skipped,
            x.is_whole,
            count(*) FILTER (WHERE (x.run_id IS NULL)) OVER (PARTITION BY x.currency ORDER BY x.at_moment, x.run_id) AS accounts
           FROM ( SELECT y.run_id,
                    y.currency,
                    y.started_at AS at_moment,
                    y.payouts_created,
                    y.restaurants_skipped,
                    ((y.finished_at IS NOT NULL) AND (y.restaurant_ids IS NULL)) AS is_whole
                   FROM ledger.payout_runs y
                UNION ALL
                 SELECT NULL::text AS run_id,
                    e.currency,
                    e.recorded_at AS at_moment,
                    0 AS payouts_created,
                    0 AS restaurants_skipped,
                    false AS is_whole
                   FROM (ledger.account_balances a
                     JOIN ledger.ledger_entries e ON (((a.restaurant_id = e.restaurant_id) AND (a.currency = e.currency))))
                  WHERE (e.entry_seq = 1)) x) r
  WHERE (is_whole AND (accounts > (payouts_created + restaurants_skipped)));

COMMENT ON VIEW reporting.check_payout_run_left_out IS 'warning: A payout run has not looked at every restaurant. Reason: A finished run of all restaurants has paid or passed over each one that had an account in its currency, so at least as many as had an entry when it began. Remedy: If the server''s clock was set back since the run began, nothing. Else compare the run''s payouts and skips with a backup. The restaurants themselves are paid by the next run.';

COMMENT ON COLUMN reporting.check_payout_run_left_out.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_run_left_out.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_run_left_out.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_run_left_out.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.payout_schedules WITH (security_barrier='true') AS
 SELECT schedule_id,
    currency,
    cadence,
    day,
    local_time,
    timezone,
    as_of_days,
    min_amount,
    is_active,
    next_due_at,
    last_due_at,
    last_started_at,
    last_run_id,
    error,
    updated_at,
    updated_by
   FROM ledger.payout_schedules s;

COMMENT ON VIEW reporting.payout_schedules IS 'When payout runs begin by themselves, and what became of the last time.';

COMMENT ON COLUMN reporting.payout_schedules.schedule_id IS 'The platform''s name of it.';

COMMENT ON COLUMN reporting.payout_schedules.currency IS 'The currency in which its runs pay.';

COMMENT ON COLUMN reporting.payout_schedules.cadence IS 'daily, weekly or monthly.';

COMMENT ON COLUMN reporting.payout_schedules.day IS 'Of a week (1 is Monday, 7 Sunday) or of a month; in a month without that day: the last. Null: every day.';

COMMENT ON COLUMN reporting.payout_schedules.local_time IS 'The time of day in its time zone.';

COMMENT ON COLUMN reporting.payout_schedules.timezone IS 'The IANA name of its time zone.';

COMMENT ON COLUMN reporting.payout_schedules.as_of_days IS 'Its runs pay up to so many days before the day on which they are due.';

COMMENT ON COLUMN reporting.payout_schedules.min_amount IS 'Minor units of the currency; who has less is skipped.';

COMMENT ON COLUMN reporting.payout_schedules.is_active IS 'Whether it starts anything.';

COMMENT ON COLUMN reporting.payout_schedules.next_due_at IS 'When it is due the next time, or has been since; null: it is not active.';

COMMENT ON COLUMN reporting.payout_schedules.last_due_at IS 'When it was due the last time that it started a run.';

COMMENT ON COLUMN reporting.payout_schedules.last_started_at IS 'When that run was started.';

COMMENT ON COLUMN reporting.payout_schedules.last_run_id IS 'That run.';

COMMENT ON COLUMN reporting.payout_schedules.error IS 'Why it cannot start what is due; null: it can.';

COMMENT ON COLUMN reporting.payout_schedules.updated_at IS 'When it was set the last time.';

COMMENT ON COLUMN reporting.payout_schedules.updated_by IS 'Who did.';

CREATE VIEW reporting.check_payout_schedule_stuck WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    currency,
    schedule_id AS reference,
    format('it has been due since %s, and %s'::text, next_due_at, COALESCE(error, 'nobody started it'::text)) AS finding
   FROM reporting.payout_schedules s
  WHERE ((next_due_at < (now() - '00:15:00'::interval)) OR (error IS NOT NULL));

COMMENT ON VIEW reporting.check_payout_schedule_stuck IS 'warning: A schedule is due and its payout run was not started. Reason: Restaurants wait for money that is theirs by now: no worker runs, or the schedule cannot start. Remedy: See whether a worker runs (python worker.py), or set the schedule to what it can be. It starts by itself then, once.';

COMMENT ON COLUMN reporting.check_payout_schedule_stuck.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_schedule_stuck.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_schedule_stuck.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_schedule_stuck.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_skip_contradicts WITH (security_barrier='true') AS
 SELECT k.restaurant_id,
    k.currency,
    k.run_id AS reference,
    format('was passed over with %s: %s'::text, k.amount, k.reason) AS finding
   FROM ((ledger.payout_skips k
     LEFT JOIN ledger.payout_runs r ON ((k.run_id = r.run_id)))
     LEFT JOIN ledger.payouts p ON (((k.restaurant_id = p.restaurant_id) AND (k.currency = p.currency) AND (r.as_of = p.as_of))))
  WHERE ((k.currency IS DISTINCT FROM r.currency) OR (k.restaurant_id <> ALL (r.restaurant_ids)) OR (k.restaurant_id > r.last_restaurant_id) OR (p.run_id = k.run_id) OR ((k.reason = 'already_paid'::text) AND (p.payout_id IS NULL)) OR ((k.reason = ANY (ARRAY['below_minimum'::text, 'above_maximum'::text])) AND (k.amount <= (0)::numeric)) OR ((k.reason = 'below_minimum'::text) AND (r.min_amount > 0) AND (k.amount > ('9007199254740991'::bigint)::numeric)) OR ((k.reason = 'account_locked'::text) AND (k.amount <> (0)::numeric)) OR ((k.reason = 'nothing_to_pay'::text) AND (k.amount > (0)::numeric)) OR ((k.reason = 'closed_by_later_payout'::text) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.payouts l
          WHERE ((l.restaurant_id = k.restaurant_id) AND (l.currency = k.currency) AND (l.as_of > r.as_of)))))));

COMMENT ON VIEW reporting.check_payout_skip_contradicts IS 'error: A run has passed over a restaurant for a reason that cannot be. Reason: A skip is of its run''s currency and restaurants, and not of one that the run has paid; already_paid and closed_by_later_payout need such a payout, and the amount fits the reason. Remedy: Compare the skip and its run with a backup.';

COMMENT ON COLUMN reporting.check_payout_skip_contradicts.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_skip_contradicts.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_skip_contradicts.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_skip_contradicts.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_status_differs_from_entries WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('status is %s, but the entries leave %s reserved and %s taken from the restaurant, of %s'::text, p.status, e.reserved, e.taken, p.amount) AS finding
   FROM (ledger.audited_payouts p
     CROSS JOIN LATERAL ( SELECT sum(((x.amount)::numeric * (t.reserved_effect)::numeric)) AS reserved,
            sum(((- (x.amount)::numeric) * (t.balance_effect)::numeric)) AS taken,
            max(x.amount) FILTER (WHERE (x.entry_type = 'PAYOUT_RESERVE'::text)) AS first_reserved
           FROM (ledger.ledger_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.payout_id = p.payout_id) AND (t.payout_item IS DISTINCT FROM 'payout_fees'::text))) e)
  WHERE ((e.reserved <> (
        CASE p.status
            WHEN 'CREATED'::text THEN e.first_reserved
            ELSE (0)::bigint
        END)::numeric) OR (e.taken <> (
        CASE
            WHEN (p.status = ANY (ARRAY['CREATED'::text, 'PAID'::text])) THEN e.first_reserved
            ELSE (0)::bigint
        END)::numeric));

COMMENT ON VIEW reporting.check_payout_status_differs_from_entries IS 'error: A payout''s status is not what its entries say. Reason: CREATED leaves the amount reserved; PAID leaves it with the restaurant''s bank; FAILED and CANCELED give all of it back. The status and the entry that goes with it are written in one transaction. Remedy: Look at the statement of the restaurant (sql/statement.sql) and at the events that name the payout; trust the entries.';

COMMENT ON COLUMN reporting.check_payout_status_differs_from_entries.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_status_differs_from_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_status_differs_from_entries.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_status_differs_from_entries.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_unequal_to_entries WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('amount is %s, what it pays comes to %s'::text, p.amount, (COALESCE(e.amount, (0)::numeric) + COALESCE(c.amount, (0)::numeric))) AS finding
   FROM ((ledger.payout_chain p
     LEFT JOIN LATERAL ( SELECT sum(((x.amount)::numeric * (t.balance_effect)::numeric)) AS amount
           FROM (ledger.ledger_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.currency = p.currency) AND (x.settlement_day > COALESCE(p.previous_as_of, '-infinity'::date)) AND (x.settlement_day <= p.as_of) AND (t.payout_item IS NOT NULL))) e ON (true))
     LEFT JOIN LATERAL ( SELECT sum(x.amount) AS amount
           FROM ledger.payout_items x
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.payout_id = p.payout_id) AND (x.item_type = ANY (ARRAY['carried_in'::text, 'carried_out'::text])))) c ON (true))
  WHERE ((p.amount)::numeric <> (COALESCE(e.amount, (0)::numeric) + COALESCE(c.amount, (0)::numeric)));

COMMENT ON VIEW reporting.check_payout_unequal_to_entries IS 'error: A payout is not the sum of the entries that it pays. Reason: The entries of the days that it closed, with what was carried in and out, add up to it, and nothing is ever added to a closed day. Remedy: Pause payouts of the restaurant, and compare reporting.payout_entries with reporting.payout_items of the payout.';

COMMENT ON COLUMN reporting.check_payout_unequal_to_entries.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_unequal_to_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_unequal_to_entries.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_unequal_to_entries.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_unlike_its_run WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('%s of %s as of %s is payout %s of %s of the run %s of %s as of %s'::text, p.amount, p.currency, p.as_of, p.reserve_entry_seq, p.restaurant_id, p.run_id, COALESCE(r.currency, 'nothing'::text), r.as_of) AS finding
   FROM ((ledger.payout_chain p
     LEFT JOIN ledger.payout_runs r ON ((p.run_id = r.run_id)))
     LEFT JOIN ledger.ledger_entries e ON (((p.restaurant_id = e.restaurant_id) AND (p.currency = e.currency) AND (p.reserve_entry_seq = e.entry_seq))))
  WHERE (((p.currency IS DISTINCT FROM r.currency) OR (p.as_of IS DISTINCT FROM r.as_of)) OR (p.payout_id <> ledger.derive_payout_id(p.restaurant_id, p.currency, p.as_of)) OR (p.amount < r.min_amount) OR (p.restaurant_id <> ALL (r.restaurant_ids)) OR (p.restaurant_id > r.last_restaurant_id) OR (p.as_of > e.business_day) OR (p.reserve_entry_seq <= p.previous_reserve_seq));

COMMENT ON VIEW reporting.check_payout_unlike_its_run IS 'error: A payout is not one that its run could have made. Reason: A payout''s id is made of its restaurant, currency and day; it is of its run''s currency, day and restaurants and no less than the run''s minimum, of a day that had begun, and later than those before it. Remedy: Pause payouts of the restaurant, and compare the payout and its run with a backup.';

COMMENT ON COLUMN reporting.check_payout_unlike_its_run.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_unlike_its_run.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_unlike_its_run.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_unlike_its_run.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.payouts_waiting WITH (security_barrier='true') AS
 SELECT payout_id,
    restaurant_id,
    currency,
    as_of,
    amount,
    created_at,
    submitted_at,
    submitted_by,
    confirmed_at,
    external_id,
    (now() - created_at) AS age,
        CASE
            WHEN (confirmed_at IS NOT NULL) THEN 'bank'::text
            WHEN (submitted_at IS NOT NULL) THEN 'disburser'::text
            ELSE 'nobody'::text
        END AS waits_for
   FROM ledger.payouts p
  WHERE ((status = 'CREATED'::text) AND (created_at < (now() - ( SELECT make_interval(hours => s.payouts_waiting_hours) AS make_interval
           FROM ledger.platform_settings s))));

COMMENT ON VIEW reporting.payouts_waiting IS 'Payouts that have been CREATED for longer than the platform''s setting payouts_waiting_hours: somebody should ask where they are.';

COMMENT ON COLUMN reporting.payouts_waiting.payout_id IS 'The payout.';

COMMENT ON COLUMN reporting.payouts_waiting.restaurant_id IS 'Who is to be paid.';

COMMENT ON COLUMN reporting.payouts_waiting.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payouts_waiting.as_of IS 'The last settlement day that the payout pays.';

COMMENT ON COLUMN reporting.payouts_waiting.amount IS 'Minor units of the currency.';

COMMENT ON COLUMN reporting.payouts_waiting.created_at IS 'When it was created.';

COMMENT ON COLUMN reporting.payouts_waiting.submitted_at IS 'When a disburser took it; null: nobody has.';

COMMENT ON COLUMN reporting.payouts_waiting.submitted_by IS 'Who took it.';

COMMENT ON COLUMN reporting.payouts_waiting.confirmed_at IS 'When the disburser confirmed that the bank or the processor has it.';

COMMENT ON COLUMN reporting.payouts_waiting.external_id IS 'The bank''s or the processor''s own id of it.';

COMMENT ON COLUMN reporting.payouts_waiting.age IS 'How long it has been CREATED.';

COMMENT ON COLUMN reporting.payouts_waiting.waits_for IS 'Whom to ask. nobody: it was never taken; disburser: taken and not confirmed; bank: the bank or the processor has it and has not told what became of it.';

CREATE VIEW reporting.check_payout_waiting WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    payout_id AS reference,
    format('%s has been CREATED since %s, it waits for %s'::text, amount, created_at,
        CASE waits_for
            WHEN 'disburser'::text THEN COALESCE(submitted_by, ''::text)
            ELSE waits_for
        END) AS finding
   FROM reporting.payouts_waiting w;

COMMENT ON VIEW reporting.check_payout_waiting IS 'warning: A payout has been CREATED for longer than the platform waits. Reason: Its money is reserved, and the restaurant has not got it: it was never handed over, a disburser died, or a report is missing. Remedy: Ask the bank or the processor by payout_id. Report what became of it, hand it over, or cancel it; time alone never releases money.';

COMMENT ON COLUMN reporting.check_payout_waiting.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_waiting.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_waiting.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_waiting.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_payout_without_reserve WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    payout_id AS reference,
    format('entry %s does not reserve its %s'::text, reserve_entry_seq, amount) AS finding
   FROM ledger.audited_payouts p
  WHERE (NOT (EXISTS ( SELECT 1
           FROM ledger.ledger_entries e
          WHERE ((e.restaurant_id = p.restaurant_id) AND (e.currency = p.currency) AND (e.entry_seq = p.reserve_entry_seq) AND (e.payout_id = p.payout_id) AND (e.entry_type = 'PAYOUT_RESERVE'::text)))));

COMMENT ON VIEW reporting.check_payout_without_reserve IS 'error: A payout never reserved its money. Reason: Creating a payout moves its amount from available to reserved in the same transaction. Without that the money can be paid twice. Remedy: Pause payouts of the restaurant before anything else. Ask the bank whether this payout was paid.';

COMMENT ON COLUMN reporting.check_payout_without_reserve.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_payout_without_reserve.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_payout_without_reserve.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_payout_without_reserve.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_pending_day_unequal_to_entries WITH (security_barrier='true') AS
 WITH fresh AS (
         SELECT e_1.restaurant_id,
            e_1.currency,
            e_1.available_on,
            sum(((e_1.amount)::numeric * (t.balance_effect)::numeric)) AS amount,
            min(e_1.entry_seq) AS first_entry_seq,
            max(e_1.entry_seq) AS last_entry_seq
           FROM (ledger.audited_postings e_1
             JOIN ledger.entry_types t ON ((e_1.entry_type = t.entry_type)))
          WHERE (t.may_be_pending AND ((e_1.available_on > e_1.business_day) OR (e_1.occurred_at > e_1.recorded_at)))
          GROUP BY e_1.restaurant_id, e_1.currency, e_1.available_on
        ), stored AS (
         SELECT x.amount,
            x.available_on,
            x.restaurant_id,
            x.currency,
            x.first_entry_seq,
            x.last_entry_seq
           FROM ledger.pending_days x
          WHERE ledger.audits_everything()
        UNION ALL
         SELECT x.amount,
            x.available_on,
            x.restaurant_id,
            x.currency,
            x.first_entry_seq,
            x.last_entry_seq
           FROM (ledger.audited_accounts a
             CROSS JOIN LATERAL ( SELECT n.amount,
                    n.available_on,
                    n.restaurant_id,
                    n.currency,
                    n.first_entry_seq,
                    n.last_entry_seq
                   FROM ledger.pending_days n
                  WHERE ((n.restaurant_id = a.restaurant_id) AND (n.currency = a.currency) AND (n.available_on >= (((now() AT TIME ZONE 'UTC'::text))::date - 3)) AND (n.available_on <= 'infinity'::date))
                 OFFSET 0) x)
          WHERE (NOT ledger.audits_everything())
        UNION ALL
         SELECT x.amount,
            x.available_on,
            x.restaurant_id,
            x.currency,
            x.first_entry_seq,
            x.last_entry_seq
           FROM (fresh f
             CROSS JOIN LATERAL ( SELECT n.amount,
                    n.available_on,
                    n.restaurant_id,
                    n.currency,
                    n.first_entry_seq,
                    n.last_entry_seq
                   FROM ledger.pending_days n
                  WHERE ((n.restaurant_id = f.restaurant_id) AND (n.currency = f.currency) AND (n.available_on = f.available_on))
                 OFFSET 0) x)
          WHERE ((NOT ledger.audits_everything()) AND (f.available_on < (((now() AT TIME ZONE 'UTC'::text))::date - 3)))
        ), sealed AS (
         SELECT a.restaurant_id,
            a.currency,
            x.available_on,
            (x.amount * (x.balance_effect)::numeric) AS amount,
            x.entry_seq
           FROM ((ledger.audited_accounts a
             JOIN ( SELECT n.restaurant_id,
                    n.currency,
                    min(COALESCE(n.first_entry_seq, (1)::bigint)) AS entry_seq
                   FROM stored n
                  GROUP BY n.restaurant_id, n.currency) f ON (((a.restaurant_id = f.restaurant_id) AND (a.currency = f.currency))))
             CROSS JOIN LATERAL ( SELECT n.available_on,
                    (n.amount)::numeric AS amount,
                    n.entry_seq,
                    t.balance_effect
                   FROM (ledger.ledger_entries n
                     JOIN ledger.entry_types t ON ((n.entry_type = t.entry_type)))
                  WHERE ((n.restaurant_id = a.restaurant_id) AND (n.currency = a.currency) AND (n.entry_seq >= f.entry_seq) AND (n.entry_seq <= a.after_seq) AND t.may_be_pending AND ((n.available_on > n.business_day) OR (( SELECT o.occurred_at
                           FROM ledger.processor_events o
                          WHERE ((o.restaurant_id = n.restaurant_id) AND (o.event_no = n.event_no))) > n.recorded_at)))
                 OFFSET 0) x)
          WHERE (NOT ledger.audits_everything())
        )
 SELECT COALESCE(d.restaurant_id, e.restaurant_id) AS restaurant_id,
    COALESCE(d.currency, e.currency) AS currency,
    (COALESCE(d.available_on, e.available_on))::text AS reference,
    format('the day has %s of entries %s to %s, the entries give %s of %s to %s'::text, COALESCE(d.amount, (0)::numeric), d.first_entry_seq, d.last_entry_seq, COALESCE(e.amount, (0)::numeric), e.first_entry_seq, e.last_entry_seq) AS finding
   FROM (stored d
     FULL JOIN ( SELECT x.restaurant_id,
            x.currency,
            x.available_on,
            sum(x.amount) AS amount,
            min(x.first_entry_seq) AS first_entry_seq,
            max(x.last_entry_seq) AS last_entry_seq
           FROM ( SELECT f.restaurant_id,
                    f.currency,
                    f.available_on,
                    f.amount,
                    f.first_entry_seq,
                    f.last_entry_seq,
                    true AS is_looked_at
                   FROM fresh f
                UNION ALL
                 SELECT o.restaurant_id,
                    o.currency,
                    o.available_on,
                    sum(o.amount) AS sum,
                    min(o.entry_seq) AS min,
                    max(o.entry_seq) AS max,
                    (o.available_on >= (((now() AT TIME ZONE 'UTC'::text))::date - 3))
                   FROM sealed o
                  GROUP BY o.restaurant_id, o.currency, o.available_on) x
          GROUP BY x.restaurant_id, x.currency, x.available_on
         HAVING bool_or(x.is_looked_at)) e ON (((d.restaurant_id = e.restaurant_id) AND (d.currency = e.currency) AND (d.available_on = e.available_on))))
  WHERE ((COALESCE(d.amount, (0)::numeric) <> COALESCE(e.amount, (0)::numeric)) OR COALESCE((d.first_entry_seq <> e.first_entry_seq), false) OR COALESCE((d.last_entry_seq <> e.last_entry_seq), false));

COMMENT ON VIEW reporting.check_pending_day_unequal_to_entries IS 'error: What becomes available on a day is not the sum of its entries. Reason: What is pending, or was at some moment, is read from ledger.pending_days, one row a day of money that came with a delay, with the first and the last entry of it; the entries are the truth. Remedy: Pause payouts of the restaurant until the day has come or the row is right again.';

COMMENT ON COLUMN reporting.check_pending_day_unequal_to_entries.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_pending_day_unequal_to_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_pending_day_unequal_to_entries.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_pending_day_unequal_to_entries.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_recorded_at_decreases WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    format('entry %s'::text, entry_seq) AS reference,
    format('was recorded at %s, the entry before it at %s'::text, recorded_at, recorded_before) AS finding
   FROM ledger.audited_steps e
  WHERE (recorded_at < recorded_before);

COMMENT ON VIEW reporting.check_recorded_at_decreases IS 'error: An entry was recorded earlier than the one before it. Reason: The entries of an account are recorded one after the other under its lock. The balance at an earlier moment and the days of a statement are found by halving, which needs times that never decrease. Remedy: Compare the entry named, and the one before it, with a backup.';

COMMENT ON COLUMN reporting.check_recorded_at_decreases.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_recorded_at_decreases.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_recorded_at_decreases.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_recorded_at_decreases.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_recorded_at_differs WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('was recorded at %s, the entry before it at %s, and %s at %s'::text, e.recorded_at, e.recorded_before, COALESCE((('event '::text || e.event_id) || ' was received'::text), (('payout '::text || p.payout_id) || ' made'::text)), COALESCE(e.received_at, p.created_at)) AS finding
   FROM ((((ledger.audited_postings e
     LEFT JOIN ledger.event_types t ON ((e.event_type = t.event_type)))
     LEFT JOIN LATERAL ( SELECT y.amount,
            y.reserve_entry_seq,
            y.created_at,
            y.paid_at,
            y.failed_at,
            y.canceled_at,
            y.as_of,
            y.restaurant_id,
            y.currency,
            y.status,
            y.payout_id,
            y.run_id,
            y.failure_reason,
            y.submitted_at,
            y.confirmed_at,
            y.external_id,
            y.failure_code,
            y.submitted_by,
            y.confirmed_by
           FROM ledger.payouts y
          WHERE ((y.restaurant_id = e.restaurant_id) AND (y.payout_id = e.payout_id) AND (e.event_no IS NULL))
         OFFSET 0) p ON (true))
     LEFT JOIN ledger.event_acceptances c ON (((e.restaurant_id = c.restaurant_id) AND (e.event_no = c.event_no))))
     CROSS JOIN LATERAL ( SELECT ((COALESCE(t.origin, 'operator'::text) = 'processor'::text) AND (COALESCE(t.subject, 'none'::text) <> ALL (ARRAY['payout'::text, 'payment'::text])) AND (c.event_no IS NULL)) AS may_have_waited) w)
  WHERE
        CASE
            WHEN (e.entry_seq > e.first_entry_seq) THEN (e.recorded_at <> e.recorded_before)
            WHEN w.may_have_waited THEN false
            ELSE (e.recorded_at <> GREATEST(COALESCE(c.accepted_at, e.received_at, p.created_at), e.recorded_before))
        END;

COMMENT ON VIEW reporting.check_recorded_at_differs IS 'error: An entry was not recorded when its event was received. Reason: An entry is recorded when its event is received or accepted, or its payout made, or with the entry before it if the clock was set back since then; both entries of an event at once. When an event was let go that had waited is told by nothing else. Remedy: Compare the entry and its event with a backup.';

COMMENT ON COLUMN reporting.check_recorded_at_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_recorded_at_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_recorded_at_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_recorded_at_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_reference_differs_from_deploy WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    NULL::text AS currency,
    format('%s %s'::text, kind, name) AS reference,
    finding
   FROM api.list_drift('row'::text) d(kind, name, finding);

COMMENT ON VIEW reporting.check_reference_differs_from_deploy IS 'error: The chart, a rule, a currency or its like is not what the last deploy left. Reason: They say what events post, and entries are read by them; they are files, and changed by a deploy only. Remedy: Look who did it, and run python db/deploy.py, which brings back what the files say. What no file says (valid_from, the history of rules) is to be restored from a backup';

COMMENT ON COLUMN reporting.check_reference_differs_from_deploy.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_reference_differs_from_deploy.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_reference_differs_from_deploy.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_reference_differs_from_deploy.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_rejection_differs_from_document WITH (security_barrier='true') AS
 SELECT restaurant_id,
    NULL::text AS currency,
    COALESCE(event_id, format('rejection %s'::text, rejection_no)) AS reference,
    format('%s %s of %s of %s; its document says %s'::text, status, code, COALESCE(event_id, '-'::text), restaurant_id, "left"((payload)::text, 300)) AS finding
   FROM ledger.event_rejections r
  WHERE ((event_id <> COALESCE((payload ->> 'event_id'::text), ''::text)) OR ((restaurant_id <> ''::text) AND (restaurant_id <> COALESCE((payload ->> 'restaurant_id'::text), ''::text))) OR (provider <> COALESCE((payload ->> 'provider'::text), 'default'::text)) OR (code IS DISTINCT FROM ( SELECT x.code
           FROM ledger.rejection_reasons x
          WHERE (x.code = r.code))) OR ((status = 'conflict'::text) <> (code = ANY (ARRAY['EVENT_ID_REUSED'::text, 'SUBJECT_REUSED'::text]))) OR ((code = 'EVENT_ID_REUSED'::text) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.processor_events e
          WHERE ((e.provider = r.provider) AND (e.event_id = r.event_id))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.deferred_events e
          WHERE ((e.provider = r.provider) AND (e.event_id = r.event_id))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.event_dismissals e
          WHERE ((e.provider = r.provider) AND (e.event_id = r.event_id) AND (e.status = 'deferred'::text))))) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.event_rejections e
          WHERE ((e.event_id = r.event_id) AND (e.provider = r.provider) AND (e.code <> 'EVENT_ID_REUSED'::text)))))) OR ((code = ANY (ARRAY['SUBJECT_REUSED'::text, 'TOLD_BEFORE'::text])) AND (NOT (EXISTS ( SELECT 1
           FROM ledger.processor_events e
          WHERE ((e.provider = r.provider) AND (e.event_id = (r.details ->> 'event_id'::text)) AND (e.restaurant_id = r.restaurant_id)))))));

COMMENT ON VIEW reporting.check_rejection_differs_from_document IS 'error: A refusal is not of the event that its document tells. Reason: Who sent what for whom is read from the document, as far as it could be read; a conflict, and what was told before, is about an event that is posted, waits, or was refused or dismissed, and stays. Remedy: Compare with a backup. What was refused has moved no money; what is missing has.';

COMMENT ON COLUMN reporting.check_rejection_differs_from_document.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_rejection_differs_from_document.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_rejection_differs_from_document.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_rejection_differs_from_document.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_reserve_differs_from_payout WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.payout_id AS reference,
    format('%s PAYOUT_RESERVE entries of %s %s, the payout is of %s %s'::text, e.entry_count, e.amount, e.currencies, p.amount, p.currency) AS finding
   FROM (ledger.audited_payouts p
     CROSS JOIN LATERAL ( SELECT count(*) AS entry_count,
            sum(x.amount) AS amount,
            string_agg(DISTINCT x.currency, '+'::text) AS currencies
           FROM ledger.ledger_entries x
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.payout_id = p.payout_id) AND (x.entry_type = 'PAYOUT_RESERVE'::text))) e)
  WHERE ((e.entry_count > 0) AND ((e.entry_count <> 1) OR (e.amount <> (p.amount)::numeric) OR (e.currencies <> p.currency)));

COMMENT ON VIEW reporting.check_reserve_differs_from_payout IS 'error: What was reserved is not what the payout pays. Reason: One PAYOUT_RESERVE entry of the payout''s amount and currency belongs to each payout: more was reserved, or less, or twice. Remedy: Pause payouts of the restaurant. The entry is what the balance followed; the payout row is what the bank was told.';

COMMENT ON COLUMN reporting.check_reserve_differs_from_payout.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_reserve_differs_from_payout.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_reserve_differs_from_payout.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_reserve_differs_from_payout.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_reserved_balance_unequal_to_open_payouts WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    'balance'::text AS reference,
    format('reserved is %s, payouts under way are %s'::text, b.reserved, COALESCE(p.amount, (0)::numeric)) AS finding
   FROM (ledger.account_balances b
     LEFT JOIN ( SELECT x.restaurant_id,
            x.currency,
            sum(x.amount) AS amount
           FROM ledger.payouts x
          WHERE (x.status = 'CREATED'::text)
          GROUP BY x.restaurant_id, x.currency) p ON (((b.restaurant_id = p.restaurant_id) AND (b.currency = p.currency))))
  WHERE ((b.reserved)::numeric <> COALESCE(p.amount, (0)::numeric));

COMMENT ON VIEW reporting.check_reserved_balance_unequal_to_open_payouts IS 'error: Reserved money is not the sum of the payouts under way. Reason: What is reserved belongs to payouts that are CREATED, and to nothing else. More: money is stuck. Less: a payout may be paid without cover. Remedy: Look for findings of payout_without_reserve and payout_status_differs_from_entries of the same restaurant first: they name the payout.';

COMMENT ON COLUMN reporting.check_reserved_balance_unequal_to_open_payouts.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_reserved_balance_unequal_to_open_payouts.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_reserved_balance_unequal_to_open_payouts.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_reserved_balance_unequal_to_open_payouts.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_reversal_not_mirror WITH (security_barrier='true') AS
 SELECT k.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('posted %s; %s had posted %s'::text, m.entries, a.event_id, o.entries) AS finding
   FROM ((((ledger.audited_links k
     JOIN ledger.processor_events v ON (((k.restaurant_id = v.restaurant_id) AND (k.event_no = v.event_no))))
     JOIN ledger.processor_events a ON (((k.restaurant_id = a.restaurant_id) AND (k.about_event_no = a.event_no))))
     CROSS JOIN LATERAL ( SELECT string_agg(format('%s %s'::text, l.entry_type, l.amount), ', '::text ORDER BY l.entry_seq) AS entries,
            array_agg(format('%s %s %s'::text, l.amount, t.debit_account, t.credit_account) ORDER BY l.entry_seq) AS movements
           FROM (ledger.ledger_entries l
             JOIN ledger.entry_types t ON ((l.entry_type = t.entry_type)))
          WHERE ((l.restaurant_id = v.restaurant_id) AND (l.event_no = v.event_no) AND (l.currency = v.currency) AND (l.entry_seq >= v.first_entry_seq) AND (l.entry_seq < (v.first_entry_seq + v.entry_count)))) m)
     CROSS JOIN LATERAL ( SELECT string_agg(format('%s %s'::text, l.entry_type, l.amount), ', '::text ORDER BY l.entry_seq) AS entries,
            array_agg(format('%s %s %s'::text, l.amount, t.credit_account, t.debit_account) ORDER BY l.entry_seq) AS movements
           FROM (ledger.ledger_entries l
             JOIN ledger.entry_types t ON ((l.entry_type = t.entry_type)))
          WHERE ((l.restaurant_id = a.restaurant_id) AND (l.event_no = a.event_no) AND (l.currency = a.currency) AND (l.entry_seq >= a.first_entry_seq) AND (l.entry_seq < (a.first_entry_seq + a.entry_count)))) o)
  WHERE (k.is_reversal AND (m.movements IS DISTINCT FROM o.movements));

COMMENT ON VIEW reporting.check_reversal_not_mirror IS 'error: A reversal is not the mirror of what it takes back. Reason: It posts each entry of the event again, with debit and credit the other way round. Else something of the mistake stays. Remedy: Compare the entries of both events, and correct the difference with an adjustment.';

COMMENT ON COLUMN reporting.check_reversal_not_mirror.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_reversal_not_mirror.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_reversal_not_mirror.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_reversal_not_mirror.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_rule_history_broken WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    NULL::text AS currency,
    format('%s of %s'::text, event_type, subject_state) AS reference,
    format('holds from %s to %s; the one before it until %s'::text, valid_from, valid_until, COALESCE((ended_at)::text, 'never'::text)) AS finding
   FROM ( SELECT y.event_type,
            y.subject_state,
            y.valid_from,
            y.valid_until,
            lag(y.valid_until) OVER (PARTITION BY y.event_type, y.subject_state ORDER BY y.valid_until) AS ended_at
           FROM ( SELECT n.event_type,
                    n.subject_state,
                    n.valid_from,
                    'infinity'::timestamp with time zone AS valid_until
                   FROM ledger.posting_rules n
                UNION ALL
                 SELECT h.event_type,
                    h.subject_state,
                    h.valid_from,
                    h.valid_until
                   FROM ledger.posting_rule_history h) y) r
  WHERE ((valid_from >= valid_until) OR (valid_from < (ended_at - '00:00:01'::interval)));

COMMENT ON VIEW reporting.check_rule_history_broken IS 'error: The history of a posting rule has a hole or overlaps. Reason: A rule that is replaced or removed is kept with its validity, and the next one begins where it ended; by these an old event is read by the rules of its time. Remedy: Compare ledger.posting_rule_history and the valid_from of ledger.posting_rules with a backup.';

COMMENT ON COLUMN reporting.check_rule_history_broken.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_rule_history_broken.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_rule_history_broken.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_rule_history_broken.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_running_balance_broken WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    format('entry %s'::text, e.entry_seq) AS reference,
    format('%s of %s leaves balance %s, reserved %s, held %s; before it they were %s, %s, %s'::text, e.entry_type, e.amount, e.balance_after, e.reserved_after, e.held_after, e.balance_before, e.reserved_before, e.held_before) AS finding
   FROM (ledger.audited_steps e
     JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
  WHERE (((e.balance_after)::numeric <> ((e.balance_before)::numeric + ((e.amount * t.balance_effect))::numeric)) OR ((e.reserved_after)::numeric <> ((e.reserved_before)::numeric + ((e.amount * t.reserved_effect))::numeric)) OR ((e.held_after)::numeric <> ((e.held_before)::numeric + ((e.amount * t.held_effect))::numeric)));

COMMENT ON VIEW reporting.check_running_balance_broken IS 'error: The balance after an entry does not follow from the one before. Reason: Each entry stores what it leaves. The first finding of an account is where the book was changed. Remedy: Compare the entry named, and the one before it, with a backup.';

COMMENT ON COLUMN reporting.check_running_balance_broken.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_running_balance_broken.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_running_balance_broken.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_running_balance_broken.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_sequence_behind WITH (security_barrier='true') AS
 SELECT NULL::text AS restaurant_id,
    NULL::text AS currency,
    sequence AS reference,
    format('gives %s next; %s has been given'::text, next_no, last_no) AS finding
   FROM ( SELECT 'ledger.processor_events_event_no_seq'::text AS sequence,
            ( SELECT (q.last_value + (q.is_called)::integer)
                   FROM ledger.processor_events_event_no_seq q) AS next_no,
            ( SELECT max(x.event_no) AS max
                   FROM ledger.audited_events x) AS last_no
        UNION ALL
         SELECT 'ledger.event_rejections_rejection_no_seq'::text AS sequence,
            ( SELECT (q.last_value + (q.is_called)::integer)
                   FROM ledger.event_rejections_rejection_no_seq q) AS next_no,
            ( SELECT max(x.rejection_no) AS max
                   FROM ledger.event_rejections x) AS last_no
        UNION ALL
         SELECT 'ledger.deferred_events_deferred_no_seq'::text AS sequence,
            ( SELECT (q.last_value + (q.is_called)::integer)
                   FROM ledger.deferred_events_deferred_no_seq q) AS next_no,
            ( SELECT max(x.deferred_no) AS max
                   FROM ledger.event_deferrals x) AS last_no
        UNION ALL
         SELECT 'ledger.event_dismissals_dismissal_no_seq'::text AS sequence,
            ( SELECT (q.last_value + (q.is_called)::integer)
                   FROM ledger.event_dismissals_dismissal_no_seq q) AS next_no,
            ( SELECT max(x.dismissal_no) AS max
                   FROM ledger.event_dismissals x) AS last_no
        UNION ALL
         SELECT 'ledger.setting_changes_change_no_seq'::text AS sequence,
            ( SELECT (q.last_value + (q.is_called)::integer)
                   FROM ledger.setting_changes_change_no_seq q) AS next_no,
            ( SELECT max(x.change_no) AS max
                   FROM ledger.setting_changes x) AS last_no
        UNION ALL
         SELECT 'ledger.payout_term_changes_change_no_seq'::text AS sequence,
            ( SELECT (q.last_value + (q.is_called)::integer)
                   FROM ledger.payout_term_changes_change_no_seq q) AS next_no,
            ( SELECT max(x.change_no) AS max
                   FROM ledger.payout_term_changes x) AS last_no
        UNION ALL
         SELECT 'ledger.event_conflict_no_seq'::text AS sequence,
            ( SELECT (q.last_value + (q.is_called)::integer)
                   FROM ledger.event_conflict_no_seq q) AS next_no,
            ( SELECT count(*) AS count
                   FROM ledger.event_rejections x
                  WHERE (x.status = 'conflict'::text)) AS last_no) s
  WHERE (next_no <= last_no);

COMMENT ON VIEW reporting.check_sequence_behind IS 'error: A number that was given already would be given again. Reason: Numbers of events, refusals and the like come from sequences, which only grow; one that was set back, or came from an older backup than its table, makes the next event fail or hides the order of the book. Remedy: setval() it to the greatest number of its column, or more.';

COMMENT ON COLUMN reporting.check_sequence_behind.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_sequence_behind.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_sequence_behind.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_sequence_behind.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_settings_differ_from_changes WITH (security_barrier='true') AS
 WITH change AS (
         SELECT c_1.restaurant_id,
            n.key AS setting,
            c_1.change_no,
            c_1.changed_at,
            (c_1.old_settings -> n.key) AS old_value,
            n.value AS new_value,
            lag(n.value) OVER setting AS value_before,
            (lead(c_1.change_no) OVER setting IS NULL) AS is_last
           FROM (ledger.setting_changes c_1
             CROSS JOIN LATERAL jsonb_each(c_1.new_settings) n(key, value))
          WHERE (n.key !~~ 'webhook%'::text)
          WINDOW setting AS (PARTITION BY c_1.restaurant_id, n.key ORDER BY c_1.change_no)
        ), present AS (
         SELECT r.restaurant_id,
            p_1.key AS setting,
            p_1.value
           FROM (ledger.restaurants r
             CROSS JOIN LATERAL ( VALUES ('timezone'::text,to_jsonb(r.timezone)), ('day_close_hour'::text,to_jsonb(r.day_close_hour)), ('settlement_delay_days'::text,to_jsonb(r.settlement_delay_days)), ('payouts_paused'::text,to_jsonb(r.is_payouts_paused)), ('closed'::text,to_jsonb((r.closed_at IS NOT NULL)))) p_1(key, value))
        UNION ALL
         SELECT ''::text AS restaurant_id,
            p_1.key AS setting,
            p_1.value
           FROM (ledger.platform_settings s
             CROSS JOIN LATERAL jsonb_each(to_jsonb(s.*)) p_1(key, value))
        )
 SELECT c.restaurant_id,
    NULL::text AS currency,
    c.setting AS reference,
    format('change %s goes from %s to %s; it was %s before and is %s now'::text, c.change_no, COALESCE((c.old_value)::text, 'none'::text), c.new_value, COALESCE((c.value_before)::text, '?'::text),
        CASE
            WHEN c.is_last THEN COALESCE((p.value)::text, 'gone'::text)
            ELSE '?'::text
        END) AS finding
   FROM (change c
     LEFT JOIN present p ON (((c.restaurant_id = p.restaurant_id) AND (c.setting = p.setting))))
  WHERE ((c.old_value IS DISTINCT FROM COALESCE(c.value_before, c.old_value)) OR (c.is_last AND (p.value IS DISTINCT FROM c.new_value) AND (c.setting !~~ 'payout_schedule %'::text)) OR (c.old_value = c.new_value));

COMMENT ON VIEW reporting.check_settings_differ_from_changes IS 'error: A setting is not what its last change made it. Reason: Every change of a restaurant''s settings, of the platform''s own and of its payout schedules is kept with what was before; each begins where the one before it ended, and the last one is how it is. Remedy: Ask who changed it around the functions, compare with a backup, and set it again.';

COMMENT ON COLUMN reporting.check_settings_differ_from_changes.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_settings_differ_from_changes.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_settings_differ_from_changes.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_settings_differ_from_changes.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_settlement_before_available WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    format('entry %s'::text, entry_seq) AS reference,
    format('%s of %s settles on %s and is available on %s'::text, entry_type, amount, settlement_day, available_on) AS finding
   FROM ledger.audited_entries e
  WHERE (settlement_day < available_on);

COMMENT ON VIEW reporting.check_settlement_before_available IS 'error: An entry settles before it is available. Reason: settlement_day is available_on, or the first open day after the days that payouts have closed. Remedy: Pause payouts of the restaurant. Find what wrote the entry around the functions.';

COMMENT ON COLUMN reporting.check_settlement_before_available.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_settlement_before_available.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_settlement_before_available.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_settlement_before_available.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_settlement_day_differs WITH (security_barrier='true') AS
 SELECT restaurant_id,
    currency,
    format('entry %s'::text, entry_seq) AS reference,
    format('%s of %s is available on %s and settles on %s; days were closed up to %s'::text, entry_type, amount, available_on, settlement_day, closed_through) AS finding
   FROM ledger.audited_steps e
  WHERE (settlement_day <> COALESCE(GREATEST(available_on, (closed_through + 1)), available_on));

COMMENT ON VIEW reporting.check_settlement_day_differs IS 'error: An entry settles on another day than it should. Reason: It settles on the day on which it is available, or on the first open day if payouts that were made before it had closed that one. Which payout pays it depends on this day. Remedy: Pause payouts of the restaurant, and compare the entry with a backup.';

COMMENT ON COLUMN reporting.check_settlement_day_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_settlement_day_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_settlement_day_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_settlement_day_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_subject_state_differs WITH (security_barrier='true') AS
 SELECT v.restaurant_id,
    v.currency,
    v.event_id AS reference,
    format('%s found its subject %s; the events before it leave it %s'::text, v.event_type, COALESCE(v.subject_state, 'NEW'::text), COALESCE(d.subject_state, 'unknown'::text)) AS finding
   FROM ((((((((ledger.audited_events v
     JOIN ledger.event_types t ON ((v.event_type = t.event_type)))
     CROSS JOIN ledger.platform_settings s)
     LEFT JOIN ledger.audited_links k ON (((v.restaurant_id = k.restaurant_id) AND (v.event_no = k.event_no))))
     LEFT JOIN ledger.processor_events a ON (((k.restaurant_id = a.restaurant_id) AND (k.about_event_no = a.event_no))))
     LEFT JOIN ledger.ledger_entries l ON (((a.restaurant_id = l.restaurant_id) AND (a.currency = l.currency) AND (a.first_entry_seq = l.entry_seq) AND (t.subject = 'event'::text))))
     LEFT JOIN ledger.event_types n ON ((t.first_type = n.event_type)))
     LEFT JOIN LATERAL ( SELECT e.event_type,
            e.occurred_at,
            u.reported_state,
            u.state_rank
           FROM ((ledger.event_links x
             JOIN ledger.processor_events e ON (((x.restaurant_id = e.restaurant_id) AND (x.event_no = e.event_no))))
             JOIN ledger.event_types u ON ((e.event_type = u.event_type)))
          WHERE ((t.first_type <> v.event_type) AND (x.restaurant_id = v.restaurant_id) AND (x.about_event_no = k.about_event_no) AND (x.event_no < v.event_no) AND ((u.reported_state IS NOT NULL) OR (u.subject = 'event'::text)))
          ORDER BY (u.subject = 'event'::text) DESC, e.occurred_at DESC, u.state_rank DESC
         LIMIT 1) f ON (true))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (t.subject = 'event'::text) THEN l.entry_type
                    WHEN ((k.about_event_no IS NULL) OR (t.first_type = v.event_type)) THEN 'NEW'::text
                    WHEN (f.event_type = 'event_reversed'::text) THEN 'REVERSED'::text
                    WHEN ((f.reported_state <> t.reported_state) AND (ROW(v.occurred_at, t.state_rank) < ROW(f.occurred_at, f.state_rank))) THEN 'OVERTAKEN'::text
                    ELSE COALESCE(f.reported_state, n.reported_state)
                END AS subject_state) d)
  WHERE ((t.subject IS DISTINCT FROM 'payout'::text) AND (COALESCE(v.subject_state, 'NEW'::text) IS DISTINCT FROM d.subject_state) AND ((t.subject IS DISTINCT FROM 'payment'::text) OR (v.subject_state IS NOT NULL)) AND (v.event_no > s.payments_since_no));

COMMENT ON VIEW reporting.check_subject_state_differs IS 'error: An event was decided in another state of its subject than the events before it leave. Reason: What an event posts depends on the state of its refund, dispute, hold or payout, and that state on what was told of it before, in its order. It is decided again here, from the events. Remedy: Compare the events of the subject with a backup; the rule that was followed is that of the state kept.';

COMMENT ON COLUMN reporting.check_subject_state_differs.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_subject_state_differs.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_subject_state_differs.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_subject_state_differs.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_terms_differ_from_changes WITH (security_barrier='true') AS
 WITH change AS (
         SELECT c_1.restaurant_id,
            c_1.currency,
            n.key AS term,
            c_1.change_no,
            (c_1.old_terms -> n.key) AS old_value,
            n.value AS new_value,
            lag(n.value) OVER term AS value_before,
            (lead(c_1.change_no) OVER term IS NULL) AS is_last
           FROM (ledger.payout_term_changes c_1
             CROSS JOIN LATERAL jsonb_each(c_1.new_terms) n(key, value))
          WINDOW term AS (PARTITION BY c_1.restaurant_id, c_1.currency, n.key ORDER BY c_1.change_no)
        ), present AS (
         SELECT t.restaurant_id,
            t.currency,
            p_1.key AS term,
            p_1.value
           FROM (ledger.payout_terms t
             CROSS JOIN LATERAL jsonb_each(((to_jsonb(t.*) - 'restaurant_id'::text) - 'currency'::text)) p_1(key, value))
        )
 SELECT COALESCE(c.restaurant_id, p.restaurant_id) AS restaurant_id,
    COALESCE(c.currency, p.currency) AS currency,
    COALESCE(c.term, p.term) AS reference,
    format('change %s goes from %s to %s; it was %s before and is %s now'::text, COALESCE((c.change_no)::text, 'none'::text), COALESCE((c.old_value)::text, 'none'::text), COALESCE((c.new_value)::text, 'none'::text), COALESCE((c.value_before)::text, 'none'::text), COALESCE((p.value)::text, 'gone'::text)) AS finding
   FROM ((change c
     FULL JOIN present p ON (((c.restaurant_id = p.restaurant_id) AND (c.currency = p.currency) AND (c.term = p.term))))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (COALESCE(c.term, p.term) = 'paused_at'::text) THEN to_jsonb(((p.value #>> '{}'::text[]))::timestamp with time zone)
                    ELSE p.value
                END AS is_now,
                CASE
                    WHEN (c.term = 'paused_at'::text) THEN to_jsonb(((c.new_value #>> '{}'::text[]))::timestamp with time zone)
                    ELSE c.new_value
                END AS became,
                CASE
                    WHEN (c.term = 'paused_at'::text) THEN to_jsonb(((c.old_value #>> '{}'::text[]))::timestamp with time zone)
                    ELSE c.old_value
                END AS was,
                CASE
                    WHEN (c.term = 'paused_at'::text) THEN to_jsonb(((c.value_before #>> '{}'::text[]))::timestamp with time zone)
                    ELSE c.value_before
                END AS was_before,
                CASE COALESCE(c.term, p.term)
                    WHEN 'is_paused'::text THEN 'false'::jsonb
                    ELSE 'null'::jsonb
                END AS nothing) d)
  WHERE
        CASE
            WHEN (c.change_no IS NULL) THEN (d.is_now <> d.nothing)
            ELSE ((COALESCE(d.was, d.nothing) <> COALESCE(d.was_before, d.nothing)) OR (c.is_last AND (COALESCE(d.is_now, d.nothing) <> COALESCE(d.became, d.nothing))))
        END;

COMMENT ON VIEW reporting.check_terms_differ_from_changes IS 'error: Payout terms are not what their last change made them. Reason: Every change of payout terms is kept with what was before; each begins where the one before it ended, the first with no terms, and the last one is how they are. Remedy: Ask who changed them around the functions, compare with a backup, and set them again.';

COMMENT ON COLUMN reporting.check_terms_differ_from_changes.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_terms_differ_from_changes.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_terms_differ_from_changes.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_terms_differ_from_changes.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.check_timezone_unknown WITH (security_barrier='true') AS
 SELECT r.restaurant_id,
    NULL::text AS currency,
    'timezone'::text AS reference,
    r.timezone AS finding
   FROM ledger.restaurants r
  WHERE (cardinality(ledger.known_timezones(ARRAY[r.timezone])) = 0)
UNION ALL
 SELECT NULL::text AS restaurant_id,
    NULL::text AS currency,
    'default_timezone'::text AS reference,
    s.default_timezone AS finding
   FROM ledger.platform_settings s
  WHERE (cardinality(ledger.known_timezones(ARRAY[s.default_timezone])) = 0);

COMMENT ON VIEW reporting.check_timezone_unknown IS 'warning: This server does not know a time zone. Reason: Time zones come with the server''s operating system and differ between images. Events of such a restaurant are answered 503 and sent again, and its payouts are skipped; everybody else goes on. Remedy: Install the missing time zone on the server (tzdata), or set another one (set_restaurant, set_platform_settings).';

COMMENT ON COLUMN reporting.check_timezone_unknown.restaurant_id IS 'The restaurant; null: all of the currency.';

COMMENT ON COLUMN reporting.check_timezone_unknown.currency IS 'The currency.';

COMMENT ON COLUMN reporting.check_timezone_unknown.reference IS 'What to look up.';

COMMENT ON COLUMN reporting.check_timezone_unknown.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.daily_sales WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    e.business_day,
    COALESCE(sum((e.amount * t.balance_effect)) FILTER (WHERE (t.payout_item = 'gross_sales'::text)), (0)::numeric) AS gross,
    (- COALESCE(sum((e.amount * t.balance_effect)) FILTER (WHERE (t.payout_item = ANY (ARRAY['fees'::text, 'fees_returned'::text, 'dispute_fees'::text]))), (0)::numeric)) AS fees,
    (- COALESCE(sum((e.amount * t.balance_effect)) FILTER (WHERE (t.payout_item = ANY (ARRAY['refunds'::text, 'refunds_failed'::text]))), (0)::numeric)) AS refunds,
    (- COALESCE(sum((e.amount * t.balance_effect)) FILTER (WHERE (t.payout_item = ANY (ARRAY['disputes'::text, 'disputes_won'::text]))), (0)::numeric)) AS disputes,
    sum((e.amount * t.balance_effect)) AS net,
    COALESCE(sum(t.balance_effect) FILTER (WHERE (t.payout_item = 'gross_sales'::text)), (0)::bigint) AS charge_count,
    (- COALESCE(sum(t.balance_effect) FILTER (WHERE (t.payout_item = 'refunds'::text)), (0)::bigint)) AS refund_count
   FROM (ledger.ledger_entries e
     JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
  WHERE (t.payout_item = ANY (ARRAY['gross_sales'::text, 'fees'::text, 'fees_returned'::text, 'dispute_fees'::text, 'refunds'::text, 'refunds_failed'::text, 'disputes'::text, 'disputes_won'::text]))
  GROUP BY e.restaurant_id, e.currency, e.business_day;

COMMENT ON VIEW reporting.daily_sales IS 'Sales of each restaurant per currency and business day, and what guests took back, in minor units. Days without any are absent. What was reversed as a mistake is taken off the day on which it was reversed.';

COMMENT ON COLUMN reporting.daily_sales.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.daily_sales.currency IS 'The currency.';

COMMENT ON COLUMN reporting.daily_sales.business_day IS 'The restaurant''s local day, less its closing hour: a sale at 1 a.m. may belong to the evening before.';

COMMENT ON COLUMN reporting.daily_sales.gross IS 'Charges before fees, refunds and disputes.';

COMMENT ON COLUMN reporting.daily_sales.fees IS 'Fees of charges and disputes, less what was given back, as a positive amount. Those of payouts are in reporting.processor_fees.';

COMMENT ON COLUMN reporting.daily_sales.refunds IS 'Refunds made on this day, whenever the sale was, less those that failed, as a positive amount.';

COMMENT ON COLUMN reporting.daily_sales.disputes IS 'Disputes opened on this day, less those that were won, as a positive amount; one that is lost stays counted on the day on which it was opened.';

COMMENT ON COLUMN reporting.daily_sales.net IS 'gross - fees - refunds - disputes; negative if these prevail.';

COMMENT ON COLUMN reporting.daily_sales.charge_count IS 'Number of charges, less those reversed.';

COMMENT ON COLUMN reporting.daily_sales.refund_count IS 'Number of refunds, less those reversed.';

CREATE VIEW reporting.daily_sales_in_base WITH (security_barrier='true') AS
 SELECT k.source,
    k.currency AS base_currency,
    b.restaurant_id,
    b.currency,
    b.business_day,
    b.gross,
    b.fees,
    b.refunds,
    b.disputes,
    b.net,
    b.charge_count,
    b.refund_count,
        CASE
            WHEN (b.currency = k.currency) THEN (1)::numeric
            ELSE q.rate
        END AS rate,
    q.rate_date,
        CASE
            WHEN (b.currency = k.currency) THEN 'identity'::text
            ELSE q.method
        END AS method,
        CASE
            WHEN ((b.currency = k.currency) OR (q.rate IS NOT NULL)) THEN NULL::text
            WHEN (o.currency IS NULL) THEN 'currency_not_in_source'::text
            ELSE 'no_rate_in_7_days'::text
        END AS no_rate_reason,
    ledger.convert_amount(b.gross, n.numerator, n.denominator) AS gross_in_base,
    ledger.convert_amount(b.fees, n.numerator, n.denominator) AS fees_in_base,
    ledger.convert_amount(b.refunds, n.numerator, n.denominator) AS refunds_in_base,
    ledger.convert_amount(b.disputes, n.numerator, n.denominator) AS disputes_in_base,
    ledger.convert_amount(b.net, n.numerator, n.denominator) AS net_in_base
   FROM ((((((reporting.fx_currencies k
     JOIN ledger.currencies t ON ((k.currency = t.currency)))
     CROSS JOIN reporting.daily_sales b)
     JOIN ledger.currencies f ON ((b.currency = f.currency)))
     LEFT JOIN reporting.fx_currencies o ON (((k.source = o.source) AND (b.currency = o.currency))))
     LEFT JOIN ( SELECT w.source,
            w.currency,
            w.base_currency,
            d.day,
            w.rate_date,
            w.method,
            w.rate,
            w.numerator,
            w.denominator
           FROM (( SELECT x.source,
                    x.currency,
                    x.base_currency,
                    x.rate_date,
                    x.method,
                    x.numerator,
                    x.denominator,
                    x.rate,
                    lead(x.rate_date) OVER (PARTITION BY x.source, x.currency, x.base_currency ORDER BY x.rate_date) AS next_date
                   FROM ( SELECT DISTINCT ON (c.source, c.currency, c.base_currency, c.rate_date) c.source,
                            c.currency,
                            c.base_currency,
                            c.rate_date,
                            c.method,
                            c.numerator,
                            c.denominator,
                            c.rate
                           FROM reporting.fx_conversions c
                          WHERE (c.currency IN ( SELECT y.currency
                                   FROM ledger.account_balances y))
                          ORDER BY c.source, c.currency, c.base_currency, c.rate_date, (c.method ~~ 'cross %'::text), c.method) x) w
             CROSS JOIN LATERAL ( SELECT (w.rate_date + n_1.number) AS day
                   FROM generate_series(0, LEAST(((w.next_date - 1) - w.rate_date), 7)) n_1(number)) d)) q ON (((k.source = q.source) AND (k.currency = q.base_currency) AND (b.currency = q.currency) AND (b.business_day = q.day))))
     CROSS JOIN LATERAL ( SELECT (
                CASE
                    WHEN (b.currency = k.currency) THEN (1)::numeric
                    ELSE q.numerator
                END * power((10)::numeric, (t.exponent)::numeric)) AS numerator,
            (
                CASE
                    WHEN (b.currency = k.currency) THEN (1)::numeric
                    ELSE q.denominator
                END * power((10)::numeric, (f.exponent)::numeric)) AS denominator) n);

COMMENT ON VIEW reporting.daily_sales_in_base IS 'Sales of each restaurant per currency and business day, shown in a base currency by the last rate published by that day: for reports only. One row for each source and base currency: give both.';

COMMENT ON COLUMN reporting.daily_sales_in_base.source IS 'Who published the rates: those of one source only, never combined with another''s.';

COMMENT ON COLUMN reporting.daily_sales_in_base.base_currency IS 'The currency in which the figures are shown: each that the source has rates of.';

COMMENT ON COLUMN reporting.daily_sales_in_base.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.daily_sales_in_base.currency IS 'The currency in which it sold.';

COMMENT ON COLUMN reporting.daily_sales_in_base.business_day IS 'The restaurant''s business day: rates of it and the 7 days before count.';

COMMENT ON COLUMN reporting.daily_sales_in_base.gross IS 'As in reporting.daily_sales, in minor units of currency.';

COMMENT ON COLUMN reporting.daily_sales_in_base.fees IS 'As there.';

COMMENT ON COLUMN reporting.daily_sales_in_base.refunds IS 'As there.';

COMMENT ON COLUMN reporting.daily_sales_in_base.disputes IS 'As there.';

COMMENT ON COLUMN reporting.daily_sales_in_base.net IS 'As there.';

COMMENT ON COLUMN reporting.daily_sales_in_base.charge_count IS 'Number of charges.';

COMMENT ON COLUMN reporting.daily_sales_in_base.refund_count IS 'Number of refunds.';

COMMENT ON COLUMN reporting.daily_sales_in_base.rate IS 'What one unit of currency is in units of base_currency; 1 if they are the same, by identity; null: there is none, see no_rate_reason.';

COMMENT ON COLUMN reporting.daily_sales_in_base.rate_date IS 'The day for which the source published it: the last one, at most 7 days before the figure''s own day; null where no rate is used.';

COMMENT ON COLUMN reporting.daily_sales_in_base.method IS 'identity: both currencies are the same; else as in reporting.fx_conversions: direct, inverse, cross over a third.';

COMMENT ON COLUMN reporting.daily_sales_in_base.no_rate_reason IS 'Why there is no rate: currency_not_in_source, or no_rate_in_7_days (see the currency''s last_rate_date in reporting.fx_currencies); null: there is one.';

COMMENT ON COLUMN reporting.daily_sales_in_base.gross_in_base IS 'gross in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.daily_sales_in_base.fees_in_base IS 'fees in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.daily_sales_in_base.refunds_in_base IS 'refunds in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.daily_sales_in_base.disputes_in_base IS 'disputes in minor units of base_currency, rounded half away from zero as the last step; null: there is no rate.';

COMMENT ON COLUMN reporting.daily_sales_in_base.net_in_base IS 'net in minor units of base_currency, rounded half away from zero as the last step, so it may differ by a unit from what the others come to; null: there is no rate.';

CREATE VIEW reporting.debt_ageing WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    (- b.available) AS debt,
    s.debt_since,
    (b.business_day - s.debt_since) AS days,
        CASE
            WHEN ((b.business_day - s.debt_since) <= 7) THEN 'up_to_7_days'::text
            WHEN ((b.business_day - s.debt_since) <= 30) THEN 'up_to_30_days'::text
            WHEN ((b.business_day - s.debt_since) <= 60) THEN 'up_to_60_days'::text
            WHEN ((b.business_day - s.debt_since) <= 90) THEN 'up_to_90_days'::text
            ELSE 'over_90_days'::text
        END AS bucket,
    b.pending,
    b.last_event_at,
    (r.closed_at IS NOT NULL) AS is_closed
   FROM ((reporting.restaurant_balances b
     JOIN ledger.restaurants r ON ((b.restaurant_id = r.restaurant_id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(min(y.day), b.business_day) AS debt_since
           FROM ( SELECT x.day,
                    max(x.day) FILTER (WHERE (x.available >= (0)::numeric)) OVER () AS last_sound_day
                   FROM ( SELECT e.available_on AS day,
                            sum(sum(((e.amount)::numeric * (t.balance_effect)::numeric))) OVER (ORDER BY e.available_on) AS available
                           FROM (ledger.ledger_entries e
                             JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
                          WHERE ((e.restaurant_id = b.restaurant_id) AND (e.currency = b.currency) AND (e.available_on <= b.business_day))
                          GROUP BY e.available_on) x) y
          WHERE ((y.last_sound_day IS NULL) OR (y.day > y.last_sound_day))) s)
  WHERE (b.available < (0)::numeric);

COMMENT ON VIEW reporting.debt_ageing IS 'Restaurants that owe money, per currency, and since when: their available balance is negative. Where the server does not know a restaurant''s time zone it is not here.';

COMMENT ON COLUMN reporting.debt_ageing.restaurant_id IS 'Who owes it.';

COMMENT ON COLUMN reporting.debt_ageing.currency IS 'The currency.';

COMMENT ON COLUMN reporting.debt_ageing.debt IS 'What is owed, in minor units, as a positive amount: available with its sign turned round.';

COMMENT ON COLUMN reporting.debt_ageing.debt_since IS 'The business day since which every day has ended in debt, by the days on which money counts as available. A refund that was told late counts from its own day.';

COMMENT ON COLUMN reporting.debt_ageing.days IS 'Days from then to the restaurant''s business day at this moment.';

COMMENT ON COLUMN reporting.debt_ageing.bucket IS 'up_to_7_days, up_to_30_days, up_to_60_days, up_to_90_days or over_90_days.';

COMMENT ON COLUMN reporting.debt_ageing.pending IS 'What was taken and will make good for it when it is available, in minor units.';

COMMENT ON COLUMN reporting.debt_ageing.last_event_at IS 'The latest occurred_at of an event that was posted: whether it still sells.';

COMMENT ON COLUMN reporting.debt_ageing.is_closed IS 'Whether the restaurant is closed: it takes no charge any more that would make the debt good.';

CREATE VIEW reporting.fx_rates WITH (security_barrier='true') AS
 SELECT source,
    rate_date,
    base,
    quote,
    rate,
    loaded_at,
    loaded_by
   FROM ledger.fx_rates r;

COMMENT ON VIEW reporting.fx_rates IS 'Exchange rates as their sources published them, for reports only: the ledger never converts.';

COMMENT ON COLUMN reporting.fx_rates.source IS 'Who published it.';

COMMENT ON COLUMN reporting.fx_rates.rate_date IS 'The day for which it was published.';

COMMENT ON COLUMN reporting.fx_rates.base IS 'The currency of which one unit is priced.';

COMMENT ON COLUMN reporting.fx_rates.quote IS 'The currency in which the price is told.';

COMMENT ON COLUMN reporting.fx_rates.rate IS 'What one unit of base costs in units of quote, exactly as published.';

COMMENT ON COLUMN reporting.fx_rates.loaded_at IS 'When it was loaded here.';

COMMENT ON COLUMN reporting.fx_rates.loaded_by IS 'Who loaded it.';

CREATE VIEW reporting.inbox WITH (security_barrier='true') AS
 SELECT i.event_id,
    i.provider,
    i.status,
    (i.status = ANY (ARRAY['rejected'::text, 'conflict'::text, 'deferred'::text])) AS is_open,
    i.code,
    COALESCE(i.message, m.message) AS message,
    i.details,
        CASE
            WHEN (jsonb_typeof((i.payload -> 'event_type'::text)) = 'string'::text) THEN "left"((i.payload ->> 'event_type'::text), 128)
            ELSE NULL::text
        END AS event_type,
    NULLIF(i.restaurant_id, ''::text) AS restaurant_id,
        CASE
            WHEN (jsonb_typeof((i.payload -> 'currency'::text)) = 'string'::text) THEN "left"((i.payload ->> 'currency'::text), 3)
            ELSE NULL::text
        END AS currency,
        CASE
            WHEN ((jsonb_typeof((i.payload -> 'amount'::text)) = 'number'::text) AND (((i.payload -> 'amount'::text) >= '-9007199254740991'::jsonb) AND ((i.payload -> 'amount'::text) <= '9007199254740991'::jsonb)) AND ((i.payload ->> 'amount'::text) !~~ '%.%'::text)) THEN ((i.payload -> 'amount'::text))::bigint
            ELSE NULL::bigint
        END AS amount,
    LEAST(i.received_at, t.first_received_at) AS first_seen_at,
    GREATEST(i.received_at, i.last_received_at, t.last_received_at) AS last_seen_at,
    (i.deliveries + t.deliveries) AS deliveries,
    (now() - LEAST(i.received_at, t.first_received_at)) AS age,
    i.decided_at,
    i.actor,
    i.reason,
    i.rejection_no
   FROM ((( SELECT r.event_id,
            r.provider,
            r.status,
            r.code,
            r.message,
            r.details,
            r.restaurant_id,
            r.received_at,
            NULL::timestamp with time zone AS last_received_at,
            COALESCE(( SELECT d.deliveries
                   FROM ledger.deferred_events d
                  WHERE ((d.event_id = r.event_id) AND (d.provider = r.provider))), (((r.event_id IS NULL) OR (r.provider IS NULL)))::integer) AS deliveries,
            NULL::timestamp with time zone AS decided_at,
            NULL::text AS actor,
            NULL::text AS reason,
            r.rejection_no,
            r.payload
           FROM ledger.event_rejections r
          WHERE ((( SELECT max(n.rejection_no) AS max
                   FROM ledger.event_rejections n
                  WHERE ((n.event_id = r.event_id) AND (n.provider = r.provider) AND (n.rejection_no > r.rejection_no))) IS NULL) AND (( SELECT e.received_at
                   FROM ledger.processor_events e
                  WHERE ((e.event_id = r.event_id) AND (e.provider = r.provider) AND (e.received_at >= r.received_at) AND ((e.received_at > r.received_at) OR (r.status = 'rejected'::text)))) IS NULL) AND (( SELECT d.received_at
                   FROM ledger.deferred_events d
                  WHERE ((d.event_id = r.event_id) AND (d.provider = r.provider) AND (d.received_at >= r.received_at) AND ((d.received_at > r.received_at) OR (r.status = 'rejected'::text)))) IS NULL) AND (( SELECT max(x.rejection_no) AS max
                   FROM ledger.event_dismissals x
                  WHERE ((x.event_id = r.event_id) AND (x.provider = r.provider) AND (x.rejection_no >= r.rejection_no))) IS NULL) AND (((r.event_id IS NOT NULL) AND (r.provider IS NOT NULL)) OR (( SELECT x.dismissal_no
                   FROM ledger.event_dismissals x
                  WHERE ((x.restaurant_id = r.restaurant_id) AND (x.rejection_no = r.rejection_no))) IS NULL)))
        UNION ALL
         SELECT d.event_id,
            d.provider,
            'deferred'::text,
            d.code,
            NULL::text,
            jsonb_build_object('event_type', d.first_type, 'subject_id', d.subject_id) AS jsonb_build_object,
            d.restaurant_id,
            d.received_at,
            d.last_received_at,
            d.deliveries,
            NULL::timestamp with time zone,
            NULL::text,
            NULL::text,
            NULL::bigint,
            d.payload
           FROM ledger.deferred_events d
          WHERE (( SELECT max(r.rejection_no) AS max
                   FROM ledger.event_rejections r
                  WHERE ((r.event_id = d.event_id) AND (r.provider = d.provider) AND (r.received_at >= d.received_at) AND ((r.received_at > d.received_at) OR (r.status = 'conflict'::text)) AND (r.rejection_no > COALESCE(( SELECT max(x.rejection_no) AS max
                           FROM ledger.event_dismissals x
                          WHERE ((x.event_id = d.event_id) AND (x.provider = d.provider))), (0)::bigint)))) IS NULL)
        UNION ALL
         SELECT e.event_id,
            e.provider,
            'accepted'::text,
            a.code,
            NULL::text,
            NULL::jsonb,
            a.restaurant_id,
            e.received_at,
            NULL::timestamp with time zone,
            0,
            a.accepted_at,
            a.actor,
            a.reason,
            NULL::bigint,
            e.payload
           FROM (ledger.processor_events e
             JOIN ledger.event_acceptances a ON (((e.restaurant_id = a.restaurant_id) AND (e.event_no = a.event_no))))
          WHERE (( SELECT max(r.rejection_no) AS max
                   FROM ledger.event_rejections r
                  WHERE ((r.event_id = e.event_id) AND (r.provider = e.provider) AND (r.received_at > a.accepted_at))) IS NULL)
        UNION ALL
         SELECT x.event_id,
            x.provider,
            'dismissed'::text,
            x.code,
            r.message,
            r.details,
            x.restaurant_id,
            x.received_at,
            NULL::timestamp with time zone,
            (((r.rejection_no IS NULL) OR (x.event_id IS NULL) OR (x.provider IS NULL)))::integer AS int4,
            x.dismissed_at,
            x.actor,
            x.reason,
            x.rejection_no,
            COALESCE(r.payload, x.payload) AS "coalesce"
           FROM (ledger.event_dismissals x
             LEFT JOIN ledger.event_rejections r ON (((x.restaurant_id = r.restaurant_id) AND (x.rejection_no = r.rejection_no))))
          WHERE ((( SELECT max(n.dismissal_no) AS max
                   FROM ledger.event_dismissals n
                  WHERE ((n.event_id = x.event_id) AND (n.provider = x.provider) AND (n.dismissal_no > x.dismissal_no))) IS NULL) AND (( SELECT max(n.rejection_no) AS max
                   FROM ledger.event_rejections n
                  WHERE ((n.event_id = x.event_id) AND (n.provider = x.provider) AND
                        CASE
                            WHEN (x.rejection_no IS NULL) THEN (n.received_at > x.dismissed_at)
                            ELSE (n.rejection_no > x.rejection_no)
                        END)) IS NULL) AND (( SELECT d.received_at
                   FROM ledger.deferred_events d
                  WHERE ((d.event_id = x.event_id) AND (d.provider = x.provider))) IS NULL) AND (( SELECT e.received_at
                   FROM (ledger.processor_events e
                     LEFT JOIN ledger.event_acceptances a ON (((e.restaurant_id = a.restaurant_id) AND (e.event_no = a.event_no))))
                  WHERE ((e.event_id = x.event_id) AND (e.provider = x.provider) AND (COALESCE(a.accepted_at, e.received_at) >= x.dismissed_at))) IS NULL))) i
     CROSS JOIN LATERAL ( SELECT count(*) AS deliveries,
            min(r.received_at) AS first_received_at,
            max(r.received_at) AS last_received_at
           FROM ledger.event_rejections r
          WHERE ((r.event_id = i.event_id) AND (r.provider = i.provider))) t)
     LEFT JOIN ledger.rejection_reasons m ON ((i.code = m.code)));

COMMENT ON VIEW reporting.inbox IS 'Events that posted nothing and that somebody may have to look at, one row each with its latest state: refused, in conflict with what is known, waiting; also those that a person has accepted or dismissed. Deliveries whose event_id cannot be read are rows of their own.';

COMMENT ON COLUMN reporting.inbox.event_id IS 'The processor''s id of it; null: none that could be read.';

COMMENT ON COLUMN reporting.inbox.provider IS 'The processor; null: none that could be read.';

COMMENT ON COLUMN reporting.inbox.status IS 'rejected: not valid or not allowed. conflict: its id, or what it tells of, is known with other content. deferred: it waits for what it refers to. accepted: a person had it posted all the same. dismissed: a person has closed it. The first three are open.';

COMMENT ON COLUMN reporting.inbox.is_open IS 'Whether there is still something to do: not if it was posted since, accepted or dismissed.';

COMMENT ON COLUMN reporting.inbox.code IS 'Why it posted nothing. docs/operations.md says what to do.';

COMMENT ON COLUMN reporting.inbox.message IS 'The same in words.';

COMMENT ON COLUMN reporting.inbox.details IS 'The facts that go with it; of what waits: the type and the subject of the event it waits for.';

COMMENT ON COLUMN reporting.inbox.event_type IS 'As the document says.';

COMMENT ON COLUMN reporting.inbox.restaurant_id IS 'As the document says; null: it names no valid one.';

COMMENT ON COLUMN reporting.inbox.currency IS 'As the document says.';

COMMENT ON COLUMN reporting.inbox.amount IS 'As the document says, in minor units; null: it has none that could be read.';

COMMENT ON COLUMN reporting.inbox.first_seen_at IS 'When it was first received, or first refused.';

COMMENT ON COLUMN reporting.inbox.last_seen_at IS 'When it was last told.';

COMMENT ON COLUMN reporting.inbox.deliveries IS 'How often it was told and did not post; a replay counts, too.';

COMMENT ON COLUMN reporting.inbox.age IS 'Since it was first seen.';

COMMENT ON COLUMN reporting.inbox.decided_at IS 'When a person accepted or dismissed it.';

COMMENT ON COLUMN reporting.inbox.actor IS 'Who did.';

COMMENT ON COLUMN reporting.inbox.reason IS 'Why, in words.';

COMMENT ON COLUMN reporting.inbox.rejection_no IS 'Number of the delivery that the row tells of; null: it waits, waited, or was accepted.';

CREATE VIEW reporting.integrity_audits WITH (security_barrier='true') AS
 SELECT audit_no,
    audited_at,
    check_name,
    severity,
    findings,
    sample,
    duration_ms,
    is_everything
   FROM ledger.integrity_audits a;

COMMENT ON VIEW reporting.integrity_audits IS 'What each check of the ledger found, each time that audit_integrity() ran it.';

COMMENT ON COLUMN reporting.integrity_audits.audit_no IS 'Later ones are greater.';

COMMENT ON COLUMN reporting.integrity_audits.audited_at IS 'When the check was begun.';

COMMENT ON COLUMN reporting.integrity_audits.check_name IS 'See reporting.integrity_checks.';

COMMENT ON COLUMN reporting.integrity_audits.severity IS 'error: must never happen; warning: legal, but a person should look.';

COMMENT ON COLUMN reporting.integrity_audits.findings IS 'How many it found; 0 on a sound book.';

COMMENT ON COLUMN reporting.integrity_audits.sample IS 'Up to five of them; null: none.';

COMMENT ON COLUMN reporting.integrity_audits.duration_ms IS 'How long it took.';

COMMENT ON COLUMN reporting.integrity_audits.is_everything IS 'Whether it looked at the whole book; else at what came since the last audited seal.';

CREATE VIEW reporting.integrity_checks WITH (security_barrier='true') AS
 SELECT substr((v.relname)::text, 7) AS check_name,
    split_part(d.description, ': '::text, 1) AS severity,
    rtrim(split_part(substr(d.description, (strpos(d.description, ': '::text) + 2)), ' Reason: '::text, 1), '.'::text) AS title,
    split_part(split_part(d.description, ' Reason: '::text, 2), ' Remedy: '::text, 1) AS reason,
    split_part(d.description, ' Remedy: '::text, 2) AS remedy
   FROM (pg_class v
     LEFT JOIN pg_description d ON (((v.oid = d.objoid) AND (d.classoid = ('pg_class'::regclass)::oid) AND (d.objsubid = 0))))
  WHERE ((v.relnamespace = ('reporting'::regnamespace)::oid) AND (v.relkind = 'v'::"char") AND starts_with((v.relname)::text, 'check_'::text));

COMMENT ON VIEW reporting.integrity_checks IS 'The checks of the ledger, also those that find nothing: each is the view check_ and its name, whose comment says all of this.';

COMMENT ON COLUMN reporting.integrity_checks.check_name IS 'The check''s name.';

COMMENT ON COLUMN reporting.integrity_checks.severity IS 'error: must never happen; warning: legal, but a person should look.';

COMMENT ON COLUMN reporting.integrity_checks.title IS 'What it means when the check finds something.';

COMMENT ON COLUMN reporting.integrity_checks.reason IS 'Why that must not be, or is looked at.';

COMMENT ON COLUMN reporting.integrity_checks.remedy IS 'What to do then.';

CREATE VIEW reporting.integrity_findings WITH (security_barrier='true') AS
 SELECT f.check_name,
    k.severity,
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
   FROM (( SELECT 'acceptance_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_acceptance_differs c
        UNION ALL
         SELECT 'acceptance_without_refusal'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_acceptance_without_refusal c
        UNION ALL
         SELECT 'account_differs_from_last_entry'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_account_differs_from_last_entry c
        UNION ALL
         SELECT 'account_differs_from_restaurant'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_account_differs_from_restaurant c
        UNION ALL
         SELECT 'account_missing'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_account_missing c
        UNION ALL
         SELECT 'account_out_of_range'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_account_out_of_range c
        UNION ALL
         SELECT 'amount_out_of_range'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_amount_out_of_range c
        UNION ALL
         SELECT 'available_day_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_available_day_differs c
        UNION ALL
         SELECT 'balance_unequal_to_entries'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_balance_unequal_to_entries c
        UNION ALL
         SELECT 'business_day_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_business_day_differs c
        UNION ALL
         SELECT 'business_day_near_midnight'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_business_day_near_midnight c
        UNION ALL
         SELECT 'catalog_differs_from_deploy'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_catalog_differs_from_deploy c
        UNION ALL
         SELECT 'charge_of_closed_restaurant'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_charge_of_closed_restaurant c
        UNION ALL
         SELECT 'charge_without_its_payment'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_charge_without_its_payment c
        UNION ALL
         SELECT 'clearing_unequal_to_owed'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_clearing_unequal_to_owed c
        UNION ALL
         SELECT 'closed_day_unequal_to_payouts'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_closed_day_unequal_to_payouts c
        UNION ALL
         SELECT 'deferral_without_end'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_deferral_without_end c
        UNION ALL
         SELECT 'deferred_count_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_deferred_count_differs c
        UNION ALL
         SELECT 'deferred_event_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_deferred_event_differs c
        UNION ALL
         SELECT 'dismissal_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_dismissal_differs c
        UNION ALL
         SELECT 'duplicate_business_content'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_duplicate_business_content c
        UNION ALL
         SELECT 'entry_after_closed_day'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_entry_after_closed_day c
        UNION ALL
         SELECT 'entry_differs_from_event'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_entry_differs_from_event c
        UNION ALL
         SELECT 'entry_seq_gap'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_entry_seq_gap c
        UNION ALL
         SELECT 'entry_type_unknown'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_entry_type_unknown c
        UNION ALL
         SELECT 'entry_unlike_rule_of_its_time'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_entry_unlike_rule_of_its_time c
        UNION ALL
         SELECT 'entry_without_event_or_payout'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_entry_without_event_or_payout c
        UNION ALL
         SELECT 'event_deferred_long'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_deferred_long c
        UNION ALL
         SELECT 'event_differs_from_document'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_differs_from_document c
        UNION ALL
         SELECT 'event_differs_from_rule'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_differs_from_rule c
        UNION ALL
         SELECT 'event_kept_twice'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_kept_twice c
        UNION ALL
         SELECT 'event_order_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_order_differs c
        UNION ALL
         SELECT 'event_reversed_twice'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_reversed_twice c
        UNION ALL
         SELECT 'event_subject_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_subject_differs c
        UNION ALL
         SELECT 'event_type_unknown'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_type_unknown c
        UNION ALL
         SELECT 'event_waits_in_vain'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_waits_in_vain c
        UNION ALL
         SELECT 'event_without_its_entries'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_without_its_entries c
        UNION ALL
         SELECT 'event_without_rule'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_event_without_rule c
        UNION ALL
         SELECT 'held_unequal_to_open_holds'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_held_unequal_to_open_holds c
        UNION ALL
         SELECT 'hold_overdrawn'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_hold_overdrawn c
        UNION ALL
         SELECT 'holding_differs_from_event'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_holding_differs_from_event c
        UNION ALL
         SELECT 'link_differs_from_document'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_link_differs_from_document c
        UNION ALL
         SELECT 'link_to_another_kind'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_link_to_another_kind c
        UNION ALL
         SELECT 'negative_available'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_negative_available c
        UNION ALL
         SELECT 'negative_reserved_or_held'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_negative_reserved_or_held c
        UNION ALL
         SELECT 'payment_of_another_restaurant'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payment_of_another_restaurant c
        UNION ALL
         SELECT 'payment_overdrawn'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payment_overdrawn c
        UNION ALL
         SELECT 'payments_since_moved'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payments_since_moved c
        UNION ALL
         SELECT 'payout_above_available'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_above_available c
        UNION ALL
         SELECT 'payout_amount_not_positive'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_amount_not_positive c
        UNION ALL
         SELECT 'payout_below_available'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_below_available c
        UNION ALL
         SELECT 'payout_carried_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_carried_differs c
        UNION ALL
         SELECT 'payout_items_differ_from_entries'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_items_differ_from_entries c
        UNION ALL
         SELECT 'payout_items_do_not_add_up'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_items_do_not_add_up c
        UNION ALL
         SELECT 'payout_outcome_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_outcome_differs c
        UNION ALL
         SELECT 'payout_report_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_report_differs c
        UNION ALL
         SELECT 'payout_run_dead'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_run_dead c
        UNION ALL
         SELECT 'payout_run_differs_from_payouts'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_run_differs_from_payouts c
        UNION ALL
         SELECT 'payout_run_left_out'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_run_left_out c
        UNION ALL
         SELECT 'payout_schedule_stuck'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_schedule_stuck c
        UNION ALL
         SELECT 'payout_skip_contradicts'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_skip_contradicts c
        UNION ALL
         SELECT 'payout_status_differs_from_entries'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_status_differs_from_entries c
        UNION ALL
         SELECT 'payout_unequal_to_entries'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_unequal_to_entries c
        UNION ALL
         SELECT 'payout_unlike_its_run'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_unlike_its_run c
        UNION ALL
         SELECT 'payout_waiting'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_waiting c
        UNION ALL
         SELECT 'payout_without_reserve'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_payout_without_reserve c
        UNION ALL
         SELECT 'pending_day_unequal_to_entries'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_pending_day_unequal_to_entries c
        UNION ALL
         SELECT 'recorded_at_decreases'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_recorded_at_decreases c
        UNION ALL
         SELECT 'recorded_at_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_recorded_at_differs c
        UNION ALL
         SELECT 'reference_differs_from_deploy'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_reference_differs_from_deploy c
        UNION ALL
         SELECT 'rejection_differs_from_document'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_rejection_differs_from_document c
        UNION ALL
         SELECT 'reserve_differs_from_payout'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_reserve_differs_from_payout c
        UNION ALL
         SELECT 'reserved_balance_unequal_to_open_payouts'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_reserved_balance_unequal_to_open_payouts c
        UNION ALL
         SELECT 'reversal_not_mirror'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_reversal_not_mirror c
        UNION ALL
         SELECT 'rule_history_broken'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_rule_history_broken c
        UNION ALL
         SELECT 'running_balance_broken'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_running_balance_broken c
        UNION ALL
         SELECT 'sequence_behind'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_sequence_behind c
        UNION ALL
         SELECT 'settings_differ_from_changes'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_settings_differ_from_changes c
        UNION ALL
         SELECT 'settlement_before_available'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_settlement_before_available c
        UNION ALL
         SELECT 'settlement_day_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_settlement_day_differs c
        UNION ALL
         SELECT 'subject_state_differs'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_subject_state_differs c
        UNION ALL
         SELECT 'terms_differ_from_changes'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_terms_differ_from_changes c
        UNION ALL
         SELECT 'timezone_unknown'::text AS check_name,
            c.restaurant_id,
            c.currency,
            c.reference,
            c.finding
           FROM reporting.check_timezone_unknown c) f
     CROSS JOIN LATERAL ( SELECT ( SELECT c.severity
                   FROM reporting.integrity_checks c
                  WHERE (c.check_name = f.check_name)) AS severity) k);

COMMENT ON VIEW reporting.integrity_findings IS 'What is wrong in the ledger: no row of severity error on a sound database. A filter on check_name runs that check alone.';

COMMENT ON COLUMN reporting.integrity_findings.check_name IS 'The check, see reporting.integrity_checks.';

COMMENT ON COLUMN reporting.integrity_findings.severity IS 'error: must never happen; warning: legal, but a person should look.';

COMMENT ON COLUMN reporting.integrity_findings.restaurant_id IS 'Null where the finding is about all restaurants of a currency.';

COMMENT ON COLUMN reporting.integrity_findings.currency IS 'The currency; null: all.';

COMMENT ON COLUMN reporting.integrity_findings.reference IS 'What to look up: a payout_id, an event_id, an entry by number, or the balance row.';

COMMENT ON COLUMN reporting.integrity_findings.finding IS 'What was found, in words and figures.';

CREATE VIEW reporting.kept_webhooks WITH (security_barrier='true') AS
 SELECT webhook_no,
    source,
    item_no,
    outcome,
    kind,
    code,
    message,
    length(body) AS body_bytes,
    deliveries,
    received_at,
    last_received_at,
    (dismissed_at IS NULL) AS is_open,
    dismissed_at,
    dismissed_by,
    reason
   FROM inbound.kept_webhooks k;

COMMENT ON VIEW reporting.kept_webhooks IS 'Signed webhooks that were answered with success and became no event: for a person to see. What they say is not here: it may be of persons.';

COMMENT ON COLUMN reporting.kept_webhooks.webhook_no IS 'Its number: later ones are greater.';

COMMENT ON COLUMN reporting.kept_webhooks.source IS 'Who sent it.';

COMMENT ON COLUMN reporting.kept_webhooks.item_no IS 'Which of the things that the body tells, from 1.';

COMMENT ON COLUMN reporting.kept_webhooks.outcome IS 'unknown: of a kind that nothing here knows. refused: it should be an event, and cannot be one.';

COMMENT ON COLUMN reporting.kept_webhooks.kind IS 'What the processor calls it.';

COMMENT ON COLUMN reporting.kept_webhooks.code IS 'Why it is no event.';

COMMENT ON COLUMN reporting.kept_webhooks.message IS 'The reason in words.';

COMMENT ON COLUMN reporting.kept_webhooks.body_bytes IS 'How long the body is; list_kept_webhooks shows it.';

COMMENT ON COLUMN reporting.kept_webhooks.deliveries IS 'How often it was received.';

COMMENT ON COLUMN reporting.kept_webhooks.received_at IS 'When it was received first.';

COMMENT ON COLUMN reporting.kept_webhooks.last_received_at IS 'When it was received last.';

COMMENT ON COLUMN reporting.kept_webhooks.is_open IS 'Whether it waits for somebody.';

COMMENT ON COLUMN reporting.kept_webhooks.dismissed_at IS 'When a person had seen to it.';

COMMENT ON COLUMN reporting.kept_webhooks.dismissed_by IS 'Who had.';

COMMENT ON COLUMN reporting.kept_webhooks.reason IS 'What the person says.';

CREATE VIEW reporting.ledger_entries WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    (t.balance_effect * e.amount) AS balance_change,
    e.balance_after,
    e.reserved_after,
    COALESCE(e.held_after, (0)::bigint) AS held_after,
    v.provider,
    v.event_id,
    e.payout_id,
    e.business_day,
    e.available_on,
    e.settlement_day,
    COALESCE(v.occurred_at, p.created_at, e.recorded_at) AS occurred_at,
    e.recorded_at
   FROM (((ledger.ledger_entries e
     LEFT JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
     LEFT JOIN LATERAL ( SELECT x.provider,
            x.event_id,
            x.occurred_at
           FROM ledger.processor_events x
          WHERE ((x.restaurant_id = e.restaurant_id) AND (x.event_no = e.event_no))
          ORDER BY x.event_no
         LIMIT 1) v ON (true))
     LEFT JOIN LATERAL ( SELECT y.created_at
           FROM ledger.payouts y
          WHERE ((y.restaurant_id = e.restaurant_id) AND (y.payout_id = e.payout_id))
          ORDER BY y.payout_id
         LIMIT 1) p ON (true));

COMMENT ON VIEW reporting.ledger_entries IS 'Every ledger entry, with the balances after it: all that api.list_entries gives page by page.';

COMMENT ON COLUMN reporting.ledger_entries.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.ledger_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.ledger_entries.entry_seq IS 'Number of the entry within restaurant and currency, without gaps from 1.';

COMMENT ON COLUMN reporting.ledger_entries.entry_type IS 'What was moved: CHARGE, FEE, REFUND, PAYOUT_RESERVE and so on.';

COMMENT ON COLUMN reporting.ledger_entries.amount IS 'Minor units of the currency, always positive.';

COMMENT ON COLUMN reporting.ledger_entries.balance_change IS 'What it does to the restaurant''s balance, available or not yet, with its sign.';

COMMENT ON COLUMN reporting.ledger_entries.balance_after IS 'The balance after it.';

COMMENT ON COLUMN reporting.ledger_entries.reserved_after IS 'The money reserved for payouts after it.';

COMMENT ON COLUMN reporting.ledger_entries.held_after IS 'The money held back after it.';

COMMENT ON COLUMN reporting.ledger_entries.provider IS 'The processor whose event caused it.';

COMMENT ON COLUMN reporting.ledger_entries.event_id IS 'The event that caused it; null for the reserve of a payout.';

COMMENT ON COLUMN reporting.ledger_entries.payout_id IS 'The payout that it is about, if any.';

COMMENT ON COLUMN reporting.ledger_entries.business_day IS 'The restaurant''s local day on which it happened, less its closing hour.';

COMMENT ON COLUMN reporting.ledger_entries.available_on IS 'From this day the money counts as available.';

COMMENT ON COLUMN reporting.ledger_entries.settlement_day IS 'The day whose payout the entry belongs to.';

COMMENT ON COLUMN reporting.ledger_entries.occurred_at IS 'When its event happened, or when its payout was created.';

COMMENT ON COLUMN reporting.ledger_entries.recorded_at IS 'When it was written here; never before an earlier entry.';

CREATE VIEW reporting.ledger_postings WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    e.entry_seq,
    s.side,
        CASE s.side
            WHEN 'debit'::text THEN t.debit_account
            ELSE t.credit_account
        END AS account,
    e.amount,
    e.entry_type,
    v.provider,
    v.event_id,
    e.payout_id,
    e.business_day,
    e.settlement_day,
    e.recorded_at
   FROM (((ledger.ledger_entries e
     JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
     CROSS JOIN ( VALUES ('debit'::text), ('credit'::text)) s(side))
     LEFT JOIN ledger.processor_events v ON (((e.restaurant_id = v.restaurant_id) AND (e.event_no = v.event_no))));

COMMENT ON VIEW reporting.ledger_postings IS 'Every ledger entry as its two legs, one debit and one credit of the same amount: the book as an accountant reads it. The restaurant stands on both legs, also where the account is the platform''s.';

COMMENT ON COLUMN reporting.ledger_postings.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.ledger_postings.currency IS 'The currency.';

COMMENT ON COLUMN reporting.ledger_postings.entry_seq IS 'Number of the entry within restaurant and currency; its two legs share it.';

COMMENT ON COLUMN reporting.ledger_postings.side IS 'debit or credit.';

COMMENT ON COLUMN reporting.ledger_postings.account IS 'Account of the chart that this leg moves.';

COMMENT ON COLUMN reporting.ledger_postings.amount IS 'Minor units of the currency, always positive.';

COMMENT ON COLUMN reporting.ledger_postings.entry_type IS 'What was moved: CHARGE, FEE, REFUND, PAYOUT_RESERVE and so on.';

COMMENT ON COLUMN reporting.ledger_postings.provider IS 'The processor whose event caused it.';

COMMENT ON COLUMN reporting.ledger_postings.event_id IS 'The processor''s event that caused the entry; null for the reserve of a payout.';

COMMENT ON COLUMN reporting.ledger_postings.payout_id IS 'The payout that the entry is about, if any.';

COMMENT ON COLUMN reporting.ledger_postings.business_day IS 'The restaurant''s local day on which it happened, less its closing hour.';

COMMENT ON COLUMN reporting.ledger_postings.settlement_day IS 'The day whose payout the entry belongs to.';

COMMENT ON COLUMN reporting.ledger_postings.recorded_at IS 'When it was written here; never before an earlier entry.';

CREATE VIEW reporting.payments WITH (security_barrier='true') AS
 SELECT e.subject_id AS payment_id,
    e.restaurant_id,
    e.provider,
    e.currency,
        CASE
            WHEN (f.reversed > (0)::numeric) THEN 'REVERSED'::text
            WHEN (f.held > (0)::numeric) THEN 'DISPUTED'::text
            WHEN (f.disputed > (0)::numeric) THEN 'LOST'::text
            WHEN (f.refunded >= (e.amount)::numeric) THEN 'REFUNDED'::text
            WHEN (f.refunded > (0)::numeric) THEN 'PARTLY_REFUNDED'::text
            ELSE 'CHARGED'::text
        END AS state,
    e.amount AS charged,
    COALESCE(f.refunded, (0)::numeric) AS refunded,
    COALESCE(f.disputed, (0)::numeric) AS disputed,
    COALESCE(f.reversed, (0)::numeric) AS reversed,
    GREATEST(((e.amount)::numeric + COALESCE(f.effect, (0)::numeric)), (0)::numeric) AS refundable,
    COALESCE(f.held, (0)::numeric) AS held,
    ((e.fee)::numeric + COALESCE(f.fee, (0)::numeric)) AS fee,
    ((e.payload -> 'metadata'::text) ->> 'reservation_id'::text) AS reservation_id,
    e.event_id,
    e.event_no,
    e.occurred_at,
    e.received_at,
    n.recorded_at,
    n.business_day,
    n.available_on,
    n.settlement_day,
    p.payout_id
   FROM (((ledger.processor_events e
     LEFT JOIN LATERAL ( SELECT sum(((t.payment_effect)::numeric * (l.amount)::numeric)) AS effect,
            sum(((t.held_effect)::numeric * (l.amount)::numeric)) AS held,
            sum((((- t.payment_effect))::numeric * (l.amount)::numeric)) FILTER (WHERE (t.payout_item = ANY (ARRAY['refunds'::text, 'refunds_failed'::text]))) AS refunded,
            sum((((- t.payment_effect))::numeric * (l.amount)::numeric)) FILTER (WHERE (t.payout_item = ANY (ARRAY['disputes'::text, 'disputes_won'::text]))) AS disputed,
            sum((((- t.payment_effect))::numeric * (l.amount)::numeric)) FILTER (WHERE (t.payout_item = 'gross_sales'::text)) AS reversed,
            sum(((l.amount)::numeric * (
                CASE 'processor_fees'::text
                    WHEN t.credit_account THEN 1
                    WHEN t.debit_account THEN '-1'::integer
                    ELSE 0
                END)::numeric)) AS fee
           FROM (((ledger.event_links k
             JOIN ledger.processor_events v ON (((k.restaurant_id = v.restaurant_id) AND (k.event_no = v.event_no))))
             JOIN ledger.ledger_entries l ON (((v.restaurant_id = l.restaurant_id) AND (v.currency = l.currency) AND (v.first_entry_seq <= l.entry_seq) AND ((v.first_entry_seq + v.entry_count) > l.entry_seq))))
             JOIN ledger.entry_types t ON ((l.entry_type = t.entry_type)))
          WHERE ((k.restaurant_id = e.restaurant_id) AND (k.payment_event_no = e.event_no))) f ON (true))
     LEFT JOIN ledger.ledger_entries n ON (((e.restaurant_id = n.restaurant_id) AND (e.currency = n.currency) AND (e.first_entry_seq = n.entry_seq))))
     LEFT JOIN LATERAL ( SELECT x.payout_id
           FROM ledger.payouts x
          WHERE ((x.restaurant_id = e.restaurant_id) AND (x.currency = e.currency) AND (x.as_of >= n.settlement_day))
          ORDER BY x.as_of
         LIMIT 1) p ON (true))
  WHERE ((e.event_type = 'charge_succeeded'::text) AND (e.subject_id IS NOT NULL));

COMMENT ON VIEW reporting.payments IS 'Payments: charges that name a payment_id, with what became of them. What is charged is refunded, disputed, reversed or refundable. Amounts are in minor units of the currency.';

COMMENT ON COLUMN reporting.payments.payment_id IS 'The processor''s id of it; once per restaurant and provider.';

COMMENT ON COLUMN reporting.payments.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.payments.provider IS 'The processor.';

COMMENT ON COLUMN reporting.payments.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payments.state IS 'REVERSED: the charge was taken back as a mistake; DISPUTED: a dispute is open; LOST: one was lost; REFUNDED, PARTLY_REFUNDED; else CHARGED.';

COMMENT ON COLUMN reporting.payments.charged IS 'What the guest paid.';

COMMENT ON COLUMN reporting.payments.refunded IS 'What was refunded and did not come back.';

COMMENT ON COLUMN reporting.payments.disputed IS 'In disputes that are open or were lost.';

COMMENT ON COLUMN reporting.payments.reversed IS 'What was taken back as a mistake.';

COMMENT ON COLUMN reporting.payments.refundable IS 'What can still be refunded or disputed; 0 also where a person let more be taken.';

COMMENT ON COLUMN reporting.payments.held IS 'Held back now for its open disputes.';

COMMENT ON COLUMN reporting.payments.fee IS 'What the processor takes for it: its fees and those of its disputes, less what was given back.';

COMMENT ON COLUMN reporting.payments.reservation_id IS 'As in the metadata of its charge.';

COMMENT ON COLUMN reporting.payments.event_id IS 'The event that first told of it.';

COMMENT ON COLUMN reporting.payments.event_no IS 'Internal number of that event: later ones have greater ones.';

COMMENT ON COLUMN reporting.payments.occurred_at IS 'When the guest paid.';

COMMENT ON COLUMN reporting.payments.received_at IS 'When that was first received here.';

COMMENT ON COLUMN reporting.payments.recorded_at IS 'When it was written here.';

COMMENT ON COLUMN reporting.payments.business_day IS 'The restaurant''s local day on which the guest paid, less its closing hour.';

COMMENT ON COLUMN reporting.payments.available_on IS 'From this day its money counts as available, less what was refunded.';

COMMENT ON COLUMN reporting.payments.settlement_day IS 'The day on which it settles: the payout that closes it pays it.';

COMMENT ON COLUMN reporting.payments.payout_id IS 'The payout that closed its day, whatever became of that payout; null: none has yet.';

CREATE VIEW reporting.payout_claims WITH (security_barrier='true') AS
 SELECT submitted_by,
    payout_id,
    restaurant_id,
    currency,
    as_of,
    amount,
    submitted_at,
    (now() - submitted_at) AS age
   FROM ledger.payouts p
  WHERE ((status = 'CREATED'::text) AND (submitted_at IS NOT NULL) AND (confirmed_at IS NULL));

COMMENT ON VIEW reporting.payout_claims IS 'Payouts that a disburser has taken and nobody has confirmed: under way to the bank at this moment, or, if they are old, left behind by a disburser that died.';

COMMENT ON COLUMN reporting.payout_claims.submitted_by IS 'Who took it.';

COMMENT ON COLUMN reporting.payout_claims.payout_id IS 'The payout; also the key under which to ask the bank or the processor whether it has it.';

COMMENT ON COLUMN reporting.payout_claims.restaurant_id IS 'Who is to be paid.';

COMMENT ON COLUMN reporting.payout_claims.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payout_claims.as_of IS 'The last settlement day that the payout pays.';

COMMENT ON COLUMN reporting.payout_claims.amount IS 'Minor units of the currency.';

COMMENT ON COLUMN reporting.payout_claims.submitted_at IS 'When it was taken.';

COMMENT ON COLUMN reporting.payout_claims.age IS 'How long ago that is.';

CREATE VIEW reporting.payout_eligibility WITH (security_barrier='true') AS
 SELECT b.restaurant_id,
    b.currency,
    d.as_of,
    a.payable_amount,
        CASE
            WHEN (r.is_payouts_paused OR t.is_paused) THEN 'payouts_paused'::text
            WHEN (d.as_of IS NULL) THEN 'timezone_unknown'::text
            WHEN (EXISTS ( SELECT 1
               FROM ledger.payouts p
              WHERE ((p.restaurant_id = b.restaurant_id) AND (p.currency = b.currency) AND (p.as_of = d.as_of)))) THEN 'already_paid'::text
            WHEN (b.closed_through >= d.as_of) THEN 'closed_by_later_payout'::text
            WHEN ((a.unrounded > (0)::numeric) AND (a.payable_amount = (0)::numeric)) THEN 'below_payable_unit'::text
            WHEN (a.payable_amount <= (0)::numeric) THEN 'nothing_to_pay'::text
            WHEN (a.payable_amount < (t.min_amount)::numeric) THEN 'below_minimum'::text
            WHEN (a.payable_amount > (t.max_amount)::numeric) THEN 'above_maximum'::text
            ELSE NULL::text
        END AS why_not
   FROM (((((ledger.account_balances b
     JOIN ledger.restaurants r ON ((b.restaurant_id = r.restaurant_id)))
     JOIN ledger.currencies c ON ((b.currency = c.currency)))
     LEFT JOIN ledger.payout_terms t ON (((b.restaurant_id = t.restaurant_id) AND (b.currency = t.currency))))
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (cardinality(ledger.known_timezones(ARRAY[r.timezone])) = 1) THEN (((now() AT TIME ZONE r.timezone) - make_interval(hours => (r.day_close_hour)::integer)))::date
                    ELSE NULL::date
                END AS as_of) d)
     CROSS JOIN LATERAL ( SELECT m.unrounded,
                CASE
                    WHEN (m.unrounded > (0)::numeric) THEN (m.unrounded - (m.unrounded % (COALESCE(t.payable_unit, c.payable_unit))::numeric))
                    ELSE m.unrounded
                END AS payable_amount
           FROM ((( SELECT COALESCE(sum(((e.amount)::numeric * (n.balance_effect)::numeric)), (0)::numeric) AS amount
                   FROM (ledger.ledger_entries e
                     JOIN ledger.entry_types n ON ((e.entry_type = n.entry_type)))
                  WHERE ((e.restaurant_id = b.restaurant_id) AND (e.currency = b.currency) AND (e.settlement_day > d.as_of))) l
             CROSS JOIN ( SELECT COALESCE(sum(x.amount), (0)::numeric) AS amount
                   FROM ledger.pending_days x
                  WHERE ((x.restaurant_id = b.restaurant_id) AND (x.currency = b.currency) AND (x.available_on > d.as_of))) q)
             CROSS JOIN LATERAL ( SELECT
                        CASE
                            WHEN (d.as_of IS NOT NULL) THEN ((b.balance)::numeric - GREATEST(l.amount, q.amount))
                            ELSE NULL::numeric
                        END AS unrounded) m)) a);

COMMENT ON VIEW reporting.payout_eligibility IS 'What a payout run would decide for each restaurant and currency if it ran now, for the restaurant''s current business day and without a minimum amount of its own.';

COMMENT ON COLUMN reporting.payout_eligibility.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.payout_eligibility.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payout_eligibility.as_of IS 'The restaurant''s business day at this moment; null: the server does not know its time zone.';

COMMENT ON COLUMN reporting.payout_eligibility.payable_amount IS 'What settles up to as_of, but never more than is available, in whole payable units; minor units of the currency; zero or less: nothing to pay.';

COMMENT ON COLUMN reporting.payout_eligibility.why_not IS 'Null: eligible. Else the first reason of payouts_paused, timezone_unknown, already_paid, closed_by_later_payout, below_payable_unit, nothing_to_pay, below_minimum, above_maximum.';

CREATE VIEW reporting.payout_entries WITH (security_barrier='true') AS
 SELECT p.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    t.payout_item AS item_type,
    (t.balance_effect * e.amount) AS amount,
    e.entry_seq,
    e.entry_type,
    v.provider,
    v.event_id,
    e.business_day,
    e.settlement_day,
    COALESCE(v.occurred_at, e.recorded_at) AS occurred_at,
    e.recorded_at
   FROM ((((ledger.payouts p
     LEFT JOIN LATERAL ( SELECT max(q.as_of) AS as_of
           FROM ledger.payouts q
          WHERE ((q.restaurant_id = p.restaurant_id) AND (q.currency = p.currency) AND (q.as_of < p.as_of))) b ON (true))
     CROSS JOIN LATERAL ( SELECT y.entry_seq,
            y.amount,
            y.balance_after,
            y.reserved_after,
            y.held_after,
            y.event_no,
            y.recorded_at,
            y.business_day,
            y.available_on,
            y.settlement_day,
            y.restaurant_id,
            y.currency,
            y.entry_type,
            y.payout_id
           FROM ledger.ledger_entries y
          WHERE ((y.restaurant_id = p.restaurant_id) AND (y.currency = p.currency) AND (y.settlement_day > COALESCE(b.as_of, '-infinity'::date)) AND (y.settlement_day <= p.as_of))
          ORDER BY y.settlement_day
         OFFSET 0) e)
     JOIN ledger.entry_types t ON (((e.entry_type = t.entry_type) AND (t.payout_item IS NOT NULL) AND (t.balance_effect <> 0))))
     LEFT JOIN LATERAL ( SELECT x.provider,
            x.event_id,
            x.occurred_at
           FROM ledger.processor_events x
          WHERE ((x.restaurant_id = e.restaurant_id) AND (x.event_no = e.event_no))
          ORDER BY x.event_no
         LIMIT 1) v ON (true))
UNION ALL
 SELECT p.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    i.item_type,
    i.amount,
    NULL::bigint AS entry_seq,
    NULL::text AS entry_type,
    NULL::text AS provider,
    NULL::text AS event_id,
    NULL::date AS business_day,
    NULL::date AS settlement_day,
    p.created_at AS occurred_at,
    p.created_at AS recorded_at
   FROM (ledger.payouts p
     JOIN ledger.payout_items i ON (((p.restaurant_id = i.restaurant_id) AND (p.payout_id = i.payout_id) AND (i.item_type = ANY (ARRAY['carried_in'::text, 'carried_out'::text])))));

COMMENT ON VIEW reporting.payout_entries IS 'The entries that each payout pays, with what it has from earlier payouts (carried_in) and leaves to later ones (carried_out): the amounts of a payout_id add up to the payout. api.list_payout_entries gives it page by page.';

COMMENT ON COLUMN reporting.payout_entries.payout_id IS 'The payout.';

COMMENT ON COLUMN reporting.payout_entries.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN reporting.payout_entries.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payout_entries.as_of IS 'The last settlement day that the payout pays.';

COMMENT ON COLUMN reporting.payout_entries.item_type IS 'The item of the payout that it is in; see reporting.payout_items.';

COMMENT ON COLUMN reporting.payout_entries.amount IS 'What it adds to the payout, in minor units of the currency; negative where it lessens it.';

COMMENT ON COLUMN reporting.payout_entries.entry_seq IS 'Number of the entry within restaurant and currency; null: carried_in or carried_out.';

COMMENT ON COLUMN reporting.payout_entries.entry_type IS 'What was moved: CHARGE, FEE and so on.';

COMMENT ON COLUMN reporting.payout_entries.provider IS 'The processor whose event caused it.';

COMMENT ON COLUMN reporting.payout_entries.event_id IS 'The event that caused it.';

COMMENT ON COLUMN reporting.payout_entries.business_day IS 'The restaurant''s local day on which it happened, less its closing hour.';

COMMENT ON COLUMN reporting.payout_entries.settlement_day IS 'The day on which it settled, which the payout closed.';

COMMENT ON COLUMN reporting.payout_entries.occurred_at IS 'When its event happened; of what was carried, when the payout was created.';

COMMENT ON COLUMN reporting.payout_entries.recorded_at IS 'When it was written here.';

CREATE VIEW reporting.payout_failure_codes WITH (security_barrier='true') AS
 SELECT code,
    is_permanent,
    description,
    what_to_do
   FROM ledger.payout_failure_codes c;

COMMENT ON VIEW reporting.payout_failure_codes IS 'Why payouts fail, as processors and banks call it, and what a person does then. A code that is not here is taken for a transient one.';

COMMENT ON COLUMN reporting.payout_failure_codes.code IS 'The code, compared without regard to case.';

COMMENT ON COLUMN reporting.payout_failure_codes.is_permanent IS 'Whether the restaurant''s payouts in that currency are paused until somebody resumes them.';

COMMENT ON COLUMN reporting.payout_failure_codes.description IS 'What it means, in a sentence.';

COMMENT ON COLUMN reporting.payout_failure_codes.what_to_do IS 'What a person does then.';

CREATE VIEW reporting.payout_items WITH (security_barrier='true') AS
 SELECT i.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    i.item_type,
    i.amount,
    i.entry_count
   FROM (ledger.payout_items i
     JOIN ledger.payouts p ON (((i.restaurant_id = p.restaurant_id) AND (i.payout_id = p.payout_id))));

COMMENT ON VIEW reporting.payout_items IS 'What each payout consists of; the items of a payout add up to its amount.';

COMMENT ON COLUMN reporting.payout_items.payout_id IS 'The payout.';

COMMENT ON COLUMN reporting.payout_items.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN reporting.payout_items.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payout_items.as_of IS 'The last settlement day that the payout pays.';

COMMENT ON COLUMN reporting.payout_items.item_type IS 'gross_sales, fees, refunds, payout_failures, payout_returns; carried_in: held back by earlier payouts; carried_out: held back by this one, because it was spent since.';

COMMENT ON COLUMN reporting.payout_items.amount IS 'Minor units of the currency; negative where it lessens the payout.';

COMMENT ON COLUMN reporting.payout_items.entry_count IS 'Ledger entries summed in the item.';

CREATE VIEW reporting.payout_reconciliation WITH (security_barrier='true') AS
 SELECT p.payout_id,
    p.run_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    p.status,
    p.amount,
    i.gross_sales,
    i.fees,
    i.refunds,
    i.other_items,
    i.carried_in,
    i.carried_out,
    i.items_amount,
    e.reserved,
    e.released,
    e.paid_out,
    e.given_back,
    e.entry_count,
    ((i.items_amount = (p.amount)::numeric) AND (e.reserved = (p.amount)::numeric) AND (e.released = (
        CASE p.status
            WHEN 'CREATED'::text THEN (0)::bigint
            ELSE p.amount
        END)::numeric) AND (e.paid_out = (
        CASE p.status
            WHEN 'PAID'::text THEN p.amount
            ELSE (0)::bigint
        END)::numeric) AND (e.given_back = (
        CASE
            WHEN (p.status = ANY (ARRAY['FAILED'::text, 'CANCELED'::text])) THEN p.amount
            ELSE (0)::bigint
        END)::numeric)) AS is_reconciled,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.canceled_at,
    p.submitted_at,
    p.external_id,
    p.failure_code,
    p.failure_reason
   FROM ((ledger.payouts p
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(x.amount) FILTER (WHERE (x.item_type = 'gross_sales'::text)), (0)::numeric) AS gross_sales,
            COALESCE(sum(x.amount) FILTER (WHERE (x.item_type = 'fees'::text)), (0)::numeric) AS fees,
            COALESCE(sum(x.amount) FILTER (WHERE (x.item_type = 'refunds'::text)), (0)::numeric) AS refunds,
            COALESCE(sum(x.amount) FILTER (WHERE (x.item_type <> ALL (ARRAY['gross_sales'::text, 'fees'::text, 'refunds'::text, 'carried_in'::text, 'carried_out'::text]))), (0)::numeric) AS other_items,
            COALESCE(sum(x.amount) FILTER (WHERE (x.item_type = 'carried_in'::text)), (0)::numeric) AS carried_in,
            COALESCE(sum(x.amount) FILTER (WHERE (x.item_type = 'carried_out'::text)), (0)::numeric) AS carried_out,
            COALESCE(sum(x.amount), (0)::numeric) AS items_amount
           FROM ledger.payout_items x
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.payout_id = p.payout_id))) i)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(x.amount) FILTER (WHERE (t.reserved_effect = 1)), (0)::numeric) AS reserved,
            COALESCE(sum(x.amount) FILTER (WHERE (t.reserved_effect = '-1'::integer)), (0)::numeric) AS released,
            COALESCE(sum(
                CASE 'processor_clearing'::text
                    WHEN t.credit_account THEN x.amount
                    WHEN t.debit_account THEN (- x.amount)
                    ELSE NULL::bigint
                END), (0)::numeric) AS paid_out,
            COALESCE(sum(x.amount) FILTER (WHERE ((t.credit_account = 'restaurant_available'::text) AND (t.debit_account = ANY (ARRAY['restaurant_reserved'::text, 'processor_clearing'::text])))), (0)::numeric) AS given_back,
            count(*) AS entry_count
           FROM (ledger.ledger_entries x
             JOIN ledger.entry_types t ON ((x.entry_type = t.entry_type)))
          WHERE ((x.restaurant_id = p.restaurant_id) AND (x.payout_id = p.payout_id))) e);

COMMENT ON VIEW reporting.payout_reconciliation IS 'Each payout beside its items and the ledger entries about it. is_reconciled is true in every row of a sound book; amounts are minor units of the currency.';

COMMENT ON COLUMN reporting.payout_reconciliation.payout_id IS 'Derived from restaurant, currency and as_of; the reference at the bank.';

COMMENT ON COLUMN reporting.payout_reconciliation.run_id IS 'The run that created it.';

COMMENT ON COLUMN reporting.payout_reconciliation.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN reporting.payout_reconciliation.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payout_reconciliation.as_of IS 'The last settlement day that it pays.';

COMMENT ON COLUMN reporting.payout_reconciliation.status IS 'CREATED, PAID, FAILED or CANCELED.';

COMMENT ON COLUMN reporting.payout_reconciliation.amount IS 'What is paid.';

COMMENT ON COLUMN reporting.payout_reconciliation.gross_sales IS 'The item gross_sales; 0: none.';

COMMENT ON COLUMN reporting.payout_reconciliation.fees IS 'The item fees, negative; 0: none.';

COMMENT ON COLUMN reporting.payout_reconciliation.refunds IS 'The item refunds, negative; 0: none.';

COMMENT ON COLUMN reporting.payout_reconciliation.other_items IS 'All other items but the two that carry; reporting.payout_items has them one by one.';

COMMENT ON COLUMN reporting.payout_reconciliation.carried_in IS 'What earlier payouts held back; 0: nothing.';

COMMENT ON COLUMN reporting.payout_reconciliation.carried_out IS 'What this one holds back, negative; 0: nothing.';

COMMENT ON COLUMN reporting.payout_reconciliation.items_amount IS 'The sum of the items.';

COMMENT ON COLUMN reporting.payout_reconciliation.reserved IS 'What its entries have reserved.';

COMMENT ON COLUMN reporting.payout_reconciliation.released IS 'What its entries have taken out of the reserve.';

COMMENT ON COLUMN reporting.payout_reconciliation.paid_out IS 'What its entries have paid from the processor''s account, less what came back.';

COMMENT ON COLUMN reporting.payout_reconciliation.given_back IS 'What its entries have made available to the restaurant again.';

COMMENT ON COLUMN reporting.payout_reconciliation.entry_count IS 'Ledger entries about it.';

COMMENT ON COLUMN reporting.payout_reconciliation.is_reconciled IS 'Whether items and entries are what amount and status say.';

COMMENT ON COLUMN reporting.payout_reconciliation.created_at IS 'When it was created.';

COMMENT ON COLUMN reporting.payout_reconciliation.paid_at IS 'When the processor says that it was paid.';

COMMENT ON COLUMN reporting.payout_reconciliation.failed_at IS 'When the processor says that it failed or was sent back.';

COMMENT ON COLUMN reporting.payout_reconciliation.canceled_at IS 'When it was canceled.';

COMMENT ON COLUMN reporting.payout_reconciliation.submitted_at IS 'When it was handed over to whoever pays it; null: not yet.';

COMMENT ON COLUMN reporting.payout_reconciliation.external_id IS 'The bank''s or processor''s own id of it, as its statement bears it.';

COMMENT ON COLUMN reporting.payout_reconciliation.failure_code IS 'Why it failed; see reporting.payout_failure_codes.';

COMMENT ON COLUMN reporting.payout_reconciliation.failure_reason IS 'Why it failed, as the processor says.';

CREATE VIEW reporting.payout_run_reconciliation WITH (security_barrier='true') AS
 SELECT r.run_id,
    r.currency,
    r.as_of,
    r.started_at,
    r.finished_at,
    r.payouts_created,
    r.payouts_amount,
    r.restaurants_skipped,
    p.payouts_found,
    p.amount_found,
    k.skips_found,
    p.created_amount,
    p.paid_amount,
    p.failed_amount,
    p.canceled_amount,
    ((r.payouts_created = p.payouts_found) AND (r.payouts_amount = p.amount_found) AND (r.restaurants_skipped = k.skips_found)) AS is_reconciled
   FROM ((ledger.payout_runs r
     CROSS JOIN LATERAL ( SELECT count(*) AS payouts_found,
            COALESCE(sum(x.amount), (0)::numeric) AS amount_found,
            COALESCE(sum(x.amount) FILTER (WHERE (x.status = 'CREATED'::text)), (0)::numeric) AS created_amount,
            COALESCE(sum(x.amount) FILTER (WHERE (x.status = 'PAID'::text)), (0)::numeric) AS paid_amount,
            COALESCE(sum(x.amount) FILTER (WHERE (x.status = 'FAILED'::text)), (0)::numeric) AS failed_amount,
            COALESCE(sum(x.amount) FILTER (WHERE (x.status = 'CANCELED'::text)), (0)::numeric) AS canceled_amount
           FROM ledger.payouts x
          WHERE (x.run_id = r.run_id)) p)
     CROSS JOIN LATERAL ( SELECT count(*) AS skips_found
           FROM ledger.payout_skips x
          WHERE (x.run_id = r.run_id)) k);

COMMENT ON VIEW reporting.payout_run_reconciliation IS 'Each payout run beside the payouts and skips that it has written, and what became of the money. is_reconciled is true in every row of a sound book; amounts are minor units of the currency.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.run_id IS 'The run.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.currency IS 'The currency in which it pays.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.as_of IS 'The last settlement day that it pays.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.started_at IS 'When it was started.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.finished_at IS 'When it had passed the last restaurant; null: not yet.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.payouts_created IS 'Payouts that it says it has created.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.payouts_amount IS 'What it says they come to.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.restaurants_skipped IS 'Restaurants that it says it has passed over.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.payouts_found IS 'Payouts that name it.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.amount_found IS 'What these come to.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.skips_found IS 'Skips that name it.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.created_amount IS 'Of amount_found what is still under way.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.paid_amount IS 'Of amount_found what was paid.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.failed_amount IS 'Of amount_found what failed or was sent back.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.canceled_amount IS 'Of amount_found what was canceled.';

COMMENT ON COLUMN reporting.payout_run_reconciliation.is_reconciled IS 'Whether what it says is what was written.';

CREATE VIEW reporting.payout_skips WITH (security_barrier='true') AS
 SELECT k.run_id,
    r.started_at,
    r.as_of,
    k.restaurant_id,
    k.currency,
    k.reason,
    k.amount
   FROM (ledger.payout_skips k
     JOIN ledger.payout_runs r ON ((k.run_id = r.run_id)));

COMMENT ON VIEW reporting.payout_skips IS 'Restaurants that payout runs passed over, and why.';

COMMENT ON COLUMN reporting.payout_skips.run_id IS 'The run.';

COMMENT ON COLUMN reporting.payout_skips.started_at IS 'When the run was started.';

COMMENT ON COLUMN reporting.payout_skips.as_of IS 'The last settlement day that it paid.';

COMMENT ON COLUMN reporting.payout_skips.restaurant_id IS 'Who was passed over.';

COMMENT ON COLUMN reporting.payout_skips.currency IS 'The currency in which it paid.';

COMMENT ON COLUMN reporting.payout_skips.reason IS 'account_differs, payouts_paused, timezone_unknown, as_of_in_future, already_paid, closed_by_later_payout, sums_out_of_range, below_payable_unit, nothing_to_pay, below_minimum, above_maximum or account_locked.';

COMMENT ON COLUMN reporting.payout_skips.amount IS 'What could have been paid, in minor units of the currency; 0 where nobody could look.';

CREATE VIEW reporting.payout_term_changes WITH (security_barrier='true') AS
 SELECT h.restaurant_id,
    h.currency,
    h.change_no,
    h.changed_at,
    h.changed_by,
    h.reason,
    s.term,
    (h.old_terms ->> s.term) AS old_value,
    (h.new_terms ->> s.term) AS new_value
   FROM (ledger.payout_term_changes h
     CROSS JOIN LATERAL jsonb_object_keys(h.new_terms) s(term));

COMMENT ON VIEW reporting.payout_term_changes IS 'Every change of payout terms, term by term: when, by whom, why, from what to what.';

COMMENT ON COLUMN reporting.payout_term_changes.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.payout_term_changes.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payout_term_changes.change_no IS 'Later changes have higher numbers; what was changed at once has one.';

COMMENT ON COLUMN reporting.payout_term_changes.changed_at IS 'When it was changed.';

COMMENT ON COLUMN reporting.payout_term_changes.changed_by IS 'Who changed it: a person, or the processor whose report of a failure did.';

COMMENT ON COLUMN reporting.payout_term_changes.reason IS 'Why, if it was said.';

COMMENT ON COLUMN reporting.payout_term_changes.term IS 'The term; see reporting.payout_terms.';

COMMENT ON COLUMN reporting.payout_term_changes.old_value IS 'What it was before; null: none.';

COMMENT ON COLUMN reporting.payout_term_changes.new_value IS 'What it was after; null: none.';

CREATE VIEW reporting.payout_terms WITH (security_barrier='true') AS
 SELECT t.restaurant_id,
    t.currency,
    t.min_amount,
    t.max_amount,
    COALESCE(t.payable_unit, c.payable_unit) AS payable_unit,
    t.is_paused,
    t.paused_at,
    t.paused_by,
    t.paused_reason
   FROM (ledger.payout_terms t
     JOIN ledger.currencies c ON ((t.currency = c.currency)));

COMMENT ON VIEW reporting.payout_terms IS 'What holds for the payouts of a restaurant in a currency, where anything was ever set; set_payout_terms, pause_payouts and resume_payouts change it.';

COMMENT ON COLUMN reporting.payout_terms.restaurant_id IS 'The restaurant.';

COMMENT ON COLUMN reporting.payout_terms.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payout_terms.min_amount IS 'Minor units; a run pays no less than this, nor than its own minimum; null: the run''s alone.';

COMMENT ON COLUMN reporting.payout_terms.max_amount IS 'Minor units; what would be above is skipped, for a person to look at; null: none.';

COMMENT ON COLUMN reporting.payout_terms.payable_unit IS 'Minor units of which every payout is a multiple: the restaurant''s own unit, or the currency''s.';

COMMENT ON COLUMN reporting.payout_terms.is_paused IS 'Whether runs and disbursers pass it over in this currency.';

COMMENT ON COLUMN reporting.payout_terms.paused_at IS 'Since when.';

COMMENT ON COLUMN reporting.payout_terms.paused_by IS 'Who paused it: a person, or the processor whose report of a failure did.';

COMMENT ON COLUMN reporting.payout_terms.paused_reason IS 'Why it is paused.';

CREATE VIEW reporting.payouts WITH (security_barrier='true') AS
 SELECT payout_id,
    restaurant_id,
    currency,
    as_of,
    amount,
    status,
    run_id,
    created_at,
    paid_at,
    failed_at,
    canceled_at,
    failure_code,
    failure_reason,
    submitted_at,
    submitted_by,
    external_id,
    confirmed_at,
    confirmed_by
   FROM ledger.payouts p;

COMMENT ON VIEW reporting.payouts IS 'Payouts to restaurants and what became of them.';

COMMENT ON COLUMN reporting.payouts.payout_id IS 'Derived from restaurant, currency and as_of.';

COMMENT ON COLUMN reporting.payouts.restaurant_id IS 'Who is paid.';

COMMENT ON COLUMN reporting.payouts.currency IS 'The currency.';

COMMENT ON COLUMN reporting.payouts.as_of IS 'The last settlement day that the payout pays; it closes all days up to it.';

COMMENT ON COLUMN reporting.payouts.amount IS 'Minor units of the currency.';

COMMENT ON COLUMN reporting.payouts.status IS 'CREATED: reserved, on its way; PAID: reached the bank; FAILED or CANCELED: available again.';

COMMENT ON COLUMN reporting.payouts.run_id IS 'The run that created it.';

COMMENT ON COLUMN reporting.payouts.created_at IS 'When it was created.';

COMMENT ON COLUMN reporting.payouts.paid_at IS 'When the processor says that it was paid.';

COMMENT ON COLUMN reporting.payouts.failed_at IS 'When the processor says that it failed or was sent back.';

COMMENT ON COLUMN reporting.payouts.canceled_at IS 'When it was canceled.';

COMMENT ON COLUMN reporting.payouts.failure_code IS 'The code of its failure, as the processor says; see reporting.payout_failure_codes.';

COMMENT ON COLUMN reporting.payouts.failure_reason IS 'Why it failed, as the processor says.';

COMMENT ON COLUMN reporting.payouts.submitted_at IS 'When a disburser took it; null: nobody has yet.';

COMMENT ON COLUMN reporting.payouts.submitted_by IS 'Who took it.';

COMMENT ON COLUMN reporting.payouts.external_id IS 'The bank''s or the processor''s own id of it.';

COMMENT ON COLUMN reporting.payouts.confirmed_at IS 'When it was confirmed that the bank or the processor has it.';

COMMENT ON COLUMN reporting.payouts.confirmed_by IS 'Who confirmed it.';

CREATE VIEW reporting.pending_ageing WITH (security_barrier='true') AS
 SELECT p.restaurant_id,
    p.currency,
    p.available_on,
    p.amount,
    (p.available_on - d.business_day) AS days,
        CASE
            WHEN ((p.available_on - d.business_day) <= 1) THEN 'next_day'::text
            WHEN ((p.available_on - d.business_day) <= 7) THEN 'up_to_7_days'::text
            WHEN ((p.available_on - d.business_day) <= 30) THEN 'up_to_30_days'::text
            ELSE 'over_30_days'::text
        END AS bucket
   FROM ((ledger.pending_days p
     JOIN ledger.restaurants r ON ((p.restaurant_id = r.restaurant_id)))
     CROSS JOIN LATERAL ( SELECT (((now() AT TIME ZONE
                CASE
                    WHEN (cardinality(ledger.known_timezones(ARRAY[r.timezone])) = 1) THEN r.timezone
                    ELSE 'UTC'::text
                END) - make_interval(hours => (r.day_close_hour)::integer)))::date AS business_day) d)
  WHERE ((p.available_on > d.business_day) AND (p.amount <> (0)::numeric));

COMMENT ON VIEW reporting.pending_ageing IS 'Money that was taken and is not available yet, by the day on which it will be. The rows of an account add up to its pending balance.';

COMMENT ON COLUMN reporting.pending_ageing.restaurant_id IS 'Whose it is.';

COMMENT ON COLUMN reporting.pending_ageing.currency IS 'The currency.';

COMMENT ON COLUMN reporting.pending_ageing.available_on IS 'The day on which it becomes available.';

COMMENT ON COLUMN reporting.pending_ageing.amount IS 'Charges less their fees, in minor units.';

COMMENT ON COLUMN reporting.pending_ageing.days IS 'Days until then, from the restaurant''s business day at this moment; by UTC where the server does not know its time zone.';

COMMENT ON COLUMN reporting.pending_ageing.bucket IS 'next_day, up_to_7_days, up_to_30_days or over_30_days.';

CREATE VIEW reporting.platform_settings WITH (security_barrier='true') AS
 SELECT unknown_restaurants,
    default_timezone,
    payouts_waiting_hours,
    deferred_warning_hours,
    takes_test_events,
    seal_hours
   FROM ledger.platform_settings s;

COMMENT ON VIEW reporting.platform_settings IS 'The platform''s own settings, one row; set_platform_settings changes them.';

COMMENT ON COLUMN reporting.platform_settings.unknown_restaurants IS 'What happens when an event names a restaurant that is not registered: register, hold_payouts (registered with its payouts paused) or refuse.';

COMMENT ON COLUMN reporting.platform_settings.default_timezone IS 'IANA name; the time zone of restaurants that are registered without one.';

COMMENT ON COLUMN reporting.platform_settings.payouts_waiting_hours IS 'Hours that a payout may be CREATED before it is in reporting.payouts_waiting.';

COMMENT ON COLUMN reporting.platform_settings.deferred_warning_hours IS 'Hours that an event may wait for what it refers to before the check event_deferred_long finds it.';

COMMENT ON COLUMN reporting.platform_settings.takes_test_events IS 'Whether events of a test mode ("livemode": false) are taken.';

COMMENT ON COLUMN reporting.platform_settings.seal_hours IS 'Hours that the last seal may be old before a worker seals and audits the book; 0: it never does.';

CREATE VIEW reporting.processor_fees WITH (security_barrier='true') AS
 SELECT e.restaurant_id,
    e.currency,
    e.business_day,
    COALESCE(sum(e.amount) FILTER (WHERE (t.credit_account = 'processor_fees'::text)), (0)::numeric) AS charged,
    COALESCE(sum(e.amount) FILTER (WHERE (t.debit_account = 'processor_fees'::text)), (0)::numeric) AS returned,
    sum(
        CASE t.credit_account
            WHEN 'processor_fees'::text THEN e.amount
            ELSE (- e.amount)
        END) AS net,
    count(*) AS entry_count
   FROM (ledger.ledger_entries e
     JOIN ledger.entry_types t ON ((e.entry_type = t.entry_type)))
  WHERE (('processor_fees'::text = t.credit_account) OR ('processor_fees'::text = t.debit_account))
  GROUP BY e.restaurant_id, e.currency, e.business_day;

COMMENT ON VIEW reporting.processor_fees IS 'What processing cost each restaurant per currency and business day: every movement of the account processor_fees, whatever it is called. Days without any are absent.';

COMMENT ON COLUMN reporting.processor_fees.restaurant_id IS 'Who bore it.';

COMMENT ON COLUMN reporting.processor_fees.currency IS 'The currency.';

COMMENT ON COLUMN reporting.processor_fees.business_day IS 'The restaurant''s local day, less its closing hour.';

COMMENT ON COLUMN reporting.processor_fees.charged IS 'Fees taken, in minor units.';

COMMENT ON COLUMN reporting.processor_fees.returned IS 'Fees given back, in minor units, as a positive amount.';

COMMENT ON COLUMN reporting.processor_fees.net IS 'charged - returned.';

COMMENT ON COLUMN reporting.processor_fees.entry_count IS 'Ledger entries summed.';

CREATE VIEW reporting.restaurants WITH (security_barrier='true') AS
 SELECT r.restaurant_id,
    r.timezone,
    r.day_close_hour,
    r.settlement_delay_days,
    r.is_payouts_paused AS payouts_paused,
    (r.closed_at IS NOT NULL) AS closed,
    r.closed_at,
    r.created_at,
    d.business_day
   FROM (ledger.restaurants r
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN (cardinality(ledger.known_timezones(ARRAY[r.timezone])) = 1) THEN (((now() AT TIME ZONE r.timezone) - make_interval(hours => (r.day_close_hour)::integer)))::date
                    ELSE NULL::date
                END AS business_day) d);

COMMENT ON VIEW reporting.restaurants IS 'The restaurants that the platform collects for, with their settings as api.get_restaurant names them.';

COMMENT ON COLUMN reporting.restaurants.restaurant_id IS 'The platform''s id of it.';

COMMENT ON COLUMN reporting.restaurants.timezone IS 'IANA name; says to which day an event belongs.';

COMMENT ON COLUMN reporting.restaurants.day_close_hour IS 'Local hour at which its business day ends.';

COMMENT ON COLUMN reporting.restaurants.settlement_delay_days IS 'Days between the business day of money in and the day on which it is available.';

COMMENT ON COLUMN reporting.restaurants.payouts_paused IS 'Whether payout runs pass it over.';

COMMENT ON COLUMN reporting.restaurants.closed IS 'Whether it takes no new charge; what it owns is paid out all the same.';

COMMENT ON COLUMN reporting.restaurants.closed_at IS 'Since when it is closed.';

COMMENT ON COLUMN reporting.restaurants.created_at IS 'When it was registered.';

COMMENT ON COLUMN reporting.restaurants.business_day IS 'Its business day at this moment; null: the server does not know its time zone.';

CREATE VIEW reporting.seals WITH (security_barrier='true') AS
 SELECT seal_no,
    sealed_at,
    sealed_by,
    account_count,
    entry_count,
    event_count,
    encode(root, 'hex'::text) AS root,
    encode(previous_root, 'hex'::text) AS previous_root,
    audited_at
   FROM ledger.seals s;

COMMENT ON VIEW reporting.seals IS 'Seals of the book: who keeps a root elsewhere can prove with verify_seals() that nothing sealed by then was changed.';

COMMENT ON COLUMN reporting.seals.seal_no IS 'Its number; the first is 1, and there are no gaps.';

COMMENT ON COLUMN reporting.seals.sealed_at IS 'When it was begun.';

COMMENT ON COLUMN reporting.seals.sealed_by IS 'Who did it.';

COMMENT ON COLUMN reporting.seals.account_count IS 'Accounts that are sealed, by it or before.';

COMMENT ON COLUMN reporting.seals.entry_count IS 'Entries that are sealed, by it or before.';

COMMENT ON COLUMN reporting.seals.event_count IS 'Events that are sealed, by it or before.';

COMMENT ON COLUMN reporting.seals.root IS 'SHA-256 in hexadecimal: all that has to be kept.';

COMMENT ON COLUMN reporting.seals.previous_root IS 'Root of the one before; null: it is the first.';

COMMENT ON COLUMN reporting.seals.audited_at IS 'When a whole audit of what was in the book at this seal found no error; null: none has yet.';

CREATE VIEW reporting.setting_changes WITH (security_barrier='true') AS
 SELECT NULLIF(c.restaurant_id, ''::text) AS restaurant_id,
    c.changed_at,
    c.changed_by,
    s.setting,
    (c.old_settings ->> s.setting) AS old_value,
    (c.new_settings ->> s.setting) AS new_value
   FROM (ledger.setting_changes c
     CROSS JOIN LATERAL jsonb_object_keys(c.new_settings) s(setting));

COMMENT ON VIEW reporting.setting_changes IS 'Every change of a restaurant''s settings, and of the platform''s own, setting by setting.';

COMMENT ON COLUMN reporting.setting_changes.restaurant_id IS 'The restaurant; null: the platform''s own settings.';

COMMENT ON COLUMN reporting.setting_changes.changed_at IS 'When it was changed.';

COMMENT ON COLUMN reporting.setting_changes.changed_by IS 'Who changed it.';

COMMENT ON COLUMN reporting.setting_changes.setting IS 'The setting, as set_restaurant or set_platform_settings names it.';

COMMENT ON COLUMN reporting.setting_changes.old_value IS 'What it was before; null: the restaurant was registered by this.';

COMMENT ON COLUMN reporting.setting_changes.new_value IS 'What it was after.';

CREATE VIEW reporting.trial_balance WITH (security_barrier='true') AS
 SELECT l.currency,
    l.account,
    a.account_class,
    a.normal_side,
        CASE
            WHEN a.is_of_restaurant THEN 'restaurants'::text
            ELSE 'platform'::text
        END AS owner,
    sum(l.debit) AS debit,
    sum(l.credit) AS credit,
    sum(
        CASE a.normal_side
            WHEN 'debit'::text THEN (l.debit - l.credit)
            ELSE (l.credit - l.debit)
        END) AS balance
   FROM (( SELECT m.currency,
            t.debit_account AS account,
            m.amount AS debit,
            0 AS credit
           FROM (( SELECT e.currency,
                    e.entry_type,
                    sum(e.amount) AS amount
                   FROM ledger.ledger_entries e
                  GROUP BY e.currency, e.entry_type) m
             JOIN ledger.entry_types t ON ((m.entry_type = t.entry_type)))
        UNION ALL
         SELECT m.currency,
            t.credit_account AS account,
            0 AS debit,
            m.amount AS credit
           FROM (( SELECT e.currency,
                    e.entry_type,
                    sum(e.amount) AS amount
                   FROM ledger.ledger_entries e
                  GROUP BY e.currency, e.entry_type) m
             JOIN ledger.entry_types t ON ((m.entry_type = t.entry_type)))) l
     JOIN ledger.accounts a ON ((l.account = a.account)))
  GROUP BY l.currency, l.account, a.account_class, a.normal_side, a.is_of_restaurant;

COMMENT ON VIEW reporting.trial_balance IS 'Turnover and balance of every account of the chart per currency: the platform''s own and, summed, the restaurants''. In each currency the debits equal the credits.';

COMMENT ON COLUMN reporting.trial_balance.currency IS 'The currency.';

COMMENT ON COLUMN reporting.trial_balance.account IS 'The account of the chart.';

COMMENT ON COLUMN reporting.trial_balance.account_class IS 'asset, liability, revenue or expense.';

COMMENT ON COLUMN reporting.trial_balance.normal_side IS 'The side on which the account grows.';

COMMENT ON COLUMN reporting.trial_balance.owner IS 'restaurants: the sum over all of them; platform: an account of its own.';

COMMENT ON COLUMN reporting.trial_balance.debit IS 'Sum of the debit legs, in minor units.';

COMMENT ON COLUMN reporting.trial_balance.credit IS 'Sum of the credit legs, in minor units.';

COMMENT ON COLUMN reporting.trial_balance.balance IS 'In minor units, positive on the account''s normal side.';

CREATE VIEW reporting.webhook_sources AS
SELECT
    NULL::text COLLATE pg_catalog."C" AS source,
    NULL::text COLLATE pg_catalog."C" AS scheme,
    NULL::jsonb AS settings,
    NULL::bigint AS valid_secrets,
    NULL::timestamp with time zone AS valid_until,
    NULL::timestamp with time zone AS created_at,
    NULL::timestamp with time zone AS changed_at,
    NULL::text AS changed_by;

COMMENT ON VIEW reporting.webhook_sources IS 'Who sends signed webhooks, and whether it has a secret that is valid now.';

COMMENT ON COLUMN reporting.webhook_sources.source IS 'Its name: the end of the path it posts to.';

COMMENT ON COLUMN reporting.webhook_sources.scheme IS 'How it signs.';

COMMENT ON COLUMN reporting.webhook_sources.settings IS 'How its signature and its documents are read.';

COMMENT ON COLUMN reporting.webhook_sources.valid_secrets IS 'How many of its secrets are valid now; with none it is not heard.';

COMMENT ON COLUMN reporting.webhook_sources.valid_until IS 'When the last of them ends; null: never, or none is valid.';

COMMENT ON COLUMN reporting.webhook_sources.created_at IS 'When it was made.';

COMMENT ON COLUMN reporting.webhook_sources.changed_at IS 'When it was changed last.';

COMMENT ON COLUMN reporting.webhook_sources.changed_by IS 'Who did.';

ALTER TABLE ONLY access.api_keys
    ADD CONSTRAINT api_keys_key_digest_key UNIQUE (key_digest);

ALTER TABLE ONLY access.api_keys
    ADD CONSTRAINT api_keys_key_no_key UNIQUE (key_no);

ALTER TABLE ONLY access.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY inbound.kept_webhooks
    ADD CONSTRAINT kept_webhooks_delivery_key UNIQUE (source, body_digest, item_no);

ALTER TABLE ONLY inbound.kept_webhooks
    ADD CONSTRAINT kept_webhooks_pkey PRIMARY KEY (webhook_no);

ALTER TABLE ONLY inbound.source_secrets
    ADD CONSTRAINT source_secrets_digest_key UNIQUE (source, scheme, algorithm, digest);

ALTER TABLE ONLY inbound.source_secrets
    ADD CONSTRAINT source_secrets_pkey PRIMARY KEY (source, secret_no);

ALTER TABLE ONLY inbound.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (source);

ALTER TABLE ONLY ledger.account_balances
    ADD CONSTRAINT account_balances_pkey PRIMARY KEY (restaurant_id, currency);

ALTER TABLE ONLY ledger.account_seals
    ADD CONSTRAINT account_seals_pkey PRIMARY KEY (restaurant_id, currency, seal_no);

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (account);

ALTER TABLE ONLY ledger.cell
    ADD CONSTRAINT cell_pkey PRIMARY KEY (is_singleton);

ALTER TABLE ONLY ledger.currencies
    ADD CONSTRAINT currencies_numeric_code_key UNIQUE (numeric_code);

ALTER TABLE ONLY ledger.currencies
    ADD CONSTRAINT currencies_pkey PRIMARY KEY (currency);

ALTER TABLE ONLY ledger.deferred_events
    ADD CONSTRAINT deferred_events_pkey PRIMARY KEY (restaurant_id, deferred_no);

ALTER TABLE ONLY ledger.deferred_events
    ADD CONSTRAINT deferred_events_provider_event_id_key UNIQUE (provider, event_id);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_effects_key UNIQUE (entry_type, balance_effect, reserved_effect, held_effect, may_be_pending);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_pkey PRIMARY KEY (entry_type);

ALTER TABLE ONLY ledger.event_acceptances
    ADD CONSTRAINT event_acceptances_pkey PRIMARY KEY (restaurant_id, event_no);

ALTER TABLE ONLY ledger.event_deferrals
    ADD CONSTRAINT event_deferrals_pkey PRIMARY KEY (restaurant_id, deferred_no);

ALTER TABLE ONLY ledger.event_dismissals
    ADD CONSTRAINT event_dismissals_pkey PRIMARY KEY (restaurant_id, dismissal_no);

ALTER TABLE ONLY ledger.event_dismissals
    ADD CONSTRAINT event_dismissals_rejection_key UNIQUE (restaurant_id, rejection_no);

ALTER TABLE ONLY ledger.event_links
    ADD CONSTRAINT event_links_pkey PRIMARY KEY (restaurant_id, event_no);

ALTER TABLE ONLY ledger.event_rejections
    ADD CONSTRAINT event_rejections_pkey PRIMARY KEY (restaurant_id, rejection_no);

ALTER TABLE ONLY ledger.event_types
    ADD CONSTRAINT event_types_pkey PRIMARY KEY (event_type);

ALTER TABLE ONLY ledger.fx_rates
    ADD CONSTRAINT fx_rates_pkey PRIMARY KEY (source, base, rate_date, quote);

ALTER TABLE ONLY ledger.holdings
    ADD CONSTRAINT holdings_pkey PRIMARY KEY (restaurant_id, event_no);

ALTER TABLE ONLY ledger.integrity_audits
    ADD CONSTRAINT integrity_audits_pkey PRIMARY KEY (audit_no);

ALTER TABLE ONLY ledger.journal_seals
    ADD CONSTRAINT journal_seals_pkey PRIMARY KEY (journal, seal_no);

ALTER TABLE ONLY ledger.ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (restaurant_id, currency, entry_seq);

ALTER TABLE ONLY ledger.metrics
    ADD CONSTRAINT metrics_pkey PRIMARY KEY (name);

ALTER TABLE ONLY ledger.payout_failure_codes
    ADD CONSTRAINT payout_failure_codes_pkey PRIMARY KEY (code);

ALTER TABLE ONLY ledger.payout_items
    ADD CONSTRAINT payout_items_pkey PRIMARY KEY (restaurant_id, payout_id, item_type);

ALTER TABLE ONLY ledger.payout_runs
    ADD CONSTRAINT payout_runs_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY ledger.payout_schedules
    ADD CONSTRAINT payout_schedules_pkey PRIMARY KEY (schedule_id);

ALTER TABLE ONLY ledger.payout_skips
    ADD CONSTRAINT payout_skips_pkey PRIMARY KEY (restaurant_id, run_id);

ALTER TABLE ONLY ledger.payout_term_changes
    ADD CONSTRAINT payout_term_changes_pkey PRIMARY KEY (restaurant_id, currency, change_no);

ALTER TABLE ONLY ledger.payout_terms
    ADD CONSTRAINT payout_terms_pkey PRIMARY KEY (restaurant_id, currency);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_payout_id_key UNIQUE (payout_id);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_pkey PRIMARY KEY (restaurant_id, payout_id);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_restaurant_id_currency_as_of_key UNIQUE (restaurant_id, currency, as_of);

ALTER TABLE ONLY ledger.pending_days
    ADD CONSTRAINT pending_days_pkey PRIMARY KEY (restaurant_id, currency, available_on);

ALTER TABLE ONLY ledger.platform_settings
    ADD CONSTRAINT platform_settings_pkey PRIMARY KEY (is_singleton);

ALTER TABLE ONLY ledger.posting_rule_history
    ADD CONSTRAINT posting_rule_history_pkey PRIMARY KEY (event_type, subject_state, valid_until);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_pkey PRIMARY KEY (event_type, subject_state);

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_pkey PRIMARY KEY (restaurant_id, event_no);

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_provider_event_id_key UNIQUE (provider, event_id);

ALTER TABLE ONLY ledger.rejection_reasons
    ADD CONSTRAINT rejection_reasons_pkey PRIMARY KEY (code);

ALTER TABLE ONLY ledger.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (report);

ALTER TABLE ONLY ledger.restaurants
    ADD CONSTRAINT restaurants_pkey PRIMARY KEY (restaurant_id);

ALTER TABLE ONLY ledger.seals
    ADD CONSTRAINT seals_pkey PRIMARY KEY (seal_no);

ALTER TABLE ONLY ledger.setting_changes
    ADD CONSTRAINT setting_changes_pkey PRIMARY KEY (restaurant_id, change_no);

ALTER TABLE ONLY outbound.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (delivery_no);

ALTER TABLE ONLY outbound.endpoint_secrets
    ADD CONSTRAINT endpoint_secrets_pkey PRIMARY KEY (endpoint_id, secret_no);

ALTER TABLE ONLY outbound.endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (endpoint_id);

ALTER TABLE ONLY outbound.endpoints
    ADD CONSTRAINT endpoints_url_key UNIQUE (url);

CREATE INDEX kept_webhooks_source_webhook_no_idx ON inbound.kept_webhooks USING btree (source, webhook_no);

CREATE INDEX kept_webhooks_webhook_no_open_idx ON inbound.kept_webhooks USING btree (webhook_no) WHERE (dismissed_at IS NULL);

CREATE INDEX account_seals_seal_no_idx ON ledger.account_seals USING btree (seal_no);

CREATE INDEX deferred_events_received_at_deferred_no_idx ON ledger.deferred_events USING btree (received_at, deferred_no);

CREATE INDEX deferred_events_restaurant_id_received_at_deferred_no_idx ON ledger.deferred_events USING btree (restaurant_id, received_at, deferred_no);

CREATE INDEX deferred_events_restaurant_id_subject_id_occurred_at_idx ON ledger.deferred_events USING btree (restaurant_id, subject_id, occurred_at, deferred_no);

CREATE INDEX event_acceptances_accepted_at_event_no_idx ON ledger.event_acceptances USING btree (accepted_at, event_no);

CREATE INDEX event_deferrals_deferred_no_idx ON ledger.event_deferrals USING btree (deferred_no);

CREATE INDEX event_dismissals_dismissal_no_idx ON ledger.event_dismissals USING btree (dismissal_no);

CREATE INDEX event_dismissals_dismissed_at_dismissal_no_idx ON ledger.event_dismissals USING btree (dismissed_at, dismissal_no);

CREATE INDEX event_dismissals_event_id_provider_rejection_no_idx ON ledger.event_dismissals USING btree (event_id, provider, rejection_no);

CREATE INDEX event_dismissals_rejection_no_unreadable_idx ON ledger.event_dismissals USING btree (rejection_no) WHERE ((event_id IS NULL) OR (provider IS NULL));

CREATE INDEX event_links_restaurant_id_about_event_no_idx ON ledger.event_links USING btree (restaurant_id, about_event_no);

CREATE INDEX event_links_restaurant_id_payment_event_no_idx ON ledger.event_links USING btree (restaurant_id, payment_event_no);

CREATE UNIQUE INDEX event_links_reversed_once_key ON ledger.event_links USING btree (restaurant_id, about_event_no) WHERE is_reversal;

CREATE INDEX event_rejections_code_received_at_rejection_no_idx ON ledger.event_rejections USING btree (code, received_at, rejection_no);

CREATE INDEX event_rejections_event_id_provider_rejection_no_idx ON ledger.event_rejections USING btree (event_id, provider, rejection_no) INCLUDE (received_at);

CREATE INDEX event_rejections_received_at_rejection_no_idx ON ledger.event_rejections USING btree (received_at, rejection_no);

CREATE INDEX event_rejections_rejection_no_idx ON ledger.event_rejections USING btree (rejection_no);

CREATE INDEX event_rejections_rejection_no_unreadable_idx ON ledger.event_rejections USING btree (rejection_no) WHERE ((event_id IS NULL) OR (provider IS NULL));

CREATE INDEX event_rejections_restaurant_id_received_at_rejection_no_idx ON ledger.event_rejections USING btree (restaurant_id, received_at, rejection_no);

CREATE INDEX event_rejections_status_received_at_rejection_no_idx ON ledger.event_rejections USING btree (status, received_at, rejection_no) WHERE (status <> 'rejected'::text);

CREATE INDEX fx_rates_source_quote_rate_date_base_idx ON ledger.fx_rates USING btree (source, quote, rate_date, base);

CREATE INDEX holdings_event_type_event_no_idx ON ledger.holdings USING btree (event_type, event_no);

CREATE INDEX integrity_audits_check_name_is_everything_audit_no_idx ON ledger.integrity_audits USING btree (check_name, is_everything, audit_no);

CREATE INDEX journal_seals_seal_no_idx ON ledger.journal_seals USING btree (seal_no);

CREATE INDEX ledger_entries_restaurant_id_currency_settlement_day_idx ON ledger.ledger_entries USING btree (restaurant_id, currency, settlement_day);

CREATE INDEX ledger_entries_restaurant_id_payout_id_idx ON ledger.ledger_entries USING btree (restaurant_id, payout_id) WHERE (payout_id IS NOT NULL);

CREATE INDEX payout_runs_next_attempt_at_run_id_idx ON ledger.payout_runs USING btree (next_attempt_at, run_id) WHERE (next_attempt_at IS NOT NULL);

CREATE UNIQUE INDEX payout_runs_schedule_id_due_at_key ON ledger.payout_runs USING btree (schedule_id, due_at) WHERE (schedule_id IS NOT NULL);

CREATE INDEX payout_runs_started_at_run_id_idx ON ledger.payout_runs USING btree (started_at, run_id);

CREATE INDEX payout_runs_started_at_unfinished_idx ON ledger.payout_runs USING btree (started_at, run_id) WHERE (finished_at IS NULL);

CREATE INDEX payout_schedules_next_due_at_idx ON ledger.payout_schedules USING btree (next_due_at) WHERE (next_due_at IS NOT NULL);

CREATE INDEX payout_skips_run_id_reason_restaurant_id_idx ON ledger.payout_skips USING btree (run_id, reason, restaurant_id);

CREATE INDEX payout_term_changes_change_no_idx ON ledger.payout_term_changes USING btree (change_no);

CREATE INDEX payouts_as_of_payout_id_idx ON ledger.payouts USING btree (as_of, payout_id);

CREATE INDEX payouts_currency_as_of_payout_id_unclaimed_idx ON ledger.payouts USING btree (currency, as_of, payout_id) WHERE ((status = 'CREATED'::text) AND (submitted_at IS NULL));

CREATE UNIQUE INDEX payouts_external_id_idx ON ledger.payouts USING btree (external_id) WHERE (external_id IS NOT NULL);

CREATE INDEX payouts_run_id_payout_id_idx ON ledger.payouts USING btree (run_id, payout_id);

CREATE INDEX payouts_status_as_of_payout_id_idx ON ledger.payouts USING btree (status, as_of, payout_id) WHERE (status <> 'PAID'::text);

CREATE INDEX processor_events_reservation_id_bytes_idx ON ledger.processor_events USING btree ("left"(((payload -> 'metadata'::text) ->> 'reservation_id'::text), 128) COLLATE "C") WHERE (((payload -> 'metadata'::text) ->> 'reservation_id'::text) IS NOT NULL);

CREATE UNIQUE INDEX processor_events_subject_key ON ledger.processor_events USING btree (subject_id, event_type, provider, restaurant_id) WHERE (subject_id IS NOT NULL);

CREATE INDEX setting_changes_change_no_idx ON ledger.setting_changes USING btree (change_no);

CREATE INDEX deliveries_endpoint_id_leased_idx ON outbound.deliveries USING btree (endpoint_id, next_attempt_at) WHERE (lease_id IS NOT NULL);

CREATE INDEX deliveries_endpoint_id_next_attempt_at_delivery_no_idx ON outbound.deliveries USING btree (endpoint_id, next_attempt_at, delivery_no) WHERE (state = 'pending'::text);

CREATE INDEX deliveries_endpoint_id_state_delivery_no_idx ON outbound.deliveries USING btree (endpoint_id, state, delivery_no) WHERE (state <> 'delivered'::text);

CREATE INDEX deliveries_endpoint_id_type_delivery_no_idx ON outbound.deliveries USING btree (endpoint_id, type, delivery_no);

CREATE INDEX deliveries_message_id_idx ON outbound.deliveries USING btree (message_id);

CREATE OR REPLACE VIEW reporting.webhook_sources WITH (security_barrier='true') AS
 SELECT s.source,
    s.scheme,
    s.settings,
    count(k.secret_no) FILTER (WHERE ((k.valid_from <= now()) AND ((k.valid_until > now()) IS NOT FALSE))) AS valid_secrets,
    NULLIF(max(COALESCE(k.valid_until, 'infinity'::timestamp with time zone)) FILTER (WHERE ((k.valid_from <= now()) AND ((k.valid_until > now()) IS NOT FALSE))), 'infinity'::timestamp with time zone) AS valid_until,
    s.created_at,
    s.changed_at,
    s.changed_by
   FROM (inbound.sources s
     LEFT JOIN inbound.source_secrets k ON ((s.source = k.source)))
  GROUP BY s.source;

CREATE TRIGGER api_keys_never_removed BEFORE DELETE OR TRUNCATE ON access.api_keys FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER kept_webhooks_keep_body BEFORE UPDATE OF webhook_no, received_at, source, item_no, body_digest, body ON inbound.kept_webhooks FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER kept_webhooks_never_removed BEFORE DELETE OR TRUNCATE ON inbound.kept_webhooks FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER sources_keep_name BEFORE UPDATE OF source ON inbound.sources FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER sources_never_removed BEFORE DELETE OR TRUNCATE ON inbound.sources FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER account_balances_follow_entries BEFORE UPDATE OF balance, reserved, held, last_entry_seq, last_entry_at, last_event_at, closed_through ON ledger.account_balances FOR EACH ROW EXECUTE FUNCTION ledger.tg_account_balances__follow_entries();

CREATE TRIGGER account_balances_keep_key BEFORE UPDATE OF restaurant_id, currency ON ledger.account_balances FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER account_balances_never_removed BEFORE DELETE OR TRUNCATE ON ledger.account_balances FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER account_balances_open_empty BEFORE INSERT ON ledger.account_balances FOR EACH ROW WHEN (((new.balance <> 0) OR (new.reserved <> 0) OR (new.held <> 0) OR (new.last_entry_seq <> 0) OR (new.closed_through <> '-infinity'::date))) EXECUTE FUNCTION ledger.tg_any__posting_only();

CREATE TRIGGER account_balances_stay_closed BEFORE UPDATE OF closed_through ON ledger.account_balances FOR EACH ROW WHEN ((new.closed_through < old.closed_through)) EXECUTE FUNCTION ledger.tg_any__posting_only();

CREATE TRIGGER account_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.account_seals FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER accounts_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER cell_never_removed BEFORE DELETE OR TRUNCATE ON ledger.cell FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER currencies_keep BEFORE UPDATE ON ledger.currencies FOR EACH ROW EXECUTE FUNCTION ledger.tg_currencies__keep();

CREATE TRIGGER currencies_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.currencies FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER entry_types_keep BEFORE DELETE OR UPDATE ON ledger.entry_types FOR EACH ROW EXECUTE FUNCTION ledger.tg_entry_types__keep();

CREATE TRIGGER entry_types_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.entry_types FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER event_acceptances_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.event_acceptances FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER event_deferrals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.event_deferrals FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER event_dismissals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.event_dismissals FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER event_links_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.event_links FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER event_links_tell_dispute AFTER INSERT ON ledger.event_links FOR EACH ROW WHEN (((new.about_event_no IS NOT NULL) AND (NOT new.is_reversal))) EXECUTE FUNCTION outbound.tg_event_links__tell_dispute();

CREATE TRIGGER event_rejections_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.event_rejections FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER event_rejections_tell AFTER INSERT ON ledger.event_rejections FOR EACH ROW EXECUTE FUNCTION outbound.tg_event_rejections__tell();

CREATE TRIGGER event_types_keep BEFORE DELETE ON ledger.event_types FOR EACH ROW EXECUTE FUNCTION ledger.tg_event_types__keep();

CREATE TRIGGER event_types_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.event_types FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER fx_rates_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.fx_rates FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER holdings_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.holdings FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER holdings_tell_dispute AFTER INSERT ON ledger.holdings FOR EACH ROW WHEN ((new.event_type = 'dispute_opened'::text)) EXECUTE FUNCTION outbound.tg_holdings__tell_dispute();

CREATE TRIGGER integrity_audits_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.integrity_audits FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER journal_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.journal_seals FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER ledger_entries_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER metrics_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.metrics FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER payout_failure_codes_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.payout_failure_codes FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER payout_items_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.payout_items FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payout_items_complete AFTER INSERT ON ledger.payout_items REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_payout_items__complete();

CREATE TRIGGER payout_runs_never_removed BEFORE DELETE OR TRUNCATE ON ledger.payout_runs FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payout_runs_tell AFTER UPDATE OF finished_at ON ledger.payout_runs FOR EACH ROW WHEN (((old.finished_at IS NULL) AND (new.finished_at IS NOT NULL))) EXECUTE FUNCTION outbound.tg_payout_runs__tell();

CREATE TRIGGER payout_schedules_never_removed BEFORE DELETE OR TRUNCATE ON ledger.payout_schedules FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payout_skips_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.payout_skips FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payout_skips_tell AFTER INSERT ON ledger.payout_skips REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION outbound.tg_payout_skips__tell();

CREATE TRIGGER payout_term_changes_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.payout_term_changes FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payout_terms_never_removed BEFORE DELETE OR TRUNCATE ON ledger.payout_terms FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payouts_complete AFTER INSERT ON ledger.payouts REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_payouts__complete();

CREATE TRIGGER payouts_guard BEFORE UPDATE OF amount, reserve_entry_seq, created_at, paid_at, failed_at, canceled_at, as_of, restaurant_id, currency, status, payout_id, run_id, failure_code, failure_reason ON ledger.payouts FOR EACH ROW EXECUTE FUNCTION ledger.tg_payouts__guard();

CREATE TRIGGER payouts_hand_over BEFORE UPDATE OF submitted_at, submitted_by, confirmed_at, confirmed_by, external_id ON ledger.payouts FOR EACH ROW EXECUTE FUNCTION ledger.tg_payouts__hand_over();

CREATE TRIGGER payouts_never_removed BEFORE DELETE OR TRUNCATE ON ledger.payouts FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER payouts_tell_created AFTER INSERT ON ledger.payouts REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION outbound.tg_payouts__tell_created();

CREATE TRIGGER payouts_tell_status AFTER UPDATE OF status ON ledger.payouts FOR EACH ROW WHEN ((new.status IS DISTINCT FROM old.status)) EXECUTE FUNCTION outbound.tg_payouts__tell_status();

CREATE TRIGGER posting_rule_history_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.posting_rule_history FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER posting_rules_effects BEFORE INSERT OR UPDATE ON ledger.posting_rules FOR EACH ROW EXECUTE FUNCTION ledger.tg_posting_rules__effects();

CREATE TRIGGER posting_rules_keep BEFORE DELETE OR UPDATE ON ledger.posting_rules FOR EACH ROW EXECUTE FUNCTION ledger.tg_posting_rules__keep();

CREATE TRIGGER posting_rules_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.posting_rules FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER processor_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.processor_events FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER rejection_reasons_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.rejection_reasons FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER reports_replay_only BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ledger.reports FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__replay_only();

CREATE TRIGGER restaurants_keep_id BEFORE UPDATE ON ledger.restaurants FOR EACH ROW EXECUTE FUNCTION ledger.tg_restaurants__keep_id();

CREATE TRIGGER restaurants_never_removed BEFORE DELETE OR TRUNCATE ON ledger.restaurants FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER restaurants_own_cell BEFORE INSERT ON ledger.restaurants FOR EACH ROW EXECUTE FUNCTION ledger.tg_restaurants__own_cell();

CREATE TRIGGER seals_append_only BEFORE DELETE OR UPDATE OF seal_no, sealed_at, account_count, entry_count, event_count, last_event_no, settled_event_no, xact_id, sealed_by, heads, root, previous_root OR TRUNCATE ON ledger.seals FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER seals_audited_once BEFORE UPDATE OF audited_at ON ledger.seals FOR EACH ROW WHEN ((old.audited_at IS NOT NULL)) EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER setting_changes_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.setting_changes FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER endpoints_keep_id BEFORE UPDATE OF endpoint_id ON outbound.endpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER endpoints_never_removed BEFORE DELETE OR TRUNCATE ON outbound.endpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger.tg_any__refuse();

CREATE TRIGGER endpoints_tell_disabled AFTER UPDATE OF disabled_at ON outbound.endpoints FOR EACH ROW WHEN (((old.disabled_at IS NULL) AND (new.disabled_at IS NOT NULL))) EXECUTE FUNCTION outbound.tg_endpoints__tell_disabled();

ALTER TABLE ONLY inbound.source_secrets
    ADD CONSTRAINT source_secrets_source_fkey FOREIGN KEY (source) REFERENCES inbound.sources(source);

ALTER TABLE ONLY ledger.account_balances
    ADD CONSTRAINT account_balances_currency_fkey FOREIGN KEY (currency) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.account_balances
    ADD CONSTRAINT account_balances_restaurant_id_fkey FOREIGN KEY (restaurant_id) REFERENCES ledger.restaurants(restaurant_id);

ALTER TABLE ONLY ledger.deferred_events
    ADD CONSTRAINT deferred_events_account_fkey FOREIGN KEY (restaurant_id, currency) REFERENCES ledger.account_balances(restaurant_id, currency);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_credit_account_fkey FOREIGN KEY (credit_account) REFERENCES ledger.accounts(account);

ALTER TABLE ONLY ledger.entry_types
    ADD CONSTRAINT entry_types_debit_account_fkey FOREIGN KEY (debit_account) REFERENCES ledger.accounts(account);

ALTER TABLE ONLY ledger.event_acceptances
    ADD CONSTRAINT event_acceptances_event_fkey FOREIGN KEY (restaurant_id, event_no) REFERENCES ledger.processor_events(restaurant_id, event_no);

ALTER TABLE ONLY ledger.event_links
    ADD CONSTRAINT event_links_about_fkey FOREIGN KEY (restaurant_id, about_event_no) REFERENCES ledger.processor_events(restaurant_id, event_no);

ALTER TABLE ONLY ledger.event_links
    ADD CONSTRAINT event_links_event_fkey FOREIGN KEY (restaurant_id, event_no) REFERENCES ledger.processor_events(restaurant_id, event_no);

ALTER TABLE ONLY ledger.event_links
    ADD CONSTRAINT event_links_payment_fkey FOREIGN KEY (restaurant_id, payment_event_no) REFERENCES ledger.processor_events(restaurant_id, event_no);

ALTER TABLE ONLY ledger.event_types
    ADD CONSTRAINT event_types_first_type_fkey FOREIGN KEY (first_type) REFERENCES ledger.event_types(event_type);

ALTER TABLE ONLY ledger.fx_rates
    ADD CONSTRAINT fx_rates_base_fkey FOREIGN KEY (base) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.fx_rates
    ADD CONSTRAINT fx_rates_quote_fkey FOREIGN KEY (quote) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.holdings
    ADD CONSTRAINT holdings_event_fkey FOREIGN KEY (restaurant_id, event_no) REFERENCES ledger.processor_events(restaurant_id, event_no);

ALTER TABLE ONLY ledger.ledger_entries
    ADD CONSTRAINT ledger_entries_event_fkey FOREIGN KEY (restaurant_id, event_no) REFERENCES ledger.processor_events(restaurant_id, event_no);

ALTER TABLE ONLY ledger.payout_items
    ADD CONSTRAINT payout_items_payout_fkey FOREIGN KEY (restaurant_id, payout_id) REFERENCES ledger.payouts(restaurant_id, payout_id);

ALTER TABLE ONLY ledger.payout_runs
    ADD CONSTRAINT payout_runs_currency_fkey FOREIGN KEY (currency) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.payout_runs
    ADD CONSTRAINT payout_runs_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES ledger.payout_schedules(schedule_id);

ALTER TABLE ONLY ledger.payout_schedules
    ADD CONSTRAINT payout_schedules_currency_fkey FOREIGN KEY (currency) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.payout_skips
    ADD CONSTRAINT payout_skips_account_fkey FOREIGN KEY (restaurant_id, currency) REFERENCES ledger.account_balances(restaurant_id, currency);

ALTER TABLE ONLY ledger.payout_skips
    ADD CONSTRAINT payout_skips_run_id_fkey FOREIGN KEY (run_id) REFERENCES ledger.payout_runs(run_id);

ALTER TABLE ONLY ledger.payout_term_changes
    ADD CONSTRAINT payout_term_changes_restaurant_id_fkey FOREIGN KEY (restaurant_id) REFERENCES ledger.restaurants(restaurant_id);

ALTER TABLE ONLY ledger.payout_terms
    ADD CONSTRAINT payout_terms_currency_fkey FOREIGN KEY (currency) REFERENCES ledger.currencies(currency);

ALTER TABLE ONLY ledger.payout_terms
    ADD CONSTRAINT payout_terms_restaurant_id_fkey FOREIGN KEY (restaurant_id) REFERENCES ledger.restaurants(restaurant_id);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_account_fkey FOREIGN KEY (restaurant_id, currency) REFERENCES ledger.account_balances(restaurant_id, currency);

ALTER TABLE ONLY ledger.payouts
    ADD CONSTRAINT payouts_run_id_fkey FOREIGN KEY (run_id) REFERENCES ledger.payout_runs(run_id);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_amount_entry_fkey FOREIGN KEY (amount_entry, amount_balance_effect, amount_reserved_effect, amount_held_effect, may_be_pending) REFERENCES ledger.entry_types(entry_type, balance_effect, reserved_effect, held_effect, may_be_pending);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_event_type_fkey FOREIGN KEY (event_type) REFERENCES ledger.event_types(event_type);

ALTER TABLE ONLY ledger.posting_rules
    ADD CONSTRAINT posting_rules_fee_entry_fkey FOREIGN KEY (fee_entry, fee_balance_effect, fee_reserved_effect, fee_held_effect, may_be_pending) REFERENCES ledger.entry_types(entry_type, balance_effect, reserved_effect, held_effect, may_be_pending);

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_account_fkey FOREIGN KEY (restaurant_id, currency) REFERENCES ledger.account_balances(restaurant_id, currency);

ALTER TABLE ONLY ledger.processor_events
    ADD CONSTRAINT processor_events_rule_fkey FOREIGN KEY (event_type, subject_state) REFERENCES ledger.posting_rules(event_type, subject_state);

ALTER TABLE ONLY outbound.endpoint_secrets
    ADD CONSTRAINT endpoint_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES outbound.endpoints(endpoint_id);

GRANT USAGE ON SCHEMA access TO cuenta_writer;

GRANT USAGE ON SCHEMA api TO cuenta_writer;
GRANT USAGE ON SCHEMA api TO cuenta_processor;
GRANT USAGE ON SCHEMA api TO cuenta_app;
GRANT USAGE ON SCHEMA api TO cuenta_operator;
GRANT USAGE ON SCHEMA api TO cuenta_reader;
GRANT USAGE ON SCHEMA api TO cuenta_door;
GRANT USAGE ON SCHEMA api TO cuenta_restaurant;
GRANT USAGE ON SCHEMA api TO cuenta_worker;

GRANT USAGE ON SCHEMA inbound TO cuenta_writer;

GRANT USAGE ON SCHEMA ledger TO cuenta_writer;

GRANT USAGE ON SCHEMA outbound TO cuenta_writer;

GRANT USAGE ON SCHEMA reporting TO cuenta_writer;
GRANT USAGE ON SCHEMA reporting TO cuenta_reader;

REVOKE ALL ON TABLE access.api_keys FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE access.api_keys TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE access.api_keys TO cuenta_writer;

REVOKE ALL ON FUNCTION access.find_key(p_key_digest bytea, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION access.find_key(p_key_digest bytea, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION access.list_parameters(p_function text) FROM PUBLIC;
GRANT ALL ON FUNCTION access.list_parameters(p_function text) TO cuenta_writer;

REVOKE ALL ON FUNCTION access.read_own(p_function text, p_arguments jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION access.read_own(p_function text, p_arguments jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION access.require_key_facts(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION access.require_key_facts(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION access.require_own_arguments(p_restaurant_id text, p_function text, p_arguments jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION access.require_own_arguments(p_restaurant_id text, p_function text, p_arguments jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION access.require_own_key(p_key_digest bytea, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION access.require_own_key(p_key_digest bytea, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION api.accept_event(p_event_id text, p_reason text, p_provider text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.accept_event(p_event_id text, p_reason text, p_provider text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.add_webhook_secret(p_source text, p_secret text, p_valid_from timestamp with time zone, p_valid_until timestamp with time zone, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.add_webhook_secret(p_source text, p_secret text, p_valid_from timestamp with time zone, p_valid_until timestamp with time zone, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.audit_integrity(p_check text, p_everything boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.audit_integrity(p_check text, p_everything boolean) TO cuenta_operator;
GRANT ALL ON FUNCTION api.audit_integrity(p_check text, p_everything boolean) TO cuenta_worker;

REVOKE ALL ON FUNCTION api.cancel_payout(p_payout_id text, p_reason text, p_reference text, p_actor text, p_bank_told boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.cancel_payout(p_payout_id text, p_reason text, p_reference text, p_actor text, p_bank_told boolean) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.check_integrity(p_check text, p_everything boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.check_integrity(p_check text, p_everything boolean) TO cuenta_writer;
GRANT ALL ON FUNCTION api.check_integrity(p_check text, p_everything boolean) TO cuenta_app;
GRANT ALL ON FUNCTION api.check_integrity(p_check text, p_everything boolean) TO cuenta_operator;
GRANT ALL ON FUNCTION api.check_integrity(p_check text, p_everything boolean) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.claim_deliveries(p_limit integer, p_lease_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.claim_deliveries(p_limit integer, p_lease_seconds integer) TO cuenta_worker;

REVOKE ALL ON FUNCTION api.claim_payout_run(p_is_counted boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.claim_payout_run(p_is_counted boolean) TO cuenta_worker;

REVOKE ALL ON FUNCTION api.claim_payouts(p_currency text, p_limit integer, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.claim_payouts(p_currency text, p_limit integer, p_actor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.claim_payouts(p_currency text, p_limit integer, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.confirm_payout(p_payout_id text, p_external_id text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.confirm_payout(p_payout_id text, p_external_id text, p_actor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.confirm_payout(p_payout_id text, p_external_id text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.continue_payout_run(p_run_id text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.continue_payout_run(p_run_id text, p_limit integer) TO cuenta_app;
GRANT ALL ON FUNCTION api.continue_payout_run(p_run_id text, p_limit integer) TO cuenta_operator;
GRANT ALL ON FUNCTION api.continue_payout_run(p_run_id text, p_limit integer) TO cuenta_worker;

REVOKE ALL ON FUNCTION api.create_api_key(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.create_api_key(p_name text, p_role text, p_restaurant_id text, p_expires_at timestamp with time zone, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.disable_webhook_endpoint(p_endpoint_id text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.disable_webhook_endpoint(p_endpoint_id text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.dismiss_event(p_event_id text, p_reason text, p_provider text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.dismiss_event(p_event_id text, p_reason text, p_provider text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.dismiss_rejection(p_rejection_no bigint, p_reason text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.dismiss_rejection(p_rejection_no bigint, p_reason text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.dismiss_webhook(p_webhook_no bigint, p_reason text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.dismiss_webhook(p_webhook_no bigint, p_reason text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.enable_webhook_endpoint(p_endpoint_id text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.enable_webhook_endpoint(p_endpoint_id text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.fail_payout_run(p_run_id text, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.fail_payout_run(p_run_id text, p_error text) TO cuenta_worker;

REVOKE ALL ON FUNCTION api.find_events(p_key text, p_value text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.find_events(p_key text, p_value text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.find_events(p_key text, p_value text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.find_events(p_key text, p_value text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.find_events(p_key text, p_value text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_event(p_event_id text, p_provider text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_metrics() FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_metrics() TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_metrics() TO cuenta_app;
GRANT ALL ON FUNCTION api.get_metrics() TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_metrics() TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_own(p_key_digest bytea, p_function text, p_arguments jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_own(p_key_digest bytea, p_function text, p_arguments jsonb) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_own(p_key_digest bytea, p_function text, p_arguments jsonb) TO cuenta_restaurant;

REVOKE ALL ON FUNCTION api.get_payment(p_payment_id text, p_restaurant_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_payment(p_payment_id text, p_restaurant_id text, p_provider text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_payment(p_payment_id text, p_restaurant_id text, p_provider text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_payment(p_payment_id text, p_restaurant_id text, p_provider text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_payment(p_payment_id text, p_restaurant_id text, p_provider text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_payout(p_payout_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_payout(p_payout_id text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_payout(p_payout_id text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_payout(p_payout_id text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_payout(p_payout_id text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_payout_run(p_run_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_payout_run(p_run_id text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_payout_run(p_run_id text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_payout_run(p_run_id text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_payout_run(p_run_id text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_payout_terms(p_restaurant_id text, p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_payout_terms(p_restaurant_id text, p_currency text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_payout_terms(p_restaurant_id text, p_currency text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_payout_terms(p_restaurant_id text, p_currency text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_payout_terms(p_restaurant_id text, p_currency text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_report(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_report(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_report(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_report(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_report(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_report_csv(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_report_csv(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_report_csv(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_report_csv(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_report_csv(p_name text, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_restaurant(p_restaurant_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_restaurant(p_restaurant_id text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_restaurant(p_restaurant_id text) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_restaurant(p_restaurant_id text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_restaurant(p_restaurant_id text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_seal_lines(p_seal_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_seal_lines(p_seal_no bigint) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_seal_lines(p_seal_no bigint) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_seal_lines(p_seal_no bigint) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_seal_lines(p_seal_no bigint) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_service_status() FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_service_status() TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_service_status() TO cuenta_app;
GRANT ALL ON FUNCTION api.get_service_status() TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_service_status() TO cuenta_reader;

REVOKE ALL ON FUNCTION api.get_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) FROM PUBLIC;
GRANT ALL ON FUNCTION api.get_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) TO cuenta_writer;
GRANT ALL ON FUNCTION api.get_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) TO cuenta_app;
GRANT ALL ON FUNCTION api.get_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) TO cuenta_operator;
GRANT ALL ON FUNCTION api.get_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.hold_funds(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.hold_funds(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.ingest_event(p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.ingest_event(p_event jsonb) TO cuenta_processor;
GRANT ALL ON FUNCTION api.ingest_event(p_event jsonb) TO cuenta_app;
GRANT ALL ON FUNCTION api.ingest_event(p_event jsonb) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.ingest_events(p_events jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.ingest_events(p_events jsonb) TO cuenta_processor;
GRANT ALL ON FUNCTION api.ingest_events(p_events jsonb) TO cuenta_app;
GRANT ALL ON FUNCTION api.ingest_events(p_events jsonb) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.list_api_keys(p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_api_keys(p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_api_keys(p_limit integer, p_cursor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.list_balances(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_balances(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_balances(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_balances(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_balances(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_deliveries(p_endpoint_id text, p_state text, p_type text, p_message_id text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_deliveries(p_endpoint_id text, p_state text, p_type text, p_message_id text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_deliveries(p_endpoint_id text, p_state text, p_type text, p_message_id text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_deliveries(p_endpoint_id text, p_state text, p_type text, p_message_id text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_deliveries(p_endpoint_id text, p_state text, p_type text, p_message_id text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_disputes(p_restaurant_id text, p_currency text, p_state text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_disputes(p_restaurant_id text, p_currency text, p_state text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_disputes(p_restaurant_id text, p_currency text, p_state text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_disputes(p_restaurant_id text, p_currency text, p_state text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_disputes(p_restaurant_id text, p_currency text, p_state text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_drift(p_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_drift(p_kind text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_drift(p_kind text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_drift(p_kind text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_drift(p_kind text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text, p_newest_first boolean, p_payout_id text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text, p_newest_first boolean, p_payout_id text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text, p_newest_first boolean, p_payout_id text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text, p_newest_first boolean, p_payout_id text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_limit integer, p_cursor text, p_newest_first boolean, p_payout_id text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_holds(p_restaurant_id text, p_currency text, p_is_open boolean, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_holds(p_restaurant_id text, p_currency text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_holds(p_restaurant_id text, p_currency text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_holds(p_restaurant_id text, p_currency text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_holds(p_restaurant_id text, p_currency text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_inbox(p_code text, p_status text, p_restaurant_id text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_inbox(p_code text, p_status text, p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_inbox(p_code text, p_status text, p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_inbox(p_code text, p_status text, p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_inbox(p_code text, p_status text, p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_kept_webhooks(p_source text, p_is_open boolean, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_kept_webhooks(p_source text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_kept_webhooks(p_source text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_kept_webhooks(p_source text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_kept_webhooks(p_source text, p_is_open boolean, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_payout_entries(p_payout_id text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payout_entries(p_payout_id text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_payout_entries(p_payout_id text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payout_entries(p_payout_id text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_payout_entries(p_payout_id text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_payout_runs(p_currency text, p_as_of date, p_is_finished boolean, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payout_runs(p_currency text, p_as_of date, p_is_finished boolean, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_payout_runs(p_currency text, p_as_of date, p_is_finished boolean, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payout_runs(p_currency text, p_as_of date, p_is_finished boolean, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_payout_runs(p_currency text, p_as_of date, p_is_finished boolean, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_payout_schedules() FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payout_schedules() TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_payout_schedules() TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payout_schedules() TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_payout_schedules() TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_payout_skips(p_run_id text, p_reason text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payout_skips(p_run_id text, p_reason text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_payout_skips(p_run_id text, p_reason text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payout_skips(p_run_id text, p_reason text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_payout_skips(p_run_id text, p_reason text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_payout_term_changes(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payout_term_changes(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_payout_term_changes(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payout_term_changes(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_payout_term_changes(p_restaurant_id text, p_currency text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text, p_run_id text, p_as_of date, p_newest_first boolean, p_external_id text, p_submitted_by text, p_is_confirmed boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text, p_run_id text, p_as_of date, p_newest_first boolean, p_external_id text, p_submitted_by text, p_is_confirmed boolean) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text, p_run_id text, p_as_of date, p_newest_first boolean, p_external_id text, p_submitted_by text, p_is_confirmed boolean) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text, p_run_id text, p_as_of date, p_newest_first boolean, p_external_id text, p_submitted_by text, p_is_confirmed boolean) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_payouts(p_restaurant_id text, p_currency text, p_status text, p_limit integer, p_cursor text, p_run_id text, p_as_of date, p_newest_first boolean, p_external_id text, p_submitted_by text, p_is_confirmed boolean) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_reports() FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_reports() TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_reports() TO cuenta_app;
GRANT ALL ON FUNCTION api.list_reports() TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_reports() TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_restaurants(p_closed boolean, p_payouts_paused boolean, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_restaurants(p_closed boolean, p_payouts_paused boolean, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_restaurants(p_closed boolean, p_payouts_paused boolean, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_restaurants(p_closed boolean, p_payouts_paused boolean, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_restaurants(p_closed boolean, p_payouts_paused boolean, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_setting_changes(p_restaurant_id text, p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_setting_changes(p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_setting_changes(p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.list_setting_changes(p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_setting_changes(p_restaurant_id text, p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_webhook_endpoints() FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_webhook_endpoints() TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_webhook_endpoints() TO cuenta_app;
GRANT ALL ON FUNCTION api.list_webhook_endpoints() TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_webhook_endpoints() TO cuenta_reader;

REVOKE ALL ON FUNCTION api.list_webhook_sources() FROM PUBLIC;
GRANT ALL ON FUNCTION api.list_webhook_sources() TO cuenta_writer;
GRANT ALL ON FUNCTION api.list_webhook_sources() TO cuenta_app;
GRANT ALL ON FUNCTION api.list_webhook_sources() TO cuenta_operator;
GRANT ALL ON FUNCTION api.list_webhook_sources() TO cuenta_reader;

REVOKE ALL ON FUNCTION api.load_fx_rates(p_rates jsonb, p_source text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.load_fx_rates(p_rates jsonb, p_source text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.pause_payouts(p_restaurant_id text, p_currency text, p_reason text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.pause_payouts(p_restaurant_id text, p_currency text, p_reason text, p_actor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.pause_payouts(p_restaurant_id text, p_currency text, p_reason text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.pay_by_hand(p_currency text, p_as_of date, p_restaurant_ids text[], p_reason text, p_actor text, p_min_amount bigint, p_dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.pay_by_hand(p_currency text, p_as_of date, p_restaurant_ids text[], p_reason text, p_actor text, p_min_amount bigint, p_dry_run boolean) TO cuenta_operator;

REVOKE ALL ON PROCEDURE api.pay_due_restaurants() FROM PUBLIC;
GRANT ALL ON PROCEDURE api.pay_due_restaurants() TO cuenta_writer;
GRANT ALL ON PROCEDURE api.pay_due_restaurants() TO cuenta_worker;

REVOKE ALL ON PROCEDURE api.pay_restaurants(IN p_currency text, IN p_as_of date, IN p_min_amount bigint, IN p_restaurant_ids text[], INOUT p_run_id text) FROM PUBLIC;
GRANT ALL ON PROCEDURE api.pay_restaurants(IN p_currency text, IN p_as_of date, IN p_min_amount bigint, IN p_restaurant_ids text[], INOUT p_run_id text) TO cuenta_writer;
GRANT ALL ON PROCEDURE api.pay_restaurants(IN p_currency text, IN p_as_of date, IN p_min_amount bigint, IN p_restaurant_ids text[], INOUT p_run_id text) TO cuenta_app;
GRANT ALL ON PROCEDURE api.pay_restaurants(IN p_currency text, IN p_as_of date, IN p_min_amount bigint, IN p_restaurant_ids text[], INOUT p_run_id text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.post_adjustment(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.post_adjustment(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.preview_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_limit integer, p_cursor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.preview_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_limit integer, p_cursor text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.preview_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_limit integer, p_cursor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.preview_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_limit integer, p_cursor text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.preview_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_limit integer, p_cursor text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.queue_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION api.queue_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) TO cuenta_app;
GRANT ALL ON FUNCTION api.queue_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.receive_webhook(p_source text, p_headers jsonb, p_query jsonb, p_body bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION api.receive_webhook(p_source text, p_headers jsonb, p_query jsonb, p_body bytea) TO cuenta_door;

REVOKE ALL ON FUNCTION api.record_delivery(p_delivery_id bigint, p_lease_id uuid, p_status integer, p_error text, p_answer text, p_retry_after integer, p_duration_ms integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.record_delivery(p_delivery_id bigint, p_lease_id uuid, p_status integer, p_error text, p_answer text, p_retry_after integer, p_duration_ms integer) TO cuenta_worker;

REVOKE ALL ON FUNCTION api.recover_endpoint(p_endpoint_id text, p_since timestamp with time zone, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.recover_endpoint(p_endpoint_id text, p_since timestamp with time zone, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.release_hold(p_hold_id text, p_amount bigint, p_reason text, p_reference text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.release_hold(p_hold_id text, p_amount bigint, p_reason text, p_reference text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.replay_event(p_event_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.replay_event(p_event_id text, p_provider text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.replay_events(p_code text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.replay_events(p_code text, p_limit integer) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.replay_webhook(p_webhook_no bigint, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.replay_webhook(p_webhook_no bigint, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.resend_delivery(p_delivery_id bigint, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.resend_delivery(p_delivery_id bigint, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.resume_payouts(p_restaurant_id text, p_currency text, p_actor text, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.resume_payouts(p_restaurant_id text, p_currency text, p_actor text, p_reason text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.retry_payout_run(p_run_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.retry_payout_run(p_run_id text) TO cuenta_app;
GRANT ALL ON FUNCTION api.retry_payout_run(p_run_id text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.reverse_event(p_event_id text, p_reason text, p_reference text, p_provider text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.reverse_event(p_event_id text, p_reason text, p_reference text, p_provider text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.revoke_api_key(p_key_id text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.revoke_api_key(p_key_id text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.rotate_webhook_secret(p_endpoint_id text, p_keep_hours integer, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.rotate_webhook_secret(p_endpoint_id text, p_keep_hours integer, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.run_due_payouts() FROM PUBLIC;
GRANT ALL ON FUNCTION api.run_due_payouts() TO cuenta_app;
GRANT ALL ON FUNCTION api.run_due_payouts() TO cuenta_operator;
GRANT ALL ON FUNCTION api.run_due_payouts() TO cuenta_worker;

REVOKE ALL ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_restaurant_ids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_restaurant_ids text[]) TO cuenta_app;
GRANT ALL ON FUNCTION api.run_payouts(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_restaurant_ids text[]) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.seal_due_ledger() FROM PUBLIC;
GRANT ALL ON FUNCTION api.seal_due_ledger() TO cuenta_worker;

REVOKE ALL ON FUNCTION api.seal_ledger(p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.seal_ledger(p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.set_payout_schedule(p_schedule_id text, p_currency text, p_cadence text, p_local_time text, p_timezone text, p_day integer, p_as_of_days integer, p_min_amount bigint, p_is_active boolean, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.set_payout_schedule(p_schedule_id text, p_currency text, p_cadence text, p_local_time text, p_timezone text, p_day integer, p_as_of_days integer, p_min_amount bigint, p_is_active boolean, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.set_payout_terms(p_restaurant_id text, p_currency text, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint, p_reason text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.set_payout_terms(p_restaurant_id text, p_currency text, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint, p_reason text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.set_platform_settings(p_unknown_restaurants text, p_default_timezone text, p_payouts_waiting_hours integer, p_deferred_warning_hours integer, p_takes_test_events boolean, p_seal_hours integer, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.set_platform_settings(p_unknown_restaurants text, p_default_timezone text, p_payouts_waiting_hours integer, p_deferred_warning_hours integer, p_takes_test_events boolean, p_seal_hours integer, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean, p_closed boolean, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean, p_closed boolean, p_actor text) TO cuenta_app;
GRANT ALL ON FUNCTION api.set_restaurant(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer, p_payouts_paused boolean, p_closed boolean, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.set_webhook_endpoint(p_url text, p_event_types text[], p_settings jsonb, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.set_webhook_endpoint(p_url text, p_event_types text[], p_settings jsonb, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.set_webhook_source(p_source text, p_scheme text, p_settings jsonb, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.set_webhook_source(p_source text, p_scheme text, p_settings jsonb, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.start_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION api.start_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) TO cuenta_app;
GRANT ALL ON FUNCTION api.start_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[]) TO cuenta_operator;

REVOKE ALL ON FUNCTION api.tell_overdue_events(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.tell_overdue_events(p_limit integer) TO cuenta_worker;

REVOKE ALL ON FUNCTION api.use_api_key(p_key_digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION api.use_api_key(p_key_digest bytea) TO cuenta_door;

REVOKE ALL ON FUNCTION api.verify_seals(p_from bigint, p_to bigint, p_root text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.verify_seals(p_from bigint, p_to bigint, p_root text) TO cuenta_writer;
GRANT ALL ON FUNCTION api.verify_seals(p_from bigint, p_to bigint, p_root text) TO cuenta_app;
GRANT ALL ON FUNCTION api.verify_seals(p_from bigint, p_to bigint, p_root text) TO cuenta_operator;
GRANT ALL ON FUNCTION api.verify_seals(p_from bigint, p_to bigint, p_root text) TO cuenta_reader;

REVOKE ALL ON FUNCTION api.write_off_debt(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.write_off_debt(p_restaurant_id text, p_currency text, p_amount bigint, p_reason text, p_reference text, p_actor text) TO cuenta_operator;

REVOKE ALL ON FUNCTION inbound.complete_reading(p_source text, p_reading inbound.reading) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.complete_reading(p_source text, p_reading inbound.reading) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.find_adapter_settings_fault(p_adapter text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.find_adapter_settings_fault(p_adapter text, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.find_source_fault(p_scheme text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.find_source_fault(p_scheme text, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.hash_bytes(p_algorithm text, p_data bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.hash_bytes(p_algorithm text, p_data bytea) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_ambiguous(p_document json) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_ambiguous(p_document json) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_in_time(p_seconds text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_in_time(p_seconds text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_payout_id(p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_payout_id(p_value jsonb) TO cuenta_writer;

REVOKE ALL ON TABLE inbound.source_secrets FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE inbound.source_secrets TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE inbound.source_secrets TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_signed(p_content bytea, p_signatures bytea[], p_keys inbound.source_secrets[]) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_signed(p_content bytea, p_signatures bytea[], p_keys inbound.source_secrets[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_signed_adyen(p_document jsonb, p_keys inbound.source_secrets[]) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_signed_adyen(p_document jsonb, p_keys inbound.source_secrets[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_signed_basic(p_headers jsonb, p_keys inbound.source_secrets[]) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_signed_basic(p_headers jsonb, p_keys inbound.source_secrets[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_signed_hmac(p_settings jsonb, p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_signed_hmac(p_settings jsonb, p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_signed_mercadopago(p_headers jsonb, p_query jsonb, p_keys inbound.source_secrets[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_signed_mercadopago(p_headers jsonb, p_query jsonb, p_keys inbound.source_secrets[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_signed_standard(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_signed_standard(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.is_signed_stripe(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.is_signed_stripe(p_headers jsonb, p_body bytea, p_keys inbound.source_secrets[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.keep_webhook(p_source text, p_body bytea, p_item_no integer, p_reading inbound.reading, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.keep_webhook(p_source text, p_body bytea, p_item_no integer, p_reading inbound.reading, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.list_adyen_kinds() FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.list_adyen_kinds() TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.list_mercadopago_kinds() FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.list_mercadopago_kinds() TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.list_stripe_kinds() FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.list_stripe_kinds() TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.make_reading(p_outcome text, p_kind text, p_code text, p_message text, p_field text) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.make_reading(p_outcome text, p_kind text, p_code text, p_message text, p_field text) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.name_adapter(p_source text, p_scheme text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.name_adapter(p_source text, p_scheme text, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.name_restaurant(p_account jsonb, p_object jsonb, p_settings jsonb, p_path text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.name_restaurant(p_account jsonb, p_object jsonb, p_settings jsonb, p_path text[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.pad_key(p_key bytea, p_algorithm text, p_mask integer) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.pad_key(p_key bytea, p_algorithm text, p_mask integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.pass_over_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.pass_over_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.pick_metadata(p_metadata jsonb, p_prefix text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.pick_metadata(p_metadata jsonb, p_prefix text, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.post_read_events(p_readings inbound.reading[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.post_read_events(p_readings inbound.reading[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON TABLE inbound.sources FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE inbound.sources TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE inbound.sources TO cuenta_writer;

GRANT UPDATE(source) ON TABLE inbound.sources TO cuenta_owner;

REVOKE ALL ON FUNCTION inbound.post_readings(p_source inbound.sources, p_readings inbound.reading[], p_now timestamp with time zone, OUT readings inbound.reading[], OUT answers jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.post_readings(p_source inbound.sources, p_readings inbound.reading[], p_now timestamp with time zone, OUT readings inbound.reading[], OUT answers jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_adyen(p_document jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_adyen(p_document jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_live jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_adyen_item(p_known inbound.webhook_kind, p_item jsonb, p_live jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_adyen_transfer(p_kind text, p_document jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_adyen_transfer(p_kind text, p_document jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_amount(p_adapter text, p_currency text, p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_amount(p_adapter text, p_currency text, p_value jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_body(p_body bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_body(p_body bytea) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_exponent(p_adapter text, p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_exponent(p_adapter text, p_currency text) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_flag(p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_flag(p_value jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_header(p_headers jsonb, p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_header(p_headers jsonb, p_name text) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_id(p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_id(p_value jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_mercadopago(p_document jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_mercadopago(p_document jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_mercadopago_chargeback(p_chargeback jsonb, p_payment jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_mercadopago_chargeback(p_chargeback jsonb, p_payment jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_mercadopago_fee(p_details jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_mercadopago_fee(p_details jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_mercadopago_payment(p_payment jsonb, p_has_chargeback boolean, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_mercadopago_payment(p_payment jsonb, p_has_chargeback boolean, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_mercadopago_payout(p_payout jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_mercadopago_payout(p_payout jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_mercadopago_refunds(p_kind text, p_refunds jsonb, p_payment jsonb, p_optional jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_mercadopago_refunds(p_kind text, p_refunds jsonb, p_payment jsonb, p_optional jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_moment(p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_moment(p_value jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_own_events(p_document jsonb, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_own_events(p_document jsonb, p_provider text) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_secret(p_scheme text, p_settings jsonb, p_secret text) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_secret(p_scheme text, p_settings jsonb, p_secret text) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_signature_list(p_header text, p_time_name text, OUT made_at text, OUT signatures bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_signature_list(p_header text, p_time_name text, OUT made_at text, OUT signatures bytea[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_stripe(p_document jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_stripe(p_document jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_stripe_charge(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_stripe_charge(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb, p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_stripe_dispute(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_stripe_dispute(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_stripe_payout(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_stripe_payout(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_stripe_refund(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_stripe_refund(p_kind text, p_object jsonb, p_event jsonb, p_optional jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_text(p_value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_text(p_value jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.read_webhook(p_source inbound.sources, p_query jsonb, p_body bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.read_webhook(p_source inbound.sources, p_query jsonb, p_body bytea) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.require_authentic(p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.require_authentic(p_source text, p_headers jsonb, p_query jsonb, p_body bytea, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON TABLE inbound.kept_webhooks FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE inbound.kept_webhooks TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE inbound.kept_webhooks TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.require_kept_webhook(p_webhook_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.require_kept_webhook(p_webhook_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.require_source(p_source text) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.require_source(p_source text) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.settle_webhook(p_kept inbound.kept_webhooks, p_readings inbound.reading[], p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.settle_webhook(p_kept inbound.kept_webhooks, p_readings inbound.reading[], p_actor text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.write_reading(p_adapter text, p_kind text, p_event jsonb, p_optional jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.write_reading(p_adapter text, p_kind text, p_event jsonb, p_optional jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION inbound.write_results(p_readings inbound.reading[], p_answers jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION inbound.write_results(p_readings inbound.reading[], p_answers jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.add_pending(p_event ledger.event_fields, p_event_no bigint, p_available_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.add_pending(p_event ledger.event_fields, p_event_no bigint, p_available_on date) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.answer_known_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.answer_known_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.answer_known_subject(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.answer_known_subject(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_runs FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_runs TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.payout_runs TO cuenta_writer;

GRANT UPDATE(run_id) ON TABLE ledger.payout_runs TO cuenta_owner;

REVOKE ALL ON FUNCTION ledger.answer_payout_run(p_run ledger.payout_runs) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.answer_payout_run(p_run ledger.payout_runs) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_schedules FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_schedules TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.payout_schedules TO cuenta_writer;

GRANT UPDATE(schedule_id) ON TABLE ledger.payout_schedules TO cuenta_owner;

REVOKE ALL ON FUNCTION ledger.answer_schedule(p_schedule ledger.payout_schedules) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.answer_schedule(p_schedule ledger.payout_schedules) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.answer_terms(p_restaurant_id text, p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.answer_terms(p_restaurant_id text, p_currency text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.answer_waiting_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.answer_waiting_event(p_event ledger.event_fields, p_document jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.audits_everything() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.audits_everything() TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.audits_everything() TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.business_day(p_at timestamp with time zone, p_timezone text, p_day_close_hour smallint) TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.convert_amount(p_amount numeric, p_numerator numeric, p_denominator numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.convert_amount(p_amount numeric, p_numerator numeric, p_denominator numeric) TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.convert_amount(p_amount numeric, p_numerator numeric, p_denominator numeric) TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.count_open_refusals(p_newest integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.count_open_refusals(p_newest integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.decide_event(p_event ledger.event_fields, p_document jsonb, p_has_account boolean, p_now timestamp with time zone, p_accepted text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.decide_event(p_event ledger.event_fields, p_document jsonb, p_has_account boolean, p_now timestamp with time zone, p_accepted text) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.account_balances FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.account_balances TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.account_balances TO cuenta_writer;

GRANT UPDATE(restaurant_id) ON TABLE ledger.account_balances TO cuenta_owner;

REVOKE ALL ON FUNCTION ledger.decide_payout(p_restaurant_id text, p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_timezones text[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.decide_payout(p_restaurant_id text, p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_timezones text[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.event_types FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.event_types TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.event_types TO cuenta_writer;

GRANT UPDATE(event_type) ON TABLE ledger.event_types TO cuenta_owner;

REVOKE ALL ON FUNCTION ledger.decide_payout_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.decide_payout_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.decide_reversal(p_event ledger.event_fields, p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.decide_reversal(p_event ledger.event_fields, p_document jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.decide_share(p_event ledger.event_fields, p_type ledger.event_types, p_decision ledger.event_decision, p_accepted text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.decide_share(p_event ledger.event_fields, p_type ledger.event_types, p_decision ledger.event_decision, p_accepted text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.decide_subject_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types, p_accepted text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.decide_subject_event(p_event ledger.event_fields, p_document jsonb, p_type ledger.event_types, p_accepted text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.decide_write_off(p_event ledger.event_fields, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.decide_write_off(p_event ledger.event_fields, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.defer_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.defer_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.derive_payout_id(p_restaurant_id text, p_currency text, p_as_of date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.derive_payout_id(p_restaurant_id text, p_currency text, p_as_of date) TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.derive_payout_id(p_restaurant_id text, p_currency text, p_as_of date) TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.describe_run(p_run ledger.payout_runs) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.describe_run(p_run ledger.payout_runs) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.digest_account(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint, p_after_no bigint, p_through_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.digest_account(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint, p_after_no bigint, p_through_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.digest_journal(p_journal text, p_numbers int8multirange) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.digest_journal(p_journal text, p_numbers int8multirange) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.draw_uuid() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.draw_uuid() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.due_day(p_due_at timestamp with time zone, p_local_time time without time zone, p_timezone text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.due_day(p_due_at timestamp with time zone, p_local_time time without time zone, p_timezone text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.fail_run(p_run ledger.payout_runs, p_error text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.fail_run(p_run ledger.payout_runs, p_error text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.account_seals FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.account_seals TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.account_seals TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_broken_batches(p_from bigint, p_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_broken_batches(p_from bigint, p_to bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_decided_keys(p_code text, p_status text, p_restaurant_id text, p_at timestamp with time zone, p_number bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_decided_keys(p_code text, p_status text, p_restaurant_id text, p_at timestamp with time zone, p_number bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_event_fault(p_event jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_event_fault(p_event jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_fx_fault(p_rate jsonb, p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_fx_fault(p_rate jsonb, p_today date) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_inbox_keys(p_code text, p_status text, p_restaurant_id text, p_until timestamp with time zone, p_at timestamp with time zone, p_rejection_no bigint, p_deferred_no bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_inbox_keys(p_code text, p_status text, p_restaurant_id text, p_until timestamp with time zone, p_at timestamp with time zone, p_rejection_no bigint, p_deferred_no bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_kept_event(p_event_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_kept_event(p_event_id text, p_provider text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_latest_day(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_latest_day(p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_merkle_root(p_leaves bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_merkle_root(p_leaves bytea[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_reference_fault(p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_reference_fault(p_event jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_replays(p_code text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_replays(p_code text, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_reversed_day(p_event ledger.event_fields, p_event_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_reversed_day(p_event ledger.event_fields, p_event_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_unsealed_rows() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_unsealed_rows() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.find_wild_number(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.find_wild_number(p_document jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.first_entry_since(p_restaurant_id text, p_currency text, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.first_entry_since(p_restaurant_id text, p_currency text, p_at timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.hash_heads(p_seal_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.hash_heads(p_seal_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.hash_restaurant(p_restaurant_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.hash_restaurant(p_restaurant_id text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.is_day_of_month(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.is_day_of_month(p_text text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.is_plain_event(p_event jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.is_plain_event(p_event jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.keep_told_event(p_event ledger.event_fields, p_document jsonb, p_answer ledger.event_answer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.keep_told_event(p_event ledger.event_fields, p_document jsonb, p_answer ledger.event_answer, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.known_timezones(p_timezones text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.known_timezones(p_timezones text[]) TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.known_timezones(p_timezones text[]) TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.last_due(p_schedule ledger.payout_schedules, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.last_due(p_schedule ledger.payout_schedules, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.leave_deferred(p_restaurant_id text, p_currency text, p_deferred_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.leave_deferred(p_restaurant_id text, p_currency text, p_deferred_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.link_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_event_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.link_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_event_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_day_settings(p_restaurant_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_day_settings(p_restaurant_id text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_differences(p_known jsonb, p_document jsonb, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_differences(p_known jsonb, p_document jsonb, p_provider text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_entry_lines(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_entry_lines(p_restaurant_id text, p_currency text, p_after_seq bigint, p_through_seq bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_event_lines(p_restaurant_id text, p_currency text, p_after_no bigint, p_through_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_event_lines(p_restaurant_id text, p_currency text, p_after_no bigint, p_through_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_followed(p_restaurant_id text, p_event_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_followed(p_restaurant_id text, p_event_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_heads(p_seal_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_heads(p_seal_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_journal_lines(p_journal text, p_numbers int8multirange) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_journal_lines(p_journal text, p_numbers int8multirange) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_journals() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_journals() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.list_refusals(p_event_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_refusals(p_event_id text, p_provider text) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.restaurants FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.restaurants TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.restaurants TO cuenta_writer;

GRANT UPDATE(restaurant_id) ON TABLE ledger.restaurants TO cuenta_owner;

REVOKE ALL ON FUNCTION ledger.list_settings(p_restaurant ledger.restaurants) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.list_settings(p_restaurant ledger.restaurants) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.lock_account(p_restaurant_id text, p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.lock_account(p_restaurant_id text, p_currency text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.lock_accounts(p_events ledger.event_fields[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.lock_accounts(p_events ledger.event_fields[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.lock_payees(p_restaurant_ids text[], p_currency text, p_is_alone boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.lock_payees(p_restaurant_ids text[], p_currency text, p_is_alone boolean) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_terms FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_terms TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.payout_terms TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.lock_terms(p_restaurant_id text, p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.lock_terms(p_restaurant_id text, p_currency text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.make_answer(p_event ledger.event_fields, p_status text, p_entries integer, p_received_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.make_answer(p_event ledger.event_fields, p_status text, p_entries integer, p_received_at timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_deliveries(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_deliveries(p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_events(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_events(p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_integrity() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_integrity() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_payouts(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_payouts(p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_replication(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_replication(p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_runs(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_runs(p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_server(p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_server(p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.measure_tables() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.measure_tables() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.move_accounts(p_events ledger.event_fields[], p_posted integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.move_accounts(p_events ledger.event_fields[], p_posted integer[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.move_payout(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.move_payout(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.name_changed_entry(p_batch ledger.account_seals, p_after_seq bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.name_changed_entry(p_batch ledger.account_seals, p_after_seq bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.name_changed_event(p_batch ledger.account_seals, p_after_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.name_changed_event(p_batch ledger.account_seals, p_after_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.name_subject(p_event ledger.event_fields, p_document jsonb, p_field text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.name_subject(p_event ledger.event_fields, p_document jsonb, p_field text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.next_due(p_cadence text, p_day integer, p_local_time time without time zone, p_timezone text, p_after timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.next_due(p_cadence text, p_day integer, p_local_time time without time zone, p_timezone text, p_after timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.open_account(p_restaurant_id text, p_currency text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.open_account(p_restaurant_id text, p_currency text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.open_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_now timestamp with time zone, p_overridden_by text, p_reason text, p_is_dry boolean, p_is_queued boolean, p_schedule_id text, p_due_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.open_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_restaurant_ids text[], p_now timestamp with time zone, p_overridden_by text, p_reason text, p_is_dry boolean, p_is_queued boolean, p_schedule_id text, p_due_at timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pause_failed_payee(p_event ledger.event_fields, p_payout_id text, p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pause_failed_payee(p_event ledger.event_fields, p_payout_id text, p_code text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pay_accounts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone, p_overrides_terms boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pay_accounts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_run_id text, p_now timestamp with time zone, p_overrides_terms boolean) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pay_chunk(p_run ledger.payout_runs, p_limit integer, p_is_alone boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pay_chunk(p_run ledger.payout_runs, p_limit integer, p_is_alone boolean, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pick_account_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pick_account_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.ledger_entries FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.ledger_entries TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.ledger_entries TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pick_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_first bigint, p_last bigint, p_payout_id text, p_after_day date, p_after_seq bigint, p_is_by_day boolean, p_newest_first boolean, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pick_entries(p_restaurant_id text, p_currency text, p_from date, p_to date, p_first bigint, p_last bigint, p_payout_id text, p_after_day date, p_after_seq bigint, p_is_by_day boolean, p_newest_first boolean, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pick_followed_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_after bigint, p_before bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pick_followed_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_after bigint, p_before bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pick_payees(p_currency text, p_restaurant_ids text[], p_after text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pick_payees(p_currency text, p_restaurant_ids text[], p_after text, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pick_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pick_payments(p_restaurant_id text, p_currency text, p_state text, p_recorded_from timestamp with time zone, p_recorded_to timestamp with time zone, p_before bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payouts FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payouts TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.payouts TO cuenta_writer;

GRANT UPDATE(restaurant_id) ON TABLE ledger.payouts TO cuenta_owner;

REVOKE ALL ON FUNCTION ledger.pick_payout_entries(p_payout ledger.payouts, p_after_place integer, p_after_day date, p_after_seq bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pick_payout_entries(p_payout ledger.payouts, p_after_place integer, p_after_day date, p_after_seq bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.pick_recent_payments(p_restaurant_id text, p_currency text, p_state text, p_after bigint, p_before bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.pick_recent_payments(p_restaurant_id text, p_currency text, p_state text, p_after bigint, p_before bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.post_deferred(p_event ledger.event_fields, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.post_deferred(p_event ledger.event_fields, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.post_event(p_event jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.post_event(p_event jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.post_events(p_events ledger.event_fields[], p_documents jsonb, p_timezones text[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.post_events(p_events ledger.event_fields[], p_documents jsonb, p_timezones text[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.post_operator_event(p_event jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.post_operator_event(p_event jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_audit_scope(p_column text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_audit_scope(p_column text) TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.read_audit_scope(p_column text) TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.read_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_balance(p_restaurant_id text, p_currency text, p_at timestamp with time zone, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_cursor(p_cursor text, p_pattern text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_cursor(p_cursor text, p_pattern text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_event(p_event jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_event(p_event jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_events(p_events jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_events(p_events jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_fx_rates(p_rates jsonb, p_today date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_fx_rates(p_rates jsonb, p_today date) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_inbox_item(p_event_id text, p_provider text, p_rejection_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_inbox_item(p_event_id text, p_provider text, p_rejection_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_inbox_items(p_event_ids text[], p_rejection_nos bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_inbox_items(p_event_ids text[], p_rejection_nos bigint[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_note(p_document jsonb, p_field text, p_length integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_note(p_document jsonb, p_field text, p_length integer) TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.read_note(p_document jsonb, p_field text, p_length integer) TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.read_opening(p_restaurant_id text, p_currency text, p_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_opening(p_restaurant_id text, p_currency text, p_day date) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_subject_state(p_event ledger.event_fields, p_type ledger.event_types, p_first_event_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_subject_state(p_event ledger.event_fields, p_type ledger.event_types, p_first_event_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.read_time(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.read_time(p_text text) TO cuenta_writer;
GRANT ALL ON FUNCTION ledger.read_time(p_text text) TO cuenta_reader;

REVOKE ALL ON FUNCTION ledger.record_changes(p_restaurant_id text, p_before jsonb, p_after jsonb, p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.record_changes(p_restaurant_id text, p_before jsonb, p_after jsonb, p_actor text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.refuse_apart(p_event jsonb, p_is_of_unknown_timezone boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.refuse_apart(p_event jsonb, p_is_of_unknown_timezone boolean, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.refuse_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.refuse_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_received_at timestamp with time zone, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.reject_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_status text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.reject_event(p_event ledger.event_fields, p_document jsonb, p_decision ledger.event_decision, p_status text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.reject_invalid_event(p_event jsonb, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.reject_invalid_event(p_event jsonb, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.replay_apart(p_event_id text, p_provider text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.replay_apart(p_event_id text, p_provider text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.replay_deferred(p_event_id text, p_provider text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.replay_deferred(p_event_id text, p_provider text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.replay_kept_event(p_event_id text, p_provider text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.replay_kept_event(p_event_id text, p_provider text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_actor(p_actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_actor(p_actor text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_check(p_check text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_check(p_check text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_currency(p_currency text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_currency(p_currency text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_event_named(p_event_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_event_named(p_event_id text, p_provider text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_fx_source(p_source text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_fx_source(p_source text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_inbox_status(p_status text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_inbox_status(p_status text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_limit(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_limit(p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_payees(p_restaurant_ids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_payees(p_restaurant_ids text[]) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.processor_events FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.processor_events TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.processor_events TO cuenta_writer;

GRANT UPDATE(restaurant_id) ON TABLE ledger.processor_events TO cuenta_owner;

REVOKE ALL ON FUNCTION ledger.require_payment(p_payment_id text, p_restaurant_id text, p_provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_payment(p_payment_id text, p_restaurant_id text, p_provider text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_payout(p_payout_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_payout(p_payout_id text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_payout_run(p_currency text, p_as_of date, p_min_amount bigint, p_dry_run boolean, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_period(p_from date, p_to date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_period(p_from date, p_to date) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_reason(p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_reason(p_reason text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_reason_code(p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_reason_code(p_code text) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.reports FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.reports TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.reports TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_report(p_name text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_report(p_name text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_restaurant(p_restaurant_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_restaurant(p_restaurant_id text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_run(p_run_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_run(p_run_id text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_schedule(p_schedule_id text, p_cadence text, p_day integer, p_local_time text, p_timezone text, p_as_of_days integer, p_min_amount bigint, p_is_active boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_schedule(p_schedule_id text, p_cadence text, p_day integer, p_local_time text, p_timezone text, p_as_of_days integer, p_min_amount bigint, p_is_active boolean) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_settings(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_settings(p_restaurant_id text, p_timezone text, p_day_close_hour integer, p_settlement_delay_days integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_state(p_state text, p_known text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_state(p_state text, p_known text[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_terms(p_terms ledger.payout_terms, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_terms(p_terms ledger.payout_terms, p_min_amount bigint, p_max_amount bigint, p_payable_unit bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.require_timezone(p_timezone text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.require_timezone(p_timezone text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.run_check(p_check text, p_everything boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.run_check(p_check text, p_everything boolean) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.run_report(p_report ledger.reports, p_line text, p_filter text, p_after text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.run_report(p_report ledger.reports, p_line text, p_filter text, p_after text, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.seal_accounts(p_seal_no bigint, p_settled_event_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.seal_accounts(p_seal_no bigint, p_settled_event_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.seal_journals(p_seal_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.seal_journals(p_seal_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.set_audit_scope(p_everything boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.set_audit_scope(p_everything boolean) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.set_external_id(p_payout_id text, p_external_id text, p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.set_external_id(p_payout_id text, p_external_id text, p_actor text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.sort_events(p_events ledger.event_fields[], p_timezones text[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.sort_events(p_events ledger.event_fields[], p_timezones text[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.start_scheduled_run(p_schedule ledger.payout_schedules, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.start_scheduled_run(p_schedule ledger.payout_schedules, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.sum_effects(p_restaurant_id text, p_event_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.sum_effects(p_restaurant_id text, p_event_no bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.sum_payable(p_account ledger.account_balances, p_as_of date, p_today date, p_payable_unit bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.sum_payable(p_account ledger.account_balances, p_as_of date, p_today date, p_payable_unit bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.sum_payout(p_restaurant_id text, p_currency text, p_first_day date, p_as_of date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.sum_payout(p_restaurant_id text, p_currency text, p_first_day date, p_as_of date) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_account_balances__follow_entries() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_account_balances__follow_entries() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_any__posting_only() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_any__posting_only() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_any__refuse() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_any__refuse() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_any__replay_only() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_any__replay_only() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_currencies__keep() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_currencies__keep() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_entry_types__keep() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_entry_types__keep() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_event_types__keep() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_event_types__keep() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_payout_items__complete() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_payout_items__complete() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_payouts__complete() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_payouts__complete() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_payouts__guard() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_payouts__guard() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_payouts__hand_over() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_payouts__hand_over() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_posting_rules__effects() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_posting_rules__effects() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_posting_rules__keep() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_posting_rules__keep() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_restaurants__keep_id() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_restaurants__keep_id() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.tg_restaurants__own_cell() FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.tg_restaurants__own_cell() TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.verify_accounts(p_from bigint, p_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.verify_accounts(p_from bigint, p_to bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.verify_journals(p_from bigint, p_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.verify_journals(p_from bigint, p_to bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.verify_roots(p_from bigint, p_to bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.verify_roots(p_from bigint, p_to bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.without_wild_numbers(p_document jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.without_wild_numbers(p_document jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_batch_line(p_batch ledger.account_seals, p_previous_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_batch_line(p_batch ledger.account_seals, p_previous_hash bytea) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_carried_item(p_item_type text, p_amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_carried_item(p_item_type text, p_amount numeric) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_csv_cell(p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_csv_cell(p_text text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_csv_row(p_view regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_csv_row(p_view regclass) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_cursor(p_key text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_cursor(p_key text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_dismissal(p_event_id text, p_provider text, p_rejection_no bigint, p_actor text, p_reason text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_dismissal(p_event_id text, p_provider text, p_rejection_no bigint, p_actor text, p_reason text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_event(p_event ledger.event_fields, p_document jsonb, p_received_at timestamp with time zone, p_now timestamp with time zone, p_accepted text, OUT answer ledger.event_answer, OUT are_waiting boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_event(p_event ledger.event_fields, p_document jsonb, p_received_at timestamp with time zone, p_now timestamp with time zone, p_accepted text, OUT answer ledger.event_answer, OUT are_waiting boolean) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.journal_seals FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.journal_seals TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.journal_seals TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_journal_line(p_batch ledger.journal_seals, p_previous_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_journal_line(p_batch ledger.journal_seals, p_previous_hash bytea) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_run_id text, p_timezones text[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_payouts(p_restaurant_ids text[], p_currency text, p_as_of date, p_min_amount bigint, p_overrides_terms boolean, p_run_id text, p_timezones text[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_report_filter(p_report ledger.reports, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_report_filter(p_report ledger.reports, p_restaurant_id text, p_currency text, p_from date, p_to date, p_base_currency text, p_source text) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_schedule(p_schedule ledger.payout_schedules, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_schedule(p_schedule ledger.payout_schedules, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON TABLE ledger.seals FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.seals TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.seals TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_seal(p_actor text, p_hours integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_seal(p_actor text, p_hours integer, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_seal_line(p_seal ledger.seals) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_seal_line(p_seal ledger.seals) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_statement(p_restaurant_id text, p_currency text, p_from date, p_to date) TO cuenta_writer;

REVOKE ALL ON FUNCTION ledger.write_terms(p_terms ledger.payout_terms, p_reason text, p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.write_terms(p_terms ledger.payout_terms, p_reason text, p_actor text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.close_endpoint(p_endpoint_id text, p_reason text, p_actor text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.close_endpoint(p_endpoint_id text, p_reason text, p_actor text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.describe_dispute(p_restaurant_id text, p_event_no bigint, p_state text) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.describe_dispute(p_restaurant_id text, p_event_no bigint, p_state text) TO cuenta_writer;

REVOKE ALL ON TABLE outbound.endpoints FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE outbound.endpoints TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE outbound.endpoints TO cuenta_writer;

GRANT UPDATE(endpoint_id) ON TABLE outbound.endpoints TO cuenta_owner;

REVOKE ALL ON FUNCTION outbound.describe_endpoint(p_endpoint outbound.endpoints) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.describe_endpoint(p_endpoint outbound.endpoints) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.find_deliveries(p_endpoint_id text, p_state text, p_types text[], p_message_id text, p_before bigint, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.find_deliveries(p_endpoint_id text, p_state text, p_types text[], p_message_id text, p_before bigint, p_limit integer) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.find_next_attempt(p_attempts integer, p_retry_after integer, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.find_next_attempt(p_attempts integer, p_retry_after integer, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.list_message_types() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.list_message_types() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.pick_endpoints(p_type text) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.pick_endpoints(p_type text) TO cuenta_writer;

REVOKE ALL ON TABLE outbound.deliveries FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE outbound.deliveries TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE outbound.deliveries TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.require_delivery(p_delivery_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.require_delivery(p_delivery_id bigint) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.require_endpoint(p_endpoint_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.require_endpoint(p_endpoint_id text) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.require_endpoint_settings(p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.require_endpoint_settings(p_settings jsonb) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.require_endpoint_url(p_url text, p_allows_http boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.require_endpoint_url(p_url text, p_allows_http boolean) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.require_message_types(p_event_types text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.require_message_types(p_event_types text[]) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tell_debt(p_before ledger.account_balances, p_after ledger.account_balances, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tell_debt(p_before ledger.account_balances, p_after ledger.account_balances, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_endpoints__tell_disabled() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_endpoints__tell_disabled() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_event_links__tell_dispute() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_event_links__tell_dispute() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_event_rejections__tell() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_event_rejections__tell() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_holdings__tell_dispute() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_holdings__tell_dispute() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_payout_runs__tell() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_payout_runs__tell() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_payout_skips__tell() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_payout_skips__tell() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_payouts__tell_created() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_payouts__tell_created() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.tg_payouts__tell_status() FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.tg_payouts__tell_status() TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.write_messages(p_type text, p_data jsonb[], p_endpoint_ids text[], p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.write_messages(p_type text, p_data jsonb[], p_endpoint_ids text[], p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.write_moment(p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.write_moment(p_at timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON FUNCTION outbound.write_secret(p_endpoint_id text, p_now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION outbound.write_secret(p_endpoint_id text, p_now timestamp with time zone) TO cuenta_writer;

REVOKE ALL ON SEQUENCE access.api_keys_key_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE access.api_keys_key_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE access.api_keys_key_no_seq TO cuenta_writer;

REVOKE ALL ON SEQUENCE inbound.kept_webhooks_webhook_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE inbound.kept_webhooks_webhook_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE inbound.kept_webhooks_webhook_no_seq TO cuenta_writer;

REVOKE ALL ON SEQUENCE inbound.refused_webhooks_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE inbound.refused_webhooks_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE inbound.refused_webhooks_seq TO cuenta_writer;

REVOKE ALL ON SEQUENCE inbound.source_secrets_secret_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE inbound.source_secrets_secret_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE inbound.source_secrets_secret_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.accounts FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.accounts TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.accounts TO cuenta_writer;

GRANT UPDATE(account) ON TABLE ledger.accounts TO cuenta_owner;

REVOKE ALL ON TABLE ledger.audited_accounts FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_accounts TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_accounts TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_entries FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_entries TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_entries TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_events FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_events TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_events TO cuenta_writer;

REVOKE ALL ON TABLE ledger.holdings FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.holdings TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.holdings TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_holdings FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_holdings TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_holdings TO cuenta_writer;

REVOKE ALL ON TABLE ledger.event_links FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.event_links TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.event_links TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_links FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_links TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_links TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_steps FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_steps TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_steps TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_postings FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_postings TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_postings TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_moments FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_moments TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_moments TO cuenta_writer;

REVOKE ALL ON TABLE ledger.audited_payouts FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.audited_payouts TO cuenta_owner;
GRANT SELECT ON TABLE ledger.audited_payouts TO cuenta_writer;

REVOKE ALL ON TABLE ledger.catalog_objects FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.catalog_objects TO cuenta_owner;
GRANT SELECT ON TABLE ledger.catalog_objects TO cuenta_writer;

REVOKE ALL ON TABLE ledger.cell FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.cell TO cuenta_owner;
GRANT SELECT ON TABLE ledger.cell TO cuenta_writer;

REVOKE ALL ON TABLE ledger.currencies FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.currencies TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.currencies TO cuenta_writer;

GRANT UPDATE(currency) ON TABLE ledger.currencies TO cuenta_owner;

REVOKE ALL ON TABLE ledger.deferred_events FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.deferred_events TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.deferred_events TO cuenta_writer;

REVOKE ALL ON SEQUENCE ledger.deferred_events_deferred_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.deferred_events_deferred_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.deferred_events_deferred_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.entry_types FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.entry_types TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.entry_types TO cuenta_writer;

GRANT UPDATE(entry_type) ON TABLE ledger.entry_types TO cuenta_owner;

REVOKE ALL ON TABLE ledger.event_acceptances FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.event_acceptances TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.event_acceptances TO cuenta_writer;

REVOKE ALL ON SEQUENCE ledger.event_conflict_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.event_conflict_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.event_conflict_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.event_deferrals FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.event_deferrals TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.event_deferrals TO cuenta_writer;

REVOKE ALL ON TABLE ledger.event_dismissals FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.event_dismissals TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.event_dismissals TO cuenta_writer;

REVOKE ALL ON SEQUENCE ledger.event_dismissals_dismissal_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.event_dismissals_dismissal_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.event_dismissals_dismissal_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.event_rejections FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.event_rejections TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.event_rejections TO cuenta_writer;

REVOKE ALL ON SEQUENCE ledger.event_rejections_rejection_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.event_rejections_rejection_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.event_rejections_rejection_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.fx_rates FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.fx_rates TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.fx_rates TO cuenta_writer;

REVOKE ALL ON TABLE ledger.integrity_audits FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.integrity_audits TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.integrity_audits TO cuenta_writer;

REVOKE ALL ON SEQUENCE ledger.integrity_audits_audit_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.integrity_audits_audit_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.integrity_audits_audit_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.metrics FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.metrics TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.metrics TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_chain FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_chain TO cuenta_owner;
GRANT SELECT ON TABLE ledger.payout_chain TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_failure_codes FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_failure_codes TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.payout_failure_codes TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_items FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_items TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.payout_items TO cuenta_writer;

REVOKE ALL ON TABLE ledger.pending_days FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.pending_days TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.pending_days TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_rooms FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_rooms TO cuenta_owner;
GRANT SELECT ON TABLE ledger.payout_rooms TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_skips FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_skips TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.payout_skips TO cuenta_writer;

REVOKE ALL ON TABLE ledger.payout_term_changes FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.payout_term_changes TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.payout_term_changes TO cuenta_writer;

REVOKE ALL ON SEQUENCE ledger.payout_term_changes_change_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.payout_term_changes_change_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.payout_term_changes_change_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.platform_settings FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.platform_settings TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger.platform_settings TO cuenta_writer;

REVOKE ALL ON TABLE ledger.posting_rule_history FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.posting_rule_history TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.posting_rule_history TO cuenta_writer;

REVOKE ALL ON TABLE ledger.posting_rules FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.posting_rules TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.posting_rules TO cuenta_writer;

GRANT UPDATE(event_type) ON TABLE ledger.posting_rules TO cuenta_owner;

REVOKE ALL ON SEQUENCE ledger.processor_events_event_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.processor_events_event_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.processor_events_event_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.rejection_reasons FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.rejection_reasons TO cuenta_owner;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.rejection_reasons TO cuenta_writer;

REVOKE ALL ON TABLE ledger.reference_rows FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.reference_rows TO cuenta_owner;
GRANT SELECT ON TABLE ledger.reference_rows TO cuenta_writer;

REVOKE ALL ON TABLE ledger.rule_periods FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.rule_periods TO cuenta_owner;
GRANT SELECT ON TABLE ledger.rule_periods TO cuenta_writer;

REVOKE ALL ON TABLE ledger.setting_changes FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.setting_changes TO cuenta_owner;
GRANT SELECT,INSERT ON TABLE ledger.setting_changes TO cuenta_writer;

REVOKE ALL ON SEQUENCE ledger.setting_changes_change_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE ledger.setting_changes_change_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE ledger.setting_changes_change_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE ledger.setting_periods FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE ledger.setting_periods TO cuenta_owner;
GRANT SELECT ON TABLE ledger.setting_periods TO cuenta_writer;

REVOKE ALL ON SEQUENCE outbound.deliveries_delivery_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE outbound.deliveries_delivery_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE outbound.deliveries_delivery_no_seq TO cuenta_writer;

REVOKE ALL ON TABLE outbound.endpoint_secrets FROM cuenta_owner;
GRANT SELECT,REFERENCES,TRIGGER ON TABLE outbound.endpoint_secrets TO cuenta_owner;
GRANT SELECT,INSERT,UPDATE ON TABLE outbound.endpoint_secrets TO cuenta_writer;

REVOKE ALL ON SEQUENCE outbound.endpoint_secrets_secret_no_seq FROM cuenta_owner;
GRANT SELECT ON SEQUENCE outbound.endpoint_secrets_secret_no_seq TO cuenta_owner;
GRANT USAGE ON SEQUENCE outbound.endpoint_secrets_secret_no_seq TO cuenta_writer;

GRANT SELECT ON TABLE reporting.fx_conversions TO cuenta_writer;
GRANT SELECT ON TABLE reporting.fx_conversions TO cuenta_reader;

GRANT SELECT ON TABLE reporting.fx_currencies TO cuenta_writer;
GRANT SELECT ON TABLE reporting.fx_currencies TO cuenta_reader;

GRANT SELECT ON TABLE reporting.restaurant_balances TO cuenta_writer;
GRANT SELECT ON TABLE reporting.restaurant_balances TO cuenta_reader;

GRANT SELECT ON TABLE reporting.balances_in_base TO cuenta_writer;
GRANT SELECT ON TABLE reporting.balances_in_base TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_acceptance_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_acceptance_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_acceptance_without_refusal TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_acceptance_without_refusal TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_account_differs_from_last_entry TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_account_differs_from_last_entry TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_account_differs_from_restaurant TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_account_differs_from_restaurant TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_account_missing TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_account_missing TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_account_out_of_range TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_account_out_of_range TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_amount_out_of_range TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_amount_out_of_range TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_available_day_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_available_day_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_balance_unequal_to_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_balance_unequal_to_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_business_day_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_business_day_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_business_day_near_midnight TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_business_day_near_midnight TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_catalog_differs_from_deploy TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_catalog_differs_from_deploy TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_charge_of_closed_restaurant TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_charge_of_closed_restaurant TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_charge_without_its_payment TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_charge_without_its_payment TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_clearing_unequal_to_owed TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_clearing_unequal_to_owed TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_closed_day_unequal_to_payouts TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_closed_day_unequal_to_payouts TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_deferral_without_end TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_deferral_without_end TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_deferred_count_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_deferred_count_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_deferred_event_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_deferred_event_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_dismissal_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_dismissal_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_duplicate_business_content TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_duplicate_business_content TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_entry_after_closed_day TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_entry_after_closed_day TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_entry_differs_from_event TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_entry_differs_from_event TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_entry_seq_gap TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_entry_seq_gap TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_entry_type_unknown TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_entry_type_unknown TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_entry_unlike_rule_of_its_time TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_entry_unlike_rule_of_its_time TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_entry_without_event_or_payout TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_entry_without_event_or_payout TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_deferred_long TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_deferred_long TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_differs_from_document TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_differs_from_document TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_differs_from_rule TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_differs_from_rule TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_kept_twice TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_kept_twice TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_order_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_order_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_reversed_twice TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_reversed_twice TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_subject_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_subject_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_type_unknown TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_type_unknown TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_waits_in_vain TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_waits_in_vain TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_without_its_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_without_its_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_event_without_rule TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_event_without_rule TO cuenta_reader;

GRANT SELECT ON TABLE reporting.disputes TO cuenta_writer;
GRANT SELECT ON TABLE reporting.disputes TO cuenta_reader;

GRANT SELECT ON TABLE reporting.holds TO cuenta_writer;
GRANT SELECT ON TABLE reporting.holds TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_held_unequal_to_open_holds TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_held_unequal_to_open_holds TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_hold_overdrawn TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_hold_overdrawn TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_holding_differs_from_event TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_holding_differs_from_event TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_link_differs_from_document TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_link_differs_from_document TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_link_to_another_kind TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_link_to_another_kind TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_negative_available TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_negative_available TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_negative_reserved_or_held TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_negative_reserved_or_held TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payment_of_another_restaurant TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payment_of_another_restaurant TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payment_overdrawn TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payment_overdrawn TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payments_since_moved TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payments_since_moved TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_above_available TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_above_available TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_amount_not_positive TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_amount_not_positive TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_below_available TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_below_available TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_carried_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_carried_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_items_differ_from_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_items_differ_from_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_items_do_not_add_up TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_items_do_not_add_up TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_outcome_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_outcome_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_report_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_report_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_runs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_runs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_run_dead TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_run_dead TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_run_differs_from_payouts TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_run_differs_from_payouts TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_run_left_out TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_run_left_out TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_schedules TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_schedules TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_schedule_stuck TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_schedule_stuck TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_skip_contradicts TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_skip_contradicts TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_status_differs_from_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_status_differs_from_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_unequal_to_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_unequal_to_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_unlike_its_run TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_unlike_its_run TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payouts_waiting TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payouts_waiting TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_waiting TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_waiting TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_payout_without_reserve TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_payout_without_reserve TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_pending_day_unequal_to_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_pending_day_unequal_to_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_recorded_at_decreases TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_recorded_at_decreases TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_recorded_at_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_recorded_at_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_reference_differs_from_deploy TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_reference_differs_from_deploy TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_rejection_differs_from_document TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_rejection_differs_from_document TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_reserve_differs_from_payout TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_reserve_differs_from_payout TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_reserved_balance_unequal_to_open_payouts TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_reserved_balance_unequal_to_open_payouts TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_reversal_not_mirror TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_reversal_not_mirror TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_rule_history_broken TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_rule_history_broken TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_running_balance_broken TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_running_balance_broken TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_sequence_behind TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_sequence_behind TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_settings_differ_from_changes TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_settings_differ_from_changes TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_settlement_before_available TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_settlement_before_available TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_settlement_day_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_settlement_day_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_subject_state_differs TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_subject_state_differs TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_terms_differ_from_changes TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_terms_differ_from_changes TO cuenta_reader;

GRANT SELECT ON TABLE reporting.check_timezone_unknown TO cuenta_writer;
GRANT SELECT ON TABLE reporting.check_timezone_unknown TO cuenta_reader;

GRANT SELECT ON TABLE reporting.daily_sales TO cuenta_writer;
GRANT SELECT ON TABLE reporting.daily_sales TO cuenta_reader;

GRANT SELECT ON TABLE reporting.daily_sales_in_base TO cuenta_writer;
GRANT SELECT ON TABLE reporting.daily_sales_in_base TO cuenta_reader;

GRANT SELECT ON TABLE reporting.debt_ageing TO cuenta_writer;
GRANT SELECT ON TABLE reporting.debt_ageing TO cuenta_reader;

GRANT SELECT ON TABLE reporting.fx_rates TO cuenta_writer;
GRANT SELECT ON TABLE reporting.fx_rates TO cuenta_reader;

GRANT SELECT ON TABLE reporting.inbox TO cuenta_writer;
GRANT SELECT ON TABLE reporting.inbox TO cuenta_reader;

GRANT SELECT ON TABLE reporting.integrity_audits TO cuenta_writer;
GRANT SELECT ON TABLE reporting.integrity_audits TO cuenta_reader;

GRANT SELECT ON TABLE reporting.integrity_checks TO cuenta_writer;
GRANT SELECT ON TABLE reporting.integrity_checks TO cuenta_reader;

GRANT SELECT ON TABLE reporting.integrity_findings TO cuenta_writer;
GRANT SELECT ON TABLE reporting.integrity_findings TO cuenta_reader;

GRANT SELECT ON TABLE reporting.kept_webhooks TO cuenta_writer;
GRANT SELECT ON TABLE reporting.kept_webhooks TO cuenta_reader;

GRANT SELECT ON TABLE reporting.ledger_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.ledger_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.ledger_postings TO cuenta_writer;
GRANT SELECT ON TABLE reporting.ledger_postings TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payments TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payments TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_claims TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_claims TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_eligibility TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_eligibility TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_entries TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_entries TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_failure_codes TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_failure_codes TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_items TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_items TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_reconciliation TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_reconciliation TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_run_reconciliation TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_run_reconciliation TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_skips TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_skips TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_term_changes TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_term_changes TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payout_terms TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payout_terms TO cuenta_reader;

GRANT SELECT ON TABLE reporting.payouts TO cuenta_writer;
GRANT SELECT ON TABLE reporting.payouts TO cuenta_reader;

GRANT SELECT ON TABLE reporting.pending_ageing TO cuenta_writer;
GRANT SELECT ON TABLE reporting.pending_ageing TO cuenta_reader;

GRANT SELECT ON TABLE reporting.platform_settings TO cuenta_writer;
GRANT SELECT ON TABLE reporting.platform_settings TO cuenta_reader;

GRANT SELECT ON TABLE reporting.processor_fees TO cuenta_writer;
GRANT SELECT ON TABLE reporting.processor_fees TO cuenta_reader;

GRANT SELECT ON TABLE reporting.restaurants TO cuenta_writer;
GRANT SELECT ON TABLE reporting.restaurants TO cuenta_reader;

GRANT SELECT ON TABLE reporting.seals TO cuenta_writer;
GRANT SELECT ON TABLE reporting.seals TO cuenta_reader;

GRANT SELECT ON TABLE reporting.setting_changes TO cuenta_writer;
GRANT SELECT ON TABLE reporting.setting_changes TO cuenta_reader;

GRANT SELECT ON TABLE reporting.trial_balance TO cuenta_writer;
GRANT SELECT ON TABLE reporting.trial_balance TO cuenta_reader;

GRANT SELECT ON TABLE reporting.webhook_sources TO cuenta_writer;
GRANT SELECT ON TABLE reporting.webhook_sources TO cuenta_reader;
