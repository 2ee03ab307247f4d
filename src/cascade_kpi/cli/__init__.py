"""The command: run the embedded case, or check tables. ``python -m cascade_kpi --help``."""

from cascade_kpi.cli.command import main

__all__ = ["main"]
