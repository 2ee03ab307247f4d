"""``python -m cascade_kpi``."""

import os
import sys

from cascade_kpi.cli import main
from cascade_kpi.cli.telling import fail

if __name__ == "__main__":
    if sys.stdout is None:
        sys.exit(fail("stdout is closed: there is nowhere to write to"))
    code = main()
    try:
        sys.stdout.flush()
    except OSError:
        # It has been told. Python would complain once more when it closes the stream;
        # let it close another.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
