"""The file: what crossed the wire as values, as text, with its provenance."""
