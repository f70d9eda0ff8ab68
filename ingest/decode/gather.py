"""What several streams of one feed said, as one batch in the order in which it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.batch import Batch, Refusal, concat

from .merge import Merged, to_batch
from .repeats import Repeats
from .work import Work

Keyed = tuple[int, Refusal]
"""A refusal with the number of the line that brought it, which for a lost part is a later one than its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A run of packets of one stream, decoded; repeats are not yet looked for."""

    work: Work
    merged: Merged


def gather(reads: Sequence[Read], repeats: Repeats, source: int) -> tuple[Batch, list[Keyed]]:
    """One batch of all, rows by number of their line, and its refusals, which are not in it and in no order."""
    batches: list[Batch] = []
    keyed: list[Keyed] = []
    for read, repeat in zip(reads, _mark(reads, repeats), strict=True):
        seq = read.work.block.seq
        batch = to_batch(read.merged, repeat, source, seq)
        batch.lines = len(read.work.block)
        batches.append(batch)
        keyed += [(int(seq[line]), refusal) for line, refusal in read.work.refusals]
    return (batches[0] if len(batches) == 1 else in_order(concat(batches))), keyed


def _mark(reads: Sequence[Read], repeats: Repeats) -> list[np.ndarray]:
    """Which messages of each are repeats; all are marked in order of arrival, whoever heard them."""
    keys = [payload for read in reads for payload in read.merged.payload]
    times = np.concatenate([read.merged.received_at for read in reads])
    if len(reads) == 1:
        return [np.asarray(repeats.mark(keys, times.tolist()), np.bool_)]
    order = np.argsort(np.concatenate([r.work.block.seq[r.merged.line] for r in reads]), kind="stable")
    repeat = np.zeros(len(keys), np.bool_)
    repeat[order] = repeats.mark([keys[i] for i in order.tolist()], times[order].tolist())
    return np.split(repeat, np.cumsum([len(read.merged.payload) for read in reads])[:-1])


def in_order(batch: Batch) -> Batch:
    """The batch with its rows, statics and texts by number of their line."""
    batch.positions = batch.positions.take(np.argsort(batch.positions.seq, kind="stable"))
    batch.statics.sort(key=lambda report: report.seq)
    batch.texts.sort(key=lambda report: report.seq)
    return batch


def refusals_of(keyed: list[Keyed]) -> list[Refusal]:
    """Refusals in the order in which they came about."""
    return [refusal for _, refusal in sorted(keyed, key=lambda k: k[0])]
