"""A change of mind: targets made anew, and what changed for whom, and by what."""
