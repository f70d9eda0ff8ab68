-- A search finds also what acts say in the log, and the names of the grid, of the unit that leads it and of the bodies
-- that have the case. Keys are made by the program, so cases of before are keyed anew beside its work (store.case_keys).
alter table mg.case_file add column keyed smallint not null default 0;
comment on column mg.case_file.keyed is 'How the keys in grams were made (KEYED in maritime_grid.store.case_keys); below the present number they are made anew.';
comment on column mg.case_file.grams is 'Keys of what is said of it, of the words of its log and of who has it, for the search (maritime_grid.cases.text).';
create index case_keyed on mg.case_file (keyed);
