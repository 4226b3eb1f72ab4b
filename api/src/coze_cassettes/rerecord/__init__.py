"""Records the whole set again: staged, inspected, compared, replayed, only then swapped in."""
