"""Wagtail's own search, on whatever database and engine this run has."""

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from modelsearch.query import And, Not, Or, Phrase, PlainText
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.index import get_indexed_models

pytestmark = pytest.mark.django_db
TITLE = "高级焊工安全操作规程"


@pytest.fixture(scope="module")
def elastic_indices(django_db_setup, django_db_blocker):
    """Wagtail's indices in Elasticsearch, made once."""
    with django_db_blocker.unblock():
        backend = get_search_backend()
        for index in backend.all_indexes():
            fresh = backend.rebuilder_class(index)
            made = fresh.start()
            for model in get_indexed_models():
                if backend.get_index_for_model(model).name == index.name:
                    made.add_model(model)
            fresh.finish()
    yield f"{backend.index_prefix}*"
    for name in backend.es.indices.get(index=f"{backend.index_prefix}*"):
        backend.es.indices.delete(index=name)


@pytest.fixture
def cms_index(settings, request):
    """Wagtail's search, holding what this test makes and nothing else."""
    backend = get_search_backend()
    if settings.ELASTICSEARCH_URL:
        pattern = request.getfixturevalue("elastic_indices")
        backend.es.indices.refresh(index=pattern)
        backend.es.delete_by_query(index=pattern, query={"match_all": {}})
        backend.es.indices.refresh(index=pattern)
    return backend


@pytest.fixture
def pages(cms_index):
    root = Page.objects.get(depth=1)
    titles = [TITLE, "数控车床操作入门", "电工安全常识", "CNC Q235B 编程", "工会安全月"]
    made = [root.add_child(instance=Page(title=title, slug=f"p{n}")) for n, title in enumerate(titles)]
    cms_index.refresh_indexes()
    return made


def found(results):
    return {page.title for page in results}


class TestPages:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("焊工", {TITLE}),
            ("工安", {TITLE, "电工安全常识"}),
            ("产安", set()),
            ("數控", {"数控车床操作入门"}),
            ("安全 操作", {TITLE}),
            ("q235b", {"CNC Q235B 编程"}),
            ("!!!", set()),
            ("' OR 1=1 --", set()),
            ('"焊工', {TITLE}),
            ("焊工*", {TITLE}),
            ("%s", set()),
        ],
    )
    def test_words_are_found_anywhere_in_a_title(self, pages, text, expected):
        assert found(Page.objects.search(text)) == expected

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("焊", {TITLE}),
            ("焊工安", {TITLE}),
            ("高级焊工安全操作规程", {TITLE}),
            ("hang", {TITLE}),
            ("sk", {"数控车床操作入门"}),
            ("q23", {"CNC Q235B 编程"}),
            ("焊车", set()),
            ("!", set()),
        ],
    )
    def test_half_typed_words_are_completed(self, pages, typed, expected):
        assert found(Page.objects.autocomplete(typed)) == expected

    def test_a_field_may_be_named(self, pages):
        assert found(Page.objects.search("焊工", fields=["title"])) == {TITLE}
        assert found(Page.objects.autocomplete("焊工", fields=["title"])) == {TITLE}

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (Phrase("安全操作"), {TITLE}),
            (And([PlainText("安全"), Not(PlainText("焊工"))]), {"电工安全常识", "工会安全月"}),
            (Or([PlainText("数控"), PlainText("工会")]), {"数控车床操作入门", "工会安全月"}),
        ],
    )
    def test_query_objects_are_understood(self, pages, query, expected):
        assert found(Page.objects.search(query)) == expected

    def test_a_changed_title_is_found_by_its_new_words_only(self, pages, cms_index):
        page = pages[0]
        page.title = "铣工须知"
        page.save()
        cms_index.refresh_indexes()

        assert found(Page.objects.search("焊工")) == set()
        assert found(Page.objects.search("铣工")) == {"铣工须知"}

    def test_a_deleted_page_is_gone(self, pages, cms_index):
        pages[0].delete()
        cms_index.refresh_indexes()

        assert found(Page.objects.search("焊工")) == set()

    def test_filters_of_the_queryset_hold(self, pages):
        assert found(Page.objects.filter(pk=pages[1].pk).search("安全")) == set()
        assert found(Page.objects.exclude(pk=pages[2].pk).search("安全")) == {TITLE, "工会安全月"}


class TestOtherModels:
    def test_documents_are_found_by_title_and_tag(self, cms_index):
        document = Document(title="气瓶使用规程", file=ContentFile(b"x", name="a.txt"))
        document.save()
        document.tags.add("高压容器")
        document.save()
        cms_index.refresh_indexes()

        assert list(get_search_backend().search("瓶使", Document)) == [document]
        assert list(get_search_backend().search("压容", Document)) == [document]
        assert list(get_search_backend().autocomplete("qip", Document)) == [document]

    def test_images_are_found(self, cms_index):
        from wagtail.images.tests.utils import get_test_image_file

        image = Image.objects.create(title="焊缝缺陷图谱", file=get_test_image_file())
        cms_index.refresh_indexes()

        assert list(get_search_backend().search("缺陷", Image)) == [image]
        assert list(get_search_backend().search("缺谱", Image)) == []


class TestAdmin:
    def test_the_explorer_finds_a_word_in_the_middle_of_a_title(self, pages, client):
        client.force_login(get_user_model().objects.create_superuser(username="root", password="x" * 12))

        response = client.get("/cms/pages/search/results/", {"q": "焊工"})

        assert TITLE in response.content.decode()
        assert "数控车床" not in response.content.decode()

    def test_the_page_chooser_does_too(self, pages, client):
        client.force_login(get_user_model().objects.create_superuser(username="root", password="x" * 12))

        response = client.get("/cms/choose-page/search/", {"q": "焊工"})

        assert TITLE in response.content.decode()


def test_rebuilding_wagtails_index_gives_the_same(pages):
    from django.core.management import call_command

    call_command("update_index", verbosity=0)
    get_search_backend().refresh_indexes()

    assert found(Page.objects.search("焊工")) == {TITLE}


def test_the_cms_stays_usable_while_elasticsearch_is_down(caplog):
    down = get_search_backend(
        "search.cms.elastic", URLS=["http://127.0.0.1:9"], TIMEOUT=1, OPTIONS={"max_retries": 0}
    )

    results = down.search("焊工", Page)

    assert (list(results), results.count()) == ([], 0)
    assert "Wagtail's search is down" in caplog.text
