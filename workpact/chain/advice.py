"""What to do about each refusal of a contract: one sentence, by the error's name."""

ADVICE: dict[str, str] = {}
