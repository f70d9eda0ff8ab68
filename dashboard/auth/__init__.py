"""Who asks: sessions, login, and the guard before every page, callback and address.

`current()` is the account of the request or callback that runs now, `needs(act)` refuses where it may not do this.
Reads and writes accounts through `maritime_grid.store.accounts` alone.
"""

from .who import AccessRefused, Account, acting, current, needs

__all__ = ["AccessRefused", "Account", "acting", "current", "needs"]
