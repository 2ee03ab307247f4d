"""What is measured: KPIs, their directions, how they aggregate, their lots."""
