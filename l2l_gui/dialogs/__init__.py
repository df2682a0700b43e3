"""Every question asked: new run, branch, import, movie, sweep, and the forms they are made of."""
