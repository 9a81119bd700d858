"""
What the pages people open most cost: statements to the database, and processor time of web and database per request.

    bin/bench pages [--smoke]

Bars: 12 statements, lists 10, a lesson 15 (six go up the tree of unions for its policy); the first page 10, and 8 for nobody. Processor time is told beside them:
that of the web process and database for a request, and that of the same request inside this process, in turns with a
floor: a view behind the same middleware that only says who is signed in. What a page costs above the floor is its own;
how many floors it costs hardly depends on what else the machine does.
"""

import argparse
import os
import sys
from dataclasses import dataclass

import django
import requests
from measure import (
    Demo,
    Figure,
    cpu_ms_per_request,
    lowest,
    nothing_but_the_floor,
    own_cpu_ms,
    report,
    running_demo,
    statements,
)

REQUESTS_A_ROUND, ROUNDS, WARM_UP = 60, 3, 12
OWN_ROUNDS = 20


@dataclass(frozen=True)
class PageAsked:
    name: str
    path: str
    who: str
    statements: int


def pages(demo: Demo) -> list[PageAsked]:
    facts = demo.facts
    return [
        PageAsked("home, nobody", "/", "nobody", 8),
        PageAsked("home", "/", "worker", 10),
        PageAsked("catalogue", "/courses/", "worker", 10),
        PageAsked("course", f"/courses/{facts['course_slug']}/", "worker", 12),
        PageAsked("lesson", f"/learn/{facts['lessons'][0]}/", "worker", 12),
        PageAsked("my records", "/records/", "worker", 10),
        PageAsked("union page", f"/unions/{facts['officer']['union']}/study/", "officer", 12),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="one short round, nothing judged")
    options = parser.parse_args()
    rounds, size, warm_up = (1, 3, 1) if options.smoke else (ROUNDS, REQUESTS_A_ROUND, WARM_UP)
    figures: list[Figure] = []
    own_rounds = 2 if options.smoke else OWN_ROUNDS
    with running_demo() as demo:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skillspower.settings.production")
        django.setup()
        people = {
            "nobody": requests.Session(),
            "worker": demo.person(demo.facts["workers"][0]),
            "officer": demo.person(demo.facts["officer"]),
        }
        for page in pages(demo):
            browser = people[page.who]
            cpu_ms_per_request(demo, browser, page.path, requests_a_round=warm_up)
            figures.append(
                Figure(
                    f"{page.name}: statements",
                    statements(page.path, browser.cookies.get_dict()),
                    "",
                    bar=page.statements,
                )
            )
            figures.append(
                Figure(
                    f"{page.name}: processor time",
                    lowest(
                        rounds,
                        lambda path=page.path, browser=browser: cpu_ms_per_request(  # type: ignore[misc]
                            demo, browser, path, requests_a_round=size
                        ),
                    ),
                    "ms",
                )
            )
            cookies = browser.cookies.get_dict()
            own = own_cpu_ms(page.path, cookies, rounds=own_rounds)
            with nothing_but_the_floor() as path:
                floor = own_cpu_ms(path, cookies, rounds=own_rounds)
            figures += [
                Figure(f"{page.name}: in one process", own, "ms"),
                Figure(f"{page.name}: the floor beside it", floor, "ms"),
                Figure(f"{page.name}: in floors", own / floor, ""),
            ]
    sys.exit(report(figures, judges=not options.smoke))


if __name__ == "__main__":
    main()
