"""Scaled pictures are for everybody; originals and anything beside them are for nobody."""

import pytest


@pytest.fixture
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for folder in ("images", "original_images", "videos/original"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "gauge.width-480.webp").write_bytes(b"RIFF")
    return tmp_path


def test_a_scaled_picture_is_served_and_may_be_kept(client, uploads):
    answer = client.get("/files/images/gauge.width-480.webp")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "images/nothing.webp",
        "images/..%2Foriginal_images%2Fgauge.width-480.webp",
        "images/gauge.width-480.webp%00",
        "images/页面.webp",
        "images/run.py",
        "original_images/gauge.width-480.webp",
        "videos/original/gauge.width-480.webp",
    ],
)
def test_nothing_else_is(client, uploads, path):
    assert client.get(f"/files/{path}").status_code == 404
