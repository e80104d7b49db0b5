"""What `python -m tiktok.report` runs."""

import sys

from tiktok.interruption import INTERRUPTED

try:  # the libraries take two seconds to load, in which somebody may think better of it
    from tiktok.report.run import main
except KeyboardInterrupt:
    print("No report: interrupted; what was there is as it was.", file=sys.stderr)
    sys.exit(INTERRUPTED)

sys.exit(main())
