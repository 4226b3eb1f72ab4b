"""A running test and what it says: recorded on its way to the target, or replayed without a network."""
