"""Records the whole set anew: staged, inspected, compared, replayed, only then swapped in."""
