"""``python -m cascade_kpi``."""

import os
import sys

from cascade_kpi.cli import main

if __name__ == "__main__":
    try:
        if sys.stdout is None:
            sys.exit(2)  # closed before we began: there is nobody to answer
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except OSError:
        # Whoever read the output has seen enough (`… | head`), or the disk is full.
        # Python would complain once more when it closes the stream; let it close another.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
