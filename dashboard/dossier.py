"""The dossier 卷宗 of a case: one zip with a document for people, the same as data, its attachments and its chain.

The document prints on A4 as it stands, and any browser makes a PDF of it (docs/decisions/0107).
Personal data of the parties are in it as far as its reader sees them.
"""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from html import escape
from io import StringIO
from tempfile import TemporaryFile
from typing import BinaryIO

from maritime_grid.cases.chain import Entry
from maritime_grid.domain.errors import UsageError
from maritime_grid.store.case_reads import read_attachment, read_chain
from maritime_grid.store.case_rows import CaseView, PartyRow

from .auth import Account
from .case_tracks import Tracks, read_tracks
from .case_work import Opened, open_case
from .desk import Desk
from .dossier_style import STYLE
from .dossier_tracks import drawings
from .views.alert_words import LEVELS, rule_text, said_text, who_text
from .views.case_alerts import hidden_of, place_text
from .views.case_changes import change_lines
from .views.case_log import counts_text, entry_text
from .views.case_parts import Told, grid_name, holder, holder_name, kind_words, unit_name
from .views.case_steps import late_words, pause_lines, whose
from .views.case_story import vessel_text
from .views.case_told import told_lines
from .views.times import BEIJING, DASH
from .words import Words

ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf", "audio/mpeg": "mp3",
    "audio/mp4": "m4a", "video/mp4": "mp4",
}  # fmt: skip
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


def dossier(desk: Desk, account: Account, case_id: str, purpose: str, words: Words) -> BinaryIO:
    """The zip as a file that is gone when it is closed; that it was taken, and why, stands in the access log.

    Attachments are read one by one: forty films together are more than a small server has.

    Raises: NoSuchCase: there is none for this account. UsageError: no purpose.
    """
    opened = open_case(desk, account, case_id)
    if not purpose.strip():
        raise UsageError("an export has no purpose", "say what it is for")
    held = personal_in(opened.case)
    desk.cases.log_export(f"case:{case_id}", held, None, account.account_id, desk.now(), purpose)
    told = Told(words, desk.case_settings, opened.standing, desk.now())
    tracks = read_tracks(desk, account, opened.case)
    at = opened.case.row.changed_at or opened.case.row.opened_at
    out = TemporaryFile()  # noqa: SIM115 (who sends it closes it)
    with desk.reads.as_account(account.account_id) as conn, zipfile.ZipFile(out, "w") as archive:
        put(archive, "README.txt", words("dossier.readme").encode(), at)
        for row in opened.case.attachments:
            found = read_attachment(conn, case_id, row.seq)
            if found:  # names of people are never paths: the number and the ending of its own bytes
                put(archive, f"attachments/{row.seq:04d}.{ENDINGS.get(found[1], 'bin')}", found[2], at, pack=False)
        chain = read_chain(conn, case_id)
        put(archive, "case.json", _json(asdict(opened.case)), at)
        put(archive, "chain.json", _json([_linked(entry) for entry in chain]), at)
        put(archive, "dossier.html", document(opened, chain, tracks, told, account, purpose).encode(), at)
        put(archive, "tracks.csv", fixes_of(tracks), at)
    return out


def personal_in(case: CaseView) -> list[str]:
    """Personal data of parties that are there for this reader, in full or masked; attachments may hold any."""
    named = {"name": "person_name", "phone": "phone", "id_number": "id_number"}
    held = [field for field, name in named.items() if any(getattr(party, name) for party in case.parties)]
    return [*held, *(["attachments"] if case.attachments else [])]


def put(archive: zipfile.ZipFile, name: str, content: bytes, at: datetime, *, pack: bool = True) -> None:
    """One file, at one moment: the same dossier gives the same bytes. Films do not shrink: `pack` False."""
    info = zipfile.ZipInfo(name, at.astimezone(BEIJING).timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)


def document(opened: Opened, chain: list[Entry], tracks: Tracks, told: Told, account: Account, purpose: str) -> str:
    """The document that people read and print: plain HTML, no script, nothing from outside the zip."""
    case, words = opened.case, told.words
    row = case.row
    head = [
        (words("dossier.number"), row.case_id),
        (words("dossier.kind"), kind_words(row, told)),
        (words("dossier.severity"), words(f"case.severity.{row.severity}")),
        (words("cases.col.priority"), words(f"case.priority.{row.priority}")),
        (words("dossier.state"), words(f"case.step.{row.state}")),
        (words("dossier.grid"), grid_name(row, told) or DASH),
        (words("dossier.unit"), unit_name(row.unit_id, told)),
        (words("dossier.holder"), holder_name(row, told) or holder(row, told)),
        (words("dossier.place"), _place(opened)),
        (words("case.amount"), DASH if case.amount is None else words("case.yuan", n=f"{case.amount:,.0f}")),
        (words("case.numbers"), counts_text(case.facts, words) or DASH),
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
        f"<h2>{escape(words('case.alerts'))}</h2>{_alerts(opened, told)}",
        f"<h2>{escape(words('dossier.tracks'))}</h2>{drawings(case, tracks, words)}",
        f"<h2>{escape(words('case.steps'))}</h2>{_steps(opened, told)}",
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
    names = ("side", "vessel", "person", "phone", "id_number", "gear", "claim", "statement")
    lines = [
        (
            words(f"dossier.side.{p.side}"),
            words("case.list_join").join(vessel_text(vessel, words) for vessel in p.vessels) or DASH,
            p.person_name or DASH,
            p.phone or DASH,
            p.id_number or DASH,
            " · ".join(filter(None, [words.get(f"gear.{p.gear}", p.gear or ""), _first(p, words)])) or DASH,
            p.claim or DASH,
            p.statement or DASH,
        )
        for p in rows
    ]
    return _table([words(f"dossier.col.{name}") for name in names], lines) if lines else f"<p>{DASH}</p>"


def _alerts(opened: Opened, told: Told) -> str:
    """What each was, where and when; of those that are not the reader's the number alone."""
    words = told.words
    lines = [
        (
            words(f"severity.{LEVELS[row.level]}"),
            f"{rule_text(row, words)} · {who_text(row, words)}",
            place_text(row, words) or DASH,
            _at(row.raised_at),
            _at(row.cleared_at),
            said_text(row) or DASH,
        )
        for row in opened.case.alerts
    ]
    names = ("severity", "what", "where", "since", "until", "said")
    table = _table([words(f"dossier.alert.{name}") for name in names], lines) if lines else ""
    hidden = "".join(f"<p>{escape(words('case.alert.hidden', id=alert))}</p>" for alert in hidden_of(opened))
    return table + hidden or f"<p>{DASH}</p>"


def _first(party: PartyRow, words: Words) -> str:
    return "" if party.set_first is None else words("dossier.first" if party.set_first else "case.set_first.no")


def _steps(opened: Opened, told: Told) -> str:
    """Each step with its clock; what was late is said in words."""
    words = told.words
    names = ("step", "whose", "since", "due", "done", "late")
    head = "".join(f"<th>{escape(words(f'dossier.steps.{name}'))}</th>" for name in names)
    lines: list[str] = []
    for row in opened.steps:
        cells = [
            words(f"case.step.{row.step}"),
            whose(row, opened, told),
            _at(row.since),
            _at(row.due_at),
            _at(row.until),
        ]
        late = f'<td class="late">{escape(late_words(row, words))}</td>' if row.late_s else f"<td>{DASH}</td>"
        lines.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}{late}</tr>")
        stood = "".join(f"<div>{escape(line)}</div>" for line in pause_lines(row, opened, told))
        lines.append(f'<tr><td colspan="{len(names)}">{stood}</td></tr>' if stood else "")
    return f"<table><thead><tr>{head}</tr></thead>{''.join(lines)}</table>"


def fixes_of(tracks: Tracks) -> bytes:
    """Every fix that the drawings are made of: UTC, MMSI, degrees WGS 84."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["t", "mmsi", "lon", "lat"])
    for mmsi, track in tracks.fixes.items():
        for t, lon, lat in zip(track.t.tolist(), track.lon.tolist(), track.lat.tolist(), strict=True):
            writer.writerow([datetime.fromtimestamp(t, UTC).isoformat(), f"{mmsi:09d}", f"{lon:.6f}", f"{lat:.6f}"])
    return out.getvalue().encode()


def _course(opened: Opened, told: Told) -> str:
    items: list[str] = []
    for row in opened.case.log:
        texts = [str(row.detail[name]) for name in ("result", "reason", "note") if row.detail.get(name)]
        quotes = "".join(f"<blockquote>{escape(text)}</blockquote>" for text in texts)
        quotes += "".join(
            f"<div>{escape(line)}</div>" for line in (*change_lines(row, told), *told_lines(row, opened, told))
        )
        items.append(
            f"<tr><th>{row.seq}</th><td>{_at(row.at)}</td><td>{escape(entry_text(row, opened, told))}{quotes}</td></tr>"
        )
    return f'<table class="course">{"".join(items)}</table>'


def _attached(opened: Opened) -> str:
    """Names and hashes, then the pictures themselves, which lie beside the document."""
    rows = opened.case.attachments
    if not rows:
        return f"<p>{DASH}</p>"
    files = [f"{row.seq:04d}.{ENDINGS.get(row.media_type, 'bin')}" for row in rows]
    listed = _table([], [(file, row.name, row.sha256) for file, row in zip(files, rows, strict=True)])
    pictures = [
        f'<figure><img src="attachments/{file}" alt="{escape(row.name)}">'
        f"<figcaption>{file} {escape(row.name)}</figcaption></figure>"
        for file, row in zip(files, rows, strict=True)
        if row.media_type in PICTURES
    ]
    return listed + "".join(pictures)


def _chained(chain: list[Entry]) -> str:
    """Numbers are those of the archive, which counts over all cases."""
    return "<ol>" + "".join(f'<li value="{e.n}"><code>{e.hash.hex()}</code></li>' for e in chain) + "</ol>"


def _table(head: list[str], lines: list[tuple[str, ...]]) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    top = f"<thead><tr>{names}</tr></thead>" if head else ""
    rows: list[str] = []
    for line in lines:
        first = line[0] if head else None
        cells = [f"<td>{escape(cell)}</td>" for cell in (line if head else line[1:])]
        rows.append(f"<tr>{'' if first is not None else f'<th>{escape(line[0])}</th>'}{''.join(cells)}</tr>")
    kind = "" if head else ' class="key-value"'
    return f"<table{kind}>{top}{''.join(rows)}</table>"


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
