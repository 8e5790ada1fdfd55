create or replace function inbound.read_stripe_payout(
    p_kind text,
    p_object jsonb,
    p_event jsonb,
    p_optional jsonb
)
returns inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_stripe_payout(4)
 *     A payout of Stripe. It is one of ours if its metadata has the payout_id that it was given at
 *     the hand-over; a payout that Stripe makes by its own schedule, or the platform's own, is not,
 *     and moves nothing that a run has reserved.
 * Parameters:
 *     p_kind      - the type of Stripe's event
 *     p_object    - the payout
 *     p_event     - what is read of the event already, and must be there
 *     p_optional  - and what may be
 * Returns:
 *     the reading
 * Calls:  inbound.make_reading, inbound.write_reading
 */
declare
    v_payout_id constant jsonb := nullif(p_object #> '{metadata,payout_id}', 'null');
begin
    if v_payout_id is null then
        return inbound.make_reading(
            'ignored', p_kind, 'PAYOUT_NOT_OURS',
            'its metadata has no payout_id: it is none that cuenta handed over'
        );
    end if;
    return inbound.write_reading(
        'stripe', p_kind,
        p_event || jsonb_build_object(
            'event_type', replace(p_kind, '.', '_'),
            'payout_id', v_payout_id,
            'amount', p_object -> 'amount',
            'currency', p_object -> 'currency'
        ),
        p_optional || case
            when p_kind = 'payout.failed' then jsonb_build_object(
                'failure_code', p_object -> 'failure_code',
                'failure_message', p_object -> 'failure_message'
            )
            else '{}'
        end
    );
end;
$function$;

comment on function inbound.read_stripe_payout(text, jsonb, jsonb, jsonb)
is 'A payout of Stripe.';
