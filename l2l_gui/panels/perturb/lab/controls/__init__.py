"""The groups of controls that edit the disturbance, a file each."""
