-- Work items for the public: the day of publication, and the mark of a sample on each version. What stands on the list as
-- a sample must not lose its mark because somebody proposes another version.
alter table mg.item_version add column sample boolean not null default false;
comment on column mg.item_version.sample is 'True for a sample that is not official.';

alter table mg.item_version disable trigger item_version_kept;
update mg.item_version v set sample = i.sample from mg.item i where i.item_id = v.item_id and i.sample;
alter table mg.item_version enable trigger item_version_kept;

create or replace function mg.keep_item_version() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state not in ('published', 'rejected')
     and (new.item_id, new.version, new.title, new.text, new.basis, new.dropped, new.sample)
       is not distinct from (old.item_id, old.version, old.title, old.text, old.basis, old.dropped, old.sample) then
    return new;
  end if;
  raise exception 'what was proposed stands as it is: propose another version' using errcode = 'insufficient_privilege';
end $$;

create or replace view api.item as
select v.item_id, i.class, v.version, v.title, v.text, nullif(v.basis, '') as basis, v.dropped, v.in_force,
       lead(v.in_force) over (partition by v.item_id order by v.in_force, v.version) as superseded, v.sample,
       s.at as published_at
from mg.item_version v join mg.item i using (item_id)
left join mg.item_step s on s.item_id = v.item_id and s.version = v.version and s.state = 'published'
where v.state = 'published';
comment on column api.item.published_at is 'When it was published, UTC.';

create or replace view api.item_version with (security_barrier) as
select v.item_id, i.class, v.version, v.title, v.text, nullif(v.basis, '') as basis, v.dropped, v.state, v.in_force,
       v.sample
from mg.item_version v join mg.item i using (item_id)
where (select mg.sees_all()) or (select mg.may('items.edit')) or (select mg.may('items.approve'));

alter table mg.item drop column sample;
