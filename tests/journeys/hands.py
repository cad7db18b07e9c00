"""Two ways of using a page: with the mouse, and with the keyboard alone."""

from pathlib import Path

from playwright.sync_api import Locator, Page

MOST_TABS = 150


class Mouse:
    """Points at things."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, name: str) -> None:
        self.act(self.page.get_by_role("link", name=name).first)

    def press(self, name: str) -> None:
        self.act(self.page.get_by_role("button", name=name).first)

    def type(self, label: str, text: str, *, region: str = "") -> None:
        self.field(label, region).fill(text)

    def field(self, label: str, region: str) -> Locator:
        """Return the field of that label, within the region of that name where several have it."""
        return (self.page.get_by_role("region", name=region) if region else self.page).get_by_label(label).first

    def choose_file(self, label: str, path: Path) -> None:
        self.page.get_by_label(label).first.set_input_files(path)

    def act(self, target: Locator) -> None:
        target.click()


class Keyboard(Mouse):
    """Reaches everything by the Tab key; what it cannot reach fails the test."""

    def type(self, label: str, text: str, *, region: str = "") -> None:
        self._reach(self.field(label, region))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose_file(self, label: str, path: Path) -> None:
        self._reach(self.page.get_by_label(label).first)
        with self.page.expect_file_chooser() as chooser:
            # The browser hears of the expectation and of the key on two ways, and the key may be faster: then it opens
            # its own window, which nobody sees. Asked something in between, it has heard of the expectation.
            self.page.evaluate("document.hasFocus()")
            self.page.keyboard.press("Space")
        chooser.value.set_files(path)

    def act(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def _reach(self, target: Locator) -> None:
        target.wait_for()
        for _tab in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not reach {target}")
