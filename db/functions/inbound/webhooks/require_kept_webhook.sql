create or replace function inbound.require_kept_webhook(p_webhook_no bigint)
returns inbound.kept_webhooks
language plpgsql
stable
as $function$
/*
 * Function: inbound.require_kept_webhook(1)
 *     The kept webhook that an argument names.
 * Parameters:
 *     p_webhook_no  - its number
 * Returns:
 *     its row
 * Raises:
 *     LBARG  the argument is missing
 *     LNWHK  no such webhook is kept
 * Reads:  inbound.kept_webhooks
 */
declare
    v_kept inbound.kept_webhooks;
begin
    if p_webhook_no is null then
        raise exception 'webhook_no is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=webhook_no';
    end if;
    select k.*
    into v_kept
    from inbound.kept_webhooks as k
    where k.webhook_no = p_webhook_no;
    if not found then
        raise exception 'no such webhook is kept'
            using errcode = 'LNWHK', constraint = 'WEBHOOK_NOT_FOUND',
                detail = format('webhook_no=%s', p_webhook_no);
    end if;
    return v_kept;
end;
$function$;

comment on function inbound.require_kept_webhook(bigint)
is 'The kept webhook that an argument names.';
