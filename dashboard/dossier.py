"""The dossier 卷宗 of a case: one zip with a document for people, the same as data, its attachments and its chain.

Personal data of the parties are in it as far as its reader sees them.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from html import escape
from io import BytesIO

from maritime_grid.cases.chain import Entry
from maritime_grid.store.case_reads import read_attachment, read_chain
from maritime_grid.store.case_rows import PartyRow

from .auth import Account
from .case_work import Opened, open_case
from .desk import Desk
from .views.case_log import entry_text
from .views.case_parts import Told, holder, kind_words, unit_name
from .views.times import BEIJING, DASH
from .words import Words

ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf", "audio/mpeg": "mp3",
    "audio/mp4": "m4a", "video/mp4": "mp4",
}  # fmt: skip
STYLE = (
    "body{font:16px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:48rem;margin:2rem auto}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;border-bottom:1px solid #999;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;"
    "vertical-align:top}th{background:#f2f2f2;white-space:nowrap}code{font-size:.75rem;word-break:break-all}"
    "blockquote{margin:.2rem 0 .2rem 1rem;white-space:pre-wrap}p{white-space:pre-wrap}img{max-width:100%}"
)


def dossier(desk: Desk, account: Account, case_id: str, purpose: str, words: Words) -> bytes:
    """The zip; that it was taken, and why, stands in the access log.

    Raises: NoSuchCase: there is none for this account. UsageError: no purpose.
    """
    opened = open_case(desk, account, case_id)
    files: dict[str, bytes] = {}
    with desk.reads.as_account(account.account_id) as conn:
        chain = read_chain(conn, case_id)
        for row in opened.case.attachments:
            found = read_attachment(conn, case_id, row.seq)
            if found:  # names of people are never paths: the number and the ending of its own bytes
                files[f"attachments/{row.seq:04d}.{ENDINGS.get(found[1], 'bin')}"] = found[2]
    desk.cases.log_export(case_id, account.account_id, purpose, desk.now())
    told = Told(words, desk.case_settings, opened.standing, desk.now())
    files["dossier.html"] = document(opened, chain, told, account, purpose).encode()
    files["case.json"] = _json(asdict(opened.case))
    files["chain.json"] = _json([_linked(entry) for entry in chain])
    files["README.txt"] = words("dossier.readme").encode()
    return zipped(files, opened.case.row.changed_at or opened.case.row.opened_at)


def zipped(files: dict[str, bytes], at: datetime) -> bytes:
    """The same files at the same moment give the same bytes."""
    out = BytesIO()
    local = at.astimezone(BEIJING)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, local.timetuple()[:6])
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def document(opened: Opened, chain: list[Entry], told: Told, account: Account, purpose: str) -> str:
    """The document that people read and print: plain HTML, no script, nothing from elsewhere."""
    case, words = opened.case, told.words
    row = case.row
    head = [
        (words("dossier.number"), row.case_id),
        (words("dossier.kind"), kind_words(row, told)),
        (words("dossier.severity"), words(f"case.severity.{row.severity}")),
        (words("dossier.state"), words(f"case.step.{row.state}")),
        (words("dossier.grid"), row.grid_name or DASH),
        (words("dossier.unit"), unit_name(row.unit_id, told)),
        (words("dossier.holder"), row.holder_name or holder(row, told)),
        (words("dossier.place"), _place(opened)),
        (words("dossier.happened"), _at(case.happened_at)),
        (words("dossier.opened"), _at(row.opened_at)),
        (words("dossier.closed"), _at(case.closed_at)),
        (words("dossier.rating"), str(case.rating or DASH)),
    ]
    parts = [
        f"<h1>{escape(row.title)}</h1>",
        _table([], head),
        f"<h2>{escape(words('dossier.story'))}</h2><p>{escape(case.description or DASH)}</p>",
        f"<h2>{escape(words('dossier.parties'))}</h2>{_parties(case.parties, words)}",
        f"<h2>{escape(words('dossier.course'))}</h2>{_course(opened, told)}",
        f"<h2>{escape(words('dossier.attachments'))}</h2>{_attached(opened)}",
        f"<h2>{escape(words('dossier.chain'))}</h2>{_chained(chain)}",
        f"<p>{escape(words('dossier.made', who=account.name_shown, at=_at(told.now), why=purpose))}</p>",
    ]
    title = escape(f"{row.case_id} {row.title}")
    lang = "zh-CN" if words.is_chinese else "en"
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"{''.join(parts)}</html>"
    )


def _place(opened: Opened) -> str:
    case = opened.case
    spot = f"{case.lon:.5f}, {case.lat:.5f}" if case.lon is not None and case.lat is not None else ""
    return " · ".join(filter(None, [case.place, spot])) or DASH


def _parties(rows: list[PartyRow], words: Words) -> str:
    names = ("side", "vessel", "person", "phone", "gear", "claim", "statement")
    lines = [
        (
            words(f"dossier.side.{p.side}"),
            " · ".join(filter(None, [p.ship_name, f"{p.mmsi:09d}" if p.mmsi is not None else ""])) or DASH,
            p.person_name or DASH,
            p.phone or DASH,
            " · ".join(
                filter(None, [words.get(f"gear.{p.gear}", p.gear or ""), words("dossier.first") if p.set_first else ""])
            )
            or DASH,
            p.claim or DASH,
            p.statement or DASH,
        )
        for p in rows
    ]
    return _table([words(f"dossier.col.{name}") for name in names], lines) if lines else f"<p>{DASH}</p>"


def _course(opened: Opened, told: Told) -> str:
    items: list[str] = []
    for row in opened.case.log:
        texts = [str(row.detail[name]) for name in ("result", "reason", "note") if row.detail.get(name)]
        quotes = "".join(f"<blockquote>{escape(text)}</blockquote>" for text in texts)
        items.append(
            f"<tr><th>{row.seq}</th><td>{_at(row.at)}</td><td>{escape(entry_text(row, opened, told))}{quotes}</td></tr>"
        )
    return f"<table>{''.join(items)}</table>"


def _attached(opened: Opened) -> str:
    lines = [
        (f"{row.seq:04d}.{ENDINGS.get(row.media_type, 'bin')}", row.name, row.sha256) for row in opened.case.attachments
    ]
    return _table([], lines) if lines else f"<p>{DASH}</p>"


def _chained(chain: list[Entry]) -> str:
    return "<ol>" + "".join(f"<li>{e.n} <code>{e.hash.hex()}</code></li>" for e in chain) + "</ol>"


def _table(head: list[str], lines: list[tuple[str, ...]]) -> str:
    top = "<tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>" if head else ""
    rows: list[str] = []
    for line in lines:
        first = line[0] if head else None
        cells = [f"<td>{escape(cell)}</td>" for cell in (line if head else line[1:])]
        rows.append(f"<tr>{'' if first is not None else f'<th>{escape(line[0])}</th>'}{''.join(cells)}</tr>")
    return f"<table>{top}{''.join(rows)}</table>"


def _linked(entry: Entry) -> dict[str, object]:
    return {**asdict(entry), "prev": entry.prev.hex(), "hash": entry.hash.hex()}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _at(at: datetime | None) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}" if at else DASH
