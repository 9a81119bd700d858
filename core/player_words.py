"""
What the lesson player says, in the language of the page. Placeholders in braces are filled in the browser.

``refused.*`` are the reasons of the closed list in the design (study hours), in plain words with what to do.
"""

from typing import Any

from django.utils.translation import gettext as _


def words() -> dict[str, Any]:
    """Return all sentences by key."""
    return {
        "idle": _("播放或往下看，就计时。"),
        "guest": _(
            "没登录也在计时：这里学的替你留 24 小时。想长久留着，24 小时内在这台设备上登录，就记到你名下。"
        ),
        "guest_over": _("不登录学的先记到这里。登录以后接着学，前面的也替你记上。"),
        "sign_in": _("登录"),
        "opening": _("正在接通计时…"),
        "running": _("正在计时"),
        "paused": _("已停表"),
        "paused_done": _("眼前的都看过了，往下看接着计时。"),
        "hidden": _("页面不在眼前，先停表。回来接着看，停表前的都算数。"),
        "offline": _("没网也在记。已存 {minutes}，连上网自动上传，不会重复也不会丢。"),
        "not_kept": _("这台设备存不下了，刚学的这一段没有记住。腾出一点空间，或者连上网再学。"),
        "no_network": _("没网，还接不上计时。可以先看，连上网再从这里算起。"),
        "check": _("等你点一下"),
        "capped": _("按规定不再计时。可以接着看，明天起再看这段能算。"),
        "retry": _("这一下没连上，过一会儿再点。记下的都在。"),
        "finish": _("学完了"),
        "stop_here": _("先学到这"),
        "presence_missed": _("刚才没等到你点，上次确认之后的时间先没算。不用找人，重看那一段就补回来。"),
        "speed_before": _("{rate} 倍速：{n}的课先算 {a}，余下 {b}再看可补。"),
        "sound": {
            "seen": _("锁屏或切到别处就停表，回来接着算。"),
            "heard": _("锁屏听也算。隔一阵会出声问一句，按一下耳机上的键就行。"),
            "not_heard": _("锁屏以后只能听，不计时。想算学时，让屏幕亮着。"),
        },
        "play_again": _("重看这一段"),
        "play_stretch": _("现在补"),
        "stretch_ready": _("这里有 {t}可以补回来。只放这一段，到头自己停。"),
        "stretch_plays": _("正在补这一段，共 {t}，到头自己停。"),
        "stretch_all": _("接着学整节"),
        "stretch_done": _("这一段补完了，已经停下。下次确认时入账；点“先学到这”，现在就确认。"),
        "play": _("播放"),
        "pause": _("暂停"),
        "play_blocked": _("再点一下播放。"),
        "media_error": _("这段视频没放出来。看看网，再点一次播放。"),
        "position": _("{at}，共 {whole}"),
        "quality_auto": _("自动清晰度"),
        "presence_why": {
            "choice": _("选哪个都行，按数字键也行。隔一阵问一次，只为学时是真的。"),
            "number": _("写完点一下，接着计时。隔一阵问一次，只为学时是真的。"),
        },
        "presence_done": _("写好了"),
        "presence_seconds": _("还剩 {n} 秒"),
        "ended": {
            "superseded": _("你在另一台设备上开了课，这边就停表了。两边只能算一边。"),
            "after_close": _("这一次学习已经结束。接着看，就再开一次。"),
            "lesson_withdrawn": _("这节课因为安全原因下架了。已经算的都在，后面的不再计时。"),
            "signed_out": _("登录过期了。重新登录，没传完的接着传。"),
            "licence_over": _("带走的这节课到期了，没网不能再计时。学过的都存着；连上网打开这节课，接着学。"),
            "refused": _("这节课现在不能计时。"),
        },
        "ended_action": {
            "superseded": _("在这里接着学"),
            "after_close": _("接着学"),
            "signed_out": _("重新登录"),
        },
        "refused": {
            "too_late": _("有 {t} 是离线学的，传上来太晚，规定不能算。可以重看，也可以说明情况。"),
            "clock_used": _("有 {t} 和别的学习撞在同一时间，只能算一次。"),
            "faster_than_clock": _("倍速看完的部分，按实际花的时间算。余下的 {t} 可以再看一遍补上。"),
            "not_visible": _("有 {t} 页面不在眼前，没有算。重看这一段就能补上。"),
            "outside_part": _("有 {t} 超出了这一段的长度，没有算。"),
            "missed_check": _("有 {t} 没等到你点“还在学吗”，先没算。重看这一段就补回来。"),
            "day_cap": _("今天已经学满，按规定不再计时。可以接着看，明天起再看这段能算。"),
            "part_cap": _("这一段能算的时间已经满了。"),
            "course_cap": _("这门课能算的时间已经满了。"),
            "licence_expired": _("有 {t} 是下载过期以后看的，没有算。连上网重看就行。"),
        },
        "units": {"ms": _("{m} 分 {s} 秒"), "m": _("{m} 分钟"), "s": _("{s} 秒")},
    }
