"""What a person does on a page: connects, presses a move, answers its dialog."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect


def connect(page: Page) -> None:
    """Connects the only wallet."""
    page.get_by_role("button", name="Connect a wallet").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()


def press(page: Page, label: str) -> Locator:
    """Presses a move's button; its dialog."""
    page.get_by_role("button", name=label, exact=True).click()
    return page.get_by_role("dialog")


def send(page: Page, label: str, **inputs: Any) -> None:
    """Does a move to the end: fills in by labels of inputs, saves seals, and has the wallet send."""
    dialog = press(page, label)
    for name, value in inputs.items():
        fill(dialog.locator(f"#input-{name}"), value)
    if inputs:
        dialog.get_by_role("button", name="Check").click()
    sending = dialog.get_by_role("button", name="Send with your wallet")
    expect(sending).to_be_visible()
    for save in dialog.get_by_role("button", name="Save ").all():
        save.click()
    sending.click()
    expect(dialog).to_be_hidden()


def fill(field: Locator, value: Any) -> None:
    """A file by its path, a choice by its value, all else as text."""
    kind = field.evaluate("field => field.type")
    if kind == "file":
        field.set_input_files(value)
    elif kind == "select-one":
        field.select_option(value)
    else:
        field.fill(value)


def sent(page: Page, key: str) -> Locator:
    """What the page says of a move that was sent."""
    return page.locator(f'[data-sent="{key}"]')
