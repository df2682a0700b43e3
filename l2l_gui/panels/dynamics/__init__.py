"""The Dynamics workspace: vector-field changes, flow, slow points, forgetting."""
