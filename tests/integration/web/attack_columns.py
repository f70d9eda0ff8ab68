"""Every column of the store that can hold text: attacked, or named here with the reason why no attack can stand in it.

A column that a migration adds fails the test until an attack goes through its door in `attack_world`, or it is here.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

TEXTS = """
select c.relname || '.' || a.attname
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
where c.relnamespace = 'mg'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and a.attnum > 0 and not a.attisdropped
  and coalesce(nullif(t.typelem, 0), t.oid) in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype,
                                                'json'::regtype, 'jsonb'::regtype, 'xml'::regtype)
order by 1
"""

ID = "ids: letters, digits and hyphens by the pattern of their door, and references to them"
WORD = "a word of a closed list, by a check of the table or by the program that writes it"
OURS = "written by the program, of its own words and numbers"
OWNER = "of the operator's own configuration, and on no page"

HARMLESS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "access_log.account_id", "account.account_id", "account.body_id", "account.unit_id",
            "alert.alert_id",
            "alert.resolved_by", "alert.seen_by", "alert_log.alert_id", "alert_log.who", "badge.grid_id",
            "badge.number",
            "body.body_id", "body.unit_id", "case_alert.alert_id", "case_alert.case_id", "case_attachment.case_id",
            "case_escalation.case_id", "case_escalation.unit_id", "case_file.case_id", "case_file.escalated",
            "case_file.escalated_through",
            "case_file.holder", "case_file.joint", "case_file.reporter", "case_file.unit_id", "case_hop.after",
            "case_hop.case_id", "case_hop.hop_id", "case_hop.received_by", "case_hop.to_body", "case_hop.to_unit",
            "case_log.case_id", "case_log.who", "case_party.case_id", "grid_change.ended", "grid_change.proposed_by",
            "grid_change.unit_id", "grid_change_log.who", "grid_lead.grid_id", "grid_lead.unit_id",
            "grid_report.case_id",
            "item.item_id", "item_step.by", "item_step.item_id", "item_version.item_id", "people_log.by",
            "person.staff_no", "place.place_id", "port.port_id", "post.body_id", "post.grid_id", "session.account_id",
            "team.team_id", "team.unit_ids", "team_member.team_id", "unit.parent", "unit.path", "unit.unit_id",
        ),
        ID,
    ),
    **dict.fromkeys(
        (
            "account.role", "alert.rule", "alert.verdict", "alert_log.what", "badge.post", "blob.media_type",
            "body.kind",
            "case_file.channel", "case_file.kind", "case_file.state", "case_file.subkind", "case_log.what",
            "case_party.side", "feed.kind", "grid_change.state", "grid_change_log.what", "item_step.state",
            "item_version.state", "place.layer", "port_report.kind", "post.party_form", "post.post",
            "quarantine.reason",
            "refusal_count.reason", "role_act.act", "role_act.role", "role_field.field", "role_field.level",
            "role_field.role", "team.skills", "training.result", "unit.level", "vessel_static.transmitter",
        ),
        WORD,
    ),
    **dict.fromkeys(
        (
            "access_log.act", "access_log.fields", "access_log.subject", "account.password_hash", "account.totp_secret",
            "case_file.facts", "case_file.grams", "case_file.pauses", "feed_cursor.detail", "feed_cursor.key",
            "grid_change.impact", "login_address.address", "people_log.act", "people_log.fields",
            "place_version.drawn", "place_version.fence", "process_status.figures", "process_status.process",
            "session.address", "session.new_secret",
        ),
        OURS,
    ),
    **dict.fromkeys(
        ("account.oidc_subject", "migration.checksum", "migration.name", "roster.home_port", "roster.vessel_class"),
        OWNER,
    ),
    **dict.fromkeys(
        ("alert.place", "case_code.by", "case_code.case_id",
         "case_step.account_id", "case_step.body_id", "case_step.case_id", "case_step.unit_id",
         "case_pause.account_id", "case_pause.body_id", "case_pause.case_id", "case_pause.unit_id",
         "party_vessel.case_id",
         "person.unit_id", "place.port_ids"),
        ID,
    ),
    "case_step.step": WORD,
    "case_pause.cause": WORD,
    "team_member.skills": WORD,
    "body.hotline": "digits, blanks and hyphens, by the reader of the sheet",
    "case_file.request_key": "hexadecimal by the pattern of the form, or of the program",
    "person.id_number": "letters and digits, by the reader of the sheet",
    "person.phone": "digits, blanks and hyphens, by the reader of the sheet",
    "team.phone": "digits, blanks and hyphens, by the reader of the sheet",
}  # fmt: skip


UNSEEN: Mapping[str, str] = {
    "port.name_en": "in place of port.name_zh, where that is seen: a vessel's card and the choice of ports, in English",
    **dict.fromkeys(
        (
            "body.competences", "place_version.filed_by",
            "crew_report.names", "grid_report.body", "grid_report.grid_id", "grid_report.kind",
            "people_log.subject", "place.attributes", "place.county", "port.county",
            "port_report.port_id", "quarantine.raw", "roster.gear", "roster.owner",
            "text_report.text", "unit.port_id", "vessel_static.callsign", "vessel_static.destination",
        ),
        "on no page: read through schema api, as JSON or as a file, alone",
    ),
}  # fmt: skip


def text_columns(dsn: str) -> list[str]:
    """`table.column` of each that can hold text."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        return [row[0] for row in conn.execute(TEXTS)]


def held(dsn: str, column: str) -> str:
    """All that stands in a column, as one text."""
    table, name = column.split(".")
    with psycopg.connect(dsn, autocommit=True) as conn:
        query = psycopg.sql.SQL("select coalesce(string_agg({0}::text, E'\\n'), '') from mg.{1}")
        return conn.execute(query.format(psycopg.sql.Identifier(name), psycopg.sql.Identifier(table))).fetchone()[0]
