"""Photos to a report of the public: checked before a byte of them is read, then as what staff attach."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from functools import partial
from time import monotonic

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from dashboard.attachments import FileFault, Incoming, incoming_of
from dashboard.auth.bodies import read
from dashboard.desk import Desk
from maritime_grid.cases.plan import Attachments
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.settings_model import PublicSettings
from maritime_grid.store.case_public import TYPES, PhotoLimits, PhotoRefused

from .answers import answer, answered, refusal
from .limits import Buckets, Rate

CASE_HEADER, KEY_HEADER = "X-Case", "X-Photo-Key"
AT_ONCE, OF_ONE = 8, 2  # bodies in memory, of all and of one address: who comes then is asked to come again
_CASE_ID = re.compile(r"\d{4}-\d{6,9}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_BUSY_S = 5


class Photos:
    """The address that takes them.

    Args:
        desk: commands and the clock.
        settings: [public] of the configuration.
    """

    def __init__(self, desk: Desk, settings: PublicSettings) -> None:
        self._desk = desk
        self._limits = PhotoLimits(
            settings.photo_max_mib << 20, settings.photo_max_count, timedelta(minutes=settings.photo_minutes)
        )
        self._rates = Buckets(
            Rate(settings.photo_burst, settings.photo_per_hour),
            Rate(settings.all_photo_burst, settings.all_photo_per_hour),
        )
        self._reading: Counter[str] = Counter()

    async def take(self, request: Request, client: str) -> Response:
        """One photo, its bytes as the body; `client` is whose rate it counts on."""
        wait_s = self._rates.take(client, monotonic())
        if wait_s:
            return _later("too many photos", 429, int(wait_s) + 1)
        if self._reading.total() >= AT_ONCE or self._reading[client] >= OF_ONE:
            return _later("too many photos at once", 503, _BUSY_S)
        self._reading[client] += 1
        try:
            return await self._taken(request)
        except MaritimeGridError as error:
            return refusal(error)
        finally:
            self._reading -= Counter([client])  # drops who has none left

    async def _taken(self, request: Request) -> Response:
        case_id, key = request.headers.get(CASE_HEADER, ""), request.headers.get(KEY_HEADER, "")
        if not (_CASE_ID.fullmatch(case_id) and _KEY.fullmatch(key)):
            raise PhotoRefused("no report is named", "send what the answer of the report said", "key")
        await run_in_threadpool(self._desk.cases.check_photo, case_id, key, self._limits, self._desk.now())
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and int(length[:12]) <= self._limits.max_bytes):
            raise self._too_large()
        body, _again = await read(request.receive, self._limits.max_bytes)
        if body is None:
            raise self._too_large()
        whole = self._desk.plan.attachments
        limits = Attachments(self._limits.max_bytes, whole.max_count, whole.types & TYPES)
        file = await incoming_of(request, [body], limits)
        return await answered(partial(self._attach, case_id, key, file))

    def _attach(self, case_id: str, key: str, file: Incoming) -> JSONResponse:
        facts = {"name": file.name, "sha256": file.sha256, "media_type": file.media_type, "content": file.content}
        seq = self._desk.cases.attach_photo(case_id, key, facts, self._limits, self._desk.now())
        return answer({"seq": seq})

    def _too_large(self) -> FileFault:
        most = self._limits.max_bytes >> 20
        return FileFault(f"the photo is larger than {most} MiB, or did not come", "send a smaller one", "size")


def _later(what: str, status: int, wait_s: int) -> JSONResponse:
    said = {"error": what, "field": "", "mend": "send it again later"}
    return answer(said, status, **{"Retry-After": str(wait_s)})
