"""`python -m dashboard`."""

from .serve import main

raise SystemExit(main())
