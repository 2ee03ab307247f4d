"""What a person and their manager agree on: performance plans and their signatures."""
