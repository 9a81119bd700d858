"""A page of today never runs a module of yesterday."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from core.staticfiles import StaticFilesStorage

pytestmark = pytest.mark.once


def test_an_import_of_ours_names_the_hash_of_what_it_imports(tmp_path: Path):
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/")
    files = {
        "js/a.js": b'import { b } from "./b.js";\nb();\n',
        "js/b.js": b"export const b = () => 1;\n",
        "vendor/bundle.js": b'const s = `import { x } from "./missing.js"`;\n',
    }
    for name, content in files.items():
        storage.save(name, ContentFile(content))
    done = list(storage.post_process({name: (storage, name) for name in files}))
    assert not [error for *_, error in done if isinstance(error, Exception)]
    a, b = storage.stored_name("js/a.js"), storage.stored_name("js/b.js")
    assert Path(b).name in (tmp_path / a).read_text()
    assert Path(b).name != "b.js"
