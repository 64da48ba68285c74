"""How the tables of an index came to be what they are, one revision a file."""
