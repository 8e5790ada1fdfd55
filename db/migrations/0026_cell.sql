-- A database may be one of several: which one, so that no other's restaurant is registered in it.

create table ledger.cell (
    is_singleton boolean not null default true,
    number integer not null,
    cells integer not null,
    constraint cell_pkey primary key (is_singleton),
    constraint cell_one_row_check check (is_singleton),
    constraint cell_cells_power_of_two_check check (
        cells between 1 and 4096 and cells & (cells - 1) = 0
    ),
    constraint cell_number_range_check check (number between 0 and cells - 1)
);
comment on table ledger.cell is
'Which of several databases this one is (docs/scaling.md); no row where it is the only one.';
comment on column ledger.cell.is_singleton is 'Always true: there is one row at most.';
comment on column ledger.cell.number is 'Its number, from 0.';
comment on column ledger.cell.cells is
'How many there are, a power of two: a restaurant lives here if its hash, masked by that less '
'one, is the number.';
