-- A role that sees schema api and nothing else, for read-only queries. Where we may not make roles, an administrator
-- makes it: create role mg_read nologin; grant mg_read to the user that the product connects as; then migrate again.
do $$
begin
  if not exists (select from pg_roles where rolname = 'mg_read')
     and (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) then
    begin
      create role mg_read nologin;
    exception when duplicate_object or unique_violation then
      null;  -- another database of this server was migrated at the same moment
    end;
  end if;
end $$;
