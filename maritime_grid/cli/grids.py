"""`maritime-grid grids`: check, file and list grids 网格 and zones 区域 with their versions."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from geofence.fences import FenceError
from geofence.load import check, read_features
from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import Settings
from maritime_grid.store.registry import PlaceInput, PlaceVersion
from maritime_grid.store.writer import Store

from .area import read_area, read_grids, read_zones
from .prepare import ALWAYS, now_us
from .store_option import add_config_option, add_store_options, settings_of, store_dsn
from .tables import print_table
from .times import instant


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
    load.add_argument("--by", default="operator", metavar="NAME", help="who files it, for the record")
    load.add_argument("--reason", default="grids load", metavar="TEXT", help="why, for the record")
    add_store_options(load)
    history = actions.add_parser("history", help="versions as filed")
    history.add_argument("place", nargs="?", metavar="ID", help="one grid or zone")
    add_store_options(history)


def run(args: argparse.Namespace) -> int:
    actions = {"validate": run_validate, "load": run_load, "history": run_history}
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
    if zones:
        features = [f for f in features if (kind := kinds.get(str(f.properties.get("kind")))) is None or kind.fence]
    return [str(problem) for problem in check(features, exclusive=not zones)]


def run_load(args: argparse.Namespace, settings: Settings) -> int:
    places, ports = read_area(settings) if args.path is None else (_of_file(args, settings), [])
    with store_dsn(args, settings, create=True) as dsn, Store.open(dsn) as store:
        store.migrate()
        first = not store.places_world()
        start = int(args.valid_from.timestamp() * 1_000_000) if args.valid_from else ALWAYS if first else now_us()
        store.save_ports(ports)
        done = store.save_places(places, filed_by=args.by, reason=args.reason, valid_from=start)
    print(f"{done.new} new, {done.changed} changed, {done.same} same")
    return 0


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
    columns = "id", "layer", "kind", "name", "version", "from (UTC)", "to (UTC)", "filed by", "filed at", "reason"
    print_table(
        columns,
        [
            (
                v.place_id, v.layer, v.kind, v.name_zh, v.version, moment(v.valid_from), moment(v.valid_to),
                v.filed_by, f"{v.filed_at:%Y-%m-%d %H:%M}", v.reason,
            )
            for v in versions
        ],
    )  # fmt: skip


def moment(us: int) -> str:
    """A bound of validity; `-` for none."""
    if abs(us) >= -ALWAYS:
        return "-"
    return f"{datetime.fromtimestamp(us / 1e6, UTC):%Y-%m-%d %H:%M}"
