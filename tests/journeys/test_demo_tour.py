"""The tour of the demo, clicked through: each step changes the role and opens a page that is there."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.journey

STEPS = ("study", "records", "teach", "review", "figures", "evidence")


def test_each_step_of_the_tour_changes_the_role_and_opens_its_page(phone: Page) -> None:
    for key in STEPS:
        phone.goto("/demo/")
        button = phone.locator(f"form:has(input[name=step][value={key}]) button[type=submit]")
        with phone.expect_navigation(url=re.compile(r"^(?!.*/demo/)")) as led_to:
            button.click()
        assert led_to.value.ok, f"{key}: {led_to.value.status} {phone.url}"
        assert "/login/" not in phone.url
    expect(phone.locator("main")).to_contain_text("李海生")


def test_the_sign_in_page_lets_in_at_one_click(phone: Page) -> None:
    phone.goto("/accounts/phone/")
    phone.get_by_role("button", name="以工会干部身份进入").click()
    phone.wait_for_url(re.compile(r"/unions/.+/study/"))
