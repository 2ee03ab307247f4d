"""Goals handed down: cells of a goals table, whole lots, targets."""
