"""Many workers at once, from files: the roster, batches of grants, wage lines and payslips. No chain.

Everything that a contract would refuse, and what it could not see, is refused here before anything is sent, with the
file, the line and what to do.
"""
