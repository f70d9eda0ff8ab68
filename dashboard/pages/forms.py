"""The callback of a form of a page of people, of which each has a button, faults beside its fields, and a way on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import needs
from dashboard.desk import Desk
from dashboard.form_fields import Answer, Field
from dashboard.words import Catalogues, Words

BASE = "base"  # the field that says on which version a form was opened


@dataclass(frozen=True, slots=True)
class Sending:
    """How the forms of a page are sent.

    Attributes:
        page: first part of its ids, see `framed`.
        forms: fields by the name of the form.
        act: what the access table calls sending a form.
        send: account, what the page shows (as its address says it), form, values, words: what came of it.
    """

    page: str
    forms: Mapping[str, Sequence[Field]]
    act: Callable[[str], str]
    send: Callable[[Any, Any, str, Mapping[str, Any], Words], Answer]


def register_forms(app: Dash, desk: Desk, catalogues: Catalogues, sending: Sending) -> None:
    """Put the callbacks into `app`: a fault goes beside its field; what was done closes the form and shows it."""
    for name in sending.forms:
        _register(app, desk, catalogues, sending, name)


def _register(app: Dash, desk: Desk, catalogues: Catalogues, sending: Sending, name: str) -> None:
    page, fields = sending.page, [field.name for field in sending.forms[name]]
    base = {"base": Output(f"{page}-{name}-{BASE}", "value")} if BASE in fields else {}

    async def press(clicks: Any, given: Mapping[str, Any], asked: Any, lang: object) -> dict[str, Any]:
        account, words = needs(sending.act(name)), catalogues.pick(lang)
        if not clicks:
            raise PreventUpdate
        answer = await run_in_threadpool(sending.send, account, asked, name, given or {}, words)
        faults = {field: words(answer.faults[field]) if field in answer.faults else "" for field in fields}
        kept = dict.fromkeys(base, no_update if answer.base is None else f"{answer.base}")
        if answer.go is None:
            stay = {"say": no_update, "asked": no_update, "done": no_update}
            return {"faults": faults, "line": answer.line, **stay, **kept}
        done = f"{name} {desk.now().isoformat()}"
        return {"faults": faults, "line": None, "say": answer.line, "asked": answer.go.parts(), "done": done, **kept}

    press.__module__ = f"{__package__}.{page}"  # by which the guard knows whose it is
    app.callback(
        output={
            "faults": {field: Output(f"{page}-{name}-{field}-fault", "children") for field in fields},
            "line": Output(f"{page}-{name}-line", "children"),
            "say": Output(f"{page}-say", "children", allow_duplicate=True),
            "asked": Output(f"{page}-asked", "data", allow_duplicate=True),
            "done": Output(f"{page}-done", "data", allow_duplicate=True),
            **base,
        },
        inputs={
            "clicks": Input(f"{page}-{name}-do", "n_clicks"),
            "given": {field: State(f"{page}-{name}-{field}", "value") for field in fields},
            "asked": State(f"{page}-asked", "data"),
            "lang": State(f"{page}-lang", "data"),
        },
        prevent_initial_call=True,
    )(press)
