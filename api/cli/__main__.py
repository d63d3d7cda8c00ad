"""`python -m api.cli`."""

import sys

from api.cli.entry import main

sys.exit(main())
