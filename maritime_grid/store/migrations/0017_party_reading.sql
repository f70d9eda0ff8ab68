-- Personal data of the parties of cases in full, each reading logged; and who the accounts are that worked on a case.
create function api.read_party(case_id text, n integer, purpose text)
returns table (name text, phone text, id_number text)
language plpgsql volatile security definer set search_path = mg, pg_temp as $$
#variable_conflict use_column
declare
  who text := mg.my_account();
  seen boolean := exists (select from mg.case_seen c where c.case_id = read_party.case_id);
begin
  if not mg.may('personal.read') then
    raise exception 'this account may not read personal data in full' using errcode = 'insufficient_privilege';
  end if;
  if coalesce(regexp_replace(read_party.purpose, '[\s　]', '', 'g'), '') = '' then
    raise exception 'personal data are read for a purpose: say which' using errcode = 'invalid_parameter_value';
  end if;
  -- to the server's own log as well: that line stands even where the reader takes the transaction back
  raise log 'maritime-grid: % reads party % of case %', who, read_party.n, read_party.case_id;
  insert into mg.access_log (account_id, act, subject, fields, purpose)
  values (who, case when seen then 'read' else 'read_refused' end,
          left('case:' || read_party.case_id, 60) || '/party:' || read_party.n,
          case when seen then array['name', 'phone', 'id_number'] else '{}' end, left(read_party.purpose, 500));
  return query
    select p.person_name, p.phone, p.id_number from mg.case_party p
    where p.case_id = read_party.case_id and p.n = read_party.n and seen;
end $$;
comment on function api.read_party(text, integer, text) is 'One party of a case in full, logged with the purpose; no row of cases that the account may not see.';

create function api.case_people(case_id text)
returns table (account_id text, name_shown text, role text, works_for text)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select a.account_id, a.name_shown, a.role, coalesce(b.name_zh, u.name_zh)
  from mg.account a left join mg.body b on b.body_id = a.body_id left join mg.unit u on u.unit_id = a.unit_id
  where exists (select from mg.case_seen c where c.case_id = case_people.case_id)
    and (a.account_id in (select l.who from mg.case_log l where l.case_id = case_people.case_id)
         or a.account_id in (select h.received_by from mg.case_hop h where h.case_id = case_people.case_id));
end;
comment on function api.case_people(text) is 'Accounts that did something with a case, with the unit or body each works for, where whoever asks may read the case.';
