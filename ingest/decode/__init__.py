"""Bytes to batches: decoders of NMEA/AIVDM, of JSON dialects and of CSV.

Holds everything that knows a wire format. Not-available codes become NaN, -1 or None here, once; what cannot be used
becomes a `Refusal` with its reason. Refuses to read sockets, files or the clock, and never raises for bad bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ingest.packet import Decoder

from .dialects import ais_catcher, owntracks, signalk
from .nmea import NmeaDecoder
from .own import ROOT, OwnDecoder
from .records import RecordDecoder
from .sniff import SniffingDecoder
from .tables import TableDecoder

FORMATS = ("nmea", "maritime-grid", "ais-catcher", "signalk", "owntracks", "csv", "auto")
CLOCKS = ("live", "recorded")


def make_decoder(
    format: str,  # noqa: A002 - the word of the configuration
    source: int,
    *,
    clock: str = "live",
    start_us: int | None = None,
    identities: Mapping[str, int] | None = None,
    root: str = ROOT,
) -> Decoder:
    """A decoder of one feed.

    Args:
        format: one of FORMATS; `auto` looks at the first lines, for files.
        source: code of the feed, for the `source` columns.
        clock: `live`, or `recorded` for a file, whose own times count instead of receipt.
        start_us: where the clock of a recording without any time starts, microseconds since the epoch.
        identities: OwnTracks topic or `tid` to MMSI.
        root: topic root of our own dialect.

    Raises:
        ValueError: an unknown format or clock; the message names the choices.
    """
    if clock not in CLOCKS:
        raise ValueError(f"unknown clock {clock!r}; choose one of: {', '.join(CLOCKS)}")

    makers: dict[str, Callable[[], Decoder]] = {
        "nmea": lambda: NmeaDecoder(source, recorded=clock == "recorded", start_us=start_us),
        "maritime-grid": lambda: OwnDecoder(source, root),
        "ais-catcher": lambda: RecordDecoder(source, ais_catcher),
        "signalk": lambda: RecordDecoder(source, signalk),
        "owntracks": lambda: RecordDecoder(source, owntracks(identities)),
        "csv": lambda: TableDecoder(source),
        "auto": lambda: SniffingDecoder(lambda name: makers[name]()),
    }
    if format not in makers:
        raise ValueError(f"unknown format {format!r}; choose one of: {', '.join(FORMATS)}")
    return makers[format]()
