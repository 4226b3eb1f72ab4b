"""Which operations of the installed SDK the committed cassettes show."""
