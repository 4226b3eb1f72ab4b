"""The account that is recorded from: who we are to it, what it has, and what can be made in it."""
