"""Text in the letters that every PDF reader has: those of Windows-1252."""

from __future__ import annotations

import unicodedata


def _pairs(letters: str, spelt: str) -> dict[str, str]:
    return dict(zip(letters.split(), spelt.split(), strict=True))


LETTERS = {
    **_pairs("Ł ł Đ đ Ħ ħ ı Ŋ ŋ Ŧ ŧ ĸ ẞ Ə ə", "L l D d H h i Ng ng T t k SS E e"),
    **_pairs("≤ ≥ − ‑ → Σ ς", "<= >= - - -> S s"),
    **_pairs("А Б В Г Д Е Ж З И Й К Л М Н О П Р С Т У Ф Х", "A B V G D E Zh Z I I K L M N O P R S T U F Kh"),
    **_pairs("Ц Ч Ш Щ Ъ Ы Э Ю Я Є І Ї Ґ", "Ts Ch Sh Shch Ie Y E Iu Ia Ie I I G"),
    **_pairs("Α Β Γ Δ Ε Ζ Η Θ Ι Κ Λ Μ Ν Ξ Ο Π Ρ Τ Υ Φ Χ Ψ Ω", "A B G D E Z I Th I K L M N X O P R T Y F Ch Ps O"),
    "Ь": "",
    "\u202f": " ",
    "\u2009": " ",
}


def transliterate(text: str) -> str:
    """The text in the letters of Windows-1252.

    Accents that the code page lacks are dropped, Cyrillic and Greek are spelt in Latin letters, anything else becomes
    its code point, as [U+4E2D]: nothing is lost without a trace.
    """
    return "".join(char if _is_core(char) else _letter(char) for char in unicodedata.normalize("NFC", text))


def _is_core(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _letter(char: str) -> str:
    if char in LETTERS:
        return LETTERS[char]
    if char.upper() in LETTERS:
        return LETTERS[char.upper()].lower()
    base = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    if base and base != char:
        return "".join(part if _is_core(part) else _letter(part) for part in base)
    return f"[U+{ord(char):04X}]"
