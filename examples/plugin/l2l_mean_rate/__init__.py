"""A plug-in for L2L Explorer: the mean rate as an analysis, a panel and a figure, and a protocol."""
