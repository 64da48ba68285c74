"""What can be wrong with books; each error says where and what to do."""

from __future__ import annotations

from workpact import WorkpactError


class BadBooks(WorkpactError):
    """Books that cannot be read or compared."""


class UnknownDialect(BadBooks):
    """A file of no form that is read, or in an encoding that is not told apart safely."""


class BadDate(BadBooks):
    """No date, or one that can be two."""


class BadAmount(BadBooks):
    """No amount, or one that can be two, or finer than its currency."""


class OtherCurrency(BadBooks):
    """A line in another currency than the agreement's token, without a rate."""


class DuplicateId(BadBooks):
    """Two lines with one id."""


class SignsInverted(BadBooks):
    """Most amounts have the opposite sign of the payments."""


class BadStatement(BadBooks):
    """A camt.053 file that is not valid, or whose balances its entries do not give."""


class BadJournal(BadBooks):
    """A journal that does not balance, or uses what is not read."""


class AccountNotNamed(BadBooks):
    """A journal has several accounts and nobody says which is the agreement's."""


class BeancountMissing(BadBooks):
    """The package that reads beancount's files is not installed."""


class BadRates(BadBooks):
    """A file of rates that cannot be read."""


class CurrencyUnknown(BadBooks):
    """Nobody says what the agreement's token is called or how fine it is, or the form has no such name."""


class NotExpressible(BadBooks):
    """The record holds what the chosen form has no place for."""
