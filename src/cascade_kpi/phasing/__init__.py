"""Targets of a year phased over its months, both margins met in whole lots."""
