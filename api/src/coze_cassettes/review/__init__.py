"""Shows cassettes to people: transcripts, comparisons of two revisions, pages."""
