"""Changes within a period: who has how much of each target, and where it counts."""
