-- Whatever leaves as a file leaves a line, also where nothing in it is any person's: with its columns, and how many rows.
alter table mg.access_log add column lines integer check (lines >= 0);
comment on column mg.access_log.lines is 'Rows of a file that was taken away; NULL: it was no file of rows.';
comment on column mg.access_log.fields is 'Of a reading: classes of data that were shown in full. Of an export: the columns of the file; of a dossier the personal data in it.';
