"""A CSV of contacts before it is imported: read with its text, judged, parted."""
