-- name: actor
-- An account as the flow needs it: its units, its body, what its role may do.
select a.account_id, a.name_shown, a.role, a.body_id, a.person_id,
       array(select u.unit_id from mg.unit u where u.path @> array[a.unit_id]) as units,
       array(select r.act from mg.role_act r where r.role = a.role) as may
from mg.account a where a.account_id = %s and a.disabled_at is null;

-- name: city
select unit_id from mg.unit where level = 'city' order by unit_id limit 1;

-- name: lead_of_grid
select p.code, coalesce(l.unit_id, (select unit_id from mg.unit where level = 'city' order by unit_id limit 1)) as unit_id
from mg.place p left join mg.grid_lead l on l.grid_id = p.place_id where p.place_id = %s and p.layer = 'grid';

-- name: above_person
-- The lowest unit above every unit that a person works for or holds a post in; none where there is no such unit.
with works as (
  select l.unit_id from mg.post p join mg.grid_lead l on l.grid_id = p.grid_id
  where p.person_id = %(person)s and p.since <= %(day)s::date and (p.until is null or p.until > %(day)s::date)
  union
  select b.unit_id from mg.post p join mg.body b on b.body_id = p.body_id
  where p.person_id = %(person)s and p.since <= %(day)s::date and (p.until is null or p.until > %(day)s::date)
  union
  select w.unit_id from mg.person w where w.person_id = %(person)s and w.unit_id is not null
  union
  select coalesce(b.unit_id, a.unit_id) from mg.account a left join mg.body b on b.body_id = a.body_id
  where a.person_id = %(person)s and a.disabled_at is null and coalesce(b.unit_id, a.unit_id) is not null)
select u.unit_id from mg.unit u
where exists (select from works) and not exists (
  select from works join mg.unit own on own.unit_id = works.unit_id
  where own.unit_id = u.unit_id or not own.path @> array[u.unit_id])
order by cardinality(u.path) desc limit 1;

-- name: next_number
insert into mg.case_number as c (year, last) values (%s, 1)
on conflict (year) do update set last = c.last + 1 returning last;

-- name: filed_before
select case_id, version from mg.case_file where request_key = %s;

-- name: add_case
insert into mg.case_file (case_id, kind, subkind, title, description, place, lon, lat, happened_at, grid, unit_id,
  reporter, channel, accused, facts, severity, major, amount, state, version, opened_at, step_since, due_at, warn_at, changed_at,
  request_key)
values (%(case_id)s, %(kind)s, %(subkind)s, %(title)s, %(description)s, %(place)s, %(lon)s, %(lat)s, %(happened_at)s,
  %(grid)s, %(unit_id)s, %(reporter)s, %(channel)s, %(accused)s, %(facts)s, %(severity)s, %(major)s, %(amount)s,
  %(state)s, 1, %(at)s, %(at)s,
  coalesce(%(due_at)s::timestamptz, 'infinity'), coalesce(%(warn_at)s::timestamptz, 'infinity'), %(at)s,
  %(request_key)s);

-- name: add_parties
insert into mg.case_party (case_id, n, side, mmsi, ship_name, gear, set_first, claim, statement, person_name, phone,
  id_number)
select %(case_id)s, x.n, x.side, x.mmsi, x.ship_name, x.gear, x.set_first, x.claim, x.statement, x.person_name, x.phone,
  x.id_number
from jsonb_to_recordset(%(rows)s::jsonb) as x(n smallint, side text, mmsi integer, ship_name text, gear text,
  set_first boolean, claim text, statement text, person_name text, phone text, id_number text);

-- name: add_vessels
insert into mg.party_vessel (case_id, n, k, mmsi, ship_name)
select %(case_id)s, (x.party ->> 'n')::smallint, v.k + 1, (v.one ->> 'mmsi')::integer, v.one ->> 'ship_name'
from jsonb_array_elements(%(rows)s::jsonb) as x(party)
cross join lateral jsonb_array_elements(x.party -> 'more') with ordinality as v(one, k);

-- name: add_alerts
insert into mg.case_alert (case_id, alert_id) select %s, unnest(%s::text[]) on conflict do nothing;

-- name: known_alerts
select alert_id from mg.alert where alert_id = any (%s::text[]);

-- name: add_entry
insert into mg.case_log (case_id, seq, at, who, what, said) values (%(case_id)s, %(seq)s, %(at)s, %(who)s, %(what)s, %(said)s);

-- name: hold_case
select c.case_id, c.kind, c.state, c.version, c.unit_id, c.reporter, c.step_since, c.holder, c.joint, c.pauses, c.asked_s,
       c.extended_s, c.extensions, c.major, c.reopened, c.rating, c.accused, c.severity, c.subkind, c.facts, c.channel,
       c.answer,
       array(select h.to_body from mg.case_hop h where h.case_id = c.case_id and h.to_body is not null) as told,
       coalesce((select l.who from mg.case_log l where l.case_id = c.case_id and l.what in ('resolve', 'report')
                 order by l.seq desc limit 1), '') as resolved_by,
       array(select distinct b.body from mg.case_log l cross join lateral (select l.said::jsonb ->> 'body' as body) b
             where l.case_id = c.case_id and l.what = 'report_part' and b.body = any (c.joint)
               and l.seq > (select max(g.seq) from mg.case_log g
                            where g.case_id = c.case_id and g.what in ('dispatch', 'transfer'))
             order by 1) as reported
from mg.case_file c where c.case_id = %s for update;

-- name: public_report
-- What the form of a report of the public was sent with, and when it came: neither ever changes.
select request_key, opened_at from mg.case_file where case_id = %s and channel = %s and request_key is not null;

-- name: public_photos
-- How many photos who filed a case without an account put to it.
select count(*) as n from mg.case_attachment a join mg.case_log l on l.case_id = a.case_id and l.seq = a.seq
where a.case_id = %s and l.who = %s;

-- name: photo_before
select seq from mg.case_attachment where case_id = %s and sha256 = %s;

-- name: change_case
update mg.case_file set state = %(state)s, unit_id = %(unit_id)s, version = %(version)s, holder = %(holder)s, joint = %(joint)s,
  step_since = %(step_since)s, due_at = coalesce(%(due_at)s::timestamptz, 'infinity'), warn_at = coalesce(%(warn_at)s::timestamptz, 'infinity'),
  pauses = %(pauses)s, asked_s = %(asked_s)s, extended_s = %(extended_s)s, extensions = %(extensions)s,
  major = %(major)s, reopened = %(reopened)s, rating = %(rating)s, changed_at = %(at)s,
  escalated = case when step_since = %(step_since)s then escalated end,
  escalated_through = case when step_since = %(step_since)s then escalated_through else '{}' end,
  closed_at = case when %(is_open)s then null else coalesce(closed_at, %(at)s::timestamptz) end
where case_id = %(case_id)s;

-- name: begin_pause
insert into mg.case_pause (case_id, seq, step_seq, since, latest_at, cause, account_id, unit_id, body_id)
select %(case_id)s, %(seq)s, s.seq, %(at)s, %(until)s, %(cause)s, a.account_id, a.unit_id, a.body_id
from mg.case_step s cross join mg.account a
where s.case_id = %(case_id)s and s.until is null and a.account_id = %(by)s;

-- name: keep_pause
-- Of a clock that stands the latest end; else it goes on.
update mg.case_pause set latest_at = coalesce(%(until)s::timestamptz, latest_at),
  ended_at = case when %(until)s::timestamptz is null then least(latest_at, %(at)s::timestamptz) end
where case_id = %(case_id)s and ended_at is null;

-- name: pauses_over
select case_id from mg.case_pause where ended_at is null and latest_at <= %s order by latest_at, case_id;

-- name: judge_again
-- Its numbers have changed, and what follows from them; priority follows by itself.
update mg.case_file set facts = %(facts)s, severity = %(severity)s, amount = %(amount)s where case_id = %(case_id)s;

-- name: content
-- What is said of a case, with the grid of its place.
select c.kind, c.subkind, c.title, c.description, c.place, c.lon, c.lat, c.happened_at, c.amount, c.grid, c.opened_at,
       c.facts, g.place_id as grid_id
from mg.case_file c left join mg.place g on g.code = c.grid and g.layer = 'grid' where c.case_id = %s;

-- name: parties
select p.n, p.side, p.mmsi, p.ship_name, p.gear, p.set_first, p.claim, p.statement, p.person_name, p.phone, p.id_number,
       coalesce((select jsonb_agg(jsonb_build_object('mmsi', v.mmsi, 'ship_name', v.ship_name) order by v.k)
                 from mg.party_vessel v where v.case_id = p.case_id and v.n = p.n), '[]') as more
from mg.case_party p where p.case_id = %s order by p.n;

-- name: amend
update mg.case_file set kind = %(kind)s, subkind = %(subkind)s, title = %(title)s, description = %(description)s,
  place = %(place)s, lon = %(lon)s, lat = %(lat)s, happened_at = %(happened_at)s, grid = %(grid)s, amount = %(amount)s,
  facts = %(facts)s, severity = %(severity)s
where case_id = %(case_id)s;

-- name: drop_parties
-- With their further vessels; they are written anew.
delete from mg.case_party where case_id = %s;

-- name: hand_over
-- Where no place is known, the grid that was named is wrong if the unit has no part in it.
update mg.case_file c set grid = 0
where c.case_id = %(case_id)s and c.lon is null and c.grid <> 0 and not exists (
  select from mg.place p join mg.grid_lead l on l.grid_id = p.place_id join mg.unit u on u.unit_id = l.unit_id
  where p.code = c.grid and u.path @> array[%(unit)s]);

-- name: unit
select unit_id, level, path from mg.unit where unit_id = %s;

-- name: works_on_path
-- Whether a person works for one of the units, or holds a post today that one of them leads.
select 1 where exists (
    select from mg.post p join mg.grid_lead l on l.grid_id = p.grid_id left join mg.body b on b.body_id = p.body_id
    where p.person_id = %(person)s and (l.unit_id = any (%(path)s::text[]) or b.unit_id = any (%(path)s::text[]))
      and p.since <= %(day)s::date and (p.until is null or p.until > %(day)s::date))
  or exists (select from mg.person w where w.person_id = %(person)s and w.unit_id = any (%(path)s::text[]))
  or exists (
    select from mg.account a left join mg.body b on b.body_id = a.body_id
    where a.person_id = %(person)s and a.disabled_at is null
      and coalesce(b.unit_id, a.unit_id) = any (%(path)s::text[]));

-- name: unit_of_account
select u.unit_id, u.level, u.path from mg.account a join mg.unit u on u.unit_id = a.unit_id where a.account_id = %s;

-- name: since
select seq, who, what from mg.case_log where case_id = %s and seq > %s order by seq;

-- name: told_of
-- Units from the one that leads the grid up, with their levels; and bodies there by what they are competent for.
select u.level, u.unit_id as id, null as competence
from mg.unit c join mg.unit u on u.unit_id = any (c.path) where c.unit_id = %(unit)s
union all
select level, body_id, competence from (
  select distinct on (x.competence, u.level) u.level, b.body_id, x.competence  -- always the same one of several
  from mg.unit c join mg.unit u on u.unit_id = any (c.path) join mg.body b on b.unit_id = u.unit_id
  cross join lateral unnest(b.competences) as x(competence) where c.unit_id = %(unit)s
  order by x.competence, u.level, b.body_id) one
order by 3 nulls first, 1, 2;

-- name: classes
select distinct r.vessel_class from mg.case_vessel p join mg.roster r on r.mmsi = p.mmsi where p.case_id = %s;

-- name: case_facts
select c.kind, c.subkind, c.lon, c.lat, coalesce(c.happened_at, c.opened_at) as at, c.amount, c.major, c.severity,
       c.unit_id, u.path[2] as county
from mg.case_file c left join mg.unit u on u.unit_id = c.unit_id where c.case_id = %s;

-- name: body_exists
select 1 from mg.body where body_id = %s;

-- name: competences
select competences from mg.body where body_id = %s;

-- name: add_blob
insert into mg.blob (sha256, media_type, size, content) values (%(sha256)s, %(media_type)s, %(size)s, %(content)s)
on conflict (sha256) do nothing;

-- name: attached
select count(*) as n from mg.case_attachment where case_id = %s;

-- name: attached_before
select 1 from mg.case_attachment where case_id = %s and sha256 = %s;

-- name: add_attachment
insert into mg.case_attachment (case_id, seq, sha256, name) values (%(case_id)s, %(seq)s, %(sha256)s, %(name)s);

-- name: add_hop
insert into mg.case_hop (hop_id, case_id, to_unit, to_body, after, sent_at, due_at)
values (%(hop_id)s, %(case_id)s, %(to_unit)s, %(to_body)s, %(after)s, %(sent_at)s, %(due_at)s) on conflict do nothing;

-- name: receive_hop
update mg.case_hop set received_at = %(at)s, received_by = %(who)s
where case_id = %(case_id)s and hop_id = %(hop)s and received_at is null
  and (to_unit = any (%(units)s::text[]) or to_body = %(body)s) returning hop_id;

-- name: overdue_cases
-- Not those that have gone up to the city: there is nobody above.
select c.case_id from mg.case_file c
where c.state not in ('closed', 'withdrawn') and c.due_at <= %s and not exists (
  select from mg.case_escalation e join mg.unit u on u.unit_id = e.unit_id
  where e.case_id = c.case_id and e.step_since = c.step_since and u.level = 'city')
order by c.due_at, c.case_id;

-- name: late_hops
-- Of open matters whose reports are not all received: one that was late may have told the next already, and above the
-- city there is nobody.
select distinct h.case_id from mg.case_hop h
join mg.case_file c on c.case_id = h.case_id and c.state not in ('closed', 'withdrawn')
left join mg.body b on b.body_id = h.to_body
join mg.unit u on u.unit_id = coalesce(h.to_unit, b.unit_id) and u.level <> 'city'
where h.received_at is null and h.due_at <= %s and not exists (select from mg.case_hop n where n.after = h.hop_id)
order by 1;

-- name: hops
select hop_id, case_id, to_unit, to_body, after, sent_at, due_at, received_at
from mg.case_hop where case_id = %s order by sent_at, hop_id;

-- name: escalated
select unit_id from mg.case_escalation where case_id = %s and step_since = %s;

-- name: escalate
insert into mg.case_escalation (case_id, step_since, unit_id, at) values (%(case_id)s, %(step_since)s, %(unit_id)s, %(at)s);

-- name: go_on
update mg.case_file set version = %(version)s, changed_at = %(at)s, escalated = coalesce(%(escalated)s::text, escalated),
  escalated_through = escalated_through || array_remove(array[%(escalated)s::text], null)
where case_id = %(case_id)s;

-- name: log_export
insert into mg.access_log (at, account_id, act, subject, fields, purpose, lines)
values (%(at)s, %(by)s, 'export', %(subject)s, %(fields)s, %(purpose)s, %(lines)s);

-- name: tell_change
select pg_notify('mg_case', %s);
