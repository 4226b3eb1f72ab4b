"""The pages in a real browser: they open, answer to the keyboard, load nothing, and can be read."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.review import html, report
from coze_cassettes.review.calls import transcript_of
from coze_cassettes.review.comparison import review

pytestmark = pytest.mark.loopback

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
MARKUP: Final = "<script>document.title='run'</script><img src=https://example.invalid/x.png onerror=alert(1)>"
HERE: Final = Path(__file__).parents[3]

MakeInteraction = Callable[..., Interaction]
MakeCassette = Callable[..., Cassette]
Page = Any
"""A page of playwright, which has no types of its own here."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium, without a screen."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(params=["light", "dark"])
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on a small screen that fails the test for every request but those for files."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=request.param)
    asked: list[str] = []
    opened = context.new_page()
    opened.on("request", lambda each: asked.append(each.url))
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []


@pytest.fixture
def pages(tmp_path: Path, cassette: MakeCassette, interaction: MakeInteraction) -> Path:
    """A report of three cassettes and a comparison, all of whose texts are markup."""
    made = {
        f"test_bot/TestBot.test_{name}.yaml": cassette(
            interaction("GET", f"/v1/{name}/BOT_ID_1", answer={"data": {"name": MARKUP + name}})
        )
        for name in ("one", "two", "three")
    }
    shown = [
        (report.Entry(name, (f"GET /v1/{name[21:-5]}",), "stand-in", "2026-01-01", 1, 900), transcript_of(name, each))
        for name, each in made.items()
    ]
    for name, text in html.report_pages(shown, {}):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    old = {name: cassette(interaction(answer={"data": {"old": MARKUP}})) for name in made}
    (tmp_path / "diff.html").write_text(html.diff_page(review(old, made, {})), "utf-8")
    return tmp_path


def open_file(page: Page, path: Path) -> None:
    """Open a page and see that it fits the screen and ran nothing of what was recorded."""
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing overflows at 360 px"
    assert page.title() != "run"
    assert page.locator("img").count() == 0


def test_search_by_keyboard(page: Page, pages: Path) -> None:
    """Slash goes to the search; what is typed filters; the first hit opens with Enter."""
    open_file(page, pages / "index.html")
    page.keyboard.press("/")
    page.keyboard.type("test_two")
    visible = page.locator("tr[data-provenance]:visible")
    assert visible.count() == 1
    assert page.locator("#found").inner_text() == "1 found"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/TestBot.test_two.html")
    assert page.get_by_text(MARKUP + "two").count() == 1, "markup is shown"


def test_filter_by_provenance(page: Page, pages: Path) -> None:
    """The list of provenances filters as well."""
    open_file(page, pages / "index.html")
    page.select_option("#provenance", "stand-in")
    assert page.locator("tr[data-provenance]:visible").count() == 3


def test_comparison_folds_by_keyboard(page: Page, pages: Path) -> None:
    """A cassette of a comparison folds and unfolds with the keyboard."""
    open_file(page, pages / "diff.html")
    first = page.locator("details").first
    assert first.evaluate("(each) => each.open")
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert not first.evaluate("(each) => each.open")


CONTRAST: Final = """
() => {
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim());
    if (!own || ["SCRIPT", "STYLE", "OPTION"].includes(node.tagName) || !node.offsetParent) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)}: ${node.textContent.slice(0, 40)}`);
  }
  return found;
}
"""  # noqa: E501  one statement a line


@pytest.mark.parametrize("name", ["index.html", "diff.html", "cassettes/test_bot/TestBot.test_one.html"])
def test_contrast(page: Page, pages: Path, name: str) -> None:
    """Every text has the contrast that WCAG AA asks for, in both themes."""
    open_file(page, pages / name)
    assert page.evaluate(CONTRAST) == []


def test_without_script(browser: Any, pages: Path) -> None:
    """All cassettes are listed, and each page can be read, where scripts do not run."""
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((pages / "index.html").as_uri())
    assert opened.locator("tr[data-provenance]").count() == 3
    opened.goto((pages / "diff.html").as_uri())
    assert opened.locator("ins, del").count() > 0
    context.close()


def test_thousand_cassettes(browser: Any, tmp_path: Path, cassette: MakeCassette, interaction: MakeInteraction) -> None:
    """An index of 1,000 cassettes weighs less than 5 MB and opens within 2 s."""
    one = cassette(interaction(answer={"data": {"name": "x"}}))
    names = [f"test_module_{number % 40}/TestArea.test_number_{number}.yaml" for number in range(1000)]
    shown = [
        (report.Entry(name, ("GET /v1/users/me",), "stand-in", "2026-01-01", 1, 900), transcript_of(name, one))
        for name in names
    ]
    started = time.process_time()
    written = dict(html.report_pages(shown, {}))
    assert time.process_time() - started < 10
    assert max(map(len, written.values())) < 5_000_000
    (tmp_path / "index.html").write_text(written["index.html"], "utf-8")
    opened = browser.new_page()

    def seconds() -> float:
        started = time.monotonic()
        opened.goto((tmp_path / "index.html").as_uri())
        return time.monotonic() - started

    assert min(seconds() for _ in range(5)) < 2
    assert opened.locator("tr[data-provenance]").count() == 1000
    opened.close()


def test_nothing_but_the_page_is_needed() -> None:
    """The templates name no address of a network."""
    folder = HERE / "api/src/coze_cassettes/review/templates"
    assert [
        path.name for path in folder.iterdir() if "http://" in (text := path.read_text()) or "https://" in text
    ] == []
