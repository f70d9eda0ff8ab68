"""Commands on badges 工作证 (Art. 34) and on members of service teams (Art. 19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.people import Post, day_of

from .books import new_number
from .jsonrows import clean
from .people_acts import EDIT, PeopleActs, lead_of, need_person, one
from .people_rights import log_change
from .queries import load_queries

_Q = load_queries("people")


class BadgeActs(PeopleActs):
    """See `PeopleActs`."""

    # badges

    def issue_badge(self, person_id: int, grid_id: str, post: Post, expires: date, by: str, at: datetime) -> str:
        """A badge for somebody in office, from the day of `at` on; its number, which nobody can guess."""
        day = day_of(at)
        with self._doing(by, EDIT) as (conn, rights):
            rights.need_units([lead_of(conn, grid_id)])
            name = one(conn, "person_exists", [person_id])["name_zh"]
            values = {"person_id": person_id, "grid_id": grid_id, "post": post, "issued": day, "expires": expires}
            if not conn.execute(_Q["holds_post"], values).fetchone():
                raise UsageError(f"this person is not {post} of {grid_id} on {day}", "appoint first")
            if expires <= day:
                raise UsageError(f"a badge that expires on {expires} never holds", "give a later day")
            number = new_number(day.year)
            conn.execute(_Q["add_badge"], values | {"number": number, "name_shown": name})
            log_change(conn, rights, at, "badge.issue", f"badge:{number}")
            return number

    def revoke_badge(self, number: str, reason: str, by: str, at: datetime) -> None:
        """Revoke a badge from the day of `at` on."""
        if not reason.strip():
            raise UsageError("a badge is revoked for a reason", "give it")
        with self._doing(by, EDIT) as (conn, rights):
            row = one(conn, "revoke_badge", {"number": number, "reason": clean(reason), "day": day_of(at)})
            rights.need_units([row["unit_id"]])
            log_change(conn, rights, at, "badge.revoke", f"badge:{number}", ["revoked", "revoked_reason"])

    # members of teams

    def save_member(
        self, team_id: str, person_id: int, skills: Sequence[str], craft: str, by: str, at: datetime
    ) -> None:
        """Put somebody into a service team, or say anew what a member can do and brings.

        Args:
            team_id: the team, of whose units the account answers for all.
            person_id: the person, for whom it answers too.
            skills: keys of people.skills; none: as the team.
            craft: boat or gear, or empty.
            by: account.
            at: aware.
        """
        unknown = sorted(set(skills) - self._skills)
        if unknown:
            raise UsageError(f"there is no skill {unknown[0]}", f"use {', '.join(sorted(self._skills))}")
        with self._doing(by, EDIT) as (conn, rights):
            rights.need_units(one(conn, "hold_team", [team_id])["unit_ids"])
            need_person(conn, rights, person_id)
            values = {"team_id": team_id, "person_id": person_id, "skills": list(skills), "craft": clean(craft)}
            known = conn.execute(_Q["change_member"], values).fetchone()
            if known is None:
                conn.execute(_Q["add_member"], values | {"day": day_of(at)})
            log_change(conn, rights, at, "member.change" if known else "member.add", f"team:{team_id}/{person_id}")

    def end_member(self, team_id: str, person_id: int, by: str, at: datetime) -> None:
        """Take somebody out of a service team from the day of `at` on."""
        with self._doing(by, EDIT) as (conn, rights):
            rights.need_units(one(conn, "hold_team", [team_id])["unit_ids"])
            one(conn, "end_member", {"team_id": team_id, "person_id": person_id, "day": day_of(at)})
            log_change(conn, rights, at, "member.end", f"team:{team_id}/{person_id}", ["until"])
