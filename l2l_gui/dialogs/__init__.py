"""Every dialog: new run, branch, import, movie, sweep, and the forms they contain."""
