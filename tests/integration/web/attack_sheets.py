"""Sheets of spreadsheets with an attack in every cell that takes text, made from the columns that the sheets have."""

from __future__ import annotations

from io import BytesIO

from maritime_grid.cli.sheet_files import read_bytes, write_csv
from maritime_grid.domain import cells
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import Column, parse
from maritime_grid.store.people import People
from tests.integration.store import case_build as cb

from .attack_texts import Attacks

STAFF = "A1"
PLAIN = {  # cells that take no text of one's own, or {} among other words; by sheet and column, "" else
    "units": {"unit_id": "T1", "level": "township", "parent": "K"},
    "bodies": {"body_id": "F", "kind": "department", "unit_id": "K", "hotline": "0580 1234567",
               "competences": "fishery;{}"},
    "grid_leads": {"grid_id": "G1", "unit_id": "T1-V"},
    "people": {"staff_no": STAFF, "phone": "13812345678", "id_number": "330902198001011234", "grid_id": "G1",
               "post": "leader", "work_phone": "0580 6091234", "since": "2026-01-01", "until": "2026-05-26"},
    "teams": {"team_id": "D1", "skills": "diver", "contact": STAFF, "phone": "0580 6090000", "unit_ids": "T1",
              "members": STAFF},
    "badges": {"staff_no": STAFF, "grid_id": "G1", "post": "leader", "issued": "2026-05-01", "expires": "2027-05-01",
               "revoked": "2026-05-05"},
    "training": {"staff_no": STAFF, "held_on": "2026-03-01", "hours": "8", "result": "passed"},
    "items": {"item_id": "9.9", "class": "9"},
}  # fmt: skip
WRITABLE = (cells.text, cells.address)  # readers that leave a text as it is


def import_sheets(dsn: str, attacks: Attacks) -> None:
    """Import one line of every sheet, as `maritime-grid people import` does."""
    assert set(PLAIN) == set(SHEETS), "a sheet that is not attacked: give it a line in PLAIN"
    with People(dsn, skills=frozenset({"diver"}), console=True) as people:
        for name, sheet in SHEETS.items():
            names = [column.name for column in sheet.columns]
            line = [_cell(PLAIN[name].get(c.name, ""), c, attacks) for c in sheet.columns]
            file = BytesIO()
            write_csv(file, sheet, names, [line])
            parsed = parse(sheet, read_bytes(file.getvalue(), ".csv", name))
            loaded = people.load(name, parsed, "test", cb.NOW)
            assert (loaded.new + loaded.changed + loaded.same, loaded.faults) == (1, ()), (name, loaded)


def _cell(plain: str, column: Column, attacks: Attacks) -> str:
    if column.read in WRITABLE:
        return attacks(300)
    return plain.replace("{}", attacks(60)) if "{}" in plain else plain
