"""The panels of the workspace *Analyses*: one for each analysis that is chosen, and a scatter plot."""
