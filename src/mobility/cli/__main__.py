"""`python -m mobility.cli`, as `mobility`."""

import sys

from mobility.cli import main

sys.exit(main())
