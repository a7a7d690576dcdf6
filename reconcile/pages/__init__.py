"""Pages for a browser: one file each, that asks nothing of any network.

What stands on them is counted by SQL; here it is drawn, escaped and packed. What a page is made
of lies in `parts/`.
"""
