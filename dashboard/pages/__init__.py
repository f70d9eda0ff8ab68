"""One file a page: its ids, `layout()` and `register(app, ...)`. Nothing is registered at import."""
