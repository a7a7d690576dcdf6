"""The public REST API of mluvii: signing in, asking, and reading lists page by page."""
