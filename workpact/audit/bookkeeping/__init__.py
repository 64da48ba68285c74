"""The user's books against the record: payments, readers, three-way match, exports (SPEC.md 13.8).

`payments` are the record's movements of money, `accounts` choose those that one set of books shows, `csv_books`,
`camt_books`, `beancount_books` and `hledger_books` read lines, `matching` compares, the `export_*` modules write.
"""
