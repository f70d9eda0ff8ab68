"""Our own topics, under a root.

`vessel/{mmsi}/position|sos|crew|port`, `grid/{grid_id}/report`, `receiver/{id}/nmea`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ingest.batch import Batch, CrewReport, GridReport, PortReport, Reason, SosReport, concat
from ingest.packet import Packet

from .block import bounded, count_lines
from .gather import gather, in_order, refusals_of
from .limits import DEFAULTS, Limits
from .nmea import NmeaDecoder
from .records import read_record, split_records
from .repeats import Repeats
from .sink import Sink
from .values import Record, RefusedError, angle, integer, is_aircraft, mmsi_of, moment, need, place, speed, status, text

ROOT = "mg/v1"
_MAX_RECEIVERS = 1_000  # a decoder each; the oldest gives way
_MAX_PEOPLE = 10_000
_MAX_NAMES = 500
_Run = list[tuple[Packet, int]]  # packets of one receiver with the numbers of their first lines
_PORT_KINDS = ("arrive", "depart")


class OwnDecoder:
    """`Decoder` of our own dialect. A file's lines are positions, or carry their topic: {"topic", "payload"}."""

    def __init__(
        self, source: int, root: str = ROOT, limits: Limits = DEFAULTS, *, start_us: int | None = None
    ) -> None:
        self._source = source
        self._limits = limits
        self._last_t = start_us or 0
        self._root = root.strip("/") + "/"
        self._seq = 0
        self._receivers: dict[str, NmeaDecoder] = {}
        self._repeats = Repeats(limits.relay_window_s)

    def decode(self, packets: Sequence[Packet]) -> Batch:
        """Columns of the packets; NMEA is decoded together by receiver, and all of it put back into order."""
        sink = Sink(self._source, self._seq, self._limits, self._last_t)
        runs: dict[NmeaDecoder, _Run] = {}
        gone: list[tuple[int, NmeaDecoder]] = []
        for packet in packets:
            receiver = self._receiver_of(packet.topic)
            if receiver is None:
                self._read(sink, packet)
                continue
            message, first = bounded(packet), sink.seq + 1
            sink.seq += count_lines(message)
            runs.setdefault(self._decoder_of(receiver), []).append((message, first))
            if len(self._receivers) > _MAX_RECEIVERS:
                gone.append((sink.seq, self._receivers.pop(next(iter(self._receivers)))))
        self._seq, self._last_t = sink.seq, sink.last_t
        return self._together(sink.finish(), runs, gone) if runs else sink.finish()

    def flush(self) -> Batch:
        return concat([decoder.flush() for decoder in self._receivers.values()])

    def _read(self, sink: Sink, packet: Packet) -> None:
        sink.received_at = packet.received_at
        for raw in split_records(packet):
            read_record(sink, packet.topic, raw, self._take)

    def _take(self, sink: Sink, topic: str, record: Record) -> None:
        if not topic and isinstance(record.get("topic"), str) and isinstance(record.get("payload"), dict):
            topic, record = record["topic"], record["payload"]
        if not topic:
            _position(sink, mmsi_of(need(record, "mmsi")), record)
            return
        if not topic.startswith(self._root):
            raise RefusedError(Reason.MALFORMED)
        match topic.removeprefix(self._root).split("/"):
            case ["vessel", mmsi, kind] if kind in _OF_VESSEL:
                _OF_VESSEL[kind](sink, _agreed(mmsi, record), record)
            case ["grid", grid_id, "report"] if grid_id:
                _grid(sink, grid_id, record)
            case _:
                raise RefusedError(Reason.MALFORMED)

    def _receiver_of(self, topic: str) -> str | None:
        match topic.removeprefix(self._root).split("/") if topic.startswith(self._root) else []:
            case ["receiver", name, "nmea"] if name:
                return name
            case _:
                return None

    def _decoder_of(self, receiver: str) -> NmeaDecoder:
        """Parts and clocks are kept apart by receiver; repeats are known across all of them."""
        decoder = self._receivers.pop(receiver, None) or NmeaDecoder(self._source, self._limits)
        self._receivers[receiver] = decoder
        return decoder

    def _together(self, others: Batch, runs: dict[NmeaDecoder, _Run], gone: list[tuple[int, NmeaDecoder]]) -> Batch:
        reads = [decoder.read(*zip(*run, strict=True)) for decoder, run in runs.items()]
        nmea, keyed = gather(reads, self._repeats, self._source)
        keyed += [(refusal.seq, refusal) for refusal in others.refusals]
        keyed += [(seq, lost) for seq, decoder in gone for lost in decoder.flush().refusals]
        batch = in_order(concat([others, nmea]))
        batch.refusals = refusals_of(keyed)
        return batch


def _agreed(topic_mmsi: str, record: Record) -> int:
    mmsi = mmsi_of(topic_mmsi)
    if record.get("mmsi") is not None and mmsi_of(record["mmsi"]) != mmsi:
        raise RefusedError(Reason.TOPIC_MISMATCH)
    return mmsi


def _position(sink: Sink, mmsi: int, record: Record) -> None:
    t = moment(need(record, "t"))
    get = record.get
    motion = (speed(get("sog"), aircraft=is_aircraft(mmsi)), angle(get("cog")), angle(get("heading")))
    sink.position(t, mmsi, place(need(record, "lon"), need(record, "lat")), motion, status(get("nav_status")))
    if "name" in record or "callsign" in record or "ship_type" in record:
        said = {
            "ship_name": text(get("name")),
            "callsign": text(get("callsign")),
            "ship_type": integer(get("ship_type"), 0, 255) or None,
        }
        sink.static(t, mmsi, said)


def _sos(sink: Sink, mmsi: int, record: Record) -> None:
    t = moment(need(record, "t"))
    lon, lat = place(record.get("lon"), record.get("lat"))
    known = not math.isnan(lon)
    sink.batch.sos.append(SosReport(
        t, sink.received(t), mmsi, sink.source, sink.seq, lon if known else None, lat if known else None,
        integer(record.get("people"), 0, _MAX_PEOPLE), text(record.get("note")),
    ))  # fmt: skip


def _crew(sink: Sink, mmsi: int, record: Record) -> None:
    t = moment(need(record, "t"))
    names = record.get("names") or []
    if not isinstance(names, list) or len(names) > _MAX_NAMES:
        raise RefusedError(Reason.BAD_VALUE)
    on_board = integer(need(record, "on_board"), 0, _MAX_PEOPLE)
    if on_board is None:
        raise RefusedError(Reason.BAD_VALUE)
    read = tuple(name for name in map(text, names) if name)
    sink.batch.crew.append(CrewReport(t, sink.received(t), mmsi, sink.source, sink.seq, on_board, read))


def _port(sink: Sink, mmsi: int, record: Record) -> None:
    t = moment(need(record, "t"))
    kind = need(record, "kind")
    if kind not in _PORT_KINDS:
        raise RefusedError(Reason.BAD_VALUE)
    port, on_board = text(record.get("port_id")), integer(record.get("on_board"), 0, _MAX_PEOPLE)
    sink.batch.port_reports.append(PortReport(t, sink.received(t), mmsi, sink.source, sink.seq, kind, port, on_board))


def _grid(sink: Sink, grid_id: str, record: Record) -> None:
    t, kind = moment(need(record, "t")), text(need(record, "kind"))
    name = text(grid_id)
    if kind is None or name is None:
        raise RefusedError(Reason.BAD_VALUE)
    place(record.get("lon"), record.get("lat"))
    sink.batch.grid_reports.append(GridReport(t, sink.received(t), name, sink.source, sink.seq, kind, dict(record)))


_OF_VESSEL: dict[str, Callable[[Sink, int, Record], None]] = {
    "position": _position,
    "sos": _sos,
    "crew": _crew,
    "port": _port,
}
