"""The courses, people and figures the drawings share, in the shapes the components ask for."""

import datetime as dt
from typing import Any

Data = dict[str, Any]

MINUTE = 60_000
MB = 1 << 20
HERE = "#main"


def _course(
    title: str, trade: str, rank: int, level: str, occupation: str, minutes: int, **more: Any
) -> Data:
    base = {
        "title": title,
        "url": "/_patterns/pages/course/",
        "trade": trade,
        "rank": rank,
        "level": level,
        "occupation": occupation,
        "ms": minutes * MINUTE,
    }
    return {**base, "lessons": max(5, minutes // 7), "size": minutes * 700_000, **more}


COURSES = [
    _course(
        "焊条电弧焊基础：从引弧到平敷焊",
        "welding",
        2,
        "五级/初级工",
        "焊工",
        56,
        instructor="陈铁山",
        honour="省五一",
        counted_ms=12 * MINUTE,
    ),
    _course(
        "二氧化碳气体保护焊：V 形坡口板对接平焊", "welding", 3, "四级/中级工", "焊工", 49, instructor="何秀兰"
    ),
    _course(
        "手工钨极氩弧焊：小径管对接",
        "welding",
        4,
        "三级/高级工",
        "焊工",
        38,
        instructor="陈铁山",
        honour="省五一",
    ),
    _course(
        "数控车床编程与操作：轴类零件",
        "machining",
        3,
        "四级/中级工",
        "车工",
        44,
        instructor="阿依古丽·买买提",
    ),
    _course("低压电工：安全技术与基本操作", "electrical", 2, "五级/初级工", "电工", 50, instructor="刘长河"),
    _course("桥式起重机安全操作", "lifting", 2, "五级/初级工", "起重装卸机械操作工", 41, instructor="马占奎"),
    _course(
        "工业机器人系统运维入门",
        "automation",
        3,
        "四级/中级工",
        "工业机器人系统运维员",
        47,
        instructor="林一帆",
    ),
    _course("矿井通风与瓦斯防治基础", "mining", 2, "五级/初级工", "矿井通风工", 43, instructor="韩守义"),
    _course("道岔与转辙设备的巡检", "rail", 3, "四级/中级工", "轨道交通信号工", 36, instructor="才仁扎西"),
    _course(
        "失能老人的安全转移与压力性损伤预防", "care", 2, "五级/初级工", "养老护理员", 45, instructor="周桂芬"
    ),
]

PEOPLE: list[Data] = [
    {
        "name": "陈铁山",
        "url": "/_patterns/pages/instructor/",
        "trade": "welding",
        "trade_line": "焊工，一级/高级技师",
        "honour": {"name": "省级五一劳动奖章", "year": 2019},
    },
    {
        "name": "邵卫东",
        "url": HERE,
        "trade": "machining",
        "trade_line": "车工，特级技师",
        "honour": {"name": "全国劳动模范", "year": 2020},
    },
    {
        "name": "刘长河",
        "url": HERE,
        "trade": "electrical",
        "trade_line": "电工，一级/高级技师",
        "honour": {"name": "全国五一劳动奖章", "year": 2018},
    },
    {
        "name": "吴大勇",
        "url": HERE,
        "trade": "lifting",
        "trade_line": "架子工，二级/技师",
        "honour": {"name": "市级工匠", "year": 2024, "state": "notice"},
    },
]

NOTICES = [
    {"title": "江川省总工会关于开展冬季安全生产培训的通知", "url": HERE, "on": dt.date(2026, 11, 18)},
    {"title": "第三届全省焊接技能竞赛开始报名", "url": HERE, "on": dt.date(2026, 11, 12)},
    {"title": "学时与求学圆梦补贴的衔接办法", "url": HERE, "on": dt.date(2026, 11, 3)},
]

LESSONS: list[Data] = [
    {
        "title": "焊前准备与安全：弧光、触电与烟尘，三件事先做到",
        "url": HERE,
        "ms": 6 * MINUTE,
        "state": "counted",
    },
    {"title": "焊机、焊钳与电缆的检查", "url": HERE, "ms": 7 * MINUTE, "state": "counted"},
    {
        "title": "焊条的型号、烘干与领用（E4303 与 E5015）",
        "url": HERE,
        "ms": 8 * MINUTE,
        "state": "held",
        "why": "最后 4 分钟等你点“学完了”",
    },
    {"title": "划擦法与直击法引弧", "url": HERE, "ms": 6 * MINUTE, "state": "partly", "counted_ms": 200_000},
    {"title": "运条三动作：送进、前移、摆动", "url": HERE, "ms": 8 * MINUTE, "state": "now"},
    {"title": "接头与收弧：填满弧坑", "url": HERE, "ms": 7 * MINUTE, "state": "todo"},
    {
        "title": "外观检验：用焊接检验尺量余高与咬边",
        "url": HERE,
        "ms": 8 * MINUTE,
        "state": "locked",
        "why": "先学完安全那一节",
    },
]

DAYS = [0, 12, 0, 8, 6, 0, 0, 9, 0, 14, 5, 0, 0, 7, 0, 6, 0, 11, 6, 0, 0, 0, 12]

MONTH = {
    "label": "本月",
    "counted_ms": 96 * MINUTE,
    "pending_ms": 3 * MINUTE,
    "refused_ms": 6 * MINUTE,
    "goal_ms": 135 * MINUTE,
    "left_ms": 39 * MINUTE,
    "days": [{"day": n + 1, "counted_ms": m * MINUTE} for n, m in enumerate(DAYS)],
}

REFUSAL = {
    "what": "3 分 20 秒没有算",
    "why": "锁屏的时候停了表。重看这一段就能补上。",
    "when": "08:42–08:45",
    "make_up_url": HERE,
    "appeal_url": HERE,
}

FACETS = [
    {
        "name": "职业",
        "choices": [
            {"label": "焊工", "url": HERE, "count": 3, "current": True},
            {"label": "车工", "url": HERE, "count": 3},
            {"label": "电工", "url": HERE, "count": 3},
            {"label": "起重装卸机械操作工", "url": HERE, "count": 1},
            {"label": "矿井通风工", "url": HERE, "count": 1},
        ],
    },
    {
        "name": "等级",
        "choices": [
            {"label": "五级/初级工", "url": HERE, "count": 6},
            {"label": "四级/中级工", "url": HERE, "count": 6, "current": True},
            {"label": "三级/高级工", "url": HERE, "count": 4},
        ],
    },
    {
        "name": "时长",
        "choices": [
            {"label": "30 分钟以内", "url": HERE, "count": 2},
            {"label": "30–60 分钟", "url": HERE, "count": 14},
        ],
    },
    {
        "name": "师傅",
        "choices": [
            {"label": "陈铁山", "url": HERE, "count": 2},
            {"label": "邵卫东", "url": HERE, "count": 2},
        ],
    },
]

PART_VIDEO, PART_TEXT = "6f0c2a3e-7a1f-4a53-9b0e-2f7f1a0c9d11", "a4b6f0de-31d8-4b5c-8a57-5f1f0c7be022"

FIGURES: list[Data] = [
    {
        "name": "会员",
        "number": "12,480",
        "unit": "人",
        "change": "36",
        "change_kind": "up",
        "url": HERE,
        "action": "看单位",
        "what": "今天在册的会员，含下级单位。截至今天 06:00。",
    },
    {
        "name": "参训率",
        "number": "41.2",
        "unit": "%",
        "change": "1.8 个百分点",
        "change_kind": "up",
        "url": HERE,
        "action": "看是谁",
        "what": "当期有 1 学时及以上的在册会员，除以期末会员。截至今天 06:00。",
        "facts": [
            ("公式", "参训会员 5,142 ÷ 会员 12,480"),
            ("期间", "2026年11月，到今天"),
            ("截至", "11月23日 06:00，每小时更新"),
            ("来源", "学习账本，可逐笔打开"),
            ("由谁定", "江川省总工会培训部"),
        ],
    },
    {
        "name": "人均学时",
        "number": "2.6",
        "unit": "学时",
        "change": "0.1",
        "change_kind": "down",
        "url": HERE,
        "action": "看明细",
        "what": "在册会员当期学时合计，除以会员数。一学时是 45 分钟。",
    },
    {
        "name": "达标率",
        "number": "33",
        "unit": "%",
        "url": HERE,
        "action": "看明细",
        "what": "当期学时不少于月目标之和的会员，除以会员数。",
    },
]

UNITS: Data = {
    "caption": "掉队单位",
    "columns": [
        {"label": "单位"},
        {"label": "参训率", "numeric": True, "sort_url": HERE, "sorted": "ascending"},
        {"label": "比上月", "numeric": True},
        {"label": "会员", "numeric": True, "sort_url": HERE},
        {"label": "最近学习"},
    ],
    "rows": [
        {
            "header": "滨港新就业形态与家政养老行业联合工会",
            "url": HERE,
            "note": "入会申请 23 件在等",
            "cells": ["19.0%", "+4.1", "342", "今天 07:40"],
        },
        {"header": "栖江县第二建筑公司工会", "url": HERE, "cells": ["21.5%", "−2.2", "618", "11月20日"]},
        {"header": "栖江纺织厂工会", "url": HERE, "cells": ["26.8%", "−0.4", "1,106", "11月22日"]},
        {"header": "栖江重型机械厂工会", "url": HERE, "cells": ["46.0%", "+1.2", "1,284", "今天 08:41"]},
    ],
    "foot": {"header": "合计", "cells": ["41.2%", "+1.8", "12,480", ""]},
}
