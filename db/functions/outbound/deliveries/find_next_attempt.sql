create or replace function outbound.find_next_attempt(
    p_attempts integer,
    p_retry_after integer,
    p_now timestamptz
)
returns timestamptz
language sql
volatile
as $function$
/*
 * Function: outbound.find_next_attempt(3)
 *     When to try again: after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, each up to a fifth later,
 *     so that what failed together does not come back together.
 * Parameters:
 *     p_attempts     - how many have failed
 *     p_retry_after  - seconds the receiver asks for; at most a day is granted. Null: it does not
 *     p_now          - the clock
 * Returns:
 *     the moment; null: never, it has failed for good
 */
    select
        p_now + make_interval(
            secs => greatest(
                (array[5, 300, 1800, 7200, 18000, 36000, 36000])[p_attempts]
                * (1 + random() / 5),
                least(coalesce(p_retry_after, 0), 86400)
            )
        )
    where p_attempts <= 7;
$function$;

comment on function outbound.find_next_attempt(integer, integer, timestamptz)
is 'When to try again.';
