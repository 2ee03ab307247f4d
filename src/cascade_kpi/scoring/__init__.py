"""Scores: attainment, points by a curve, weights, total, grade."""
