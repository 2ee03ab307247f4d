"""Driver trees: KPIs composed of others, evaluated, explained, and goals taken down to drivers."""
