-- name: add_item
insert into mg.item (item_id, class) values (%(item_id)s, %(class)s::smallint) on conflict (item_id) do nothing;

-- name: hold_item
select class from mg.item where item_id = %(item_id)s for update;

-- name: newest_version
select coalesce(max(version), 0) as newest from mg.item_version where item_id = %(item_id)s and state <> 'rejected';

-- name: add_version
insert into mg.item_version (item_id, version, title, text, basis, dropped, sample)
select %(item_id)s, coalesce(max(version), 0) + 1, %(title)s, %(text)s, %(basis)s, %(dropped)s, %(sample)s
from mg.item_version where item_id = %(item_id)s returning version;

-- name: hold_version
select v.state, (select s.by from mg.item_step s
                 where s.item_id = v.item_id and s.version = v.version and s.state = 'proposed') as proposer,
       (select max(o.in_force) from mg.item_version o where o.item_id = v.item_id and o.state = 'published') as last_in_force
from mg.item_version v where v.item_id = %(item_id)s and v.version = %(version)s for update;

-- name: move_version
update mg.item_version set state = %(state)s, in_force = %(in_force)s
where item_id = %(item_id)s and version = %(version)s;

-- name: add_step
insert into mg.item_step (item_id, version, state, at, by, remark)
values (%(item_id)s, %(version)s, %(state)s, %(at)s, %(by)s, %(remark)s);

-- name: published
select item_id, class as class_no, version, title, text, coalesce(basis, '') as basis, dropped, 'published' as state, in_force, sample
from api.item;

-- name: history
select item_id, class as class_no, version, title, text, coalesce(basis, '') as basis, dropped, in_force, superseded, sample,
       published_at
from api.item order by class, item_id, in_force desc, version desc;

-- name: versions
select item_id, class as class_no, version, title, text, coalesce(basis, '') as basis, dropped, state, in_force, sample
from api.item_version order by class, item_id, version desc;

-- name: steps
select item_id, version, state, at, by, coalesce(remark, '') as remark
from api.item_step where (%(item_id)s::text is null or item_id = %(item_id)s)
order by item_id, version, array_position(array['proposed', 'reviewed', 'approved', 'published', 'rejected'], state);
