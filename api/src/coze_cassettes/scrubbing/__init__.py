"""Puts placeholders in place of what the table of rules names."""
