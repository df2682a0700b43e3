"""The paper's figures, one module each, drawn with matplotlib."""
