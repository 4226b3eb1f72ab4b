"""Puts placeholders in place of what the table of rules names, and makes what the proof of it plants."""
