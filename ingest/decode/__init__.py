"""Bytes to batches: decoders of NMEA/AIVDM, of JSON dialects and of CSV.

Holds everything that knows a wire format. Not-available codes become NaN, -1 or None here, once; what cannot be used
becomes a `Refusal` with its reason. Refuses to read sockets, files or the clock, and never raises for bad bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ingest.packet import Decoder

from .dialects import ais_catcher, owntracks, signalk
from .fragments import TIMEOUT_S
from .limits import FUTURE_S, Limits
from .nmea import NmeaDecoder
from .own import ROOT, OwnDecoder
from .records import Reader, RecordDecoder
from .repeats import WINDOW_S
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
    relay_window_s: float = WINDOW_S,
    fragment_timeout_s: float = TIMEOUT_S,
    future_s: float = FUTURE_S,
) -> Decoder:
    """A decoder of one feed.

    Args:
        format: one of FORMATS; `auto` looks at the first lines, for files.
        source: code of the feed, for the `source` columns.
        clock: `live`, or `recorded` for a file, whose own times count instead of receipt.
        start_us: where the clock of a recording without any time starts, microseconds since the epoch.
        identities: OwnTracks topic or `tid` to MMSI.
        root: topic root of our own dialect.
        relay_window_s: the same payload again within this time is a repeat.
        fragment_timeout_s: the parts of a message must come within this time.
        future_s: live, a report further ahead of its receipt is refused.

    Raises:
        ValueError: an unknown format or clock; the message names the choices.
    """
    if clock not in CLOCKS:
        raise ValueError(f"unknown clock {clock!r}; choose one of: {', '.join(CLOCKS)}")

    limits = Limits(relay_window_s, fragment_timeout_s, future_s)

    def records(reader: Reader) -> Decoder:
        return RecordDecoder(source, reader, limits, start_us=start_us)

    makers: dict[str, Callable[[], Decoder]] = {
        "nmea": lambda: NmeaDecoder(source, limits, recorded=clock == "recorded", start_us=start_us),
        "maritime-grid": lambda: OwnDecoder(source, root, limits, start_us=start_us),
        "ais-catcher": lambda: records(ais_catcher),
        "signalk": lambda: records(signalk),
        "owntracks": lambda: records(owntracks(identities)),
        "csv": lambda: TableDecoder(source, limits, start_us=start_us),
        "auto": lambda: SniffingDecoder(lambda name: makers[name]()),
    }
    if format not in makers:
        raise ValueError(f"unknown format {format!r}; choose one of: {', '.join(FORMATS)}")
    return makers[format]()
