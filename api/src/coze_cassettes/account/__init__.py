"""The account that is recorded from: its token, what it has, what can be made in it."""
