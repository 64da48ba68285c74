"""What is rebuilt from events alone, at any block: holdings and the cap table, wages and their register, tax files.

`events` reads them from a chain; all that is built on them needs none.
"""
