"""An answer of lines of JSON: how far a long piece of work is, as it goes on, and what came of it as the last line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

from fastapi import Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from .people_import import Progress, Told

LINES = "application/x-ndjson"
NOT_KEPT = {"Cache-Control": "no-store"}

Step = tuple[int, int] | None  # done and all; None: the work has ended


async def told_by_lines(work: Callable[[Progress], Told]) -> Response:
    """Do the work in a thread.

    Args:
        work: told to whom it says how far it is; it raises nothing that people can mend.
    """
    loop, steps = asyncio.get_running_loop(), asyncio.Queue[Step]()

    def progress(done: int, of: int) -> None:
        loop.call_soon_threadsafe(steps.put_nowait, (done, of))

    task = asyncio.create_task(run_in_threadpool(work, progress))
    task.add_done_callback(lambda _: steps.put_nowait(None))
    first = await steps.get()
    if first is None:  # it was quick: the status may say what came of it
        told = await task
        return Response(line_of(told), 422 if told.refused else 200, NOT_KEPT, LINES)
    return StreamingResponse(_lines(first, steps, task), headers=NOT_KEPT, media_type=LINES)


async def _lines(first: Step, steps: asyncio.Queue[Step], task: asyncio.Task[Told]) -> AsyncGenerator[str]:
    step = first
    while step is not None:
        yield json.dumps({"step": step[0], "of": step[1]}) + "\n"
        step = await steps.get()
    yield line_of(await task)


def line_of(told: Told) -> str:
    """The last line; the components of its view as Dash writes them."""
    said: dict[str, Any] = {"view": told.view, "agreed": told.agreed, "done": told.done, "refused": told.refused}
    return json.dumps(said, default=lambda component: component.to_plotly_json(), ensure_ascii=False) + "\n"
