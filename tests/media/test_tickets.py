import pytest
import time_machine
from django.core.files.base import File
from django.urls import reverse

from accounts.models import User
from media.api import accept_video, file_url
from media.operations import transcode
from media.tickets import WINDOW_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def video(clip):
    with clip.open("rb") as file:
        made = accept_video(file=File(file, name=clip.name), title="焊接演示", by=None)
    transcode(video=made, progress=lambda *step: None)
    return made


def url_for(rf, user, video, path="master.m3u8"):
    request = rf.get("/")
    request.user = user
    return file_url(request, video.uuid, path)


def test_the_viewer_gets_playlist_segments_and_poster_by_relative_addresses(client, rf, video):
    worker = User.objects.create_user("li")
    client.force_login(worker)
    url = url_for(rf, worker, video)

    assert client.get(url)["Content-Type"] == "application/vnd.apple.mpegurl"
    for path in ("240p/index.m3u8", "240p/init.mp4", "360p/0000.m4s", "poster.jpg"):
        assert client.get(url.replace("master.m3u8", path)).status_code == 200


def test_another_account_and_a_guest_get_nothing_by_the_same_address(client, rf, video):
    worker, other = User.objects.create_user("li"), User.objects.create_user("wang")
    url = url_for(rf, worker, video)

    assert client.get(url).status_code == 404
    client.force_login(other)
    assert client.get(url).status_code == 404


def test_a_ticket_ends_after_its_window_and_the_next(client, rf, video):
    worker = User.objects.create_user("li")
    client.force_login(worker)
    with time_machine.travel(1_795_000_000, tick=False):
        url = url_for(rf, worker, video)
    with time_machine.travel(1_795_000_000 + WINDOW_SECONDS, tick=False):
        assert client.get(url).status_code == 200
    with time_machine.travel(1_795_000_000 + 2 * WINDOW_SECONDS, tick=False):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "path", ["../../../original/x.mp4", "360p/../../x", "work/x", "9999p/9.m4s", "master.m3u8/x"]
)
def test_only_files_of_the_video_can_be_named(client, rf, video, path):
    worker = User.objects.create_user("li")
    client.force_login(worker)

    assert client.get(url_for(rf, worker, video).replace("master.m3u8", path)).status_code == 404


@pytest.mark.parametrize("ticket", ["x", "a.b.c", "..", "0.0.0.0", "é.1.x"])
def test_a_forged_ticket_is_no_error_but_no_file(client, ticket):
    url = reverse("media:file", kwargs={"ticket": ticket, "path": "master.m3u8"})

    assert client.get(url).status_code == 404
