"""One module for each page: its address, and what stands on it."""
