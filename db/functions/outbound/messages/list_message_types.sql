create or replace function outbound.list_message_types()
returns text[]
language sql
immutable
as $function$
/*
 * Function: outbound.list_message_types(0)
 *     What can be told; docs/webhooks-out.md says what each is and what it carries.
 * Returns:
 *     the types of message
 */
    select array[
        'balance.negative', 'dispute.lost', 'dispute.opened', 'dispute.won', 'endpoint.disabled',
        'event.deferred_long', 'event.rejected', 'payout.canceled', 'payout.created',
        'payout.failed', 'payout.paid', 'payout.returned', 'payout.skipped', 'payout_run.completed'
    ];
$function$;

comment on function outbound.list_message_types()
is 'The types of message that can be told.';
