"""The context of each drawn page."""

import datetime as dt

from core.trades import TRADES
from skillspower.pages.samples.material import (
    COURSES,
    FACETS,
    FIGURES,
    HERE,
    LESSONS,
    MB,
    MINUTE,
    MONTH,
    NOTICES,
    PART_TEXT,
    PART_VIDEO,
    PEOPLE,
    REFUSAL,
    UNITS,
    Data,
)


def home_anonymous() -> Data:
    sample = {
        "title": "焊条电弧焊：平敷焊",
        "url": "/_patterns/pages/player/",
        "ms": 6 * MINUTE,
        "size": 4 * MB,
        "trade": "welding",
        "rank": 2,
    }
    courses = [COURSES[0], COURSES[3], COURSES[4], COURSES[9]]
    banner = {"url": HERE, "text": "当好主人翁，建功新时代：冬季安全生产培训正在进行"}
    return {"sample": sample, "courses": courses, "instructors": PEOPLE, "notices": NOTICES, "banner": banner}


def home_worker() -> Data:
    resume = {
        "is_begun": True,
        "title": "运条三动作：送进、前移、摆动",
        "url": "/_patterns/pages/player/",
        "course": "焊工 五级/初级工",
        "instructor": "陈铁山",
        "left_ms": 6 * MINUTE,
        "size": 4 * MB,
        "at_ms": 130_000,
        "trade": "welding",
        "rank": 2,
    }
    duties = [
        {
            "title": "安全月必修",
            "url": HERE,
            "due": "11月30日前",
            "left": "还剩 2 节，约 14 分钟",
            "soon": True,
        },
    ]
    return {
        "greeting": "早上好",
        "name": "李师傅",
        "resume": resume,
        "month": MONTH,
        "make_up": {"ms": 6 * MINUTE, "url": "/_patterns/pages/records/"},
        "duties": duties,
        "for_you": {"why": "焊工 四级，还差 3 个要求", "courses": COURSES[1:4]},
        "notices": NOTICES[:2],
        "union_week": {"name": "栖江重型机械厂工会", "members": 318, "ms": 9_240 * MINUTE, "url": HERE},
    }


def home_first_day() -> Data:
    month = {**MONTH, "counted_ms": 0, "pending_ms": 0, "refused_ms": 0, "left_ms": 135 * MINUTE, "days": []}
    return {
        "greeting": "晚上好",
        "name": "李师傅",
        "is_new": True,
        "resume": None,
        "month": month,
        "first_lessons": [COURSES[0], COURSES[3], COURSES[4]],
        "notices": NOTICES[:2],
    }


def catalogue() -> Data:
    chosen = [{"label": "焊工", "url": HERE}, {"label": "四级/中级工", "url": HERE}]
    sorts = [
        {"label": "合适", "url": HERE, "current": True},
        {"label": "我这一行", "url": HERE},
        {"label": "新", "url": HERE},
        {"label": "学的人多", "url": HERE},
    ]
    return {"q": "焊工", "courses": COURSES, "count": 14, "facets": FACETS, "chosen": chosen, "sorts": sorts}


def catalogue_empty() -> Data:
    return {**catalogue(), "q": "二保焊 五级", "courses": [], "count": 0, "suggestion": "二氧化碳气体保护焊"}


def course_page() -> Data:
    modules = [
        {"title": "一 焊前准备与安全", "ms": 21 * MINUTE, "lessons": LESSONS[:3]},
        {"title": "二 平敷焊", "ms": 21 * MINUTE, "lessons": LESSONS[3:6]},
        {"title": "三 检验", "ms": 8 * MINUTE, "lessons": LESSONS[6:]},
    ]
    outcomes = [
        "独立完成焊前检查，说得出弧光、触电、火灾三样危险各怎么防",
        "用划擦法和直击法引弧，十次成九次",
        "平敷焊一道 200 mm 的焊缝，余高 0–3 mm、咬边不超过 0.5 mm",
        "用焊接检验尺自己量、自己判",
    ]
    return {
        "course": COURSES[0],
        "modules": modules,
        "outcomes": outcomes,
        "person": PEOPLE[0],
        "versions": [
            {"when": "2026年11月", "what": "第 3 版", "note": "补了烘干温度的表，赵国庆审核"},
            {"when": "2026年6月", "what": "第 2 版", "note": "换了引弧的视频"},
        ],
    }


def player() -> Data:
    config = {
        "lesson": "0c7d54a2-58a1-4a0c-9c55-7d3a6a1e2b90",
        "learner": "",
        "session_url": "/api/v1/study/sessions",
        "csrf": {"header": "X-CSRFToken", "token": ""},
        "presence_timeout_ms": 60_000,
        "sign_in_url": "/accounts/login/",
        "next": {"url": HERE, "title": "接头与收弧：填满弧坑"},
        "parts": [
            {"part": PART_VIDEO, "kind": "video", "nominal_ms": 368_000, "src": "", "mime": "video/mp4"},
            {
                "part": PART_TEXT,
                "kind": "text",
                "nominal_ms": 112_000,
                "blocks": [
                    {"id": "b1", "offset_ms": 0, "ms": 22_000},
                    {"id": "b2", "offset_ms": 22_000, "ms": 15_000},
                    {"id": "b3", "offset_ms": 37_000, "ms": 15_000},
                    {"id": "b4", "offset_ms": 52_000, "ms": 60_000},
                ],
            },
        ],
    }
    return {
        "config": config,
        "part_video": PART_VIDEO,
        "part_text": PART_TEXT,
        "lessons": LESSONS,
        "course": COURSES[0],
        "covered": [[0, 190_000], [230_000, 262_000]],
        "refused": [[190_000, 230_000]],
        "nominal_ms": 480_000,
        "title": "运条三动作：送进、前移、摆动",
    }


def records() -> Data:
    days = [
        {
            "on": dt.date(2026, 11, 23),
            "ms": 12 * MINUTE + 9_000,
            "entries": [
                {
                    "title": "运条三动作：送进、前移、摆动",
                    "course": "焊条电弧焊基础",
                    "ms": 490_000,
                    "url": HERE,
                    "at": "08:30–08:39",
                    "n": 214,
                    "refusal": REFUSAL,
                },
                {
                    "title": "划擦法与直击法引弧",
                    "course": "焊条电弧焊基础",
                    "ms": 239_000,
                    "url": HERE,
                    "at": "07:51–07:55",
                    "n": 213,
                },
            ],
        },
        {
            "on": dt.date(2026, 11, 19),
            "ms": 6 * MINUTE,
            "entries": [
                {
                    "title": "焊机、焊钳与电缆的检查",
                    "course": "焊条电弧焊基础",
                    "ms": 360_000,
                    "url": HERE,
                    "at": "20:12–20:18",
                    "n": 212,
                },
            ],
        },
        {
            "on": dt.date(2026, 11, 18),
            "ms": 11 * MINUTE,
            "entries": [
                {
                    "title": "停电、验电、接地、挂牌和装设遮栏",
                    "course": "低压电工",
                    "ms": 660_000,
                    "url": HERE,
                    "at": "12:31–12:42",
                    "n": 211,
                    "late": "离线学的，11月19日上传",
                },
            ],
        },
    ]
    months = [
        {"label": "2026年11月", "url": HERE, "current": True},
        {"label": "10月", "url": HERE},
        {"label": "9月", "url": HERE},
    ]
    occupations = [
        {"label": "全部", "url": HERE, "current": True},
        {"label": "焊工", "url": HERE},
        {"label": "电工", "url": HERE},
    ]
    return {
        "totals": [("今天", 12 * MINUTE), ("本月", 96 * MINUTE), ("今年", 1_840 * MINUTE)],
        "month": MONTH,
        "days": days,
        "make_up_ms": 9 * MINUTE,
        "months": months,
        "occupations": occupations,
    }


def records_empty() -> Data:
    month = {**MONTH, "counted_ms": 0, "pending_ms": 0, "refused_ms": 0, "days": []}
    return {
        **records(),
        "totals": [("今天", 0), ("本月", 0), ("今年", 0)],
        "month": month,
        "days": [],
        "make_up_ms": 0,
    }


def instructor() -> Data:
    honours = [
        {"when": "2019年", "what": "省级五一劳动奖章", "note": "江川省总工会核验，2026年9月"},
        {"when": "2014年", "what": "全国技术能手", "note": "江川省总工会核验，2026年9月"},
        {"when": "1997年", "what": "进厂，学手工焊"},
    ]
    return {
        "person": PEOPLE[0],
        "honours": honours,
        "courses": [COURSES[0], COURSES[2]],
        "can_teach": ["焊工 五级/初级工", "焊工 四级/中级工", "焊工 三级/高级工", "焊工 二级/技师"],
    }


def officer() -> Data:
    todos = [
        {"title": "入会申请", "count": 4, "note": "最久的等了 3 天", "url": HERE},
        {"title": "异议", "count": 2, "note": "明天到 3 个工作日", "url": HERE, "soon": True},
        {"title": "月报还差单位", "count": 3, "note": "12月5日截止", "url": HERE},
    ]
    causes = [("新学的", "+1,286 分钟"), ("离线补传", "+44 分钟"), ("更正", "−126 分钟")]
    trend = [31, 33, 30, 34, 36, 35, 37, 38, 37, 39, 40, 41]
    points = " ".join(f"{n * 100 / 11:.2f},{100 - (v - 25) * 5}" for n, v in enumerate(trend))
    return {
        "union": "栖江县总工会",
        "week": "11/16–11/22",
        "figures": FIGURES,
        "table": UNITS,
        "todos": todos,
        "causes": causes,
        "trend_points": points,
        "trend": [{"week": f"{n + 36} 周", "rate": f"{v}%"} for n, v in enumerate(trend)],
        "steps": [("填", "done"), ("核", "done"), ("审", "now"), ("报", ""), ("上级", "")],
    }


def sign_in() -> Data:
    return {"step": 1}


def code() -> Data:
    return {"step": 1, "phone": "138****0427", "seconds": 42}


def union() -> Data:
    hits = [
        {
            "name": "栖江重型机械厂工会",
            "path": "江川省 › 栖江市 › 栖江县总工会",
            "members": "1,284",
            "code": "QJZJ",
        },
        {
            "name": "栖江重型机械厂工会铸造分会",
            "path": "栖江县总工会 › 栖江重型机械厂工会",
            "members": "212",
            "code": "QJZJ-ZZ",
        },
    ]
    return {"step": 2, "q": "qjzj", "hits": hits}


def trade() -> Data:
    return {
        "step": 3,
        "trades": TRADES,
        "trade_keys": {t.key for t in TRADES},
        "job": "开天车的",
        "hit": "起重装卸机械操作工",
    }


def done() -> Data:
    return {
        "step": 4,
        "lesson": {
            "title": "焊前准备与安全：三件事先做到",
            "url": "/_patterns/pages/player/",
            "ms": 6 * MINUTE,
        },
    }
