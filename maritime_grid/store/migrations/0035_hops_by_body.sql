-- Who may read a case because it was reported to his body: found by the body, not by reading every report ever made.
create index case_hop_body on mg.case_hop (to_body) where to_body is not null;
