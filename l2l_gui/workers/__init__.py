"""The engine thread, background jobs, sweeps and relearning."""
