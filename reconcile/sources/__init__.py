"""Reading: one module per kind of source, found by name in `registry`."""
