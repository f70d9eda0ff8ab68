"""`maritime-grid grids`: check, file, retire and list grids 网格 and zones 区域 with their versions."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from geofence.fences import FenceError
from geofence.load import Feature, Problem, check, read_features, swept
from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import Settings
from maritime_grid.store import registry
from maritime_grid.store.registry import PlaceInput, PlaceVersion
from maritime_grid.store.writer import Store

from .area import grid_faults, read_area, read_grids, read_zones
from .prepare import ALWAYS, now_us
from .store_option import add_config_option, add_store_options, settings_of, store_dsn
from .tables import print_table
from .times import instant

STORE = Path("the store")  # where a place lies that is in force already, for messages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    validate = actions.add_parser("validate", help="check GeoJSON files; touches no store")
    validate.add_argument("paths", type=Path, nargs="*", metavar="FILE", help="default: grids and zones of the area")
    validate.add_argument("--zones", action="store_true", help="the files hold zones, which may overlap")
    add_config_option(validate)
    load = actions.add_parser("load", help="file polygons; what changed becomes a new version")
    load.add_argument("path", type=Path, nargs="?", metavar="FILE", help="default: the whole configured area")
    load.add_argument("--zones", action="store_true", help="the file holds zones, not grids")
    load.add_argument("--drawn", type=Path, metavar="FILE", help="the same grids with the land cut out, to draw")
    load.add_argument("--valid-from", type=instant, metavar="TIME", help="in force from (default: now)")
    load.add_argument("--replace", action="store_true", help="retire those of the same layer that it does not name")
    _add_record_options(load, "grids load")
    retire = actions.add_parser("retire", help="end grids or zones; their versions stay for older reports")
    retire.add_argument("places", nargs="+", metavar="ID", help="grids or zones")
    retire.add_argument("--valid-to", type=instant, metavar="TIME", help="in force until before (default: now)")
    _add_record_options(retire, "grids retire")
    history = actions.add_parser("history", help="versions as filed")
    history.add_argument("place", nargs="?", metavar="ID", help="one grid or zone")
    add_store_options(history)


def _add_record_options(parser: argparse.ArgumentParser, reason: str) -> None:
    parser.add_argument("--by", default="operator", metavar="NAME", help="who does it, for the record")
    parser.add_argument("--reason", default=reason, metavar="TEXT", help="why, for the record")
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    actions = {"validate": run_validate, "load": run_load, "retire": run_retire, "history": run_history}
    return actions[args.action](args, settings_of(args))


def run_validate(args: argparse.Namespace, settings: Settings) -> int:
    """All faults on stdout, one a line; exit code 2 where there is any."""
    if not args.paths:
        places, ports = read_area(settings)
        print(f"{len(places)} places and {len(ports)} ports: valid")
        return 0
    faults = 0
    for path in args.paths:
        lines = faults_of(path, settings, zones=args.zones)
        faults += len(lines)
        print("\n".join(lines) if lines else f"{path}: valid")
    if faults:
        raise UsageError(f"{faults} faults", "mend the features named above")
    return 0


def faults_of(path: Path, settings: Settings, *, zones: bool) -> list[str]:
    """One line a fault; zones may overlap, and those that are lines to draw are passed over."""
    kinds = settings.zone_kinds
    try:
        features = read_features(path, id_key=settings.area.id_key)
    except FenceError as error:
        return str(error).splitlines()
    faults: list[str] = []
    if zones:
        features = [f for f in features if (kind := kinds.get(str(f.properties.get("kind")))) is None or kind.fence]
        features, faults = _swept(features)
    return faults + [str(problem) for problem in (check(features, exclusive=False) if zones else grid_faults(features))]


def _swept(features: Sequence[Feature]) -> tuple[list[Feature], list[str]]:
    """The features, those that move with all they come over; and the faults of those whose track makes no sense."""
    sound: list[Feature] = []
    faults: list[str] = []
    for feature in features:
        try:
            sound.append(swept(feature))
        except FenceError as error:
            faults.append(str(error))
    return sound, faults


def run_load(args: argparse.Namespace, settings: Settings) -> int:
    places, ports = read_area(settings) if args.path is None else (_of_file(args, settings), [])
    with store_dsn(args, settings, create=True) as dsn:
        _migrate(dsn)
        with registry.filing(dsn) as conn:
            versions = registry.places_world(conn)
            start = _us(args.valid_from) if args.valid_from else now_us() if versions else ALWAYS
            named = {p.place_id for p in places}
            standing = [v for v in versions if v.valid_to > start and v.place_id not in named]
            ended = _replaced(args, places, standing) if args.replace else []
            refuse_overlaps(places, [v for v in standing if v.place_id not in ended], args.path)
            registry.retire_places(conn, ended, args.by, args.reason, start)
            registry.save_ports(conn, ports)
            done = registry.save_places(conn, places, args.by, args.reason, start)
    retired = f", {len(ended)} retired" if args.replace else ""
    print(f"{done.new} new, {done.changed} changed, {done.same} same{retired}")
    return 0


def run_retire(args: argparse.Namespace, settings: Settings) -> int:
    with store_dsn(args, settings) as dsn:
        _migrate(dsn)
        end = _us(args.valid_to) if args.valid_to else now_us()
        with registry.filing(dsn) as conn:
            registry.retire_places(conn, args.places, args.by, args.reason, end)
    print(f"{len(set(args.places))} retired")
    return 0


def refuse_overlaps(places: Sequence[PlaceInput], standing: Sequence[PlaceVersion], path: Path | None = None) -> None:
    """Grids to file may not overlap those that stay in force beside them.

    Args:
        places: what is to be filed, found sound and without overlaps among themselves.
        standing: versions in force at that moment or later, of other places.
        path: the file of `places`, for the message.

    Raises:
        UsageError: it names both.
    """
    problems: list[Problem] = []
    for layer in sorted({p.layer for p in places} - {"zone"}):
        ours = [Feature(path or Path("the area"), p.place_id, {}, p.fence) for p in places if p.layer == layer]
        others = [
            Feature(STORE, f"{v.place_id} version {v.version}", {}, v.fence) for v in standing if v.layer == layer
        ]
        problems += [p for p in check([*ours, *others], exclusive=True) if p.path != STORE] if others else []
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UsageError(f"{problems[0]}{more}, or retire the other: maritime-grid grids retire, grids load --replace")


def _replaced(args: argparse.Namespace, places: Sequence[PlaceInput], standing: Sequence[PlaceVersion]) -> list[str]:
    """Ids of the places that a replacing load ends.

    A file of zones knows nothing of ports, which come from a list, and no file of storms, which end by themselves;
    a file of grids of the sea knows nothing of those of the land. An empty one is taken to be of the sea.
    """
    standing = [v for v in standing if "track" not in v.attributes]
    if args.path is None:
        return sorted({v.place_id for v in standing if v.layer in {"grid", "zone"}})
    layers = {"zone"} if args.zones else {p.layer for p in places} or {"grid"}
    return sorted({v.place_id for v in standing if v.layer in layers and (v.layer, v.kind) != ("zone", "port")})


def _migrate(dsn: str) -> None:
    with Store.open(dsn) as store:
        store.migrate()


def _us(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _of_file(args: argparse.Namespace, settings: Settings) -> list[PlaceInput]:
    if args.zones:
        return read_zones(args.path, settings)
    return read_grids(args.path, settings.area.id_key, args.drawn)


def run_history(args: argparse.Namespace, settings: Settings) -> int:
    with store_dsn(args, settings) as dsn, Store.open(dsn) as store:
        versions = [v for v in store.places_world() if args.place in (None, v.place_id)]
    if args.place and not versions:
        raise UsageError(f"there is no grid or zone {args.place}", "see: maritime-grid grids history")
    show(versions)
    return 0


def show(versions: list[PlaceVersion]) -> None:
    columns = (
        "id", "layer", "kind", "name", "version", "from (UTC)", "to (UTC)", "filed by", "filed at", "reason", "retired",
    )  # fmt: skip
    print_table(
        columns,
        [
            (
                v.place_id, v.layer, v.kind, v.name_zh, v.version, moment(v.valid_from), moment(v.valid_to),
                v.filed_by, f"{v.filed_at:%Y-%m-%d %H:%M}", v.reason,
                f"by {v.retired['by']}: {v.retired['reason']}" if v.retired else "",
            )
            for v in versions
        ],
    )  # fmt: skip


def moment(us: int) -> str:
    """A bound of validity; `-` for none."""
    if abs(us) >= -ALWAYS:
        return "-"
    return f"{datetime.fromtimestamp(us / 1e6, UTC):%Y-%m-%d %H:%M}"
