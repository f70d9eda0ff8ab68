"""What keeps feeds from coming in, one line each time it changes: a port taken, a peer away, a topic refused."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from maritime_grid.settings import Settings

from .inlets import Inlet

log = logging.getLogger(__name__)


class Troubles:
    """Says each trouble once, whatever the number of attempts, and when it is over."""

    def __init__(self, settings: Settings) -> None:
        self._said: dict[str, str] = {}
        self._urls = {feed.name: settings.broker.url if feed.url == "broker" else feed.url for feed in settings.feeds}

    def tell(self, inlets: Iterable[Inlet]) -> None:
        """Looks at every feed; cheap, for every turn."""
        for inlet in inlets:
            name, trouble = inlet.feed.name, inlet.transport.status().trouble
            if trouble == self._said.get(name, ""):
                continue
            self._said[name] = trouble
            where = f"feed {name} ({self._urls.get(name, '')})"
            if trouble:
                log.warning("%s: nothing can come in: %s", where, trouble)
            else:
                log.info("%s: back again", where)
