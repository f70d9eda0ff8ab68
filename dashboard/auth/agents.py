"""What a browser says of itself, as people know it: `微信 · Android`."""

from __future__ import annotations

# The first that is found counts: browsers name those whose like they want to be as well.
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Macintosh", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    ("MicroMessenger/", "WeChat"), ("DingTalk/", "DingTalk"), ("HuaweiBrowser/", "Huawei"), ("MiuiBrowser/", "MIUI"),
    ("UCBrowser/", "UC"), ("MQQBrowser/", "QQ"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """System and browser; what neither names stands as it is, short; empty where nothing was said."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (SYSTEMS, BROWSERS)]
    return " · ".join(filter(None, found)) or agent[:40]
