-- name: texts
-- What each case is found by, most needed first: what is said of it, who has it, and the words of its newest acts. Of
-- entries that tell what was filed or changed nothing else: what stands in the case no more must not be found.
select c.case_id,
  array[c.case_id, c.title, c.description, c.place]
  || array(select p.person_name from mg.case_party p where p.case_id = c.case_id order by p.n)
  || array(select t.x from mg.case_vessel v cross join lateral (values (v.ship_name), (lpad(v.mmsi::text, 9, '0'))) t(x)
           where v.case_id = c.case_id order by v.n, v.k)
  || array[g.name_zh, g.name_en, u.name_zh, u.name_en]
  || array(select t.x from mg.body b cross join lateral (values (b.name_zh), (b.name_en)) t(x)
           where b.body_id = c.holder or b.body_id = any (c.joint) order by b.body_id)
  || array(select t.x from mg.case_party p cross join lateral (values (p.claim), (p.statement)) t(x)
           where p.case_id = c.case_id order by p.n)
  || array(select t.x
           from (select e.seq, e.said::jsonb as said from mg.case_log e
                 where e.case_id = c.case_id and e.what <> 'file' order by e.seq desc limit %(acts)s) l
           cross join lateral (
             select l.said ->> f from unnest(array['result', 'answer', 'reason', 'note']) f
             union all select r #>> '{}' from jsonb_path_query(l.said, '$.told[*].reason') r) t(x)
           order by l.seq desc) as texts
from mg.case_file c
left join mg.place g on g.code = c.grid and g.layer = 'grid'
left join mg.unit u on u.unit_id = c.unit_id
where c.case_id = any (%(cases)s::text[]);

-- name: keep_keys
update mg.case_file set grams = %(grams)s, keyed = %(keyed)s
where case_id = %(case_id)s and (grams, keyed) is distinct from (%(grams)s::text[], %(keyed)s::smallint);

-- name: hold_old
-- Those that somebody holds just now are keyed by whoever holds them, or in the next run.
select case_id from mg.case_file where keyed < %(keyed)s order by keyed limit %(most)s for update skip locked;
