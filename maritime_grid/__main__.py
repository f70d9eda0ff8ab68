"""`python -m maritime_grid` is `maritime-grid`."""

import sys

from maritime_grid.cli import main

sys.exit(main())
