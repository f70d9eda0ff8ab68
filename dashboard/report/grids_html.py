"""The pages of `/public` and `/public/grids`: plain HTML for a telephone, a screen and a notice board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from dashboard.words import Words
from maritime_grid.store.people_rows import ContactRow
from maritime_grid.store.public_reads import Hotline, PublicGrid, PublicGrids

from .markup import Markup, document, el
from .page import STATIC, head, other_language

HOME, GRIDS = "/public", "/public/grids"
WAYS = {  # address by name
    "report": "/public/report",
    "follow": "/c/",
    "grids": GRIDS,
    "items": "/public/items",
    "badge": "/public/badge",
}


def home_page(words: Words, known: PublicGrids | None, fault: str) -> bytes:
    """What anyone may do here, and the hotlines; without them where the store is away."""
    cards = [
        el("a", el("strong", words(f"public.to.{name}")), el("span", words(f"public.to.{name}.hint")), href=where)
        for name, path in WAYS.items()
        for where in [address(path, words)]
    ]
    return _page(
        words,
        words("public.title"),
        HOME,
        el("h1", words("public.title")),
        el("p", words("public.lead"), class_="lead"),
        el("nav", *cards, class_="ways", aria_label=words("public.title")),
        *_hotlines(words, known.hotlines if known else None, fault),
    )


def grids_page(words: Words, known: PublicGrids | None, fault: str, drawn: Markup | None = None) -> bytes:
    """The grids by county with their chart, people in office and hotlines."""
    parts: list[Markup | None] = [
        el("h1", words("public.grids")),
        el("p", words(fault), class_="say bad", role="alert") if fault else None,
    ]
    if known is not None:
        parts += _grids(words, known, drawn)
    return _page(words, words("public.grids"), GRIDS, *parts)


def nowhere_page(words: Words) -> bytes:
    """For an address that is none."""
    back = el("a", words("public.home"), href=address(HOME, words), class_="file")
    return _page(words, words("public.nowhere"), HOME, el("h1", words("public.nowhere")), el("p", back))


def features_of(known: PublicGrids) -> dict[str, Any]:
    """GeoJSON of the outlines with what the page says of the places, without people."""
    names = ("grid_id", "version", "name_zh", "name_en", "kind", "county_zh", "unit_zh", "ports_zh", "sample")
    features = [
        {"type": "Feature", "properties": {name: getattr(grid, name) for name in names}, "geometry": grid.geometry}
        for grid in known.grids
    ]
    return {"type": "FeatureCollection", "features": features}


def address(path: str, words: Words, **asked: str) -> str:
    """An address that keeps the language of who has chosen one."""
    query = asked if words.is_default else {**asked, "lang": words.lang.split("_")[0]}
    return f"{path}?{urlencode(query)}" if query else path


def _page(words: Words, title: str, path: str, *parts: Markup | None) -> bytes:
    styles = [el("link", rel="stylesheet", href=f"{STATIC}{name}.css") for name in ("items", "grids")]
    script = el("script", type="module", src=f"{STATIC}card.js")
    home = el("a", words("public.home"), href=address(HOME, words), class_="language")
    top = el("header", el("strong", words("public.short")), home, other_language(words, path))
    body = el("body", top, el("main", *parts), class_="items places")
    return document(el("html", head(words, title, *styles, script), body, lang=words("lang.code")))


def _hotlines(words: Words, hotlines: Sequence[Hotline] | None, fault: str) -> list[Markup | None]:
    if hotlines is None:
        return [el("p", words(fault), class_="say bad", role="alert")]
    if not hotlines:
        return [el("h2", words("public.hotlines")), el("p", words("public.hotlines.none"), class_="none")]
    lines = [
        el("li", el("span", one.name_zh if words.is_chinese else one.name_en), _phone(one.hotline)) for one in hotlines
    ]
    return [el("h2", words("public.hotlines")), el("ul", *lines, class_="lines")]


def _phone(number: str) -> Markup:
    dialled = "".join(c for c in number if c.isdigit() or c == "+")
    return el("a", number, href=f"tel:{dialled}", class_="phone") if dialled else el("span", number)


def _grids(words: Words, known: PublicGrids, drawn: Markup | None) -> list[Markup | None]:
    people: dict[str, list[ContactRow]] = {}
    for contact in known.contacts:
        people.setdefault(contact.grid_id, []).append(contact)
    samples = any(grid.sample for grid in known.grids)
    counties = [(name, list(found)) for name, found in groupby(known.grids, lambda g: _name(g, "county", words))]
    links = [
        el("a", name or words("public.no_county"), el("small", f"{len(found)}"), href=f"#county-{n}")
        for n, (name, found) in enumerate(counties)
    ]
    sections = [
        el("section", el("h2", name or words("public.no_county")), *listed, id=f"county-{n}")
        for n, (name, found) in enumerate(counties)
        for listed in [[_grid(words, grid, people) for grid in found]]
    ]
    return [
        el("p", words("public.grids.lead", n=len(known.grids)), class_="lead"),
        el("p", words("public.sample"), class_="say") if samples else None,
        el("nav", *links, aria_label=words("public.grids")),
        drawn,
        *sections,
        *_hotlines(words, known.hotlines, ""),
        _files(words),
    ]


def _grid(words: Words, grid: PublicGrid, people: Mapping[str, Sequence[ContactRow]]) -> Markup:
    kind = words.get(f"grids.kind.{grid.kind}", grid.kind)
    led, ports = _name(grid, "unit", words), grid.ports_zh if words.is_chinese else grid.ports_en
    about = [
        el("span", words("public.kind", kind=kind)),
        el("span", words("public.led", unit=led)) if led else None,
        el("span", words("public.ports", ports=words("case.list_join").join(ports))) if ports else None,
    ]
    held = [_contact(words, one) for one in people.get(grid.grid_id, ())]
    return el(
        "article",
        el("h3", el("span", grid.grid_id, class_="no"), _name(grid, "name", words)),
        el("p", *about, class_="about"),
        el("ul", *held, class_="lines") if held else el("p", words("public.nobody"), class_="none"),
        id=f"grid-{grid.grid_id}",
    )


def _contact(words: Words, one: ContactRow) -> Markup:
    post = el("b", words.get(f"people.post.{one.post}", one.post))
    return el("li", post, el("span", one.name), _phone(one.work_phone) if one.work_phone else None)


def _name(grid: PublicGrid, what: str, words: Words) -> str:
    return str(getattr(grid, f"{what}_{'zh' if words.is_chinese else 'en'}"))


def _files(words: Words) -> Markup:
    return el(
        "footer",
        el("a", words("public.geojson"), href=address(f"{GRIDS}.geojson", words), class_="file"),
        el("button", words("items.print"), type="button", id="print"),
        class_="keep",
    )
