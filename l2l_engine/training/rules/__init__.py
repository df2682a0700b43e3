"""Update rules: what a protocol may put in place of, or around, the published update."""
