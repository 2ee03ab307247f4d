"""``python -m cascade_kpi``."""

import os
import sys

from cascade_kpi.cli import main

if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough (`… | head`). Python would complain
        # once more when it closes the stream; let it close another one.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
