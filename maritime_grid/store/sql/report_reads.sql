-- name: vessels
select mmsi, name, ship_name, gear, t, lon, lat, grid_id from api.find_vessels(%s, %s);

-- name: grids
select id, name_zh, name_en from api.name where what = 'grid' order by id;

-- name: attached
select seq from api.case_attachment where case_id = %s and sha256 = %s order by seq limit 1;

-- name: person_by_badge
select person_id from mg.badge where number = %s;

-- name: person_by_name
-- Who holds a post under this name on a day; nobody where several do.
select min(p.person_id) as person_id from mg.person w join mg.post p using (person_id)
where w.name_zh = %(name)s and daterange(p.since, p.until) @> %(day)s::date having count(distinct p.person_id) = 1;
