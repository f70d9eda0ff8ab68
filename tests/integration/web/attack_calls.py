"""All callbacks and addresses of the running server, called as forgers call them; what the store holds, as one hash."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from dash import Dash

CALLBACK = "/_dash-update-component"
ROUTER = ".._pages_content.children..._pages_store.data.."
TABLES = """
select c.relname from pg_class c
where c.relnamespace = 'mg'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1
"""
MOVING = {"session": "to_jsonb(t) - 'seen_at'"}  # the time of a session's last use, which every request moves
TRACES = re.compile(r"Traceback|File \"|psycopg|site-packages|\.py\b|line \d+, in")

Fill = Callable[["Slot"], Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """One value that a callback is given: of the component `name`, which is a pattern where `keys` are."""

    name: str
    prop: str
    keys: tuple[str, ...] = ()
    many: bool = False  # of all components of the pattern

    def filled(self, value: Any, keys: Mapping[str, Any]) -> Any:
        """As a browser sends it."""
        if not self.keys:
            return {"id": self.name, "property": self.prop, "value": value}
        one = {"id": self.whole(keys), "property": self.prop, "value": value}
        return [one] if self.many else one

    def whole(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": self.name, **{key: keys.get(key, "x") for key in self.keys}}

    def prop_id(self, keys: Mapping[str, Any]) -> str:
        name = json.dumps(self.whole(keys), separators=(",", ":"), sort_keys=True) if self.keys else self.name
        return f"{name}.{self.prop}"


@dataclass(frozen=True, slots=True)
class Call:
    """One callback of the server."""

    output: str
    module: str
    inputs: tuple[Slot, ...]
    state: tuple[Slot, ...]

    def body(self, fill: Fill, keys: Mapping[str, Any]) -> dict[str, Any]:
        """What a browser would send, with values and parts of ids of one's own choice."""
        return {
            "output": self.output,
            "outputs": self._outputs(keys),
            "inputs": [slot.filled(fill(slot), keys) for slot in self.inputs],
            "state": [slot.filled(fill(slot), keys) for slot in self.state],
            "changedPropIds": [self.inputs[0].prop_id(keys)],
        }

    def _outputs(self, keys: Mapping[str, Any]) -> Any:
        many = self.output.startswith("..")
        parts = self.output[2:-2].split("...") if many else [self.output]
        slots = [_slot(*part.rpartition(".")[::2]) for part in parts]
        outputs = [
            {"id": slot.whole(keys) if slot.keys else slot.name, "property": slot.prop.partition("@")[0]}
            for slot in slots
        ]
        return outputs if many else outputs[0]


def calls(app: Dash) -> list[Call]:
    """Every callback that runs on the server, but the router of Dash, whose inputs the guard checks one by one."""
    return [
        Call(output, spec["callback"].__module__, _slots(spec["inputs"]), _slots(spec["state"]))
        for output, spec in app.callback_map.items()
        if "callback" in spec and output != ROUTER
    ]


def _slots(given: Sequence[Mapping[str, str]]) -> tuple[Slot, ...]:
    return tuple(_slot(one["id"], one["property"]) for one in given)


def _slot(name: str, prop: str) -> Slot:
    if not name.startswith("{"):
        return Slot(name, prop)
    pattern = json.loads(name)
    wild = {key: value for key, value in pattern.items() if isinstance(value, list)}
    return Slot(pattern["type"], prop, tuple(wild), ["ALL"] in wild.values())


def send(client: httpx.Client, body: Any) -> httpx.Response:
    """A callback; ASCII, so that lone halves of a pair of surrogates go out as forgers would send them."""
    return client.post(CALLBACK, content=json.dumps(body), headers={"Content-Type": "application/json"})


def told_nothing(answer: httpx.Response) -> bool:
    """Whether an answer keeps to itself what happened inside."""
    return answer.status_code == 200 or not TRACES.search(answer.text)


def dump(dsn: str, *without: str) -> dict[str, tuple[int, str]]:
    """Rows and a hash of all that stands in each table."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        tables = [row[0] for row in conn.execute(TABLES) if row[0] not in without]
        assert len(tables) > 40
        return {table: conn.execute(_hash_of(table)).fetchone() for table in tables}


def _hash_of(table: str) -> str:
    row = f"md5(({MOVING.get(table, 'to_jsonb(t)')})::text)"
    return f"select count(*), coalesce(md5(string_agg({row}, '' order by {row})), '') from mg.\"{table}\" t"


def posts(app: Dash) -> list[str]:
    """Addresses of the server at which something changes, as routes write them."""
    return sorted(
        {
            route.path
            for route in app.server.routes
            if set(getattr(route, "methods", None) or ()) - {"GET", "HEAD", "OPTIONS"}
        }
    )
