"""Pure views: rows of the store in, bytes, JSON values or components out. No clock, no I/O."""
