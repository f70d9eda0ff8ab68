"""What pages show of the parts of bodies that handle a case jointly."""

from __future__ import annotations

from dashboard.standing import state_of_view
from dashboard.views.case_form import FormOf, form
from dashboard.views.case_joint import joint_parts, parts_said
from maritime_grid.cases.kinds import Act

from .test_case_views import case, entry, row, text, told


def test_the_holder_sees_what_joined_bodies_said_last_and_who_is_silent_since_the_case_was_given_out():
    log = [
        entry(1, "report_part", "wang", body="F", result="前一轮的话"),
        entry(2, "transfer", body_id="M", step="dispatched"),
        entry(3, "report_part", "wang", body="F", result="初步核对"),
        entry(4, "report_part", "wang", body="F", result="核对完毕"),
    ]
    opened = case(row=row(state="handling", holder="M"), joint=["F", "P"], log=log)
    shown = [parts_said(opened, told()), joint_parts(opened, told()), form(FormOf(Act.REPORT, opened), told())]
    for part in map(text, shown):
        assert "核对完毕" in part
        assert "初步核对" not in part
        assert "前一轮的话" not in part
    assert [part.count("pill warning") for part in map(text, shown)] == [0, 1, 0]
    assert ["P尚未报告" in part for part in map(text, shown)] == [True, False, True]
    assert state_of_view(opened.case).reported == ("F",)
    everyone = case(row=row(state="handling", holder="M"), joint=["F"], log=log)
    assert "尚未报告" not in text(form(FormOf(Act.REPORT, everyone), told()))
    assert joint_parts(case(), told()) == []
