-- name: add_item
insert into mg.item (item_id, class, sample) values (%(item_id)s, %(class)s::smallint, %(sample)s)
on conflict (item_id) do update set sample = excluded.sample;

-- name: add_version
insert into mg.item_version (item_id, version, title, text, basis, dropped)
select %(item_id)s, coalesce(max(version), 0) + 1, %(title)s, %(text)s, %(basis)s, %(dropped)s
from mg.item_version where item_id = %(item_id)s returning version;

-- name: hold_version
select v.state, (select s.by from mg.item_step s
                 where s.item_id = v.item_id and s.version = v.version and s.state = 'proposed') as proposer
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

-- name: versions
select item_id, class as class_no, version, title, text, coalesce(basis, '') as basis, dropped, state, in_force, sample
from api.item_version order by class, item_id, version desc;
