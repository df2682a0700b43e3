"""The Perturb workspace: disturbing a copy of the network, and the consequences."""
