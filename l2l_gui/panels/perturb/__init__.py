"""The Perturb workspace: what is done to a copy of the network, and what follows."""
