"""Records the whole set anew: staged, inspected, compared, replayed, and only then swapped in."""
