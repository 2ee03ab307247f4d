"""Results: actuals rolled up and set beside the targets."""
