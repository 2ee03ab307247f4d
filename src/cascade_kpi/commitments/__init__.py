"""Commitments from below, reconciled with targets from above."""
