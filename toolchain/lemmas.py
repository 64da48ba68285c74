"""A solver for halmos, `--solver-command`: yices, told what it would take hours to find out of products and quotients.

Halmos leaves products and quotients of unknowns open, asks, and only if that does not suffice asks again with their
256-bit circuits. Here the first question is asked with facts about just those products and quotients that stand in it.
Each fact is true of all numbers, so that 'unsat' stays true; `--check` proves each of small numbers. The second
question, which finds the counterexamples, is passed on as it is.
"""

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

YICES = [str(Path(sys.executable).with_name("yices-smt2")), "--smt2-model-format", "--bvconst-in-decimal"]
OPEN = "(declare-fun f_evm_"
# of shares in ppm
WHOLE = 1_000_000
# of small factors, as of a gate's counts
BITS = 4


def main(query: str) -> int:
    text = Path(query).read_text()
    if OPEN not in text:
        return subprocess.run([*YICES, query]).returncode
    # most questions need nothing, and most others what costs little
    answer = ask(text, "--timeout=5")
    if not answer.startswith("unsat"):
        answer = ask_with_facts(text)
    print(answer)
    return 0


def ask(text: str, *options: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".smt2") as file:
        file.write(text)
        file.flush()
        return subprocess.run([*YICES, *options, file.name], stdout=subprocess.PIPE, text=True).stdout


def ask_with_facts(text: str) -> str:
    import z3

    asked = z3.Solver()
    asked.from_string(text)
    terms = list(dict.fromkeys(subterms(asked.assertions())))
    asked.add(*single_facts(z3, terms))
    answer = ask(smtlib(asked), "--timeout=20")
    if answer.startswith("unsat"):
        return answer
    asked.add(*pair_facts(z3, terms))
    return ask(smtlib(asked))


def smtlib(asked) -> str:
    return f"(set-logic QF_AUFBV)\n{asked.to_smt2()}\n(get-model)\n"


def subterms(roots) -> Iterator:
    seen, rest = set(), list(roots)
    while rest:
        term = rest.pop()
        if term.get_id() not in seen:
            seen.add(term.get_id())
            yield term
            rest += term.children()


def single_facts(z3, terms) -> Iterator:
    """What is true of each product, quotient and remainder among the terms."""
    for product in products(z3, terms):
        yield from of_unit(z3, *product)
    for quotient in quotients(terms):
        yield from of_quotient(z3, *quotient)
    for product, quotient in itertools.product(products(z3, terms), quotients(terms)):
        yield from of_share(z3, *product, *quotient)
    for remainder in remainders(terms):
        yield from of_remainder(z3, *remainder)


def pair_facts(z3, terms) -> Iterator:
    """What is true of products with a constant, and of two of a kind."""
    for product in products(z3, terms):
        yield from of_product(z3, *product, WHOLE)
    for one, other in itertools.permutations(products(z3, terms), 2):
        yield from rising_products(z3, *one, *other)
    for one, other in itertools.permutations(quotients(terms), 2):
        yield rising_quotients(z3, *one, *other)
    for one, other in itertools.permutations(remainders(terms), 2):
        yield rising_steps(z3, *one, *other)
    kinds = (products(z3, terms), quotients(terms), remainders(terms))
    for product, quotient, remainder in itertools.product(*kinds):
        yield of_division(z3, *product, *quotient, *remainder)


def products(z3, terms) -> list[tuple]:
    """A negation, which is a product with the greatest number, is none."""
    named = [term for term in terms if term.decl().name() in ("f_evm_bvmul_256", "bvmul")]
    parted = [(term, *term.children()) for term in named if term.sort() == z3.BitVecSort(256) and term.num_args() == 2]
    return [parts for parts in parted if not (z3.is_bv_value(parts[1]) and parts[1].as_long() >= 1 << 128)]


def quotients(terms) -> list[tuple]:
    return [(term, *term.children()) for term in terms if term.decl().name() == "f_evm_bvudiv_256"]


def remainders(terms) -> list[tuple]:
    return [(term, *term.children()) for term in terms if term.decl().name() == "f_evm_bvurem_256"]


# Each is true of numbers of any width. Of halves no product overflows.


def are_halves(z3, *numbers):
    return z3.And(*(z3.ULT(number, 1 << number.size() // 2) for number in numbers))


def of_unit(z3, product, one, other) -> Iterator:
    for left, right in ((one, other), (other, one)):
        yield z3.Implies(left == 0, product == 0)
        yield z3.Implies(left == 1, product == right)


def of_product(z3, product, one, other, whole) -> Iterator:
    for left, right in ((one, other), (other, one)):
        yield z3.Implies(left == whole, product == whole * right)
        fit = are_halves(z3, left, right)
        yield z3.Implies(z3.And(fit, z3.ULE(left, whole)), z3.ULE(product, whole * right))
        for bits in range(BITS):
            yield z3.Implies(z3.And(fit, z3.ULE(left, 1 << bits)), z3.ULE(product, right << bits))


def rising_products(z3, product, one, other, product_, one_, other_) -> Iterator:
    fit = are_halves(z3, one, other, one_, other_)
    for left, right in ((one, other), (other, one)):
        yield z3.Implies(z3.And(fit, left == one_, z3.ULE(right, other_)), z3.ULE(product, product_))


def of_quotient(z3, quotient, over, under) -> Iterator:
    yield z3.ULE(quotient, over)
    yield z3.Implies(under == 1, quotient == over)
    yield z3.Implies(z3.ULT(over, under), quotient == 0)


def rising_quotients(z3, quotient, over, under, quotient_, over_, under_):
    return z3.Implies(z3.And(under == under_, z3.ULE(over, over_)), z3.ULE(quotient, quotient_))


def of_share(z3, product, one, other, quotient, over, under) -> Iterator:
    """Of a product divided."""
    fit = z3.And(product == over, are_halves(z3, one, other))
    for left, right in ((one, other), (other, one)):
        yield z3.Implies(z3.And(fit, z3.ULE(left, under)), z3.ULE(quotient, right))
        yield z3.Implies(z3.And(fit, left == under, left != 0), quotient == right)


def of_remainder(z3, remainder, over, under) -> Iterator:
    yield z3.Implies(under != 0, z3.ULT(remainder, under))
    yield z3.Implies(under == 1, remainder == 0)
    yield z3.ULE(remainder, over)


def of_division(z3, product, one, other, quotient, over, under, remainder, over_, under_):
    """Quotient times divisor and the remainder are what was divided."""
    same = z3.And(over == over_, under == under_, under != 0)
    factors = z3.Or(z3.And(one == quotient, other == under), z3.And(other == quotient, one == under))
    return z3.Implies(z3.And(same, factors), product + remainder == over)


def rising_steps(z3, remainder, over, under, remainder_, over_, under_):
    """What is left without the remainder is whole steps."""
    ordered = z3.And(under == under_, under != 0, z3.ULE(over, over_))
    return z3.Implies(ordered, z3.ULE(over - remainder, over_ - remainder_))


def check() -> int:
    """Proves each fact of all numbers of six bits. A quotient and a remainder by zero are zero on this machine."""
    import z3

    a, b, c, d, e = z3.BitVecs("a b c d e", 6)
    zero = z3.BitVecVal(0, 6)

    def divide(over, by):
        return z3.If(by == 0, zero, z3.UDiv(over, by))

    def rest(over, by):
        return z3.If(by == 0, zero, z3.URem(over, by))

    stated = [
        *of_unit(z3, a * b, a, b),
        *of_product(z3, a * b, a, b, 5),
        *rising_products(z3, a * b, a, b, c * d, c, d),
        *of_quotient(z3, divide(a, b), a, b),
        rising_quotients(z3, divide(a, b), a, b, divide(c, d), c, d),
        *of_share(z3, a * b, a, b, divide(c, d), c, d),
        *of_remainder(z3, rest(a, b), a, b),
        of_division(z3, a * e, a, e, divide(b, c), b, c, rest(b, c), b, c),
        rising_steps(z3, rest(a, b), a, b, rest(c, d), c, d),
    ]
    for fact in stated:
        solver = z3.Solver()
        solver.add(z3.Not(fact))
        if solver.check() != z3.unsat:
            print(f"not true of all numbers: {fact}")
            return 1
    print(f"{len(stated)} facts hold")
    return 0


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["--check"] else main(sys.argv[1]))
