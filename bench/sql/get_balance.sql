-- The balance of one restaurant: of many_1 if :is_many is 1, else of few_1.
select r.*
from api.get_balance(case when :is_many::integer = 1 then 'many_1' else 'few_1' end, 'PEN') as r;
