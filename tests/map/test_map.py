"""The map page in a real browser, over a real service and real incidents."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, Route, expect

from .conftest import Visit

pytestmark = pytest.mark.browser

Browse = Callable[..., AbstractContextManager[BrowserContext]]
BANGUI = "#map=6.50/4.3700/18.5600&layer=ucdp-caf"


def view(visit: Visit) -> dict[str, str]:
    """What the address says of the view."""
    return {name: values[0] for name, values in parse_qs(urlsplit(visit.page.url).fragment).items()}


def click_middle(visit: Visit) -> None:
    """Click where the address says that the map is centred."""
    box = visit.page.locator("#map canvas").bounding_box()
    assert box
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_asks_no_other_host_and_complains_of_nothing(browse: Browse, address: str, pictures: Path) -> None:
    with browse(1366, 820) as context:
        visit = Visit.of(context.new_page())
        visit.page.goto(f"{address}/map#layer=ucdp-caf")
        visit.settle()
        expect(visit.page.locator("#legend li")).not_to_have_count(0)
        expect(visit.page.locator(".notice")).to_have_count(0)
        visit.page.screenshot(path=pictures / "map-desktop.png")
        assert visit.hosts == {urlsplit(address).netloc}
        assert visit.complaints == []


def test_a_click_shows_the_numbers_the_service_gives(visit: Visit, address: str, pictures: Path) -> None:
    visit.page.goto(f"{address}/map{BANGUI}&from=2013-01-01&to=2014-12-31")
    visit.settle()
    click_middle(visit)
    card = visit.page.locator("#card")
    expect(card.locator("tbody tr").first).to_be_visible()
    cell = view(visit)["cell"]
    given = httpx.get(f"{address}/layers/ucdp-caf/cells/{cell}", params={"datetime": "2013-01-01/2014-12-31"}).json()
    expect(card.locator("code")).to_have_text(cell)
    exact = card.locator("tbody tr").first.locator("td").first
    expect(exact).to_have_text(f"{given['measures']['events']['precise']:.0f}")
    expect(card.locator(".unplaced")).to_contain_text(f"{given['unplaced']['events']:.0f} events")
    visit.settle()
    visit.page.screenshot(path=pictures / "map-card.png")
    assert visit.complaints == []


def test_the_window_changes_what_is_drawn(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/map{BANGUI}")
    visit.settle()
    with visit.page.expect_response(lambda answer: "/tiles/" in answer.url and "2022-12-01" in answer.url):
        visit.page.get_by_label("From").fill("2022-12-01")
    assert view(visit)["from"] == "2022-12-01"


def test_a_link_restores_the_view(visit: Visit, address: str) -> None:
    link = f"{BANGUI}&indicator=deaths&from=2013-01-01&to=2014-12-31&category=one_sided"
    visit.page.goto(f"{address}/map{link}")
    visit.settle()
    expect(visit.page.get_by_label("Measure shown")).to_have_value("deaths")
    expect(visit.page.get_by_label("Through")).to_have_value("2014-12-31")
    expect(visit.page.get_by_label("One sided")).to_be_checked()
    expect(visit.page.locator("#legend h2")).to_contain_text("Deaths")
    assert f"#{urlsplit(visit.page.url).fragment}" == link


def test_invented_data_say_so(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/map#layer=invented")
    expect(visit.page.locator(".notice.synthetic")).to_contain_text("Synthetic data")
    visit.page.get_by_label("Organised violence").check()
    expect(visit.page.locator(".notice.synthetic")).to_have_count(0)


def test_the_keyboard_reaches_a_hexagon(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/map{BANGUI}")
    visit.settle()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")  # the first stop leads past the panel
    expect(visit.page.locator("#map canvas")).to_be_focused()
    expect(visit.page.locator(".crosshair")).to_be_visible()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#card tbody tr").first).to_be_visible()
    visit.page.get_by_role("button", name="Close").press("Escape")
    expect(visit.page.locator("#card")).to_be_hidden()
    expect(visit.page.locator("#map canvas")).to_be_focused()


def test_a_service_that_is_away_is_told_in_words(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/map{BANGUI}")
    visit.settle()
    visit.page.context.set_offline(True)
    visit.page.get_by_label("Measure shown").select_option("deaths")
    away = visit.page.get_by_role("alert")
    expect(away).to_contain_text("does not answer")
    visit.page.context.set_offline(False)
    away.get_by_role("button", name="Ask now").click()
    expect(away).to_have_count(0)


def test_it_works_below_another_path(visit: Visit, address: str) -> None:
    """As behind a proxy that the service knows nothing of."""

    def proxy(route: Route) -> None:
        route.fulfill(response=route.fetch(url=route.request.url.replace("/mission/hexwatch/", "/")))

    visit.page.context.route("**/mission/hexwatch/**", proxy)
    visit.page.context.route("**/hexwatch/live", lambda route: route.fulfill(content_type="text/event-stream", body=""))
    with visit.page.expect_response(lambda answer: "/mission/hexwatch/tiles/" in answer.url and answer.ok):
        visit.page.goto(f"{address}/mission/hexwatch/map{BANGUI}")
    visit.settle()
    assert visit.complaints == []


def test_a_phone_shows_all_of_it(browse: Browse, address: str, pictures: Path) -> None:
    with browse(375, 740, dark=True) as context:
        visit = Visit.of(context.new_page())
        visit.page.goto(f"{address}/map{BANGUI}")
        visit.settle()
        visit.page.screenshot(path=pictures / "map-phone.png")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 375
        visit.page.get_by_role("button", name="Layers and dates").click()
        expect(visit.page.get_by_label("Measure shown")).to_be_visible()
        visit.page.get_by_role("button", name="Show the map").click()
        click_middle(visit)
        expect(visit.page.locator("#card tbody tr").first).to_be_visible()
        assert visit.complaints == []


def test_playing_shows_window_after_window_in_the_same_colours(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/map{BANGUI}&from=2013-01-01&to=2013-12-31")
    visit.settle()
    visit.page.get_by_role("button", name="Play").click()
    seen = set[str]()
    for _ in range(3):
        visit.page.wait_for_function("seen => !seen.includes(location.hash.match(/from=[^&]*/)?.[0])", arg=sorted(seen))
        seen.add(f"from={view(visit)['from']}")
    assert "scale" in view(visit)
    expect(visit.page.locator("#legend li").last).to_contain_text("and more")
    visit.page.get_by_role("button", name="Stop").click()
    assert visit.complaints == []


def test_two_windows_stand_beside_each_other(visit: Visit, address: str, pictures: Path) -> None:
    visit.page.goto(f"{address}/map{BANGUI}&from=2014-01-01&to=2014-12-31")
    visit.settle()
    with visit.page.expect_response(lambda answer: "/tiles/" in answer.url and "2013-01-01/2013-12-31" in answer.url):
        visit.page.get_by_label("Compare with").select_option("year")
    expect(visit.page.locator("#beside-caption")).to_contain_text("1 Jan 2013 to 31 Dec 2013")
    expect(visit.page.locator("#beside-legend li")).not_to_have_count(0)
    visit.settle()
    visit.page.screenshot(path=pictures / "map-beside.png")
    visit.page.get_by_label("Compare with").select_option("")
    expect(visit.page.locator("#beside")).to_be_hidden()
    assert visit.complaints == []


def test_two_windows_are_compared_as_change(visit: Visit, address: str, pictures: Path) -> None:
    visit.page.goto(f"{address}/map{BANGUI}&from=2014-01-01&to=2014-12-31&beside=year")
    visit.settle()
    with visit.page.expect_response(
        lambda answer: "against=2013-01-01/2013-12-31" in answer.url and "/tiles/" in answer.url
    ):
        visit.page.get_by_label("As change").check()
    expect(visit.page.locator("#beside")).to_be_hidden()
    expect(visit.page.locator("#caption")).to_contain_text("less 1 Jan 2013 to 31 Dec 2013")
    labels = visit.page.locator("#legend li")
    expect(labels.filter(has_text="no change")).to_have_count(1)
    expect(labels.filter(has_text="up by")).to_have_count(labels.filter(has_text="down by").count())
    visit.settle()
    click_middle(visit)
    days = {"datetime": "2014-01-01/2014-12-31", "against": "2013-01-01/2013-12-31"}
    expect(visit.page.locator("#card tbody tr").first).to_be_visible()
    given = httpx.get(f"{address}/layers/ucdp-caf/cells/{view(visit)['cell']}", params=days).json()
    told = f"{abs(given['change']['incidents']):,.2f}".rstrip("0").rstrip(".")
    expect(visit.page.locator("#card .headline").nth(1)).to_contain_text(told)
    visit.settle()
    visit.page.screenshot(path=pictures / "map-change.png")
    assert visit.complaints == []


def test_a_picture_is_swiped_and_has_its_days(visit: Visit, address: str, pictures: Path) -> None:
    visit.page.goto(f"{address}/map{BANGUI}&pictures=camp:1&beside=bare&how=swipe")
    visit.settle()
    line = visit.page.get_by_label("Where the second map begins")
    at = visit.page.locator(".divider .line").bounding_box()
    line.press("ArrowRight")
    moved = visit.page.locator(".divider .line").bounding_box()
    assert at
    assert moved
    assert moved["x"] > at["x"]
    visit.page.screenshot(path=pictures / "map-swipe.png")
    with visit.page.expect_response(lambda answer: "camp/tiles" in answer.url and "datetime=2024-01-05" in answer.url):
        visit.page.get_by_label("Day of Camp").fill("0")
    expect(visit.page.get_by_role("status").filter(has_text="5 Jan 2024")).to_be_visible()
    assert view(visit)["pictures"] == "camp:1:2024-01-05"
    assert visit.complaints == []


def test_an_areas_totals_are_those_the_service_gives(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/map{BANGUI}&from=2013-01-01&to=2014-12-31")
    visit.settle()
    visit.page.get_by_role("combobox", name="Totals of an area").select_option("draw")
    box = visit.page.locator("#map canvas").bounding_box()
    assert box
    for right, down in ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)):
        visit.page.mouse.click(box["x"] + box["width"] * right, box["y"] + box["height"] * down)
    with visit.page.expect_request(lambda asked: asked.method == "POST") as posted:
        visit.page.get_by_role("button", name="Close the outline").click()
    given = httpx.post(posted.value.url, content=posted.value.post_data or "").json()["measures"]["events"]
    exact = visit.page.locator(".totals tbody tr").first.locator("td").first
    expect(exact).to_have_text(f"{sum(given['precise']):,.2f}".rstrip("0").rstrip("."))
    with visit.page.expect_download() as kept:
        visit.page.get_by_role("link", name="Download the table").click()
    lines = Path(kept.value.path()).read_text().splitlines()
    assert lines[0].startswith("area,layer,release,from,to,measure,exact,spread")
    told = sum(float(line.split(",")[6]) for line in lines[1:] if line.split(",")[5] == "events")
    assert told == pytest.approx(sum(given["precise"]))


def test_the_view_is_kept_as_a_picture(visit: Visit, address: str, pictures: Path) -> None:
    visit.page.goto(f"{address}/map{BANGUI}")
    visit.settle()
    with visit.page.expect_download() as kept:
        visit.page.get_by_role("button", name="Save as picture").click()
    kept.value.save_as(pictures / "map-export.png")
    assert (pictures / "map-export.png").read_bytes().startswith(b"\x89PNG")


def test_it_speaks_french(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/map{BANGUI}")
    visit.page.get_by_role("button", name="Français").click()
    expect(visit.page.get_by_label("Mesure affichée")).to_be_visible()
    expect(visit.page.locator("html")).to_have_attribute("lang", "fr")
    visit.settle()
    visit.page.get_by_role("button", name="English").click()
    expect(visit.page.get_by_label("Measure shown")).to_be_visible()
    assert visit.complaints == []
