"""Gaps between results and targets, and exact splits of them."""
