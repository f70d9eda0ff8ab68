-- name: entries
select n, case_id, seq, at, who, what, said, prev, hash from mg.case_log order by n;

-- name: count
select count(*) as n from mg.case_log;

-- name: head
select n, hash from mg.case_chain;

-- name: versions
select case_id, version from mg.case_file;

-- name: entries_of_case
select n, case_id, seq, at, who, what, said, prev, hash from mg.case_log where case_id = %s order by seq;

-- name: attachments
-- Contents whose hash is not what their name says.
select encode(sha256, 'hex') as named, encode(sha256(content), 'hex') as found from mg.blob where sha256(content) <> sha256;

-- name: lost_attachments
-- Said to have been attached, and not there.
select l.case_id, l.seq from mg.case_log l
where l.what = 'attach' and not exists (
  select from mg.case_attachment a where a.case_id = l.case_id and a.seq = l.seq
    and encode(a.sha256, 'hex') = l.said::jsonb ->> 'sha256');
