-- The balance of one restaurant: of few_1, many_1 or pending_1 if :which is 0, 1 or 2.
select r.*
from api.get_balance(('{few_1,many_1,pending_1}'::text[])[1 + :which::integer], 'PEN') as r;
