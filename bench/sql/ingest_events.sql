-- The next array of the lane through the public function; each client has its own lane.
\set lane :first_lane + :client_id
select count(*)
from bench.arrays as a
cross join lateral api.ingest_events(a.events) as r
where a.lane = :lane
    and a.array_no = (select nextval('bench.lane_' || :lane::text));
