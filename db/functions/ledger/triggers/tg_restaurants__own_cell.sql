create or replace function ledger.tg_restaurants__own_cell()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_restaurants__own_cell(0)
 *     Refuses to register a restaurant that lives in another of several databases.
 * Raises:
 *     LXCEL  it does
 * Calls:  ledger.hash_restaurant
 * Reads:  ledger.cell
 */
declare
    v_cell ledger.cell;
begin
    select c.*
    into v_cell
    from ledger.cell as c;
    if ledger.hash_restaurant(new.restaurant_id) & (v_cell.cells - 1) <> v_cell.number then
        raise exception 'restaurant % lives in another cell', new.restaurant_id
            using errcode = 'LXCEL', constraint = 'WRONG_CELL',
                detail = format(
                    'restaurant_id=%s, cell=%s, cells=%s',
                    new.restaurant_id, v_cell.number, v_cell.cells
                ),
                hint = 'Call a proxy, which knows where it lives.';
    end if;
    return new;
end;
$function$;

comment on function ledger.tg_restaurants__own_cell()
is 'Refuses a restaurant that lives in another of several databases.';
