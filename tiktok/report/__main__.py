"""What `python -m tiktok.report` runs."""

import sys

from tiktok.report.run import main

sys.exit(main())
