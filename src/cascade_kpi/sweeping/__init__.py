"""Sweeps: what becomes of totals and grades under many weightings."""
