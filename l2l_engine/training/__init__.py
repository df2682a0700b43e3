"""Training: the only part of the engine that imports TensorFlow, and only when it trains."""
